"""Streets: asphalt, markings and sidewalks, and the cars and trees along them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .canvas import Canvas
from .cars import car
from .classes import IMPERVIOUS
from .fields import Floats, Mask
from .palette import ASPHALT, PAINT, PAVEMENT, Color
from .plants import tree
from .spot import Spot
from .town import SIDEWALK, Street, Town

_KERB: Color = (0.70, 0.69, 0.67)


def pave_streets(canvas: Canvas, town: Town) -> None:
    """Asphalt with markings between sidewalks, cut off by the promenade along the lake."""
    land = town.depth < -11
    lines = [np.abs(town.u - street.at) - street.width / 2 for street in town.u_streets]
    lines += [np.abs(town.v - street.at) - street.width / 2 for street in town.v_streets]
    beside = np.min(lines, axis=0)
    road = land & (beside < -0.1)
    canvas.paint(land & (beside < SIDEWALK), PAVEMENT, IMPERVIOUS)
    canvas.paint(land & (beside < 0.15), _KERB, IMPERVIOUS, mottle=0.02)
    canvas.paint(road, ASPHALT, IMPERVIOUS, mottle=0.06, grain=0.025)
    worn = road & (np.abs(np.abs(beside) % 1.7 - 0.85) < 0.25)
    canvas.albedo[worn] *= 0.95
    for streets, others, across, along in (
        (town.u_streets, town.v_streets, town.u, town.v),
        (town.v_streets, town.u_streets, town.v, town.u),
    ):
        gap = np.min([np.abs(along - other.at) - other.width / 2 for other in others], axis=0)
        for street in streets:
            _mark(canvas, land, street, across - street.at, along, gap)


def _mark(canvas: Canvas, land: Mask, street: Street, across: Floats, along: Floats, gap: Floats) -> None:
    """Centre line, stop lines and zebra crossings of a street; ``gap`` is the way to a crossing."""
    road = land & (np.abs(across) < street.width / 2 - 0.5)
    dashes = (np.abs(across) < 0.1) & (along % 6 < 3) & (gap > 7)
    zebra = (across % 1.0 < 0.5) & (gap > 2.6) & (gap < 5.4) & (np.sin(5 * street.at + along // 25) > 0)
    stop = (np.abs(gap - 6.4) < 0.2) & (across * np.sign(np.sin(along)) > 0)
    mask = road & (dashes | zebra | (stop & (street.width > 8)))
    canvas.albedo[mask] = np.array(PAINT) * (1 + 0.06 * canvas.mottle[mask, None])


def line_streets(canvas: Canvas, town: Town) -> None:
    """Cars driving and parked at the kerb, and trees along the wide streets."""
    reach = 0.75 * canvas.extent
    for street in town.u_streets:
        for v in _stations(reach, town.v_streets):
            _line(canvas, town, street, town.spot(street.at, v, np.pi / 2))
    for street in town.v_streets:
        for u in _stations(reach, town.u_streets):
            _line(canvas, town, street, town.spot(u, street.at))


def _stations(reach: float, crossing: list[Street]) -> Iterator[float]:
    """Positions along a street, a car's length apart, that keep away from the crossings."""
    for station in np.arange(-reach, reach, 5.6).tolist():
        if all(abs(station - street.at) > street.width / 2 + 8 for street in crossing):
            yield station


def _line(canvas: Canvas, town: Town, street: Street, spot: Spot) -> None:
    """What a few metres of street hold on either side: a car at the kerb or driving, a tree."""
    rng = canvas.rng
    for side in (-1, 1):
        kerb = spot.at(0, side * (street.width / 2 - 1.1))
        verge = spot.at(rng.uniform(-1, 1), side * (street.width / 2 + 1.3))
        if not town.on_land(kerb, 14):
            continue
        if rng.random() < 0.42:
            car(canvas, kerb)
        elif rng.random() < 0.08:
            car(canvas, spot.at(0, side * street.width / 5))
        if street.width > 8 and rng.random() < 0.5 and canvas.free(verge, 0.8):
            tree(canvas, verge, rng.uniform(1.7, 2.8), rng.uniform(6, 10))
