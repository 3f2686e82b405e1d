"""Light: sun, shadows, sky, and the photo exposed in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .canvas import GSD, Canvas
from .fields import Floats, blurred

SUN = np.array((0.34, 0.54, 0.77), np.float32)  # towards it: right, down, up
_SUN_COLOR = np.array((1.04, 1.0, 0.95), np.float32)
_SKY_COLOR = np.array((0.82, 0.97, 1.2), np.float32)


def photograph(canvas: Canvas) -> NDArray[np.uint8]:
    """Light the city and expose it: (3, size, size) uint8."""
    direct = 0.78 * sunlight(canvas.height)[..., None] * _SUN_COLOR
    diffuse = 0.30 * openness(canvas.height)[..., None] * _SKY_COLOR
    radiance = canvas.albedo * (direct + diffuse) + 0.012
    sharp = 0.55 * radiance + 0.45 * blurred(radiance, 1)
    film = 255 * np.clip(sharp, 0, 1) ** 0.78 + 1.6 * canvas.grain[..., None]
    return np.ascontiguousarray(np.clip(film, 0, 255).astype(np.uint8).transpose(2, 0, 1))


def sunlight(height: Floats) -> Floats:
    """Direct light on every pixel: 1 on flat ground in the sun, 0 in a shadow."""
    down, right = np.gradient(blurred(height, 1), GSD)
    facing = (SUN[2] - right * SUN[0] - down * SUN[1]) / np.sqrt(1 + right**2 + down**2)
    shade = np.clip(facing / SUN[2], 0.2, 1.3)
    lit = 1 - np.clip((shadow_height(height) - height - 0.1) / 0.5, 0, 1)
    return np.asarray(shade * blurred(lit.astype(np.float32), 1), np.float32)


def shadow_height(height: Floats) -> Floats:
    """Height below which a pixel lies in the shadow of something between it and the sun."""
    right, down, up = SUN.tolist()
    way = float(np.hypot(SUN[0], SUN[1]))
    drop = up / way * GSD
    shadow = np.zeros_like(height)
    for step in range(1, int(height.max() / drop) + 1):
        rows, cols = round(step * down / way), round(step * right / way)
        if max(rows, cols) >= len(height):
            break
        part = shadow[: len(height) - rows, : len(height) - cols]
        np.maximum(part, height[rows:, cols:] - step * drop, out=part)
    return shadow


def openness(height: Floats) -> Floats:
    """How much of the sky a pixel sees, roughly: less beside what is higher."""
    closed = sum(np.maximum(blurred(height, radius) - height, 0) / (radius * GSD) for radius in (3, 9, 27))
    return np.asarray(1 / (1 + 0.7 * closed), np.float32)
