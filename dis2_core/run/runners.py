"""Which function does a job, by its kind; imported when a job runs, since most load torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

_LIBRARY = __package__.rpartition(".")[0]

#: Module and function that do each kind of job of the library.
RUNNERS: Mapping[str, tuple[str, str]] = {
    "segment": (f"{_LIBRARY}.prediction.segment", "run_job"),
    "whatif": (f"{_LIBRARY}.whatif.whatif", "run_whatif"),
    "evaluate": (f"{_LIBRARY}.evaluation.evaluate", "run_evaluation"),
    "ndsm": (f"{_LIBRARY}.heights.ndsm", "run_ndsm"),
    "city": (f"{_LIBRARY}.democity", "run_city"),
}


def load_runner(place: tuple[str, str]) -> Callable[..., Any]:
    """Import a runner from its module. Raises ImportError or OSError where a package does not load."""
    module, function = place
    runner: Callable[..., Any] = getattr(import_module(module), function)
    return runner
