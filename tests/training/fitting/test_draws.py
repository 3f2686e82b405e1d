from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
import torch
from baseline_tester import tiny_card
from hypothesis import given
from hypothesis import strategies as st

from dis2_core.contract.errors import InputError
from dis2_training.fitting.draws import BatchShares, ScenarioDraws, seed_dropout
from dis2_training.fitting.recipe import DataRecipe, ModelRecipe, Recipe, ScheduleRecipe


@given(processes=st.integers(1, 5), share=st.integers(1, 4), batches=st.integers(0, 6), data=st.data())
def test_processes_share_the_windows_that_one_would_have(
    processes: int, share: int, batches: int, data: st.DataObject
) -> None:
    """In order, each window once, from any batch on."""
    size = processes * share
    start = data.draw(st.integers(0, batches))
    shares = [list(BatchShares(size, range(start, batches), rank, processes)) for rank in range(processes)]
    assert all(len(numbers) == share for one in shares for numbers in one)
    together = [number for batch in zip(*shares, strict=True) for numbers in batch for number in numbers]
    assert together == list(range(start * size, batches * size))


def test_a_batch_that_cannot_be_shared_is_refused() -> None:
    with pytest.raises(InputError, match="batch of 8 windows cannot be shared by 3 processes"):
        BatchShares(8, range(1), 0, 3)


@pytest.mark.slow
def test_dropout_is_a_function_of_seed_and_part() -> None:
    def draw(seed: int, part: int) -> float:
        seed_dropout(seed, part)
        return torch.rand(1, dtype=torch.float64).item()

    numbers = [draw(seed, part) for seed in range(3) for part in range(100)]
    assert len(set(numbers)) == 300
    assert numbers[::-1] == [draw(seed, part) for seed in reversed(range(3)) for part in reversed(range(100))]


def test_all_incomplete_scenarios_or_one_of_them() -> None:
    """Where all are trained none is drawn; a recipe that names some of them trains those."""
    recipe = Recipe(data=DataRecipe("nowhere"), model=ModelRecipe("tiny"), schedule=ScheduleRecipe(incomplete="all"))
    some = replace(recipe, scenarios={"sar": 1.0})
    every = ScenarioDraws(recipe, tiny_card())
    assert [every.of_batch(batch) for batch in range(3)] == [[("optical",), ("sar",)]] * 3
    assert ScenarioDraws(some, tiny_card()).of_batch(0) == [("sar",)]
    one = ScenarioDraws(replace(recipe, schedule=ScheduleRecipe(incomplete="one")), tiny_card())
    assert {len(one.of_batch(batch)) for batch in range(20)} == {1}


@pytest.mark.parametrize("incomplete", ["one", "all"])
@pytest.mark.filterwarnings("error")
def test_one_modality_has_one_scenario(incomplete: str) -> None:
    recipe = Recipe(
        data=DataRecipe("nowhere"), model=ModelRecipe("tiny"), schedule=ScheduleRecipe(incomplete=incomplete)
    )
    card = replace(tiny_card(), modalities=tiny_card().modalities[:1])
    draws, beside = ScenarioDraws(recipe, card, with_full=True), ScenarioDraws(recipe, card)
    assert draws.of_batch(0) == draws.of_batch(1, full_only=True) == [("optical",)]
    assert list(beside.of_batch(0)) == []


def test_the_full_scenario_is_drawn_like_the_others() -> None:
    """It has their mean probability, and is alone where nothing else is trained yet; each draw is one of its number."""
    recipe = Recipe(data=DataRecipe("nowhere"), model=ModelRecipe("tiny"))
    full = ("optical", "sar")
    draws = ScenarioDraws(recipe, tiny_card(), with_full=True)
    counts = Counter(scenario for batch in range(1500) for scenario in draws.of_batch(batch))
    assert set(counts) == {full, ("optical",), ("sar",)}
    assert all(abs(count - 500) < 85 for count in counts.values())  # 4.6 standard deviations
    skewed = ScenarioDraws(replace(recipe, scenarios={"sar": 3.0, "optical": 1.0}), tiny_card(), with_full=True)
    counts = Counter(scenario for batch in range(1500) for scenario in skewed.of_batch(batch))
    assert abs(counts[full] - 500) < 85 and abs(counts["sar",] - 750) < 90
    assert draws.of_batch(3, full_only=True) == [full]
    every = replace(recipe, schedule=ScheduleRecipe(incomplete="all"))
    assert ScenarioDraws(every, tiny_card(), with_full=True).of_batch(0) == [full, ("optical",), ("sar",)]


def test_a_full_scenario_that_is_trained_beside_the_others_is_not_drawn() -> None:
    draws = ScenarioDraws(Recipe(data=DataRecipe("nowhere"), model=ModelRecipe("tiny")), tiny_card())
    assert {scenario for batch in range(50) for scenario in draws.of_batch(batch)} == {("optical",), ("sar",)}
    assert draws.of_batch(3, full_only=True) == []
