"""What one run leaves behind: counts for every tile and condition, what the network cost, and how it was made."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from dis2_core.contract.errors import InputError
from dis2_core.evaluation.metrics import ConfusionMatrix, Scores
from dis2_core.run.jobfolder import whole_file

from ..scoring.calibration import Calibration
from .plan import place_of

FILE = "test.npz"
MAPS = "maps"  # folder beside it
_NAMES = ("classes", "tiles", "conditions")


@dataclass(frozen=True)
class Facts:
    """What a run cost and how it was made.

    Attributes:
        made: ``plan.Run.plain``: the recipes of training and test.
        steps: Optimizer steps.
        parameters: Of the network.
        gflop: A window, by scenario.
        seconds_a_window: On the device of the test, by scenario.
        seconds, cpu_seconds: Wall and CPU time of training and validation; see ``pace.Clock``.
        validation_miou: That the network was chosen by: mean over the scenarios; NaN where it was not chosen.
        device: Where it was trained.
        test_device: Where it was tested.
    """

    made: Mapping[str, Any]
    steps: int
    parameters: int
    gflop: Mapping[str, float]
    seconds_a_window: Mapping[str, float]
    seconds: float
    cpu_seconds: float
    validation_miou: float
    device: str
    test_device: str

    def to_json(self) -> str:
        """As files hold them."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Facts:
        """Read them again. Raises TypeError or ValueError where the text is something else."""
        return cls(**json.loads(text))

    @property
    def recipe(self) -> Mapping[str, Any]:
        """Of the training, as ``recipe.plain`` makes it."""
        recipe: Mapping[str, Any] = self.made["recipe"]
        return recipe

    @property
    def method(self) -> str:
        """What was trained, by the name of its row in the table."""
        return str(self.made.get("variant", self.recipe["method"]))

    @property
    def seed(self) -> int:
        """Of everything that was drawn."""
        return int(self.recipe["seed"])

    @property
    def place(self) -> str:
        """The run's folder below that of the benchmark."""
        return place_of(self.method, self.seed)

    @property
    def width(self) -> int:
        """Of the network."""
        return int(self.recipe["model"]["width"])


@dataclass(frozen=True)
class RunScores:
    """The test of one trained network.

    Attributes:
        facts: About the run.
        classes: Names of the classes.
        tiles: Names of the test tiles.
        conditions: Names of the conditions.
        counts: int64 (conditions, tiles, K, K + 1) confusion matrices, see ``ConfusionMatrix``.
        bins: float64 (conditions, 3, bins), see ``Calibration.bins``.
    """

    facts: Facts
    classes: tuple[str, ...]
    tiles: tuple[str, ...]
    conditions: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    bins: npt.NDArray[np.float64]

    def has(self, condition: str) -> bool:
        """Whether a condition was tested."""
        return condition in self.conditions

    def patches(self, condition: str) -> npt.NDArray[np.int64]:
        """(tiles, K, K + 1) confusion matrices."""
        found: npt.NDArray[np.int64] = self.counts[self.conditions.index(condition)]
        return found

    def scores(self, condition: str) -> Scores:
        """Of all tiles pooled."""
        return ConfusionMatrix(self.classes, self.patches(condition).sum(axis=0)).scores()

    def calibration_error(self, condition: str) -> float:
        """Expected calibration error, in [0, 1]."""
        bins = self.bins[self.conditions.index(condition)]
        return Calibration.of_bins(torch.from_numpy(bins)).error()

    def save(self, folder: Path) -> Path:
        """Write ``test.npz``; it appears whole or not at all. Raises NoSpace or OutputNotWritable."""
        texts = {name: np.array(getattr(self, name), dtype=str) for name in _NAMES}
        with whole_file(folder / FILE) as part, part.open("wb") as file:
            np.savez_compressed(file, counts=self.counts, bins=self.bins, facts=np.array(self.facts.to_json()), **texts)
        return folder / FILE

    @classmethod
    def load(cls, folder: Path) -> RunScores:
        """Read ``test.npz``, never a pickle.

        Raises:
            InputError: The file is missing or damaged.
        """
        path = folder / FILE
        missing, damaged = (
            "The run is not finished: start the benchmark again.",
            "Delete it and start the benchmark again.",
        )
        with damage_told(path, missing, damaged), np.load(path, allow_pickle=False) as file:
            names = {name: tuple(file[name].tolist()) for name in _NAMES}
            found = cls(Facts.from_json(str(file["facts"])), **names, counts=file["counts"], bins=file["bins"])
            found.check()
        return found

    def check(self) -> None:
        """Raise ValueError where the arrays do not have the shapes that the names call for."""
        shape = (len(self.conditions), len(self.tiles), len(self.classes), len(self.classes) + 1)
        if self.counts.shape != shape or self.counts.dtype != np.int64:
            raise ValueError(f"counts are {self.counts.dtype} {self.counts.shape} and not int64 {shape}")
        if self.bins.ndim != 3 or self.bins.shape[:2] != (len(self.conditions), 3):
            raise ValueError(f"bins have the shape {self.bins.shape}")


@contextmanager
def damage_told(path: Path, missing: str, damaged: str) -> Iterator[None]:
    """Turn what reading a damaged file of arrays raises into an InputError.

    Args:
        path: The file.
        missing: What to do where it is missing.
        damaged: What to do where it is damaged.
    """
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"{path} is missing.", missing) from None
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path} is damaged ({error}).", damaged) from error
