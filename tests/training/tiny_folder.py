"""A tiny folder data set in which both modalities tell the three classes apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import from_origin

from dis2_core.contract.card import Band, LandClass, Modality
from dis2_training.data.description import Description

DESCRIPTION = Description(
    modalities=(
        Modality(
            "rgb",
            "optical",
            "optical",
            tuple(Band(name, 0.0, 1.0, 0.0, 255.0) for name in ("red", "green", "blue")),
        ),
        Modality("ndsm", "elevation", "elevation", (Band("height", 0.0, 1.0, -5.0, 120.0, unit="m"),)),
    ),
    classes=(LandClass("grass", "#55ff00"), LandClass("roof", "#db0e9a"), LandClass("road", "#f80c00")),
    gsd=0.2,
    attribution="made up",
)
COLOURS = np.array([[60, 160, 50], [180, 60, 60], [120, 120, 120]], dtype=np.float32)
HEIGHTS = np.array([0.5, 8.0, 0.0], dtype=np.float32)


def write_raster(path: Path, pixels: np.ndarray, **profile: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    bands, height, width = pixels.shape
    grid = {"crs": "EPSG:2154", "transform": from_origin(900_000, 6_500_000, 0.2, 0.2)}
    with rasterio.open(
        path, "w", driver="GTiff", count=bands, height=height, width=width, dtype=pixels.dtype, **grid, **profile
    ) as raster:
        raster.write(pixels)


def write_tile(folder: Path, split: str, name: str, seed: int, size: tuple[int, int] = (64, 80)) -> None:
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 3, (size[0] // 16, size[1] // 16))
    labels = np.kron(blocks, np.ones((16, 16), dtype=int)).astype(np.uint8)
    rgb = COLOURS[labels].transpose(2, 0, 1) + rng.normal(0, 5, (3, *size))
    ndsm = HEIGHTS[labels][None] + rng.normal(0, 0.2, (1, *size)).astype(np.float32)
    labels[:4] = 255
    write_raster(folder / split / "rgb" / f"{name}.tif", rgb.clip(0, 255).astype(np.uint8))
    write_raster(folder / split / "ndsm" / f"{name}.tif", ndsm.astype(np.float32), nodata=-9999)
    write_raster(folder / split / "labels" / f"{name}.tif", labels[None])


def write_folder(root: Path) -> Path:
    """Write two training tiles and one tile each for validation and test."""
    splits = [("train", "a"), ("train", "b"), ("validation", "c"), ("test", "d")]
    for seed, (split, name) in enumerate(splits):
        write_tile(root, split, name, seed)
    DESCRIPTION.write(root)
    return root
