"""A student learns from models, on ground with labels and without, and keeps nothing of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_folder import DESCRIPTION

from dis2_core import DIS2Config, ModelCard, load_model, save_model
from dis2_core.contract.errors import InputError
from dis2_core.network import SharedDIS2, build_network
from dis2_training.cli import main
from dis2_training.data.dataset import FolderDataset
from dis2_training.data.sample import IGNORE, normalise, stack
from dis2_training.data.windows import grid_windows
from dis2_training.distilling.distil import distil
from dis2_training.distilling.objective import StudentObjective, imitation
from dis2_training.distilling.recipe import DistilRecipe
from dis2_training.distilling.teachers import Teachers
from dis2_training.fitting.recipe import DataRecipe, ModelRecipe, OptimizerRecipe, ScheduleRecipe
from dis2_training.methods.shared import SharedObjective
from dis2_training.semi.recipe import SemiRecipe

CONFIG = DIS2Config((("rgb", 3), ("ndsm", 1)), classes=3, window=(32, 32), width=8, form="shared")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def card(**network: object) -> ModelCard:
    entries = {"form": "shared", "width": 16, **network}
    return ModelCard("large", DESCRIPTION.modalities, DESCRIPTION.classes, (32, 32), 0.2, network=entries)


def teacher(path: Path, seed: int = 0, **changes: object) -> Path:
    torch.manual_seed(seed)
    one = replace(card(), **changes)
    save_model(path, build_network(DIS2Config.from_card(one)), one)
    return path


def recipe(folder: Path, *teachers: Path, **changes: object) -> DistilRecipe:
    one = DistilRecipe(
        data=DataRecipe(str(folder)),
        model=ModelRecipe("small", window=32, width=8),
        optimizer=OptimizerRecipe(lr=3e-3, ema=0.8),
        schedule=ScheduleRecipe(epochs=2, windows_per_epoch=8, batch_size=4, incomplete="all"),
        device="cpu",
        teachers=[str(path) for path in teachers],
    )
    return replace(one, **changes)


def test_imitation_is_the_divergence_of_kullback_and_leibler() -> None:
    generator = torch.Generator().manual_seed(0)
    logits, others = torch.randn(2, 2, 5, 4, 4, generator=generator)
    answers, seen = others.softmax(dim=1), torch.rand(2, 4, 4, generator=generator) > 0.3
    theirs = torch.distributions.Categorical(logits=others.movedim(1, -1))
    ours = torch.distributions.Categorical(logits=logits.movedim(1, -1))
    expected = torch.distributions.kl_divergence(theirs, ours)[seen].mean()
    torch.testing.assert_close(imitation(logits, answers, seen), expected)
    assert imitation(others, answers, seen).abs() < 1e-6
    assert imitation(logits, answers, torch.zeros_like(seen)) == 0


def test_without_teachers_it_is_the_objective_of_the_form() -> None:
    torch.manual_seed(0)
    student = StudentObjective(SharedDIS2(CONFIG), cross_entropy=1.0, labels=1.0, imitation=0.0).eval()
    plain = SharedObjective(student.network, cross_entropy=1.0).eval()
    plain.load_state_dict(student.state_dict())
    inputs = {"rgb": torch.randn(2, 3, 32, 32), "ndsm": torch.randn(2, 1, 32, 32)}
    labels = torch.randint(0, 3, (2, 32, 32))
    answers = torch.full((2, 3, 32, 32), 1 / 3)
    terms = student(inputs, labels, CONFIG.scenarios(), answers, torch.ones(3, 2, 32, 32, dtype=torch.bool))
    torch.testing.assert_close(terms["total"], plain(inputs, labels, CONFIG.scenarios(), 0.0)["total"])


def test_every_teacher_sees_its_own_statistics_and_temperature(folder: Path, tmp_path: Path) -> None:
    """The mean of what the two say when they are asked alone; one has other means, the other a temperature."""
    other = replace(DESCRIPTION.modalities[1], bands=(replace(DESCRIPTION.modalities[1].bands[0], mean=4.0, std=3.0),))
    first = teacher(tmp_path / "a.safetensors", 1, modalities=(DESCRIPTION.modalities[0], other))
    second = teacher(tmp_path / "b.safetensors", 2, temperatures={"rgb+ndsm": 3.0})
    batch = stack(grid_windows(FolderDataset(folder, "train").in_memory(), 32)[:2])
    student, cpu = card(), torch.device("cpu")
    alone = [Teachers.load([str(path)], student, cpu).answers(batch, cpu) for path in (first, second)]
    both = Teachers.load([str(first), str(second)], student, cpu).answers(batch, cpu)
    torch.testing.assert_close(both, (alone[0] + alone[1]) / 2)
    torch.testing.assert_close(both.sum(dim=1), torch.ones(2, 32, 32))
    model = load_model(first)
    windows = {"rgb": batch.values["rgb"], "ndsm": (batch.values["ndsm"] - 4) / 3}
    torch.testing.assert_close(alone[0], model.network(windows).softmax(dim=1))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"classes": DESCRIPTION.classes[:2]}, "classes"),
        ({"modalities": DESCRIPTION.modalities[:1]}, "takes rgb"),
        ({"modalities": DESCRIPTION.modalities[::-1]}, "takes ndsm (1), rgb (3)"),
        ({"gsd": 0.5}, "pixels of 0.5 m"),
        ({"window": (64, 64), "network": {"width": 8}}, "model.window"),
    ],
)
def test_a_teacher_of_something_else_is_refused(tmp_path: Path, changes: dict[str, object], word: str) -> None:
    path = teacher(tmp_path / "t.safetensors", **changes)
    with pytest.raises(InputError) as caught:
        Teachers.load([str(path)], card(), torch.device("cpu"))
    assert word in f"{caught.value.message} {caught.value.hint}"


def test_a_teacher_is_asked_for_what_a_window_shows(folder: Path, tmp_path: Path) -> None:
    path = teacher(tmp_path / "t.safetensors", temperatures={"rgb": 2.0})
    batch = stack(grid_windows(FolderDataset(folder, "train").in_memory(), 32)[:3])
    batch.valid["ndsm"][1] = False
    batch.valid["ndsm"][2] = batch.valid["rgb"][2] = False
    answers = Teachers.load([str(path)], card(), torch.device("cpu")).answers(batch, torch.device("cpu"))
    model = load_model(path)
    inputs = normalise(batch, model.card.modalities)
    both = model.network({name: x[:1] for name, x in inputs.items()}).softmax(dim=1)
    photo = (model.network({"rgb": inputs["rgb"][1:2]}) / 2).softmax(dim=1)
    torch.testing.assert_close(answers, torch.cat([both, photo, torch.zeros_like(photo)]))


def test_teachers_of_features_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="of features"):
        recipe(folder, tmp_path / "t.safetensors", semi=SemiRecipe(teachers=["random"]))


def test_a_split_to_compare_on_that_is_missing_is_told_before_training(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["distil", "--teachers", "[aerial]", "--data.folder", str(folder), "--model.name", "small"]
    assert main([*arguments, "--test", "nowhere", "--out", str(tmp_path / "run")]) == 2
    assert "nowhere" in capsys.readouterr().err and not (tmp_path / "run").exists()


def test_without_a_teacher_nothing_begins(folder: Path) -> None:
    with pytest.raises(InputError, match="no teacher"):
        recipe(folder)


def agreement(student: Path, folder: Path, model: Path) -> float:
    """Share of the pixels of the training ground on which two models agree, given all modalities."""
    batch = stack(grid_windows(FolderDataset(folder, "train").in_memory(), 32))
    answers, found = (Teachers((load_model(path),)).answers(batch, torch.device("cpu")) for path in (model, student))
    return float((answers.argmax(dim=1) == found.argmax(dim=1)).float().mean())


@pytest.mark.slow
def test_a_student_without_a_label_comes_to_say_what_its_teacher_says(folder: Path, tmp_path: Path) -> None:
    """Ground without label files; the teacher is an untrained network, which no label would lead to."""
    model = teacher(tmp_path / "t.safetensors")
    shutil.copytree(folder / "train", folder / "elsewhere")
    shutil.rmtree(folder / "elsewhere" / "labels")
    one = recipe(
        folder,
        model,
        labels=0.0,
        semi=SemiRecipe(split="elsewhere", options={"labelled": False}),
        schedule=ScheduleRecipe(epochs=2, windows_per_epoch=160, batch_size=4, incomplete="all"),
    )
    path = distil(one, tmp_path / "run")
    large, small = load_model(model), load_model(path)
    counts = [sum(value.numel() for value in one.network.state_dict().values()) for one in (large, small)]
    assert counts[1] < counts[0] / 2
    assert small.card.modalities[1].bands[0].mean != large.card.modalities[1].bands[0].mean
    assert agreement(path, folder, model) > 0.8


@pytest.mark.slow
def test_the_command_compares_student_and_teacher(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = teacher(tmp_path / "t.safetensors")
    arguments = ["distil", "--teachers", f"['{model}']", "--data.folder", str(folder), "--model.name", "small"]
    sizes = {"model.window": 32, "model.width": 8, "schedule.epochs": 1, "schedule.windows_per_epoch": 8}
    arguments += [word for name, value in sizes.items() for word in (f"--{name}", str(value))]
    assert main([*arguments, "--device", "cpu", "--out", str(tmp_path / "run")]) == 0
    head, first, second = capsys.readouterr().out.splitlines()[-3:]
    assert "times faster" in head and "t.safetensors" in first and "model.safetensors" in second
    assert second.split()[-1] == "1.0" and float(first.split()[-1]) > 0


def test_a_split_without_labels_has_the_tiles_of_its_first_modality(folder: Path) -> None:
    shutil.rmtree(folder / "test" / "labels")
    (tile,) = FolderDataset(folder, "test", labelled=False).in_memory()
    assert tile.name == "d" and (tile.labels == IGNORE).all() and tile.valid("rgb").all()
    with pytest.raises(InputError, match="no label raster"):
        FolderDataset(folder, "test")
