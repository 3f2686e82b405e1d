"""The city as a whole, drawn in memory."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .blocks import USES
from .canvas import GSD, Canvas
from .fields import Floats, blurred
from .lake import fill_lake, plant_shore
from .light import photograph
from .streets import line_streets, pave_streets
from .terrain import TERRAIN_GSD, Terrain
from .town import Town


@dataclass(frozen=True)
class City:
    """A drawn city.

    Attributes:
        rgb: Aerial photo, (3, size, size) uint8.
        ndsm: Height above ground in metres, (size, size) float32.
        labels: Class of every pixel, (size, size) uint8; see `classes`.
        dsm: Height above the sea of what is seen from above, in metres, (size, size) float32.
        dtm: Height above the sea of the bare ground, in metres, in pixels of 1 m, float32.
    """

    rgb: NDArray[np.uint8]
    ndsm: Floats
    labels: NDArray[np.uint8]
    dsm: Floats
    dtm: Floats


def _nobody(done: float) -> None:
    """Hears how far the drawing is."""


def draw_city(size: int = 1024, seed: int = 0, watch: Callable[[float], None] = _nobody) -> City:
    """Draw a city in memory.

    Args:
        size: Height and width in pixels of 0.2 m.
        seed: Which city; the same seed gives the same one.
        watch: Is told now and then which share is done; what it raises stops the drawing.
    """
    canvas = Canvas(size, np.random.default_rng(seed))
    watch(0.05)
    town = Town(canvas)
    for block in town.blocks:
        USES[block.use].ground(canvas, town, block)
    watch(0.15)
    pave_streets(canvas, town)
    fill_lake(canvas, town)
    for number, block in enumerate(town.blocks):
        watch(0.2 + 0.5 * number / len(town.blocks))
        USES[block.use].content(canvas, town, block)
    line_streets(canvas, town)
    plant_shore(canvas, town)
    watch(0.75)
    ndsm, terrain = _survey(canvas), Terrain(town, seed)
    dsm = terrain.surface(size) + ndsm
    dtm = terrain.surface(math.ceil(size * GSD / TERRAIN_GSD), TERRAIN_GSD)
    watch(0.85)
    return City(photograph(canvas), ndsm, canvas.label, dsm, dtm)


def _survey(canvas: Canvas) -> Floats:
    """Heights as a laser scanner measures them: a little smooth, a little noisy."""
    heights = blurred(canvas.height, 1) + 0.03 * canvas.grain
    return np.maximum(heights, 0).astype(np.float32)
