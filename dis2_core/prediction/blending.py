"""Overlapping windows become one map: Hann weights at half pixels, summed strip by strip.

The weight of a pixel in a window is the product of a row's and a column's weight, and so are the
sums over the windows. Dividing the two vectors by their sums before they are multiplied makes the
weights of a pixel add up to one: no map of counts, no division at the end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from ..rasters.grid import WindowPlan


def half_pixel_hann(length: int) -> Tensor:
    """Hann window sin²(π (i + ½) / n), float64 (n,): nowhere zero, and one in sum at half overlap."""
    positions = (torch.arange(length, dtype=torch.float64) + 0.5) / length
    return torch.sin(math.pi * positions) ** 2


def blending_weights(starts: Sequence[int], length: int, among: Sequence[int] = ()) -> Tensor:
    """Weights along one axis that add up to one wherever a window lies.

    Args:
        starts: First positions of the windows.
        length: Their length.
        among: All windows with which they share positions, themselves included, increasing; empty: ``starts``.

    Returns:
        float64 (len(starts), length).
    """
    hann = half_pixel_hann(length)
    others = [start for start in among or starts if starts[0] - length < start < starts[-1] + length]
    origin = others[0]
    sums = torch.zeros(others[-1] - origin + length, dtype=torch.float64)
    for start in others:
        sums[start - origin : start - origin + length] += hann
    return torch.stack([hann / sums[start - origin : start - origin + length] for start in starts])


class StripAccumulator:
    """The rows of a map that windows still contribute to.

    It holds one strip of float32 (channels, window height, width), whatever the height of the map: when all
    windows of a row are in, ``finished`` shows the rows that no later window reaches and ``advance``
    moves the strip down.

    Args:
        plan: Where the windows lie. A map smaller than the window is padded: the strip is as wide as
            the window and ``finished`` cuts it.
        channels: Of the answers: classes, and perhaps familiarity.
        device: Where the strip lives.
    """

    def __init__(self, plan: WindowPlan, channels: int, device: torch.device) -> None:
        self._plan = plan
        height, width = plan.window
        self._row_weights = _weights_by_start(plan.rows, height, plan.all_rows, device)
        self._col_weights = _weights_by_start(plan.cols, width, plan.all_cols, device)
        _, self._left, bottom, right = plan.read
        self._columns = right - self._left
        self._ends = dict(zip(plan.rows, (*plan.rows[1:], bottom), strict=True))
        shape = (channels, height, max(self._columns, width))
        self._strip = torch.zeros(shape, dtype=torch.float32, device=device)

    def add(self, top: int, left: int, answers: Tensor) -> None:
        """Add the window that begins at (``top``, ``left``): float32 (channels, height, width)."""
        weights = self._row_weights[top][:, None] * self._col_weights[left]
        first, width = left - self._left, self._plan.window[1]
        self._strip[:, :, first : first + width].addcmul_(answers, weights)

    def finished(self, top: int) -> Tensor:
        """The rows from ``top`` to the next row of windows: a view (channels, rows, columns that windows reach)."""
        return self._strip[:, : self._ends[top] - top, : self._columns]

    def advance(self, top: int) -> None:
        """Forget the finished rows and move the strip to the next row of windows."""
        shift, height = self._ends[top] - top, self._plan.window[0]
        for start in range(0, height - shift, shift):  # source and target of each copy lie apart
            stop = min(start + shift, height - shift)
            self._strip[:, start:stop].copy_(self._strip[:, start + shift : stop + shift])
        self._strip[:, max(0, height - shift) :].zero_()


def _weights_by_start(
    starts: Sequence[int], length: int, among: Sequence[int], device: torch.device
) -> dict[int, Tensor]:
    weights = blending_weights(starts, length, among).to(torch.float32).to(device)
    return dict(zip(starts, weights, strict=True))
