"""Rasters that QGIS alone can read, written to GeoTIFFs for the worker.

A snapshot is planned on the main thread, where the layer is, and written in the thread of the run from
a clone of its provider.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from osgeo import gdal
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsProcessingFeedback,
    QgsRasterDataProvider,
    QgsRasterFileWriter,
    QgsRasterLayer,
    QgsRasterPipe,
    QgsRectangle,
    QgsReferencedRectangle,
)

from ..dis2_core.contract.errors import GridMismatch, NoSpace, NoValidData, UnreadableRaster
from ..words.numbers import filled
from ..words.progress import block_feedback, check_cancelled
from ..words.translation import tr
from .crs import box_in, metres_per_unit
from .voids import Voids, layer_voids

MAX_PIXELS = 100_000_000  # 10,000 × 10,000; 400 MB on the way to the worker
_COLOURS = (Qgis.DataType.ARGB32, Qgis.DataType.ARGB32_Premultiplied)
CREATION_OPTIONS = ["TILED=YES", "COMPRESS=DEFLATE", "ZLEVEL=1", "BIGTIFF=IF_SAFER"]


@dataclass(frozen=True)
class Grid:
    """Where a snapshot lies: a box in the layer's CRS that is cut into whole pixels."""

    box: QgsRectangle
    columns: int
    rows: int

    @classmethod
    def over(cls, box: QgsRectangle, pixel: tuple[float, float], whole: QgsRectangle) -> Grid:
        """The pixels (width, height) that cover a box, counted from the upper left corner of the whole layer."""
        width, height = pixel
        left, columns = _span(box.xMinimum() - whole.xMinimum(), box.xMaximum() - whole.xMinimum(), width)
        down, rows = _span(whole.yMaximum() - box.yMaximum(), whole.yMaximum() - box.yMinimum(), height)
        x, y = whole.xMinimum() + left * width, whole.yMaximum() - down * height
        return cls(QgsRectangle(x, y - rows * height, x + columns * width, y), columns, rows)

    @property
    def pixels(self) -> int:
        """How many there are."""
        return self.columns * self.rows


@dataclass(frozen=True)
class Snapshot:
    """A layer that is to be written.

    Attributes:
        name: Of the layer.
        pipe: Begins with a clone of the layer's provider.
        crs: Of layer and grid.
        grid: What is written.
        transforms: The project's.
        voids: What is no data in it.
    """

    name: str
    pipe: QgsRasterPipe
    crs: QgsCoordinateReferenceSystem
    grid: Grid
    transforms: QgsCoordinateTransformContext
    voids: Voids

    def provide(self, target: Path, feedback: QgsProcessingFeedback) -> str:
        """Write the GeoTIFF and return its path; that of a virtual raster where the job cannot say what is no data.

        Args:
            target: Where the file may be written.
            feedback: Gets the progress.

        Raises:
            UnreadableRaster: QGIS could not read the layer.
            NoValidData: The service has no picture here.
            NoSpace: The file could not be written to its end.
            Cancelled: The person has stopped the run.
        """
        size = filled("{:,} × {:,}", self.grid.columns, self.grid.rows)
        feedback.setProgressText(tr("Reading '{}' through QGIS").format(self.name))
        feedback.pushInfo(tr("The layer '{}' is read through QGIS: {} pixels.").format(self.name, size))
        path = str(target.with_suffix(".tif"))
        error = self._write(path, feedback)
        check_cancelled(feedback)
        self._check(error)
        if is_picture(self.pipe.provider()) and _is_transparent(path):
            raise NoValidData(
                tr("The layer '{}' shows nothing here.").format(self.name),
                tr("Check that the service can be reached and covers the extent."),
            )
        return self._with_voids(path)

    def _with_voids(self, path: str) -> str:
        if not self.voids.need_baking:
            return path
        virtual = str(Path(path).with_suffix(".vrt"))
        gdal.Translate(virtual, path, format="VRT")
        self.voids.bake(virtual)
        return virtual

    def _write(self, path: str, feedback: QgsProcessingFeedback) -> int:
        writer = QgsRasterFileWriter(path)
        writer.setOutputFormat("GTiff")
        set_options = getattr(writer, "setCreationOptions", writer.setCreateOptions)  # its name since QGIS 3.44
        set_options(CREATION_OPTIONS)
        grid = self.grid
        with block_feedback(feedback) as blocks:
            return writer.writeRaster(self.pipe, grid.columns, grid.rows, grid.box, self.crs, self.transforms, blocks)

    def _check(self, error: int) -> None:
        if error == QgsRasterFileWriter.WriterError.NoError:
            return
        if error == QgsRasterFileWriter.WriterError.WriteError:
            raise NoSpace(
                tr("The layer '{}' could not be written to the temporary folder.").format(self.name),
                tr("Free some space there."),
            )
        raise UnreadableRaster(
            tr("The layer '{}' could not be read through QGIS (error {}).").format(self.name, int(error)),
            tr("Right-click it, choose Export > Save As… to write a GeoTIFF, and use that."),
        )


def is_picture(provider: QgsRasterDataProvider) -> bool:
    """Whether a provider gives colours for the eye (WMS, tiles) and no values."""
    return provider.bandCount() == 1 and provider.dataType(1) in _COLOURS


def plan_snapshot(
    layer: QgsRasterLayer,
    regions: Sequence[QgsReferencedRectangle],
    gsd: float,
    transforms: QgsCoordinateTransformContext,
    *,
    limited: bool,
) -> Snapshot:
    """Decide which part of a layer is written, and how finely.

    Args:
        layer: What QGIS alone can read.
        regions: Where the run takes place, as far as that is known.
        gsd: Metres a pixel at which pictures are asked for.
        transforms: The project's.
        limited: Whether the regions bind the layer; else they only help where it has no end of its own.

    Raises:
        UnreadableRaster: It would take more than ``MAX_PIXELS``.
        GridMismatch: The layer and the regions do not meet.
    """
    grid = None if limited else _grid(layer, layer.extent(), gsd, transforms)
    if grid is None or grid.pixels > MAX_PIXELS:
        grid = _grid(layer, _common_box(layer, regions, transforms), gsd, transforms)
    if grid.pixels > MAX_PIXELS:
        raise UnreadableRaster(
            filled(
                tr("The layer '{}' would have to be read as {:,} × {:,} pixels; {:,} in all is the limit."),
                layer.name(),
                grid.columns,
                grid.rows,
                MAX_PIXELS,
            ),
            tr("Set 'Extent' to the part that you need."),
        )
    pipe = QgsRasterPipe()
    pipe.set(_unmasked(layer.dataProvider()))
    voids = Voids() if is_picture(layer.dataProvider()) else layer_voids(layer, stored=False)
    return Snapshot(layer.name(), pipe, layer.crs(), grid, transforms, voids)


def _unmasked(provider: QgsRasterDataProvider) -> QgsRasterDataProvider:
    """A copy that gives all values as they are: QGIS's writer knows one no-data value, and loses the others."""
    copy = provider.clone()
    for band in range(1, copy.bandCount() + 1):
        copy.setUserNoDataValue(band, [])
        copy.setUseSourceNoDataValue(band, True)
    return copy


def _common_box(
    layer: QgsRasterLayer, regions: Sequence[QgsReferencedRectangle], transforms: QgsCoordinateTransformContext
) -> QgsRectangle:
    """What the layer has of the regions; all of it where there are none."""
    box = QgsRectangle()
    for region in regions:
        box.combineExtentWith(box_in(region, layer.crs(), transforms))
    if not regions:
        return layer.extent()
    common = box.intersect(layer.extent())
    if common.isEmpty():
        raise GridMismatch(
            tr("The layer '{}' lies elsewhere than the extent or the other rasters.").format(layer.name()),
            tr("Check the CRS of the layer, or choose another extent."),
        )
    return common


def _grid(layer: QgsRasterLayer, box: QgsRectangle, gsd: float, transforms: QgsCoordinateTransformContext) -> Grid:
    """Values keep their own pixels, unless these are far too many; pictures get the model's."""
    provider = layer.dataProvider()
    own = _own_pixel(layer)
    if not is_picture(provider) and own is not None:
        grid = Grid.over(box, own, layer.extent())
        if grid.pixels <= MAX_PIXELS or not layer.crs().isValid():
            return grid
    across, down = metres_per_unit(layer.crs(), box.center(), transforms)
    wanted = (gsd / across, gsd / down)
    pixel = wanted if own is None else (max(wanted[0], own[0]), max(wanted[1], own[1]))
    return Grid.over(box, pixel, layer.extent())


def _span(start: float, stop: float, step: float) -> tuple[int, int]:
    """The first of the steps that cover a stretch, and their number."""
    first = math.floor(start / step + 1e-6)
    return first, max(1, math.ceil(stop / step - 1e-6) - first)


def _own_pixel(layer: QgsRasterLayer) -> tuple[float, float] | None:
    """Width and height of the finest pixels that the layer has; None where it draws at any scale."""
    provider = layer.dataProvider()
    if provider.xSize() > 0 and provider.ySize() > 0:
        return layer.extent().width() / provider.xSize(), layer.extent().height() / provider.ySize()
    native = [resolution for resolution in provider.nativeResolutions() if resolution > 0]
    return (min(native), min(native)) if native else None


def _is_transparent(path: str) -> bool:
    raster = gdal.Open(path)
    alpha = raster.GetRasterBand(raster.RasterCount)
    return raster.RasterCount == 4 and alpha.ComputeRasterMinMax(False)[1] == 0
