"""The familiarity of a whole run: what the model says of the window, in the raster, in the result, in a warning."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from hypothesis import given
from hypothesis import strategies as st
from rasterio.warp import transform_geom
from tiny_models import save_tiny_model

from dis2_core.contract.errors import InputError
from dis2_core.models.file import Model, load_model
from dis2_core.network.familiarity import UNUSUAL
from dis2_core.prediction.ground import beside
from dis2_core.prediction.segment import segment
from dis2_core.rasters.grid import WindowPlan

Scene = Callable[..., dict[str, str]]


@pytest.fixture
def familiar(tmp_path: Path) -> Model:
    return load_model(save_tiny_model(tmp_path / "familiar.safetensors", familiar=True))


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        values: np.ndarray = file.read(1)
    return values


def test_the_map_is_that_of_a_model_without(scene: Scene, familiar: Model, model: Model, tmp_path: Path) -> None:
    for one, name in ((familiar, "with"), (Model(familiar.card, familiar.network), "without")):
        segment(scene(hole=True), one, output=tmp_path / f"{name}.tif", device="cpu")
    assert np.array_equal(read(tmp_path / "with.tif"), read(tmp_path / "without.tif"))


def test_a_window_is_as_familiar_as_it_is_alone(
    write_raster: Callable[..., str], familiar: Model, tmp_path: Path
) -> None:
    heights = np.linspace(0, 60, 32 * 32, dtype=np.float32).reshape(1, 32, 32)
    path = write_raster("one_window.tif", heights)
    target = tmp_path / "f.tif"
    result = segment({"ndsm": path}, familiar, output=tmp_path / "c.tif", familiarity=target, device="cpu")
    assert familiar.familiarity is not None
    windows = {"ndsm": torch.from_numpy((heights[None] - 3) / 5)}  # by the card
    alone = familiar.familiarity(windows, {"ndsm": torch.ones(1, 32, 32, dtype=torch.bool)})[0]
    assert np.abs(read(target) - 100 * alone.numpy()).max() <= 0.5
    assert alone.min() > 0 and len(alone.unique()) > 1
    assert result.unfamiliar == 0


def test_ground_unlike_that_of_training_is_told(scene: Scene, familiar: Model, tmp_path: Path) -> None:
    for ground in familiar.familiarity.known.values():  # type: ignore[union-attr]
        ground.distances.mul_(1e-3)
    result = segment(scene(), familiar, output=tmp_path / "c.tif", device="cpu")
    assert result.unfamiliar == 1
    text = "100% of the map lies on ground that looks unlike what tiny was trained on"
    assert any(text in warning for warning in result.warnings)


@given(size=st.integers(1, 300), window=st.integers(1, 40), overlap=st.sampled_from([0.0, 0.25, 0.5, 0.75]))
def test_windows_beside_each_other_leave_no_gap_as_wide_as_a_window(size: int, window: int, overlap: float) -> None:
    starts = WindowPlan(size, size, (window, window), overlap).rows
    found = list(beside(starts, window))
    assert found[0] == starts[0] and set(found) <= set(starts)
    assert all(window <= after - before < 2 * window for before, after in pairwise(found))
    assert starts[-1] - found[-1] < window


def test_the_share_is_that_of_the_ground_which_counts(
    write_raster: Callable[..., str], familiar: Model, tmp_path: Path
) -> None:
    """What the raster shows, and within an area of interest what it shows there."""
    heights = np.random.default_rng(0).normal(3, 5, (1, 96, 160)).astype(np.float32)
    heights[..., 80:] += 85
    paths, target = {"ndsm": write_raster("ndsm.tif", heights)}, tmp_path / "f.tif"
    whole = segment(paths, familiar, output=tmp_path / "c.tif", familiarity=target, device="cpu", overlap=0.0)
    unlike = read(target) < 100 * UNUSUAL
    assert whole.unfamiliar is not None and 0.3 < whole.unfamiliar < 0.7
    assert whole.unfamiliar == pytest.approx(np.mean(unlike), abs=0.03)
    with rasterio.open(target) as file:
        left, bottom, right, top = file.bounds
    half = left + (right - left) * 0.55
    ring = [[left, bottom], [half, bottom], [half, top], [left, top], [left, bottom]]
    area = tmp_path / "area.geojson"
    polygon = transform_geom("EPSG:32632", "EPSG:4326", {"type": "Polygon", "coordinates": [ring]})
    area.write_text(json.dumps(polygon))
    part = segment(paths, familiar, output=tmp_path / "p.tif", aoi=area, device="cpu", overlap=0.0)
    inside = read(tmp_path / "p.tif") != 255
    assert part.unfamiliar == pytest.approx(np.mean(unlike[:, : inside.shape[1]][inside]), abs=0.03)


def test_a_model_that_knows_no_ground_says_so(scene: Scene, model: Model, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not know what its training ground looks like"):
        segment(scene(), model, output=tmp_path / "c.tif", familiarity=tmp_path / "f.tif", device="cpu")
    result = segment(scene(), model, output=tmp_path / "c.tif", device="cpu")
    assert result.unfamiliar is None and not list(tmp_path.glob("f.tif"))
