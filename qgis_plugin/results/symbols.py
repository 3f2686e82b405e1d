"""How vector results look: the colours of the classes."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Union

from qgis.core import QgsCategorizedSymbolRenderer, QgsFillSymbol, QgsMarkerSymbol, QgsRendererCategory, QgsVectorLayer
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtXml import QDomDocument

from ..dis2_core.contract.card import ModelCard
from ..dis2_core.contract.styles import class_categories
from ..dis2_core.contract.untrusted import Refused, open_regular
from .whole import whole_file

FIELD = "value"
POINT_SIZE = "2.6"  # mm
REST_COLOR = "#ffffff"  # of what has no class

#: Begins our style files. QGIS passes over it, and what a person saves has none.
_MARK = "<!-- Polygons of DIS2 -->\n"


def class_renderer(card: ModelCard, values: Collection[int]) -> QgsCategorizedSymbolRenderer:
    """Return the renderer of polygons with the given classes, coloured as the raster is."""
    categories = [item for item in class_categories(card, uncertain=True) if item.value in values]
    return QgsCategorizedSymbolRenderer(FIELD, [_entry(item.value, item.name, item.color) for item in categories])


def name_renderer(
    field: str, colors: Mapping[str, str], rest: str = "", *, points: bool = False
) -> QgsCategorizedSymbolRenderer:
    """Return the renderer of polygons or points whose field holds the names of classes.

    Args:
        field: Of the layer.
        colors: ``#rrggbb`` by name.
        rest: What those of none of these classes are called; empty: they are not shown.
        points: Whether they are points.
    """
    entry = _point_entry if points else _entry
    entries = [entry(name, name, color) for name, color in colors.items()]
    return QgsCategorizedSymbolRenderer(field, [*entries, *([entry("", rest, REST_COLOR)] if rest else [])])


def save_style(renderer: QgsCategorizedSymbolRenderer, path: Path) -> bool:
    """Write a style file, which QGIS applies to the layer beside it; False where one is there that is not ours.

    It may be that of a raster of the same name, or one that a person has saved.
    """
    if os.path.lexists(path) and not _is_ours(path):
        return False
    layer = QgsVectorLayer(f"MultiPolygon?field={FIELD}:integer", "style", "memory")
    layer.setRenderer(renderer.clone())
    document = QDomDocument()
    layer.exportNamedStyle(document)
    with whole_file(path) as part:
        part.write_text(f"{_MARK}{document.toString(2)}", encoding="utf-8")
    return True


def _is_ours(path: Path) -> bool:
    """Whether a file is a style as ``save_style`` writes it."""
    try:
        with open_regular(path) as file:
            return file.read(len(_MARK)) == _MARK.encode()
    except (OSError, Refused):
        return False


def _entry(value: Union[int, str], name: str, color: str) -> QgsRendererCategory:
    outline = QColor(color).darker(140).name()
    fill = QgsFillSymbol.createSimple({"color": color, "outline_color": outline, "outline_width": "0.1"})
    return QgsRendererCategory(value, fill, name)


def _point_entry(value: Union[int, str], name: str, color: str) -> QgsRendererCategory:
    marker = QgsMarkerSymbol.createSimple({"color": color, "outline_color": "#000000", "size": POINT_SIZE})
    return QgsRendererCategory(value, marker, name)
