"""Oracle: the maps that ``dis2_core.segment`` makes of the same pixels in files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from tiny_folder import DESCRIPTION

import dis2_core
from dis2_core import DIS2, DIS2Config, Model, ModelCard
from dis2_core.contract.card import NODATA, scenario_name
from dis2_training.data.dataset import FolderDataset
from dis2_training.data.tiles import MemoryTile
from dis2_training.scoring.tile_prediction import TilePredictor

CONFIG = DIS2Config(classes=3, window=(32, 32), width=8)


@pytest.fixture
def model() -> Model:
    torch.manual_seed(3)
    card = ModelCard(
        name="tiny",
        modalities=DESCRIPTION.modalities,
        classes=DESCRIPTION.classes,
        window=(32, 32),
        gsd=DESCRIPTION.gsd,
        network=CONFIG.card_entries(),
    )
    return Model(card, DIS2(CONFIG).eval())


def with_holes(tile: MemoryTile) -> MemoryTile:
    """A hole as large as a window, a speck, and a border without heights."""
    sample = tile.sample
    valid = {name: mask.clone() for name, mask in sample.valid.items()}
    valid["ndsm"][10:50, 20:60] = False
    valid["ndsm"][60:62, 70:73] = False
    valid["rgb"][:, :9] = False
    valid["ndsm"][:5, :20] = False
    return MemoryTile(tile.name, replace(sample, valid=valid), tile.grid)


def test_an_answer_that_is_no_number_is_no_class(folder: Path, model: Model) -> None:
    sample = FolderDataset(folder, "test").in_memory()[0].sample
    with torch.no_grad():
        for parameter in model.network.parameters():
            parameter.fill_(torch.nan)
    found = TilePredictor(model.network, model.card).predict(sample, ("rgb",))
    assert not found.covered.any() and (found.classes == NODATA).all() and (found.probabilities == 0).all()


@pytest.mark.slow
@pytest.mark.parametrize("overlap", [0.0, 0.5])
def test_a_tile_in_memory_gets_the_map_of_its_files(folder: Path, tmp_path: Path, model: Model, overlap: float) -> None:
    tile = with_holes(FolderDataset(folder, "test").in_memory()[0])
    rasters = tile.rasters(tmp_path / "rasters")
    predictor = TilePredictor(model.network, model.card, overlap)
    for scenario in model.card.scenarios():
        found = predictor.predict(tile.sample, scenario)
        classes, probabilities = (tmp_path / f"{scenario_name(scenario)}_{kind}.tif" for kind in ("map", "p"))
        dis2_core.segment(
            {name: rasters[name] for name in scenario},
            model,
            output=classes,
            probabilities=probabilities,
            overlap=overlap,
            device="cpu",
            precision="fp32",
        )
        with rasterio.open(classes) as raster:
            assert np.array_equal(raster.read(1), found.classes.numpy())
        with rasterio.open(probabilities) as raster:
            stored = raster.read()
        inside = found.covered.numpy()
        assert np.abs(stored[:, inside] / 250 - found.probabilities.numpy()[:, inside]).max() <= 0.5 / 250 + 1e-5
        assert 0 < inside.mean() <= 1
    assert set(np.unique(found.classes)) >= {255}  # the last scenario has holes


def test_a_tile_smaller_than_the_window_is_mapped_whole(folder: Path, model: Model) -> None:
    tile = FolderDataset(folder, "test").in_memory()[0].read(0, 0, 20, 24)
    found = TilePredictor(model.network, model.card).predict(tile, ("rgb", "ndsm"))
    assert found.classes.shape == (20, 24) and found.covered.all()
    assert torch.allclose(found.probabilities.sum(dim=0), torch.ones(20, 24), atol=1e-5)
