"""``plan.json``: everything that a worker has to know, so that all of them make parts of one and the same map."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from affine import Affine

from ..contract.card import ModelCard
from ..contract.country_jobs import PlanJob
from ..contract.errors import InputError
from ..contract.segment_job import Source
from ..contract.typed import WrongType, build
from ..contract.untrusted import parse_json, read_text, refusals
from ..rasters.alignment import Alignment
from ..rasters.grid import Box, Grid
from ..rasters.inputs import RasterInput
from ..rasters.mosaic import Tile
from ..rasters.values.ranges import no_tallies
from ..rasters.values.survey import Survey
from ..rasters.values.voids import Fills
from ..run.jobfolder import whole_file
from .units import Unit

PLAN = "plan.json"
FORMAT = 1
MAX_BYTES = 1 << 30


@dataclass(frozen=True)
class PlannedGrid:
    """A grid as JSON has it; ``transform`` are the first six numbers of the affine one."""

    crs: str | None
    transform: tuple[float, ...]
    height: int
    width: int

    @classmethod
    def of(cls, grid: Grid) -> PlannedGrid:
        """Return a grid's plain values."""
        return cls(grid.crs, tuple(map(float, grid.transform[:6])), grid.height, grid.width)

    @property
    def grid(self) -> Grid:
        """The grid."""
        return Grid(self.crs, Affine(*self.transform), self.height, self.width)


@dataclass(frozen=True)
class FileState:
    """A file of an input as it was when the plan was made; None: not known.

    Attributes:
        path: File or address.
        size: Bytes.
        modified: Seconds since 1970, of a file here.
        tag: ETag or time of change, of an address.
    """

    path: str
    size: int | None = None
    modified: float | None = None
    tag: str | None = None


@dataclass(frozen=True)
class PlannedInput:
    """A modality's raster and all that a look at it told: no unit looks again, and so none decides otherwise.

    Attributes:
        source: Where it comes from: a raster, or the index of several.
        files: What it consists of.
        grid, bands, scaling, block: As in ``RasterInput``.
        fills: (below, above, among) of each band: numbers that count as no data; see ``Fills``.
        black_is_void: Whether pixels that are 0 in all bands are a collar.
        told: The undeclared numbers that a warning named.
        tiles: Path and place of the rasters of several; empty: one raster.
        mosaic: What they have in common (``Mosaic``), as plain values.
    """

    source: Source
    files: tuple[FileState, ...]
    grid: PlannedGrid
    bands: tuple[int, ...]
    scaling: tuple[tuple[float, float], ...]
    block: int
    fills: tuple[tuple[tuple[float, ...], ...], ...]
    black_is_void: bool
    told: tuple[float, ...]
    tiles: tuple[tuple[str, int, int, int, int], ...] = ()
    mosaic: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, item: RasterInput, files: Sequence[FileState], tiles: Sequence[Tile], mosaic: Any) -> PlannedInput:
        """Return what was found out about an input."""
        seen = item.survey
        return cls(
            source=item.source,
            files=tuple(files),
            grid=PlannedGrid.of(item.grid),
            bands=item.bands,
            scaling=tuple((float(a), float(b)) for a, b in item.scaling),
            block=item.block,
            fills=tuple((one.below, one.above, one.among) for one in seen.fills) if seen else (),
            black_is_void=bool(seen and seen.black_is_void),
            told=seen.told if seen else (),
            tiles=tuple((tile.path, tile.row, tile.col, tile.height, tile.width) for tile in tiles),
            mosaic=mosaic,
        )

    def examined(self, name: str, card: ModelCard) -> RasterInput:
        """The input as ``open_inputs`` returned it."""
        modality = card.modality(name)
        seen = Survey(
            fills=tuple(Fills(*map(tuple, one)) for one in self.fills),
            black_is_void=self.black_is_void,
            tallies=no_tallies(modality),
            told=self.told,
            remarks=(),
        )
        return RasterInput(
            source=self.source,
            modality=modality,
            grid=self.grid.grid,
            bands=self.bands,
            scaling=self.scaling,
            block=self.block,
            survey=seen,
        )


@dataclass(frozen=True)
class Plan:
    """A region cut into units.

    Attributes:
        job: What was asked for.
        model: The model file.
        sha256: Of the model file.
        name: Of the model.
        inputs: By modality name, in card order.
        working, output: The grids of the whole region.
        units: Those that have something to compute.
        area: The area of interest as polygons (rings of (x, y)) in the output grid's CRS; None: all.
        created: When, as ISO 8601; the rasters bear this date, so that they are the same whoever makes them.
    """

    job: PlanJob
    model: str
    sha256: str
    name: str
    inputs: Mapping[str, PlannedInput]
    working: PlannedGrid
    output: PlannedGrid
    units: tuple[tuple[int, int, str], ...]
    area: tuple[tuple[tuple[tuple[float, float], ...], ...], ...] | None = None
    created: str = ""

    @cached_property
    def hash(self) -> str:
        """What a unit depends on, in short: units of another plan are stale."""
        job = asdict(replace(self.job, folder="."))
        decisive = {**self._plain(), "job": job, "created": "", "units": [], "model": ""}
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def alignment(self) -> Alignment:
        """The grids."""
        return Alignment(self.working.grid, self.output.grid, ())

    @cached_property
    def all_units(self) -> tuple[Unit, ...]:
        """The units, row by row."""
        return tuple(Unit(*unit) for unit in self.units)

    def box(self, unit: Unit) -> Box:
        """The pixels of a unit on the output grid."""
        return unit.box(self.job.side, self.output.height, self.output.width)

    def grid(self, unit: Unit) -> Grid:
        """The grid of a unit."""
        top, left, bottom, right = self.box(unit)
        return self.output.grid.window(top, left, bottom - top, right - left)

    def write(self, folder: Path) -> None:
        """Write ``plan.json``; an earlier one is replaced.

        Raises:
            OutputNotWritable, NoSpace: It cannot be written.
        """
        data = {"dis2_plan": FORMAT, "hash": self.hash, **self._plain()}
        with whole_file(folder / PLAN) as part:
            part.write_text(json.dumps(data), encoding="utf-8")

    def _plain(self) -> dict[str, Any]:
        """The plan as plain data; ``asdict`` would copy a hundred thousand units one by one."""
        return {**asdict(replace(self, units=())), "units": self.units}

    @classmethod
    def read(cls, folder: Path) -> Plan:
        """Read the plan of a run.

        Raises:
            InputError: There is none, or it is damaged, or of another version.
        """
        path = folder / PLAN
        hint = "Make one with dis2 plan."
        with refusals(f"The plan {path}", hint=hint):
            data = parse_json(read_text(path, MAX_BYTES))
        if not isinstance(data, dict) or data.pop("dis2_plan", None) != FORMAT:
            raise InputError(f"{path} is no plan of this version.", hint)
        data.pop("hash", None)
        try:
            return build(cls, data)
        except WrongType as error:
            raise InputError(f"{path} is damaged: {error}", hint) from error
