"""The training of a student, in a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from dis2_core.network import SharedDIS2
from dis2_core.run.reporting import Listener

from ..data.sample import complete, joined, normalise, taught
from ..fitting.accelerator import Accelerator
from ..fitting.draws import ScenarioDraws
from ..fitting.fit import Fitting
from ..fitting.loop import Losses
from ..fitting.preparation import Training
from ..fitting.run import carry_out
from ..semi.pseudo_labels import seen
from .objective import StudentObjective
from .recipe import DistilRecipe
from .teachers import Teachers


def distil(
    recipe: DistilRecipe,
    out: Path,
    *,
    resume: bool = False,
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Let a student learn, and keep the best one in ``model.safetensors``, which holds nothing of its teachers.

    Arguments and errors are those of ``carry_out``; and ``Teachers.load``'s.
    """
    return carry_out(Distilling(recipe), out, resume=resume, progress=progress, cancelled=cancelled)


@dataclass(frozen=True)
class Distilling(Fitting):
    """A training whose labels are accompanied by teachers; see ``run.Work``."""

    recipe: DistilRecipe

    def objective(self, network: SharedDIS2) -> nn.Module:
        """See the base class."""
        recipe = self.recipe
        return StudentObjective(network, recipe.cross_entropy, recipe.labels, recipe.imitation)

    def losses(self, accelerator: Accelerator, training: Training) -> Losses:
        """See the base class."""
        teachers = Teachers.load(self.recipe.teachers, training.card, accelerator.device)
        draws = ScenarioDraws(self.recipe, training.card, with_full=True)
        return partial(_losses, accelerator=accelerator, training=training, teachers=teachers, draws=draws)


def _losses(
    step: int, batch: int, *, accelerator: Accelerator, training: Training, teachers: Teachers, draws: ScenarioDraws
) -> dict[str, Tensor]:
    sample = next(training.batches)
    if training.unlabelled is not None:
        sample = joined(sample, next(training.unlabelled).weak)
    scenarios = draws.of_batch(batch)
    inputs = accelerator.to_device(normalise(sample, training.card.modalities))
    labels = accelerator.to_device(taught(sample, scenarios))
    where = accelerator.to_device(complete(sample, scenarios)[:, :, None, None] & seen(sample))  # (S, B, H, W)
    with accelerator.autocast():
        answers = teachers.answers(sample, torch.device(accelerator.device))
        terms: dict[str, Tensor] = training.objective(inputs, labels, scenarios, answers, where)
    return terms
