"""What the tests of a region share: its rasters and model, and what one process makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from regions import HEIGHT, QUICK, WIDTH, Read, Region
from tiny_models import save_tiny_model


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A quick model, and the rasters of a place with holes, a lake of nothing, and specks where units meet."""
    folder = tmp_path_factory.mktemp("place")
    generator = np.random.default_rng(11)
    rgb = generator.integers(1, 256, (3, HEIGHT, WIDTH), dtype=np.uint8)
    ndsm = generator.uniform(0, 20, (1, HEIGHT, WIDTH)).astype(np.float32)
    ndsm[:, 450:600][:, generator.random((150, WIDTH)) < 0.001] = -9999
    ndsm[:, :700, :600] = -9999
    rgb[:, 300:650, 400:1200] = 0
    paths = {}
    for name, values, nodata in (("rgb", rgb, 0), ("ndsm", ndsm, -9999)):
        paths[name] = str(folder / f"{name}.tif")
        profile = {"driver": "GTiff", "count": len(values), "height": HEIGHT, "width": WIDTH, "dtype": values.dtype}
        where = {"crs": "EPSG:32632", "transform": Affine(1, 0, 400_000, 0, -1, 5_000_000)}
        with rasterio.open(paths[name], "w", **profile, **where, nodata=nodata, tiled=True) as file:
            file.write(values)
    return save_tiny_model(folder / "tiny.safetensors", **QUICK), paths


@pytest.fixture
def region(place: tuple[Path, dict[str, str]], tmp_path: Path) -> Region:
    model, inputs = place
    return Region(model, inputs, tmp_path / "run")


@pytest.fixture(scope="session")
def finished(place: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Region:
    """A region that one process has made."""
    model, inputs = place
    done = Region(model, inputs, tmp_path_factory.mktemp("finished") / "run")
    done.plan()
    done.work()
    return done


@pytest.fixture(scope="session")
def read() -> Read:
    """All bands of a raster."""

    def values(path: Path | str) -> np.ndarray:
        with rasterio.open(path) as file:
            return file.read()

    return values
