"""How far the units of a plan are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..contract.country_jobs import StatusJob
from ..run.reporting import Listener
from .plan import Plan
from .units import Unit, UnitFiles

NAMED = 20  # failures that are told one by one


@dataclass(frozen=True)
class StatusResult:
    """How far the units of a plan are.

    Attributes:
        units: How many the plan has.
        finished: Those that are made.
        stale: Those of an earlier plan, or whose rasters are not as they were made: they are made anew.
        failed: Those that could not be made.
        missing: Those that nobody has tried.
        failures: Why the first of them failed, by unit.
    """

    units: int
    finished: int
    stale: int
    failed: int
    missing: int
    failures: Mapping[str, str]

    @property
    def summary(self) -> str:
        """In one line."""
        return f"{self.finished:,} of {self.units:,} units are finished."

    @property
    def table(self) -> Sequence[Sequence[str]]:
        """The numbers, and the failures."""
        numbers = [(name, f"{getattr(self, name):,}") for name in ("finished", "stale", "failed", "missing")]
        return [("units", ""), *numbers, *self.failures.items()]

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return asdict(self)


def run_status(
    job: StatusJob, *, progress: Listener | None = None, cancelled: Callable[[], bool] | None = None
) -> StatusResult:
    """Look at what there is of a plan.

    Raises:
        InputError: The plan cannot be read.
    """
    folder = Path(job.folder).absolute()
    plan = Plan.read(folder)
    files = UnitFiles(folder)
    made, noted = files.names()
    finished = [unit for unit in plan.all_units if unit.name in made and files.whole(unit, plan.hash) is not None]
    fresh = {unit.name for unit in finished}
    failed = [unit for unit in plan.all_units if unit.name in noted and unit.name not in fresh]
    bad = {unit.name for unit in failed}
    old = made - fresh - bad
    stale = sum(unit.name in old for unit in plan.all_units)
    return StatusResult(
        units=len(plan.units),
        finished=len(finished),
        stale=stale,
        failed=len(failed),
        missing=len(plan.units) - len(finished) - len(failed) - stale,
        failures={unit.name: _why(files, unit) for unit in failed[:NAMED]},
    )


def _why(files: UnitFiles, unit: Unit) -> str:
    return str(files.why_failed(unit).get("text", ""))
