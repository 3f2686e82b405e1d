"""The folder of a run, and the order in which it is written: whenever a run is killed, it can go on.

The state comes last. What was written before it, for an epoch that the state knows nothing of, is written again
by the run that goes on, and is the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dis2_core.contract.errors import InputError
from dis2_core.run.disk import translated_errors
from dis2_core.run.jobfolder import whole_file
from dis2_core.run.locks import lock_target

from .accelerator import Accelerator
from .checkpoint import Checkpoint, Course
from .log import Log, log_row
from .loop import Epoch
from .pace import Clock
from .preparation import Training
from .recipe import RunRecipe, plain
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

    def __init__(self, folder: Path, recipe: RunRecipe, course: Course, clock: Clock) -> None:
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
        """Write how an epoch went, and then the state."""
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


def require_saved(path: Path) -> None:
    """Raise InputError where what a run that goes on has saved is gone: nothing else holds the best so far."""
    if not path.exists():
        raise InputError(
            f"{path} is missing, the best so far of the run in {path.parent}.",
            "Put it back, or train anew in another folder (--out).",
        )
