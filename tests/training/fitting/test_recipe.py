from __future__ import annotations

import math
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from dis2_core import DIS2Config
from dis2_core.contract.errors import InputError
from dis2_training.benchmark.command import benchmark_parser, to_benchmark
from dis2_training.commands import read_recipe, recipe_parser, to_pretraining, to_student
from dis2_training.distilling.recipe import DistilRecipe
from dis2_training.fitting.recipe import distillation_weight, learning_rate
from dis2_training.pretraining.recipe import PretrainRecipe

ALL = sorted(str(item) for item in resources.files("dis2_training.configs").iterdir() if item.name.endswith(".yaml"))
BENCHMARKS = [path for path in ALL if "benchmark_" in path]
VARIANTS = [path for path in ALL if "equal_cost_" in path or "scenes_" in path]
PRETRAININGS = [path for path in ALL if "pretrain_" in path]
STUDENTS = [path for path in ALL if "distil_" in path]
FEW_LABELS = [path for path in ALL if "few_labels_" in path]
CONFIGS = [path for path in ALL if path not in (*BENCHMARKS, *VARIANTS, *PRETRAININGS, *STUDENTS, *FEW_LABELS)]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: Path(path).stem)
def test_every_config_is_a_recipe(config: str) -> None:
    recipe = read_recipe(["--config", config])
    assert recipe.schedule.steps > 0
    DIS2Config(window=(recipe.model.window,) * 2, width=recipe.model.width)
    assert all(0 < learning_rate(step, recipe) <= recipe.optimizer.lr for step in range(recipe.schedule.steps))


@pytest.mark.parametrize("config", STUDENTS, ids=lambda path: Path(path).stem)
def test_every_config_of_a_student_is_a_recipe(config: str) -> None:
    recipe = to_student(recipe_parser(DistilRecipe).parse_args(["--config", config]))
    DIS2Config(window=(recipe.model.window,) * 2, width=recipe.model.width, form="shared")
    assert recipe.recipe == Path(config).stem.replace("_", "-") and recipe.teachers


@pytest.mark.parametrize("config", PRETRAININGS, ids=lambda path: Path(path).stem)
def test_every_pretraining_config_is_a_recipe(config: str) -> None:
    recipe = to_pretraining(recipe_parser(PretrainRecipe).parse_args(["--config", config]))
    DIS2Config(window=(recipe.model.window,) * 2, width=recipe.model.width)
    assert recipe.recipe == Path(config).stem.replace("_", "-") and recipe.schedule.steps > 0


@pytest.mark.parametrize("config", BENCHMARKS, ids=lambda path: Path(path).stem)
def test_every_benchmark_config_is_a_plan(config: str) -> None:
    benchmark = to_benchmark(benchmark_parser().parse_args(["--config", config]))
    runs = benchmark.runs()
    assert len({run.place for run in runs}) == len(benchmark.methods) * len(benchmark.seeds) >= 9
    for run in runs:
        assert run.recipe.schedule.steps > 0
        DIS2Config(window=(run.recipe.model.window,) * 2, width=run.recipe.model.width)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda path: Path(path).stem)
def test_a_variant_is_a_few_values_beside_its_benchmark(variant: str) -> None:
    """Of the last part of its name; whatever it does not name stays."""
    data = Path(variant).stem.rpartition("_")[2]
    base = next(path for path in BENCHMARKS if Path(path).stem == f"benchmark_{data}")
    whole = to_benchmark(benchmark_parser().parse_args(["--config", base]))
    varied = to_benchmark(benchmark_parser().parse_args(["--config", base, "--config", variant]))
    assert varied.name != whole.name and varied.recipe.model == whole.recipe.model
    if "equal_cost_" in variant:
        assert varied.minutes and varied.recipe == whole.recipe
        assert {"dis2_shared", *whole.methods} >= set(varied.methods)
        steps = varied.steps or dict.fromkeys(varied.methods, 10 * varied.recipe.schedule.epochs)
        assert replace(varied, steps=steps).runs()
    else:
        data = replace(whole.recipe.data, options={"splits": "scene_disjoint"})
        assert varied.recipe == replace(whole.recipe, data=data) and set(varied.methods) >= set(whole.methods)
        assert varied.runs()


@pytest.mark.parametrize("config", FEW_LABELS, ids=lambda path: Path(path).stem)
def test_rows_of_few_labels_differ_in_what_they_learn_from_alone(config: str) -> None:
    base = config.replace("few_labels_", "benchmark_")
    made = to_benchmark(benchmark_parser().parse_args(["--config", base, "--config", config]))
    assert set(made.variants) == set(made.methods) and set(made.variants.values()) == {"dis2_shared"}
    assert made.recipe.data.options["labels"] < 1
    for run in made.runs():
        if run.recipe.semi.split:  # all of the training part, and no scene of another part
            assert run.recipe.semi.options == {"splits": made.recipe.data.options["splits"]}
        assert run.recipe.schedule == made.recipe.schedule and run.recipe.data == made.recipe.data


def test_the_configs_are_all_there() -> None:
    assert {Path(path).stem for path in CONFIGS} >= {"aerial_demo", "authors"}
    assert {Path(path).stem.removeprefix("benchmark_") for path in BENCHMARKS} == {
        "flair2",
        "ombria",
        "potsdam",
        "vaihingen",
    }


def config(name: str) -> str:
    return next(path for path in CONFIGS if Path(path).stem == name)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: Path(path).stem)
def test_a_recipe_that_ships_is_known_by_its_name(path: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_recipe(["--config", Path(path).stem]) == read_recipe(["--config", path])


def test_a_value_can_be_overridden() -> None:
    recipe = read_recipe(["--config", config("aerial_demo"), "--optimizer.lr", "0.5", "--model.width", "8"])
    assert (recipe.optimizer.lr, recipe.model.width) == (0.5, 8)


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wrong.yaml").write_text(Path(config("authors")).read_text() + "\nlearning_rat: 3\n")
    with pytest.raises(InputError, match="learning_rat"):
        read_recipe(["--config", str(tmp_path / "wrong.yaml")])


def test_the_authors_schedule() -> None:
    recipe = read_recipe(["--config", config("authors")])
    rates = [learning_rate(step, recipe) for step in range(45)]
    assert rates[0] == rates[15] == rates[30] == 1e-3  # warm restarts every 15 optimizer steps
    assert rates[:15] == sorted(rates[:15], reverse=True)
    epoch = recipe.schedule.steps_per_epoch
    weights = [distillation_weight(number * epoch, recipe) for number in range(8)]
    assert weights == [0, 0, 0, 0, 0, 0, 5, 5]  # on in the seventh epoch
    assert recipe.scenarios == {"ndsm": 0.6, "rgb": 0.4}


def test_our_schedule() -> None:
    recipe = read_recipe(["--config", config("aerial_demo")])
    steps = recipe.schedule.steps
    rates = [learning_rate(step, recipe) for step in range(steps)]
    peak = rates.index(max(rates))
    assert max(rates) == pytest.approx(recipe.optimizer.lr)
    assert rates[: peak + 1] == sorted(rates[: peak + 1]) and rates[peak:] == sorted(rates[peak:], reverse=True)
    assert rates[-1] < 0.02 * recipe.optimizer.lr


def test_distillation_rises_as_the_recipe_says() -> None:
    recipe = read_recipe(["--config", config("aerial_demo")])
    steps, start, ramp = recipe.schedule.steps, recipe.distillation.start, recipe.distillation.ramp
    weights = [distillation_weight(step, recipe) for step in range(steps)]
    assert weights[math.ceil(start * steps) - 1] == 0 and weights == sorted(weights)
    assert weights[round((start + ramp / 2) * steps)] == pytest.approx(recipe.distillation.weight / 2, abs=0.1)
    assert weights[math.ceil((start + ramp) * steps)] == weights[-1] == recipe.distillation.weight


@pytest.mark.parametrize(("name", "some"), [("authors", False), ("aerial_demo", True)])
def test_the_authors_train_all_branches_from_the_start(name: str, some: bool) -> None:
    assert (read_recipe(["--config", config(name)]).schedule.full_only_steps > 0) == some
