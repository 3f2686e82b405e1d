"""What DIS2 is compared with: rivals, controls and DIS2 without each of its pillars.

Every baseline has the encoder and the decoder of DIS2 at the same width, so that a difference in the
scores is one of method and not of size. ``dis2_training.methods`` names and builds them all.
"""
