"""Pixels that lack a modality: which routes a window takes, and how their answers are joined.

The availability of a pixel is a bit mask, bit i set where modality i of the card is valid (the same
mask that the scenario raster holds); 0 is a pixel with nothing. A *route* is such a mask too: the
set of modalities that the network is run with.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

#: A modality that is valid on less than this part of a window counts as absent there.
MINIMUM_SHARE = 0.1
#: Pixels over which the answers of two routes are faded at a hole's edge.
FEATHER = 16


def window_counts(
    availability: npt.NDArray[np.uint8], starts: Sequence[int], width: int, modalities: int
) -> npt.NDArray[np.int64]:
    """How often each availability occurs in the windows of one row of windows.

    Args:
        availability: Masks (rows, columns) of the row; what lies outside the raster is not in it.
        starts: First columns of the windows.
        width: Columns of a window.
        modalities: How many the card has.

    Returns:
        (windows, 2 ** modalities) pixels.
    """
    columns = availability.shape[1]
    counts = np.zeros((len(starts), 1 << modalities), dtype=np.int64)
    begin = np.asarray(starts)
    end = np.minimum(begin + width, columns)
    for mask in range(1 << modalities):
        sums = np.concatenate(([0], np.cumsum(np.count_nonzero(availability == mask, axis=0))))
        counts[:, mask] = sums[end] - sums[begin]
    return counts


def window_routes(counts: Sequence[int]) -> tuple[int, ...]:
    """The routes that a window needs, those with the fewest modalities first; () where it has nothing.

    A modality valid on less than ``MINIMUM_SHARE`` of the window is left out, unless some of its
    pixels have nothing else: a pixel with data always gets an answer.

    Args:
        counts: Pixels of the window by availability (2 ** M).
    """
    occurring = {mask: int(count) for mask, count in enumerate(counts) if mask and count}
    smallest = MINIMUM_SHARE * sum(int(count) for count in counts)
    kept = max(len(counts) - 1, 0)
    for bit in sorted(_bits(kept), key=lambda bit: _pixels(occurring, bit)):
        if _pixels(occurring, bit) < smallest and all(mask & kept & ~bit for mask in occurring):
            kept &= ~bit
    return tuple(sorted({mask & kept for mask in occurring}, key=_size))


def feather_weights(availability: Tensor, routes: Sequence[int]) -> Tensor:
    """How much each route's answer counts in each pixel.

    Routes are served from the fewest modalities to the most. Each takes all that is left at its own
    pixels and fades out over ``FEATHER`` pixels into those that have more; what a pixel lacks it
    never gets.

    Args:
        availability: uint8 (B, H, W) masks.
        routes: The routes that occur, as ``window_routes`` orders them.

    Returns:
        float32 (B, R, H, W), in sum one where a pixel has data and zero where it has nothing.
    """
    own = _kept(availability, routes)
    remaining = (own > 0).to(torch.float32)
    weights = []
    for route in routes:
        here = own == route
        if any(other != route and other & route == route for other in routes):
            ramp = _fade(here) * ((own & route) == route)
        else:
            ramp = here.to(torch.float32)
        weights.append(remaining * ramp)
        remaining = remaining - weights[-1]
    return torch.stack(weights, dim=1)


def _kept(availability: Tensor, routes: Sequence[int]) -> Tensor:
    """Availability without the modalities that were left out of the window."""
    kept = 0
    for route in routes:
        kept |= route
    return availability & kept


def _fade(inside: Tensor) -> Tensor:
    """1 inside (bool (B, H, W)), falling linearly to 0 at ``FEATHER`` pixels outside: a mean of dilations, float32."""
    reached = inside.to(torch.uint8)  # bytes: sixteen times as many pixels an instruction as a pool of floats compares
    total = reached.clone()
    for _ in range(FEATHER - 1):
        reached = _grown(reached)
        total += reached
    return total / FEATHER


def _grown(mask: Tensor) -> Tensor:
    """A mask of 0 and 1 and the eight neighbours of its pixels, uint8 (B, H, W)."""
    for axis in (1, 2):
        others = mask.shape[axis] - 1
        wider = mask.clone()
        wider.narrow(axis, 1, others).bitwise_or_(mask.narrow(axis, 0, others))
        wider.narrow(axis, 0, others).bitwise_or_(mask.narrow(axis, 1, others))
        mask = wider
    return mask


def _bits(mask: int) -> list[int]:
    return [1 << i for i in range(mask.bit_length()) if mask >> i & 1]


def _pixels(occurring: dict[int, int], bit: int) -> int:
    """Pixels at which a modality is valid."""
    return sum(count for mask, count in occurring.items() if mask & bit)


def _size(mask: int) -> tuple[int, int]:
    return len(_bits(mask)), mask
