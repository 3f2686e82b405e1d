"""Repeats: a number that comes back to the bit among measurements that hardly ever do, and so may be none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...contract.segment_job import Event
from .voids import in_percent

FEWEST = 3  # different ones: a raster of a single number has nothing to compare it with
ENOUGH = 1000  # numbers, from which something can be told of their repetitions
OFTEN = 0.005  # of the numbers
OFTENER = 10  # times more often than any other number
KEPT = (0.01, 99.99)  # percentiles between which measurements lie, spikes apart
GAP = 0.01  # of the spread of the others, which is between them and a number that is no clipped measurement


def repeated_numbers(numbers: NDArray[np.float64], *, heights: bool, within: bool) -> tuple[float, ...]:
    """The numbers that may mark missing data although they could be measured.

    A measurement that was clipped repeats, too: it lies at the end of the others, without a gap. So does the ground
    among heights, which is 0, and the water of a lake.

    Args:
        numbers: Of one band, those that mean no data left out.
        heights: Whether 0 is the ground.
        within: Whether numbers among the others are told, if they are whole.
    """
    if numbers.size < ENOUGH:
        return ()
    values, counts = np.unique(numbers[numbers != 0] if heights else numbers, return_counts=True)
    if values.size < FEWEST:
        return ()
    often = counts >= OFTEN * numbers.size
    second, first = np.argsort(counts)[-2:]
    alone = often[first] and counts[first] >= OFTENER * counts[second]
    found = {float(values[first])} if alone and _may_be_none(float(values[first]), numbers, within) else set()
    ends = {float(values[place]) for place in (0, -1) if often[place]}
    return tuple(sorted(found | {end for end in ends if _is_far_away(end, numbers)}))


def _may_be_none(number: float, numbers: NDArray[np.float64], within: bool) -> bool:
    low, high = _bulk(number, numbers)
    room = GAP * (high - low)
    apart = not low - room <= number <= high + room
    return apart or (within and low + room < number < high - room and number.is_integer())


def _is_far_away(number: float, numbers: NDArray[np.float64]) -> bool:
    """Whether a number is farther from all others than they are among themselves."""
    low, high = _bulk(number, numbers)
    return not low - (high - low) <= number <= high + (high - low)


def _bulk(number: float, numbers: NDArray[np.float64]) -> tuple[float, float]:
    """Where the others lie."""
    low, high = np.percentile(numbers[numbers != number], KEPT)
    return float(low), float(high)


def repeated_colour(stored: NDArray[Any], known: NDArray[np.bool_]) -> tuple[int, ...]:
    """The colour that may mark missing data in a photo of whole numbers: often there, and hardly any other twice.

    A number alone says little among bytes, of which there are few; a colour does, from two bands on. Black and white
    are left to ``collars``.

    Args:
        stored: (C, pixels) of whole numbers.
        known: (pixels,); what is void for another reason.

    Returns:
        A number for each band; empty where there is none.
    """
    white = np.iinfo(stored.dtype).max
    seen = stored[:, ~(known | (stored == 0).all(axis=0) | (stored == white).all(axis=0))]
    if seen.shape[1] < ENOUGH:
        return ()
    packed = np.zeros(seen.shape[1], dtype=np.uint64)
    for band in seen[: 8 // stored.itemsize]:
        packed = (packed << np.uint64(8 * stored.itemsize)) | band.astype(np.uint64)
    _, first, counts = np.unique(packed, return_index=True, return_counts=True)
    if counts.size < FEWEST:
        return ()
    second, most = np.sort(counts)[-2:]
    if most < OFTEN * stored.shape[1] or most < OFTENER * second:
        return ()
    return tuple(seen[:, first[counts.argmax()]].tolist())


def colour_warning(name: str, path: str, colour: tuple[int, ...], share: float) -> Event:
    """The warning (code ``repeated-value``) that a colour may mark missing data, and is taken for a measurement."""
    said = f"{colour[0]} in all bands" if len(set(colour)) == 1 else ", ".join(map(str, colour))
    numbers = ",".join(map(str, dict.fromkeys(colour)))
    text = (
        f"{in_percent(share)} of the pixels of {path} are exactly {said}, and hardly any two others are alike: that "
        f"may mark missing data. They are taken as measured; if they are not, say --nodata {name}=all,{numbers}."
    )
    return Event("warning", {"code": "repeated-value", "text": text})


def repeated_warning(name: str, path: str, number: float, share: float) -> Event:
    """The warning (code ``repeated-value``) that a number may mark missing data, and is taken for a measurement."""
    text = (
        f"{in_percent(share)} of the pixels of {path} are exactly {number:g}, and hardly any two others are alike: "
        f"that may mark missing data. They are taken as measured; if they are not, say --nodata {name}={number:g}."
    )
    return Event("warning", {"code": "repeated-value", "text": text})
