"""A spatial hold-out: which ground trains, which chooses the model, which tests, and strips between that do nothing.

Neighbouring pixels are alike, so a model must be tested some way off the ground that it learned. The
labelled area is cut into *cells* of half a window or more. Whole *blocks* of cells are held out, and the
cells around them are used for nothing: no training window shows a pixel within half a window of
what is tested.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..data.sample import IGNORE

Cells = NDArray[np.bool_]  # (R, C)
Counts = NDArray[np.int64]  # (R, C, K) labelled pixels of each class
Part = tuple[slice, slice]  # of the cells

MOST_CELLS = 256  # a side; those of a very large scene are larger
BLOCKS = 100  # blocks with labels, about: small ones spread the test, large ones lose less to the strips
LONGEST = 32  # cells along the side of a rectangle from which it is cut in two
VALIDATION_SHARE = 0.1
LEAST_TRAINING = 0.5  # of the labelled pixels; else there is no part for validation


class Role(IntEnum):
    """What a cell is for."""

    TRAIN = 0
    VALIDATION = 1
    TEST = 2
    GAP = 3


class Box(NamedTuple):
    """A rectangle of pixels."""

    row: int
    col: int
    height: int
    width: int


@dataclass(frozen=True)
class Lattice:
    """How a raster is cut into cells.

    Attributes:
        rows, cols: Where cells begin, and the end of the last: R + 1 and C + 1 numbers.
    """

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]

    @classmethod
    def over(cls, shape: tuple[int, int], side: int) -> Lattice:
        """Cut (height, width) pixels into cells of ``side`` pixels or a little more."""
        return cls(*(_even_cuts(length, side) for length in shape))

    @property
    def shape(self) -> tuple[int, int]:
        """(R, C) cells."""
        return len(self.rows) - 1, len(self.cols) - 1

    def widened(self, place: tuple[int, int], shape: tuple[int, int], side: int) -> Lattice:
        """The same cells in a larger raster, with others of ``side`` pixels or more all around.

        Args:
            place: (row, column) of this lattice's first pixel in the larger raster.
            shape: (height, width) of that one.
            side: Of the cells around. Where less is left at an edge, there is one smaller cell.
        """
        return Lattice(
            *(
                _wider_cuts(cuts, *where, max(side, where[1] // MOST_CELLS))
                for cuts, where in zip((self.rows, self.cols), zip(place, shape, strict=True), strict=True)
            )
        )

    def count(self, labels: NDArray[np.uint8], classes: int) -> Counts:
        """Count the labelled pixels of each class in each cell."""
        counts = np.empty((*self.shape, classes), dtype=np.int64)
        for code in range(classes):
            across = np.add.reduceat(labels == code, self.cols[:-1], axis=1, dtype=np.int64)
            counts[..., code] = np.add.reduceat(across, self.rows[:-1], axis=0)
        return counts

    def box(self, top: int, left: int, bottom: int, right: int) -> Box:
        """The pixels of a rectangle of cells; ``bottom`` and ``right`` are the first outside it."""
        row, col = int(self.rows[top]), int(self.cols[left])
        return Box(row, col, int(self.rows[bottom]) - row, int(self.cols[right]) - col)


@dataclass(frozen=True)
class HoldOut:
    """What each cell is for.

    Attributes:
        lattice: The cells.
        roles: (R, C) of ``Role``.
        counts: (R, C, K) labelled pixels.
    """

    lattice: Lattice
    roles: NDArray[np.uint8]
    counts: Counts

    def boxes(self, role: Role, longest: int = LONGEST) -> list[Box]:
        """Rectangles of pixels that hold every labelled pixel of a role, and no cell of another role.

        They may overlap, and reach up to a cell beyond the labels: what surrounds them. Their sides are
        about ``longest`` cells at most.
        """
        labelled = self.counts.any(axis=2)
        mine = self.roles == role
        return covering(self.lattice, mine & grown(labelled), mine & labelled, longest)

    def pixels(self, role: Role) -> NDArray[np.int64]:
        """(K,) labelled pixels of a role."""
        pixels: NDArray[np.int64] = self.counts[self.roles == role].sum(axis=0)
        return pixels


def hold_out(labels: NDArray[np.uint8], classes: int, window: int, share: float) -> HoldOut:
    """Choose the ground for testing and, where there is enough, for validation. The same labels give the same choice.

    Args:
        labels: (H, W) classes, ``IGNORE`` where not labelled.
        classes: K.
        window: Side of the training windows in pixels.
        share: Of the labelled pixels, for testing; 0 for none.

    Returns:
        The roles. There is no ``TEST`` where the labels are too few or too close together.
    """
    height, width = labels.shape
    lattice = Lattice.over((height, width), max(1, window // 2, max(height, width) // MOST_CELLS))
    counts = lattice.count(labels, classes)
    roles = np.full(lattice.shape, Role.TRAIN, dtype=np.uint8)
    if share > 0:
        _set_aside(roles, Role.TEST, counts, share)
    if (roles == Role.TEST).any():
        trial = roles.copy()
        _set_aside(trial, Role.VALIDATION, counts, VALIDATION_SHARE)
        if counts[trial == Role.TRAIN].sum() >= LEAST_TRAINING * counts.sum():
            roles = trial
    return HoldOut(lattice, roles, counts)


def grown(cells: Cells) -> Cells:
    """The cells and the eight neighbours of each."""
    padded = np.pad(cells, 1)
    height, width = cells.shape
    around = [padded[row : row + height, col : col + width] for row in range(3) for col in range(3)]
    return np.asarray(np.logical_or.reduce(around))


def _even_cuts(length: int, side: int) -> NDArray[np.int64]:
    parts = max(1, length // side)
    return np.round(np.linspace(0, length, parts + 1)).astype(np.int64)


def _wider_cuts(cuts: NDArray[np.int64], first: int, length: int, side: int) -> NDArray[np.int64]:
    """Cuts that begin at ``first``, and others before and after them, from 0 to ``length``."""
    end = first + int(cuts[-1])
    before = _even_cuts(first, side)[:-1] if first else cuts[:0]
    after = end + _even_cuts(length - end, side)[1:] if length > end else cuts[:0]
    return np.concatenate([before, first + cuts, after])


def _set_aside(roles: NDArray[np.uint8], role: Role, counts: Counts, share: float) -> None:
    """Give blocks of cells that train a role of their own, and the cells around them none; in place.

    Blocks are added one by one, the one that helps most first, until none helps.
    """
    free = np.where((roles == Role.TRAIN)[..., None], counts, 0)
    blocks = [(block, beside, free[block].sum(axis=(0, 1))) for block, beside in _blocks(free)]
    if not blocks:
        return
    total = free.sum(axis=(0, 1))
    chosen, reached = np.zeros((2, *roles.shape), dtype=np.bool_)  # cells, and those with the cells around them
    aside = gone = np.zeros_like(total)
    cost = _cost(total, aside, gone, share)
    while blocks:
        trials = [(aside + inside, gone + free[beside][~reached[beside]].sum(axis=0)) for _, beside, inside in blocks]
        costs = [_cost(total, *trial, share) for trial in trials]
        best = int(np.argmin(costs))
        if costs[best] >= cost:
            break
        cost, (aside, gone) = costs[best], trials[best]
        block, beside, _ = blocks.pop(best)
        chosen[block] = reached[beside] = True
    chosen &= roles == Role.TRAIN
    roles[grown(chosen) & (roles == Role.TRAIN)] = Role.GAP
    roles[chosen] = role


def _blocks(counts: Counts) -> Iterator[tuple[Part, Part]]:
    """Squares of cells, two or more a side, that hold labels; and the same with the cells around them."""
    rows, cols, _ = counts.shape
    side = max(2, math.ceil(math.sqrt(np.count_nonzero(counts.any(axis=2)) / BLOCKS)))
    for top, bottom in _pairs(_even_cuts(rows, side)):
        for left, right in _pairs(_even_cuts(cols, side)):
            if counts[top:bottom, left:right].any():
                beside = np.s_[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1]
                yield np.s_[top:bottom, left:right], beside


def _cost(total: Counts, aside: Counts, gone: Counts, share: float) -> float:
    """How bad a choice is: shares of classes far from the wanted one, classes left out, labels lost to the strips.

    Args:
        total: (K,) labelled pixels.
        aside: (K,) those that are chosen.
        gone: (K,) those that are chosen or beside them.
        share: Wanted.
    """
    present = total > 0
    total, aside, gone = total[present], aside[present], gone[present]
    left, lost = total - gone, gone - aside
    if not left.all():  # a class that is not trained cannot be tested either
        return math.inf
    return float(
        np.abs(aside / total - share).mean()
        + abs(aside.sum() / total.sum() - share)
        + lost.sum() / total.sum()
        + 0.5 * (aside == 0).mean()
        + np.maximum(LEAST_TRAINING - left / total, 0).mean()
    )


def _pairs(cuts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    return zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)


def covering(lattice: Lattice, allowed: Cells, wanted: Cells, longest: int = LONGEST) -> list[Box]:
    """Rectangles of pixels of allowed cells alone that cover all wanted ones; they may overlap."""
    return [lattice.box(*rectangle) for rectangle in _rectangles(allowed, wanted, longest)]


def _rectangles(allowed: Cells, wanted: Cells, longest: int) -> Iterator[tuple[int, int, int, int]]:
    """Rectangles (top, left, bottom, right) of allowed cells that cover all wanted ones; large ones first come."""
    for top, bottom in _pairs(_even_cuts(allowed.shape[0], longest)):
        for left, right in _pairs(_even_cuts(allowed.shape[1], longest)):
            part = (slice(top, bottom), slice(left, right))
            open_cells = (wanted & allowed)[part]
            while open_cells.any():
                row, col = (int(place[0]) for place in np.nonzero(open_cells))
                first, begin, last, end = _largest_around(allowed[part], row, col)
                open_cells[first:last, begin:end] = False
                yield top + first, left + begin, top + last, left + end


def _largest_around(allowed: Cells, row: int, col: int) -> tuple[int, int, int, int]:
    """The largest rectangle (top, left, bottom, right) of allowed cells with a given one inside."""
    best, largest = (row, col, row + 1, col + 1), 1
    for top in range(row, -1, -1):
        if not allowed[top, col]:
            break
        for bottom in range(row + 1, allowed.shape[0] + 1):
            if not allowed[bottom - 1, col]:
                break
            shut = np.flatnonzero(~allowed[top:bottom].all(axis=0))
            left = int(shut[shut < col].max(initial=-1)) + 1
            right = int(shut[shut > col].min(initial=allowed.shape[1]))
            if (area := (bottom - top) * (right - left)) > largest:
                best, largest = (top, left, bottom, right), area
    return best


def masked(labels: NDArray[np.uint8], seen: Cells, box: Box) -> NDArray[np.uint8]:
    """The labels of a box less those that an earlier box had; ``seen`` (H, W) takes note."""
    part = (slice(box.row, box.row + box.height), slice(box.col, box.col + box.width))
    own = np.where(seen[part], np.uint8(IGNORE), labels[part])
    seen[part] = True
    return own
