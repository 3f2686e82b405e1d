"""The outputs of a segmentation that are no rasters: ``POLYGONS`` and ``AREAS``."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsRasterLayer,
    QgsWkbTypes,
)

from ..dis2_core.contract.card import UNCERTAIN
from ..dis2_core.contract.errors import Dis2Error, OutputNotWritable
from ..dis2_core.contract.styles import class_categories
from ..layers.crs import distance_area
from ..layers.rasters import temporary_folder
from ..results.features import (
    area_features,
    area_fields,
    check_complete,
    check_target,
    file_of,
    fill,
    polygon_features,
    polygon_fields,
    target_file,
    target_text,
)
from ..results.placing import Place, place_result
from ..results.polygons import ClassPolygon, class_polygons
from ..results.symbols import class_renderer, save_style
from ..results.whole import whole_file
from ..words.translation import tr
from .base import given
from .prediction import PredictionAlgorithm

VECTORS = ("POLYGONS", "AREAS")


class VectorOutputs(PredictionAlgorithm):
    """Declares, checks and writes polygons and table."""

    def add_polygon_form(self) -> None:
        """``SIEVE`` and ``UNCERTAIN_POLYGONS``."""
        sieve = QgsProcessingParameterNumber("SIEVE", tr("Smallest patch in pixels"), defaultValue=0, minValue=0)
        text = tr(
            "Patches of fewer pixels go to their largest neighbour before the polygons are drawn; the rasters stay "
            "as they are. 0: the polygons are exactly the map. 10 to 50 make them tidier."
        )
        self.add(sieve, text, advanced=True)
        uncertain = QgsProcessingParameterBoolean(
            "UNCERTAIN_POLYGONS", tr("Polygons of uncertain ground too"), defaultValue=False
        )
        text = tr("Whether what lies below the minimum confidence becomes a polygon as well.")
        self.add(uncertain, text, advanced=True)

    def add_vectors(self) -> None:
        """``POLYGONS`` and ``AREAS``."""
        polygon, table = QgsProcessing.SourceType.TypeVectorPolygon, QgsProcessing.SourceType.TypeVector
        optional = {
            "POLYGONS": (tr("Polygons"), polygon, tr("One multipolygon a class, with its name, area and share.")),
            "AREAS": (tr("Areas"), table, tr("A table: pixels, area in m² and share of every class.")),
        }
        for name, (label, kind, text) in optional.items():
            sink = QgsProcessingParameterFeatureSink(name, label, kind, optional=True, createByDefault=False)
            self.add(sink, text)

    def check_vectors(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Check early that they can be written late.

        Raises:
            OutputNotWritable: One of them cannot.
        """
        for name in VECTORS:
            if given(parameters, name):
                check_target(parameters[name], context)

    def check_apart(self, inputs: Iterable[str], parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Check that no file is written that the run reads, or that it writes twice.

        Args:
            inputs: Files that are read.
            parameters: Of the algorithm.
            context: Of the run.

        Raises:
            OutputNotWritable: One is.
        """
        files = [file for name in VECTORS if (file := target_file(parameters.get(name), context))]
        if len(set(map(os.path.abspath, files))) < len(files):
            raise OutputNotWritable(
                tr("Polygons and areas would be the same file, {}.").format(files[0]), tr("Choose another name.")
            )
        for file in filter(os.path.exists, files):
            if any(os.path.exists(path) and os.path.samefile(path, file) for path in inputs):
                raise OutputNotWritable(tr("{} is read by this run.").format(file), tr("Choose another name."))

    def wants(self, name: str, parameters: dict[str, Any], context: QgsProcessingContext) -> bool:
        """Whether a vector output is to be made; the batch dialog gives those that are not a sink without a name."""
        return given(parameters, name) and target_text(parameters[name], context) != ""

    def write_areas(
        self, table: list[Mapping[str, Any]], place: Place, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> dict[str, str]:
        """Write the area table of a result, if it is wanted; return its id by its parameter."""
        kind, nowhere = QgsWkbTypes.Type.NoGeometry, QgsCoordinateReferenceSystem()
        target = self._write("AREAS", area_features(table), (area_fields(), kind, nowhere), parameters, context)
        if not target:
            return {}
        place_result(context, target, "AREAS", place)
        return {"AREAS": target}

    def write_polygons(
        self,
        classes: str,
        place: Place,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, str]:
        """Draw the classes of a raster, if that is wanted; the sink is opened when they are complete."""
        if not self.wants("POLYGONS", parameters, context):
            return {}
        crs, card = QgsRasterLayer(classes).crs(), self.prediction.card
        polygons = self._polygons(classes, crs, parameters, context, feedback)
        names = {item.value: item.name for item in class_categories(card, uncertain=True)}
        form = polygon_fields(), QgsWkbTypes.Type.MultiPolygon, crs
        target = self._write("POLYGONS", polygon_features(polygons, names), form, parameters, context)
        if not target:
            return {}
        self._style(target, polygons, place, context, feedback)
        return {"POLYGONS": target}

    def _polygons(
        self,
        classes: str,
        crs: QgsCoordinateReferenceSystem,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> list[ClassPolygon]:
        values = set(range(len(self.prediction.card.classes)))
        if self.parameterAsBool(parameters, "UNCERTAIN_POLYGONS", context):
            values.add(UNCERTAIN)
        smallest = self.parameterAsInt(parameters, "SIEVE", context)
        measure = distance_area(crs, context.transformContext())
        with temporary_folder() as folder:
            try:
                return class_polygons(classes, values, smallest, folder, measure, feedback)
            except Dis2Error as error:  # its frames would keep the scratch files open, and Windows those that are
                raise error.with_traceback(None) from None

    def _style(
        self,
        target: str,
        polygons: list[ClassPolygon],
        place: Place,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> None:
        """A style file beside a file; the renderer itself for the layer that is loaded."""
        renderer = class_renderer(self.prediction.card, [polygon.value for polygon in polygons])
        path = file_of(target)
        if path and not save_style(renderer, path.with_suffix(".qml")):
            feedback.pushInfo(
                tr("The style {} belongs to something else and stays: other projects draw {} without colours.").format(
                    path.with_suffix(".qml"), path.name
                )
            )
        place_result(context, target, "POLYGONS", place, renderer)

    def _write(
        self,
        name: str,
        features: Iterable[QgsFeature],
        form: tuple[QgsFields, QgsWkbTypes.Type, QgsCoordinateReferenceSystem],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> str:
        """Write the sink of a parameter and return its id; empty where it is not wanted. A file appears as a whole."""
        target = target_file(parameters.get(name), context)
        if target is None:
            return self._fill(name, features, form, parameters, context)[0]
        with whole_file(target) as part:
            value = _elsewhere(parameters[name], str(part))
            written, count = self._fill(name, features, form, {**parameters, name: value}, context)
            check_complete(part, count)
        final = written.replace(str(part), str(target))
        waiting = context.layersToLoadOnCompletion()
        if written in waiting:
            waiting[final] = waiting.pop(written)
            context.setLayersToLoadOnCompletion(waiting)
        return final

    def _fill(
        self,
        name: str,
        features: Iterable[QgsFeature],
        form: tuple[QgsFields, QgsWkbTypes.Type, QgsCoordinateReferenceSystem],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> tuple[str, int]:
        """Id of a sink and how many features it got; it is closed then."""
        sink, target = self.parameterAsSink(parameters, name, context, *form)
        return (target, fill(sink, features, target)) if sink is not None else ("", 0)


def _elsewhere(value: Any, path: str) -> Any:
    """What a person gave for a vector output, with another file."""
    if not isinstance(value, QgsProcessingOutputLayerDefinition):
        return path
    definition = QgsProcessingOutputLayerDefinition(path, value.destinationProject)
    definition.createOptions, definition.destinationName = value.createOptions, value.destinationName
    return definition
