"""Cars, parked or driving."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas
from .classes import IMPERVIOUS
from .palette import Color
from .spot import Spot

_BODIES: tuple[Color, ...] = (
    (0.92, 0.92, 0.92),
    (0.86, 0.87, 0.88),
    (0.62, 0.63, 0.65),
    (0.14, 0.14, 0.15),
    (0.24, 0.25, 0.27),
    (0.60, 0.14, 0.12),
    (0.18, 0.26, 0.44),
)
_SHARES = (0.24, 0.2, 0.18, 0.14, 0.12, 0.06, 0.06)
_GLASS: Color = (0.13, 0.15, 0.18)


def car(canvas: Canvas, spot: Spot) -> None:
    """A car: a coloured body with dark front and rear windows. Its class is that of the street."""
    rng = canvas.rng
    window, along, across = canvas.local(spot, 2.8)
    body = (np.abs(along) < 2.15) & (np.abs(across) < 0.88)
    cabin = (np.abs(along + 0.15) < 1.25) & (np.abs(across) < 0.75)
    glass = cabin & (np.abs(along + 0.15) > 0.75)
    canvas.height[window][body] = (1.0 + 0.45 * cabin)[body]
    color = np.array(_BODIES[rng.choice(len(_BODIES), p=_SHARES)]) * rng.uniform(0.9, 1.05)
    canvas.paint(body, color, IMPERVIOUS, window=window, mottle=0, grain=0.02)
    canvas.albedo[window][glass] = _GLASS
