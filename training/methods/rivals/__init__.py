"""What do others do where a modality may be missing, and how well does it work with our encoder and sizes?

A published method a module, written from its paper: what is as published and what differs stands at its head.
"""
