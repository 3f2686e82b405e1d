"""Which values count: chunks with their validity, small holes filled, values that leave the card's range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rasterio.fill import fillnodata

from ..contract.card import Modality
from ..contract.segment_job import Event

Float = NDArray[np.float32]
Mask = NDArray[np.bool_]

SPECK = 64  # pixels; connected holes up to this size are filled
REACH = 16  # pixels; how far filling looks for valid values
HALO = SPECK + REACH  # rows that decide about a speck in the next one

SAMPLES = 100_000  # pixels of a chunk that are counted against the valid range
SUSPICIOUS_SHARE = 0.2  # of the samples out of range, from which a warning is due at the end of a run
OBVIOUS_SHARE = 0.5  # and from which it is due at once


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


@dataclass(frozen=True)
class RangeTally:
    """Samples seen, and those of them outside the card's valid range; tallies add up.

    Attributes:
        samples: Values counted (pixels × bands).
        below, above: Those under and over the valid range.
        minimum, maximum: Of all samples, in the card's unit.
        total: Sum of all samples.
    """

    samples: int = 0
    below: int = 0
    above: int = 0
    minimum: float = float("inf")
    maximum: float = float("-inf")
    total: float = 0.0

    @property
    def share(self) -> float:
        """Share of the samples outside the range, 0 to 1."""
        return (self.below + self.above) / self.samples if self.samples else 0.0

    @property
    def mean(self) -> float:
        """Mean of the samples."""
        return self.total / self.samples if self.samples else float("nan")

    def __add__(self, other: RangeTally) -> RangeTally:
        return RangeTally(
            self.samples + other.samples,
            self.below + other.below,
            self.above + other.above,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
            self.total + other.total,
        )


def out_of_range_share(chunk: Chunk, modality: Modality) -> RangeTally:
    """Count a regular subsample of the valid values against the card's valid range."""
    step = max(1, int((chunk.valid.size / SAMPLES) ** 0.5))
    valid = chunk.valid[::step, ::step]
    tally = RangeTally()
    if not valid.any():
        return tally
    for band, values in zip(modality.bands, chunk.values[:, ::step, ::step], strict=True):
        seen = values[valid].astype(np.float64)
        tally += RangeTally(
            samples=seen.size,
            below=int((seen < band.valid_min).sum()),
            above=int((seen > band.valid_max).sum()),
            minimum=float(seen.min()),
            maximum=float(seen.max()),
            total=float(seen.sum()),
        )
    return tally


def range_warning(
    tally: RangeTally, modality: Modality, path: str, tolerated: float = SUSPICIOUS_SHARE
) -> Event | None:
    """The warning (code ``value-range``) that more than a tolerated share leaves the range, with the likely cause.

    None where there is nothing to warn of.
    """
    if tally.share <= tolerated:
        return None
    low = min(band.valid_min for band in modality.bands)
    high = max(band.valid_max for band in modality.bands)
    unit = f" {modality.bands[0].unit}" if modality.bands[0].unit else ""
    text = (
        f"{tally.share:.0%} of the values of {path} lie outside {low:g} to {high:g}{unit}, the range that the model "
        f"knows for {modality.name}; they run from {tally.minimum:g} to {tally.maximum:g}. "
        f"{_likely_cause(tally, modality, low, high)}"
    )
    return Event("warning", {"code": "value-range", "text": text})


def _likely_cause(tally: RangeTally, modality: Modality, low: float, high: float) -> str:
    name = modality.name
    if tally.minimum <= -999 and tally.below > tally.above:
        return (
            f"Likely {tally.minimum:g} marks missing data: declare it, with gdal_edit.py -a_nodata {tally.minimum:g}."
        )
    if modality.kind == "elevation":
        return _likely_height(tally, name, low, high)
    if modality.kind == "sar":
        return f"Likely decibels and linear intensity are mixed up, or another scaling: see --scale {name}=a,b."
    if tally.maximum > 255 >= high:
        return (
            f"Likely this is 16-bit imagery and the model was trained with 8-bit: rescale with "
            f"--scale {name}=a,b, here about --scale {name}={high / tally.maximum:.3g},0."
        )
    return f"Likely the values are scaled differently: rescale with --scale {name}=a,b."


def _likely_height(tally: RangeTally, name: str, low: float, high: float) -> str:
    """Heights above the ground begin near 0 whatever their unit; absolute ones do not."""
    spread = tally.maximum - tally.minimum
    if tally.minimum > high or (tally.mean > high and spread < high - low):
        return (
            "Likely these are absolute heights (a DSM) and the model expects heights above the ground: "
            "subtract the terrain (nDSM = DSM - DTM)."
        )
    factor, unit = (0.1, "decimetres") if tally.maximum <= 12 * high else (0.01, "centimetres")
    return (
        f"Likely the heights are in {unit}: use --scale {name}={factor:g},0. If they are absolute heights (a DSM), "
        "subtract the terrain first (nDSM = DSM - DTM)."
    )
