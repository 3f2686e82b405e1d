from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from tiny_run import read_log

from dis2_core import load_model
from dis2_core.contract.errors import InputError, UnreadableRaster
from dis2_training.cli import main
from dis2_training.data.dataset import FolderDataset
from dis2_training.fitting.draws import ScenarioDraws
from dis2_training.fitting.fit import fit
from dis2_training.fitting.loop import TrainingDiverged
from dis2_training.fitting.recipe import DataRecipe, ModelRecipe, OptimizerRecipe, Recipe, ScheduleRecipe
from dis2_training.fitting.weight_average import WeightAverage
from dis2_training.methods.file import load_method
from dis2_training.scoring.evaluation import evaluate


def tiny_recipe(folder: Path, **changes: object) -> Recipe:
    recipe = Recipe(
        data=DataRecipe(str(folder)),
        model=ModelRecipe("tiny", window=32, width=8, license="MIT"),
        optimizer=OptimizerRecipe(lr=3e-3, ema=0.8),
        schedule=ScheduleRecipe(epochs=5, windows_per_epoch=32, batch_size=4),
        device="cpu",
    )
    return replace(recipe, **changes)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.slow
def test_branches_start_apart_unless_the_recipe_lets_the_full_one_go_first(folder: Path, tmp_path: Path) -> None:
    """With next to no learning rate the weights stay at their start, which is a copy or is not."""
    still = OptimizerRecipe(lr=1e-9, ema=None)
    for share, copied in ((0.0, False), (0.5, True)):
        schedule = ScheduleRecipe(epochs=1, windows_per_epoch=8, batch_size=4, full_only=share)
        path = fit(tiny_recipe(folder, optimizer=still, schedule=schedule), tmp_path / str(share))
        branches = load_model(path).network.branches
        full, other = (branches[name].decoder.classify.weight for name in ("full", "without_rgb"))
        assert torch.allclose(full, other, atol=1e-3) == copied


def test_a_validation_split_without_labels_is_refused(folder: Path, tmp_path: Path) -> None:
    for path in (folder / "validation" / "labels").iterdir():
        with rasterio.open(path, "r+") as raster:
            raster.write(np.full(raster.shape, 255, dtype=np.uint8), 1)
    with pytest.raises(InputError, match="No pixel of the split 'validation'"):
        fit(tiny_recipe(folder), tmp_path / "run")


@pytest.mark.slow
def test_a_run_learns_and_writes_a_model(folder: Path, tmp_path: Path) -> None:
    path = fit(tiny_recipe(folder), tmp_path / "run")
    rows = read_log(tmp_path / "run")
    assert len(rows) == 5
    assert float(rows[-1]["full"]) < 0.8 * float(rows[0]["full"])
    assert float(rows[-1]["missing"]) < 0.9 * float(rows[0]["missing"])

    model = load_model(path)
    assert (model.card.name, model.card.window, model.card.license) == ("tiny", (32, 32), "MIT")
    assert model.card.class_names == ("grass", "roof", "road")
    best = max(rows, key=lambda row: sum(float(row[f"miou {name}"]) for name in ("rgb+ndsm", "rgb", "ndsm")))
    assert {name: scores["miou"] for name, scores in model.card.metrics.items()} == pytest.approx(
        {name: float(best[f"miou {name}"]) for name in ("rgb+ndsm", "rgb", "ndsm")}, abs=1e-3
    )
    scores = evaluate(model, FolderDataset(folder, "validation"), whole_tiles=True)
    assert scores[("rgb", "ndsm")].miou == pytest.approx(model.card.metrics["rgb+ndsm"]["miou"], abs=1e-4)

    state = torch.load(tmp_path / "run" / "state.pt", weights_only=True)
    assert state["course"]["steps"] == 40 and {"objective", "average", "optimizer"} <= set(state)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model(folder: Path, tmp_path: Path) -> None:
    recipe = tiny_recipe(folder, schedule=ScheduleRecipe(epochs=1, windows_per_epoch=8, batch_size=4, accumulate=2))
    first, again, other = (
        load_model(fit(replace(recipe, seed=seed), tmp_path / name)).network.state_dict()
        for seed, name in ((1, "first"), (1, "again"), (2, "other"))
    )
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_a_diverging_run_stops_with_a_clear_error(folder: Path, tmp_path: Path) -> None:
    recipe = tiny_recipe(folder, optimizer=OptimizerRecipe(name="sgd", lr=1e30, clip=None))
    with pytest.raises(TrainingDiverged, match="learning rate"):
        fit(recipe, tmp_path / "run")


@pytest.mark.slow
def test_scenarios_are_drawn_as_the_recipe_says(folder: Path, tmp_path: Path) -> None:
    path = fit(tiny_recipe(folder, schedule=ScheduleRecipe(epochs=1, windows_per_epoch=4, batch_size=4)), tmp_path)
    card = load_model(path).card
    draws = ScenarioDraws(tiny_recipe(folder, scenarios={"ndsm": 0.6, "rgb": 0.4}), card)
    share = np.mean([draws.of_batch(batch) == [("ndsm",)] for batch in range(2000)])
    assert abs(share - 0.6) < 0.04
    draws = ScenarioDraws(tiny_recipe(folder), card)
    assert {drawn for batch in range(50) for drawn in draws.of_batch(batch)} == {("rgb",), ("ndsm",)}
    with pytest.raises(InputError, match="sar"):
        ScenarioDraws(tiny_recipe(folder, scenarios={"sar": 1.0}), card)


@pytest.mark.slow
def test_incomplete_branches_start_as_copies_of_the_full_one(folder: Path, tmp_path: Path) -> None:
    schedule = ScheduleRecipe(epochs=2, windows_per_epoch=8, batch_size=4, full_only=0.5)
    path = fit(tiny_recipe(folder, schedule=schedule, optimizer=OptimizerRecipe(lr=1e-9)), tmp_path / "run")
    first, second = read_log(tmp_path / "run")
    assert first["missing"] == "" and float(second["missing"]) > 0
    assert len(load_model(path).network.state_dict()) > 0
    weights = torch.load(tmp_path / "run" / "state.pt", weights_only=True)["average"]
    full = {name: value for name, value in weights.items() if name.startswith("branches.full.")}
    for name, value in full.items():
        if value.is_floating_point() and "running" not in name:
            for branch in ("without_rgb", "without_ndsm"):
                other = weights[name.replace("full", branch, 1)]
                assert torch.allclose(value, other, atol=1e-6)


def test_the_average_follows_the_weights() -> None:
    source = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(source.weight)
    average = WeightAverage(source, 0.9)
    torch.nn.init.ones_(source.weight)
    average.update(step=10**6)
    assert average.network.weight.item() == pytest.approx(0.1)
    copying = WeightAverage(source, None)
    torch.nn.init.constant_(source.weight, 3)
    copying.update(step=10**6)
    assert copying.network.weight.item() == 3


@pytest.mark.slow
def test_the_command_line_fits_and_evaluates(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "run"
    fitting = f"fit --data.folder {folder} --model.name tiny --model.window 32 --model.width 8 --device cpu"
    schedule = "--schedule.epochs 1 --schedule.windows_per_epoch 8 --schedule.batch_size 4"
    assert main([*fitting.split(), *schedule.split(), "--out", str(out)]) == 0
    again = f"fit --config {out / 'recipe.yaml'} --out {tmp_path / 'again'}"
    assert main(again.split()) == 0
    first, second = (load_model(run / "model.safetensors").network.state_dict() for run in (out, tmp_path / "again"))
    assert all(torch.equal(first[name], second[name]) for name in first)

    published = tmp_path / "published.safetensors"
    capsys.readouterr()
    evaluating = f"evaluate --model {out / 'model.safetensors'} --data {folder} --split test --publish {published}"
    assert main([*evaluating.split(), "--note", "As measured."]) == 0
    text = capsys.readouterr().out
    assert "rgb+ndsm" in text and "mean IoU" in text and "road" in text
    card = load_model(published).card
    assert set(card.metrics) == {"rgb+ndsm", "rgb", "ndsm"} and "As measured." in card.notes
    labels = FolderDataset(folder, "test").in_memory()[0].sample.labels
    assert f"{int((labels == 2).sum()):,}" in text


def test_the_command_line_reports_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "flair2", str(tmp_path), str(tmp_path / "out")]) == 2
    assert "no IMG_*_img.tif" in " ".join(capsys.readouterr().err.split())
    assert main(["evaluate", "--model", str(tmp_path / "none.safetensors"), "--data", str(tmp_path)]) != 0


@pytest.mark.slow
@pytest.mark.parametrize("method", ["concat_dropout", "single_ndsm", "dis2_shared_branch"])
def test_any_method_is_trained_by_the_same_loop(folder: Path, tmp_path: Path, method: str) -> None:
    schedule = ScheduleRecipe(epochs=2, windows_per_epoch=4, batch_size=4, full_only=0.5)
    path = fit(tiny_recipe(folder, method=method, schedule=schedule), tmp_path / "run")
    name, model = load_method(path)
    assert name == method
    header = (tmp_path / "run" / "log.csv").read_text().partition("\n")[0].split(",")
    scored = {column.removeprefix("miou ") for column in header if column.startswith("miou ")}
    assert scored == ({"ndsm"} if method == "single_ndsm" else {"rgb", "ndsm", "rgb+ndsm"})
    assert set(model.card.metrics) == scored


@pytest.mark.parametrize("file", ["train/rgb/b.tif", "validation/ndsm/c.tif", "train/labels/a.tif"])
def test_a_truncated_image_is_named(folder: Path, tmp_path: Path, file: str) -> None:
    data = (folder / file).read_bytes()
    (folder / file).write_bytes(data[: len(data) // 2])
    with pytest.raises(UnreadableRaster, match=re.escape(str(folder / file))):
        fit(tiny_recipe(folder), tmp_path / "run")
