from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_folder import DESCRIPTION, write_raster
from torch import Tensor

from dis2_core import DIS2, DIS2Config, Model, ModelCard, load_model
from dis2_core.contract.errors import InputError
from dis2_core.network import SegmentationNetwork
from dis2_training.data.dataset import FolderDataset
from dis2_training.data.windows import grid_windows
from dis2_training.methods.file import save_method
from dis2_training.methods.registry import build_network
from dis2_training.scoring.evaluation import evaluate, load_trained, publish, score_windows, table

CARD = ModelCard(
    name="oracle", modalities=DESCRIPTION.modalities, classes=DESCRIPTION.classes, window=(32, 32), gsd=0.2
)


class Thresholds(SegmentationNetwork):
    """Knows roofs by height, or grass by its colour; the card's statistics are 0 and 1."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = torch.nn.Parameter(torch.zeros(1))

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        maps = []
        if "rgb" in inputs:
            red, green, _ = inputs["rgb"].unbind(1)
            maps.append(torch.stack([green - red, red - green - 50, 40 - (red - green).abs()], dim=1))
        if "ndsm" in inputs:
            height = inputs["ndsm"][:, 0]
            maps.append(torch.stack([0 * height, 20 * (height - 4), 0 * height - 1], dim=1))
        return torch.stack(maps).mean(dim=0)


def test_scores_of_a_network_that_knows_the_classes(folder: Path) -> None:
    windows = grid_windows(FolderDataset(folder, "test").in_memory(), 32)
    scores = score_windows(Thresholds(), CARD, windows, batch_size=4)
    assert scores[("rgb", "ndsm")].miou > 0.99 and scores[("rgb",)].miou > 0.99
    ndsm = scores[("ndsm",)]
    assert ndsm.iou[1] > 0.99 and ndsm.iou[2] == 0  # grass and road are equally low
    assert [int(score.reference.sum()) for score in scores.values()] == [60 * 80] * 3


def test_whole_tiles_agree_with_windows_for_a_pointwise_network(folder: Path) -> None:
    dataset = FolderDataset(folder, "test")
    model = Model(CARD, Thresholds().eval())
    windows, maps = evaluate(model, dataset), evaluate(model, dataset, whole_tiles=True)
    for scenario, score in windows.items():
        assert maps[scenario].miou == pytest.approx(score.miou, abs=1e-6)


@pytest.mark.parametrize("whole_tiles", [False, True])
def test_a_label_that_is_no_class_is_one_clear_error(folder: Path, whole_tiles: bool) -> None:
    write_raster(folder / "test" / "labels" / "d.tif", np.full((1, 64, 80), 7, dtype=np.uint8))
    with pytest.raises(InputError, match="hold 7"):
        evaluate(Model(CARD, Thresholds().eval()), FolderDataset(folder, "test"), whole_tiles)


def test_a_model_for_other_data_is_refused(folder: Path) -> None:
    dataset = FolderDataset(folder, "test")
    other = replace(CARD, modalities=CARD.modalities[::-1])
    with pytest.raises(InputError, match="modalities"):
        evaluate(Model(other, Thresholds()), dataset)
    other = replace(CARD, classes=CARD.classes[:2])
    with pytest.raises(InputError, match="classes"):
        evaluate(Model(other, Thresholds()), dataset)


def test_the_table_names_rare_classes(folder: Path) -> None:
    tile = FolderDataset(folder, "test").in_memory()[0].sample
    windows = [tile.crop(0, 0, 32, 32)]
    network = DIS2(DIS2Config(classes=3, window=(32, 32), width=8)).eval()
    scores = score_windows(network, CARD, windows)
    few = scores[("rgb",)].few
    assert few and all(f"{name}" in table(scores) for name in few) and "(few)" in table(scores)


def trained(method: str, path: Path) -> Path:
    torch.manual_seed(0)
    config = DIS2Config(classes=3, window=(32, 32), width=8)
    card = replace(CARD, name=method, network=config.card_entries())
    save_method(path, method, build_network(method, config).eval(), card)
    return path


@pytest.mark.slow
def test_a_dis2_that_a_benchmark_has_written_becomes_a_model_file(folder: Path, tmp_path: Path) -> None:
    """The file predicts what the benchmark's does, but for half precision; its card has another name and scores."""
    model = load_trained(trained("dis2_no_kd", tmp_path / "run.safetensors"))
    scores = evaluate(model, FolderDataset(folder, "test"), whole_tiles=True)
    publish(model, tmp_path / "flood.safetensors", scores, "Note.", "flood")
    published = load_model(tmp_path / "flood.safetensors")
    assert (published.card.name, published.card.notes[:5]) == ("flood", "Note.")
    assert published.card.metrics["rgb+ndsm"]["miou"] == pytest.approx(scores[("rgb", "ndsm")].miou, abs=1e-4)
    inputs = {"rgb": torch.randn(1, 3, 32, 32), "ndsm": torch.randn(1, 1, 32, 32)}
    with torch.no_grad():
        torch.testing.assert_close(published.network(inputs), model.network(inputs), rtol=0, atol=5e-3)


@pytest.mark.parametrize("method", ["concat_dropout", "dis2_no_hf"])
def test_no_other_network_becomes_a_model_file(folder: Path, tmp_path: Path, method: str) -> None:
    model = load_trained(trained(method, tmp_path / "run.safetensors"))
    with pytest.raises(InputError, match="no DIS2"):
        publish(model, tmp_path / "out.safetensors", {})
    assert not (tmp_path / "out.safetensors").exists()
