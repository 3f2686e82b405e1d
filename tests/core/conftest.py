"""What the tests of prediction share: a pointwise network, its model, and a writer of GeoTIFFs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine
from hypothesis import settings
from pointwise import Pointwise
from tiny_models import tiny_card

from dis2_core.contract.card import ModelCard
from dis2_core.models.file import Model

settings.register_profile("dis2", deadline=None)  # a busy machine is no failure
settings.load_profile("dis2")


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def card() -> ModelCard:
    return tiny_card()


@pytest.fixture
def model(card: ModelCard) -> Model:
    return Model(card, Pointwise(card).eval(), sha256="ab" * 32)


WriteRaster = Callable[..., str]


@pytest.fixture
def write_raster(tmp_path: Path) -> WriteRaster:
    """Write an array (bands, rows, columns) as a GeoTIFF of 1 m pixels and return its path."""

    def write(name: str, values: np.ndarray, *, crs: str | None = "EPSG:32632", **profile: object) -> str:
        path = tmp_path / name
        bands, height, width = values.shape
        transform = Affine(1, 0, 400_000, 0, -1, 5_000_000)
        options = {
            "driver": "GTiff",
            "count": bands,
            "height": height,
            "width": width,
            "dtype": values.dtype,
            "crs": crs,
            "transform": transform if crs else Affine.identity(),
        }
        with rasterio.open(path, "w", **{**options, **profile}) as file:
            file.write(values)
        return str(path)

    return write


@pytest.fixture
def scene(write_raster: WriteRaster) -> Callable[..., dict[str, str]]:
    """Write an rgb and an ndsm raster of random values and return their paths by name."""

    def write(height: int = 50, width: int = 70, hole: bool = False) -> dict[str, str]:
        generator = np.random.default_rng(3)
        rgb = generator.integers(1, 256, (3, height, width), dtype=np.uint8)
        ndsm = generator.uniform(0, 20, (1, height, width)).astype(np.float32)
        if hole:
            ndsm[:, height // 2 :, width // 2 :] = -9999
        return {
            "rgb": write_raster("rgb.tif", rgb),
            "ndsm": write_raster("ndsm.tif", ndsm, nodata=-9999),
        }

    return write
