"""How long training takes, and what fits into a time limit."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_scene import tiny_job, write_scene

from dis2_core import load_model
from dis2_core.contract.errors import ProtocolError
from dis2_core.contract.segment_job import Event
from dis2_training.fitting.recipe import DataRecipe, ModelRecipe, Recipe, ScheduleRecipe
from dis2_training.region import region
from dis2_training.region.command import region_job, region_parser
from dis2_training.region.recipe import fitted
from dis2_training.region.region import run_training
from dis2_training.region.telling import duration_in_words
from dis2_training.region.timing import RESERVE, Speed


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    return write_scene(tmp_path)


def recipe_of(full_only: float = 0.0) -> Recipe:
    schedule = ScheduleRecipe(epochs=10, windows_per_epoch=800, batch_size=8, full_only=full_only)
    return Recipe(data=DataRecipe(""), model=ModelRecipe("m"), schedule=schedule)


def test_a_training_takes_its_steps_and_its_validations() -> None:
    speed = Speed(step=0.5, validation=2.0)
    assert speed.seconds(100, recipe_of()) == 100 * 0.5 + 10 * 2.0
    assert speed.seconds(100, recipe_of(full_only=0.4)) == 40 * 0.25 + 60 * 0.5 + 10 * 2.0


@pytest.mark.parametrize("full_only", [0.0, 0.35])
def test_as_many_steps_as_fit(full_only: float) -> None:
    speed, recipe = Speed(step=0.3, validation=1.5), recipe_of(full_only)
    steps = speed.steps_within(600, recipe)
    limit = (1 - RESERVE) * 600
    assert speed.seconds(steps, recipe) <= limit < speed.seconds(steps + 1, recipe)
    assert speed.steps_within(0.1, recipe) == speed.steps_within(-5, recipe) == 1


def test_the_schedule_is_that_of_so_many_steps() -> None:
    recipe = fitted(recipe_of(), 400)
    assert (recipe.schedule.steps, recipe.schedule.epochs) == (400, 10)
    assert recipe.optimizer.ema == 1 - 1 / 20
    assert [fitted(recipe, steps).schedule.steps for steps in (3, 10, 19, 417)] == [3, 10, 10, 410]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (59.4, "59 s"), (60, "1 min"), (629, "10 min"), (7500, "2 h 5 min")]
)
def test_durations_as_people_say_them(seconds: float, words: str) -> None:
    assert duration_in_words(seconds) == words


def test_a_time_limit_is_a_time(tmp_path: Path) -> None:
    words = ["--input", "optical=a.tif", "--labels", "l.tif", "--out", "m.safetensors", "--minutes"]
    assert region_job(region_parser().parse_args([*words, "2.5"])).minutes == 2.5
    for nonsense in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ProtocolError, match="time limit"):
            tiny_job(tmp_path, minutes=nonsense)


@pytest.mark.slow
def test_timing_changes_nothing_of_the_model(scene: Path, tmp_path: Path) -> None:
    """The copy's steps leave weights and drawing alone; a limit that allows all of the steps is none."""
    weights = []
    for minutes in (None, 1000.0):
        outputs = {"model": str(tmp_path / f"{minutes}.safetensors")}
        run_training(tiny_job(scene, outputs=outputs, minutes=minutes))
        weights.append(load_model(outputs["model"]).network.state_dict())
    assert all(value.equal(weights[1][name]) for name, value in weights[0].items())


@pytest.mark.slow
def test_a_limit_sets_the_steps_and_says_so(scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []
    monkeypatch.setattr(region, "measure_speed", lambda *_: Speed(step=100.0, validation=0.0))
    job = tiny_job(scene, outputs={"model": str(tmp_path / "m.safetensors")}, minutes=6.0)
    result = run_training(job, progress=events.append)  # 324 seconds, less what reading took
    assert result.steps == 3 and len(result.curve) == 3
    texts = [event.data.get("text", "") for event in events]
    assert "3 steps fit into 6 min here; the same number of steps gives the same model again." in texts
    assert "3 steps take about 5 min on this machine, if it stays as busy as it is." in texts


@pytest.mark.slow
def test_when_the_time_is_up_the_best_so_far_is_kept(
    scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Jump:
        """A clock that the machine's other work overtakes after the first look."""

        def __init__(self) -> None:
            self._looks = iter((0.0, *[1e6] * 9))

        @property
        def wall(self) -> float:
            return next(self._looks)

    monkeypatch.setattr(region, "Clock", Jump)
    job = tiny_job(scene, outputs={"model": str(tmp_path / "m.safetensors")}, minutes=1000.0)
    result = run_training(replace(job, steps=4))
    assert (result.steps, result.chosen, len(result.curve)) == (1, 1, 1)
    assert "The time is up after step 1 of 4: the best so far is kept." in result.warnings
    assert result.full is not None and load_model(tmp_path / "m.safetensors").card.metrics
