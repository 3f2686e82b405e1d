"""Runs of a second, and what two runs must have in common."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import safetensors.torch
import torch

from dis2_core.contract.segment_job import Event
from dis2_training.fitting.recipe import DataRecipe, ModelRecipe, OptimizerRecipe, Recipe, ScheduleRecipe

#: ``dis2-train``
PROGRAM = """
import sys, torch
from dis2_training.cli import main
torch.set_num_threads(1)
sys.exit(main(sys.argv[1:]))
"""
TIMES = ("seconds", "cpu_seconds", "windows_per_second")


def tiny_recipe(folder: Path, **changes: object) -> Recipe:
    """Three epochs of two steps, with dropout and two batches a step; not all is alike from step to step."""
    recipe = Recipe(
        data=DataRecipe(str(folder)),
        model=ModelRecipe("tiny", window=32, width=8, dropout=0.3),
        optimizer=OptimizerRecipe(lr=3e-3, ema=0.8),
        schedule=ScheduleRecipe(epochs=3, windows_per_epoch=8, batch_size=2, accumulate=2),
        device="cpu",
    )
    return replace(recipe, **changes)


def read_log(out: Path) -> list[dict[str, str]]:
    with (out / "log.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def what_a_run_gives(out: Path) -> tuple[list[dict[str, str]], dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """Losses and scores; what was saved; the last weights, their average and the optimizer's moments."""
    (saved,) = out.glob("*.safetensors")
    rows = [{name: value for name, value in row.items() if name not in TIMES} for row in read_log(out)]
    state = torch.load(out / "state.pt", weights_only=True)
    moments = {f"{key} {name}": x for key, item in state["optimizer"]["state"].items() for name, x in item.items()}
    return (
        rows,
        safetensors.torch.load_file(saved),
        {**{f"objective {k}": x for k, x in state["objective"].items()}, **state["average"], **moments},
    )


def assert_same_run(out: Path, reference: Path) -> None:
    (rows, *weights), (expected_rows, *expected) = what_a_run_gives(out), what_a_run_gives(reference)
    assert rows == expected_rows
    for ours, theirs in zip(weights, expected, strict=True):
        assert ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def cancel_after(epochs: int) -> tuple[Callable[[Event], None], Callable[[], bool]]:
    """A listener, and a question that is answered with yes after so many epochs."""
    done = []

    def listen(event: Event) -> None:
        if event.type == "info" and event.data["text"].startswith("step "):
            done.append(event)

    return listen, lambda: len(done) >= epochs
