"""What is trained, and for what: DIS2, its ablations, and the rivals that it is compared with?

Every rival has the encoder and the decoder of DIS2 at the same width, so that a difference in the
scores is one of method and not of size. ``registry`` names and builds them all.
"""
