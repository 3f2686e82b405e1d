"""What blocks are used for: the ground of each use, and what stands on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .buildings import flat_building
from .canvas import Canvas
from .cars import car
from .classes import BARE_SOIL, BRUSHWOOD, HERBACEOUS, IMPERVIOUS, PERVIOUS
from .housing import build_dense, build_villas
from .palette import BRUSH, GRAVEL, LAWN, PAINT, SOIL, Color
from .plants import grove, hedge, tree
from .spot import Spot
from .town import Block, Town

Painter = Callable[[Canvas, Town, Block], None]


@dataclass(frozen=True)
class Use:
    """How a block of some use is drawn: first its ground, then, after the streets, its content."""

    ground: Painter
    content: Painter


def _plain(color: Color, label: int, mottle: float, grain: float) -> Painter:
    """Ground of one surface."""

    def paint(canvas: Canvas, town: Town, block: Block) -> None:
        canvas.paint(town.inside(block), color, label, mottle=mottle, grain=grain)

    return paint


def _gardens(canvas: Canvas, town: Town, block: Block) -> None:
    """Lawns, every parcel with a green of its own."""
    parcel = np.floor((town.u - block.u[0]) / 17) + 7 * (town.v > block.center[1])
    tint = 0.07 * np.sin(2.4 * parcel + block.u[0])
    color = np.array(LAWN) * (1 + tint[..., None] * np.array((1.6, 1.0, 0.8)))
    canvas.paint(town.inside(block), color, HERBACEOUS, mottle=0.10, grain=0.06)


def _park(canvas: Canvas, town: Town, block: Block) -> None:
    """Winding gravel paths, trees in groups, shrubs."""
    rng = canvas.rng
    length, width = block.size
    u, v = town.u - block.center[0], town.v - block.center[1]
    winding = np.abs(v - width / 5 * np.sin(u / length * 5)) < 1.3
    straight = np.abs(u - 0.3 * v) < 1.2
    ring = np.abs(np.hypot(u, v) - min(length, width) / 4) < 1.2
    ground = town.inside(block) & (town.depth < -11)
    canvas.paint(ground & (winding | straight | ring), GRAVEL, PERVIOUS, grain=0.04)
    for _ in range(5):
        spot = town.spot(rng.uniform(*block.u), rng.uniform(*block.v), rng.uniform(0, 3))
        if town.on_land(spot, 12):
            hedge(canvas, spot, rng.uniform(5, 12), rng.uniform(2, 4), rng.uniform(1, 2.5))
    grove(canvas, town, block, 42, conifers=0.35)


def _market(canvas: Canvas, town: Town, block: Block) -> None:
    """A hall with a flat roof and a car park with small trees."""
    rng = canvas.rng
    length, width = block.size
    spot = town.spot(*block.center)
    if town.on_land(spot, 30):
        flat_building(canvas, spot.at(0, -width * 0.22), length * 0.86, width * 0.42, rng.uniform(7, 9))
    for across in (width * 0.12, width * 0.36):
        for along in np.arange(-length / 2 + 3, length / 2 - 3, 2.7):
            _bay(canvas, spot.at(along, across, np.pi / 2))
    for along in np.arange(-length / 2 + 4, length / 2, 9):
        island = spot.at(along, width * 0.24)
        canvas.rectangle(island, 2, 2, LAWN, HERBACEOUS)
        tree(canvas, island, rng.uniform(1.6, 2.2), rng.uniform(5, 7))


def _bay(canvas: Canvas, spot: Spot) -> None:
    """A parking bay's line and, more often than not, its car."""
    rng = canvas.rng
    canvas.rectangle(spot.at(0, 1.35), 4.8, 0.2, PAINT, IMPERVIOUS)
    if rng.random() < 0.62:
        car(canvas, spot.at(rng.normal(0, 0.15), 0, rng.normal(0, 0.03)))


def _works(canvas: Canvas, town: Town, block: Block) -> None:
    """A building site: tracks, heaps of soil, a shell, a container, hardly a tree."""
    rng = canvas.rng
    length, width = block.size
    spot = town.spot(*block.center)
    window, along, across = canvas.local(spot, np.hypot(length, width) / 2)
    tracks = np.abs(np.abs(across - 4 * np.sin(along / 9)) - 1.0) < 0.35
    canvas.albedo[window][town.inside(block)[window] & tracks] *= 0.86
    for _ in range(6):
        heap = spot.at(rng.uniform(-0.4, 0.4) * length, rng.uniform(-0.4, 0.4) * width)
        _heap(canvas, heap, rng.uniform(3, 6))
    if town.on_land(spot, 30):
        flat_building(canvas, spot.at(length * 0.22, -width * 0.2), 15, 11, 6.5)
        flat_building(canvas, spot.at(-length * 0.3, width * 0.36), 6, 2.6, 2.7)
    grove(canvas, town, block, 3, conifers=0)


def _heap(canvas: Canvas, spot: Spot, radius: float) -> None:
    """A cone of soil."""
    window, along, across = canvas.local(spot, radius)
    cone = radius * 0.55 * np.maximum(1 - np.hypot(along, across * 1.3) / radius, 0)
    rise = cone * (1 + 0.2 * canvas.lumps[window])
    canvas.height[window] += rise * (canvas.label[window] == BARE_SOIL)
    canvas.albedo[window][rise > 0.2] *= canvas.rng.uniform(0.82, 1.1)


def _wild(canvas: Canvas, town: Town, block: Block) -> None:
    """Land nobody tends: brushwood, meadow, some trees."""
    cover = canvas.mottle + 0.5 * canvas.lumps
    mask = town.inside(block) & (cover > -0.15) & (town.depth < -12)
    canvas.height[mask] = (1.2 + 0.9 * np.maximum(cover, 0) + 0.5 * canvas.lumps)[mask].clip(0.5)
    color = np.array(BRUSH) * (1.05 + 0.2 * canvas.lumps[..., None])
    canvas.paint(mask, color, BRUSHWOOD, mottle=0.08, grain=0.09)
    grove(canvas, town, block, 16, conifers=0.2)


#: By the name of the use in `Block.use`.
USES = {
    "dense": Use(_plain((0.55, 0.54, 0.53), IMPERVIOUS, 0.08, 0.04), build_dense),
    "villas": Use(_gardens, build_villas),
    "park": Use(_gardens, _park),
    "market": Use(_plain((0.46, 0.46, 0.47), IMPERVIOUS, 0.06, 0.03), _market),
    "works": Use(_plain(SOIL, BARE_SOIL, 0.09, 0.05), _works),
    "wild": Use(_plain((0.44, 0.46, 0.32), HERBACEOUS, 0.12, 0.07), _wild),
}
