"""Widgets. Imported only where there is a window."""
