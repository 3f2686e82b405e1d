"""Which values count: chunks with their validity, small holes filled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.fill import fillnodata

Float = NDArray[np.float32]
Mask = NDArray[np.bool_]

SPECK = 64  # pixels; connected holes up to this size are filled
REACH = 16  # pixels; how far filling looks for valid values
HALO = SPECK + REACH  # rows that decide about a speck in the next one


@dataclass(frozen=True)
class Chunk:
    """Full-width rows of one modality.

    Attributes:
        values: (C, rows, W) float32 in the card's unit; where not valid, the bands' fill values.
        valid: (rows, W); True where all bands are.
    """

    values: Float
    valid: Mask


def fill_specks(values: Float) -> None:
    """Fill connected holes of at most ``SPECK`` pixels by interpolation, in place.

    Args:
        values: (C, rows, W) with NaN in all bands of a hole.
    """
    holes = np.isnan(values[0])
    specks = small_regions(holes, SPECK)
    rows, cols = np.nonzero(specks)
    if rows.size == 0:
        return
    box = (
        slice(max(0, rows.min() - REACH - 1), rows.max() + REACH + 2),
        slice(max(0, cols.min() - REACH - 1), cols.max() + REACH + 2),
    )
    known = (~holes[box]).astype(np.uint8)
    for band in values:
        filled = fillnodata(band[box].copy(), known, max_search_distance=REACH, TEMP_FILE_DRIVER="MEM")
        band[box][specks[box]] = filled[specks[box]]


def small_regions(mask: Mask, largest: int) -> Mask:
    """The 4-connected regions of a mask that have at most ``largest`` pixels.

    Horizontal runs are the nodes of a graph, joined where they touch those of the next row; every run
    takes the smallest number among its neighbours until nothing changes.

    Args:
        mask: (rows, W).
        largest: Pixels of the largest region kept.

    Returns:
        (rows, W); True in the small regions.
    """
    height, width = mask.shape
    stride = width + 1  # one empty column, so that no run crosses into the next row
    padded = np.zeros((height, stride), dtype=np.int8)
    padded[:, :width] = mask
    steps = np.diff(padded.ravel(), prepend=np.int8(0))
    begin, end = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    lengths = end - begin
    region = _joined(*_touching(begin, end, stride), len(begin))
    small = np.bincount(region, weights=lengths, minlength=len(begin))[region] <= largest
    marks = np.zeros(height * stride + 1, dtype=np.int8)
    marks[begin[small]] = 1
    marks[end[small]] = -1
    inside: Mask = np.cumsum(marks[:-1], dtype=np.int8).reshape(height, stride)[:, :width] == 1
    return inside


def _touching(begin: NDArray[np.intp], end: NDArray[np.intp], stride: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of runs, one below the other. Positions are flat, ``stride`` a row."""
    first = np.searchsorted(end, begin + stride, side="right")
    counts = np.maximum(np.searchsorted(begin, end + stride, side="left") - first, 0)
    upper = np.repeat(np.arange(len(begin)), counts)
    position = np.arange(len(upper)) - np.repeat(np.cumsum(counts) - counts, counts)
    return upper, np.repeat(first, counts) + position


def _joined(left: NDArray[np.intp], right: NDArray[np.intp], nodes: int) -> NDArray[np.intp]:
    """For every node the smallest node that it is connected to."""
    label = np.arange(nodes)
    while True:
        a, b = label[left], label[right]
        if np.array_equal(a, b):
            return label
        np.minimum.at(label, np.maximum(a, b), np.minimum(a, b))
        while not np.array_equal(label, shorter := label[label]):
            label = shorter
