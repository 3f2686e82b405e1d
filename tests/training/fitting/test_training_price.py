"""A training whose windows do not fit into memory is refused with the numbers, and pricing changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_run import tiny_recipe
from torch import Tensor, nn

from dis2_core import DIS2Config, ModelCard
from dis2_core.contract.errors import ResourceError
from dis2_core.run.machine import memory
from dis2_training.fitting.fit import fit
from dis2_training.fitting.ground import Ground
from dis2_training.fitting.preparation import build_card
from dis2_training.fitting.price import BATCH, _kept_bytes, require_room
from dis2_training.methods.registry import build


class Squares(nn.Module):
    """Keeps for its backward pass what can be counted: the float32 input of each of two squares."""

    draws_full = True

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, inputs: dict[str, Tensor], *_: object) -> dict[str, Tensor]:
        first = next(iter(inputs.values()))[:, :1] + self.weight
        return {"total": first.square().square().sum()}


def _card(recipe) -> ModelCard:
    return build_card(recipe, Ground.of_folder(recipe).description)


def test_what_is_kept_is_counted(folder: Path) -> None:
    recipe = tiny_recipe(folder)
    for side in (16, 32):
        assert _kept_bytes(Squares(), _card(recipe), recipe, side) == 2 * 4 * BATCH * side**2


def test_pricing_leaves_weights_and_chance_alone(folder: Path) -> None:
    recipe = tiny_recipe(folder)
    card = _card(recipe)
    objective = build(recipe.method, DIS2Config.from_card(card), recipe.cross_entropy)
    before = {name: value.clone() for name, value in objective.state_dict().items()}
    chance = torch.get_rng_state()
    require_room(objective, card, recipe, 4)
    assert torch.equal(chance, torch.get_rng_state())
    assert all(torch.equal(value, before[name]) for name, value in objective.state_dict().items())


def test_a_batch_of_windows_that_does_not_fit_is_refused(folder: Path, tmp_path: Path) -> None:
    recipe = tiny_recipe(folder)
    schedule = replace(recipe.schedule, batch_size=1024)
    recipe = replace(recipe, model=replace(recipe.model, window=4096), schedule=schedule)
    refused = r"would take about [\d,]+ MB of memory; the machine has [\d,]+ MB"
    with pytest.raises(ResourceError, match=refused) as caught:
        fit(recipe, tmp_path / "run")
    assert "window (now 4096 pixels)" in caught.value.hint and "batch (now 1024 windows)" in caught.value.hint
    assert not (tmp_path / "run" / "model.safetensors").exists()


def test_what_little_memory_holds_is_trained(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = tiny_recipe(folder)
    card = _card(recipe)
    objective = build(recipe.method, DIS2Config.from_card(card), recipe.cross_entropy)
    kept = _kept_bytes(objective, card, recipe, 32) // BATCH
    weights = 5 * 4 * sum(weight.numel() for weight in objective.parameters())
    monkeypatch.setattr(memory, "available_memory", lambda: weights + 8 * kept)
    require_room(objective, card, recipe, 8)
    with pytest.raises(ResourceError):
        require_room(objective, card, recipe, 9)
