"""The classes that layers hold: as their style names them, else the values that stand in them."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    NULL,
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsPalettedRasterRenderer,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QVariant

from ..dis2_core.contract.card import MAX_CLASSES
from ..dis2_core.contract.other_jobs import ClassValue

SAMPLE = 512  # pixels a side that are looked at of a raster whose style names no classes, if not all are
MOST = 64 << 20  # pixels, of whole numbers, that are all looked at: a second or two

_WHOLE = ("Byte", "Int8", "UInt16", "Int16")


def palette(renderer: QgsPalettedRasterRenderer) -> tuple[ClassValue, ...]:
    """The classes that a raster's style names."""
    classes = renderer.classes()
    return tuple(ClassValue(text(item.value), item.label or text(item.value), item.color.name()) for item in classes)


def raster_classes(layer: QgsRasterLayer) -> tuple[ClassValue, ...]:
    """The classes of a raster: those of its palette, else its values, or those of some pixels; see ``is_sampled``."""
    renderer = layer.renderer()
    if isinstance(renderer, QgsPalettedRasterRenderer):
        return palette(renderer)
    if not is_sampled(layer):
        found = QgsPalettedRasterRenderer.classDataFromRaster(layer.dataProvider(), 1)
        return _plain_classes({item.value for item in found})
    columns, rows = (min(SAMPLE, side) if side > 0 else SAMPLE for side in (layer.width(), layer.height()))
    block = layer.dataProvider().block(1, layer.extent(), columns, rows)
    places = ((row, column) for row in range(rows) for column in range(columns))
    found = {block.value(row, column) for row, column in places if not block.isNoData(row, column)}
    return _plain_classes(found)


def is_sampled(layer: QgsRasterLayer) -> bool:
    """Whether some pixels of a raster stand for all of them, since it is large, or its numbers may be any."""
    if isinstance(layer.renderer(), QgsPalettedRasterRenderer):
        return False
    whole = [getattr(Qgis.DataType, name) for name in _WHOLE if hasattr(Qgis.DataType, name)]
    size = layer.width() * layer.height()
    return not 0 < size <= MOST or layer.dataProvider().dataType(1) not in whole


def field_classes(layer: QgsVectorLayer, field: str) -> tuple[ClassValue, ...]:
    """The classes of a field: those of the layer's categories, else its values; none where they are too many."""
    number = layer.fields().lookupField(field)
    if number < 0:
        return ()
    return categories(layer, field) or _plain_classes(layer.uniqueValues(number, MAX_CLASSES + 2))


def categories(layer: QgsVectorLayer, field: str) -> tuple[ClassValue, ...]:
    """The classes of the layer's style; none where it shows something else."""
    renderer = layer.renderer()
    if not isinstance(renderer, QgsCategorizedSymbolRenderer) or renderer.classAttribute().strip('"') != field:
        return ()
    found = []
    for category in renderer.categories():
        values = category.value() if isinstance(category.value(), list) else [category.value()]
        texts = [text(value) for value in values if plain(value) not in (None, "")]
        found += [ClassValue(name, category.label() or name, category.symbol().color().name()) for name in texts]
    return tuple(found)


def plain(value: Any) -> Any:
    """An attribute as JSON has it."""
    if value is None or value == NULL or (isinstance(value, QVariant) and value.isNull()):
        return None
    return value if isinstance(value, (bool, int, float, str)) else str(value)


def text(value: Any) -> str:
    """A value as the worker writes it: whole numbers without a point."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _plain_classes(values: set[Any]) -> tuple[ClassValue, ...]:
    known = [value for value in map(plain, values) if value not in (None, "")]
    if len(known) > MAX_CLASSES:
        return ()
    ordered = sorted(known, key=lambda value: (isinstance(value, str), value))
    return tuple(ClassValue(text(value), text(value)) for value in ordered)
