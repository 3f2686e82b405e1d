"""Two views of a window without labels: the one that the teacher sees, and the one that the student sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from dis2_core.contract.card import Modality

from ..data.augmentation import Augmentation, rectangle
from ..data.sample import IGNORE, Sample, stack
from ..data.tiles import MemoryTile
from ..data.windows import RandomWindows
from .recipe import SemiRecipe

_STRONG, _MIXED = 3, 4  # beside the seed and the number of a window, for what is drawn of it
CUTMIX_AREA = (0.02, 0.4)  # of a window
CUTMIX_STRETCH = 0.6  # see ``rectangle``: sides of 3 to 10 at most


class Views(NamedTuple):
    """A window, or a batch of windows, in two views that lie pixel on pixel; neither has a label.

    Attributes:
        weak: As labelled windows are varied.
        strong: Varied further, in its values alone.
        number: Of the window, or of the first one of the batch, through the run.
    """

    weak: Sample
    strong: Sample
    number: int


class TwoViews(Dataset[Views]):
    """Random windows without labels in two views; item i is a pure function of (seed, i).

    Args:
        windows: The weak views.
        recipe: How the strong ones come of them.
        modalities: What the values are.
    """

    def __init__(self, windows: RandomWindows, recipe: SemiRecipe, modalities: Sequence[Modality]) -> None:
        self._windows = windows
        still = replace(recipe.strong, d4=False, shift=0.0)
        self._vary = Augmentation(still, modalities)

    def __len__(self) -> int:
        return len(self._windows)

    def __getitem__(self, index: int) -> Views:
        weak = self._windows[index]
        rng = np.random.default_rng((self._windows.seed, index, _STRONG))
        return Views(weak, self._vary(weak, rng), index)


def stack_views(views: Sequence[Views]) -> Views:
    """Join windows into a batch."""
    return Views(stack([view.weak for view in views]), stack([view.strong for view in views]), views[0].number)


def without_labels(tiles: Iterable[MemoryTile]) -> list[MemoryTile]:
    """The tiles, and no label in them that anything could look at by mistake."""
    return [
        MemoryTile(tile.name, replace(tile.sample, labels=torch.full_like(tile.labels, IGNORE)), tile.grid)
        for tile in tiles
    ]


def cutmix(batch: Sample, probability: float, seed: tuple[int, ...]) -> Sample:
    """Give some windows of a batch a rectangle of the window before them: values, validity and labels alike.

    Yun et al. 2019, with the area of the rectangle as FixMatch's heirs have it: 2 to 40 % of the window.

    Args:
        batch: Windows (B, …) with the labels that they are to be trained on.
        probability: Of each window.
        seed: Of the drawing.
    """
    rng = np.random.default_rng((*seed, _MIXED))
    boxes = torch.stack([_box(batch.size, probability, rng) for _ in batch.labels])  # (B, H, W)

    def mixed(tensor: Tensor) -> Tensor:
        box = boxes.unsqueeze(1) if tensor.ndim == 4 else boxes
        return torch.where(box, tensor.roll(1, dims=0), tensor)

    return Sample(
        {name: mixed(values) for name, values in batch.values.items()},
        {name: mixed(valid) for name, valid in batch.valid.items()},
        mixed(batch.labels),
    )


def _box(size: tuple[int, int], probability: float, rng: np.random.Generator) -> Tensor:
    """(H, W) bool, True in a rectangle or, mostly where the probability is small, nowhere."""
    if rng.random() >= probability:
        return torch.zeros(size, dtype=torch.bool)
    return rectangle(size, float(rng.uniform(*CUTMIX_AREA)), CUTMIX_STRETCH, rng)
