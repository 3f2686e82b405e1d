"""Long runs against the promises: ``make faults``. ``FAULTS_ROUNDS`` and ``FAULTS_SEED`` say how many, and which."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine

sys.path.insert(0, str(Path(__file__).parents[1] / "core"))

from tiny_models import save_tiny_model

import dis2_core.cli

ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "24"))
SEED = int(os.environ.get("FAULTS_SEED", "0"))

assert dis2_core.cli


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``round_`` runs so often."""
    if "round_" in metafunc.fixturenames:
        metafunc.parametrize("round_", range(ROUNDS))


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers of the test and the seed."""
    return np.random.default_rng([SEED, *request.node.nodeid.encode()])


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model and its rasters; everything that a fork needs is imported."""
    torch.set_num_threads(1)
    import jinja2  # noqa: F401
    import matplotlib.pyplot  # noqa: F401

    import dis2_core.evaluation.evaluate
    import dis2_core.heights.ndsm
    import dis2_core.whatif.whatif  # noqa: F401

    folder = tmp_path_factory.mktemp("scene")
    save_tiny_model(folder / "tiny.safetensors")
    generator = np.random.default_rng(3)
    rasters = {
        "rgb": generator.integers(1, 256, (3, 50, 70), dtype=np.uint8),
        "ndsm": generator.uniform(0, 20, (1, 50, 70)).astype(np.float32),
        "labels": generator.integers(0, 2, (1, 50, 70), dtype=np.uint8),
    }
    for name, values in rasters.items():
        bands, height, width = values.shape
        place = {"crs": "EPSG:32632", "transform": Affine(1, 0, 400_000, 0, -1, 5_000_000)}
        shape = {"count": bands, "height": height, "width": width, "dtype": values.dtype}
        with rasterio.open(folder / f"{name}.tif", "w", driver="GTiff", **shape, **place) as file:
            file.write(values)
    return folder
