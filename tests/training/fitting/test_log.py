from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_run import cancel_after, read_log, tiny_recipe

import dis2_core
from dis2_core import load_model
from dis2_core.cli.console import SparseLines
from dis2_core.contract.errors import Cancelled, NoSpace
from dis2_core.contract.segment_job import Event
from dis2_training.fitting.fit import fit
from dis2_training.fitting.log import Log
from dis2_training.fitting.run_record import git_state

tensorboard = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def read_events(folder: Path) -> dict[str, list[tuple[int, float]]]:
    events = tensorboard.EventAccumulator(str(folder / "tensorboard"))
    events.Reload()
    return {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


@pytest.mark.slow
def test_log_and_tensorboard_say_the_same_over_two_starts(folder: Path, tmp_path: Path) -> None:
    """An epoch that TensorBoard has and the state has not is struck out."""
    recipe, out = tiny_recipe(folder), tmp_path / "run"
    listen, cancelled = cancel_after(2)
    earlier = tmp_path / "state.pt"

    def keep_first_state(event: Event) -> None:
        listen(event)
        if not earlier.exists() and (out / "state.pt").exists():
            earlier.write_bytes((out / "state.pt").read_bytes())

    with pytest.raises(Cancelled):
        fit(recipe, out, progress=keep_first_state, cancelled=cancelled)
    earlier.replace(out / "state.pt")  # as if the process had died in the second epoch
    model = load_model(fit(recipe, out, resume=True))
    rows, events = read_log(out), read_events(out)
    assert [row["step"] for row in rows] == ["2", "4", "6"]
    for tag, column in (
        ("loss/full", "full"),
        ("loss/distillation", "distillation"),
        ("run/lr", "lr"),
        ("run/distillation_weight", "distillation_weight"),
        ("run/windows_per_second", "windows_per_second"),
        ("miou/rgb", "miou rgb"),
        ("oa/rgb+ndsm", "oa rgb+ndsm"),
        ("iou/ndsm roof", "iou ndsm roof"),
    ):
        assert [step for step, _ in events[tag]] == [2, 4, 6]
        assert [value for _, value in events[tag]] == pytest.approx([float(row[column]) for row in rows], rel=1e-4)
    best = max(rows, key=lambda row: np.mean([float(row[f"miou {name}"]) for name in model.card.metrics]))
    for name, scores in model.card.metrics.items():
        assert {key: float(best[f"{key.split()[0]} {name} {key.partition(' ')[2]}".strip()]) for key in scores} == (
            pytest.approx(scores, abs=1e-4)
        )


@pytest.mark.slow
def test_times_add_up(folder: Path, tmp_path: Path) -> None:
    listen, cancelled = cancel_after(1)
    with pytest.raises(Cancelled):
        fit(tiny_recipe(folder), tmp_path, progress=listen, cancelled=cancelled)
    fit(tiny_recipe(folder), tmp_path, resume=True)
    rows = [{name: float(value or "nan") for name, value in row.items()} for row in read_log(tmp_path)]
    for before, row in pairwise(rows):
        training = 8 / row["windows_per_second"]  # seconds that the eight windows of the epoch took
        assert 0 < training <= row["seconds"] - before["seconds"] + 0.1  # rounding
        assert row["cpu_seconds"] >= before["cpu_seconds"] > 0


@pytest.mark.slow
def test_a_run_without_tensorboard_has_its_log(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dis2_training.fitting.log.find_spec", lambda name: None)
    fit(tiny_recipe(folder), tmp_path / "run")
    assert len(read_log(tmp_path / "run")) == 3 and not (tmp_path / "run" / "tensorboard").exists()


def test_a_full_disk_is_told(tmp_path: Path, largest_file: Callable[[int], AbstractContextManager[None]]) -> None:
    with largest_file(100_000), pytest.raises(NoSpace, match=r"log\.csv"):
        Log(tmp_path, [{"text": "x" * 200_000}], 0)
    row = {"step": 1.0, **{f"{number}": 1.0 for number in range(5000)}}
    with largest_file(100_000), pytest.raises(NoSpace, match="tensorboard"), Log(tmp_path, [], 0) as log:
        log.write(row, {})


@pytest.mark.slow
def test_training_stops_when_nothing_gets_better(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scores are made up: they rise once, in the second of 40 epochs."""
    scores = iter([0.3, 0.4, 0.4, 0.35, 0.39, 0.9])
    monkeypatch.setattr("dis2_training.fitting.loop.Epoch.miou", property(lambda epoch: next(scores)))
    recipe = tiny_recipe(folder)
    recipe = replace(recipe, schedule=replace(recipe.schedule, epochs=40, windows_per_epoch=4, patience=3))
    path = fit(recipe, tmp_path / "run")
    assert len(read_log(tmp_path / "run")) == 5 and next(scores) == 0.9
    assert fit(recipe, tmp_path / "run", resume=True) == path
    best = read_log(tmp_path / "run")[1]
    assert load_model(path).card.metrics["rgb"]["miou"] == pytest.approx(float(best["miou rgb"]), abs=1e-4)


@pytest.mark.slow
def test_progress_tells_pace_and_time_left(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dis2_core.run.reporting.SECONDS_BETWEEN", 0.0)
    monkeypatch.setattr("dis2_core.run.reporting.SECONDS_TO_ESTIMATE", 0.0)
    monkeypatch.setattr("dis2_core.cli.console._PLAIN_SECONDS", 0.0)
    events: list[Event] = []
    lines = SparseLines()

    def listen(event: Event) -> None:
        events.append(event)
        lines(event)

    fit(tiny_recipe(folder), tmp_path / "run", progress=listen)
    told = [event.data for event in events if event.type == "progress" and event.data["stage"] == "training"]
    assert len(told) == 6 and all(data["seconds_left"] >= 0 for data in told[1:])
    rates = [float(data["detail"].removesuffix(" windows/s")) for data in told if "detail" in data]
    assert len(rates) == 3 and all(math.isfinite(rate) and rate > 0 for rate in rates)
    assert f"training: 17% {told[1]['detail']}, 0:0" in capsys.readouterr().err


@pytest.mark.slow
def test_a_run_says_what_it_was_made_with(folder: Path, tmp_path: Path) -> None:
    fit(tiny_recipe(folder, seed=3), tmp_path / "run")
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    (start,) = record["starts"]
    assert record["seed"] == 3 and record["method"] == "dis2" and start["device"] == "cpu"
    assert start["versions"]["torch"] == torch.__version__ and start["versions"]["dis2"] == dis2_core.__version__


def test_the_commit_is_that_of_the_code(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        names = ("-c", "user.name=a", "-c", "user.email=a@b")
        return subprocess.check_output(["git", "-C", tmp_path, *names, *arguments], text=True)

    assert git_state(tmp_path) is None
    git("init", "-q")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.py").write_text("1")
    assert git_state(tmp_path / "code") is None  # in a repository, and no part of it
    git("add", "code")
    git("commit", "-q", "-m", "a")
    commit = git("rev-parse", "HEAD").strip()
    assert git_state(tmp_path / "code") == {"commit": commit, "dirty": False}
    (tmp_path / "code" / "a.py").write_text("2")
    assert git_state(tmp_path / "code") == {"commit": commit, "dirty": True}


def test_training_on_a_scene_loads_nothing_of_a_run_in_a_folder() -> None:
    modules = "('lightning', 'tensorboard', 'yaml')"
    program = f"import sys, dis2_training.region; print([name for name in {modules} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"
