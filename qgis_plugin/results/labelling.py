"""Layers in which a person says what the ground is: GeoPackages whose form offers the classes, with colours."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsEditorWidgetSetup,
    QgsFeature,
    QgsFeatureSink,
    QgsFields,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsWkbTypes,
)

from ..dis2_core.contract.errors import OutputNotWritable
from ..words.translation import tr
from .features import check_target, target_file, text_fields
from .symbols import name_renderer
from .whole import whole_file

SUFFIX = ".gpkg"


@dataclass(frozen=True)
class LabelForm:
    """What there is to choose from.

    Attributes:
        field: Takes the name of the class, as text.
        colors: ``#rrggbb`` by the name of the class, in the order of the list.
    """

    field: str
    colors: Mapping[str, str]


def write_label_layer(
    path: Path,
    form: LabelForm,
    geometry: QgsWkbTypes.Type,
    crs: QgsCoordinateReferenceSystem,
    transforms: QgsCoordinateTransformContext,
    features: Iterable[QgsFeature] = (),
) -> None:
    """Write a GeoPackage with one layer, which brings its form and its colours along; it appears as a whole.

    Args:
        path: The file; one that is there is replaced.
        form: The class field and its list.
        geometry: Type of the features.
        crs: Of the layer.
        transforms: The project's.
        features: With the one field of ``label_fields``.

    Raises:
        OutputNotWritable: It cannot be written.
    """
    with whole_file(path) as part:
        _write(part, label_fields(form), geometry, crs, transforms, features)
        layer = QgsVectorLayer(str(part), path.stem, "ogr")
        _dress(layer, form)
        if message := layer.saveStyleToDatabase(path.stem, "DIS2", True, ""):
            raise _unwritable(path, message)
        del layer  # closes the database, which then is one file
        _check(part)


def check_label_target(value: Any, context: QgsProcessingContext) -> None:
    """Check that a destination can be written, and is a GeoPackage that is not there yet or a temporary file.

    Raises:
        OutputNotWritable: It is something else.
    """
    check_target(value, context)
    path = target_file(value, context)
    if path is not None and path.suffix.lower() != SUFFIX:
        raise OutputNotWritable(
            tr("{} is no GeoPackage, which alone keeps the form and the colours.").format(path.name),
            tr("Choose a file that ends in {}.").format(SUFFIX),
        )
    if path is not None and os.path.lexists(path):
        raise OutputNotWritable(
            tr("{} exists, and may hold labels of yours.").format(path), tr("Choose another name, or delete it first.")
        )


def warn_of_temporary(value: Any, context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
    """Say of a temporary destination what becomes of it."""
    if target_file(value, context) is None:
        feedback.pushWarning(tr("The layer is a temporary file, which goes when QGIS ends, and your labels with it."))


def label_fields(form: LabelForm) -> QgsFields:
    """Return the fields of the layer beside its ``fid``."""
    return text_fields(form.field)


def _write(
    path: Path,
    fields: QgsFields,
    geometry: QgsWkbTypes.Type,
    crs: QgsCoordinateReferenceSystem,
    transforms: QgsCoordinateTransformContext,
    features: Iterable[QgsFeature],
) -> None:
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", path.stem
    writer = QgsVectorFileWriter.create(str(path), fields, geometry, crs, transforms, options)
    for feature in features:
        if not writer.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            break
    message = writer.errorMessage()
    del writer  # which writes what it has held back
    if message:
        raise _unwritable(path, message)


def _dress(layer: QgsVectorLayer, form: LabelForm) -> None:
    """Give a layer its colours, and its form a list of the classes that remembers the last choice."""
    points = layer.geometryType() == QgsWkbTypes.GeometryType.PointGeometry
    layer.setRenderer(name_renderer(form.field, form.colors, rest=tr("no class yet"), points=points))
    place = layer.fields().lookupField(form.field)
    entries = [{name: name} for name in form.colors]
    layer.setEditorWidgetSetup(place, QgsEditorWidgetSetup("ValueMap", {"map": entries}))
    settings = layer.editFormConfig()
    settings.setReuseLastValue(place, True)
    layer.setEditFormConfig(settings)


def _check(path: Path) -> None:
    """Check that the file holds its layer and its style: closing a database tells of no error."""
    try:
        with closing(sqlite3.connect(path)) as database:
            database.execute("SELECT styleQML FROM layer_styles WHERE useAsDefault").fetchone()[0]
    except (sqlite3.Error, TypeError) as error:
        raise _unwritable(path, str(error)) from error


def _unwritable(path: Path, message: str) -> OutputNotWritable:
    return OutputNotWritable(tr("{} cannot be written ({}).").format(path, message), tr("Choose another folder."))
