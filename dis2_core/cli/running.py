"""A job on the command line: its runner, and what is shown meanwhile."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ..contract.errors import InputError
from ..contract.segment_job import Job, Work
from ..run.failures import of_an_import
from ..run.interrupts import interruptible
from ..run.runners import load_runner
from .console import choose_display
from .failures import in_words
from .streams import forgive_stdout


def execute(job: Work, *, events: bool, dry_run: bool = False) -> None:
    """Run or plan a job and show how it goes.

    Args:
        job: Of any kind that this command line runs.
        events: Print JSON lines instead of a progress bar.
        dry_run: Check and tell what would be done.

    Raises:
        Dis2Error: Whatever the runner raises; the display has been told.
    """
    with interruptible() as cancelled, choose_display(job, events) as display:
        try:
            if dry_run:
                display.show_plan(_plan(job))
                return
            result = _runner(job.KIND)(job, progress=display, cancelled=cancelled)
        except (Exception, KeyboardInterrupt) as error:
            display.fail(in_words(error))
            raise
    display.finish(result)
    if job.targets:  # otherwise what was said is all that there is
        forgive_stdout()


def _runner(kind: str) -> Callable[..., Any]:
    try:
        return load_runner(kind)
    except (ImportError, OSError) as error:  # OSError: a library of torch that does not load
        raise of_an_import(
            error,
            f"{sys.executable} cannot load what jobs of the kind '{kind}' need ({error}).",
            "Install DIS2 there again; training needs its extra packages: pip install '.[training]'.",
        ) from error


def _plan(job: Work) -> Any:
    from ..prediction.segment import plan_job  # torch

    if not isinstance(job, Job):
        raise InputError(f"There is no --dry-run for jobs of the kind '{job.KIND}'.", "Leave it out.")
    return plan_job(job)
