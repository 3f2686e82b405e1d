"""The familiarity of a whole run: what the model says of the window, in the raster, in the result, in a warning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from tiny_models import save_tiny_model

from dis2_core.contract.errors import InputError
from dis2_core.models.file import Model, load_model
from dis2_core.prediction.segment import segment

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


def test_a_model_that_knows_no_ground_says_so(scene: Scene, model: Model, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not know what its training ground looks like"):
        segment(scene(), model, output=tmp_path / "c.tif", familiarity=tmp_path / "f.tif", device="cpu")
    result = segment(scene(), model, output=tmp_path / "c.tif", device="cpu")
    assert result.unfamiliar is None and not list(tmp_path.glob("f.tif"))
