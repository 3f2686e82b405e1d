"""Scalar fields over the picture: smooth noise and the box blur."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


def noise(rng: np.random.Generator, size: int, blob: float) -> Floats:
    """Smooth noise of standard deviation about 0.6 whose blobs are ``blob`` pixels wide: (size, size)."""
    step = max(blob, 1.0)
    knots = int(size / step) + 3
    grid = rng.standard_normal((knots, knots), dtype=np.float32)
    position = np.arange(size, dtype=np.float32) / np.float32(step)
    index = position.astype(int)
    part = position - index
    part = part * part * (3 - 2 * part)
    rows = grid[index] * (1 - part)[:, None] + grid[index + 1] * part[:, None]
    blend: Floats = rows[:, index] * (1 - part) + rows[:, index + 1] * part
    return blend


def blurred(values: Floats, radius: int) -> Floats:
    """A box blur of ``2 radius + 1`` pixels over the first two axes, edges repeated."""
    width = 2 * radius + 1
    for axis in (0, 1):
        margins = [(radius + 1, radius) if i == axis else (0, 0) for i in range(values.ndim)]
        sums = np.cumsum(np.pad(values, margins, "edge"), axis=axis, dtype=np.float64)
        ends = np.take(sums, range(width, sums.shape[axis]), axis)
        starts = np.take(sums, range(sums.shape[axis] - width), axis)
        values = ((ends - starts) / width).astype(np.float32)
    return values
