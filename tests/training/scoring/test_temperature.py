"""The temperature of a scenario: found where it is known, and heeded wherever probabilities are made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_folder import DESCRIPTION, write_folder

from dis2_core import DIS2Config, Model, ModelCard, load_model, save_model
from dis2_core.contract.card import MAX_TEMPERATURE
from dis2_core.network import build_network
from dis2_training.commands import run
from dis2_training.data.dataset import FolderDataset
from dis2_training.data.sample import IGNORE, Sample, normalise, stack
from dis2_training.data.windows import grid_windows
from dis2_training.scoring.symmetric import Symmetric
from dis2_training.scoring.temperature import fitted_temperatures, temperature
from dis2_training.scoring.tile_prediction import TilePredictor


@pytest.fixture
def model() -> Model:
    torch.manual_seed(3)
    network = {"form": "shared", "width": 8}
    card = ModelCard("tiny", DESCRIPTION.modalities, DESCRIPTION.classes, window=(32, 32), gsd=0.2, network=network)
    return Model(card, build_network(DIS2Config.from_card(card)).eval())


def test_labels_drawn_at_a_temperature_have_that_temperature() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = 4 * torch.randn(40_000, 5, generator=generator)
    for truth in (0.5, 1.0, 2.5):
        labels = torch.multinomial((logits / truth).softmax(dim=1), 1, generator=generator)[:, 0]
        assert temperature(logits, labels) == pytest.approx(truth, rel=0.03)


def test_it_stays_within_what_a_card_takes() -> None:
    logits = torch.tensor([[5.0, 0.0]]).repeat(10, 1)
    assert temperature(logits, torch.ones(10, dtype=torch.int64)) == pytest.approx(MAX_TEMPERATURE, rel=1e-3)
    assert temperature(logits, torch.zeros(10, dtype=torch.int64)) == pytest.approx(0.05, rel=1e-3)


@torch.no_grad()
def half_right(model: Model, windows: list[Sample]) -> list[Sample]:
    """The windows with labels of which the network, given all, has every second row right."""
    relabelled = []
    for window in windows:
        found = model.network(normalise(stack([window]), model.card.modalities)).argmax(dim=1)[0]
        found[::2] = window.labels[::2]
        relabelled.append(replace(window, labels=found))
    return relabelled


def test_a_network_three_times_as_sure_has_three_times_the_temperature(tmp_path: Path, model: Model) -> None:
    torch.nn.init.normal_(model.network.classify.weight, std=0.5)
    windows = half_right(model, grid_windows(FolderDataset(write_folder(tmp_path), "train").in_memory(), 32))
    before = fitted_temperatures(model.network, model.card, windows)
    assert set(before) == {"rgb+ndsm", "rgb", "ndsm"}
    with torch.no_grad():
        model.network.classify.weight.mul_(3)
        model.network.classify.bias.mul_(3)
    after = fitted_temperatures(model.network, model.card, windows)
    assert before["rgb+ndsm"] < MAX_TEMPERATURE / 3
    assert after["rgb+ndsm"] == pytest.approx(3 * before["rgb+ndsm"], rel=0.01)


def test_few_labels_say_nothing(tmp_path: Path, model: Model) -> None:
    windows = grid_windows(FolderDataset(write_folder(tmp_path), "train").in_memory(), 32)[:1]
    windows[0].labels[1:] = IGNORE
    assert fitted_temperatures(model.network, model.card, windows) == {}


def test_maps_heed_it_and_keep_their_classes(tmp_path: Path, model: Model) -> None:
    tile = FolderDataset(write_folder(tmp_path), "test").in_memory()[0].sample.crop(0, 0, 32, 32)
    cooler = replace(model.card, temperatures={"rgb": 0.25})
    for scenario in (("rgb",), ("rgb", "ndsm")):
        plain, sure = (TilePredictor(model.network, card).predict(tile, scenario) for card in (model.card, cooler))
        expected = plain.probabilities.log().div(cooler.temperature(scenario)).softmax(dim=0)
        torch.testing.assert_close(sure.probabilities, expected)
        assert torch.equal(sure.classes, plain.classes)


def test_every_view_of_a_window_heeds_it(tmp_path: Path, model: Model) -> None:
    card = replace(model.card, temperatures={"rgb": 0.25})
    inputs = {"rgb": torch.randn(1, 3, 32, 32)}
    views = [Symmetric(model.network, card).symmetries]
    found = Symmetric(model.network, card)(inputs).softmax(dim=1)
    answers = [one.back((model.network({"rgb": one.there(inputs["rgb"])}) / 0.25).softmax(dim=1)) for one in views[0]]
    torch.testing.assert_close(found, torch.stack(answers).mean(dim=0))


def test_the_command_writes_a_model_that_knows_it(tmp_path: Path, model: Model) -> None:
    data, path, out = write_folder(tmp_path / "data"), tmp_path / "m.safetensors", tmp_path / "c.safetensors"
    save_model(path, model.network, model.card)
    assert run(["calibrate", "--model", str(path), "--data", str(data), "--out", str(out)]) == 0
    assert set(load_model(out).card.temperatures) == {"rgb+ndsm", "rgb", "ndsm"}
    state = load_model(out).network.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in load_model(path).network.state_dict().items())
