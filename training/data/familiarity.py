"""What training ground looks like, measured: see ``dis2_core.network.familiarity``."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dis2_core.contract.card import Modality
from dis2_core.network.familiarity import PROTOTYPES, QUANTILES, Familiarity, looks

from .augmentation import resample
from .sample import Sample, normalise, stack
from .tiles import Tile, magnification

SIDE = 128  # pixels of a window that is looked at
MOST = 256  # windows
SMOOTHING = 0.01  # of variances: what hardly varies among so many cells is no reason to call ground unlike
LEAST = 0.01  # standard deviation


def spread_windows(tiles: Sequence[Tile], gsd: float, most: int = MOST) -> list[Sample]:
    """Windows of ``gsd`` metres side by side, or as many of them, evenly spaced, as ``most`` says."""
    sides = [round(SIDE * magnification(tile, gsd)) for tile in tiles]
    places = [
        (tile, row, col, side)
        for tile, side in zip(tiles, sides, strict=True)
        for row in range(0, tile.size[0], side)
        for col in range(0, tile.size[1], side)
    ]
    chosen = torch.linspace(0, len(places) - 1, min(most, len(places))).round().int().tolist()
    return [
        resample(tile.read(row, col, side, side), (SIDE, SIDE)) for tile, row, col, side in (places[i] for i in chosen)
    ]


def measured_familiarity(
    modalities: Sequence[Modality], training: Sequence[Sample], held_out: Sequence[Sample]
) -> Familiarity | None:
    """Learn what ground looks like.

    Args:
        modalities: With their statistics.
        training: Windows of ground that is trained on.
        held_out: Of ground that is not.

    Returns:
        None where a modality has no data in one of the two: nobody can say then what is unusual.
    """
    known = {item.name: _cells(item, training) for item in modalities}
    apart = {item.name: _cells(item, held_out) for item in modalities}
    if any(len(found) < 2 for found in (*known.values(), *apart.values())):
        return None
    prototypes = min(PROTOTYPES, *(len(found) for found in known.values()))
    familiarity = Familiarity({item.name: len(item.bands) for item in modalities}, prototypes)
    generator = torch.Generator().manual_seed(0)
    for name, found in known.items():
        ground = familiarity.known[name]
        ground.mean, ground.whiten = found.mean(dim=0), _whitening(found)
        drawn = found[torch.randperm(len(found), generator=generator)[:prototypes]]
        ground.prototypes = (drawn - ground.mean) @ ground.whiten
        ground.distances = ground.distance(apart[name]).quantile(torch.linspace(0, 1, QUANTILES))
    return familiarity


def _cells(modality: Modality, windows: Sequence[Sample]) -> Tensor:
    """The looks (N, D) of all cells that have data."""
    if not windows:
        return torch.empty(0, 0)
    found = []
    for sample in windows:
        batch = stack([sample])
        seen, judged = looks(normalise(batch, [modality])[modality.name], batch.valid[modality.name])
        found.append(seen.movedim(1, -1)[judged])
    return torch.cat(found)


def _whitening(found: Tensor) -> Tensor:
    """(D, D) by which looks get covariance 1, but for what hardly varies."""
    scale = found.std(dim=0).clamp(min=LEAST)
    values, vectors = torch.linalg.eigh(torch.cov((found / scale).T.double()))
    whiten: Tensor = (vectors / (values + SMOOTHING).sqrt()).float() / scale[:, None]
    return whiten
