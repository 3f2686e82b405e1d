"""All tests of a benchmark together: scores by method, condition and seed, and how methods compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from dis2_core.contract.errors import InputError
from dis2_core.evaluation.metrics import Scores

from ..methods.registry import SINGLE
from ..scoring.bootstrap import Difference, Statistic, average_of, iou_of, miou, paired_bootstrap
from .plan import BenchmarkRecipe
from .run_scores import RunScores

Measure = Callable[[Scores], float]

Average = Literal["Avg", "E"]
AVG: Average = "Avg"  #: All scenarios count alike
EXPECTED: Average = "E"  #: A scenario counts by its probability, where modalities go missing by chance
AVERAGES: tuple[Average, ...] = (AVG, EXPECTED)

MISSING = 0.1  # probability that a modality is missing, independently, in the expectation E
FEW_SEEDS = 3  # fewer say nothing of how seeds differ


@dataclass(frozen=True)
class Spread:
    """A score over seeds.

    Attributes:
        values: One a seed.
        planned: How many seeds there are to be.
    """

    values: tuple[float, ...]
    planned: int = 0

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return float(np.mean(self.values))

    @property
    def deviation(self) -> float:
        """Sample standard deviation; NaN for a single seed."""
        return float(np.std(self.values, ddof=1)) if len(self.values) > 1 else float("nan")

    def __str__(self) -> str:
        done = len(self.values)
        spread = f" ± {short(self.deviation)}" if done > 1 else ""
        return f"{short(self.mean)}{spread}" + (f" ({done} of {self.planned} seeds)" if done < self.planned else "")


def short(value: float) -> str:
    """A share as ``.643``."""
    return f"{value:.3f}".removeprefix("0") if value >= 0 else f"−{-value:.3f}".replace("−0", "−")


class Results:
    """The tests of a benchmark.

    Args:
        benchmark: What was compared.
        tests: What is done so far, at least one; see ``runs.tested``.

    Raises:
        InputError: They were made on different tiles or classes.
    """

    def __init__(self, benchmark: BenchmarkRecipe, tests: Sequence[RunScores]) -> None:
        if len({(test.tiles, test.classes) for test in tests}) > 1:
            raise InputError(
                "The runs were tested on different tiles or classes.", "Delete their test.npz and start again."
            )
        self.benchmark = benchmark
        self.tests = tests
        self._scores = lru_cache(maxsize=None)(lambda index, condition: tests[index].scores(condition))

    @property
    def methods(self) -> tuple[str, ...]:
        """Methods with at least one test, in the order of the table."""
        return tuple(dict.fromkeys(test.facts.method for test in self.tests))

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the clean scenarios that were tested, the full one first."""
        return tuple(name for name in self.conditions if ", " not in name)

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of all conditions, those of the method with the most of them first."""
        by_number = sorted(self.tests, key=lambda test: -len(test.conditions))
        return tuple(dict.fromkeys(name for test in by_number for name in test.conditions))

    @property
    def focus(self) -> int | None:
        """Number of the class with a column of its own."""
        name = self.benchmark.focus
        return self.tests[0].classes.index(name) if name else None

    def of(self, method: str) -> list[RunScores]:
        """The tests of a method, a seed each."""
        return [test for test in self.tests if test.facts.method == method]

    def first_run(self, method: str) -> str:
        """The folder of a method's first seed, below that of the benchmark."""
        return self.of(method)[0].facts.place

    def spread(self, method: str, condition: str, measure: Measure) -> Spread | None:
        """A score of a method in a condition; None where it has nothing to say or was not run."""
        values = [
            measure(self._scores(index, condition))
            for index, test in enumerate(self.tests)
            if test.facts.method == method and test.has(condition)
        ]
        return self._over_seeds(values)

    def weights(self, average: Average) -> npt.NDArray[np.float64]:
        """(S,) by which the clean scenarios count in a mean; they add up to 1."""
        sizes = np.array([name.count("+") + 1 for name in self.scenarios])
        if average == AVG:
            return np.full(len(sizes), 1 / len(sizes))
        likely = (1 - MISSING) ** sizes * MISSING ** (sizes.max() - sizes)
        shares: npt.NDArray[np.float64] = likely / likely.sum()  # that all are missing is left out
        return shares

    def average(self, method: str, average: Average, measure: Measure) -> Spread | None:
        """A mean over the clean scenarios; None where a method has nothing to say in one of them."""
        values = [
            float(self.weights(average) @ [measure(self._scores(index, name)) for name in self.scenarios])
            for index, test in enumerate(self.tests)
            if test.facts.method == method and all(test.has(name) for name in self.scenarios)
        ]
        return self._over_seeds(values)

    def calibration(self, method: str, condition: str) -> Spread | None:
        """Expected calibration error of a method in a condition."""
        values = [test.calibration_error(condition) for test in self.of(method) if test.has(condition)]
        return self._over_seeds(values)

    def _over_seeds(self, values: list[float]) -> Spread | None:
        return Spread(tuple(values), len(self.benchmark.seeds)) if values else None

    def difference(self, method: str, other: str, condition: str) -> Difference | None:
        """How far a method is ahead of another on the same tiles; None where one of them was not tested.

        Of methods with different numbers of seeds, those that both have are compared.
        """
        pairs = self._pairs(method, other, (condition,))
        if not pairs:
            return None
        first, second = ([test.patches(condition) for test in tests] for tests in zip(*pairs, strict=True))
        return paired_bootstrap(first, second, self.statistic)

    def average_difference(self, method: str, other: str, over_seeds: bool = False) -> Difference | None:
        """Likewise in the mean over the clean scenarios; None, too, where seeds are to be drawn and are too few."""
        pairs = self._pairs(method, other, self.scenarios)
        if not pairs or (over_seeds and len(pairs) < FEW_SEEDS):
            return None
        first, second = (
            [np.stack([test.patches(name) for name in self.scenarios], axis=1) for test in tests]
            for tests in zip(*pairs, strict=True)
        )  # seeds of (tiles, S, K, K + 1)
        statistic = average_of(self.statistic, self.weights(AVG))
        return paired_bootstrap(first, second, statistic, over_seeds=over_seeds)

    def count_common_seeds(self, method: str, other: str, *conditions: str) -> int:
        """How many seeds both methods have in all of some conditions; differences compare these."""
        return len(self._pairs(method, other, conditions))

    def _pairs(self, method: str, other: str, conditions: Sequence[str]) -> list[tuple[RunScores, RunScores]]:
        ours, theirs = (
            {test.facts.seed: test for test in self.of(name) if all(test.has(item) for item in conditions)}
            for name in (method, other)
        )
        return [(ours[seed], theirs[seed]) for seed in sorted(set(ours) & set(theirs))]

    @property
    def statistic(self) -> Statistic:
        """What differences are measured in: the IoU of the focus, or mIoU."""
        return miou if self.focus is None else iou_of(self.focus)

    @property
    def statistic_name(self) -> str:
        """What that is called."""
        return f"{self.focus_name} IoU" if self.benchmark.focus else "mIoU"

    @property
    def focus_name(self) -> str:
        """What the class with a column of its own is called."""
        return self.benchmark.focus_name or self.benchmark.focus

    def measure(self, scores: Scores) -> float:
        """The score that the statistic pools, of one test."""
        return scores.miou if self.focus is None else float(scores.iou[self.focus])

    def floor(self, scenario: str) -> str | None:
        """The method that only ever saw what a scenario has: what a missing-modality method must beat."""
        name = f"{SINGLE}{scenario}"
        return name if name in self.methods else None
