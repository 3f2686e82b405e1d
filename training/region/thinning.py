"""So much of a ground as fits into memory: pieces drawn at random, every class among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..data.sample import IGNORE
from .holdout import Box, HoldOut, Role

PIECE = 6  # cells along the side of the pieces that are drawn among


def affordable(plan: HoldOut, role: Role, labels: NDArray[np.uint8], budget: int, seed: int) -> list[Box]:
    """Rectangles of a role, all of them or as many as a budget allows.

    Args:
        plan: What ground is for what.
        role: Whose rectangles.
        labels: (H, W) classes, ``IGNORE`` where not labelled.
        budget: Pixels; one rectangle may be had in any case.
        seed: Of the drawing.
    """
    boxes = plan.boxes(role)
    if area(boxes) <= budget:
        return boxes
    pieces = plan.boxes(role, PIECE)
    rng = np.random.default_rng((seed, int(role)))
    pieces = [pieces[number] for number in rng.permutation(len(pieces))]
    counts = np.array([_count(labels, piece, plan.counts.shape[2]) for piece in pieces])
    first = dict.fromkeys(int(number) for number in counts.argmax(axis=0))  # for each class the piece that has most
    order = [*first, *(number for number in range(len(pieces)) if number not in first)]
    return within([pieces[number] for number in order], budget)


def within(boxes: list[Box], budget: int) -> list[Box]:
    """The first rectangles, as many as a budget of pixels allows, and one in any case."""
    sizes = np.cumsum([box.height * box.width for box in boxes])
    return boxes[: max(1, int(np.searchsorted(sizes, budget, side="right")))]


def area(boxes: Sequence[Box]) -> int:
    """Pixels of all rectangles together."""
    return sum(box.height * box.width for box in boxes)


def _count(labels: NDArray[np.uint8], box: Box, classes: int) -> NDArray[np.int64]:
    part = labels[box.row : box.row + box.height, box.col : box.col + box.width]
    counts: NDArray[np.int64] = np.bincount(part.ravel(), minlength=IGNORE + 1)[:classes]
    return counts
