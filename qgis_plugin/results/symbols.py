"""How vector results look: the colours of the classes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Union

from qgis.core import QgsCategorizedSymbolRenderer, QgsFillSymbol, QgsRendererCategory, QgsVectorLayer
from qgis.PyQt.QtGui import QColor

from ..dis2_core.contract.card import ModelCard
from ..dis2_core.contract.styles import class_categories

FIELD = "value"


def class_renderer(card: ModelCard, values: Collection[int]) -> QgsCategorizedSymbolRenderer:
    """Return the renderer of polygons with the given classes, coloured as the raster is."""
    categories = [item for item in class_categories(card, uncertain=True) if item.value in values]
    return QgsCategorizedSymbolRenderer(FIELD, [_entry(item.value, item.name, item.color) for item in categories])


def name_renderer(field: str, colors: Mapping[str, str]) -> QgsCategorizedSymbolRenderer:
    """Return the renderer of polygons whose field holds the names of classes.

    Args:
        field: Of the polygons.
        colors: ``#rrggbb`` by name.
    """
    return QgsCategorizedSymbolRenderer(field, [_entry(name, name, color) for name, color in colors.items()])


def save_style(renderer: QgsCategorizedSymbolRenderer, path: str) -> None:
    """Write a style file, which QGIS applies to the layer beside it."""
    layer = QgsVectorLayer(f"MultiPolygon?field={FIELD}:integer", "style", "memory")
    layer.setRenderer(renderer.clone())
    layer.saveNamedStyle(path)


def _entry(value: Union[int, str], name: str, color: str) -> QgsRendererCategory:
    outline = QColor(color).darker(140).name()
    fill = QgsFillSymbol.createSimple({"color": color, "outline_color": outline, "outline_width": "0.1"})
    return QgsRendererCategory(value, fill, name)
