"""Polygons and areas of the classes as features, and the files that they go to."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsFeature,
    QgsFeatureSink,
    QgsField,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingOutputLayerDefinition,
)
from qgis.PyQt.QtCore import QMetaType, QVariant

from ..dis2_core.contract.errors import NoSpace, OutputNotWritable
from ..words.translation import tr
from .polygons import ClassPolygon
from .whole import main_file

_ELSEWHERE = re.compile(r"^\w{2,}:")  # memory:, ogr:, postgres: …; one letter is a Windows drive


def polygon_fields() -> QgsFields:
    """Fields of the polygons."""
    return _fields(("value", "code"), ("name", "text"), ("area_m2", "number"), ("percent", "number"))


def area_fields() -> QgsFields:
    """Fields of the area table; those of ``dis2 segment --areas``."""
    return _fields(
        ("value", "code"), ("class", "text"), ("pixels", "count"), ("area_m2", "number"), ("percent", "number")
    )


def text_fields(*names: str) -> QgsFields:
    """Fields that hold text."""
    return _fields(*((name, "text") for name in names))


def polygon_features(polygons: Sequence[ClassPolygon], names: Mapping[int, str]) -> Iterator[QgsFeature]:
    """Features of the polygons; percent is the share of what they cover together."""
    total = math.fsum(polygon.area or 0 for polygon in polygons)
    for polygon in polygons:
        share = 100 * polygon.area / total if polygon.area is not None and total else None
        feature = _feature(polygon_fields(), [polygon.value, names[polygon.value], polygon.area, share])
        feature.setGeometry(polygon.geometry)
        yield feature


def area_features(table: Iterable[Mapping[str, Any]]) -> Iterator[QgsFeature]:
    """Features of the area table of a result."""
    for line in table:
        values = [line["value"], line["name"], line["pixels"], line["square_metres"], line["percent"]]
        yield _feature(area_fields(), values)


def fill(sink: QgsFeatureSink, features: Iterable[QgsFeature], destination: str) -> int:
    """Write features and return their number.

    Raises:
        NoSpace: The sink does not take them.
    """
    count = 0
    for feature in features:
        if not sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise _incomplete(destination, sink.lastError())
        count += 1
    sink.flushBuffer()
    return count


def check_complete(path: Path, count: int) -> None:
    """Check that a file holds as many features as were written: closing one tells of no error.

    Raises:
        NoSpace: It does not.
    """
    source = gdal.OpenEx(str(main_file(path)), gdal.OF_VECTOR)
    if source is None or source.GetLayer(0).GetFeatureCount() != count:
        raise _incomplete(path.name, gdal.GetLastErrorMsg())


def _incomplete(destination: str, message: str) -> NoSpace:
    return NoSpace(
        tr("'{}' could not be written ({}).").format(destination, message),
        tr("Free some space, or choose another file."),
    )


def check_target(value: Any, context: QgsProcessingContext) -> None:
    """Check before the work begins that the file of a vector output can be written at its end.

    Args:
        value: Of the parameter.
        context: Evaluates expressions.

    Raises:
        OutputNotWritable: The folder is missing, or the file or folder may not be written.
    """
    path = target_file(value, context)
    if path is None:
        return
    if not path.parent.is_dir():
        raise OutputNotWritable(
            tr("The folder {} does not exist.").format(path.parent), tr("Create it, or choose another.")
        )
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise OutputNotWritable(
            tr("You may not write {}.").format(path), tr("Choose another folder, or ask for the permission.")
        )


def target_file(value: Any, context: QgsProcessingContext) -> Path | None:
    """The file that a person wants a vector output in; None: in a temporary one, in memory or in a database."""
    target = target_text(value, context)
    if not target or target == QgsProcessing.TEMPORARY_OUTPUT or _ELSEWHERE.match(target):
        return None
    return Path(target)


def target_text(value: Any, context: QgsProcessingContext) -> Optional[str]:
    """What a person wrote for a vector output, '' for nothing; None where it is something else than text."""
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        value = value.sink.valueAsString(context.expressionContext())[0]
    return value if isinstance(value, str) else None


def file_of(destination: str) -> Path | None:
    """The file behind the id of a written layer; None for one in memory or in a database."""
    path = Path(destination.split("|")[0])
    return path if path.is_file() else None


def _feature(fields: QgsFields, values: Sequence[Any]) -> QgsFeature:
    feature = QgsFeature(fields)
    feature.setAttributes(list(values))
    return feature


def _fields(*kinds: tuple[str, str]) -> QgsFields:
    fields = QgsFields()
    for name, kind in kinds:
        fields.append(QgsField(name, _types()[kind]))
    return fields


def _types() -> dict[str, Any]:
    """Qt's names of the types, which changed with QGIS 3.38."""
    kinds, text = (QMetaType.Type, "QString") if Qgis.QGIS_VERSION_INT >= 33800 else (QVariant, "String")
    return {"code": kinds.Int, "count": kinds.LongLong, "number": kinds.Double, "text": getattr(kinds, text)}
