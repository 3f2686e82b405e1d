"""From QGIS layers to files that the worker can open.

A file is passed on by its path. What only QGIS reads (map services, layers in memory, drivers and
credentials that the worker has not) is a ``Snapshot``, written with QGIS's own raster pipe. Layers are
looked at on the main thread; afterwards nothing here needs them, so they may leave the project.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Union

from osgeo import gdal
from qgis.core import (
    QgsCoordinateTransformContext,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsRasterLayer,
    QgsReferencedRectangle,
)

from ..dis2_core.contract.errors import UnreadableRaster
from ..dis2_core.contract.segment_job import Source
from ..words.progress import Part
from ..words.translation import tr
from .crs import box_in, crs_wkt
from .snapshots import Snapshot, plan_snapshot
from .unused import OPEN_OPTIONS, unused_settings
from .voids import Voids, layer_voids

#: Parts of a source that only QGIS understands.
_CREDENTIALS = ("authcfg", "|credential:")

#: Sources that live in the memory of the QGIS process.
_IN_MEMORY = ("/vsimem/", "MEM:")

#: GDAL drivers that the wheels of rasterio lack.
_DRIVERS_OF_QGIS = (
    *("ARG", "ECW", "FITS", "GeoRaster", "HDF4", "HDF4Image", "HEIF", "JP2ECW", "JP2KAK", "JP2MrSID"),
    *("MSG", "MrSID", "NGW", "OGCAPI", "PLSCENES", "PostGISRaster"),
)


@dataclass(frozen=True)
class Choice:
    """What a person has chosen for an input of a run; empty: nothing.

    Attributes:
        bands: 1-based.
        nodata, mask: As a job's source says them; they go before what is set on the layer.
    """

    bands: tuple[int, ...] = ()
    nodata: str = ""
    mask: str = ""


@dataclass(frozen=True)
class FileRaster:
    """A raster that GDAL opens in any process.

    Attributes:
        path: Or a connection string.
        crs: WKT that a person has given the layer instead of the file's; empty: the file's.
        voids: What is no data in it.
        unused: What is set on the layer and does not count, for people; empty: nothing.
    """

    path: str
    crs: str
    voids: Voids
    unused: str = ""

    def provide(self, target: Path, feedback: QgsProcessingFeedback) -> str:
        """Return the path; that of a virtual raster with the other CRS or no data, where the job cannot say it.

        Args:
            target: Where a virtual raster may be written.
            feedback: Is told what does not count.
        """
        if self.unused:
            feedback.pushInfo(self.unused)
        bakes = self.voids.need_baking
        if not (self.crs or bakes):
            return self.path
        virtual = str(target.with_suffix(".vrt"))
        try:
            failed = gdal.Translate(virtual, self.path, format="VRT", outputSRS=self.crs or None) is None
        except RuntimeError:  # where somebody has switched GDAL's exceptions on
            failed = True
        if failed:
            raise UnreadableRaster(
                tr("{} cannot be given what is set on its layer ({}).").format(self.path, gdal.GetLastErrorMsg()),
                tr("Write it to a new file (Export > Save As…), and use that."),
            )
        if bakes:
            self.voids.bake(virtual)
        return virtual


WorkerRaster = Union[FileRaster, Snapshot]


def worker_rasters(
    layers: Mapping[str, QgsRasterLayer],
    region: QgsReferencedRectangle | None,
    gsd: float,
    transforms: QgsCoordinateTransformContext,
    choices: Mapping[str, Choice] | None = None,
) -> dict[str, WorkerRaster]:
    """Decide for each layer how the worker gets it; on the main thread.

    Args:
        layers: By any name.
        region: What the run is limited to; None: the layers alone say where it is.
        gsd: Metres a pixel at which map services are asked for pictures.
        transforms: The project's.
        choices: By the same names.

    Raises:
        UnreadableRaster: A layer without an end of its own would need a region.
        GridMismatch: The region cannot be found on a layer.
    """
    if region:
        box_in(region, next(iter(layers.values())).crs(), transforms)  # else the worker would find it out late
    files = {name: worker_source(layer) for name, layer in layers.items()}
    regions = [region] if region else [_outline(layers[name]) for name, path in files.items() if path]
    rasters = {
        name: _file_raster(layer, files[name])
        if files[name]
        else plan_snapshot(layer, regions, gsd, transforms, limited=region is not None)
        for name, layer in layers.items()
    }
    return {name: _as_chosen(raster, layers[name], (choices or {}).get(name)) for name, raster in rasters.items()}


def job_source(
    raster: WorkerRaster, path: str, bands: tuple[int, ...], scale: tuple[float, float] | None = None
) -> Source:
    """Return the source of a job.

    Args:
        raster: What is read.
        path: Where it was provided.
        bands: As ``Source`` has them.
        scale: Likewise.
    """
    voids = raster.voids
    return Source(path, bands, scale, nodata=voids.nodata or voids.rule, mask=voids.mask)


def reading_share(rasters: Iterable[WorkerRaster], share: float) -> float:
    """Return which part of the progress bar ``provided`` moves: ``share`` where QGIS has to write one of them."""
    return share if any(isinstance(raster, Snapshot) for raster in rasters) else 0.0


@contextmanager
def provided(rasters: Mapping[str, WorkerRaster], feedback: QgsProcessingFeedback) -> Iterator[dict[str, str]]:
    """Paths that the worker can open for as long as the ``with`` block lasts; in the thread of the run.

    Raises:
        Dis2Error: A raster cannot be read or written, or the run was cancelled.
    """
    with temporary_folder() as folder:
        paths = {}
        for number, (name, raster) in enumerate(rasters.items()):
            part = Part(feedback, number / len(rasters), (number + 1) / len(rasters))
            paths[name] = raster.provide(folder / name, part)
        yield paths


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder in QGIS's own temporary one, for as long as the ``with`` block lasts."""
    with TemporaryDirectory(prefix="dis2-", dir=QgsProcessingUtils.tempFolder()) as folder:
        yield Path(folder)


def files_of(raster: WorkerRaster) -> list[str]:
    """Return the files that a raster consists of, and those that a virtual one shows; none of what is no file."""
    if not isinstance(raster, FileRaster):
        return []
    try:
        dataset = gdal.Open(raster.path)
    except RuntimeError:  # where somebody has switched GDAL's exceptions on
        dataset = None
    return list(dataset.GetFileList() or ()) if dataset is not None else []


def worker_source(layer: QgsRasterLayer) -> str:
    """Return the path or connection string with which GDAL opens the layer in another process; empty: it cannot."""
    source = layer.source()
    if layer.providerType() != "gdal" or source.startswith(_IN_MEMORY):
        return ""
    if not os.path.exists(source):
        if any(mark in source for mark in _CREDENTIALS):
            return ""
        source = OPEN_OPTIONS.sub("", source)
    driver = gdal.IdentifyDriver(source)
    if driver is not None and driver.ShortName in _DRIVERS_OF_QGIS:
        return ""
    return os.path.abspath(source) if os.path.exists(source) else source


def gdal_source(layer: QgsRasterLayer) -> str:
    """Return the path or connection string with which GDAL opens the layer in another process.

    Raises:
        UnreadableRaster: The layer comes from a service or from memory.
    """
    source = worker_source(layer)
    if not source:
        kind = layer.providerType() if layer.providerType() != "gdal" else tr("in-memory")
        raise UnreadableRaster(
            tr("The layer '{}' is not a file that can be opened outside QGIS (it is a {} layer).").format(
                layer.name(), kind
            ),
            tr("Right-click it, choose Export > Save As… to write a GeoTIFF, and use that."),
        )
    return source


def _file_raster(layer: QgsRasterLayer, path: str) -> FileRaster:
    return FileRaster(path, _other_crs(layer), layer_voids(layer, stored=True))


def _as_chosen(raster: WorkerRaster, layer: QgsRasterLayer, choice: Choice | None) -> WorkerRaster:
    """A raster with what a person has chosen; None: the job has no word for that, as for ground truth."""
    if choice is None:
        return replace(raster, voids=replace(raster.voids, baked=True))
    voids = raster.voids.chosen(choice.nodata, choice.mask)
    if isinstance(raster, FileRaster):
        return replace(raster, voids=voids, unused=unused_settings(layer, choice.bands))
    return replace(raster, voids=voids)


def _other_crs(layer: QgsRasterLayer) -> str:
    """The CRS of a layer as WKT where it is not the file's: a person has set it in QGIS."""
    assigned = layer.crs()
    return crs_wkt(assigned) if assigned.isValid() and assigned != layer.dataProvider().crs() else ""


def _outline(layer: QgsRasterLayer) -> QgsReferencedRectangle:
    return QgsReferencedRectangle(layer.extent(), layer.crs())
