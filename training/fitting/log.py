"""What a run writes down after each epoch: a CSV file and, where TensorBoard is installed, its events."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from dis2_core.contract.card import scenario_name
from dis2_core.contract.errors import InputError
from dis2_core.contract.untrusted import read_text, refusals
from dis2_core.run.disk import translated_errors
from dis2_core.run.jobfolder import whole_file

from .loop import Epoch
from .pace import Clock
from .recipe import RunRecipe

FILE = "log.csv"
MAX_BYTES = 64_000_000  # of 100,000 epochs
SCORES = ("miou", "oa", "iou")


def log_row(epoch: Epoch, recipe: RunRecipe, clock: Clock) -> dict[str, float]:
    """Steps, times, rates, mean loss terms and validation scores of an epoch, by column.

    Classes that do not occur in the validation split have no ``iou <scenario> <class>``.
    """
    row = {
        "step": epoch.steps,
        "seconds": round(clock.wall, 1),
        "cpu_seconds": round(clock.cpu, 1),
        "windows_per_second": epoch.rate,
        **recipe.values_at(epoch.steps - 1),
        **epoch.terms,
    }
    for scenario, scores in epoch.scores.items():
        name = scenario_name(scenario)
        row |= {f"miou {name}": scores.miou, f"oa {name}": scores.overall_accuracy}
        counts = zip(scores.classes, scores.iou, scores.reference, strict=True)
        row |= {f"iou {name} {item}": float(iou) for item, iou, count in counts if count > 0}
    return row


def read_log(folder: Path) -> list[dict[str, str]]:
    """The rows of a run's ``log.csv``. Raises InputError where there is none."""
    path = folder / FILE
    with refusals(str(path), hint="Train the run anew."):
        rows = list(csv.DictReader(io.StringIO(read_text(path, MAX_BYTES), newline="")))
    if not rows:
        raise InputError(f"{path} is empty.", "Train the run anew.")
    return rows


class Log:
    """The log of a run, with all rows since its beginning.

    Args:
        folder: For ``log.csv`` and ``tensorboard/``.
        rows: Of the CSV file so far, as this class wrote them.
        steps: Optimizer steps so far: what TensorBoard has of later ones is struck out.

    Raises:
        OutputNotWritable, NoSpace: A file cannot be written; so do the methods.
    """

    def __init__(self, folder: Path, rows: list[dict[str, str]], steps: int) -> None:
        self.rows = rows
        self._path = folder / FILE
        self._board = folder / "tensorboard"
        with translated_errors(self._board):
            self._events = open_events(self._board, steps)
        self._save()

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._events is not None:
            with translated_errors(self._board):
                self._events.close()

    def write(self, row: Mapping[str, float], terms: Mapping[str, float]) -> None:
        """Write an epoch down.

        Args:
            row: From ``log_row``.
            terms: Those of its columns that are losses.
        """
        self.rows.append({name: f"{value:.6g}" for name, value in row.items()})
        self._save()
        if self._events is None:
            return
        with translated_errors(self._board):
            for name, value in row.items():
                self._events.add_scalar(tag(name, name in terms), value, int(row["step"]))
            self._events.flush()

    def _save(self) -> None:
        """Write all rows: later ones may have columns that the first had not."""
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns)
        writer.writeheader()
        writer.writerows(self.rows)
        with whole_file(self._path) as part:
            part.write_text(text.getvalue(), encoding="utf-8", newline="")


def open_events(folder: Path, steps: int) -> Any:
    """TensorBoard's writer, which strikes out what was written after so many steps; None without TensorBoard."""
    if find_spec("tensorboard") is None:
        return None
    from torch.utils.tensorboard import SummaryWriter  # seconds

    return SummaryWriter(str(folder), purge_step=steps + 1)


def tag(column: str, is_loss: bool) -> str:
    """A column's name in TensorBoard, which groups what is alike before a slash."""
    kind, _, rest = column.partition(" ")
    if is_loss:
        return f"loss/{column}"
    return f"{kind}/{rest}" if rest and kind in SCORES else f"run/{column}"
