"""The training of a model: from a recipe to the best one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from dis2_core import DIS2Config, ModelCard, save_model
from dis2_core.contract.errors import InputError
from dis2_core.contract.other_jobs import IMAGENET
from dis2_core.network import SegmentationNetwork
from dis2_core.run.reporting import Listener, Reporter

from ..methods.file import save_method
from ..methods.registry import MODEL_METHODS, SHARED_METHOD, build_network, objective
from ..scoring.evaluation import card_metrics
from ..semi.teachers import FrozenTeachers
from ..start.beginning import with_terms
from ..start.opening import open_start
from .accelerator import Accelerator
from .checkpoint import ADJUSTABLE, Checkpoint, require_same_data
from .ground import Ground
from .loop import Epoch, Losses, losses_of
from .preparation import Training, build_card, set_up
from .recipe import Recipe
from .run import carry_out
from .run_folder import MODEL


def fit(
    recipe: Recipe,
    out: Path,
    *,
    resume: bool = False,
    adjustable: Collection[str] = ADJUSTABLE,
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Train a model on a data set and keep the best one, in ``model.safetensors``.

    The best is the one with the highest mean, over all scenarios, of the mean IoU on the validation
    split. Its file carries its validation scores. Arguments and errors are those of ``carry_out``.
    """
    work = Fitting(recipe)
    return carry_out(work, out, resume=resume, adjustable=adjustable, progress=progress, cancelled=cancelled)


@dataclass(frozen=True)
class Fitting:
    """The training of a model; see ``run.Work``."""

    recipe: Recipe

    saves = MODEL

    def prepare(self, accelerator: Accelerator, checkpoint: Checkpoint | None, report: Reporter) -> Training:
        """Read the data, build the network, and put a state, or what it starts from, into it where there is one."""
        torch.manual_seed(self.recipe.seed)  # of the first weights, which are alike in all processes
        start = checkpoint.course.steps if checkpoint else 0
        return self.prepare_on(Ground.of_folder(self.recipe), accelerator, report, start, checkpoint)

    def prepare_on(
        self,
        ground: Ground,
        accelerator: Accelerator,
        report: Reporter,
        start: int,
        checkpoint: Checkpoint | None = None,
    ) -> Training:
        """Likewise on ground that has been read.

        Args:
            ground: Of the recipe.
            accelerator: Where it is trained.
            report: Told of what it starts from.
            start: The optimizer step to begin with.
            checkpoint: What to go on from, at that step.
        """
        recipe = self.recipe
        teachers = self._teachers(ground)
        card = build_card(recipe, ground.description, teachers.widths)
        if checkpoint:
            card = require_same_data(checkpoint, card, recipe.data.folder)
        network = build_network(recipe.method, DIS2Config.from_card(card))
        if recipe.model.start and not checkpoint:
            card = begin(network, card, recipe, report)
        training = set_up(recipe, accelerator, ground, card, self.objective(network), start)
        if checkpoint:
            checkpoint.restore(training)
        return replace(training, teachers=teachers.to(accelerator.device))

    def _teachers(self, ground: Ground) -> FrozenTeachers:
        """Those of the features of the first modality."""
        names = self.recipe.semi.teachers
        if names and self.recipe.method != SHARED_METHOD:
            raise InputError(
                f"'{self.recipe.method}' keeps no knowledge of teachers.", f"Set method to {SHARED_METHOD}."
            )
        return FrozenTeachers.open(names, ground.description.modalities[0])

    def objective(self, network: SegmentationNetwork) -> nn.Module:
        """The network with its losses."""
        return objective(self.recipe.method, network, self.recipe.cross_entropy)

    def losses(self, accelerator: Accelerator, training: Training) -> Losses:
        """Those of the method."""
        return losses_of(self.recipe, accelerator, training)

    def save(self, path: Path, training: Training, epoch: Epoch) -> None:
        """Write the model file with its validation scores; ``publish`` puts others in their place."""
        card = replace(training.card, metrics=card_metrics(epoch.scores))
        if self.recipe.method in MODEL_METHODS:
            save_model(path, training.average.network, card, familiarity=training.familiarity)
        else:
            save_method(path, self.recipe.method, training.average.network, card)


def begin(network: SegmentationNetwork, card: ModelCard, recipe: Recipe, report: Reporter) -> ModelCard:
    """Put what a run starts from into its network; return the card with those whom it names.

    Raises:
        InputError: It does not fit, or is not there.
        ModelError: Its file is damaged, or there is none.
    """
    start = open_start(recipe.model.start)
    if start.card and recipe.method not in MODEL_METHODS:
        raise InputError(
            f"'{recipe.method}' cannot start from a model, but from encoders.",
            f"Set model.start to {IMAGENET} or to a file of encoders.",
        )
    begun = start.begin(network, card)
    report.info(str(begun))
    return with_terms(start, card)
