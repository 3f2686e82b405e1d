"""Encoders with a rate of their own, and runs that begin with what others have learned."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from baseline_tester import tiny_card
from tiny_run import assert_same_run, cancel_after, tiny_recipe

from dis2_core import DIS2Config, load_model
from dis2_core.contract.errors import Cancelled, InputError
from dis2_core.network.encoder import build_encoders
from dis2_training.commands import read_recipe
from dis2_training.fitting.fit import fit
from dis2_training.fitting.preparation import build_optimizer
from dis2_training.fitting.recipe import OptimizerRecipe, ScheduleRecipe
from dis2_training.methods.registry import build
from dis2_training.start.encoder_file import Encoders, save_encoders


@pytest.mark.parametrize("encoder", ["dis2", "efficientnet_lite0"])
@pytest.mark.parametrize("method", ["dis2", "dis2_shared", "concat"])
def test_a_factor_reaches_encoders_alone_and_adapters_learn(method: str, encoder: str) -> None:
    config = replace(DIS2Config.from_card(tiny_card()), encoder=encoder)
    objective = build(method, config)
    optimizer = build_optimizer(objective, OptimizerRecipe(encoder_rate=0.2))
    rates = {weight: group.get("rate", 1.0) for group in optimizer.param_groups for weight in group["params"]}
    assert len(rates) == len(list(objective.parameters()))
    for name, weight in objective.named_parameters():
        inside = name.split(".")[1] in ("encoders", "compensatory") and ".adapters." not in name
        assert rates[weight] == (0.2 if inside else 1.0), name
    build_optimizer(objective, OptimizerRecipe(encoder_rate=0.0))
    frozen = {name for name, weight in objective.named_parameters() if not weight.requires_grad}
    assert frozen == {name for name, weight in objective.named_parameters() if rates[weight] == 0.2}


def test_without_a_factor_nothing_changes() -> None:
    objective = build("dis2_shared", DIS2Config.from_card(tiny_card()))
    groups = build_optimizer(objective, OptimizerRecipe()).param_groups
    assert len(groups) == 2 and not any("rate" in group for group in groups)


@pytest.mark.slow
def test_a_step_moves_encoders_by_the_factor(folder: Path, tmp_path: Path) -> None:
    """One step of SGD without decay or clipping: a fifth of the rate is a fifth of the way, zero none of it."""
    ways = {}
    for rate in (1.0, 0.2, 0.0):
        optimizer = OptimizerRecipe(
            name="sgd", lr=0.1, momentum=0.0, weight_decay=0.0, clip=None, ema=None, encoder_rate=rate
        )
        recipe = tiny_recipe(folder, method="dis2_shared", optimizer=optimizer)
        recipe = replace(
            recipe, schedule=ScheduleRecipe(epochs=1, windows_per_epoch=2, batch_size=2, warmup=0.0, incomplete="all")
        )
        fit(recipe, tmp_path / f"{rate}")
        state = torch.load(tmp_path / f"{rate}" / "state.pt", weights_only=True)["objective"]
        ways[rate] = {name: state[f"network.{name}"] for name in ("encoders.rgb.e1.weight", "classify.weight")}
    full, fifth, none = (ways[rate]["encoders.rgb.e1.weight"] for rate in (1.0, 0.2, 0.0))
    torch.testing.assert_close(fifth - none, 0.2 * (full - none), rtol=1e-3, atol=1e-7)
    assert not torch.equal(full, none)
    assert torch.equal(ways[1.0]["classify.weight"], ways[0.0]["classify.weight"])


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.3, 0.0])
def test_a_run_goes_on_with_rates_as_it_would_have(folder: Path, tmp_path: Path, rate: float) -> None:
    recipe = tiny_recipe(folder, method="dis2_shared")
    recipe = replace(recipe, optimizer=replace(recipe.optimizer, encoder_rate=rate))
    fit(recipe, tmp_path / "whole")
    listen, cancelled = cancel_after(1)
    with pytest.raises(Cancelled):
        fit(recipe, tmp_path / "parts", progress=listen, cancelled=cancelled)
    fit(recipe, tmp_path / "parts", resume=True)
    assert_same_run(tmp_path / "parts", tmp_path / "whole")


@pytest.mark.slow
def test_a_run_starts_from_a_file_of_encoders(folder: Path, tmp_path: Path) -> None:
    """Frozen, they come out as they went in; whom they name is named."""
    encoders = Encoders("dis2", 8, {"rgb": 3, "ndsm": 1}, attribution="somebody")
    torch.manual_seed(3)
    modules = build_encoders(encoders.config())
    save_encoders(tmp_path / "encoders.safetensors", encoders, modules)
    recipe = tiny_recipe(folder, method="dis2_shared")
    recipe = replace(
        recipe,
        model=replace(recipe.model, start=str(tmp_path / "encoders.safetensors")),
        optimizer=replace(recipe.optimizer, encoder_rate=0.0),
    )
    events: list[str] = []
    path = fit(recipe, tmp_path / "run", progress=lambda event: events.append(str(event.data.get("text", ""))))
    assert any("come from the encoders in encoders.safetensors" in text for text in events)
    model = load_model(path)
    assert model.card.attribution.endswith("somebody")
    for name, weight in modules.named_parameters():
        stored = model.network.state_dict()[f"encoders.{name}"]
        torch.testing.assert_close(stored, weight.detach(), rtol=1e-3, atol=1e-6)  # model files are float16


def test_a_baseline_cannot_start_from_a_model(folder: Path, tmp_path: Path) -> None:
    recipe = tiny_recipe(folder, method="concat")
    recipe = replace(recipe, model=replace(recipe.model, start="aerial-demo"))
    with pytest.raises(InputError, match="'concat' cannot start from a model"):
        fit(recipe, tmp_path / "run")


def test_a_recipe_names_encoder_start_and_rate() -> None:
    names = ["--model.encoder", "efficientnet_lite0", "--model.start", "imagenet", "--optimizer.encoder_rate", "0.2"]
    recipe = read_recipe(["--config", "aerial_demo", *names])
    assert (recipe.model.encoder, recipe.model.start) == ("efficientnet_lite0", "imagenet")
    assert recipe.optimizer.encoder_rate == 0.2
    with pytest.raises(InputError, match=r"optimizer\.encoder_rate"):
        OptimizerRecipe(encoder_rate=2.0)
