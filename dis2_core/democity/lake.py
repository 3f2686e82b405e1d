"""The lake, its promenade, and what grows there."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas
from .classes import HERBACEOUS, PERVIOUS, WATER
from .palette import GRAVEL, LAWN, Color
from .plants import hedge, tree
from .spot import Spot
from .town import Town

_STONES: Color = (0.47, 0.46, 0.42)
_SHALLOW: Color = (0.34, 0.42, 0.38)
_DEEP: Color = (0.13, 0.25, 0.27)


def fill_lake(canvas: Canvas, town: Town) -> None:
    """The lake, its stones, and a promenade of gravel between two strips of grass."""
    depth = town.depth + 0.5 * canvas.lumps
    canvas.paint(town.depth > -11, LAWN, HERBACEOUS, mottle=0.10, grain=0.06)
    canvas.paint((town.depth > -10) & (town.depth < -6.2), GRAVEL, PERVIOUS, grain=0.04)
    canvas.paint(depth > -0.9, _STONES, PERVIOUS, mottle=0.10, grain=0.12)
    canvas.height[town.depth > -11] = 0
    shallow = np.exp(-np.maximum(depth + 2 * canvas.mottle, 0) / 9)[..., None]
    color = shallow * np.array(_SHALLOW) + (1 - shallow) * np.array(_DEEP)
    canvas.paint(depth > 0, color, WATER, mottle=0.015, grain=0.012)


def plant_shore(canvas: Canvas, town: Town) -> None:
    """Trees along the promenade and shrubs at the water's edge."""
    rng = canvas.rng
    for _ in range(int(canvas.extent * 1.6)):
        x, y = rng.uniform(0, canvas.extent, 2).tolist()
        spot = Spot(x, y, rng.uniform(0, 3))
        depth = town.depth_at(spot)
        if -4.5 < depth < -1.5:
            hedge(canvas, spot, rng.uniform(2, 5), rng.uniform(1.5, 3), rng.uniform(0.8, 2))
        elif -14 < depth < -10.5 and canvas.label_at(spot) == HERBACEOUS and canvas.free(spot, 1.0):
            tree(canvas, spot, rng.uniform(2.4, 4), rng.uniform(8, 13))
