"""Which function does a job, by its kind; imported when a job runs, since most load torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

_LIBRARY = __package__.rpartition(".")[0]

#: Module and function that do each kind of job. Names alone: what lies above this room is imported by no one here,
#: and training may not even be installed.
RUNNERS: Mapping[str, tuple[str, str]] = {
    "segment": (f"{_LIBRARY}.prediction.segment", "run_job"),
    "whatif": (f"{_LIBRARY}.whatif.whatif", "run_whatif"),
    "evaluate": (f"{_LIBRARY}.evaluation.evaluate", "run_evaluation"),
    "sample": (f"{_LIBRARY}.evaluation.sample", "run_sample"),
    "ndsm": (f"{_LIBRARY}.heights.ndsm", "run_ndsm"),
    "city": (f"{_LIBRARY}.democity", "run_city"),
    "plan": (f"{_LIBRARY}.country.planning", "run_plan"),
    "work": (f"{_LIBRARY}.country.work", "run_work"),
    "status": (f"{_LIBRARY}.country.status", "run_status"),
    "join": (f"{_LIBRARY}.country.join", "run_join"),
    "resume": (f"{_LIBRARY}.country.resume", "run_resumed"),
    "train": ("dis2_training.region.region", "run_training"),
}


def load_runner(kind: str) -> Callable[..., Any]:
    """Import the function that does a kind of job. Raises ImportError or OSError where a package does not load."""
    module, function = RUNNERS[kind]
    runner: Callable[..., Any] = getattr(import_module(module), function)
    return runner
