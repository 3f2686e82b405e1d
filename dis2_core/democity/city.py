"""The city as a whole: drawn in memory, or written to files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray

from .blocks import USES
from .canvas import GSD, Canvas
from .fields import Floats, blurred
from .lake import fill_lake, plant_shore
from .light import photograph
from .streets import line_streets, pave_streets
from .town import Town

CRS = "EPSG:25832"
ORIGIN = (500_000.0, 5_400_000.0)  # of the upper left corner


@dataclass(frozen=True)
class City:
    """A drawn city.

    Attributes:
        rgb: Aerial photo, (3, size, size) uint8.
        ndsm: Height above ground in metres, (size, size) float32.
        labels: Class of every pixel, (size, size) uint8; see `classes`.
    """

    rgb: NDArray[np.uint8]
    ndsm: Floats
    labels: NDArray[np.uint8]


def make_city(folder: str | Path, size: int = 1024, seed: int = 0) -> dict[str, Path]:
    """Draw a city and write it as GeoTIFFs of 0.2 m in ``EPSG:25832``.

    Args:
        folder: Where the files go; made where it is missing.
        size: Height and width in pixels.
        seed: Which city; the same seed gives the same one.

    Returns:
        The paths of ``rgb``, ``ndsm`` and ``labels``.
    """
    city = draw_city(size, seed)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    layers: dict[str, NDArray[Any]] = {"rgb": city.rgb, "ndsm": city.ndsm[None], "labels": city.labels[None]}
    paths = {name: folder / f"{name}.tif" for name in layers}
    for name, path in paths.items():
        _write(path, layers[name])
    return paths


def draw_city(size: int = 1024, seed: int = 0) -> City:
    """Draw a city in memory.

    Args:
        size: Height and width in pixels of 0.2 m.
        seed: Which city; the same seed gives the same one.
    """
    canvas = Canvas(size, np.random.default_rng(seed))
    town = Town(canvas)
    for block in town.blocks:
        USES[block.use].ground(canvas, town, block)
    pave_streets(canvas, town)
    fill_lake(canvas, town)
    for block in town.blocks:
        USES[block.use].content(canvas, town, block)
    line_streets(canvas, town)
    plant_shore(canvas, town)
    return City(photograph(canvas), _survey(canvas), canvas.label)


def _survey(canvas: Canvas) -> Floats:
    """Heights as a laser scanner measures them: a little smooth, a little noisy."""
    heights = blurred(canvas.height, 1) + 0.03 * canvas.grain
    return np.maximum(heights, 0).astype(np.float32)


def _write(path: Path, values: NDArray[Any]) -> None:
    """Write (C, H, W) values with the city's place on the map."""
    count, height, width = values.shape
    transform = Affine(GSD, 0, ORIGIN[0], 0, -GSD, ORIGIN[1])
    profile = {"driver": "GTiff", "tiled": True, "compress": "deflate", "crs": CRS, "transform": transform}
    size = {"count": count, "height": height, "width": width, "dtype": values.dtype}
    with rasterio.open(path, "w", **profile, **size) as file:
        file.write(values)
