"""The algorithms, one a module; the text of each lies in ``help``."""
