"""The version of DIS2, written once."""

__version__ = "0.1.0"
