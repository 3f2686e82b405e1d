"""The outputs of a segmentation that are no rasters: ``POLYGONS`` and ``AREAS``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeatureSink,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterNumber,
    QgsRasterLayer,
    QgsWkbTypes,
)

from ..dis2_core.contract.card import UNCERTAIN
from ..dis2_core.contract.errors import Dis2Error
from ..dis2_core.contract.styles import class_categories
from ..layers.crs import distance_area
from ..layers.rasters import temporary_folder
from ..results.features import (
    area_features,
    area_fields,
    check_target,
    file_of,
    fill,
    polygon_features,
    polygon_fields,
    target_text,
)
from ..results.placing import Place, place_result
from ..results.polygons import ClassPolygon, class_polygons
from ..results.symbols import class_renderer, save_style
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

    def wants(self, name: str, parameters: dict[str, Any], context: QgsProcessingContext) -> bool:
        """Whether a vector output is to be made; the batch dialog gives those that are not a sink without a name."""
        return given(parameters, name) and target_text(parameters[name], context) != ""

    def write_areas(
        self, table: list[Mapping[str, Any]], place: Place, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> dict[str, str]:
        """Write the area table of a result, if it is wanted; return its id by its parameter."""
        kind, nowhere = QgsWkbTypes.Type.NoGeometry, QgsCoordinateReferenceSystem()
        sink, target = self._sink("AREAS", area_fields(), kind, nowhere, parameters, context)
        if sink is None:
            return {}
        fill(sink, area_features(table), target)
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
        kind = QgsWkbTypes.Type.MultiPolygon
        sink, target = self._sink("POLYGONS", polygon_fields(), kind, crs, parameters, context)
        if sink is None:
            return {}
        names = {item.value: item.name for item in class_categories(card, uncertain=True)}
        fill(sink, polygon_features(polygons, names), target)
        del sink  # closes the file
        self._style(target, polygons, place, context)
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

    def _style(self, target: str, polygons: list[ClassPolygon], place: Place, context: QgsProcessingContext) -> None:
        """A style file beside a file; the renderer itself for a layer in memory."""
        renderer = class_renderer(self.prediction.card, [polygon.value for polygon in polygons])
        if path := file_of(target):
            save_style(renderer, str(path.with_suffix(".qml")))
        place_result(context, target, "POLYGONS", place, renderer)

    def _sink(
        self,
        name: str,
        fields: QgsFields,
        kind: QgsWkbTypes.Type,
        crs: QgsCoordinateReferenceSystem,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> tuple[QgsFeatureSink | None, str]:
        """The sink of a parameter and its id; None where it is not wanted."""
        return self.parameterAsSink(parameters, name, context, fields, kind, crs)
