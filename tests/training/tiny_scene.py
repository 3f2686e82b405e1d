"""A tiny scene in which both rasters tell three classes apart: photo, coarser heights, labels of both kinds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio
from affine import Affine

from dis2_core.contract.other_jobs import ClassValue, Reference, TrainJob
from dis2_core.contract.segment_job import Source

SIDE, BLOCK = 192, 16  # pixels
GSD = 0.5
CRS = "EPSG:2154"
LEFT, TOP = 900_000.0, 6_500_000.0
COLOURS = np.array([[60, 160, 50], [180, 60, 60], [120, 120, 120]], dtype=np.float32)
HEIGHTS = np.array([0.5, 8.0, 0.0], dtype=np.float32)
VALUES = tuple(ClassValue(str(code), name, f"#{code}0a0f0") for code, name in enumerate(("grass", "roof", "road")))


def write(path: Path, pixels: np.ndarray, pixel: float = GSD, **profile: object) -> Path:
    """Write (C, H, W) pixels of ``pixel`` metres."""
    bands, height, width = pixels.shape
    place = {"crs": CRS, "transform": Affine(pixel, 0, LEFT, 0, -pixel, TOP)}
    options = {"driver": "GTiff", "count": bands, "height": height, "width": width, "dtype": pixels.dtype}
    with rasterio.open(path, "w", **{**options, **place, **profile}) as raster:
        raster.write(pixels)
    return path


def draw_blocks(seed: int = 0) -> np.ndarray:
    """Classes of the blocks: (12, 12)."""
    return np.random.default_rng(seed).integers(0, 3, (SIDE // BLOCK, SIDE // BLOCK))


def draw_labels(seed: int = 0) -> np.ndarray:
    """Classes of the pixels: (SIDE, SIDE) uint8."""
    return np.kron(draw_blocks(seed), np.ones((BLOCK, BLOCK), dtype=int)).astype(np.uint8)


def write_polygons(path: Path, blocks: np.ndarray) -> Path:
    """Write the blocks as polygons with the field ``kind``, in the scene's CRS named the old way."""
    side = BLOCK * GSD
    features = []
    for (row, col), code in np.ndenumerate(blocks):
        left, top = LEFT + col * side, TOP - row * side
        ring = [[left, top], [left + side, top], [left + side, top - side], [left, top - side], [left, top]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"kind": int(code)}, "geometry": geometry})
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{CRS.replace(':', '::')}"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8")
    return path


def write_scene(folder: Path) -> Path:
    """Write ``rgb.tif``, ``ndsm.tif`` (1 m), ``labels.tif`` and ``labels.geojson``."""
    rng = np.random.default_rng(1)
    labels = draw_labels()
    rgb = COLOURS[labels].transpose(2, 0, 1) + rng.normal(0, 5, (3, SIDE, SIDE))
    coarse = labels[::2, ::2]
    ndsm = HEIGHTS[coarse] + rng.normal(0, 0.2, coarse.shape)
    write(folder / "rgb.tif", rgb.clip(0, 255).astype(np.uint8))
    write(folder / "ndsm.tif", ndsm[None].astype(np.float32), 2 * GSD, nodata=-9999)
    write(folder / "labels.tif", labels[None])
    write_polygons(folder / "labels.geojson", draw_blocks())
    return folder


def tiny_job(folder: Path, **changes: object) -> TrainJob:
    """A run of seconds."""
    job = TrainJob(
        inputs={"optical": Source(str(folder / "rgb.tif")), "elevation": Source(str(folder / "ndsm.tif"))},
        labels=Reference(str(folder / "labels.tif"), values=VALUES),
        outputs={"model": str(folder / "model.safetensors")},
        window=32,
        width=8,
        steps=4,
        batch_size=2,
        device="cpu",
        threads=1,
    )
    return replace(job, **changes)
