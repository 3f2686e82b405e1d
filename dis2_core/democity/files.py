"""The city as files that QGIS opens: rasters with their colours, and labelled polygons."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.enums import Resampling

from ..contract.card import LandClass
from ..contract.errors import Cancelled, InputError, OutputNotWritable, UnreadableRaster
from ..contract.other_jobs import CityJob
from ..contract.styles import Category, ramp_style
from ..prediction.outputs import Layout, RasterWriter, write_side_files
from ..rasters.geotiff import GeoTiffWriter
from ..rasters.grid import Grid
from ..rasters.opening import gdal_environment, opened
from ..run.disk import require_space, translated_errors
from ..run.jobfolder import JobFolder
from ..run.machine.memory import require_memory
from ..run.provenance import origin_tags
from ..run.reporting import Listener, Reporter
from .canvas import GSD
from .city import City, draw_city
from .classes import CLASSES
from .polygons import labelled_polygons
from .terrain import TERRAIN_GSD

EPSG = 25832
ORIGIN = (500_000.0, 5_400_000.0)  # of the upper left corner
SIZES = (16, 4096)  # pixels
MARK = "DIS2_CITY"  # tag of its rasters, by which a later run knows that it may replace them
DRAWING = 0.8  # share of the progress

#: The files by name.
FILES = {
    "rgb": "rgb.tif",
    "ndsm": "ndsm.tif",
    "labels": "labels.tif",
    "dsm": "dsm.tif",
    "dtm": "dtm.tif",
    "polygons": "labels.geojson",
}
_BYTES = 20  # a pixel, of all files together
_MEMORY = 140  # bytes a pixel while it is drawn: 2.3 GB at 4,096


@dataclass(frozen=True)
class CityResult:
    """What was done.

    Attributes:
        outputs: Paths by name: rgb, ndsm, labels, dsm, dtm, polygons.
        size: Height and width in pixels of 0.2 m.
        seed: Which city.
        classes: Of the labels, by value.
        seconds: Wall time.
    """

    outputs: Mapping[str, str]
    size: int
    seed: int
    classes: tuple[LandClass, ...]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return asdict(self)


def make_city(folder: str | os.PathLike[str], size: int = 1024, seed: int = 0) -> dict[str, Path]:
    """Draw a city and write it to files in ``EPSG:25832``.

    Args:
        folder: Where the files go; made where it is missing.
        size: Height and width in pixels of 0.2 m.
        seed: Which city; the same seed gives the same one.

    Returns:
        The paths of ``rgb``, ``ndsm``, ``labels``, ``dsm``, ``dtm`` and ``polygons``.
    """
    result = run_city(CityJob(os.fspath(folder), size, seed))
    return {name: Path(path) for name, path in result.outputs.items()}


def run_city(
    job: CityJob, *, progress: Listener | None = None, cancelled: Callable[[], bool] | None = None
) -> CityResult:
    """Run a job: all its files appear whole, or none does and earlier ones stay. Other files of the folder stay, too.

    Raises:
        InputError: The size is out of bounds, or the folder cannot be written.
        NoSpace: The disk is full.
        Cancelled: The run was stopped by ``cancelled`` or Ctrl-C.
    """
    started = time.monotonic()
    report = Reporter(progress, cancelled)
    if not SIZES[0] <= job.size <= SIZES[1]:
        raise InputError(f"A city of {job.size} pixels is not drawn.", f"Give a size from {SIZES[0]} to {SIZES[1]}.")
    folder = Path(os.path.abspath(job.folder))
    targets = {name: str(folder / file) for name, file in FILES.items()}
    try:
        with gdal_environment(), _made(folder), JobFolder(targets) as work:
            _check_replaceable(folder)
            require_space({folder: _BYTES * job.size**2})
            require_memory(_MEMORY * job.size**2, None, "Give a smaller --size.")
            tags = {**origin_tags(), MARK: f"seed {job.seed}"}
            _write(draw_city(job.size, job.seed, _watch(report)), tags, work, report)
            report.check()
            for name, path in work.commit():
                report.artifact(name, str(path))
    except KeyboardInterrupt:
        raise Cancelled("The run was interrupted.", "Nothing was written.") from None
    report.progress(1, "writing")
    return CityResult(targets, job.size, job.seed, CLASSES, round(time.monotonic() - started, 3))


def _watch(report: Reporter) -> Callable[[float], None]:
    def watch(done: float) -> None:
        report.check()
        report.progress(DRAWING * done, "drawing")

    return watch


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make a folder where it is missing; take it away again where nothing came of it."""
    if folder.exists() and not folder.is_dir():
        raise OutputNotWritable(f"{folder} is a file, not a folder.", "Choose another name.")
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    with translated_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for path in missing:
            if not any(path.iterdir()):
                path.rmdir()
        raise


def _check_replaceable(folder: Path) -> None:
    """Check that what stands in the place of the city's files is an earlier city: their names are common ones."""
    found = [folder / name for name in FILES.values() if (folder / name).exists()]
    rasters = [path for path in found if path.suffix == ".tif"]
    strangers = [path for path in rasters if not _is_marked(path)]
    if not rasters:
        strangers = found  # polygons bear no mark: they are the city's where its rasters are
    if strangers:
        raise OutputNotWritable(
            f"{strangers[0]} is not of a generated city, and would be replaced.", "Choose another folder, or a new one."
        )


def _is_marked(path: Path) -> bool:
    try:
        with opened(str(path)) as dataset:
            return MARK in dataset.tags()
    except UnreadableRaster:
        return False


def _write(city: City, tags: Mapping[str, str], work: JobFolder, report: Reporter) -> None:
    """Write the files, each beside its target."""
    grid = _grid(city.labels.shape, GSD)
    writers: dict[str, Callable[[Path], None]] = {
        "rgb": lambda path: _write_raster(path, grid, city.rgb, tags, ("red", "green", "blue")),
        "ndsm": lambda path: _write_heights(path, grid, city.ndsm, tags, (0, 20)),
        "labels": lambda path: _write_labels(path, grid, city.labels, tags),
        "dsm": lambda path: _write_heights(path, grid, city.dsm, tags),
        "dtm": lambda path: _write_heights(path, _grid(city.dtm.shape, TERRAIN_GSD), city.dtm, tags),
        "polygons": lambda path: _write_polygons(path, grid, city.labels),
    }
    for number, (name, write) in enumerate(writers.items()):
        report.check()
        report.progress(DRAWING + (1 - DRAWING) * number / len(writers), "writing")
        write(work.part(name))


def _grid(shape: tuple[int, ...], gsd: float) -> Grid:
    transform = Affine(gsd, 0, ORIGIN[0], 0, -gsd, ORIGIN[1])
    return Grid(CRS.from_epsg(EPSG).to_wkt(), transform, shape[0], shape[1])


def _write_raster(
    path: Path, grid: Grid, values: NDArray[Any], tags: Mapping[str, str], bands: tuple[str, ...], unit: str = ""
) -> None:
    """Write (C, H, W) values."""
    with GeoTiffWriter(path, grid, bands, dtype=str(values.dtype), tags=tags) as writer:
        if unit:
            writer.file.units = (unit,) * len(bands)
        writer.write(values)
        writer.finish(Resampling.average)


def _write_heights(
    path: Path,
    grid: Grid,
    values: NDArray[np.float32],
    tags: Mapping[str, str],
    ramp: tuple[float, float] | None = None,
) -> None:
    """Write (H, W) metres and their style; without a ramp, from the lowest to the highest."""
    _write_raster(path, grid, values[None], tags, ("height",), "m")
    lowest, highest = ramp or (float(np.floor(values.min())), float(np.ceil(values.max())))
    write_side_files(path, ramp_style(max(highest, lowest + 1), lowest))


def _write_labels(path: Path, grid: Grid, labels: NDArray[np.uint8], tags: Mapping[str, str]) -> None:
    categories = tuple(Category(value, item.name, item.color) for value, item in enumerate(CLASSES))
    with RasterWriter(path, grid, Layout(("class",), categories), tags) as writer:
        writer.write(labels[None])
        writer.finish()


def _write_polygons(path: Path, grid: Grid, labels: NDArray[np.uint8]) -> None:
    with translated_errors(path):
        path.write_text(labelled_polygons(labels, grid.transform, EPSG), encoding="utf-8")
