"""What stands ready before the first step: card, batches, network, average and optimizer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

import torch
from torch import nn
from torch.utils.data import DataLoader

from dis2_core import DIS2Config, ModelCard
from dis2_core.network import Scenario

from ..data.augmentation import Augmentation
from ..data.dataset import Description
from ..data.sample import Sample, stack
from ..data.windows import RandomWindows
from ..methods.registry import answers, form_of
from .accelerator import Accelerator
from .draws import BatchShares
from .ground import Ground, Validation
from .recipe import OptimizerRecipe, Recipe
from .weight_average import WeightAverage


@dataclass
class Training:
    """What a run holds in its hands.

    Attributes:
        card: Describes the network; metrics are added when it is saved.
        objective: The network with its losses, set up by the accelerator.
        average: Moving average of the network's weights; what is validated and saved.
        optimizer: Set up by the accelerator.
        batches: This process' share of each batch, to the end of the schedule.
        validate: See ``Ground``.
        scenarios: Those in which the method has something to say.
    """

    card: ModelCard
    objective: nn.Module
    average: WeightAverage
    optimizer: torch.optim.Optimizer
    batches: Iterator[Sample]
    validate: Validation | None
    scenarios: list[Scenario]


def set_up(
    recipe: Recipe, accelerator: Accelerator, ground: Ground, card: ModelCard, objective: nn.Module, start: int = 0
) -> Training:
    """Put everything around an objective that its training needs.

    Args:
        recipe: How it is trained.
        accelerator: Where.
        ground: What it is trained on.
        card: Describes the network; see ``build_card``.
        objective: With its network, new or to go on with; see ``methods.build``.
        start: Optimizer steps that were done before.

    Raises:
        InputError: The processes cannot share a batch evenly.
    """
    batches = _batches(recipe, accelerator, ground, card, start)
    objective.to(memory_format=torch.channels_last)  # faster convolutions on a CPU
    optimizer = build_optimizer(objective, recipe.optimizer)
    average = WeightAverage(objective.network, recipe.optimizer.ema)
    objective, optimizer = accelerator.setup(objective, optimizer)
    average.network.to(accelerator.device)
    scenarios = [scenario for scenario in card.scenarios() if answers(recipe.method, scenario)]
    return Training(card, objective, average, optimizer, batches, ground.validate, scenarios)


def _batches(recipe: Recipe, accelerator: Accelerator, ground: Ground, card: ModelCard, start: int) -> Iterator[Sample]:
    schedule = recipe.schedule
    first, end = start * schedule.accumulate, schedule.steps * schedule.accumulate
    shares = BatchShares(schedule.batch_size, range(first, end), accelerator.global_rank, accelerator.world_size)
    windows = RandomWindows(
        ground.tiles,
        len(card.classes),
        recipe.model.window,
        end * schedule.batch_size,
        recipe.seed,
        recipe.data.class_aware,
        recipe.augmentation.scale,
        Augmentation(recipe.augmentation, card.modalities),
    )
    return iter(DataLoader(windows, batch_sampler=shares, num_workers=recipe.workers, collate_fn=stack))


def build_card(recipe: Recipe, description: Description) -> ModelCard:
    """The card of the model that will be: what the data set and the recipe say."""
    model = recipe.model
    config = DIS2Config(
        modalities=tuple((modality.name, len(modality.bands)) for modality in description.modalities),
        classes=len(description.classes),
        window=(model.window, model.window),
        width=model.width,
        decoder_width=model.decoder_width or 0,
        pool_hidden=model.pool_hidden,
        dropout=model.dropout,
        form=form_of(recipe.method),
    )
    return ModelCard(
        name=model.name,
        modalities=description.modalities,
        classes=description.classes,
        window=config.window,
        gsd=description.gsd,
        network=config.card_entries(),
        description=model.description,
        license=model.license,
        attribution=description.attribution,
        training_data=model.training_data or description.description,
        notes=model.notes,
        created=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def build_optimizer(objective: nn.Module, recipe: OptimizerRecipe) -> torch.optim.Optimizer:
    """AdamW or SGD; norms, biases and other vectors do not decay."""
    parameters = list(objective.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if recipe.name == "sgd":
        nesterov = recipe.momentum > 0
        return torch.optim.SGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=nesterov)
    return torch.optim.AdamW(groups, lr=recipe.lr)
