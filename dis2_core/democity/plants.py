"""Plants: trees, hedges, groves."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas
from .classes import BARE_SOIL, BRUSHWOOD, CONIFEROUS, DECIDUOUS, HERBACEOUS
from .palette import BRUSH, Color
from .spot import Spot
from .town import Block, Town

_NEEDLES: Color = (0.25, 0.33, 0.28)
_LEAVES: Color = (0.34, 0.42, 0.30)
_FERTILE = (HERBACEOUS, BRUSHWOOD, BARE_SOIL)


def tree(canvas: Canvas, spot: Spot, radius: float, height: float, *, conifer: bool = False) -> None:
    """A crown: a lumpy dome, or the pointed star of a conifer."""
    rng = canvas.rng
    window, along, across = canvas.local(spot, radius * 1.4)
    lumps = canvas.lumps[window]
    theta = np.arctan2(across, along)
    waves = np.sin((11 if conifer else 3) * theta + rng.uniform(0, 6)) + np.sin(7 * theta + rng.uniform(0, 6))
    share = np.hypot(along, across) / (radius * (1 + 0.07 * waves + 0.06 * lumps))
    dome = 1 - 0.8 * share if conifer else 0.5 + 0.5 * np.sqrt(np.maximum(1 - share**2, 0))
    crown = height * dome + (0.35 if conifer else 0.8) * lumps
    mask = (share < 1) & (crown > canvas.height[window])
    canvas.height[window][mask] = np.maximum(crown, 1.0)[mask]
    green = np.array(_NEEDLES if conifer else _LEAVES)
    color = green * rng.uniform(0.85, 1.15) * (1 + rng.uniform(-0.07, 0.07, 3))
    shading = 1 + 0.16 * lumps - 0.18 * share**3
    label = CONIFEROUS if conifer else DECIDUOUS
    canvas.paint(mask, color * shading[..., None], label, window=window, mottle=0.03, grain=0.10)


def hedge(canvas: Canvas, spot: Spot, length: float, width: float, height: float) -> None:
    """A strip of brushwood, where the ground is fertile and nothing stands."""
    window, along, across = canvas.local(spot, np.hypot(length, width) / 2 + 1)
    lumps = canvas.lumps[window]
    mask = (np.abs(along) < length / 2) & (np.abs(across) < width / 2 + 0.25 * lumps)
    mask &= (canvas.height[window] < 0.5) & np.isin(canvas.label[window], _FERTILE)
    canvas.height[window][mask] = (height + 0.25 * lumps)[mask]
    color = np.array(BRUSH) * (1 + 0.15 * lumps[..., None])
    canvas.paint(mask, color, BRUSHWOOD, window=window, mottle=0.04, grain=0.09)


def grove(canvas: Canvas, town: Town, block: Block, count: int, *, conifers: float) -> None:
    """Up to ``count`` trees at free places of a block, the share ``conifers`` of them conifers."""
    rng = canvas.rng
    for _ in range(count):
        spot = town.spot(rng.uniform(*block.u), rng.uniform(*block.v))
        if canvas.label_at(spot) not in _FERTILE or not canvas.free(spot, 0.8):
            continue
        if rng.random() < conifers:
            radius = rng.uniform(1.8, 3.0)
            tree(canvas, spot, radius, radius * rng.uniform(4, 5), conifer=True)
        else:
            radius = rng.uniform(2.0, 4.6)
            tree(canvas, spot, radius, radius * 2 + 4)
