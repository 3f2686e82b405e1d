"""Where people live: houses wall to wall around courtyards, and villas in gardens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .buildings import flat_building, house
from .canvas import Canvas
from .cars import car
from .classes import HERBACEOUS, IMPERVIOUS, PERVIOUS, WATER
from .palette import GRAVEL, LAWN, PAVEMENT, Color
from .plants import grove, hedge, tree
from .spot import Spot
from .town import Block, Town

_POOL_RIM: Color = (0.76, 0.74, 0.70)
_POOL_WATER: Color = (0.30, 0.58, 0.66)


def build_dense(canvas: Canvas, town: Town, block: Block) -> None:
    """Houses wall to wall along the streets around a courtyard."""
    depth = canvas.rng.uniform(11, 13)
    length, width = block.size
    u, v = block.center
    _courtyard(canvas, town.spot(u, v), length - 2 * depth, width - 2 * depth)
    for side in (-1, 1):
        for at, lot in _lots(canvas.rng, length):
            _townhouse(canvas, town, town.spot(u + at, v + side * (width - depth) / 2), lot, depth)
    for side in (-1, 1):
        for at, lot in _lots(canvas.rng, width - 2 * depth):
            _townhouse(canvas, town, town.spot(u + side * (length - depth) / 2, v + at, np.pi / 2), lot, depth)


def _lots(rng: np.random.Generator, span: float) -> Iterator[tuple[float, float]]:
    """Middle and length of the lots into which a street front of ``span`` metres around 0 is cut."""
    start, end = -span / 2, span / 2
    while start < end - 4:
        lot = min(rng.uniform(13, 24), end - start)
        if end - start - lot < 8:
            lot = end - start
        yield start + lot / 2, lot
        start += lot


def _townhouse(canvas: Canvas, town: Town, spot: Spot, length: float, depth: float) -> None:
    rng = canvas.rng
    if not town.on_land(spot, 20):
        return
    if rng.random() < 0.2:
        flat_building(canvas, spot, length, depth, rng.uniform(12, 21))
    else:
        house(canvas, spot, length, depth, rng.uniform(10, 17))


def _courtyard(canvas: Canvas, yard: Spot, length: float, width: float) -> None:
    """Gravel, a little grass, parked cars, a low annex, trees."""
    rng = canvas.rng
    canvas.rectangle(yard.at(-length / 6, 0), length * 0.5, width * 0.7, LAWN, HERBACEOUS, mottle=0.1, grain=0.06)
    canvas.rectangle(yard.at(length / 4, 0), length * 0.3, width * 0.9, GRAVEL, PERVIOUS, mottle=0.06, grain=0.05)
    if rng.random() < 0.6:
        flat_building(canvas, yard.at(-length * 0.36, width * 0.2), length * 0.2, width * 0.5, 3.4)
    for across in np.arange(-width / 2 + 3, width / 2 - 3, 2.7):
        if rng.random() < 0.6:
            car(canvas, yard.at(length * 0.28, across, rng.normal(0, 0.04)))
    for _ in range(7):
        spot = yard.at(rng.uniform(-0.36, 0.06) * length, rng.uniform(-0.32, 0.32) * width)
        if canvas.free(spot, 1.5):
            tree(canvas, spot, rng.uniform(2, 3.6), rng.uniform(7, 12), conifer=rng.random() < 0.15)


def build_villas(canvas: Canvas, town: Town, block: Block) -> None:
    """Detached houses in two rows, with drives, hedges, trees and here and there a pool."""
    count = max(2, round(block.size[0] / 19))
    length, width = block.size[0] / count, block.size[1] / 2
    for index in range(count):
        for street in (-1, 1):
            u = block.u[0] + (index + 0.5) * length
            parcel = town.spot(u, block.center[1] + street * width / 2)
            if town.on_land(parcel, 16):
                _villa(canvas, parcel, length, width, street)
    grove(canvas, town, block, 4 * count, conifers=0.25)


def _villa(canvas: Canvas, parcel: Spot, length: float, width: float, street: int) -> None:
    """One house and its garden; the street lies on the side of the sign ``street``."""
    rng = canvas.rng
    surface, label = (GRAVEL, PERVIOUS) if rng.random() < 0.5 else (PAVEMENT, IMPERVIOUS)
    drive = rng.choice((-1, 1)) * (length / 2 - 2.6)
    canvas.rectangle(parcel.at(drive, street * width * 0.22), 3.2, width * 0.56, surface, label)
    _enclose(canvas, parcel, length, width, street)
    home = parcel.at(-np.sign(drive) * 0.8, street * rng.uniform(0.5, 2.5), rng.normal(0, 0.05))
    _home(canvas, home, street)
    if rng.random() < 0.7:
        car(canvas, parcel.at(drive, street * width * 0.3, np.pi / 2))
    if rng.random() < 0.3:
        pool = parcel.at(rng.uniform(-3, 3), -street * width * 0.32)
        canvas.rectangle(pool, 8.4, 4.8, _POOL_RIM, IMPERVIOUS)
        canvas.rectangle(pool, 7, 3.4, _POOL_WATER, WATER, mottle=0.03, grain=0.01)


def _enclose(canvas: Canvas, parcel: Spot, length: float, width: float, street: int) -> None:
    """Hedges towards one neighbour, the street, and mostly the garden behind."""
    rng = canvas.rng
    hedge(canvas, parcel.at(length / 2 - 0.3, 0, np.pi / 2), width, 1.0, rng.uniform(1.2, 2.2))
    hedge(canvas, parcel.at(0, street * (width / 2 - 0.6)), length - 1, 1.0, rng.uniform(1.0, 1.8))
    if rng.random() < 0.7:
        hedge(canvas, parcel.at(0, -street * (width / 2 - 0.5)), length, 1.4, rng.uniform(1.6, 2.6))


def _home(canvas: Canvas, spot: Spot, street: int) -> None:
    """A detached house with a terrace and at times a wing."""
    rng = canvas.rng
    length, width = rng.uniform(9, 12), rng.uniform(7.5, 9.5)
    canvas.rectangle(spot.at(0, -street * (width / 2 + 1.5)), length * 0.7, 3.2, PAVEMENT, IMPERVIOUS)
    house(canvas, spot, length, width, rng.uniform(4.2, 6.2), hipped=rng.random() < 0.45)
    if rng.random() < 0.5:
        house(canvas, spot.at(length * 0.2, street * width * 0.4, np.pi / 2), width * 0.8, 4.6, 3.4)
