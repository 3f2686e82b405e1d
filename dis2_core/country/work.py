"""Work on a plan: what is missing is made, by this process or by Dask's; what fails is noted, and tried again."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..contract.country_jobs import WorkJob
from ..contract.errors import (
    AlreadyRunning,
    Cancelled,
    Dis2Error,
    NoSpace,
    ResourceError,
    UnitsFailed,
    UnreadableRaster,
)
from ..run.failures import describe
from ..run.reporting import Listener, Reporter
from .plan import Plan
from .progress import Progress
from .shards import interleaved, shard_of
from .units import Unit, UnitFiles
from .worker import Worker

PAUSE = 1.0  # seconds before a unit is tried again; then twice as long each time
PASSING = (UnreadableRaster, ResourceError)  # what another try may mend: a server, a disk, a device


@dataclass(frozen=True)
class WorkResult:
    """What a worker has done.

    Attributes:
        made: Units that were made.
        before: Units of the shard that were there already.
        elsewhere: Units that another worker was making.
        seconds: Wall time.
    """

    made: int
    before: int
    elsewhere: int
    seconds: float
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """In one line."""
        others = f", {self.elsewhere:,} in the hands of other workers" if self.elsewhere else ""
        return f"{self.made:,} units made in {self.seconds:,.0f} s, {self.before:,} were there{others}."

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return asdict(self)


def run_work(
    job: WorkJob, *, progress: Listener | None = None, cancelled: Callable[[], bool] | None = None
) -> WorkResult:
    """Make the units of a plan that are missing, or those of a shard.

    Raises:
        UnitsFailed: Some could not be made: all others were (``skip``), or the first one ended the work (``stop``).
        Cancelled: The work was stopped; what is finished stays.
        Dis2Error: Plan, model or device cannot be used, or the disk is full.
    """
    started = time.monotonic()
    report = Reporter(progress, cancelled)
    report.progress(0, "starting")
    folder = Path(job.folder).absolute()
    plan = Plan.read(folder)
    files = UnitFiles(folder)
    mine = interleaved(plan.all_units, shard_of(job.shard))
    missing = [unit for unit in mine if files.whole(unit, plan.hash) is None]
    files.tidy(set(mine) - set(missing))
    work = Progress(report, len(mine), len(missing))
    if missing and job.dask:
        from .dask_queue import work_with_dask

        work_with_dask(job, plan, missing, work)
    elif missing:
        _work_here(job, plan, missing, work)
    report.progress(1, "working")
    if work.failed:
        raise failure(work.failed, folder, len(missing))
    return WorkResult(
        made=work.made,
        before=len(mine) - len(missing),
        elsewhere=work.elsewhere,
        seconds=round(time.monotonic() - started, 3),
    )


def _work_here(job: WorkJob, plan: Plan, units: Sequence[Unit], work: Progress) -> None:
    """Make units in this process."""
    worker = Worker(job, plan)
    for unit in units:
        work.check()
        work.tell()
        try:
            tried(lambda unit=unit: worker.make(unit, Reporter(work.pass_on, _asked(work))), job.retries)  # type: ignore[misc]
            work.made += 1
        except AlreadyRunning:
            work.elsewhere += 1
        except (Cancelled, KeyboardInterrupt, NoSpace):
            work.check()
            raise
        except Exception as error:
            work.fail(unit, worker.files, plan.hash, describe(error))
            if job.on_error == "stop":
                return


def _asked(work: Progress) -> Callable[[], bool]:
    """Whether the work is to stop, for a reporter of its own."""

    def asked() -> bool:
        try:
            work.check()
        except Cancelled:
            return True
        return False

    return asked


def tried(act: Callable[[], Any], retries: int) -> Any:
    """Do something, and again where it failed for what may pass."""
    for attempt in range(retries):
        try:
            return act()
        except (AlreadyRunning, NoSpace):
            raise
        except PASSING:
            time.sleep(PAUSE * 2**attempt)
    return act()


def failure(failed: Mapping[str, Dis2Error], folder: Path, missing: int) -> UnitsFailed:
    """The error of a work of which some units were not made."""
    name, error = next(iter(failed.items()))
    more = f" and {len(failed) - 1:,} more" if len(failed) > 1 else ""
    return UnitsFailed(
        f"{len(failed):,} of {missing:,} units failed: {name} ({error.message}){more}.",
        f"What failed stands in {folder / 'units'}, *.failed.json; call dis2 work again when it is mended.",
    )
