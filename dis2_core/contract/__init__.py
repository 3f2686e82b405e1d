"""What is asked for, and what does a model say of itself?

Jobs, events, cards and errors: the standard library alone and Python 3.9, so that QGIS's own Python can read them.
"""
