"""What a city is painted on: reflectance, height and class of every pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .classes import HERBACEOUS
from .fields import Floats, Mask, noise
from .palette import LAWN, Color
from .spot import Spot

GSD = 0.2  # metres a pixel

Window = tuple[slice, slice]
EVERYWHERE: Window = (slice(None), slice(None))


class Canvas:
    """The picture, at first a lawn, and the noise that makes its surfaces uneven.

    Args:
        size: Height and width in pixels.
        rng: Where all chance of the city comes from.

    Attributes:
        extent: Height and width in metres.
        grain: Noise of single pixels, (size, size) float32.
        mottle: Noise with blobs of several metres, (size, size) float32.
        lumps: Noise with blobs of about a metre, (size, size) float32.
        albedo: Reflectance, (size, size, 3) float32.
        height: Metres above ground, (size, size) float32.
        label: Class, (size, size) uint8.
    """

    def __init__(self, size: int, rng: np.random.Generator) -> None:
        self.size = size
        self.extent = size * GSD
        self.rng = rng
        self.grain: Floats = rng.standard_normal((size, size), dtype=np.float32)
        self.mottle = noise(rng, size, 9.0 / GSD) + 0.7 * noise(rng, size, 2.5 / GSD)
        self.lumps = noise(rng, size, 1.3 / GSD) + 0.6 * noise(rng, size, 0.5 / GSD)
        self.albedo: Floats = np.zeros((size, size, 3), np.float32)
        self.height: Floats = np.zeros((size, size), np.float32)
        self.label: NDArray[np.uint8] = np.zeros((size, size), np.uint8)
        self.paint(np.ones((size, size), bool), LAWN, HERBACEOUS, mottle=0.12, grain=0.06)

    def local(self, spot: Spot, reach: float) -> tuple[Window, Floats, Floats]:
        """The pixels within ``reach`` metres of a spot, with their coordinates along and across it."""
        rows, cols = (
            slice(*np.clip([int((at - reach) / GSD), int((at + reach) / GSD) + 2], 0, self.size).tolist())
            for at in (spot.y, spot.x)
        )
        dy = ((np.arange(rows.start, rows.stop) + 0.5) * GSD - spot.y).astype(np.float32)[:, None]
        dx = ((np.arange(cols.start, cols.stop) + 0.5) * GSD - spot.x).astype(np.float32)[None, :]
        cos, sin = np.float32(np.cos(spot.angle)), np.float32(np.sin(spot.angle))
        return (rows, cols), dx * cos + dy * sin, dy * cos - dx * sin

    def paint(
        self,
        mask: Mask,
        color: ArrayLike,
        label: int,
        *,
        window: Window = EVERYWHERE,
        mottle: float = 0.05,
        grain: float = 0.03,
    ) -> None:
        """Give the pixels of a mask a colour, uneven by ``mottle`` and ``grain``, and a class.

        Args:
            mask: Which pixels of the window, (h, w).
            color: One colour (3,), or one for every pixel of the window (h, w, 3).
            label: The class.
            window: The part of the picture.
            mottle: Share by which the colour varies over metres.
            grain: Share by which it varies from pixel to pixel.
        """
        uneven = 1 + mottle * self.mottle[window] + grain * self.grain[window]
        self.albedo[window][mask] = (np.asarray(color, np.float32) * uneven[..., None])[mask]
        self.label[window][mask] = label

    def rectangle(self, spot: Spot, length: float, width: float, color: Color, label: int, **uneven: float) -> None:
        """Paint a rectangle around a spot on the ground; ``uneven`` goes to `paint`."""
        window, mask = self._rectangle(spot, length, width)
        self.paint(mask, color, label, window=window, **uneven)

    def box(self, spot: Spot, length: float, width: float, rise: float, color: Color) -> None:
        """Put a box (a chimney, an air conditioner) on top of what is there."""
        window, mask = self._rectangle(spot, length, width)
        if mask.any():
            self.height[window][mask] = self.height[window][mask].max() + rise
            self.albedo[window][mask] = color

    def _rectangle(self, spot: Spot, length: float, width: float) -> tuple[Window, Mask]:
        window, along, across = self.local(spot, np.hypot(length, width) / 2)
        return window, (np.abs(along) < length / 2) & (np.abs(across) < width / 2)

    def free(self, spot: Spot, radius: float) -> bool:
        """Whether nothing stands within ``radius`` of a spot that lies inside the picture."""
        row, col = int(spot.y / GSD), int(spot.x / GSD)
        if not (0 <= row < self.size and 0 <= col < self.size):
            return False
        window, along, across = self.local(spot, radius)
        return bool((self.height[window][np.hypot(along, across) < radius] < 1.0).all())

    def label_at(self, spot: Spot) -> int:
        """The class at a spot, or -1 outside."""
        row, col = int(spot.y // GSD), int(spot.x // GSD)
        inside = 0 <= row < self.size and 0 <= col < self.size
        return int(self.label[row, col]) if inside else -1
