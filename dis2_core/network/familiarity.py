"""How much does ground look like that which a model was trained on? Asked of the rasters, not of the network.

What a network has learned to ignore it cannot tell apart: its deepest maps are as near to each other on noise as on
known ground. So ground is compared by its looks: level, contrast and roughness of
every band, and how bands go together, in cells of 16 pixels and in three by three of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CELL = 16  # pixels a side
NEIGHBOURS = 3  # cells a side of the wider look
PROTOTYPES = 256  # a modality
QUANTILES = 101
#: Every other pixel of every other row, and its neighbours: a quarter of the work tells as much.
HERE, RIGHT, BELOW = ((..., slice(row, None, 2), slice(column, None, 2)) for row, column in ((0, 0), (0, 1), (1, 0)))
SMALLEST = 1e-4  # variance: no logarithm of nothing, in units of the training data's
UNUSUAL = 0.05  # familiarity below which ground counts as unlike that of training


class Familiarity(nn.Module):
    """Looks of training ground, and how far other ground of the kind lies from them.

    Args:
        bands: Of each modality.
        prototypes: Looks that are remembered of each.
    """

    def __init__(self, bands: Mapping[str, int], prototypes: int = PROTOTYPES) -> None:
        super().__init__()
        self.prototypes = prototypes
        self.known = nn.ModuleDict({name: KnownLooks(looks_of(count), prototypes) for name, count in bands.items()})

    def forward(self, windows: Mapping[str, Tensor], valid: Mapping[str, Tensor]) -> Tensor:
        """How familiar windows are, by that of their modalities which is least so.

        Args:
            windows: Normalised (B, C_m, H, W) by modality; height and width are multiples of ``CELL``.
            valid: (B, H, W) bool: where a modality has data.

        Returns:
            (B, H, W) in [0, 1]: the share of held-out training ground that is at least as unusual, cell by cell; 1
            where nothing is valid.
        """
        seen = {name: looks(window, valid[name]) for name, window in windows.items()}
        least = torch.stack([self.known[name](*found) for name, found in seen.items()]).amin(dim=0)  # (B, h, w)
        asked = torch.stack([judged for _, judged in seen.values()]).sum(dim=0)
        familiar = 1 - (1 - least) ** asked.clamp(min=1)  # Sidak: the least of several is low by chance
        return familiar.repeat_interleave(CELL, dim=1).repeat_interleave(CELL, dim=2)


class KnownLooks(nn.Module):
    """What one modality looks like on training ground.

    Attributes:
        mean: (D,) of the looks.
        whiten: (D, D): looks times it have covariance 1.
        prototypes: (P, D) whitened looks of training ground.
        distances: (QUANTILES,), increasing: from held-out ground to the nearest prototype.
    """

    mean: Tensor
    whiten: Tensor
    prototypes: Tensor
    distances: Tensor

    def __init__(self, size: int, prototypes: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(size))
        identity = torch.zeros(size, size).fill_diagonal_(1)  # on "meta" torch.eye loads torch's compiler
        self.register_buffer("whiten", identity)
        self.register_buffer("prototypes", torch.zeros(prototypes, size))
        self.register_buffer("distances", torch.zeros(QUANTILES))

    def forward(self, found: Tensor, judged: Tensor) -> Tensor:
        """Looks (B, D, h, w) and where they were seen (B, h, w) -> familiarity (B, h, w)."""
        distance = self.distance(found.movedim(1, -1).flatten(0, 2)).view(judged.shape)
        return torch.where(judged, 1 - torch.searchsorted(self.distances, distance) / QUANTILES, 1)

    def distance(self, found: Tensor) -> Tensor:
        """From looks (N, D) to the nearest prototype (N,)."""
        return torch.cdist((found - self.mean) @ self.whiten, self.prototypes).amin(dim=1)


def looks_of(bands: int) -> int:
    """How many numbers ``looks`` gives for so many bands."""
    return 2 * (3 * bands + _pairs(bands))


def looks(window: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
    """What cells look like, by their valid pixels alone.

    Args:
        window: (B, C, H, W), normalised.
        valid: (B, H, W) bool.

    Returns:
        (B, D, h, w) of every cell, and of three by three cells around it: mean, logarithms of contrast and roughness of
        each band, correlations of neighbouring bands; and (B, h, w) bool: whether the cell has a valid pixel.
    """
    bands = window.shape[1]
    valid = valid[:, None]
    here, right, below = (valid[place] for place in (HERE, RIGHT, BELOW))
    both = here & right & below
    values = torch.where(here, window[HERE], 0)  # (B, C, H / 2, W / 2)
    slopes = (window[RIGHT] - values).square() + (window[BELOW] - values).square()
    sums = torch.cat([values, values.square(), _products(values), torch.where(both, slopes, 0), here, both], dim=1)
    near = F.avg_pool2d(sums, CELL // 2)
    wide = F.avg_pool2d(near, NEIGHBOURS, stride=1, padding=NEIGHBOURS // 2)
    found = _described(torch.cat([near, wide]), bands).chunk(2)  # at once: so small, calls cost more than numbers
    return torch.cat(found, dim=1), near[:, -2] > 0


def _described(sums: Tensor, bands: int) -> Tensor:
    """Looks (B, D / 2, h, w) from mean values, squares, products, slopes and shares of valid pixels."""
    *parts, there, both = torch.split(sums, [bands, bands, _pairs(bands), bands, 1, 1], dim=1)
    mean, square, product = (part / there.clamp(min=SMALLEST) for part in parts[:3])
    variance = (square - mean.square()).clamp(min=SMALLEST)
    roughness = (parts[3] / both.clamp(min=SMALLEST)).clamp(min=SMALLEST)
    correlation = (product - _products(mean)) * _products(variance).rsqrt()
    return torch.cat([mean, variance.log() / 2, roughness.log() / 2, correlation], dim=1)


def _pairs(bands: int) -> int:
    """How many pairs of neighbouring bands there are; of three and more, the last and the first are one."""
    return bands if bands > 2 else bands - 1


def _products(maps: Tensor) -> Tensor:
    """(B, C, h, w) -> (B, pairs, h, w): each band times the next."""
    pairs = _pairs(maps.shape[1])
    return maps[:, :pairs] * maps.roll(-1, dims=1)[:, :pairs]
