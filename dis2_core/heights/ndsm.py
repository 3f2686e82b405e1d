"""Height above ground: a surface model less a terrain model, brought onto one grid while they are read."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from rasterio.enums import Resampling

from ..contract.card import Band, Modality
from ..contract.errors import Cancelled, GridMismatch, NoValidData
from ..contract.other_jobs import NdsmJob
from ..contract.segment_job import Event, Source
from ..contract.styles import ramp_style
from ..prediction.outputs import write_side_files
from ..rasters.alignment import extent_in, footprints, ground_resolution, intersection
from ..rasters.crs import crs_name, same_crs
from ..rasters.georeference import box_beside, read_grid
from ..rasters.geotiff import GeoTiffWriter, Storage
from ..rasters.grid import Bounds, Grid
from ..rasters.inputs import RasterInput, beside, examine
from ..rasters.opening import gdal_environment
from ..rasters.reading import ChunkStream, ModalityReader, choose_rows_per_chunk
from ..rasters.sources import files_behind
from ..run.disk import require_space
from ..run.jobfolder import JobFolder
from ..run.machine.memory import require_memory
from ..run.provenance import base_name, origin_tags
from ..run.reporting import Listener, Reporter
from .figures import HIGH, LOW, STEP, Heights, HeightTally, NdsmResult, difference, suspicions

PathLike = str | os.PathLike[str]
NODATA = -9999.0

_BAND = Band("height", mean=0, std=1, valid_min=-12_000, valid_max=10_000, unit="m")
SURFACE = Modality("dsm", "elevation", "elevation", (_BAND,), "surface model")
TERRAIN = Modality("dtm", "elevation", "elevation", (_BAND,), "terrain model")


def ndsm(
    dsm: PathLike | Source,
    dtm: PathLike | Source,
    output: PathLike,
    *,
    extent: Bounds | None = None,
    extent_crs: str = "",
    grid: PathLike = "dsm",
    lowest: float | None = 0.0,
    highest: float | None = None,
    creation_options: Mapping[str, str] | None = None,
    format: str = "GTiff",
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> NdsmResult:
    """Subtract a terrain model from a surface model, whatever their CRS, resolution and extent.

    Args:
        dsm: The surface: roofs and tree tops.
        dtm: The bare ground.
        output: The GeoTIFF: float32 metres, -9999 where either has no data.
        extent: (xmin, ymin, xmax, ymax) to which the result is limited; None: where both rasters are.
        extent_crs: CRS of the extent; empty: that of the result.
        grid: ``dsm``, ``dtm``, or a raster's path: whose pixels the result has.
        lowest: Heights below are set to it; None leaves them.
        highest: Heights above are set to it; None leaves them.
        creation_options: How the GeoTIFF is stored; see ``segment_job.CREATION_OPTIONS``.
        format: ``GTiff``, or ``COG`` for a cloud optimized GeoTIFF.
        progress: Gets events of the types progress, info, warning and artifact.
        cancelled: Is asked between strips; True stops the run.

    Raises:
        Dis2Error: See ``run_ndsm``.
    """
    job = NdsmJob(
        dsm=dsm if isinstance(dsm, Source) else Source(os.fspath(dsm)),
        dtm=dtm if isinstance(dtm, Source) else Source(os.fspath(dtm)),
        output=os.fspath(output),
        extent=extent,
        extent_crs=extent_crs,
        grid=os.fspath(grid),
        lowest=lowest,
        highest=highest,
        creation_options=dict(creation_options or {}),
        format=format,
    )
    return run_ndsm(job, progress=progress, cancelled=cancelled)


def run_ndsm(
    job: NdsmJob, *, progress: Listener | None = None, cancelled: Callable[[], bool] | None = None
) -> NdsmResult:
    """Run a job: the output appears whole, or not at all and an earlier one stays.

    Raises:
        InputError: An input, the output or an option cannot be used (its subclasses say which).
        NoValidData: Nowhere do both rasters have data.
        NoSpace: The disk is full.
        Cancelled: The run was stopped by ``cancelled`` or Ctrl-C.
    """
    started = time.monotonic()
    report = Reporter(progress, cancelled)
    report.progress(0, "reading")
    try:
        with gdal_environment():
            result = _Subtraction.of(job, report).execute()
    except KeyboardInterrupt:
        raise Cancelled("The run was interrupted.", "Nothing was written.") from None
    return replace(result, seconds=round(time.monotonic() - started, 3))


class _Subtraction:
    """A job in progress.

    Args:
        job: What to do.
        dsm, dtm: The examined rasters.
        grid: The pixels of the result.
        report: Who is told.
    """

    def __init__(self, job: NdsmJob, dsm: RasterInput, dtm: RasterInput, grid: Grid, report: Reporter) -> None:
        self._job = job
        self._inputs = (dsm, dtm)
        self._grid = grid
        self._report = report
        self._storage = Storage.of(job.creation_options, job.format)
        self._storage.require(grid, 1, "float32")

    @classmethod
    def of(cls, job: NdsmJob, report: Reporter) -> _Subtraction:
        """Examine a job."""
        dsm, dtm = examine([(job.dsm, SURFACE), (job.dtm, TERRAIN)])
        grid = target_grid(job, dsm, dtm)
        dsm, dtm = beside((dsm, dtm), grid)
        for item in (dsm, dtm):
            for event in item.remarks:
                report.pass_on(event)
            if text := _resampling(item, grid):
                report.info(text)
        return cls(job, dsm, dtm, grid, report)

    def execute(self) -> NdsmResult:
        """Make the output and put it into place."""
        job, report = self._job, self._report
        tally = HeightTally(self._grid, job.lowest, job.highest)
        references = () if job.grid in ("dsm", "dtm") else (job.grid,)
        files = files_behind((job.dsm.path, job.dtm.path, *references))
        with JobFolder({"ndsm": job.output}, files, report.warning) as folder:
            part = folder.part("ndsm")
            require_space({folder.targets["ndsm"].parent: self._size()})
            require_memory(self._memory(), None, "Give an --extent, or rewrite the rasters in small tiles.")
            self._write(part, tally)
            write_side_files(part, self._style(tally))
            for warning in suspicions(tally, *(item.path for item in self._inputs)):
                report.pass_on(Event("warning", {"code": "heights", "text": warning}))
            report.check()
            for name, path in folder.commit():
                report.artifact(name, str(path))
        result = tally.result(job.output, tuple(report.warnings))
        if result.holes.pixels:
            report.info(f"Without a height: {result.holes}.")
        report.progress(1, "finishing")
        return result

    def _write(self, path: Path, tally: HeightTally) -> None:
        grid, report = self._grid, self._report
        readers = [ModalityReader(item, item.modality, grid, fill=False) for item in self._inputs]
        rows = choose_rows_per_chunk(grid.width, len(readers))
        writer = GeoTiffWriter(
            path,
            grid,
            ("height above ground",),
            dtype="float32",
            nodata=NODATA,
            tags=self._tags(),
            storage=self._storage,
        )
        with writer, ChunkStream(readers, grid, rows) as stream:
            writer.file.units = ("m",)
            for start, stop, chunks in stream:
                report.check()
                surface, terrain = chunks["dsm"], chunks["dtm"]
                heights = difference(surface.values[0], terrain.values[0], surface.valid & terrain.valid)
                tally.add(start, heights, surface.valid, terrain.valid)
                writer.write(self._limited(heights)[None])
                report.progress(0.9 * stop / grid.height, "subtracting")
            if not tally.pixels:
                names = " and ".join(item.path for item in self._inputs)
                raise NoValidData(
                    f"{names} have no pixel in common that has data.", "Check their nodata values and the extent."
                )
            for event in (event for reader in readers for event in reader.warnings()):
                report.pass_on(event)
            report.progress(0.9, "finishing")
            writer.finish(Resampling.average)

    def _limited(self, heights: Heights) -> Heights:
        """Heights within the limits, in place; nodata in holes."""
        if self._job.lowest is not None or self._job.highest is not None:
            np.clip(heights, self._job.lowest, self._job.highest, out=heights)
        heights[np.isnan(heights)] = NODATA
        return heights

    def _tags(self) -> dict[str, str]:
        names = {f"DIS2_{item.modality.name.upper()}": base_name(item.path) for item in self._inputs}
        limits = {"DIS2_LOWEST": self._job.lowest, "DIS2_HIGHEST": self._job.highest}
        return {**origin_tags(), **names, **{key: f"{value:g}" for key, value in limits.items() if value is not None}}

    def _style(self, tally: HeightTally) -> str:
        """From the ground, or from where heights begin, to what hardly any height exceeds; whole steps of 5 m."""
        lowest = -math.inf if self._job.lowest is None else self._job.lowest
        highest = math.inf if self._job.highest is None else self._job.highest
        minimum = max(5 * math.floor(min(tally.quantile(LOW) + STEP, 0) / 5), lowest)
        maximum = min(5 * math.ceil(tally.quantile(HIGH) / 5), highest)
        return ramp_style(maximum if maximum > minimum else minimum + 5, minimum)

    def _size(self) -> int:
        """Bytes that the output will about take: noise of a survey leaves little to compress."""
        return self._grid.height * self._grid.width * 4 * 4 // 3

    def _memory(self) -> int:
        """Bytes that rows in work and unpacked blocks about take: chunks that are read, wait, and are subtracted."""
        rows = choose_rows_per_chunk(self._grid.width, len(self._inputs))
        in_work = 6 * len(self._inputs) + 3
        return 4 * in_work * rows * self._grid.width + 4 * max(item.block for item in self._inputs)


def target_grid(job: NdsmJob, dsm: RasterInput, dtm: RasterInput) -> Grid:
    """Return the grid of the result: where both rasters are, or all of a third one; within the extent.

    Raises:
        GridMismatch: The rasters, the extent and the third one share no ground, or the grid is rotated.
    """
    own = {"dsm": dsm, "dtm": dtm}.get(job.grid)
    base = own.grid if own else _in_one_spelling(read_grid(job.grid), dsm.grid, dtm.grid)
    path = own.path if own else job.grid
    if (base.crs is None) != (dsm.grid.crs is None):
        raise GridMismatch(f"The grid of {path} cannot be used: it or the inputs have no CRS.", "Assign it.")
    if base.crs is None:
        return _plain_grid(job, base, dsm.grid, path)
    if not base.is_north_up:
        raise GridMismatch(
            f"The grid of {path} is rotated (or upside down); a raster of heights needs a north-up one.",
            "Use the grid of another raster, or straighten this one with gdalwarp.",
        )
    first, second = (box_beside(box, base.bounds, base.crs) for box in footprints((dsm, dtm), base.crs))
    region = intersection(first, second)
    region = region and intersection(region, base.bounds)
    if region is None:
        names = dict.fromkeys((dsm.path, dtm.path, path))
        raise GridMismatch(f"{', '.join(names)} share no ground.", "Check that all show the same place.")
    if job.extent is None:
        return base.crop(region) if own else base
    wanted = intersection(region, extent_in(job.extent, job.extent_crs, base.crs, region))
    if wanted is None:
        raise GridMismatch(
            f"The extent lies outside of what {dsm.path} and {dtm.path} share.", "Give another extent, and its CRS."
        )
    return base.crop(wanted)


def _in_one_spelling(grid: Grid, *others: Grid) -> Grid:
    """The grid with the WKT of another one that has the same CRS."""
    for other in others:
        if grid.crs is not None and other.crs is not None and same_crs(grid.crs, other.crs):
            return replace(grid, crs=other.crs)
    return grid


def _plain_grid(job: NdsmJob, base: Grid, own: Grid, path: str) -> Grid:
    """The grid where nothing has a CRS: the pixels themselves, and all rasters have the same."""
    if base.shape != own.shape:
        raise GridMismatch(f"{path} has no CRS and another size than the inputs.", "Assign a CRS to each of them.")
    return own if job.extent is None else own.crop(job.extent)


def _resampling(item: RasterInput, grid: Grid) -> str:
    """What is resampled from and to; nothing where pixels are taken as they are."""
    if item.grid.offset_of(grid) is not None:
        return ""
    theirs, ours = (min(ground_resolution(one, grid)) for one in (item.grid, grid))
    return (
        f"{item.path} is resampled from {theirs:.3g} m ({crs_name(item.grid.crs)}) to {ours:.3g} m "
        f"({crs_name(grid.crs)})."
    )
