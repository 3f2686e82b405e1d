"""How long does it take here? A few steps on a copy of the network, timed before the first one that counts."""

from __future__ import annotations

import copy
import math
import time
from dataclasses import dataclass
from statistics import median

import torch

from dis2_core import ModelCard
from dis2_core.network import SegmentationNetwork
from dis2_core.run.reporting import Reporter

from ..fitting.accelerator import SingleDevice
from ..fitting.ground import Ground
from ..fitting.loop import losses_of, train_step, validate
from ..fitting.preparation import set_up
from ..fitting.recipe import Recipe
from ..methods.registry import objective

TIMED, LONGEST = 20, 2.0  # steps, and seconds after which no other one is begun
LEAST_STEPS = 10 * TIMED  # of a run for which the look is worth its time
RESERVE = 0.1  # of a time limit, for a machine that gets slower, the test and the files


@dataclass(frozen=True)
class Speed:
    """What a training takes on this machine.

    Attributes:
        step: Seconds of an optimizer step with all that a step may have.
        validation: Seconds of a look at the validation ground; 0 without one.
    """

    step: float
    validation: float

    def seconds(self, steps: int, recipe: Recipe) -> float:
        """Of a whole training of so many steps: the full branch alone takes half a step, see ``share_done``."""
        return steps * self._mean_step(recipe) + recipe.schedule.epochs * self.validation

    def steps_within(self, seconds: float, recipe: Recipe) -> int:
        """How many steps can be had, with a reserve; one in any case."""
        left = (1 - RESERVE) * seconds - recipe.schedule.epochs * self.validation
        return max(1, math.floor(left / self._mean_step(recipe)))

    def _mean_step(self, recipe: Recipe) -> float:
        return self.step * (1 - recipe.schedule.full_only / 2)


def measure_speed(
    recipe: Recipe,
    accelerator: SingleDevice,
    ground: Ground,
    card: ModelCard,
    network: SegmentationNetwork,
    report: Reporter,
) -> Speed:
    """Time steps and a validation. The network, and what is drawn later, stay as they are.

    Args:
        recipe: What is going to be done.
        accelerator: Where.
        ground: On what.
        card: Describes the network.
        network: Of which a copy is trained.
        report: Asked whether to go on.
    """
    with torch.random.fork_rng():
        learning = objective(recipe.method, copy.deepcopy(network), recipe.cross_entropy)
        training = set_up(recipe, accelerator, ground, card, learning)
        losses = losses_of(recipe, accelerator, training)
        last, times = recipe.schedule.steps - 1, []
        began = time.monotonic()
        while len(times) < min(TIMED, last + 1) and (len(times) < 2 or time.monotonic() - began < LONGEST):
            report.check()
            started = time.monotonic()
            train_step(last, recipe, accelerator, training, losses)
            times.append(time.monotonic() - started)
        started = time.monotonic()
        validate(accelerator, training, report)
        looked = time.monotonic() - started if training.validate else 0.0
    return Speed(median(times[1:] or times), looked)  # the first one is slower than any other
