"""The benchmark as a command, on a tiny data set: what it trains, keeps, resumes and writes."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import miniatures
import numpy as np
import pytest
import rasterio
import torch
import yaml
from baseline_tester import TWO, tiny_card

from dis2_core import Model
from dis2_core.contract.errors import Cancelled
from dis2_core.contract.segment_job import Event
from dis2_core.network import SegmentationNetwork
from dis2_core.run.locks import lock_target
from dis2_training.benchmark.conditions import conditions
from dis2_training.benchmark.plan import BenchmarkRecipe, ScoringRecipe
from dis2_training.benchmark.run_scores import FILE, RunScores
from dis2_training.benchmark.runs import is_done, run_all
from dis2_training.benchmark.runs import tested as runs_tested
from dis2_training.benchmark.scoring import conditions_of, map_and_count
from dis2_training.cli import main
from dis2_training.data.sample import Sample
from dis2_training.data.tiles import MemoryTile
from dis2_training.fitting.recipe import DataRecipe, ModelRecipe, OptimizerRecipe, Recipe, ScheduleRecipe
from dis2_training.methods.file import load_method
from dis2_training.scoring.calibration import Calibration
from dis2_training.scoring.cost import cost

SCENARIOS = ("rgb+ndsm", "rgb", "ndsm")


def tiny(folder: Path, **changes: object) -> BenchmarkRecipe:
    recipe = Recipe(
        data=DataRecipe(str(folder), validation_overlap=0.0),
        model=ModelRecipe("tiny", window=32, width=8, pool_hidden=8),
        optimizer=OptimizerRecipe(lr=3e-3, ema=0.8),
        schedule=ScheduleRecipe(epochs=1, windows_per_epoch=8, batch_size=4, incomplete="all"),
        device="cpu",
    )
    settings = {"methods": ["dis2", "concat_dropout", "single_ndsm"], "seeds": [0, 1], **changes}
    return BenchmarkRecipe("tiny", recipe, **settings)


@pytest.fixture(autouse=True)
def threads_of_one_of_two_processes() -> None:
    """Another number of threads adds in another order, and other numbers come out."""
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a configuration and the finished benchmark, made by the command as a process."""
    from tiny_folder import write_folder

    root = tmp_path_factory.mktemp("benchmark")
    data = write_folder(root / "data")
    config = {
        "name": "tiny",
        "methods": ["dis2", "concat_dropout", "single_ndsm", "shaspec"],
        "seeds": [0, 1],
        "focus": "roof",
        "test": {"degraded": "ndsm", "shifts": [2], "factors": [4]},
        "changes": {"concat_dropout": {"optimizer.lr": 1e-3}},
        "recipe": {
            "data": {"folder": str(data), "validation_overlap": 0.0},
            "model": {"name": "tiny", "window": 32, "width": 8, "pool_hidden": 8},
            "optimizer": {"lr": 3e-3, "ema": 0.8},
            "schedule": {"epochs": 1, "windows_per_epoch": 8, "batch_size": 4, "incomplete": "all"},
            "device": "cpu",
        },
    }
    (root / "tiny.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [Path(sys.executable).with_name("dis2-train"), "benchmark", "--config", root / "tiny.yaml"]
    only = ["--only", "dis2", "concat_dropout", "single_ndsm"]
    subprocess.run([*command, "--out", root / "runs", "--processes", "2", *only], check=True, timeout=300)
    return root


@pytest.mark.slow
def test_every_row_is_there_and_says_what_the_kept_maps_show(done: Path) -> None:
    """The IoU of the table, counted again from the maps on disk with nothing of ours."""
    with (done / "runs" / "results.csv").open(encoding="utf-8") as file:
        rows = {(row["method"], row["seed"], row["scenario"]): row for row in csv.DictReader(file)}
    with rasterio.open(done / "data" / "test" / "labels" / "d.tif") as raster:
        labels = raster.read(1)
    means = {key: rows.pop(key) for key in list(rows) if key[2] in ("Avg", "E")}
    assert {key[0] for key in means} == {"dis2", "concat_dropout"}
    for (method, seed, scenario), row in rows.items():
        if "," in scenario:
            continue
        with rasterio.open(done / "runs" / method / f"seed{seed}" / "maps" / scenario / "d.tif") as raster:
            classes = raster.read(1)
            assert raster.crs.to_epsg() == 2154
        known = labels != 255
        ious = [
            np.sum(known & (labels == k) & (classes == k)) / np.sum(known & ((labels == k) | (classes == k)))
            for k in range(3)
        ]
        assert float(row["miou"]) == pytest.approx(np.mean(ious), abs=1e-4)
        assert float(row["roof_iou"]) == pytest.approx(ious[1], abs=1e-4)
    for seed in ("0", "1"):
        scores = [float(rows["dis2", seed, scenario]["miou"]) for scenario in SCENARIOS]
        assert float(means["dis2", seed, "Avg"]["miou"]) == pytest.approx(np.mean(scores), abs=2e-4)
        expected = np.average(scores, weights=[0.81, 0.09, 0.09])
        assert float(means["dis2", seed, "E"]["miou"]) == pytest.approx(expected, abs=2e-4)
    clean = {(method, scenario) for method, _, scenario in rows if "," not in scenario}
    methods = ("dis2", "concat_dropout")
    assert clean == {(method, scenario) for method in methods for scenario in SCENARIOS} | {("single_ndsm", "ndsm")}
    assert {"rgb+ndsm, clouds 30%", "rgb+ndsm, shift 2", "rgb+ndsm, resolution 4"} <= {key[2] for key in rows}
    text = (done / "runs" / "table.md").read_text(encoding="utf-8")
    assert "*not run*" in text and "**DIS2**" in text and "ndsm alone" in text


@pytest.mark.slow
def test_pictures_are_pictures(done: Path) -> None:
    for name in ("scenarios", "learning", "robustness", "gallery"):
        assert (done / "runs" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_a_method_keeps_the_values_of_its_own_beside_its_run(done: Path) -> None:
    rates = {
        method: yaml.safe_load((done / "runs" / method / "seed0" / "recipe.yaml").read_text())["optimizer"]["lr"]
        for method in ("dis2", "concat_dropout")
    }
    assert rates == {"dis2": 3e-3, "concat_dropout": 1e-3}
    assert load_method(done / "runs" / "concat_dropout" / "seed1" / "model.safetensors")[0] == "concat_dropout"


@pytest.mark.slow
def test_what_is_done_is_not_done_again_and_what_is_lost_comes_back_alike(done: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    shutil.copytree(done / "runs", out)
    before = RunScores.load(out / "dis2" / "seed0")
    times = {path: path.stat().st_mtime_ns for path in out.glob("*/seed*/model.safetensors")}
    shutil.rmtree(out / "dis2" / "seed0")
    assert main(["benchmark", "--config", str(done / "tiny.yaml"), "--out", str(out), "--only", "dis2"]) == 0
    after = RunScores.load(out / "dis2" / "seed0")
    assert np.array_equal(before.counts, after.counts)  # one process or two: the same numbers
    others = {path: at for path, at in times.items() if "dis2/seed0" not in str(path)}
    assert len(others) == 5 and all(path.stat().st_mtime_ns == at for path, at in others.items())


@pytest.mark.slow
@pytest.mark.parametrize("change", ["--recipe.optimizer.lr=0.5", "--recipe.model.width=16"])
def test_what_was_made_with_another_recipe_is_not_called_done(
    done: Path, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["benchmark", "--config", str(done / "tiny.yaml"), "--out", str(done / "runs"), change]
    assert main(arguments) == 2
    name = change.removeprefix("--recipe.").partition("=")[0]
    assert f"was made with {name}" in " ".join(capsys.readouterr().err.split())


@pytest.mark.slow
def test_another_test_of_a_trained_network_trains_nothing(done: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    shutil.copytree(done / "runs", out)
    model = out / "single_ndsm" / "seed0" / "model.safetensors"
    before, times = RunScores.load(model.parent), model.stat().st_mtime_ns
    arguments = ["benchmark", "--config", str(done / "tiny.yaml"), "--out", str(out), "--only", "single_ndsm/seed0"]
    assert main([*arguments, "--test.overlap", "0"]) == 0
    after = RunScores.load(model.parent)
    assert (after.facts.made["test"]["overlap"], before.facts.made["test"]["overlap"]) == (0, 0.5)
    assert not np.array_equal(before.bins, after.bins) and model.stat().st_mtime_ns == times


@pytest.mark.slow
def test_maps_that_were_not_kept_are_made_when_they_are_wanted(folder: Path, tmp_path: Path) -> None:
    without, with_maps = (
        tiny(folder, methods=["single_ndsm"], seeds=[0], test=ScoringRecipe(maps=maps)) for maps in (False, True)
    )
    run_all(without.runs(), tmp_path)
    assert is_done(without.runs()[0], tmp_path) and not is_done(with_maps.runs()[0], tmp_path)
    run_all(with_maps.runs(), tmp_path)
    assert is_done(with_maps.runs()[0], tmp_path) and is_done(without.runs()[0], tmp_path)
    assert list(tmp_path.glob("single_ndsm/seed0/maps/ndsm/*.tif"))


@pytest.mark.slow
def test_a_variant_is_trained_as_its_method(folder: Path, tmp_path: Path) -> None:
    """Both a method with a model file and one without; each is trained, tested and found again."""
    plan = tiny(folder, methods=["wide", "plain"], seeds=[0], reference="plain")
    plan = replace(plan, variants={"wide": "dis2_shared", "plain": "concat"}, changes={"wide": {"model.width": 16}})
    assert {outcome.state for outcome in run_all(plan.runs(), tmp_path).values()} == {"done"}
    assert [(test.facts.method, test.facts.width) for test in runs_tested(plan, tmp_path)] == [
        ("wide", 16),
        ("plain", 8),
    ]
    assert run_all(plan.runs(), tmp_path) == {}


def test_a_run_of_another_process_is_left_to_it(folder: Path, tmp_path: Path) -> None:
    plan = tiny(folder, methods=["single_ndsm"], seeds=[0])
    target = tmp_path / "single_ndsm" / "seed0" / FILE
    target.parent.mkdir(parents=True)
    with lock_target(target):
        (outcome,) = run_all(plan.runs(), tmp_path).values()
    assert outcome.state == "elsewhere" and str(target) in outcome.reason
    assert not is_done(plan.runs()[0], tmp_path)


@pytest.mark.slow
def test_a_stopped_benchmark_goes_on(folder: Path, tmp_path: Path) -> None:
    plan = tiny(folder, methods=["single_ndsm", "single_rgb"], seeds=[0])
    first, second = plan.runs()
    with pytest.raises(Cancelled):
        run_all(plan.runs(), tmp_path, cancelled=lambda: is_done(first, tmp_path))
    assert is_done(first, tmp_path) and not is_done(second, tmp_path)
    assert list(run_all(plan.runs(), tmp_path)) == [second.place] and is_done(second, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_that_fails_does_not_keep_the_others_from_being_done(
    folder: Path, tmp_path: Path, processes: int
) -> None:
    changes = {"single_ndsm": {"optimizer.name": "sgd", "optimizer.lr": 1e30, "optimizer.clip": None}}
    plan = tiny(folder, methods=["single_ndsm", "single_rgb"], seeds=[0], changes=changes)
    heard: list[Event] = []
    outcomes = run_all(plan.runs(), tmp_path, processes, heard.append)
    assert {place: outcome.state for place, outcome in outcomes.items()} == {
        "single_ndsm/seed0": "failed",
        "single_rgb/seed0": "done",
    }
    assert any(event.type == "warning" and "single_ndsm/seed0" in event.data["text"] for event in heard)


@pytest.mark.slow
def test_a_folder_that_cannot_be_made_fails_its_run_alone(folder: Path, tmp_path: Path) -> None:
    """An error of the system, not one of ours."""
    (tmp_path / "single_ndsm").write_text("no folder")
    plan = tiny(folder, methods=["single_ndsm", "single_rgb"], seeds=[0])
    failed, done = run_all(plan.runs(), tmp_path).values()
    assert (failed.state, done.state) == ("failed", "done") and "single_ndsm" in failed.reason


@pytest.mark.slow
@pytest.mark.usefixtures("terminal_signals")
def test_the_processes_of_a_benchmark_end_with_it(done: Path, tmp_path: Path) -> None:
    """SIGTERM to the first process alone: nobody goes on, and no lock stays."""
    command = [str(Path(sys.executable).with_name("dis2-train")), "benchmark", "--config", str(done / "tiny.yaml")]
    command += ["--out", str(tmp_path / "runs"), "--processes", "2", "--only", "dis2", "--recipe.schedule.epochs=500"]
    running = subprocess.Popen(command, start_new_session=True)
    logs = [tmp_path / "runs" / "dis2" / f"seed{seed}" / "log.csv" for seed in (0, 1)]
    try:
        wait_for(lambda: all(log.exists() and log.read_text().count("\n") > 1 for log in logs))
        running.terminate()
        assert running.wait(60) != 0
    finally:
        running.kill()
    sizes = [log.stat().st_size for log in logs]
    time.sleep(1.5)
    assert [log.stat().st_size for log in logs] == sizes
    assert not list((tmp_path / "runs").glob("**/*lock"))


def wait_for(condition: Callable[[], bool], seconds: float = 600) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.2)


class Sure(SegmentationNetwork):
    """Says class 0 with probability 0.9, or 0.6 where a modality is missing; remembers what it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = torch.nn.Parameter(torch.zeros(1))
        self.seen: list[torch.Tensor] = []

    def forward(self, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        self.seen.append(next(iter(inputs.values())).clone())
        first = 0.9 if len(inputs) == 2 else 0.6
        batch, _, height, width = next(iter(inputs.values())).shape
        shares = torch.tensor([first, 1 - first - 0.05, 0.05]).log()
        return shares[None, :, None, None].expand(batch, -1, height, width).contiguous()


def tile(seed: int, hole: bool = False) -> MemoryTile:
    rng = np.random.default_rng(seed)
    valid = torch.ones(32, 32, dtype=torch.bool)
    if hole:
        valid[:, :8] = False
    values = {name: torch.from_numpy(rng.normal(size=(bands, 32, 32))).float() for name, bands in TWO}
    labels = torch.zeros(32, 32, dtype=torch.long)
    labels[16:] = 1  # class 0 is right in half of the pixels
    return MemoryTile(f"t{seed}", Sample(values, dict.fromkeys(values, valid), labels))


def test_counts_and_calibration_of_every_condition_are_its_own() -> None:
    card = tiny_card()
    model = Model(card, Sure().eval())
    counts, bins = map_and_count(model, [tile(0), tile(1, hole=True)], conditions(card, ScoringRecipe()))
    assert counts.shape == (3, 2, 3, 4)
    assert counts[:, 0, :2, 0].tolist() == [[512, 512]] * 3
    assert counts[:, 1, :2].tolist() == [[[384, 0, 0, 128], [384, 0, 0, 128]]] * 3  # without data: wrong
    errors = [Calibration.of_bins(torch.from_numpy(item)).error() for item in bins]
    assert errors == pytest.approx([0.4, 0.1, 0.1], abs=1e-5)  # half is right, of what has data
    assert bins[:, 0].sum(axis=1).tolist() == [1024 + 768] * 3


def test_what_happens_to_a_tile_is_the_same_for_every_method_and_another_for_every_tile() -> None:
    card = tiny_card()
    wanted = [item for item in conditions(card, ScoringRecipe(degraded="optical")) if item.kind == "noise 1"]
    saw = []
    for _ in range(2):
        network = Sure().eval()
        map_and_count(Model(card, network), [tile(0), tile(0)], wanted)
        saw.append(network.seen)
    clean = Sure().eval()
    map_and_count(Model(card, clean), [tile(0)], conditions(card, ScoringRecipe())[:1])
    (one, other), again = saw
    assert torch.equal(one, again[0]) and torch.equal(other, again[1])
    assert not torch.equal(one, other) and not torch.equal(one, clean.seen[0])


@pytest.mark.slow
def test_the_facts_of_a_run_are_those_of_its_log_and_its_network(done: Path) -> None:
    folder = done / "runs" / "concat_dropout" / "seed1"
    facts = RunScores.load(folder).facts
    with (folder / "log.csv").open(encoding="utf-8") as file:
        last = list(csv.DictReader(file))[-1]
    assert (facts.method, facts.seed, facts.width, facts.steps) == ("concat_dropout", 1, 8, int(last["step"]))
    assert facts.cpu_seconds == float(last["cpu_seconds"])
    chosen_by = np.mean([float(last[f"miou {name}"]) for name in SCENARIOS])
    assert facts.validation_miou == pytest.approx(chosen_by, abs=1e-3)
    model = load_method(folder / "model.safetensors")[1]
    assert facts.parameters == sum(p.numel() for p in model.network.parameters())
    counted = {name: cost(model.network, model.card, tuple(name.split("+")), rounds=1).gflop for name in SCENARIOS}
    assert facts.gflop == pytest.approx(counted, abs=1e-3) and len(set(counted.values())) > 1


@pytest.mark.slow
def test_conditions_lie_between_full_and_missing(done: Path) -> None:
    model = load_method(done / "runs" / "concat_dropout" / "seed0" / "model.safetensors")[1]
    names = [item.name for item in conditions(model.card, ScoringRecipe(degraded="ndsm", shifts=[1, 8], factors=[2]))]
    assert names[:3] == list(SCENARIOS)
    assert names[-3:] == ["rgb+ndsm, shift 1", "rgb+ndsm, shift 8", "rgb+ndsm, resolution 2"]
    assert [item.name for item in conditions(model.card, ScoringRecipe())] == list(SCENARIOS)
    alone = conditions_of(model, "single_ndsm", ScoringRecipe(degraded="ndsm"))
    assert [item.name for item in alone] == ["ndsm"]


@pytest.mark.slow
def test_a_wrong_plan_is_one_clear_error(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["benchmark", "--config", str(done / "tiny.yaml"), "--out", str(done / "other")]
    assert main([*arguments, "--methods", "[dis3]"]) == 2
    assert "no method 'dis3'" in " ".join(capsys.readouterr().err.split())
    assert main([*arguments, "--only", "dis3"]) == 2
    assert "no run 'dis3'" in " ".join(capsys.readouterr().err.split())
    assert main([*arguments, "--tables-only"]) == 2
    assert "No run" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(("name", "write"), [("potsdam", miniatures.potsdam), ("vaihingen", miniatures.vaihingen)])
def test_isprs_is_one_command_from_the_archives_to_the_table(
    name: str, write: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shipped configuration on a miniature of the archives, made small by the options a user has."""
    config = Path(__file__).parents[3] / "training" / "configs" / f"benchmark_{name}.yaml"
    small = "--recipe.model.window 32 --recipe.model.width 8 --recipe.schedule.epochs 1 --recipe.workers 0"
    few = "--recipe.schedule.windows_per_epoch 8 --recipe.schedule.batch_size 4 --seeds [0] --recipe.device cpu"
    data = write(tmp_path / "archives")
    arguments = f"benchmark --config {config} --recipe.data.folder {data} --out {tmp_path / 'runs'} {small} {few}"
    assert main(arguments.split()) == 0
    text, photo = capsys.readouterr().out, {"potsdam": "rgb", "vaihingen": "optical"}[name]
    assert "| **DIS2** |" in text and f"| mIoU | {photo}+ndsm | {photo} | ndsm |" in text and "Official split" in text
    tested = RunScores.load(tmp_path / "runs" / "dis2" / "seed0")
    assert len(tested.classes) == 5
    assert len(tested.tiles) == {"potsdam": 14, "vaihingen": 17}[name]


@pytest.mark.slow
def test_the_command_says_which_runs_failed(done: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = "--recipe.optimizer.name=sgd --recipe.optimizer.lr=1e30 --recipe.optimizer.clip=null --changes={}"
    arguments = ["benchmark", "--config", str(done / "tiny.yaml"), "--out", str(tmp_path), *wrong.split()]
    assert main([*arguments, "--only", "single_ndsm/seed0"]) == 1
    error = " ".join(capsys.readouterr().err.split())
    assert "Some runs failed: single_ndsm/seed0. The loss is" in error and "start the benchmark again" in error
