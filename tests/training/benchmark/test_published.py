"""Published counts: the whole table again, without data, networks or runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import test_benchmark_tables as toys
import yaml

from dis2_core.contract.errors import InputError
from dis2_training.benchmark.command import restore, write_published, write_results
from dis2_training.benchmark.plan import ScoringRecipe
from dis2_training.benchmark.published import FILE, read_counts, write_counts
from dis2_training.benchmark.results import Results
from dis2_training.benchmark.run_scores import RunScores
from dis2_training.benchmark.runs import tested as runs_tested
from dis2_training.benchmark.tables import markdown, write_csv
from dis2_training.cli import main

ROOT = Path(__file__).resolve().parents[3]


def made_as_planned() -> tuple[object, list[RunScores]]:
    """A plan, and tests that say of themselves that they were made by it, somewhere on a machine."""
    plan = toys.benchmark(test=ScoringRecipe(degraded="optical"))
    plan = replace(plan, recipe=replace(plan.recipe, data=replace(plan.recipe.data, folder="/home/somebody/ombria")))
    made = {(run.method, run.seed): run.plain() for run in plan.runs()}
    tests = [replace(t, facts=replace(t.facts, made=made[t.facts.method, t.facts.seed])) for t in toys.TESTS]
    rng = np.random.default_rng(0)
    return plan, [replace(t, counts=rng.integers(0, 70_000, t.counts.shape), bins=t.bins * rng.random()) for t in tests]


def test_the_whole_table_is_made_again_of_the_counts_alone(tmp_path: Path) -> None:
    """Every character of it, every raw row, and the picture of the scenarios."""
    plan, tests = made_as_planned()
    results = Results(plan, tests)
    write_csv(results, tmp_path / "rows.csv")
    write_counts(tests, tmp_path / FILE)
    elsewhere = replace(plan, recipe=replace(plan.recipe, data=replace(plan.recipe.data, folder="nowhere")))
    assert write_published(elsewhere, tmp_path / "again", tmp_path / FILE) == markdown(results)
    again = tmp_path / "again"
    assert (again / "table.md").read_text(encoding="utf-8") == markdown(results)
    assert (again / "results.csv").read_bytes() == (tmp_path / "rows.csv").read_bytes()
    assert (again / "scenarios.png").exists() and not (again / "learning.png").exists()


def test_counts_come_back_and_tell_nothing_of_the_machine(tmp_path: Path) -> None:
    _, tests = made_as_planned()
    write_counts(tests, tmp_path / FILE)
    for test, found in zip(tests, read_counts(tmp_path / FILE), strict=True):
        assert (found.classes, found.tiles, found.conditions) == (test.classes, test.tiles, test.conditions)
        assert found.counts.dtype == np.int64 and np.array_equal(found.counts, test.counts)
        assert np.array_equal(found.bins, test.bins)
        assert found.facts.recipe["data"]["folder"] == "ombria"
        assert replace(found.facts, made=test.facts.made) == test.facts
    with np.load(tmp_path / FILE) as file:
        assert "somebody" not in str(file["facts"])


@pytest.mark.parametrize("damage", ["half", "missing", "pickle", "empty", "without a run"])
def test_what_is_no_file_of_counts_is_one_clear_error(damage: str, tmp_path: Path) -> None:
    plan, tests = made_as_planned()
    path = tmp_path / FILE
    write_counts(tests, path)
    whole = path.read_bytes()
    if damage == "pickle":
        np.savez(path, facts=np.array([{}], dtype=object), lengths=np.array([1]))
    elif damage == "without a run":
        none = {name: np.zeros(0) for name in ("facts", "lengths", "conditions", "classes", "tiles", "counts", "bins")}
        np.savez(path, **none)
    else:
        path.write_bytes({"half": whole[: len(whole) // 2], "empty": b"", "missing": b""}[damage])
    if damage == "missing":
        path.unlink()
    with pytest.raises(InputError, match="missing" if damage == "missing" else "damaged"):
        write_published(plan, tmp_path / "again", path)


def test_counts_of_another_recipe_are_refused(tmp_path: Path) -> None:
    plan, tests = made_as_planned()
    write_counts(tests, tmp_path / FILE)
    other = replace(plan, recipe=replace(plan.recipe, optimizer=replace(plan.recipe.optimizer, lr=0.5)))
    with pytest.raises(InputError, match=r"was made with optimizer\.lr"):
        write_published(other, tmp_path / "again", tmp_path / FILE)
    with pytest.raises(InputError, match="no run of 'toy'"):
        write_published(replace(plan, methods=["mmformer"]), tmp_path / "again", tmp_path / FILE)


def test_counts_of_a_version_that_did_not_know_a_value_yet_stay_good(tmp_path: Path) -> None:
    """A new value's default is what was done before there was one: that, and no other, is how they were made."""
    plan, tests = made_as_planned()
    for test in tests:
        del test.facts.made["recipe"]["augmentation"]["gain"], test.facts.made["test"]["overlap"]
    write_counts(tests, tmp_path / FILE)
    assert write_published(plan, tmp_path / "again", tmp_path / FILE) == markdown(Results(plan, tests))
    augmentation = replace(plan.recipe.augmentation, gain=0.2)
    other = replace(plan, recipe=replace(plan.recipe, augmentation=augmentation))
    with pytest.raises(InputError, match=r"made with augmentation\.gain 0\.0; the recipe says 0\.2"):
        write_published(other, tmp_path / "again", tmp_path / FILE)


SCENES = ("--name=ombria-scenes-equal-cost", "--seeds=[0]", "--title=OMBRIA without common scenes, at equal cost")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "configs", "own"),
    [
        ("ombria_equal_cost", ("benchmark_ombria", "equal_cost_ombria"), ()),
        ("ombria_scenes", ("benchmark_ombria", "scenes_ombria", "equal_cost_ombria"), SCENES),
    ],
)
def test_what_this_project_published_makes_its_table(
    name: str, configs: tuple[str, ...], own: tuple[str, ...], tmp_path: Path, capsys
) -> None:
    """By the commands of ``docs/benchmarks.md``; the counts are those of several versions."""
    published = ROOT / "docs" / "benchmarks"
    files = [f"--config={config}" for config in configs]
    options = ["--recipe.data.folder=ombria", "--recipe.precision=32-true", f"--out={tmp_path}", *own]
    assert main(["benchmark", *files, *options, f"--counts={published / f'{name}.npz'}"]) == 0
    assert capsys.readouterr().out.strip() == (published / f"{name}.md").read_text(encoding="utf-8").strip()


def test_the_published_curves_are_those_of_the_published_counts() -> None:
    """By the command of ``docs/benchmarks.md``, as a process."""
    counts = sorted((ROOT / "docs" / "benchmarks").glob("few_labels_*.npz"))
    command = [sys.executable, ROOT / "benchmarks" / "curves.py", *counts, "--focus", "flooded"]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert found.startswith("| labels |") and found in (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")


@pytest.fixture
def recipe_file(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "toy.yaml"
    data, model = {"folder": "nowhere"}, {"name": "flood", "window": 32, "width": 8}
    settings = {"focus": "flooded", "focus_name": "flood", "title": "Toy", "caveats": ["Toy numbers."]}
    plan = {"name": "toy", "methods": ["dis2", "concat_dropout", "single_sar", "shaspec"], "seeds": [0, 1], **settings}
    plan |= {"recipe": {"data": data, "model": model}, "test": {"degraded": "optical"}}
    path.write_text(yaml.safe_dump(plan), encoding="utf-8")
    yield path


def test_the_command_makes_it_without_a_data_set(recipe_file: Path, tmp_path: Path, capsys) -> None:
    plan, tests = made_as_planned()
    write_counts(tests, tmp_path / FILE)
    arguments = ["benchmark", "--config", str(recipe_file), "--out", str(tmp_path / "again")]
    assert main([*arguments, "--counts", str(tmp_path / FILE)]) == 0
    assert capsys.readouterr().out.strip() == markdown(Results(plan, tests)).strip()


def test_a_table_of_fourteen_methods_fits_into_a_repository(tmp_path: Path) -> None:
    """Three seeds, sixteen conditions and seventy tiles of two classes, as on OMBRIA: under a megabyte."""
    _, (first, *_) = made_as_planned()
    rng = np.random.default_rng(0)
    conditions, tiles = tuple(f"c{i}" for i in range(16)), tuple(f"t{i}" for i in range(70))
    tests = []
    for _ in range(42):
        counts = np.zeros((16, 70, 2, 3), dtype=np.int64)
        counts[..., :2] = rng.integers(0, 40_000, (16, 70, 2, 2))  # pixels of a chip; as random as numbers can be
        bins = rng.random((16, 3, 15))
        tests.append(replace(first, conditions=conditions, tiles=tiles, counts=counts, bins=bins))
    write_counts(tests, tmp_path / FILE)
    assert (tmp_path / FILE).stat().st_size < 1_000_000


def test_runs_of_another_day_are_not_done_again(recipe_file: Path, tmp_path: Path, capsys) -> None:
    """Restored beside what is done here, they make the table; what lies here already stays."""
    plan, tests = made_as_planned()
    write_counts(tests, tmp_path / FILE)
    out = tmp_path / "runs"
    restore(plan, out, tmp_path / FILE)
    assert [test.facts.place for test in runs_tested(plan, out)] == [test.facts.place for test in tests]
    assert write_results(plan, out) == markdown(Results(plan, tests))
    first = out / tests[0].facts.place / "test.npz"
    first.unlink()
    here = replace(tests[0], counts=tests[0].counts + 1)
    here.save(first.parent)
    restore(plan, out, tmp_path / FILE)
    assert np.array_equal(RunScores.load(first.parent).counts, here.counts)
    other = replace(plan, recipe=replace(plan.recipe, optimizer=replace(plan.recipe.optimizer, lr=0.5)))
    with pytest.raises(InputError, match=r"was made with optimizer\.lr"):
        restore(other, tmp_path / "other", tmp_path / FILE)
