"""How many points tell how good a map is, and where they lie: simple random and stratified samples.

Sizes after Cochran (1977), *Sampling Techniques*, equations 4.2 and 5.25, as Olofsson et al. (2014) use them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..contract.errors import InputError
from ..contract.other_jobs import ALLOCATIONS
from .codes import RasterCodes, strips

Numbers = npt.NDArray[np.int64]


def sample_size(shares: Sequence[float], expected: Sequence[float], error: float) -> int:
    """Return how many points of a stratified sample estimate the overall accuracy to a standard error.

    Args:
        shares: Of the map, by class; their sum is 1.
        expected: User's accuracy that is expected of each class.
        error: The standard error that is wanted, 0.01 for example.
    """
    spread = sum(share * math.sqrt(right * (1 - right)) for share, right in zip(shares, expected, strict=True))
    return math.ceil((spread / error) ** 2)


def random_sample_size(expected: float, error: float) -> int:
    """Return the same of a simple random sample of a map of which a share is expected to be right."""
    return math.ceil(round(expected * (1 - expected) / error**2, 9))


def allocate(total: int, pixels: Sequence[int], how: str = "proportional", minimum: int = 0) -> list[int]:
    """Share points among classes.

    Args:
        total: Points. More of them are given out where the minimum asks for it.
        pixels: Of the map, by class; no class gets more points than that.
        how: By size (``proportional``), or ``equal``.
        minimum: Points that every class gets at least; the others share what is left as before.

    Raises:
        InputError: There is no such way.
    """
    if how not in ALLOCATIONS:
        raise InputError(f"There is no allocation '{how}'.", f"Choose one of {', '.join(ALLOCATIONS)}.")
    claims = np.array([float(size if how == "proportional" else size > 0) for size in pixels])
    most = np.array(pixels, dtype=np.float64)
    least = np.minimum(minimum, most)
    if least.sum() >= total:  # which leaves nothing to share
        return [int(number) for number in np.maximum(least, np.minimum(most, _whole(total * claims / claims.sum())))]
    numbers, pending = np.zeros(len(claims)), np.ones(len(claims), dtype=bool)
    while pending.any():  # those at a limit leave less, or more, to the others, who may reach theirs then
        wanted = np.where(pending, claims, 0.0)
        quota = max(0.0, total - numbers[~pending].sum()) * wanted / (wanted.sum() or 1.0)
        limit = least if (pending & (quota < least)).any() else most
        reached = pending & ((quota < least) if limit is least else (quota > most))
        if not reached.any():
            numbers[pending] = _whole(quota)[pending]
            break
        numbers[reached] = limit[reached]
        pending &= ~reached
    return [int(number) for number in numbers]


def _whole(quota: npt.NDArray[np.float64]) -> Numbers:
    """Whole numbers of the same sum: the largest remainders are rounded up."""
    numbers = np.floor(quota).astype(np.int64)
    missing = round(float(quota.sum())) - int(numbers.sum())
    numbers[np.argsort(numbers - quota, kind="stable")[:missing]] += 1
    return numbers


def count_codes(raster: RasterCodes, check: Callable[[], None] = lambda: None) -> dict[int, int]:
    """Pixels of a class raster by code, strip by strip."""
    pixels: dict[int, int] = {}
    for start, stop in strips(raster.grid):
        check()
        codes, counts = np.unique(raster.read(start, stop), return_counts=True)
        for code, count in zip(codes.tolist(), counts.tolist(), strict=True):
            pixels[code] = pixels.get(code, 0) + count
    return pixels


def draw(
    raster: RasterCodes,
    strata: Sequence[Mapping[int, int]],
    numbers: Sequence[int],
    seed: int,
    check: Callable[[], None] = lambda: None,
) -> Iterator[tuple[int, int, int]]:
    """Draw pixels at random without replacement, from each stratum its number.

    Args:
        raster: The class raster.
        strata: Of each, its codes and how many pixels have them.
        numbers: Pixels to draw, by stratum.
        seed: The same seed gives the same pixels.
        check: Is asked between strips, and may raise.

    Yields:
        Row, column and code, strip by strip.
    """
    rng = np.random.default_rng(seed)
    sizes = [sum(codes.values()) for codes in strata]
    ranks = [np.sort(rng.choice(size, number, replace=False)) for size, number in zip(sizes, numbers, strict=True)]
    passed = [0] * len(strata)
    for start, stop in strips(raster.grid):
        check()
        found = raster.read(start, stop)
        for stratum, codes in enumerate(strata):
            places = np.flatnonzero(np.isin(found, list(codes)))
            first, last = np.searchsorted(ranks[stratum], (passed[stratum], passed[stratum] + places.size))
            for place in places[ranks[stratum][first:last] - passed[stratum]]:
                row, column = divmod(int(place), raster.grid.width)
                yield start + row, column, int(found[row, column])
            passed[stratum] += places.size
