from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from tiny_folder import DESCRIPTION, write_folder
from tiny_run import assert_same_run, cancel_after, read_log, tiny_recipe

from dis2_core.contract.errors import Cancelled, InputError
from dis2_core.network import DIS2Config
from dis2_training.data.augmentation import AugmentationRecipe
from dis2_training.fitting.fit import fit
from dis2_training.fitting.recipe import EncoderRecipe, SourceRecipe, learning_rate
from dis2_training.fitting.weight_average import WeightAverage
from dis2_training.pretraining.masking import covered, draw_masks
from dis2_training.pretraining.objective import MaskedFeatures, features, positions
from dis2_training.pretraining.pretrain import ground_of, pretrain
from dis2_training.pretraining.recipe import PretrainOptimizer, PretrainRecipe, PretrainSchedule
from dis2_training.start.encoder_file import load_encoders

BANDS = (("rgb", 3), ("ndsm", 1), ("sar", 2))


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("data"))


def recipe_of(folder: Path, **changes: object) -> PretrainRecipe:
    """Three epochs of two steps of two batches; a window has four blocks."""
    recipe = PretrainRecipe(
        data=SourceRecipe(str(folder)),
        model=EncoderRecipe(window=32, width=8),
        optimizer=PretrainOptimizer(lr=0.1),
        schedule=PretrainSchedule(epochs=3, windows_per_epoch=8, batch_size=2, accumulate=2),
        augmentation=AugmentationRecipe(holes=0.5),
        layers=1,
        device="cpu",
    )
    return replace(recipe, **changes)


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return pretrain(recipe_of(data), tmp_path_factory.mktemp("runs") / "whole").parent


def test_a_run_that_was_stopped_learns_the_same(data: Path, whole: Path, tmp_path: Path) -> None:
    listen, cancelled = cancel_after(1)
    with pytest.raises(Cancelled, match="--resume"):
        pretrain(recipe_of(data), tmp_path, progress=listen, cancelled=cancelled)
    torch.manual_seed(123)  # what happens between them does not matter
    pretrain(recipe_of(data), tmp_path, resume=True)
    assert_same_run(tmp_path, whole)


def test_labels_are_not_looked_at_and_pixels_are(data: Path, whole: Path, tmp_path: Path) -> None:
    other = write_folder(tmp_path / "data")
    for name in ("a", "b"):
        with rasterio.open(other / "train" / "labels" / f"{name}.tif", "r+") as labels:
            labels.write(np.flip(labels.read(), axis=1))
    assert_same_run(pretrain(recipe_of(other), tmp_path / "run").parent, whole)
    losses = [float(row["reconstruction"]) for row in read_log(whole)]
    assert len(set(losses)) == 3 and all(map(math.isfinite, losses))


def test_what_was_learned_starts_a_training(data: Path, whole: Path, tmp_path: Path) -> None:
    """At a rate of 0 the encoders of the model are those of the file; only their norms measure anew."""
    recipe = tiny_recipe(data, method="dis2_shared")
    start = whole / "encoders.safetensors"
    recipe = replace(
        recipe,
        model=replace(recipe.model, start=str(start)),
        optimizer=replace(recipe.optimizer, lr=0.0),
        schedule=replace(recipe.schedule, epochs=1),
    )
    fit(recipe, tmp_path)
    found = torch.load(tmp_path / "state.pt", weights_only=True)["objective"]
    stored = load_encoders(start)
    for name, value in stored.weights.items():
        assert "running" in name or torch.equal(found[f"network.{name}"], value)
    assert stored.encoders.attribution == "made up" and stored.encoders.about.startswith("mssdf, 6 steps of")


def test_a_single_modality_is_refused(data: Path, tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    replace(DESCRIPTION, modalities=DESCRIPTION.modalities[:1]).write(folder)
    with pytest.raises(InputError, match="rgb alone"):
        ground_of(recipe_of(folder))


def test_the_rate_is_that_of_256_windows() -> None:
    recipe = recipe_of(Path("nowhere"), optimizer=PretrainOptimizer(), schedule=PretrainSchedule(batch_size=64))
    rates = [learning_rate(step, recipe) for step in range(0, recipe.schedule.steps, 25)]
    assert max(rates) == pytest.approx(1.5e-4 * 64 / 256, rel=1e-3)
    assert np.argmax(rates) * 25 == pytest.approx(0.08 * recipe.schedule.steps, abs=25)
    assert recipe.values_at(10 * recipe.schedule.steps_per_epoch)["cross_modal"] == pytest.approx(0.2)


def setting(encoder: str = "dis2") -> tuple[MaskedFeatures, dict[str, dict[str, torch.Tensor]]]:
    """Two windows of 32 x 64 pixels in three modalities: eight blocks."""
    torch.manual_seed(0)
    objective = MaskedFeatures(DIS2Config(modalities=BANDS, width=8, form="shared", encoder=encoder), layers=1)
    inputs = {name: torch.randn(2, bands, 32, 64) for name, bands in BANDS}
    masks = draw_masks(inputs, 0, torch.Generator().manual_seed(1), 0.75)
    present = {name: torch.ones(2, 8, dtype=torch.bool) for name, _ in BANDS}
    targets = {name: torch.randn(2, 8, 64) for name, _ in BANDS}
    return objective, {"inputs": inputs, "present": present, "masks": masks, "targets": targets}


@pytest.mark.parametrize("encoder", ["dis2", "efficientnet_lite0"])
@torch.no_grad()
def test_what_a_network_loses_that_says_nothing(encoder: str) -> None:
    """Features have a mean square of 1; nothing is like everything, unrelated to it, and of no modality."""
    objective, given = setting(encoder)
    for module in (*objective.heads.values(), objective.classify):
        torch.nn.init.zeros_(module.weight)
        torch.nn.init.zeros_(module.bias)
    given["targets"] = features(objective.encoders, given["inputs"])
    terms = {name: float(value) for name, value in objective(**given).items()}
    expected = {"reconstruction": 1.0, "contrast": math.log(8), "independence": 0.0, "modality": math.log(2)}
    total = 1.0 + 0.5 * math.log(8) + 0.1 * math.log(2)
    assert terms == pytest.approx({**expected, "total": total}, abs=1e-3)


def test_no_gradient_reaches_the_target_and_one_reaches_all_else() -> None:
    objective, given = setting()
    for target in given["targets"].values():
        target.requires_grad_(True)
    objective(**given)["total"].backward()
    assert all(target.grad is None for target in given["targets"].values())
    assert all(weight.grad is not None and weight.grad.any() for weight in objective.mask_tokens.values())
    assert all(encoder.e1.weight.grad.any() for encoder in objective.encoders.values())


@torch.no_grad()
def test_what_is_masked_or_missing_is_not_seen() -> None:
    """Norms are frozen, since batch statistics see all windows."""
    objective, given = setting()
    objective.eval()
    given["present"]["sar"][1] = False
    terms = objective(**given)
    inputs = {name: x.clone() for name, x in given["inputs"].items()}
    inputs["sar"][1] += 7
    hidden = given["masks"]["rgb"][0].view(2, 4).nonzero()[0] * 16
    inputs["rgb"][0, :, hidden[0] : hidden[0] + 16, hidden[1] : hidden[1] + 16] += 7
    assert objective(**{**given, "inputs": inputs}) == terms
    given["targets"]["sar"][1] += 7
    assert objective(**given) == terms
    inputs["rgb"] = inputs["rgb"] + torch.randn_like(inputs["rgb"])
    assert objective(**{**given, "inputs": inputs}) != terms


@torch.no_grad()
def test_samples_with_one_modality_each_have_nothing_to_compare() -> None:
    objective, given = setting()
    for name in given["present"]:
        given["present"][name][:] = False
    given["present"]["rgb"][0], given["present"]["ndsm"][1] = True, True
    terms = objective(**given)
    assert terms["contrast"] == 0 and terms["independence"] == 0
    assert terms["reconstruction"] > 0 and terms["modality"] > 0


def test_the_target_follows_slowly_and_measures_by_itself() -> None:
    """Steps 0 and 90 of a decay of .9: a tenth of the old, then nine tenths."""
    source = torch.nn.Sequential(torch.nn.Linear(1, 1, bias=False), torch.nn.BatchNorm1d(1))
    torch.nn.init.constant_(source[0].weight, 1.0)
    average = WeightAverage(source, 0.9, statistics=False)
    with torch.no_grad():
        source[0].weight.fill_(2.0)
        source[1].running_mean.fill_(5.0)
    average.update(0)
    assert float(average.network[0].weight) == pytest.approx(0.1 * 1 + 0.9 * 2)
    average.update(90)
    assert float(average.network[0].weight) == pytest.approx(0.9 * 1.9 + 0.1 * 2)
    assert float(average.network[1].running_mean) == 0


def test_a_block_has_data_where_half_of_it_has() -> None:
    valid = torch.zeros(1, 16, 32, dtype=torch.bool)
    valid[:, :8, :16] = True
    valid[:, :7, 16:] = True
    assert covered(valid).tolist() == [[True, False]]


def test_every_place_has_a_position_of_its_own() -> None:
    places = positions(3, 5, 16)
    assert places.shape == (15, 16) and torch.cdist(places, places).fill_diagonal_(1).min() > 0.1
    assert torch.equal(places[0], torch.tensor([0.0] * 8 + [1.0] * 8))
