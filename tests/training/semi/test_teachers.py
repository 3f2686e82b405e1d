"""Teachers of features: frozen, of one modality, gone when the student predicts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_folder import DESCRIPTION
from tiny_run import tiny_recipe

from dis2_core import DIS2Config, load_model
from dis2_core.contract.errors import InputError, InvalidCard
from dis2_core.network import SharedDIS2
from dis2_core.network.shared import OWN, DistilledKnowledge
from dis2_training.data.dataset import FolderDataset
from dis2_training.data.sample import Sample, stack
from dis2_training.data.windows import grid_windows
from dis2_training.fitting.fit import fit
from dis2_training.methods.shared import SharedObjective, feature_distance
from dis2_training.semi.recipe import SemiRecipe
from dis2_training.semi.teachers import RANDOM, FrozenTeachers
from dis2_training.start.encoder_file import Encoders, save_encoders

RGB, NDSM = DESCRIPTION.modalities
MODALITIES = (("rgb", 3), ("ndsm", 1))
CONFIG = DIS2Config(MODALITIES, classes=3, window=(32, 32), width=8, form="shared", knowledge=(112, 24))


@pytest.fixture
def batch(folder: Path) -> Sample:
    return stack(grid_windows(FolderDataset(folder, "train").in_memory(), 32)[:2])


@pytest.fixture
def encoders(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    network = SharedDIS2(replace(CONFIG, width=3, knowledge=(), heads=1))
    path = tmp_path / "encoders.safetensors"
    save_encoders(path, Encoders("dis2", 3, dict(MODALITIES)), network.encoders)
    return path


def test_a_map_keeps_four_fifths_of_itself() -> None:
    """Written out for two teachers: .8 f + .1 P1 T1 f + .1 P2 T2 f."""
    torch.manual_seed(0)
    knowledge = DistilledKnowledge(6, (4, 5))
    own = torch.randn(2, 6, 3, 3)
    fused, translated = knowledge(own)
    parts = [
        project(translate(own)) for translate, project in zip(knowledge.translators, knowledge.projectors, strict=True)
    ]
    torch.testing.assert_close(fused, OWN * own + 0.1 * parts[0] + 0.1 * parts[1])
    assert [x.shape[1] for x in translated] == [4, 5]


def test_the_distance_is_the_mean_of_the_teachers_on_the_students_grid() -> None:
    ours = [torch.zeros(1, 2, 4, 4), torch.ones(1, 3, 4, 4)]
    theirs = [torch.full((1, 2, 2, 2), 3.0), torch.full((1, 3, 8, 8), 2.0)]
    assert feature_distance(ours, theirs) == (9 + 1) / 2


def test_teachers_do_not_change_and_get_no_gradient(batch: Sample, encoders: Path) -> None:
    teachers = FrozenTeachers.open([RANDOM, str(encoders)], RGB)
    before = [module.state_dict() for module in teachers.modules]
    before = [{name: value.clone() for name, value in state.items()} for state in before]
    objective = SharedObjective(SharedDIS2(CONFIG), cross_entropy=1.0)
    inputs = {"rgb": torch.randn(2, 3, 32, 32), "ndsm": torch.randn(2, 1, 32, 32)}
    features = teachers.features(batch)
    assert [tuple(x.shape) for x in features] == [(2, 112, 2, 2), (2, 24, 2, 2)]
    for x in features:  # as alike in size as those of networks that end in a layer norm
        torch.testing.assert_close(x.mean(dim=1), torch.zeros(2, 2, 2), atol=1e-4, rtol=0)
        torch.testing.assert_close(x.var(dim=1, unbiased=False), torch.ones(2, 2, 2), atol=0.1, rtol=0)
    objective(inputs, batch.labels, CONFIG.scenarios(), 0.0, features=features)["features"].backward()
    assert objective.network.knowledge.translators[0][0].weight.grad.any()
    assert all(parameter.grad is None for module in teachers.modules for parameter in module.parameters())
    after = [module.state_dict() for module in teachers.modules]
    assert all(torch.equal(new[name], old[name]) for new, old in zip(after, before, strict=True) for name in old)


def test_the_distance_falls_on_a_fixed_batch(batch: Sample) -> None:
    torch.manual_seed(0)
    config = replace(CONFIG, knowledge=(112,))
    objective = SharedObjective(SharedDIS2(config), cross_entropy=1.0)
    features = FrozenTeachers.open([RANDOM], RGB).features(batch)
    inputs = {"rgb": batch.values["rgb"] / 255, "ndsm": batch.values["ndsm"]}
    optimizer = torch.optim.Adam(objective.parameters(), lr=3e-3)
    distances = []
    for _ in range(40):
        optimizer.zero_grad()
        term = objective(inputs, batch.labels, [("rgb", "ndsm")], 0.0, features=features)["features"]
        term.backward()
        optimizer.step()
        distances.append(term.item())
    assert distances[-1] < 0.7 * distances[0]


def test_a_scenario_without_the_first_modality_learns_no_features(batch: Sample) -> None:
    objective = SharedObjective(SharedDIS2(CONFIG), cross_entropy=1.0)
    features = [torch.zeros(2, 112, 2, 2), torch.zeros(2, 24, 2, 2)]
    terms = objective({"ndsm": torch.randn(2, 1, 32, 32)}, batch.labels, [("ndsm",)], 0.0, features=features)
    assert terms["features"] == 0


def test_a_hole_is_the_mean_of_its_band_for_a_teacher(batch: Sample) -> None:
    (teacher,) = FrozenTeachers.open(
        [RANDOM], replace(RGB, bands=tuple(replace(b, mean=99.0) for b in RGB.bands))
    ).modules
    valid = {**batch.valid, "rgb": torch.zeros_like(batch.valid["rgb"])}
    other = replace(batch, values={**batch.values, "rgb": torch.full_like(batch.values["rgb"], 99.0)})
    torch.testing.assert_close(teacher(replace(batch, valid=valid)), teacher(other))


def test_heights_are_no_photo() -> None:
    with pytest.raises(InputError, match="three optical bands"):
        FrozenTeachers.open([RANDOM], NDSM)


def test_a_file_without_the_modality_is_named(encoders: Path) -> None:
    with pytest.raises(InputError, match="radar"):
        FrozenTeachers.open([str(encoders)], replace(RGB, name="radar"))


@pytest.mark.slow
def test_the_model_predicts_without_its_teachers(folder: Path, tmp_path: Path) -> None:
    semi = SemiRecipe(split="train", teachers=[RANDOM])
    path = fit(tiny_recipe(folder, method="dis2_shared", semi=semi), tmp_path / "run")
    model = load_model(path)
    assert model.card.network["knowledge"] == [112]
    held = {name.split(".")[0] for name in model.network.state_dict()}
    assert "knowledge" in held and not held & {"teachers", "modules"}
    assert not [value for name, value in model.network.state_dict().items() if "blocks" in name]
    assert model.network({"rgb": torch.randn(1, 3, 32, 32)}).shape == (1, 3, 32, 32)
    log = (tmp_path / "run" / "log.csv").read_text().splitlines()
    assert "features" in log[0].split(",")
    again = fit(tiny_recipe(folder, method="dis2_shared", semi=semi), tmp_path / "run", resume=True)
    assert again == path


def test_another_method_keeps_no_knowledge(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="keeps no knowledge"):
        fit(tiny_recipe(folder, semi=SemiRecipe(teachers=[RANDOM])), tmp_path / "run")


@pytest.mark.parametrize("widths", [[0], ["a"], [5000], "112", [True], [1] * 9])
def test_a_card_with_other_widths_is_damaged(widths: object) -> None:
    card = load_card_with(widths)
    with pytest.raises(InvalidCard, match="knowledge"):
        DIS2Config.from_card(card)


def load_card_with(widths: object) -> object:
    from dis2_core import ModelCard

    network = {"form": "shared", "width": 8, "knowledge": widths}
    return ModelCard("odd", DESCRIPTION.modalities, DESCRIPTION.classes, (32, 32), 0.2, network=network)
