"""Between full and missing: what clouds, noise, a poor registration and coarse pixels do to one modality.

Each function takes one window and returns a copy; the same arguments give the same copy. Patches and clouds make
pixels invalid, as a mask of clouds would: ``normalise`` fills them, and prediction knows where they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from dis2_core.contract.card import Modality
from dis2_core.contract.errors import InputError

from .augmentation import cut_hole, shift
from .sample import Sample, per_band

SHIFTS = tuple(range(9))  #: pixels
FACTORS = tuple(range(1, 9))  #: of the ground sample distance
COVERAGES = (0.3, 0.5, 0.7)  #: of clouds
NOISES = (0.25, 0.5, 1.0)  #: standard deviations of the bands

_PATCHES, _PATCH_SIDE = 8, 0.25  # as github.com/NewRudy/geoai-ombria-robustness has them
_CLOUD_SIDE = 0.2  # of the window: the coarsest of a cloud field's sizes


class Degradation(Protocol):
    """What happens to a window."""

    def __call__(self, sample: Sample, *, seed: int) -> Sample:
        """Return the degraded copy."""


def degradations(modality: Modality) -> dict[str, Degradation]:
    """The degradations of a modality that are scenarios between full and missing, by name."""
    name = modality.name
    return {
        "patches": partial(cover_patches, name=name),
        **{f"clouds {share:.0%}": partial(cover_clouds, name=name, coverage=share) for share in COVERAGES},
        **{f"noise {strength:g}": partial(add_noise, modality=modality, strength=strength) for strength in NOISES},
    }


def curves(
    modality: Modality, shifts: Sequence[int] = SHIFTS, factors: Sequence[int] = FACTORS
) -> dict[str, dict[int, Degradation]]:
    """Degradations that come in steps: by name and step, in pixels and in times larger pixels."""
    name = modality.name
    return {
        "shift": {pixels: partial(shift_aside, name=name, pixels=pixels) for pixels in shifts},
        "resolution": {factor: partial(coarsen_blocks, name=name, factor=factor) for factor in factors},
    }


def cover_patches(sample: Sample, name: str, seed: int) -> Sample:
    """Take away eight squares of a quarter of the window's side, which may overlap: about 40 % of it."""
    rng = np.random.default_rng(seed)
    side = max(1, round(_PATCH_SIDE * min(sample.size)))
    covered = torch.zeros(sample.size, dtype=torch.bool)
    for _ in range(_PATCHES):
        row, col = (int(rng.integers(length - side + 1)) for length in sample.size)
        covered[row : row + side, col : col + side] = True
    return cut_hole(sample, name, covered)


def cover_clouds(sample: Sample, name: str, coverage: float, seed: int) -> Sample:
    """Take away a share of the window where a smooth random field is highest.

    Args:
        sample: One window.
        name: The modality.
        coverage: The share, in [0, 1]; exact to a pixel.
        seed: Of the field.
    """
    if not 0 <= coverage <= 1:
        raise InputError(f"A coverage of {coverage} is no share.", "Give a number between 0 and 1.")
    field = cloud_field(sample.size, seed).flatten()
    covered = torch.zeros(len(field), dtype=torch.bool)
    covered[field.argsort(descending=True)[: round(coverage * len(field))]] = True
    return cut_hole(sample, name, covered.view(sample.size))


def cloud_field(size: tuple[int, int], seed: int) -> Tensor:
    """A smooth random field (H, W): noise of three sizes, each half as large and half as strong as the last."""
    rng = np.random.default_rng(seed)
    field = torch.zeros(size)
    for octave in range(3):
        cell = _CLOUD_SIDE * max(size) / 2**octave
        coarse = tuple(max(2, math.ceil(length / cell) + 1) for length in size)
        grain = torch.from_numpy(rng.standard_normal((1, 1, *coarse), dtype=np.float32))
        field += F.interpolate(grain, size, mode="bicubic", align_corners=True)[0, 0] / 2**octave
    return field


def add_noise(sample: Sample, modality: Modality, strength: float, seed: int) -> Sample:
    """Add white noise.

    Args:
        sample: One window.
        modality: Whose bands' standard deviations are the unit of ``strength``.
        strength: Standard deviation of the noise.
        seed: Of the noise.
    """
    values = sample.values[modality.name]
    (deviation,) = per_band(modality.bands, "std")
    grain = torch.from_numpy(np.random.default_rng(seed).standard_normal(values.shape, dtype=np.float32))
    return _with_values(sample, modality.name, values + strength * deviation * grain)


def shift_aside(sample: Sample, name: str, pixels: int, seed: int) -> Sample:
    """Move one modality up, down, left or right, as the seed has it; see ``augmentation.shift``."""
    rows, cols = ((1, 0), (-1, 0), (0, 1), (0, -1))[int(np.random.default_rng(seed).integers(4))]
    return shift(sample, name, rows * pixels, cols * pixels)


def coarsen_blocks(sample: Sample, name: str, factor: int, seed: int = 0) -> Sample:
    """Make pixels ``factor`` times as large: means of blocks, interpolated back to the window's grid.

    Holes take no part in a mean and stay holes; at the far edges blocks are cut off.

    Args:
        sample: One window.
        name: The modality.
        factor: Of the ground sample distance; 1 changes nothing.
        seed: Not used; nothing is drawn.

    Raises:
        InputError: The factor is below 1.
    """
    if factor < 1:
        raise InputError(f"A factor of {factor} would make pixels smaller.", "Give 1 or more.")
    if factor == 1:
        return sample
    valid = sample.valid[name]
    weight = valid[None].float()
    stacked = torch.cat([sample.values[name] * weight, weight])  # (C + 1, H, W): holes weigh nothing
    sums = _interpolate(_block_means(stacked, factor), factor, sample.size)
    return _with_values(sample, name, sums[:-1] / sums[-1:].clamp(min=1e-6) * weight)


def _block_means(values: Tensor, factor: int) -> Tensor:
    """(C, H, W) -> (C, ceil(H / factor), ceil(W / factor)); outside the window there is nothing to average."""
    return F.avg_pool2d(values[None], factor, ceil_mode=True, count_include_pad=False)[0]


def _interpolate(coarse: Tensor, factor: int, size: tuple[int, int]) -> Tensor:
    """Back to ``size``, bilinear between the blocks' centres."""
    fine = F.interpolate(coarse[None], scale_factor=factor, mode="bilinear", align_corners=False)[0]
    return fine[:, : size[0], : size[1]]


def _with_values(sample: Sample, name: str, values: Tensor) -> Sample:
    return replace(sample, values={**sample.values, name: values})
