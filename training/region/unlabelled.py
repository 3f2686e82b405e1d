"""Ground that nobody has labelled: where a scene may be looked at without labels, off all that is held out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dis2_core.rasters.grid import Grid
from dis2_core.run.reporting import Reporter

from ..data.sample import IGNORE
from ..data.tiles import MemoryTile
from ..semi.views import without_labels
from .holdout import LONGEST, Box, Cells, HoldOut, Role, covering, grown
from .labels import Labels
from .scene import Scene
from .telling import unlabelled_in_words
from .thinning import PIECE, area, within

OPEN = 0  # of a pixel without a label, while they are counted


@dataclass(frozen=True)
class Unlabelled:
    """What is looked at without labels.

    Attributes:
        tiles: Rectangles of ground; they may overlap.
        pixels: That show something and have no label, each counted once.
    """

    tiles: list[MemoryTile]
    pixels: int


def read_unlabelled(
    scene: Scene, labels: Labels, plan: HoldOut, side: int, budget: int, seed: int, report: Reporter
) -> Unlabelled:
    """Read the ground of a scene that is neither labelled nor held out, or as much of it as a budget allows.

    Rectangles of it may hold labelled ground that trains. No tile has a label.

    Args:
        scene: What is read.
        labels: What is labelled, on a part of the scene's grid.
        plan: What of it is for what.
        side: Of the cells where nothing is labelled, in pixels; half a training window.
        budget: Pixels.
        seed: Of the drawing, where the budget does not allow all.
        report: Told how much takes part, and asked whether to go on.
    """
    place = _place(scene.grid, labels.grid)
    boxes = open_boxes(plan, place, scene.grid.shape, side)
    if area(boxes) > budget:
        pieces = open_boxes(plan, place, scene.grid.shape, side, PIECE)
        order = np.random.default_rng((seed, len(Role))).permutation(len(pieces))
        boxes = within([pieces[number] for number in order], budget)
    marks = _open_pixels(boxes, labels.codes, place)
    tiles = scene.tiles(boxes, scene.grid, marks, complete=False, report=report)
    counts = [int((tile.labels == OPEN).sum()) for tile in tiles]
    held_out = bool(np.isin(plan.roles, (Role.VALIDATION, Role.TEST)).any())
    if not sum(counts):
        report.warning(unlabelled_in_words(0, scene.gsd, held_out), "unlabelled")
        return Unlabelled([], 0)
    report.info(unlabelled_in_words(sum(counts), scene.gsd, held_out))
    shown = [tile for tile, count in zip(tiles, counts, strict=True) if count]
    return Unlabelled(without_labels(shown), sum(counts))


def open_boxes(
    plan: HoldOut, place: tuple[int, int], shape: tuple[int, int], side: int, longest: int = LONGEST
) -> list[Box]:
    """Rectangles of a scene that cover all that is neither labelled nor held out; they may overlap.

    What is held out, and the cells around it, are in none of them.

    Args:
        plan: What the labelled part of the scene is for.
        place: (row, column) of that part in the scene.
        shape: (height, width) of the scene in pixels.
        side: Of the cells beyond that part.
        longest: Cells along the side of a rectangle, about.
    """
    lattice = plan.lattice.widened(place, shape, side)
    wanted = _unlabelled_cells(plan)
    inner = tuple(
        slice(int(np.searchsorted(cuts, first)), int(np.searchsorted(cuts, first)) + count)
        for cuts, first, count in zip((lattice.rows, lattice.cols), place, plan.lattice.shape, strict=True)
    )
    apart, every = np.zeros(lattice.shape, dtype=np.bool_), np.ones(lattice.shape, dtype=np.bool_)
    apart[inner] = np.isin(plan.roles, (Role.VALIDATION, Role.TEST))
    every[inner] = wanted
    allowed = ~grown(apart)
    return covering(lattice, allowed, every & allowed, longest)


def _unlabelled_cells(plan: HoldOut) -> Cells:
    """Cells of a plan in which some pixel has no label."""
    heights, widths = np.diff(plan.lattice.rows), np.diff(plan.lattice.cols)
    unlabelled: Cells = plan.counts.sum(axis=2) < heights[:, None] * widths
    return unlabelled


def _place(scene: Grid, part: Grid) -> tuple[int, int]:
    """(row, column) of a part of a grid; ValueError where its pixels are others."""
    offset = scene.offset_of(part)
    if offset is None:
        raise ValueError("The labels do not lie on the pixels of the scene.")
    return offset


def _open_pixels(boxes: Sequence[Box], codes: NDArray[np.uint8], place: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    """For each box (h, w): ``OPEN`` where a pixel has no label and is in no box before, ``IGNORE`` elsewhere."""
    labelled = Box(*place, *codes.shape)
    for number, box in enumerate(boxes):
        marks = np.full((box.height, box.width), OPEN, dtype=np.uint8)
        if common := _common(box, labelled):
            known = codes[_slices(common, labelled)] != IGNORE
            marks[_slices(common, box)][known] = IGNORE
        for earlier in boxes[:number]:
            if common := _common(box, earlier):
                marks[_slices(common, box)] = IGNORE
        yield marks


def _common(one: Box, other: Box) -> Box | None:
    """What two rectangles share."""
    top, left = max(one.row, other.row), max(one.col, other.col)
    bottom = min(one.row + one.height, other.row + other.height)
    right = min(one.col + one.width, other.col + other.width)
    return Box(top, left, bottom - top, right - left) if bottom > top and right > left else None


def _slices(part: Box, whole: Box) -> tuple[slice, slice]:
    """Where a part lies in a rectangle's own pixels."""
    row, col = part.row - whole.row, part.col - whole.col
    return slice(row, row + part.height), slice(col, col + part.width)
