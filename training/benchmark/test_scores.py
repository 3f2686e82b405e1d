"""What one run leaves behind: counts for every tile and condition, and what the network cost."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dis2_core.errors import InputError
from dis2_core.jobfolder import whole_file
from dis2_core.metrics import ConfusionMatrix, Scores

FILE = "test.npz"


@dataclass(frozen=True)
class Facts:
    """What a run cost and where it came from.

    Attributes:
        method, seed, width: What was trained.
        steps: Optimizer steps.
        parameters: Of the network.
        gflop: A window, by scenario.
        seconds_a_window: On the machine of the test, by scenario.
        training_seconds: CPU time of the training.
        validation_miou: That the network was chosen by: mean over the scenarios.
        device: Where it was trained.
    """

    method: str
    seed: int
    width: int
    steps: int
    parameters: int
    gflop: Mapping[str, float]
    seconds_a_window: Mapping[str, float]
    training_seconds: float
    validation_miou: float
    device: str


@dataclass(frozen=True)
class TestScores:
    """The test of one trained network.

    Attributes:
        facts: About the run.
        classes: Names of the classes.
        tiles: Names of the test tiles.
        conditions: Names of the conditions.
        counts: int64 (conditions, tiles, K, K + 1) confusion matrices, see ``ConfusionMatrix``.
        bins: float64 (conditions, 3, bins): pixels, right ones, summed confidence; see ``Calibration``.
    """

    __test__ = False

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
        pixels, right, confidence = self.bins[self.conditions.index(condition)]
        return float(np.abs(right - confidence).sum() / pixels.sum())

    def save(self, folder: Path) -> Path:
        """Write ``test.npz``; it appears whole or not at all. Raises NoSpace or OutputNotWritable."""
        texts = {"facts": json.dumps(asdict(self.facts), sort_keys=True), **self._names()}
        with whole_file(folder / FILE) as part, part.open("wb") as file:
            np.savez_compressed(file, counts=self.counts, bins=self.bins, **texts)
        return folder / FILE

    def _names(self) -> dict[str, Any]:
        return {name: np.array(getattr(self, name), dtype=str) for name in ("classes", "tiles", "conditions")}

    @classmethod
    def load(cls, folder: Path) -> TestScores:
        """Read ``test.npz``, never a pickle.

        Raises:
            InputError: The file is missing or damaged.
        """
        path = folder / FILE
        try:
            with np.load(path, allow_pickle=False) as file:
                names = {name: tuple(file[name].tolist()) for name in ("classes", "tiles", "conditions")}
                facts = Facts(**json.loads(str(file["facts"])))
                return cls(facts, **names, counts=file["counts"], bins=file["bins"])
        except FileNotFoundError:
            raise InputError(f"{path} is missing.", "The run is not finished: start the benchmark again.") from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path} is damaged ({error}).", "Delete it and start the benchmark again.") from error
