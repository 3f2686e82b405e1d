"""Which tiles show the same ground, or ground side by side: what makes a test easier than it looks.

Tiles with a place are compared by their footprints. Tiles without are compared by what they show: a
difference hash finds copies, also turned or mirrored ones, and borders that continue each other find
tiles that were cut from one scene.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dis2_core.rasters.grid import Grid

from ..augmentation import resample
from ..sample import IGNORE, Sample
from ..tiles import MemoryTile, Tile

THUMBNAIL = 9  # pixels a side: 2 * 9 * 8 comparisons of neighbours make the hash
BITS = 2 * THUMBNAIL * (THUMBNAIL - 1)
ALIKE_BITS = 14  # a tenth of them: unrelated images differ in about half, compressed copies in a few
ALIKE = 0.98  # correlation of the thumbnails, so that flat tiles are not copies of each other
CONTINUED = 0.85  # mean correlation of two borders over all bands; unrelated ones stay below 0.7
COMPARED = 5_000  # tiles whose borders are compared with each other: a matrix of their square


@dataclass(frozen=True)
class Look:
    """What is kept of a tile to compare it with others.

    Attributes:
        name: Of the tile.
        grid: Its size and place.
        thumbnails: (9, 9) by modality, the mean of its bands; left out where most of a modality is missing.
        borders: Left, right, top and bottom row of pixels of all modalities, (4, bands, side), where the
            tile is square and all of it valid or not; None for other tiles.
    """

    name: str
    grid: Grid
    thumbnails: Mapping[str, np.ndarray]
    borders: np.ndarray | None

    @classmethod
    def of(cls, tile: MemoryTile) -> Look:
        """Look at a tile."""
        sample = tile.sample
        small = resample(sample, (THUMBNAIL, THUMBNAIL))
        thumbnails = {
            name: _filled(values.mean(dim=0).numpy(), small.valid[name].numpy())
            for name, values in small.values.items()
            if small.valid[name].float().mean() > 0.5
        }
        return cls(tile.name, tile.grid, thumbnails, borders(sample))


def borders(sample: Sample) -> np.ndarray | None:
    """Left, right, top and bottom row of pixels of all modalities, (4, bands, side); None where it is not square."""
    if sample.size[0] != sample.size[1]:
        return None
    pixels = np.concatenate([values.numpy() for values in sample.values.values()])  # (bands, H, W)
    return np.stack([pixels[:, :, 0], pixels[:, :, -1], pixels[:, 0], pixels[:, -1]])


@dataclass(frozen=True)
class Pair:
    """Two tiles that should not be in two splits.

    Attributes:
        first, second: Their names.
        value: How close they are: bits apart, correlation, or pixels shared.
        relation: How the second is to the first: a copy, or which side of it.
    """

    first: str
    second: str
    value: float
    relation: str

    def __str__(self) -> str:
        return f"{self.second} {self.relation} {self.first}"


def _filled(image: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """The image with its mean in holes."""
    return np.where(valid, image, image[valid].mean())


def difference_hash(thumbnail: np.ndarray) -> np.ndarray:
    """Whether each pixel is brighter than its left and its upper neighbour: (144,) bool."""
    right = thumbnail[:, 1:] > thumbnail[:, :-1]
    down = thumbnail[1:] > thumbnail[:-1]
    return np.concatenate([right.ravel(), down.ravel()])


def copies(first: Sequence[Look], second: Sequence[Look]) -> tuple[list[Pair], int]:
    """Tiles of two splits that look the same, also turned or mirrored.

    Returns:
        The pairs, and how many bits the closest two tiles are apart (``BITS`` where none could be compared).
    """
    found: dict[tuple[str, str], Pair] = {}
    closest = BITS
    for modality in dict.fromkeys(name for look in (*first, *second) for name in look.thumbnails):
        left, right = ([look for look in side if modality in look.thumbnails] for side in (first, second))
        if not left or not right:
            continue
        ours = _signs([look.thumbnails[modality] for look in left])
        for element in range(8):
            turned = [_turned(look.thumbnails[modality], element) for look in right]
            apart = (BITS - ours @ _signs(turned).T) / 2  # (left, right)
            closest = min(closest, int(apart.min()))
            for i, j in zip(*np.nonzero(apart <= ALIKE_BITS), strict=True):
                if _correlation(left[i].thumbnails[modality], turned[j]) >= ALIKE:
                    pair = Pair(left[i].name, right[j].name, float(apart[i, j]), f"copies the {modality} of")
                    found.setdefault((pair.first, pair.second), pair)
    return sorted(found.values(), key=lambda pair: pair.value), closest


def _signs(thumbnails: Sequence[np.ndarray]) -> np.ndarray:
    """Hashes as -1 and 1, (tiles, BITS), so that a product of two counts the bits they share."""
    return np.array([difference_hash(thumbnail) for thumbnail in thumbnails]) * np.float32(2) - 1


def _turned(thumbnail: np.ndarray, element: int) -> np.ndarray:
    return np.rot90(thumbnail[:, ::-1] if element >= 4 else thumbnail, element % 4)


def _correlation(first: np.ndarray, second: np.ndarray) -> float:
    a, b = (image.ravel() - image.mean() for image in (first, second))
    return float(a @ b / max(float(np.linalg.norm(a) * np.linalg.norm(b)), 1e-9))


def continued(first: Sequence[Look], second: Sequence[Look]) -> list[Pair]:
    """Tiles of the second split that go on where one of the first ends, judged by their borders alone."""
    left, right = ([look for look in side if look.borders is not None] for side in (first, second))
    if not left or not right or len(left) > COMPARED or len(right) > COMPARED:
        return []
    if len({look.borders.shape for look in (*left, *right) if look.borders is not None}) > 1:
        return []
    ours, theirs = (_unit(np.stack([look.borders for look in side])) for side in (left, right))
    pairs = []
    for side, here, there in (("left of", 0, 1), ("right of", 1, 0), ("above", 2, 3), ("below", 3, 2)):
        alike = np.einsum("ibn,jbn->ij", ours[:, here], theirs[:, there], optimize=True) / ours.shape[2]
        for i, j in zip(*np.nonzero(alike >= CONTINUED), strict=True):
            pairs.append(Pair(left[i].name, right[j].name, float(alike[i, j]), side))
    return sorted(pairs, key=lambda pair: -pair.value)


def _unit(borders: np.ndarray) -> np.ndarray:
    """(tiles, 4, bands, n) with mean 0 and length 1 along n; constant ones become 0."""
    centred = (borders - borders.mean(axis=-1, keepdims=True)).astype(np.float32)
    return centred / np.maximum(np.linalg.norm(centred, axis=-1, keepdims=True), 1e-6)


def meeting(first: Sequence[Look], second: Sequence[Look], within: float = 0.0) -> list[Pair]:
    """Tiles of two splits whose footprints overlap, or lie within so many pixels of each other.

    The value of a pair is the overlap in pixels of the second; 0 where they only touch.
    """
    pairs = []
    for crs in {look.grid.crs for look in second}:
        left, right = ([look for look in side if look.grid.crs == crs] for side in (first, second))
        bounds = np.array([look.grid.bounds for look in left]).reshape(-1, 4)
        for look in right:
            side = look.grid.resolution
            xmin, ymin, xmax, ymax = look.grid.bounds
            width = (np.minimum(bounds[:, 2], xmax) - np.maximum(bounds[:, 0], xmin)) / side[0]
            height = (np.minimum(bounds[:, 3], ymax) - np.maximum(bounds[:, 1], ymin)) / side[1]
            for i in np.flatnonzero((width > 0.5 - within) & (height > 0.5 - within)):
                shared = float(width[i] * height[i]) if min(width[i], height[i]) > 0.5 else 0.0
                pairs.append(Pair(left[i].name, look.name, shared, "overlaps" if shared else "touches"))
    return pairs


def labelled_twice(first: Tile, second: Tile) -> int:
    """Pixels that are labelled in both of two tiles of one lattice; 0 where they have no lattice in common."""
    offset = first.grid.offset_of(second.grid)
    if offset is None:
        return 0
    ours = first.read(*offset, *second.size).labels
    theirs = second.read(0, 0, *second.size).labels
    return int(((ours != IGNORE) & (theirs != IGNORE)).sum())
