"""Colours of texts that warn, for light windows and dark ones."""

from __future__ import annotations

from qgis.PyQt.QtGui import QPalette
from qgis.PyQt.QtWidgets import QPlainTextEdit, QWidget

_MIDDLE = 127  # of Qt's lightness, 0 to 255

#: On light windows, and on dark ones.
_COLOURS = {"warning": ("#9c4d00", "#ffb454"), "error": ("#c62828", "#ff8a80")}


def text_colour(kind: str, widget: QWidget) -> str:
    """The colour of a ``warning`` or an ``error`` in a widget, ``#rrggbb``; empty for any other text."""
    light, dark = _COLOURS.get(kind, ("", ""))
    role = QPalette.ColorRole.Base if isinstance(widget, QPlainTextEdit) else QPalette.ColorRole.Window
    return light if widget.palette().color(role).lightness() > _MIDDLE else dark
