"""Points to be interpreted, drawn from a class map: a simple random sample, or one of each of its classes."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..contract.errors import InputError, NoValidData
from ..contract.other_jobs import SampleJob
from ..rasters.crs import parse_crs, project
from ..rasters.grid import Grid
from ..rasters.opening import gdal_environment
from ..rasters.sources import files_behind
from ..run.jobfolder import JobFolder
from ..run.reporting import Listener, Reporter
from .classes import Side
from .codes import NOTHING, RasterCodes, check_number, uncertain_code
from .comparison import MAX_SEEN, nodata_advice
from .sampling import allocate, count_codes, draw, random_sample_size, sample_size

MOST_POINTS = 100_000  # nobody interprets more
WGS84 = "OGC:CRS84"


@dataclass(frozen=True)
class Stratum:
    """A class of the map.

    Attributes:
        name: The class.
        pixels: It has in the map.
        share: Of the map.
        points: That were drawn in it.
    """

    name: str
    pixels: int
    share: float
    points: int


@dataclass(frozen=True)
class SampleResult:
    """What was drawn.

    Attributes:
        outputs: Paths by output name.
        points: How many.
        strata: The classes of the map.
        field: Of the points, to be filled in.
        crs: Of the points' coordinates.
        seconds: Wall time.
        warnings: Texts of the warnings.
    """

    outputs: Mapping[str, str]
    points: int
    strata: tuple[Stratum, ...]
    field: str
    crs: str
    seconds: float
    warnings: tuple[str, ...]

    @property
    def summary(self) -> str:
        """What to do next."""
        return (
            f"{self.points:,} points were drawn. Write into the field '{self.field}' what is on the ground at each, "
            "without looking at the map."
        )

    @property
    def table(self) -> list[list[str]]:
        """The classes as text, the header first."""
        rows = [[item.name, f"{item.pixels:,}", f"{item.share:.1%}", f"{item.points:,}"] for item in self.strata]
        return [["class of the map", "pixels", "share", "points"], *rows]

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {**asdict(self), "summary": self.summary}


def run_sample(
    job: SampleJob, *, progress: Listener | None = None, cancelled: Callable[[], bool] | None = None
) -> SampleResult:
    """Draw the points of a job; the file appears whole, or not at all.

    Raises:
        InputError: The map or an option cannot be used (its subclasses say why).
        NoValidData: The map has no class anywhere.
        Cancelled: The run was stopped by ``cancelled``.
    """
    started = time.monotonic()
    report = Reporter(progress, cancelled)
    report.progress(0, "reading")
    with gdal_environment(), JobFolder({"points": job.output}, files_behind((job.classes,))) as folder:
        with RasterCodes(job.classes, job.band, nodata=job.nodata, mask=job.mask) as raster:
            if raster.grid.crs is None:
                raise InputError(f"{job.classes} has no CRS.", "Assign the CRS that it has.")
            names, strata = _strata(raster, job, report)
            report.progress(0.5, "drawing")
            numbers = _numbers(job, [sum(codes.values()) for codes in strata], report)
            pixels = list(_drawn(raster, strata, numbers, job, report))
            crs = _write(folder.part("points"), [(row, column) for row, column, _ in pixels], raster.grid, job)
        for name, path in folder.commit():
            report.artifact(name, str(path))
    drawn = Counter(code for _, _, code in pixels)
    total = sum(sum(codes.values()) for codes in strata)
    return SampleResult(
        outputs={"points": job.output},
        points=len(pixels),
        strata=tuple(
            Stratum(name, size := sum(codes.values()), size / total, sum(drawn[code] for code in codes))
            for name, codes in zip(names, strata, strict=True)
        ),
        field=job.field,
        crs=crs,
        seconds=round(time.monotonic() - started, 3),
        warnings=tuple(report.warnings),
    )


def _strata(raster: RasterCodes, job: SampleJob, report: Reporter) -> tuple[list[str], list[dict[int, int]]]:
    """Names of the map's classes, and of each the codes with their pixels."""
    pixels = count_codes(raster, report.check)
    values = job.values or raster.categories()
    left_out = (NOTHING, uncertain_code(values, raster.tags))
    seen = sorted(code for code in pixels if code not in left_out)
    check_number(len(seen), job.classes, MAX_SEEN)
    strata: dict[str, dict[int, int]] = {}
    texts = set(map(str, seen))
    for item in Side(values, tuple(map(str, seen))).listed():
        if item.value in texts:
            strata.setdefault(item.name, {})[int(item.value)] = pixels[int(item.value)]
    for name in strata:
        if advice := nodata_advice(name):
            report.warning(f"{job.classes} has a class '{name}'.{advice}", "classes")
    if not strata:
        raise NoValidData(f"{job.classes} has no class anywhere.", "Check its nodata value.")
    return list(strata), list(strata.values())


def _numbers(job: SampleJob, pixels: Sequence[int], report: Reporter) -> list[int]:
    """Points by class; of a simple random sample how many there are in all comes first and stands alone."""
    total = job.points
    if total is None and job.design == "random":
        total = random_sample_size(job.expected, job.error)
    elif total is None:
        total = sample_size([size / sum(pixels) for size in pixels], [job.expected] * len(pixels), job.error)
    if job.design == "random":
        numbers = [min(total, sum(pixels))]
    else:
        numbers = allocate(total, pixels, job.allocation, job.minimum)
    if sum(numbers) > MOST_POINTS:
        raise InputError(
            f"The sample would have {sum(numbers):,} points, which nobody interprets.",
            f"Ask for a larger standard error, or for up to {MOST_POINTS:,} points.",
        )
    if sum(numbers) > total:
        report.info(f"{sum(numbers):,} points instead of {total:,}, so that each class has {job.minimum}.")
    return numbers


def _drawn(
    raster: RasterCodes, strata: Sequence[Mapping[int, int]], numbers: Sequence[int], job: SampleJob, report: Reporter
) -> list[tuple[int, int, int]]:
    """Row, column and code of the points, in an order that says nothing of the class."""
    whole = {code: count for codes in strata for code, count in codes.items()}
    parts = [whole] if job.design == "random" else strata
    pixels = list(draw(raster, parts, numbers, job.seed, report.check))
    return [pixels[number] for number in np.random.default_rng(job.seed).permutation(len(pixels))]


def _write(path: Path, pixels: Sequence[tuple[int, int]], grid: Grid, job: SampleJob) -> str:
    """Write the middles of pixels as GeoJSON, in the map's CRS where that has a code; return the CRS."""
    rows, columns = np.array(pixels, dtype=np.float64).reshape(-1, 2).T + 0.5
    to_ground = grid.transform
    xs = to_ground.a * columns + to_ground.b * rows + to_ground.c
    ys = to_ground.d * columns + to_ground.e * rows + to_ground.f
    source = str(grid.crs)
    code = parse_crs(source).to_epsg()
    crs = f"EPSG:{code}" if code else WGS84
    if not code:
        xs, ys = project((xs, ys), source, WGS84)
    features = [
        {
            "type": "Feature",
            "id": number,
            "properties": {job.field: None},
            "geometry": {"type": "Point", "coordinates": [float(x), float(y)]},
        }
        for number, (x, y) in enumerate(zip(xs, ys, strict=True), start=1)
    ]
    collection: dict[str, Any] = {"type": "FeatureCollection", "features": features}
    if code:
        collection["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{code}"}}
    path.write_text(json.dumps(collection), encoding="utf-8")
    return crs
