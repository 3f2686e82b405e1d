"""The folder of a run, and the order in which it is written: whenever a run is killed, it can go on.

The state comes last. What was written before it, for an epoch that the state knows nothing of, is written again
by the run that goes on, and is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from dis2_core import save_model
from dis2_core.contract.errors import InputError
from dis2_core.evaluation.metrics import Scores
from dis2_core.network import Scenario
from dis2_core.run.disk import translated_errors
from dis2_core.run.jobfolder import whole_file
from dis2_core.run.locks import lock_target

from ..methods.file import save_method
from ..methods.registry import MODEL_METHODS
from ..scoring.evaluation import card_metrics
from .accelerator import Accelerator
from .checkpoint import Checkpoint, Course
from .log import Log, log_row
from .loop import Epoch
from .pace import Clock
from .preparation import Training
from .recipe import Recipe, plain
from .run_record import record_start

MODEL, STATE, RECIPE = "model.safetensors", "state.pt", "recipe.yaml"


class RunFolder:
    """What the first process of a run writes.

    Args:
        folder: There, and this run's alone; see ``alone_in``.
        recipe: Of the run.
        course: How it has gone so far; its rows grow with the log.
        clock: Of the run.

    Raises:
        OutputNotWritable, NoSpace: A file cannot be written; so do the methods.
    """

    def __init__(self, folder: Path, recipe: Recipe, course: Course, clock: Clock) -> None:
        self._folder = folder
        self._recipe = recipe
        self._clock = clock
        with translated_errors(folder):
            for left_over in folder.glob(".*.part"):  # of a run that was killed
                left_over.unlink()
        self._log = Log(folder, course.rows, course.steps)

    def __enter__(self) -> RunFolder:
        self._log.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._log.__exit__(*exception)

    def describe(self, accelerator: Accelerator, course: Course, changed: Mapping[str, tuple[Any, Any]]) -> None:
        """Write what is done, and with what."""
        import yaml  # here: what trains inside QGIS has it not, and writes no such file

        with whole_file(self._folder / RECIPE) as part:
            text = yaml.safe_dump(plain(self._recipe), sort_keys=False, allow_unicode=True, width=110)
            part.write_text(text, encoding="utf-8")
        record_start(self._folder, self._recipe, accelerator, course.steps, changed)

    def keep(self, epoch: Epoch, course: Course, training: Training) -> None:
        """Write what an epoch has brought: the model if it is the best, the log, the state."""
        if course.best_steps == epoch.steps:
            save_best(self._folder / MODEL, self._recipe.method, training, epoch.scores)
        self._log.write(log_row(epoch, self._recipe, self._clock), epoch.terms)
        course.seconds, course.cpu_seconds = self._clock.wall, self._clock.cpu
        Checkpoint.of(self._recipe, training, course).write(self._folder / STATE)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other runs out of a folder, which is made where it is not there, for as long as the block lasts.

    Raises:
        AlreadyRunning: Another run is in it.
        OutputNotWritable, NoSpace: It cannot be made or written.
    """
    with translated_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with lock_target(folder / STATE):
        yield


def require_model(folder: Path) -> None:
    """Raise InputError where the best model of a run that goes on is gone: nothing else holds its weights."""
    if not (folder / MODEL).exists():
        raise InputError(
            f"{folder / MODEL} is missing, the best model so far of the run in {folder}.",
            "Put it back, or train anew in another folder (--out).",
        )


def save_best(path: Path, method: str, training: Training, scores: dict[Scenario, Scores]) -> None:
    """Write the model file with its validation scores; ``publish`` puts others in their place."""
    card = replace(training.card, metrics=card_metrics(scores))
    if method in MODEL_METHODS:
        save_model(path, training.average.network, card)
    else:
        save_method(path, method, training.average.network, card)
