"""The windows that training and validation take from tiles: at random places, or side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from torch.utils.data import Dataset

from .augmentation import resample
from .class_sets import exact
from .sample import IGNORE, Sample
from .tiles import MemoryTile, Tile, magnification

POSITIONS_PER_CLASS = 20_000  # a tile remembers at most so many places of a class


class RandomWindows(Dataset[Sample]):
    """Windows at random places; item i is a pure function of (seed, i).

    Half of them (``class_aware``) are drawn around a pixel of a class that is drawn first, all
    classes alike, so that rare classes are seen as often as common ones.

    Args:
        tiles: Where windows are cut.
        classes: Number of classes K.
        size: Window side in pixels.
        count: Number of windows.
        seed: Of the drawing.
        class_aware: Share of windows drawn around a class.
        gsd: Ground sample distance that windows are brought to, in metres, where a tile says that it has another;
            None: pixels are taken as they are.
        weights: How often windows of each tile are drawn, relative to its area; empty: all alike.
        scale: Range of the factor by which a larger or smaller piece of ground is cut and then
            resampled to the window; heights keep their metres.
        augment: Done to each window, with the window's own random generator.
    """

    def __init__(
        self,
        tiles: Sequence[MemoryTile],
        classes: int,
        size: int,
        count: int,
        seed: int = 0,
        class_aware: float = 0.5,
        scale: tuple[float, float] = (1.0, 1.0),
        augment: Callable[[Sample, np.random.Generator], Sample] | None = None,
        gsd: float | None = None,
        weights: Sequence[float] = (),
    ) -> None:
        self.tiles = tiles
        self.size = size
        self.count = count
        self.seed = seed
        self.class_aware = class_aware
        self.scale = scale
        self.augment = augment
        self.magnifications = [magnification(tile, gsd) if gsd else 1.0 for tile in tiles]
        self.weights = np.array(weights or [1.0] * len(tiles))
        areas = [tile.size[0] * tile.size[1] / by**2 for tile, by in zip(tiles, self.magnifications, strict=True)]
        self.areas = np.array(areas) * self.weights
        self.places = self._places(classes)
        weighted = (self.weights != 1).any()  # else all places of a class are drawn alike
        self.chances = [np.cumsum(self.weights[places[:, 0]]) for places in self.places] if weighted else []

    def _places(self, classes: int) -> list[np.ndarray]:
        """For every class that occurs, (n, 3) places: tile, row, column."""
        rng = np.random.default_rng(self.seed)
        places: list[list[np.ndarray]] = [[] for _ in range(classes)]
        for index, tile in enumerate(self.tiles):
            labels = tile.exact_labels.numpy()
            for code in np.unique(labels[labels != IGNORE]):
                found = np.flatnonzero(labels == code)
                if len(found) > POSITIONS_PER_CLASS:
                    found = rng.choice(found, POSITIONS_PER_CLASS, replace=False, shuffle=False)
                rows, cols = np.divmod(found, labels.shape[1])
                places[code].append(np.stack([np.full_like(rows, index), rows, cols], axis=1))
        return [np.concatenate(found) for found in places if found]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Sample:
        if not 0 <= index < self.count:
            raise IndexError(index)
        rng = np.random.default_rng((self.seed, index))
        sample = self._cut(rng)
        return self.augment(sample, rng) if self.augment else sample

    def _cut(self, rng: np.random.Generator) -> Sample:
        if self.places and rng.random() < self.class_aware:
            number, *place = self._place(rng)
        else:
            number, place = int(rng.choice(len(self.tiles), p=self.areas / self.areas.sum())), [None, None]
        tile = self.tiles[number]
        factor = float(np.exp(rng.uniform(*np.log(self.scale))))
        by = self.magnifications[number]
        side = min(round(self.size * by * factor), max(round(self.size * by), min(tile.size)))
        row, col = (_start(rng, side, length, at) for length, at in zip(tile.size, place, strict=True))
        return resample(tile.read(row, col, side, side), (self.size, self.size))

    def _place(self, rng: np.random.Generator) -> list[int]:
        """Tile, row and column of a pixel of a class that is drawn first."""
        number = int(rng.integers(len(self.places)))
        places = self.places[number]
        if self.chances:
            chances = self.chances[number]
            at = int(np.searchsorted(chances, rng.uniform(0, chances[-1]), side="right"))
        else:
            at = int(rng.integers(len(places)))
        return [int(value) for value in places[at]]


def _start(rng: np.random.Generator, side: int, length: int, at: int | None) -> int:
    """Draw a window's first row or column: inside the tile, and over ``at`` where that is given."""
    if length <= side:
        return -int(rng.integers(side - length + 1))  # a tile smaller than the window moves inside it
    low, high = (0, length - side) if at is None else (max(at - side + 1, 0), min(at, length - side))
    return int(rng.integers(low, high + 1))


def grid_windows(tiles: Sequence[Tile], size: int) -> list[Sample]:
    """Windows side by side, each labelled pixel in exactly one of them.

    The last window of a row or column is anchored inside the tile; where it covers its neighbour
    again, its labels are ``IGNORE``. Windows without a label are left out.
    """
    windows = []
    for tile in tiles:
        for row in _starts(tile.size[0], size):
            for col in _starts(tile.size[1], size):
                sample = tile.read(row, col, size, size)
                labels = sample.labels.clone()
                labels[: -row % size] = IGNORE
                labels[:, : -col % size] = IGNORE
                if (exact(labels) != IGNORE).any():
                    windows.append(Sample(sample.values, sample.valid, labels))
    return windows


def _starts(length: int, size: int) -> list[int]:
    return [*range(0, max(length - size, 0), size), max(length - size, 0)]
