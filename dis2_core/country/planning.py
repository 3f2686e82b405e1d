"""A plan from a job: inputs looked at once, grids chosen, and the units that have something to compute."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..contract.card import ModelCard, scenario_name
from ..contract.catalogue import find_model, read_card, sha256
from ..contract.country_jobs import PlanJob
from ..contract.errors import NoValidData, OutputNotWritable
from ..contract.segment_job import Job
from ..prediction.planning import look, settle
from ..rasters.alignment import footprint
from ..rasters.grid import Bounds, Grid, place
from ..rasters.opening import gdal_environment
from ..run.disk import translated_errors
from ..run.reporting import Listener, Reporter
from .plan import PLAN, Plan, PlannedGrid, PlannedInput
from .sources.inputs import Found, find

Reached = npt.NDArray[np.bool_]  # (rows, columns) of units


@dataclass(frozen=True)
class PlanResult:
    """What a plan is like.

    Attributes:
        outputs: The plan's file.
        units: How many there are to make.
        dropped: How many lie where there is nothing to compute.
        size: (height, width) of the output grid.
        windows: Windows of the whole region.
        scenarios: Units by the modalities that reach them.
    """

    outputs: Mapping[str, str]
    units: int
    dropped: int
    size: tuple[int, int]
    windows: int
    scenarios: Mapping[str, int]

    @property
    def summary(self) -> str:
        """In one line."""
        left_out = f"; {self.dropped:,} have nothing to compute" if self.dropped else ""
        return f"{self.units:,} units of a map of {self.size[1]:,} × {self.size[0]:,} pixels{left_out}."

    @property
    def table(self) -> Sequence[Sequence[str]]:
        """Units by the modalities that reach them."""
        return [("available", "units"), *((name, f"{count:,}") for name, count in self.scenarios.items())]

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {
            "outputs": dict(self.outputs),
            "units": self.units,
            "dropped": self.dropped,
            "size": list(self.size),
            "windows": self.windows,
            "scenarios": dict(self.scenarios),
        }


def run_plan(
    job: PlanJob, *, progress: Listener | None = None, cancelled: Callable[[], bool] | None = None
) -> PlanResult:
    """Cut a region into units and write the plan; units that an equal plan has made stay good.

    Raises:
        InputError: As ``prepare`` does, or the folder cannot be made.
        NoValidData: No unit has anything to compute.
    """
    report = Reporter(progress, cancelled)
    report.progress(0, "planning")
    folder = Path(os.path.abspath(job.folder))
    if not folder.parent.is_dir():
        raise OutputNotWritable(f"The folder {folder.parent} does not exist.", "Create it, or choose another.")
    with _made(folder), gdal_environment():
        plan, windows = _plan(job, folder, report)
        plan.write(folder)
    report.artifact("plan", str(folder / "plan.json"))
    report.progress(1, "planning")
    output = plan.output
    rows, cols = (math.ceil(side / job.side) for side in (output.height, output.width))
    scenarios: dict[str, int] = {}
    for unit in plan.all_units:
        scenarios[unit.scenario] = scenarios.get(unit.scenario, 0) + 1
    return PlanResult(
        outputs={"plan": str(folder / "plan.json")},
        units=len(plan.units),
        dropped=rows * cols - len(plan.units),
        size=(output.height, output.width),
        windows=windows,
        scenarios=scenarios,
    )


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """Make a folder for a plan, and take it away again where the ``with`` block does not bring one about.

    Raises:
        OutputNotWritable, NoSpace: It cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputNotWritable(f"{folder} is a file, not a folder.", "Give the name of a folder.")
    is_new = not folder.exists()
    with translated_errors(folder):
        folder.mkdir(exist_ok=True)
    try:
        yield
    except BaseException:
        if is_new and not (folder / PLAN).exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _plan(job: PlanJob, folder: Path, report: Reporter) -> tuple[Plan, int]:
    """The plan, and the windows of the whole region."""
    model = find_model(job.model)
    card = read_card(model)
    found = {name: find(source, card.modality(name), folder) for name, source in job.inputs.items()}
    run = replace(job, inputs={name: item.source for name, item in found.items()}).job()
    inputs, alignment, area = look(run, card)
    setup = settle(run, card, inputs, alignment, area)
    report.check()
    for event in (*(event for item in setup.inputs for event in item.remarks), *setup.alignment.remarks):
        report.pass_on(event)
    planned = {
        item.modality.name: PlannedInput.of(
            item, found[item.modality.name].files, found[item.modality.name].tiles, found[item.modality.name].common
        )
        for item in setup.inputs
    }
    output = setup.alignment.output
    reached = {
        item.modality.name: _reached(found[item.modality.name], item.grid, output, job.side) for item in setup.inputs
    }
    units = _units(card, reached, _wanted(run, setup.area, output, job.side))
    if not units:
        raise NoValidData("No unit has anything to compute.", "Check the inputs, and the area of interest.")
    return Plan(
        job=job,
        model=os.path.abspath(model),
        sha256=sha256(model),
        name=card.name,
        inputs=planned,
        working=PlannedGrid.of(setup.alignment.working),
        output=PlannedGrid.of(output),
        units=units,
        area=setup.area.plain if setup.area else None,
        created=datetime.now(timezone.utc).replace(microsecond=0).isoformat(),
    ), len(setup.windows)


def _units(card: ModelCard, reached: Mapping[str, Reached], wanted: Reached) -> tuple[tuple[int, int, str], ...]:
    """(row, column, scenario) of the units that somebody wants and some modality reaches, row by row."""
    masks = np.zeros(wanted.shape, dtype=np.int64)
    for bit, name in enumerate(card.modality_names):
        if name in reached:
            masks |= reached[name].astype(np.int64) << bit
    masks[~wanted] = 0
    names = {card.scenario_mask(scenario): scenario_name(scenario) for scenario in card.scenarios()}
    rows, cols = np.nonzero(masks)
    return tuple(
        (row, col, names[mask])
        for row, col, mask in zip(rows.tolist(), cols.tolist(), masks[rows, cols].tolist(), strict=True)
    )


def _reached(found: Found, grid: Grid, output: Grid, side: int) -> Reached:
    """The units that an input's tiles reach."""
    reached = np.zeros(_shape(output, side), dtype=np.bool_)
    parts = [grid.window(tile.row, tile.col, tile.height, tile.width) for tile in found.tiles] or [grid]
    for part in parts:
        _mark(reached, footprint(part, output.crs), output, side)
    return reached


def _mark(reached: Reached, box: Bounds, output: Grid, side: int) -> None:
    """Mark the units that a box in the CRS of the output grid touches, a pixel of room around it."""
    inverse = ~output.transform
    xmin, ymin, xmax, ymax = box
    cols, rows = zip(*(place(inverse, x, y) for x in (xmin, xmax) for y in (ymin, ymax)), strict=True)
    top, bottom = (math.floor(position / side) for position in (min(rows) - 1, max(rows) + 1))
    left, right = (math.floor(position / side) for position in (min(cols) - 1, max(cols) + 1))
    reached[max(top, 0) : max(bottom + 1, 0), max(left, 0) : max(right + 1, 0)] = True


def _wanted(job: Job, area: Any, output: Grid, side: int) -> Reached:
    """The units that the area of interest reaches."""
    shape = _shape(output, side)
    if area is None:
        return np.ones(shape, dtype=np.bool_)
    t = output.transform
    coarse = Grid(output.crs, type(t)(t.a * side, t.b * side, t.c, t.d * side, t.e * side, t.f), *shape)
    reached: Reached = area.touched(coarse)
    return reached


def _shape(output: Grid, side: int) -> tuple[int, int]:
    return math.ceil(output.height / side), math.ceil(output.width / side)
