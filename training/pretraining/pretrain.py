"""A pre-training in a folder: from a recipe to encoders that training can start from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor

from dis2_core import ModelCard
from dis2_core.contract.errors import InputError
from dis2_core.network import DIS2Config, SegmentationNetwork
from dis2_core.run.reporting import Listener, Reporter

from ..data.dataset import band_statistics
from ..data.description import Description
from ..data.sample import normalise
from ..fitting.accelerator import Accelerator
from ..fitting.checkpoint import Checkpoint, require_same_data
from ..fitting.ground import Ground
from ..fitting.loop import Epoch, Losses
from ..fitting.preparation import Training, by_decay, placed, windows_of
from ..fitting.run import carry_out
from ..fitting.weight_average import WeightAverage
from ..semi.views import without_labels
from ..start.beginning import with_terms
from ..start.encoder_file import Encoders, save_encoders
from ..start.opening import open_start
from .masking import covered, draw_masks
from .objective import MaskedFeatures, features
from .recipe import PretrainRecipe

ENCODERS = "encoders.safetensors"
_MASKS = 5  # beside seed and number, as other draws have theirs


def pretrain(
    recipe: PretrainRecipe,
    out: Path,
    *,
    resume: bool = False,
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Let encoders learn from pixels alone, and keep the newest average of them in ``encoders.safetensors``.

    Arguments and errors are those of ``carry_out``.
    """
    return carry_out(Pretraining(recipe), out, resume=resume, progress=progress, cancelled=cancelled)


@dataclass(frozen=True)
class Pretraining:
    """The pre-training of encoders; see ``fitting.run.Work``."""

    recipe: PretrainRecipe

    saves = ENCODERS

    def prepare(self, accelerator: Accelerator, checkpoint: Checkpoint | None, report: Reporter) -> Training:
        """Read the data, build the encoders, and put a state, or what they start from, into them where there is one."""
        recipe = self.recipe
        torch.manual_seed(recipe.seed)  # of the first weights, which are alike in all processes
        ground = ground_of(recipe)
        card = card_of(recipe, ground.description)
        if checkpoint:
            card = require_same_data(checkpoint, card, recipe.data.folder)
        learning = MaskedFeatures(DIS2Config.from_card(card), recipe.layers)
        if recipe.model.start and not checkpoint:
            start = open_start(recipe.model.start)
            report.info(str(start.begin(cast(SegmentationNetwork, learning), card)))  # it has encoders by those names
            card = with_terms(start, card)
        steps = checkpoint.course.steps if checkpoint else 0
        batches = windows_of(recipe, accelerator, ground.tiles, card, steps)
        groups = by_decay(list(learning.parameters()), recipe.optimizer)
        optimizer = torch.optim.AdamW(groups, lr=recipe.peak_rate, betas=recipe.optimizer.betas)
        average = WeightAverage(learning.network, recipe.optimizer.ema, statistics=False)
        objective, optimizer = placed(accelerator, learning, optimizer, average)
        training = Training(card, objective, average, optimizer, batches, None, None, [])
        if checkpoint:
            checkpoint.restore(training)
        return training

    def losses(self, accelerator: Accelerator, training: Training) -> Losses:
        """Those of ``MaskedFeatures``."""
        return partial(_losses, recipe=self.recipe, accelerator=accelerator, training=training)

    def save(self, path: Path, training: Training, epoch: Epoch) -> None:
        """Write the averaged encoders."""
        card, model = training.card, self.recipe.model
        bands = {item.name: len(item.bands) for item in card.modalities}
        about = f"{self.recipe.method}, {epoch.steps} steps of {card.training_data or 'data of unknown origin'}"
        encoders = Encoders(model.encoder, model.width, bands, card.attribution, card.license, about)
        save_encoders(path, encoders, training.average.network)


def ground_of(recipe: PretrainRecipe) -> Ground:
    """Read the split, forget its labels, and measure its statistics.

    Raises:
        InputError: The data set does not fit the recipe, or has a single modality.
        UnreadableRaster: A file of it is damaged.
    """
    data = recipe.data.open(recipe.data.train)
    if len(data.description.modalities) < 2:
        raise InputError(
            f"{recipe.data.folder} has the modality {data.description.modality_names[0]} alone.",
            "This pre-training lets modalities tell of each other: give two to five.",
        )
    tiles = without_labels(data.loaded())
    measured = tuple(band_statistics(tiles, modality) for modality in data.description.modalities)
    return Ground(replace(data.description, modalities=measured), tiles, None)


def card_of(recipe: PretrainRecipe, description: Description) -> ModelCard:
    """What a run goes on with: that of a network with such encoders."""
    model = recipe.model
    bands = {item.name: len(item.bands) for item in description.modalities}
    return ModelCard(
        name=recipe.method,
        modalities=description.modalities,
        classes=description.classes,
        window=(model.window, model.window),
        gsd=description.gsd,
        network=Encoders(model.encoder, model.width, bands).config().card_entries(),
        license=description.license,
        attribution=description.attribution,
        training_data=description.description,
        created=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def _losses(
    step: int, batch: int, *, recipe: PretrainRecipe, accelerator: Accelerator, training: Training
) -> dict[str, Tensor]:
    sample = next(training.batches)
    windows = normalise(sample, training.card.modalities)
    drawing = _drawing(recipe.seed, batch * accelerator.world_size + accelerator.global_rank)
    masks = draw_masks(windows, recipe.epoch_of(step), drawing, recipe.masked)
    present = {name: covered(valid) for name, valid in sample.valid.items()}
    inputs, masks, present = map(accelerator.to_device, (windows, masks, present))
    with accelerator.autocast():
        with torch.no_grad():  # in training: its norms measure whole windows, which it alone sees
            targets = features(training.average.network.train(), inputs)
        terms: dict[str, Tensor] = training.objective(inputs, present, masks, targets)
    return terms


def _drawing(seed: int, part: int) -> torch.Generator:
    """What draws the masks of one part of a batch: the share of one process. Parts are counted through the run."""
    number = np.random.SeedSequence((seed, _MASKS, part)).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(number) % 2**63)
