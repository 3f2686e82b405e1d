"""Ground truth from QGIS layers: a raster of codes, or polygons with a class field, as the worker reads it.

Layers are looked at on the main thread: their classes are those of their style. What is kept needs no
layer, so that the thread of a run can write it to a folder.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union

from qgis.core import (
    QgsCoordinateTransformContext,
    QgsFeatureRequest,
    QgsPalettedRasterRenderer,
    QgsProcessingFeedback,
    QgsRasterLayer,
    QgsReferencedRectangle,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
    QgsWkbTypes,
)

from ..dis2_core.contract.errors import InputError
from ..dis2_core.contract.other_jobs import ClassValue, Reference
from ..words.progress import check_cancelled
from ..words.translation import tr
from .classes import categories, palette, plain
from .rasters import WorkerRaster, reading_share, worker_rasters

PRECISION = 12  # digits behind the point: more than degrees need
FEATURES_A_CHECK = 200
READING_SHARE = 0.1  # of the progress bar, where QGIS has to write the raster for the worker


@dataclass(frozen=True)
class RasterReference:
    """A raster of codes.

    Attributes:
        raster: How the worker gets it; see ``rasters.worker_rasters``.
        name: Of the layer.
        band: 1-based.
        values: What the codes mean.
    """

    raster: WorkerRaster
    name: str
    band: int = 1
    values: tuple[ClassValue, ...] = ()

    @property
    def reading_share(self) -> float:
        """Which part of the progress bar ``provide`` moves, 0 to 1."""
        return reading_share([self.raster], READING_SHARE)

    def provide(self, folder: Path, feedback: QgsProcessingFeedback) -> Reference:
        """Return what a job needs; a raster that QGIS alone can read is written to the folder."""
        path = self.raster.provide(folder / "reference", feedback)
        return Reference(path, band=self.band, values=self.values, name=self.name)


@dataclass(frozen=True)
class PolygonReference:
    """Polygons, or points, with a class.

    Attributes:
        features: A copy of the layer's source that any thread may read.
        name: Of the layer.
        request: Which of them.
        field: Holds the class.
        crs: Of the coordinates: a code that other software knows, or WKT.
        values: What its values mean.
    """

    features: QgsVectorLayerFeatureSource
    name: str
    request: QgsFeatureRequest
    field: str
    crs: str
    values: tuple[ClassValue, ...] = ()

    @property
    def reading_share(self) -> float:
        """Which part of the progress bar ``provide`` moves: their number is not known beforehand."""
        return 0.0

    def provide(self, folder: Path, feedback: QgsProcessingFeedback) -> Reference:
        """Write the polygons to the folder as GeoJSON and return what a job needs.

        Raises:
            InputError: There is none.
            Cancelled: The person has stopped the run.
        """
        feedback.setProgressText(tr("Reading the polygons"))
        path = folder / "reference.geojson"
        with path.open("w", encoding="utf-8") as file:
            file.write('{"type": "FeatureCollection", "features": [')
            count = 0
            for count, feature in enumerate(self._features(), start=1):
                file.write(("" if count == 1 else ",") + "\n" + feature)
                if count % FEATURES_A_CHECK == 0:
                    check_cancelled(feedback)
            file.write("\n]}\n")
        if not count:
            raise InputError(
                tr("There are no polygons here."), tr("Draw some, clear the selection, or choose a larger extent.")
            )
        return Reference(str(path), field=self.field, values=self.values, crs=self.crs, name=self.name)

    def _features(self) -> Iterator[str]:
        for feature in self.features.getFeatures(self.request):
            if feature.hasGeometry():
                start = json.dumps({"type": "Feature", "id": feature.id()})[:-1]
                properties = json.dumps({self.field: plain(feature[self.field])})
                geometry = feature.geometry().asJson(PRECISION)
                yield f'{start}, "properties": {properties}, "geometry": {geometry}}}'


LayerReference = Union[RasterReference, PolygonReference]


def raster_reference(
    layer: QgsRasterLayer,
    region: Optional[QgsReferencedRectangle],
    gsd: float,
    transforms: QgsCoordinateTransformContext,
) -> RasterReference:
    """Describe a raster of codes, whose classes are those of its palette, if it has one; on the main thread.

    Args:
        layer: The raster.
        region: What the run is limited to; None: the layer alone says where it is.
        gsd: Metres a pixel, where it has no pixels of its own.
        transforms: The project's.

    Raises:
        Dis2Error: The worker cannot get it; see ``rasters.worker_rasters``.
    """
    raster = worker_rasters({"reference": layer}, region, gsd, transforms)["reference"]
    renderer = layer.renderer()
    if not isinstance(renderer, QgsPalettedRasterRenderer):
        return RasterReference(raster, layer.name())
    return RasterReference(raster, layer.name(), renderer.band(), palette(renderer))


def polygon_reference(
    layer: QgsVectorLayer, request: QgsFeatureRequest, field: str, crs: str, *, points: bool = False
) -> PolygonReference:
    """Describe polygons; on the main thread.

    Args:
        layer: Of polygons.
        request: Which of them count.
        field: Holds the class; the categories of the layer's style name its values, if they are of this field.
        crs: Of the layer, as another process knows it.
        points: Whether points will do, too.

    Raises:
        InputError: The layer has no polygons, no CRS, or no such field.
    """
    if not crs:  # the worker would take the coordinates for longitudes and latitudes
        raise InputError(
            tr("The layer '{}' has no CRS.").format(layer.name()), tr("Set the one that it has in its properties.")
        )
    kinds = QgsWkbTypes.GeometryType
    if layer.geometryType() not in (kinds.PolygonGeometry, kinds.PointGeometry if points else None):
        raise InputError(tr("The layer '{}' holds no polygons.").format(layer.name()), tr("Give a layer of polygons."))
    if layer.fields().lookupField(field) < 0:
        names = ", ".join(layer.fields().names())
        raise InputError(
            tr("The layer '{}' has no field '{}'.").format(layer.name(), field)
            if field
            else tr("No field was chosen."),
            tr("Choose the field that holds the class: {}.").format(names),
        )
    request.setSubsetOfAttributes([field], layer.fields())
    source = QgsVectorLayerFeatureSource(layer)
    return PolygonReference(source, layer.name(), request, field, crs, categories(layer, field))
