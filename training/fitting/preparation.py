"""What stands ready before the first step: card, batches, network, average and optimizer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import torch
from torch import nn
from torch.utils.data import DataLoader

from dis2_core import DIS2Config, ModelCard
from dis2_core.network import Scenario
from dis2_core.network.efficientnet import EfficientNetLite0
from dis2_core.network.encoder import Encoder
from dis2_core.network.familiarity import Familiarity

from ..data.augmentation import Augmentation
from ..data.description import Description
from ..data.sample import Sample, stack
from ..data.tiles import MemoryTile
from ..data.windows import RandomWindows
from ..methods.registry import answers, form_of
from ..semi.teachers import FrozenTeachers
from ..semi.views import TwoViews, Views, stack_views
from .accelerator import Accelerator
from .draws import BatchShares
from .ground import Ground, Validation
from .price import require_room
from .recipe import GradientRecipe, OptimizerRecipe, Recipe, RunRecipe
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
        unlabelled: The same of windows without labels; None: there are none.
        validate: See ``Ground``.
        scenarios: Those in which the method has something to say.
        familiarity: See ``Ground``.
        teachers: Of features; none where there are no modules.
    """

    card: ModelCard
    objective: nn.Module
    average: WeightAverage
    optimizer: torch.optim.Optimizer
    batches: Iterator[Sample]
    unlabelled: Iterator[Views] | None
    validate: Validation | None
    scenarios: list[Scenario]
    familiarity: Familiarity | None = None
    teachers: FrozenTeachers = field(default_factory=FrozenTeachers)


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
        ResourceError: The windows of a batch do not fit into memory; of a GPU the first step tells.
    """
    if accelerator.device.type == "cpu":
        sizes = [recipe.schedule.batch_size, _unlabelled_size(recipe) if ground.unlabelled else 0]
        require_room(objective, card, recipe, sum(sizes) // accelerator.world_size)
    batches = windows_of(recipe, accelerator, ground.tiles, card, start, recipe.data.class_aware)
    unlabelled = _unlabelled(recipe, accelerator, ground, card, start) if ground.unlabelled else None
    optimizer = build_optimizer(objective, recipe.optimizer)
    average = WeightAverage(objective.network, recipe.optimizer.ema)
    objective, optimizer = placed(accelerator, objective, optimizer, average)
    scenarios = [scenario for scenario in card.scenarios() if answers(recipe.method, scenario)]
    return Training(
        card, objective, average, optimizer, batches, unlabelled, ground.validate, scenarios, ground.familiarity
    )


def placed(
    accelerator: Accelerator, objective: nn.Module, optimizer: torch.optim.Optimizer, average: WeightAverage
) -> tuple[Any, ...]:
    """Bring what is trained, and its average, to where it is trained; return objective and optimizer."""
    for module in (objective, average.network):
        module.to(memory_format=torch.channels_last)  # faster convolutions on a CPU
    average.network.to(accelerator.device)
    setup: tuple[Any, ...] = accelerator.setup(objective, optimizer)
    return setup


def windows_of(
    recipe: RunRecipe,
    accelerator: Accelerator,
    tiles: list[MemoryTile],
    card: ModelCard,
    start: int,
    class_aware: float = 0.0,
) -> Iterator[Sample]:
    """This process' share of each batch of random windows, from a step of the schedule to its end."""
    shares = _shares(recipe, accelerator, recipe.schedule.batch_size, start)
    windows = _windows(recipe, tiles, card, shares.end, class_aware)
    return iter(DataLoader(windows, batch_sampler=shares, num_workers=recipe.workers, collate_fn=stack))


def _unlabelled(
    recipe: Recipe, accelerator: Accelerator, ground: Ground, card: ModelCard, start: int
) -> Iterator[Views]:
    shares = _shares(recipe, accelerator, _unlabelled_size(recipe), start)
    windows = _windows(recipe, ground.unlabelled, card, shares.end, class_aware=0)
    views = TwoViews(windows, recipe.semi, card.modalities)
    return iter(DataLoader(views, batch_sampler=shares, num_workers=recipe.workers, collate_fn=stack_views))


def _unlabelled_size(recipe: Recipe) -> int:
    """Windows without labels in a batch."""
    return max(1, round(recipe.semi.share * recipe.schedule.batch_size))


def _shares(recipe: RunRecipe, accelerator: Accelerator, size: int, start: int) -> BatchShares:
    accumulate = recipe.schedule.accumulate
    batches = range(start * accumulate, recipe.schedule.steps * accumulate)
    return BatchShares(size, batches, accelerator.global_rank, accelerator.world_size)


def _windows(
    recipe: RunRecipe, tiles: list[MemoryTile], card: ModelCard, count: int, class_aware: float
) -> RandomWindows:
    return RandomWindows(
        tiles,
        len(card.classes),
        recipe.model.window,
        count,
        recipe.seed,
        class_aware,
        recipe.augmentation.scale,
        Augmentation(recipe.augmentation, card.modalities),
        card.gsd,
        [recipe.data.weight(tile.name) for tile in tiles],
    )


def build_card(recipe: Recipe, description: Description, knowledge: tuple[int, ...] = ()) -> ModelCard:
    """The card of the model that will be: what data set and recipe say, and how wide the teachers' knowledge is."""
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
        encoder=model.encoder,
        knowledge=knowledge,
    )
    return ModelCard(
        name=model.name,
        modalities=description.modalities,
        classes=description.classes,
        window=config.window,
        overlap=config.overlap,
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
    """AdamW or SGD; norms, biases and other vectors do not decay. Frozen encoders are frozen here.

    A group of weights with a rate of its own says so as ``rate``, a factor.
    """
    parameters = list(objective.parameters())
    if recipe.encoder_rate == 1:
        groups = by_decay(parameters, recipe)
    else:
        encoders = set(_encoder_weights(objective))
        groups = by_decay([p for p in parameters if p not in encoders], recipe)
        if recipe.encoder_rate:
            slow = by_decay([p for p in parameters if p in encoders], recipe)
            groups += [{**group, "rate": recipe.encoder_rate} for group in slow]
        for parameter in encoders:
            parameter.requires_grad_(recipe.encoder_rate > 0)
    if recipe.name == "sgd":
        nesterov = recipe.momentum > 0
        return torch.optim.SGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=nesterov)
    return torch.optim.AdamW(groups, lr=recipe.lr)


def by_decay(parameters: Sequence[nn.Parameter], recipe: GradientRecipe) -> list[dict[str, Any]]:
    """Groups of an optimizer: what decays, and norms, biases and other vectors, which do not."""
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def _encoder_weights(objective: nn.Module) -> Iterator[nn.Parameter]:
    """Those of all encoders, whatever the method calls them; adapters are new even where the rest has learned."""
    for module in objective.modules():
        if isinstance(module, EfficientNetLite0):
            yield from module.stem.parameters()
            yield from module.blocks.parameters()
        elif isinstance(module, Encoder):
            yield from module.parameters()
