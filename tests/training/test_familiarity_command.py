"""``dis2-train familiarity`` lets a model that exists know its ground."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tiny_folder import DESCRIPTION, write_folder

from dis2_core import DIS2Config, ModelCard, load_model, save_model
from dis2_core.network import build_network
from dis2_training.commands import run


@pytest.fixture
def model(tmp_path: Path) -> Path:
    modalities, classes = DESCRIPTION.modalities, DESCRIPTION.classes
    network = {"form": "shared", "width": 8}
    card = ModelCard("tiny", modalities, classes, window=(32, 32), gsd=0.2, network=network)
    save_model(tmp_path / "m.safetensors", build_network(DIS2Config.from_card(card)), card)
    return tmp_path / "m.safetensors"


def test_the_model_stays_and_knows_its_ground(tmp_path: Path, model: Path) -> None:
    data, out = write_folder(tmp_path / "data"), tmp_path / "known.safetensors"
    assert run(["familiarity", "--model", str(model), "--data", str(data), "--out", str(out)]) == 0
    before, after = load_model(model), load_model(out)
    assert (before.card.familiarity, after.card.familiarity) == (0, 40)  # 2 tiles of 4 x 5 cells
    state = after.network.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in before.network.state_dict().items())


def test_a_split_without_data_is_named(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_folder(tmp_path / "data")
    arguments = ["familiarity", "--model", str(model), "--data", str(data), "--out", str(tmp_path / "o.safetensors")]
    assert run([*arguments, "--validation", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err
