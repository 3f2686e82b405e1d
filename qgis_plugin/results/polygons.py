"""A class raster as polygons: small patches merged into their neighbours, one feature a class."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from osgeo import gdal, ogr, osr
from qgis.core import QgsCoordinateReferenceSystem, QgsDistanceArea, QgsGeometry, QgsProcessingFeedback

from ..dis2_core.contract.errors import InputError, ResourceError
from ..words.numbers import filled
from ..words.progress import Part, check_cancelled, gdal_callback
from ..words.translation import tr

MAX_PARTS = 500_000  # that are dissolved in memory: about a gigabyte
MANY_PIXELS = 50_000_000  # from which it takes minutes


@dataclass(frozen=True)
class ClassPolygon:
    """All ground of a class.

    Attributes:
        value: Of the class in the raster.
        geometry: A multipolygon in the CRS of the raster.
        area: Square metres on the ellipsoid; None where the raster has no CRS.
    """

    value: int
    geometry: QgsGeometry
    area: float | None


def class_polygons(
    raster: str,
    values: Collection[int],
    smallest: int,
    folder: Path,
    measure: QgsDistanceArea,
    feedback: QgsProcessingFeedback,
) -> list[ClassPolygon]:
    """Turn the values of a Byte raster into one multipolygon each, in the order of the values.

    Args:
        raster: Path of the raster; its nodata value is left out.
        values: Those that become polygons.
        smallest: Patches of fewer pixels go to their largest neighbour; up to 1: none.
        folder: For scratch files.
        measure: Measures areas; its CRS is the raster's.
        feedback: Gets progress; stops everything when it is cancelled.

    Raises:
        InputError: There would be more than ``MAX_PARTS`` parts.
        ResourceError: GDAL failed, for want of disk space as a rule.
        Cancelled: The person has stopped the run.
    """
    source = gdal.Open(raster)
    if source.RasterXSize * source.RasterYSize > MANY_PIXELS:
        text = tr("The polygons are made of {:,} × {:,} pixels, which takes minutes.")
        feedback.pushInfo(filled(text, source.RasterXSize, source.RasterYSize))
    if smallest > 1:
        feedback.setProgressText(tr("Merging small patches"))
        source = _sieved(source, smallest, folder, Part(feedback, 0, 0.3))
    feedback.setProgressText(tr("Drawing polygons"))
    parts = _polygonized(source, raster, folder, Part(feedback, 0.3, 0.7))
    return list(_dissolved(parts, values, measure, Part(feedback, 0.7, 1)))


def _sieved(source: gdal.Dataset, smallest: int, folder: Path, feedback: QgsProcessingFeedback) -> gdal.Dataset:
    """A copy of the raster without small patches; nodata neither grows nor shrinks."""
    options = ["COMPRESS=DEFLATE", "ZLEVEL=1", "TILED=YES"]
    size = source.RasterXSize, source.RasterYSize
    target = gdal.GetDriverByName("GTiff").Create(str(folder / "sieved.tif"), *size, 1, gdal.GDT_Byte, options)
    target.SetGeoTransform(source.GetGeoTransform())
    target.SetProjection(source.GetProjection())
    band = source.GetRasterBand(1)
    target.GetRasterBand(1).SetNoDataValue(band.GetNoDataValue())
    callback = gdal_callback(feedback)
    _checked(
        lambda: gdal.SieveFilter(band, band.GetMaskBand(), target.GetRasterBand(1), smallest, 4, callback=callback),
        feedback,
    )
    return target


def _polygonized(source: gdal.Dataset, raster: str, folder: Path, feedback: QgsProcessingFeedback) -> ogr.DataSource:
    """A database with a polygon for every patch."""
    parts = ogr.GetDriverByName("GPKG").CreateDataSource(str(folder / "parts.gpkg"))
    crs = osr.SpatialReference(source.GetProjection()) if source.GetProjection() else None
    layer = parts.CreateLayer("parts", crs, ogr.wkbPolygon, ["SPATIAL_INDEX=NO"])
    layer.CreateField(ogr.FieldDefn("value", ogr.OFTInteger))
    tell = gdal_callback(feedback)

    def go_on(*progress: Any) -> int:
        return tell(*progress) if layer.GetFeatureCount() <= MAX_PARTS else 0

    band = source.GetRasterBand(1)
    layer.StartTransaction()
    _checked(
        lambda: gdal.Polygonize(band, band.GetMaskBand(), layer, 0, [], callback=go_on),
        feedback,
        lambda: _check_number(layer.GetFeatureCount(), raster),
    )
    layer.CommitTransaction()
    _check_number(layer.GetFeatureCount(), raster)
    return parts


def _check_number(parts: int, raster: str) -> None:
    if parts > MAX_PARTS:
        raise InputError(
            filled(
                tr("The map has more than {:,} patches, too many for polygons; the map itself is finished: {}."),
                MAX_PARTS,
                raster,
            ),
            tr("Merge small patches ('Smallest patch'), or choose a smaller extent."),
        )


def _dissolved(
    parts: ogr.DataSource, values: Collection[int], measure: QgsDistanceArea, feedback: QgsProcessingFeedback
) -> Iterator[ClassPolygon]:
    """Patches of a class share no edge: together they are its dissolved polygon."""
    rows = parts.ExecuteSQL("SELECT value, geom FROM parts ORDER BY value")
    total = max(1, parts.GetLayer().GetFeatureCount())
    patches = _patches(rows, total, feedback)
    for value, group in groupby(patches, key=lambda patch: patch[0]):
        geometries = [geometry for _, geometry in group]
        if value in values:
            geometry = QgsGeometry.collectGeometry(geometries)
            yield ClassPolygon(value, geometry, _area(geometry, measure))
    parts.ReleaseResultSet(rows)


def _patches(rows: ogr.Layer, total: int, feedback: QgsProcessingFeedback) -> Iterator[tuple[int, QgsGeometry]]:
    for number, feature in enumerate(rows):
        if number % 1000 == 0:
            feedback.setProgress(100 * number / total)
            check_cancelled(feedback)
        geometry = QgsGeometry()
        geometry.fromWkb(bytes(feature.GetGeometryRef().ExportToWkb()))
        yield feature.GetField("value"), geometry


def _area(geometry: QgsGeometry, measure: QgsDistanceArea) -> float | None:
    crs: QgsCoordinateReferenceSystem = measure.sourceCrs()
    return measure.measureArea(geometry) if crs.isValid() else None


def _checked(
    algorithm: Callable[[], int], feedback: QgsProcessingFeedback, explain: Callable[[], None] = lambda: None
) -> None:
    """Run an algorithm of GDAL, whose failures are numbers or, where somebody switched that on, exceptions."""
    try:
        failed = algorithm() != gdal.CE_None
        message = gdal.GetLastErrorMsg()
    except RuntimeError as error:
        failed, message = True, str(error)
    check_cancelled(feedback)
    if failed:
        explain()
        raise ResourceError(
            tr("The polygons could not be made ({}).").format(message), tr("Free some space in the temporary folder.")
        )
