"""Buildings: houses with tiled roofs, and flat roofs."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas
from .classes import BUILDING
from .palette import Color
from .spot import Spot

_TILES: tuple[Color, ...] = (
    (0.58, 0.40, 0.33),
    (0.50, 0.39, 0.35),
    (0.62, 0.47, 0.40),
    (0.47, 0.40, 0.37),
    (0.45, 0.45, 0.46),
)
_TILE_SHARES = (0.3, 0.25, 0.2, 0.15, 0.1)
_FLAT_ROOFS: tuple[Color, ...] = (
    (0.60, 0.60, 0.59),
    (0.52, 0.51, 0.50),
    (0.72, 0.71, 0.69),
    (0.45, 0.45, 0.46),
)
_CHIMNEY: Color = (0.55, 0.46, 0.42)
_DARK_PANE: Color = (0.22, 0.25, 0.29)
_BRIGHT_PANE: Color = (0.80, 0.82, 0.84)


def house(canvas: Canvas, spot: Spot, length: float, width: float, eave: float, *, hipped: bool = False) -> None:
    """A house with a tiled roof along ``length``, gabled or hipped; ``eave`` metres high at the gutter."""
    rng = canvas.rng
    window, along, across = canvas.local(spot, np.hypot(length, width) / 2)
    run = width / 2 - np.abs(across)
    end = length / 2 - np.abs(along)
    inside = (run > 0) & (end > 0)
    if not inside.any():
        return
    roof = eave + rng.uniform(0.45, 0.7) * (np.minimum(run, end * 1.2) if hipped else run)
    canvas.height[window][inside] = np.maximum(canvas.height[window], roof)[inside]
    tint = rng.uniform(0.9, 1.1) * (1 + rng.uniform(-0.04, 0.04, 3))
    tiles = np.array(_TILES[rng.choice(len(_TILES), p=_TILE_SHARES)]) * tint
    rows = 1 + 0.035 * np.sign(np.sin(2 * np.pi * run / 0.8)) + 0.03 * np.sin(2 * np.pi * along / 1.2)
    canvas.paint(inside, tiles * rows[..., None], BUILDING, window=window, mottle=0.08, grain=0.05)
    ridge = inside & (np.abs(across) < 0.2) & (end > (width / 2 if hipped else 0))
    canvas.albedo[window][ridge] *= 1.2
    canvas.albedo[window][inside & (np.minimum(run, end) < 0.3)] *= 0.8
    _chimneys(canvas, spot, length, width)
    _roof_windows(canvas, spot, length, width)


def _chimneys(canvas: Canvas, spot: Spot, length: float, width: float) -> None:
    rng = canvas.rng
    for _ in range(int(length / 7) + 1):
        at = spot.at(rng.uniform(-0.4, 0.4) * length, rng.uniform(0.08, 0.2) * width * rng.choice((-1, 1)))
        canvas.box(at, rng.uniform(0.6, 1.3), 0.7, 1.0, _CHIMNEY)


def _roof_windows(canvas: Canvas, spot: Spot, length: float, width: float) -> None:
    rng = canvas.rng
    for _ in range(rng.integers(0, int(length / 3) + 2)):
        at = spot.at(rng.uniform(-0.42, 0.42) * length, rng.uniform(0.2, 0.36) * width * rng.choice((-1, 1)))
        pane = _DARK_PANE if rng.random() < 0.6 else _BRIGHT_PANE
        canvas.rectangle(at, 0.9, 1.1, pane, BUILDING, mottle=0, grain=0)


def flat_building(canvas: Canvas, spot: Spot, length: float, width: float, height: float) -> None:
    """A flat roof at ``height`` with a parapet."""
    rng = canvas.rng
    window, along, across = canvas.local(spot, np.hypot(length, width) / 2)
    border = np.minimum(length / 2 - np.abs(along), width / 2 - np.abs(across))
    inside, parapet = border > 0, border < 0.5
    if not inside.any():
        return
    roof = height + 0.7 * parapet
    canvas.height[window][inside] = np.maximum(canvas.height[window], roof)[inside]
    color = np.array(_FLAT_ROOFS[rng.integers(len(_FLAT_ROOFS))]) * rng.uniform(0.92, 1.05)
    seams = 1 - 0.05 * (np.abs(along % 6 - 3) < 0.15)
    canvas.paint(inside, color * seams[..., None], BUILDING, window=window, mottle=0.07, grain=0.035)
    canvas.albedo[window][inside & parapet] *= 1.15
    _roof_boxes(canvas, spot, length, width)


def _roof_boxes(canvas: Canvas, spot: Spot, length: float, width: float) -> None:
    """Air conditioners and skylights."""
    rng = canvas.rng
    for _ in range(int(length * width / 70) + 1):
        at = spot.at(rng.uniform(-0.4, 0.4) * length, rng.uniform(-0.36, 0.36) * width)
        gray = rng.uniform(0.45, 0.8)
        canvas.box(at, rng.uniform(1, 3), rng.uniform(1, 2.4), rng.uniform(0.5, 2.2), (gray, gray, gray))
