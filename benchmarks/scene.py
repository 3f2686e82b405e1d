"""The rasters that benchmarks run over: a generated city, mirrored and repeated to any size.

Drawing a city costs more than segmenting it, so a small one is drawn once. Where it meets itself there is
no edge, since neighbours are mirrored.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.transform import from_origin
from rasterio.windows import Window

from dis2_core.democity import draw_city

SIDE = 512  # pixels of the city that is drawn
GSD = 0.2  # metres
HOLE = (96, 160)  # rows and columns without heights in every SIDE x SIDE pixels, where holes are wanted
NO_HEIGHT = -9999.0


def make_scene(folder: Path, rows: int, columns: int, *, coarser: float = 1.0, holes: bool = False) -> dict[str, Path]:
    """Write ``rgb.tif`` (uint8) and ``ndsm.tif`` (float32) in tiles of 512 pixels, deflated.

    Args:
        folder: Where to; it exists.
        rows: Of the photo, of 0.2 m.
        columns: Likewise.
        coarser: How many times larger the pixels of the heights are; 1: those of the photo.
        holes: Whether heights are missing here and there.

    Returns:
        The paths by modality.
    """
    city = draw_city(SIDE)
    heights = city.ndsm[None].copy()
    if holes:
        heights[:, -HOLE[0] :, -HOLE[1] :] = NO_HEIGHT
    size = round(rows / coarser), round(columns / coarser)
    return {
        "rgb": _write(folder / "rgb.tif", city.rgb, (rows, columns), GSD),
        "ndsm": _write(folder / "ndsm.tif", heights, size, GSD * coarser, nodata=NO_HEIGHT if holes else None),
    }


def _write(path: Path, pixels: npt.NDArray[Any], size: tuple[int, int], gsd: float, **profile: Any) -> Path:
    """Write (C, H, W) pixels over and over, a row of repetitions at a time."""
    rows, columns = size
    pair = np.concatenate([pixels, pixels[:, :, ::-1]], axis=2)
    across = np.tile(pair, (1, 1, -(-columns // pair.shape[2])))[:, :, :columns]
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=rows,
        width=columns,
        count=len(pixels),
        dtype=pixels.dtype,
        crs="EPSG:25832",
        transform=from_origin(500_000, 5_400_000, gsd, gsd),
        tiled=True,
        blockxsize=SIDE,
        blockysize=SIDE,
        compress="deflate",
        zlevel=1,
        bigtiff="if_safer",
        **profile,
    ) as file:
        for number, top in enumerate(range(0, rows, SIDE)):
            strip = (across if number % 2 == 0 else across[:, ::-1])[:, : rows - top]
            file.write(strip, window=Window(0, top, columns, strip.shape[1]))
    return path
