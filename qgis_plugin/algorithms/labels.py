"""Layers whose classes are known, as parameters: rasters of class codes, polygons with a class field."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import (
    QgsFeatureRequest,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProperty,
    QgsReferencedRectangle,
    QgsVectorLayer,
)

from ..dis2_core.contract.errors import UnreadableRaster
from ..layers.crs import box_in, crs_text
from ..layers.references import PolygonReference, RasterReference, polygon_reference, raster_reference
from ..words.translation import tr
from .base import Dis2Algorithm, given, source_text


class LabelsAlgorithm(Dis2Algorithm):
    """Base of the algorithms that read layers with classes; on the main thread."""

    def read_raster_labels(
        self,
        name: str,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        limits: Optional[QgsReferencedRectangle],
        gsd: float,
    ) -> RasterReference:
        """Read a raster of class codes that is given.

        Args:
            name: Of the parameter.
            parameters: Of the algorithm.
            context: Of the run.
            limits: What the run is limited to.
            gsd: Metres a pixel, of rasters that have no pixels of their own.

        Raises:
            Dis2Error: It cannot be used.
        """
        layer = self.raster_layer(name, parameters, context)
        return raster_reference(layer, limits, gsd, context.transformContext())

    def read_polygon_labels(
        self,
        name: str,
        field: str,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        limits: Optional[QgsReferencedRectangle],
        *,
        points: bool = False,
    ) -> PolygonReference:
        """Read polygons that are given.

        Args:
            name: Of their parameter.
            field: Name of the parameter of their class field.
            parameters: Of the algorithm.
            context: Of the run.
            limits: What the run is limited to; polygons elsewhere are left out.
            points: Whether points will do, too.

        Raises:
            Dis2Error: They cannot be used.
        """
        layer, request = self._polygon_layer(name, parameters, context, limits)
        fields = self.parameterAsFields(parameters, field, context) if given(parameters, field) else []
        return polygon_reference(layer, request, fields[0] if fields else "", crs_text(layer.crs()), points=points)

    def _polygon_layer(
        self,
        name: str,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        limits: Optional[QgsReferencedRectangle],
    ) -> tuple[QgsVectorLayer, QgsFeatureRequest]:
        """The layer of a source, and which of its features count."""
        source, definition = parameters[name], None
        if isinstance(source, QgsProcessingFeatureSourceDefinition):
            source, definition = source.source, source
        if isinstance(source, QgsProperty):
            source = source.staticValue()
        layer = self.parameterAsVectorLayer({**parameters, name: source}, name, context)
        if layer is None or not layer.isValid():
            raise UnreadableRaster(
                tr("The polygons '{}' cannot be read.").format(source_text(source)),
                tr("Give a layer of polygons that QGIS opens."),
            )
        request = _chosen(layer, definition)
        if limits is not None and layer.crs().isValid():
            request.setFilterRect(box_in(limits, layer.crs(), context.transformContext()))
        return layer, request


def _chosen(layer: QgsVectorLayer, definition: Optional[QgsProcessingFeatureSourceDefinition]) -> QgsFeatureRequest:
    """The features that a person chose: selected ones, those of a filter (QGIS 3.32), the first ones."""
    request = QgsFeatureRequest()
    if definition is None:
        return request
    conditions = [f"({text})" for text in [getattr(definition, "filterExpression", "")] if text]
    if definition.selectedFeaturesOnly:
        conditions.append(f"$id IN ({','.join(map(str, layer.selectedFeatureIds())) or 'NULL'})")
    if conditions:
        request.setFilterExpression(" AND ".join(conditions))
    if definition.featureLimit >= 0:
        request.setLimit(definition.featureLimit)
    return request
