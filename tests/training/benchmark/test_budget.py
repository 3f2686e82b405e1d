"""Equal cost: steps that are measured once, written down, and trained."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import yaml

from dis2_core.contract.errors import InputError
from dis2_core.run.reporting import Reporter
from dis2_training.benchmark.budget import ROUNDS, STEPS, Price, calibrate
from dis2_training.benchmark.command import benchmark_parser, to_benchmark
from dis2_training.benchmark.plan import BenchmarkRecipe, with_steps
from dis2_training.cli import main
from dis2_training.fitting import loop
from dis2_training.fitting.loop import self_labelled
from dis2_training.fitting.recipe import DataRecipe, ModelRecipe, Recipe, ScheduleRecipe

SCHEDULE = ScheduleRecipe(epochs=2, windows_per_epoch=8, batch_size=4, incomplete="all")


def tiny(folder: Path | str = "nowhere", **changes: object) -> BenchmarkRecipe:
    model = ModelRecipe("tiny", window=32, width=8, pool_hidden=8)
    recipe = Recipe(data=DataRecipe(str(folder), validation_overlap=0.0), model=model, schedule=SCHEDULE, device="cpu")
    return replace(BenchmarkRecipe("tiny", recipe, ["concat_dropout", "single_ndsm"], seeds=[0]), **changes)


def ticking() -> Callable[[], float]:
    """A clock that is a second on whenever somebody looks."""
    ticks: Iterator[int] = count()
    return lambda: float(next(ticks))


def test_what_fits_into_a_budget() -> None:
    """100 s, of which two validations take 10 each: 80 s of steps, an even number of them. One slow round is none."""
    price = Price(step=[3.0, 3.1, 30.0], validation=[10.0, 10.0, 10.0])
    assert price.steps(100.0, SCHEDULE) == 24  # 25.8 would fit
    assert price.steps(21.0, SCHEDULE) == price.steps(5.0, SCHEDULE) == 0


@pytest.mark.slow
def test_a_calibration_counts_reading_steps_and_validations(folder: Path) -> None:
    """By a clock whose every look is a second: 1 s of reading, 1 s for some steps, 1 s for a validation."""
    told: list[float] = []
    report = Reporter(lambda event: told.append(event.data.get("fraction", 0)), None)
    found = calibrate(tiny(folder, minutes=1.0), report, clock=ticking())
    assert found.steps == dict.fromkeys(["concat_dropout", "single_ndsm"], (60 - 1 - 2 * 1) * STEPS)
    assert [len(price.step) for price in found.prices.values()] == [ROUNDS] * 2
    written = yaml.safe_load(str(found))
    assert written == {"minutes": 1.0, "steps": dict(found.steps)}
    runs = {run.method: run.recipe.schedule for run in tiny(minutes=1.0, steps=written["steps"]).runs()}
    assert runs["single_ndsm"].steps == 57 * STEPS and runs["single_ndsm"].epochs == SCHEDULE.epochs


@pytest.mark.slow
def test_ground_without_labels_is_a_part_of_the_price(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variant that learns from it does so while it is calibrated, and no other row does."""
    calls = []

    def counted(*arguments: Any) -> Any:
        calls.append(arguments)
        return self_labelled(*arguments)

    monkeypatch.setattr(loop, "self_labelled", counted)
    variants = {"labels_alone": "dis2_shared", "fixmatch": "dis2_shared"}
    changes = {"fixmatch": {"semi.split": "train"}}
    calibrate(tiny(folder, minutes=1.0, methods=list(variants), variants=variants, changes=changes), Reporter())
    assert len(calls) == 1 + ROUNDS * STEPS


@pytest.mark.slow
def test_the_command_writes_what_a_second_config_reads(folder: Path, tmp_path: Path, capsys) -> None:
    config = {
        "name": "tiny",
        "methods": ["concat_dropout", "single_ndsm"],
        "minutes": 2,
        "recipe": {
            "data": {"folder": str(folder), "validation_overlap": 0.0},
            "model": {"name": "tiny", "window": 32, "width": 8, "pool_hidden": 8},
            "schedule": {"epochs": 2, "windows_per_epoch": 8, "batch_size": 4},
            "device": "cpu",
        },
    }
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    arguments = ["--config", str(tmp_path / "tiny.yaml"), "--out", str(tmp_path / "runs")]
    arguments += ["--processes", str(os.cpu_count())]  # one thread: several spin where others work, which is CPU time
    assert main(["benchmark", *arguments]) == 2 and "--calibrate" in capsys.readouterr().err
    assert main(["benchmark", *arguments, "--calibrate"]) == 0
    text = (tmp_path / "runs" / "steps.yaml").read_text(encoding="utf-8")
    assert capsys.readouterr().out.strip() == text.strip()
    both = benchmark_parser().parse_args([*arguments, "--config", str(tmp_path / "runs" / "steps.yaml")])
    plan = to_benchmark(both)
    assert {run.method: run.recipe.schedule.steps for run in plan.runs()} == yaml.safe_load(text)["steps"]
    assert plan.steps["single_ndsm"] > plan.steps["concat_dropout"]  # half the encoders, a third of the scenarios


def test_steps_are_those_of_the_recipe_or_an_error() -> None:
    assert [run.recipe.schedule.steps for run in tiny().runs()] == [4, 4]
    for changes, words in (
        ({"minutes": 1.0}, "how many steps of 'concat_dropout' take 1 CPU minutes"),
        ({"minutes": 1.0, "steps": {"concat_dropout": 4}}, "single_ndsm"),
        ({"steps": {"concat_dropout": 4, "single_ndsm": 4}}, "no budget"),
        ({"minutes": 1.0, "steps": {"concat_dropout": 4, "single_ndsm": 5}}, "5 steps of 'single_ndsm'"),
        ({"minutes": 0.0, "steps": {"concat_dropout": 4, "single_ndsm": 4}}, "must lie between"),
    ):
        with pytest.raises(InputError, match=words):
            tiny(**changes).runs()


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"device": "auto"}, "CPU time"), ({"workers": 2}, "CPU time"),
     ({"schedule": replace(SCHEDULE, full_only=0.5)}, "full_only")],
)  # fmt: skip
def test_where_cpu_time_says_nothing_nothing_is_calibrated(changes: dict[str, object], words: str) -> None:
    benchmark = tiny(minutes=1.0)
    with pytest.raises(InputError, match=words):
        calibrate(replace(benchmark, recipe=replace(benchmark.recipe, **changes)), Reporter(None, None))
    with pytest.raises(InputError, match="no budget"):
        calibrate(tiny(), Reporter(None, None))


def test_steps_change_nothing_else() -> None:
    recipe = tiny().recipe
    more = with_steps(recipe, 20, "concat_dropout")
    assert more.schedule == replace(SCHEDULE, windows_per_epoch=40)
    assert replace(more, schedule=SCHEDULE) == recipe
