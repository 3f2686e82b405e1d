"""The state of a run after a validation: what it takes to go on as if it had never stopped."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from dis2_core import ModelCard
from dis2_core.contract.errors import InputError
from dis2_core.contract.typed import WrongType, build
from dis2_core.contract.untrusted import refusals
from dis2_core.models.archive import load_archive
from dis2_core.run.jobfolder import whole_file

from .preparation import Training
from .recipe import RunRecipe, StepsRecipe, defaults, plain

VERSION = 1

TENSORS = ("objective", "average", "optimizer")  # what has a state of its own

#: Values of a recipe that change where and how fast a run goes, not what it learns.
#: ``data.folder``: that the data are the same is checked by their statistics.
PLACE = ("data.folder", "device", "devices", "nodes", "strategy", "workers")

#: Values that describe a run and its model to people. The card keeps the newest.
TEXTS = ("recipe", "model.name", "model.description", "model.license", "model.training_data", "model.notes")

#: Values that a run may go on with changed, and says so: what a person tries after a diverged loss.
ADJUSTABLE = ("optimizer.lr", "optimizer.clip")


@dataclass
class Course:
    """How a run has gone so far.

    Attributes:
        steps: Optimizer steps.
        best: The highest selection score, 0 to 1; -inf before the first validation, and where there is none.
        best_steps: Optimizer steps after which it was reached.
        finished: Whether nothing is left to do.
        seconds, cpu_seconds: See ``pace.Clock``.
        rows: Of the log.
    """

    steps: int = 0
    best: float = -math.inf
    best_steps: int = 0
    finished: bool = False
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    rows: list[dict[str, str]] = field(default_factory=list)

    def take(self, steps: int, score: float | None, schedule: StepsRecipe) -> None:
        """Note the selection score after so many steps (None: the newest is best), and whether that was all."""
        self.steps = steps
        if score is None:
            self.best_steps = steps
        elif score > self.best:
            self.best, self.best_steps = score, steps
        self.finished = schedule.ended(steps, steps - self.best_steps)


@dataclass(frozen=True)
class Checkpoint:
    """What the state file holds: tensors and plain values alone.

    Attributes:
        recipe: As ``recipe.plain`` makes it.
        card: Of the model, as JSON.
        course: How the run has gone.
        tensors: States of objective, average and optimizer. What is drawn has no state: see ``draws``.
    """

    recipe: dict[str, Any]
    card: dict[str, Any]
    course: Course
    tensors: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, recipe: RunRecipe, training: Training, course: Course) -> Checkpoint:
        """Look at a run. The tensors are those of the run, not copies."""
        tensors = {
            "objective": training.objective.state_dict(),
            "average": training.average.network.state_dict(),
            "optimizer": training.optimizer.state_dict(),
        }
        return cls(plain(recipe), training.card.to_json(), course, tensors)

    def restore(self, training: Training) -> None:
        """Put the tensors into a run that was set up anew.

        Raises:
            InputError: They are not those of such a run.
        """
        try:
            training.objective.load_state_dict(self.tensors["objective"])
            training.average.network.load_state_dict(self.tensors["average"])
            training.optimizer.load_state_dict(self.tensors["optimizer"])
            _require_own_shapes(training.optimizer)
        except (AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise InputError(
                f"The state of the run is not that of this network ({' '.join(str(error).split())}).",
                "Delete it and train anew.",
            ) from error

    def write(self, path: Path) -> None:
        """Write the file; an earlier one stays until this one is complete.

        Raises:
            OutputNotWritable, NoSpace: It cannot be written.
        """
        entries = {"recipe": self.recipe, "card": self.card, "course": asdict(self.course), **self.tensors}
        data = io.BytesIO()  # torch hides from a full disk behind an error of its own
        torch.save({"version": VERSION, **entries}, data)
        with whole_file(path) as part, part.open("wb") as stream:
            stream.write(data.getbuffer())
            stream.flush()
            os.fsync(stream.fileno())

    @classmethod
    def read(cls, path: Path) -> Checkpoint:
        """Read the file.

        Raises:
            InputError: It is damaged, or of another version.
        """
        hint = "Delete it and train anew."
        with refusals(str(path), hint=hint):
            entries = load_archive(path)
        if not isinstance(entries, dict) or entries.get("version") != VERSION:
            raise InputError(f"{path} is the state of another version of DIS2.", "Train anew, or use that version.")
        try:
            state = build(_Entries, entries)
        except WrongType as error:
            raise InputError(f"{path} is damaged: {error}", hint) from error
        if not 0 <= state.course.best_steps <= state.course.steps or math.isnan(state.course.best):
            raise InputError(f"{path} is damaged: its steps or its best score cannot be.", hint)
        tensors = {name: getattr(state, name) for name in TENSORS}
        return cls(state.recipe, state.card, state.course, tensors)


def _require_own_shapes(optimizer: torch.optim.Optimizer) -> None:
    """Raise ValueError where a moment of the optimizer is not of its weight's shape, which torch does not look at."""
    for weight, moments in optimizer.state.items():
        for name, moment in moments.items():
            if isinstance(moment, torch.Tensor) and moment.ndim and moment.shape != weight.shape:
                raise ValueError(f"{name} has shape {tuple(moment.shape)}, its weight {tuple(weight.shape)}")


@dataclass(frozen=True)
class _Entries:
    """What the file holds, by its keys."""

    version: int
    recipe: dict[str, Any]
    card: dict[str, Any]
    course: Course
    objective: Any  # torch says itself what fits
    average: Any
    optimizer: Any


def find_checkpoint(
    path: Path, recipe: RunRecipe, resume: bool, adjustable: Collection[str] = ADJUSTABLE
) -> Checkpoint | None:
    """The state that a run is to go on from, or None where it begins.

    Args:
        path: The state file.
        recipe: Of the run.
        resume: Whether a person wants to go on.
        adjustable: Values of the recipe that may have changed.

    Raises:
        InputError: There is a state and nobody wants to go on, or it was made with another recipe.
    """
    if not path.exists():
        return None
    if not resume:
        raise InputError(
            f"{path.parent} holds a run already.", "Go on with it (--resume), or give another folder (--out)."
        )
    checkpoint = Checkpoint.read(path)
    for name, (before, now) in differences(checkpoint.recipe, plain(recipe), defaults(recipe)).items():
        if name not in (*PLACE, *TEXTS, *adjustable):
            raise InputError(
                f"{path.parent} was begun with {name} {before}; the recipe says {now}.",
                f"Go on with {path.parent / 'recipe.yaml'}, or give another folder (--out).",
            )
    return checkpoint


def adjusted(checkpoint: Checkpoint, recipe: RunRecipe) -> dict[str, tuple[Any, Any]]:
    """What a run goes on with changed: name to the value before and the one now."""
    found = differences(checkpoint.recipe, plain(recipe), defaults(recipe))
    return {name: pair for name, pair in found.items() if name in ADJUSTABLE}


def differences(
    before: Mapping[str, Any], now: Mapping[str, Any], default: Mapping[str, Any], prefix: str = ""
) -> dict[str, tuple[Any, Any]]:
    """Names like ``optimizer.lr`` of the values in which two plain recipes differ.

    Args:
        before: Perhaps of an earlier version, which did not know all of the values yet.
        now: Of this version.
        default: What a value is that ``before`` lacks; see ``recipe.defaults``.
        prefix: Of the names.
    """
    found: dict[str, tuple[Any, Any]] = {}
    for key in dict.fromkeys((*before, *now)):
        one, other = before.get(key, default.get(key)), now.get(key)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            found |= differences(one, other, default.get(key, {}), f"{prefix}{key}.")
        elif one != other:
            found[f"{prefix}{key}"] = (one, other)
    return found


def require_same_data(checkpoint: Checkpoint, card: ModelCard, folder: str) -> ModelCard:
    """The card that a run goes on with: the one that it began with, and the texts of now.

    Args:
        checkpoint: Of the run.
        card: What the data set and the recipe say now.
        folder: Where the data set lies, for the message.

    Raises:
        InputError: Modalities, statistics or classes are not those that the run began with.
    """
    begun = ModelCard.from_json(checkpoint.card)
    if begun.class_names != card.class_names or not _same_statistics(begun, card):
        raise InputError(
            f"The data in {folder} are not those that the run was begun with: classes or band statistics differ.",
            "Give the same data, or another folder (--out).",
        )
    texts = {name: getattr(card, name) for name in ("name", "description", "training_data", "notes")}
    return replace(begun, license=card.license or begun.license, **texts)  # that of what it started from may stand


def _same_statistics(one: ModelCard, other: ModelCard) -> bool:
    def bands(card: ModelCard) -> dict[tuple[str, str], tuple[float, float]]:
        return {(item.name, band.name): (band.mean, band.std) for item in card.modalities for band in item.bands}

    ours, theirs = bands(one), bands(other)
    return ours.keys() == theirs.keys() and all(
        math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-9)  # the sums of another machine round otherwise
        for key in ours
        for a, b in zip(ours[key], theirs[key], strict=True)
    )
