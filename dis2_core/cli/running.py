"""A job on the command line: its runner, what is shown meanwhile, and what becomes of errors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import typer

from ..contract.errors import Cancelled, Dis2Error, InputError, ResourceError
from ..contract.segment_job import Job, Work
from ..run.interrupts import interruptible
from ..run.runners import load_runner
from .console import choose_display
from .streams import forgive_stdout

#: What typer raises for a wrong command line: click's UsageError, wherever this typer keeps it.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]


def describe(error: BaseException) -> Dis2Error:
    """Any exception as an error that tells what to do."""
    if isinstance(error, Dis2Error):
        return error
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        return Cancelled("Cancelled.")
    if isinstance(error, _USAGE_ERROR):
        format_message: Callable[[], str] = getattr(error, "format_message", error.__str__)
        return InputError(format_message(), "'dis2 --help' and 'dis2 COMMAND --help' list the options.")
    if isinstance(error, MemoryError):
        return ResourceError("The memory is full.", "Close other programs, or give a smaller --batch-size.")
    first_line = str(error).partition("\n")[0]
    return Dis2Error(
        f"This is a bug in DIS2 ({type(error).__name__}: {first_line}).",
        "Please report it; with DIS2_DEBUG=1 in the environment it shows where it happened.",
    )


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
            display.fail(describe(error))
            raise
    display.finish(result)
    forgive_stdout()


def _runner(kind: str) -> Callable[..., Any]:
    try:
        return load_runner(kind)
    except (ImportError, OSError) as error:  # OSError: a library of torch that does not load
        raise ResourceError(
            f"{sys.executable} cannot load what jobs of the kind '{kind}' need ({error}).",
            "Install DIS2 there again; training needs its extra packages: pip install '.[training]'.",
        ) from error


def _plan(job: Work) -> Any:
    from ..prediction.segment import plan_job  # torch

    if not isinstance(job, Job):
        raise InputError(f"There is no --dry-run for jobs of the kind '{job.KIND}'.", "Leave it out.")
    return plan_job(job)
