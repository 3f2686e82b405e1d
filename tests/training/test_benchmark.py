"""The benchmark as a command, on a tiny data set: what it trains, keeps, resumes and writes."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import miniatures
import numpy as np
import pytest
import rasterio
import yaml

from dis2_core.errors import Cancelled
from dis2_core.jobfolder import lock_target
from dis2_training.benchmark.conditions import conditions
from dis2_training.benchmark.plan import BenchmarkRecipe, TestRecipe
from dis2_training.benchmark.runs import is_done, run_all
from dis2_training.benchmark.test_scores import FILE, TestScores
from dis2_training.benchmark.testing import conditions_of
from dis2_training.cli import main
from dis2_training.method_file import load_method
from dis2_training.recipe import DataRecipe, ModelRecipe, OptimizerRecipe, Recipe, ScheduleRecipe

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


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a configuration and the finished benchmark, made by the command as a process."""
    from tiny_folder import write_folder

    root = tmp_path_factory.mktemp("benchmark")
    data = write_folder(root / "data")
    config = {
        "name": "tiny",
        "methods": ["dis2", "concat_dropout", "single_ndsm"],
        "seeds": [0, 1],
        "planned": ["shaspec"],
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
    subprocess.run([*command, "--out", root / "runs", "--processes", "2"], check=True, timeout=300)
    return root


def test_every_row_is_there_and_says_what_the_kept_maps_show(done: Path) -> None:
    """The IoU of the table, counted again from the maps on disk with nothing of ours."""
    with (done / "runs" / "results.csv").open(encoding="utf-8") as file:
        rows = {(row["method"], row["seed"], row["scenario"]): row for row in csv.DictReader(file)}
    with rasterio.open(done / "data" / "test" / "labels" / "d.tif") as raster:
        labels = raster.read(1)
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
    clean = {(method, scenario) for method, _, scenario in rows if "," not in scenario}
    methods = ("dis2", "concat_dropout")
    assert clean == {(method, scenario) for method in methods for scenario in SCENARIOS} | {("single_ndsm", "ndsm")}
    assert {"rgb+ndsm, clouds 30%", "rgb+ndsm, shift 2", "rgb+ndsm, resolution 4"} <= {key[2] for key in rows}
    text = (done / "runs" / "table.md").read_text(encoding="utf-8")
    assert "*not run*" in text and "**DIS2**" in text and "ndsm alone" in text


def test_pictures_are_pictures(done: Path) -> None:
    for name in ("scenarios", "learning", "robustness", "gallery"):
        assert (done / "runs" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_a_method_keeps_the_values_of_its_own_beside_its_run(done: Path) -> None:
    rates = {
        method: yaml.safe_load((done / "runs" / method / "seed0" / "recipe.yaml").read_text())["optimizer"]["lr"]
        for method in ("dis2", "concat_dropout")
    }
    assert rates == {"dis2": 3e-3, "concat_dropout": 1e-3}
    assert load_method(done / "runs" / "concat_dropout" / "seed1" / "model.safetensors")[0] == "concat_dropout"


def test_what_is_done_is_not_done_again_and_what_is_lost_comes_back_alike(done: Path, tmp_path: Path) -> None:
    out = tmp_path / "runs"
    shutil.copytree(done / "runs", out)
    before = TestScores.load(out / "dis2" / "seed0")
    times = {path: path.stat().st_mtime_ns for path in out.glob("*/seed*/model.safetensors")}
    shutil.rmtree(out / "dis2" / "seed0")
    assert main(["benchmark", "--config", str(done / "tiny.yaml"), "--out", str(out)]) == 0
    after = TestScores.load(out / "dis2" / "seed0")
    assert np.array_equal(before.counts, after.counts)  # one process or two: the same numbers
    others = {path: at for path, at in times.items() if "dis2/seed0" not in str(path)}
    assert len(others) == 5 and all(path.stat().st_mtime_ns == at for path, at in others.items())


def test_a_run_of_another_process_is_left_to_it(folder: Path, tmp_path: Path) -> None:
    plan = tiny(folder, methods=["single_ndsm"], seeds=[0])
    target = tmp_path / "single_ndsm" / "seed0" / FILE
    target.parent.mkdir(parents=True)
    with lock_target(target):
        left = run_all(plan, tmp_path)
    assert [run.place for run in left] == ["single_ndsm/seed0"] and not is_done(left[0], tmp_path)


def test_a_stopped_benchmark_goes_on(folder: Path, tmp_path: Path) -> None:
    plan = tiny(folder, methods=["single_ndsm", "single_rgb"], seeds=[0])
    first, second = plan.runs()
    with pytest.raises(Cancelled):
        run_all(plan, tmp_path, cancelled=lambda: is_done(first, tmp_path))
    assert is_done(first, tmp_path) and not is_done(second, tmp_path)
    assert run_all(plan, tmp_path) == [] and is_done(second, tmp_path)


def test_conditions_lie_between_full_and_missing(done: Path) -> None:
    model = load_method(done / "runs" / "concat_dropout" / "seed0" / "model.safetensors")[1]
    names = [item.name for item in conditions(model.card, TestRecipe(degraded="ndsm", shifts=[1, 8], factors=[2]))]
    assert names[:3] == list(SCENARIOS)
    assert names[-3:] == ["rgb+ndsm, shift 1", "rgb+ndsm, shift 8", "rgb+ndsm, resolution 2"]
    assert [item.name for item in conditions(model.card, TestRecipe())] == list(SCENARIOS)
    alone = conditions_of(model, "single_ndsm", TestRecipe(degraded="ndsm"))
    assert [item.name for item in alone] == ["ndsm"]


def test_a_wrong_plan_is_one_clear_error(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["benchmark", "--config", str(done / "tiny.yaml"), "--out", str(done / "other")]
    assert main([*arguments, "--methods", "[dis3]"]) == 2
    assert "no method 'dis3'" in " ".join(capsys.readouterr().err.split())
    assert main([*arguments, "--tables-only"]) == 2
    assert "No run" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "write"), [("potsdam", miniatures.potsdam), ("vaihingen", miniatures.vaihingen)])
def test_isprs_is_one_command_from_the_archives_to_the_table(
    name: str, write: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The shipped configuration on a miniature of the archives, made small by the options a user has."""
    config = Path(__file__).parents[2] / "training" / "configs" / f"benchmark_{name}.yaml"
    small = "--recipe.model.window 32 --recipe.model.width 8 --recipe.schedule.epochs 1 --recipe.workers 0"
    few = "--recipe.schedule.windows_per_epoch 8 --recipe.schedule.batch_size 4 --seeds [0] --recipe.device cpu"
    data = write(tmp_path / "archives")
    arguments = f"benchmark --config {config} --recipe.data.folder {data} --out {tmp_path / 'runs'} {small} {few}"
    assert main(arguments.split()) == 0
    text, photo = capsys.readouterr().out, {"potsdam": "rgb", "vaihingen": "optical"}[name]
    assert "| **DIS2** |" in text and f"| mIoU | {photo}+ndsm | {photo} | ndsm |" in text and "Official split" in text
    tested = TestScores.load(tmp_path / "runs" / "dis2" / "seed0")
    assert len(tested.classes) == 5
    assert len(tested.tiles) == {"potsdam": 14, "vaihingen": 17}[name]
