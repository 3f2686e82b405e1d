"""Units as one map: an index that any GIS opens, or one file; and the table of areas."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.windows import Window

from ..contract.card import NODATA, ModelCard
from ..contract.catalogue import read_card
from ..contract.country_jobs import JoinJob
from ..contract.errors import InputError
from ..prediction.outputs import PROBABILITY_MAXIMUM, Layout, MapRows, MapWriter, layouts, write_side_files
from ..prediction.planning import files_read
from ..rasters.areas import ClassArea, class_areas, write_area_table
from ..rasters.geotiff import BLOCK, Storage
from ..rasters.mosaic import Mosaic, Tile
from ..rasters.opening import gdal_environment
from ..run.jobfolder import JobFolder
from ..run.provenance import origin_tags
from ..run.reporting import Listener, Reporter
from .index import write_index
from .plan import Plan
from .polygons import require_packages, write_polygons
from .stac import COLLECTION, write_collection
from .units import UNITS, Unit, UnitFiles

AREAS = "areas.csv"


@dataclass(frozen=True)
class JoinResult:
    """What joining units has made.

    Attributes:
        outputs: Paths by output name.
        area_table: Pixels, area and share of each class.
        scenarios: Pixels by the modalities that they had.
        units: How many are in the map.
        missing: How many are not.
        seconds: That the units took together.
        device: Where the network ran.
    """

    outputs: Mapping[str, str]
    area_table: tuple[ClassArea, ...]
    scenarios: Mapping[str, int]
    units: int
    missing: int
    seconds: float
    device: str

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return asdict(self)


def run_join(
    job: JoinJob, *, progress: Listener | None = None, cancelled: Callable[[], bool] | None = None
) -> JoinResult:
    """Put the units of a plan together.

    Raises:
        InputError: The plan cannot be read, or units are missing and ``partial`` does not allow it.
        ResourceError: The packages that write polygons are not installed.
        OutputNotWritable, NoSpace: A file cannot be written.
    """
    report = Reporter(progress, cancelled)
    report.progress(0, "joining")
    folder = Path(job.folder).absolute()
    plan = Plan.read(folder)
    files = UnitFiles(folder)
    units = finished_units(plan, files, partial=job.partial)
    card = read_card(plan.model)
    if job.polygons:
        require_packages()
    with gdal_environment():
        joined = Joined(plan, card, files, units)
        totals = Totals.of(plan, card, files, units)
        inputs = (*files_read(plan.job.job()), *(file.path for item in plan.inputs.values() for file in item.files))
        targets = joined.targets(job)
        last_first = dict(reversed(targets.items()))  # the map is renamed last: it is there, so all is
        with JobFolder(last_first, inputs, report.warning, (ending(job.to),)) as made:
            joined.write(job.to, made, report)
            write_area_table(made.part("areas"), totals.areas)
            if job.stac:
                write_collection(made.part("collection"), folder, plan, card, joined.made, files, units)
            if job.polygons:
                write_polygons(made.part("parquet"), plan, card, files, units, report.check)
            report.check()
            made.commit()
    outputs = {"polygons" if name == "parquet" else name: path for name, path in targets.items()}
    for name, path in outputs.items():
        report.artifact(name, path)
    report.progress(1, "joining")
    return JoinResult(
        outputs=outputs,
        area_table=totals.areas,
        scenarios=totals.scenarios,
        units=len(units),
        missing=len(plan.units) - len(units),
        seconds=totals.seconds,
        device=totals.device,
    )


def finished_units(plan: Plan, files: UnitFiles, *, partial: bool) -> list[Unit]:
    """The units that are made.

    Raises:
        InputError: There are none, or some are missing and must not.
    """
    units = [unit for unit in plan.all_units if files.is_finished(unit, plan.hash)]
    missing = len(plan.units) - len(units)
    if not units or (missing and not partial):
        raise InputError(
            f"{missing:,} of {len(plan.units):,} units are not finished.",
            "Call dis2 work until they are; dis2 status tells which failed. --partial joins what there is.",
        )
    return units


@dataclass(frozen=True)
class Totals:
    """What the sidecars of all units tell together."""

    areas: tuple[ClassArea, ...]
    scenarios: Mapping[str, int]
    seconds: float
    device: str

    @classmethod
    def of(cls, plan: Plan, card: ModelCard, files: UnitFiles, units: Sequence[Unit]) -> Totals:
        """Add up.

        Raises:
            InputError: A sidecar or a raster is not as it was made.
        """
        pixels: dict[int, int] = {}
        square_metres: dict[int, float | None] = {}
        scenarios: dict[str, int] = {}
        seconds, device = 0.0, ""
        for unit in units:
            note = files.note_of_whole(unit)
            for name, (count, area) in note.areas.items():
                value = int(name)
                pixels[value] = pixels.get(value, 0) + count
                known = square_metres.get(value, 0.0)
                square_metres[value] = None if area is None or known is None else known + area
            for name, count in note.scenarios.items():
                scenarios[name] = scenarios.get(name, 0) + count
            seconds, device = seconds + note.seconds, note.device
        everywhere = plan.output.height * plan.output.width
        pixels[NODATA] = everywhere - sum(count for value, count in pixels.items() if value != NODATA)
        areas = class_areas(card.class_names, pixels, square_metres, uncertain=plan.job.min_confidence > 0)
        return cls(areas, scenarios, round(seconds, 3), device)


class Joined:
    """The units of a plan as rasters.

    Args:
        plan: The plan.
        card: Of its model.
        files: Where the units lie.
        units: Those that are made.
    """

    def __init__(self, plan: Plan, card: ModelCard, files: UnitFiles, units: Sequence[Unit]) -> None:
        self.plan = plan
        self.card = card
        self.files = files
        self.units = units
        self.layouts = layouts(card, uncertain=plan.job.min_confidence > 0)
        self.outputs = tuple(dict.fromkeys(("classes", *plan.job.outputs)))

    @property
    def made(self) -> dict[str, Layout]:
        """What the units' rasters hold, by output name."""
        return {name: self.layouts[name] for name in self.outputs}

    def targets(self, job: JoinJob) -> dict[str, str]:
        """Where the map and all else that is asked for goes, by output name."""
        folder = Path(job.folder).absolute()
        targets = {name: folder / f"{stem(name)}{ending(job.to)}" for name in self.outputs}
        targets["areas"] = folder / AREAS
        if job.stac:
            targets["collection"] = folder / COLLECTION
        if job.polygons:
            targets["parquet"] = Path(job.polygons).absolute()
        return {name: str(path) for name, path in targets.items()}

    def write(self, to: str, folder: JobFolder, report: Reporter) -> None:
        """Write the map and the other outputs, each with its style and names."""
        if to == "cog":
            return self.copy(folder, Storage.of(self.plan.job.creation_options, "COG"), report)
        for name, layout in self.made.items():
            part = folder.part(name)
            if to == "vrt":
                part.write_bytes(self.vrt(name))
            else:
                rasters = {unit: self.files.raster(unit, name).name for unit in self.units}
                write_index(part, folder.targets[name], self.plan, layout, rasters)
            write_side_files(part, layout.style, layout.categories)

    def copy(self, folder: JobFolder, storage: Storage, report: Reporter) -> None:
        """Write those rasters that the folder has a place for as files that need no units."""
        parts = {name: folder.part(name) for name in self.outputs if name in folder.targets}
        with MapWriter(parts, self.plan.output.grid, self.layouts, self.tags(), storage) as writer:
            for rows in self.rows(tuple(parts)):
                report.check()
                writer.write(rows)
                report.progress(0.9 * rows.row / self.plan.output.height, "joining")
            for _ in writer.finish():
                report.check()

    def tags(self) -> dict[str, str]:
        """Provenance, as the units have it."""
        with self.files.opened(self.units[0]) as first:
            known = {name: text for name, text in first.tags().items() if name.startswith("DIS2_")}
        return {**known, **origin_tags()}

    def rows(self, names: Sequence[str]) -> Iterator[MapRows]:
        """The rows of the rasters from top to bottom, ``BLOCK`` at a time."""
        height, width = self.plan.output.height, self.plan.output.width
        by_row: dict[int, list[Unit]] = {}
        for unit in self.units:
            by_row.setdefault(unit.row, []).append(unit)
        for row in range(0, height, BLOCK):
            rasters = {
                name: np.full((len(self.layouts[name].bands), min(BLOCK, height - row), width), NODATA, np.uint8)
                for name in names
            }
            for unit in by_row.get(row // self.plan.job.side, ()):
                top, left, _, right = self.plan.box(unit)
                for name, values in rasters.items():
                    with self.files.opened(unit, name) as file:
                        part = Window(0, row - top, right - left, values.shape[1])
                        values[:, :, left:right] = file.read(window=part)
            yield MapRows(row, rasters)

    def vrt(self, name: str) -> bytes:
        """A VRT of the units' files, which lie in a folder beside it."""
        tiles = []
        for unit in self.units:
            top, left, bottom, right = self.plan.box(unit)
            path = f"{UNITS}/{self.files.raster(unit, name).name}"
            tiles.append(Tile(path, top, left, bottom - top, right - left))
        return mosaic_of(self.layouts[name], self.plan).xml(tiles, relative=True)


def mosaic_of(layout: Layout, plan: Plan) -> Mosaic:
    """What the units' files of an output have in common."""
    bands = len(layout.bands)
    palette = {item.value: item.rgba for item in layout.categories}
    return Mosaic(
        plan.output.grid,
        ("uint8",) * bands,
        (NODATA,) * bands,
        names=layout.bands,
        palette={**palette, NODATA: (0, 0, 0, 0)} if palette else None,
        scale=1 / PROBABILITY_MAXIMUM if layout.maximum == PROBABILITY_MAXIMUM else 1.0,
    )


def stem(output: str) -> str:
    """What the joined files of an output are called."""
    return "map" if output == "classes" else output


def ending(to: str) -> str:
    """What the names of joined rasters end in."""
    return ".tif" if to == "cog" else f".{to}"
