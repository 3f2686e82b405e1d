"""How many steps does each method get, where all may take the same CPU time?

Measured once and written into the recipe, so that a benchmark says beforehand what it trains, and trains the same
again.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

import torch

from dis2_core.contract.errors import InputError
from dis2_core.run.reporting import Reporter

from ..fitting.accelerator import Accelerator, launch
from ..fitting.fit import Fitting
from ..fitting.ground import Ground
from ..fitting.loop import losses_of, train_step, validate
from ..fitting.recipe import Recipe, ScheduleRecipe
from .plan import BenchmarkRecipe, Run

ROUNDS = 3  # of which the median counts
STEPS = 8  # of each method in each round

Clock = Callable[[], float]


@dataclass
class Price:
    """CPU seconds that a method takes, a measurement a round.

    Attributes:
        step: Of an optimizer step.
        validation: Of a validation, one an epoch.
    """

    step: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)

    def steps(self, seconds: float, schedule: ScheduleRecipe) -> int:
        """Optimizer steps that fit into so many seconds, a whole number in each of the schedule's epochs; 0: none."""
        left = seconds - schedule.epochs * statistics.median(self.validation)
        return max(0, int(left / statistics.median(self.step) / schedule.epochs)) * schedule.epochs


@dataclass(frozen=True)
class Calibration:
    """What methods cost, and what they may do for it.

    Attributes:
        minutes: CPU minutes of each method.
        prices: By method.
        steps: By method.
    """

    minutes: float
    prices: Mapping[str, Price]
    steps: Mapping[str, int]

    def __str__(self) -> str:
        """As YAML that a recipe can hold."""
        lines = [f"minutes: {self.minutes:g}", "steps:"]
        for method, price in self.prices.items():
            step, validation = statistics.median(price.step), statistics.median(price.validation)
            lines.append(f"  {method}: {self.steps[method]}  # {step:.3f} CPU s a step, {validation:.1f} a validation")
        return "\n".join(lines) + "\n"


def calibrate(
    benchmark: BenchmarkRecipe, report: Reporter, rounds: int = ROUNDS, clock: Clock = time.process_time
) -> Calibration:
    """Measure what a step and a validation of each method take; the methods take turns.

    Raises:
        InputError: The benchmark has no budget, it is too small for an epoch, or CPU time does not say what training
            costs here.
        Cancelled: It was stopped.
    """
    runs = _one_of_each(benchmark)
    seconds = 60 * _budget(benchmark)
    start = clock()
    read: dict[str, Ground] = {}
    _ground_of(benchmark.recipe, read)
    accelerator = launch(benchmark.recipe)
    start = clock() - start  # a part of each run
    trials = {run.method: _Trial(run.recipe, rounds, _ground_of(run.recipe, read), accelerator) for run in runs}
    prices = {method: Price() for method in trials}
    todo = count()
    for _ in range(rounds):
        for method, trial in trials.items():
            report.progress(next(todo) / (rounds * len(trials)), "calibrating", method)
            trial.measure(prices[method], report, clock)
    schedules = {run.method: run.recipe.schedule for run in runs}
    steps = {method: price.steps(seconds - start, schedules[method]) for method, price in prices.items()}
    for method, number in steps.items():
        if not number:
            raise InputError(
                f"{benchmark.minutes:g} CPU minutes are too few for '{method}'.", "Give more minutes, or fewer epochs."
            )
    return Calibration(seconds / 60, prices, steps)


def _budget(benchmark: BenchmarkRecipe) -> float:
    recipe = benchmark.recipe
    if benchmark.minutes is None:
        raise InputError("The benchmark has no budget.", "Say how many CPU minutes each method may take (minutes).")
    if recipe.device != "cpu" or recipe.workers:
        raise InputError(
            f"CPU time does not say what training costs on '{recipe.device}' with {recipe.workers} workers.",
            "Equal cost is measured with device cpu and workers 0.",
        )
    if recipe.schedule.full_only:
        raise InputError("With schedule.full_only steps cost differently.", "Equal cost is measured with 0.")
    return benchmark.minutes


def _one_of_each(benchmark: BenchmarkRecipe) -> list[Run]:
    """A run of each method that is trained, by the schedule that all share."""
    equal_steps = dataclasses.replace(benchmark, seeds=benchmark.seeds[:1], minutes=None, steps={})
    return [run for run in equal_steps.runs() if not run.members]


def _ground_of(recipe: Recipe, read: dict[str, Ground]) -> Ground:
    """What a recipe is trained on, read once: methods may have other labels, or ground without any."""
    key = repr((recipe.data, recipe.semi.split, recipe.semi.options))
    if key not in read:
        read[key] = Ground.of_folder(recipe)
    return read[key]


class _Trial:
    """A method in the middle of its training, where all its losses count."""

    def __init__(self, recipe: Recipe, rounds: int, ground: Ground, accelerator: Accelerator) -> None:
        self._recipe = recipe = _long_enough(recipe, 2 * (1 + rounds * STEPS))
        self._accelerator = accelerator
        torch.manual_seed(recipe.seed)
        middle = recipe.schedule.steps // 2
        self._training = Fitting(recipe).prepare_on(ground, accelerator, Reporter(), start=middle)
        self._losses = losses_of(recipe, accelerator, self._training)
        self._numbers: Iterator[int] = iter(range(middle, recipe.schedule.steps))
        self._step()  # what happens once: memory, threads, kernels

    def measure(self, price: Price, report: Reporter, clock: Clock) -> None:
        """Do some steps and a validation."""
        start = clock()
        for _ in range(STEPS):
            report.check()
            self._step()
        trained = clock()
        validate(self._accelerator, self._training, report)
        price.step.append((trained - start) / STEPS)
        price.validation.append(clock() - trained)

    def _step(self) -> None:
        train_step(next(self._numbers), self._recipe, self._accelerator, self._training, self._losses)


def _long_enough(recipe: Recipe, steps: int) -> Recipe:
    schedule = recipe.schedule
    windows = math.ceil(steps / schedule.epochs) * schedule.batch_size * schedule.accumulate
    windows = max(windows, schedule.windows_per_epoch)
    return dataclasses.replace(recipe, schedule=dataclasses.replace(schedule, windows_per_epoch=windows))
