"""An ensemble in the benchmark: its members are trained first, in their own folders, and pay for it."""

from __future__ import annotations

import csv
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_folder import write_folder

from dis2_core.contract.errors import InputError
from dis2_core.evaluation.metrics import ConfusionMatrix
from dis2_core.run.locks import lock_target
from dis2_training.benchmark import runs as runs_module
from dis2_training.benchmark.command import write_results
from dis2_training.benchmark.plan import BenchmarkRecipe
from dis2_training.benchmark.run_scores import FILE, RunScores
from dis2_training.benchmark.runs import is_done, run_all
from dis2_training.fitting.recipe import DataRecipe, ModelRecipe, Recipe, ScheduleRecipe
from dis2_training.methods.file import load_method
from dis2_training.scoring.tile_prediction import TilePredictor

SINGLES = ["single_rgb", "single_ndsm"]


def tiny(folder: Path, **changes: object) -> BenchmarkRecipe:
    recipe = Recipe(
        data=DataRecipe(str(folder), validation_overlap=0.0),
        model=ModelRecipe("tiny", window=32, width=8, pool_hidden=8),
        schedule=ScheduleRecipe(epochs=1, windows_per_epoch=8, batch_size=4),
        device="cpu",
    )
    return replace(BenchmarkRecipe("tiny", recipe, [*SINGLES, "ensemble"], seeds=[0]), **changes)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[BenchmarkRecipe, Path]:
    """A benchmark of which the ensemble alone was asked for."""
    root = tmp_path_factory.mktemp("ensemble")
    torch.set_num_threads(1)
    benchmark = tiny(write_folder(root / "data"))
    outcomes = run_all(benchmark.only(["ensemble"]), root / "runs")
    assert {place: outcome.state for place, outcome in outcomes.items()} == {"ensemble/seed0": "done"}
    return benchmark, root / "runs"


@pytest.mark.slow
def test_its_members_were_trained_in_their_own_folders_and_are_its_cost(trained) -> None:
    benchmark, out = trained
    assert all(is_done(run, out) for run in benchmark.runs())
    facts = RunScores.load(out / "ensemble" / "seed0").facts
    members = [RunScores.load(out / method / "seed0").facts for method in SINGLES]
    assert facts.cpu_seconds == pytest.approx(sum(item.cpu_seconds for item in members))
    assert (facts.steps, facts.parameters) == (4, sum(item.parameters for item in members))
    assert facts.gflop["rgb"] == pytest.approx(members[0].gflop["rgb"])  # what is missing is not asked
    both = members[0].gflop["rgb"] + members[1].gflop["ndsm"]
    assert facts.gflop["rgb+ndsm"] == pytest.approx(both, abs=1e-3)


@pytest.mark.slow
def test_its_maps_are_those_of_the_mean_of_its_members_probabilities(trained) -> None:
    benchmark, out = trained
    scores = RunScores.load(out / "ensemble" / "seed0")
    models = [load_method(out / method / "seed0" / "model.safetensors")[1] for method in SINGLES]
    (tile,) = benchmark.recipe.data.open("test").in_memory()
    each = [
        TilePredictor(model.network, model.card).predict(tile.sample, (name,)).probabilities
        for model, name in zip(models, ("rgb", "ndsm"), strict=True)
    ]
    expected = ConfusionMatrix(scores.classes)
    expected.update(torch.stack(each).mean(dim=0).argmax(dim=0), tile.labels)
    found = scores.patches("rgb+ndsm")[0]
    assert np.abs(found - expected.counts).sum() <= 4  # ties alone
    for method, name in zip(SINGLES, ("rgb", "ndsm"), strict=True):
        alone = RunScores.load(out / method / "seed0").patches(name)
        assert np.array_equal(scores.patches(name), alone)


@pytest.mark.slow
def test_tables_and_pictures_have_it(trained) -> None:
    benchmark, out = trained
    text = write_results(benchmark, out)
    assert "| ensemble of the single networks |" in text and "ahead of the single modality" in text
    with (out / "results.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["method"] == "ensemble"]
    assert [row["scenario"] for row in rows] == ["rgb+ndsm", "rgb", "ndsm", "Avg", "E"]
    assert {row["validation_miou"] for row in rows} == {""}  # it was not chosen by any
    assert (out / "learning.png").exists()


@pytest.mark.slow
def test_members_of_another_recipe_are_not_its_own(trained) -> None:
    benchmark, out = trained
    (run,) = replace(benchmark, changes={"single_rgb": {"optimizer.lr": 0.5}}).only(["ensemble"])
    with pytest.raises(InputError, match=r"was made with optimizer\.lr"):
        is_done(run, out)


@pytest.mark.slow
def test_it_waits_for_a_member_that_another_process_trains(
    trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody holds a member's lock nothing is done; then it is."""
    monkeypatch.setattr(runs_module, "PATIENCE", 0.1)
    benchmark, _ = trained
    target = tmp_path / "single_ndsm" / "seed0" / FILE
    target.parent.mkdir(parents=True)
    stages: list[str] = []
    held = threading.Event()

    def hold() -> None:
        with lock_target(target):
            held.set()
            end = time.monotonic() + 60
            while not any("waiting for single_ndsm/seed0" in stage for stage in stages) and time.monotonic() < end:
                time.sleep(0.05)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    outcomes = run_all(benchmark.only(["ensemble"]), tmp_path, progress=lambda event: stages.append(str(event.data)))
    holder.join()
    assert any("waiting for single_ndsm/seed0" in stage for stage in stages)
    assert outcomes["ensemble/seed0"].state == "done"


def test_an_ensemble_without_all_its_members_is_refused() -> None:
    plan = tiny(Path("nowhere"), methods=["single_rgb", "ensemble"])
    with pytest.raises(InputError, match="needs 'single_ndsm'"):
        plan.check(("rgb", "ndsm"), ("a", "b"))


def test_a_budget_is_that_of_its_members() -> None:
    steps = dict.fromkeys(SINGLES, 30)
    (run,) = tiny(Path("nowhere"), minutes=1.0, steps=steps).only(["ensemble"])
    assert [member.recipe.schedule.steps for member in run.members] == [30, 30]
