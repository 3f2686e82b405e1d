"""The ground that the city stands on: gentle hills above a level lake."""

from __future__ import annotations

import numpy as np

from .canvas import GSD
from .fields import Floats
from .town import Town

LEVEL = 412.0  # metres above the sea, of the lake
SLOPE = 0.025  # of the land, away from the shore
TERRAIN_GSD = 1.0  # metres a pixel of the terrain model

_WAVES = ((1.6, 140.0), (0.9, 85.0), (0.5, 60.0))  # height and length in metres
_SHORE = 60.0  # metres over which the hills begin
_CHANCE = 1  # beside the seed: the ground draws from numbers of its own, so that no house moves


class Terrain:
    """The bare ground, everywhere in the world frame.

    Args:
        town: Where the lake lies.
        seed: Of the city.
    """

    def __init__(self, town: Town, seed: int) -> None:
        rng = np.random.default_rng((seed, _CHANCE))
        self._town = town
        self._angles, self._phases = rng.uniform(0, 2 * np.pi, (2, len(_WAVES)))

    def surface(self, size: int, gsd: float = GSD) -> Floats:
        """Heights in metres above the sea, (size, size) pixels of ``gsd`` metres from the upper left corner."""
        y, x = np.mgrid[0:size, 0:size].astype(np.float64) * gsd + gsd / 2
        away = np.maximum(-self._town.shore(x.astype(np.float32), y.astype(np.float32)).astype(np.float64), 0)
        hills = np.zeros_like(x)
        for (height, length), angle, phase in zip(_WAVES, self._angles, self._phases, strict=True):
            along = x * np.cos(angle) + y * np.sin(angle)
            hills += height * (1 + np.sin(2 * np.pi * along / length + phase))
        near = np.minimum(away / _SHORE, 1)
        return np.asarray(LEVEL + SLOPE * away + near**2 * (3 - 2 * near) * hills, np.float32)
