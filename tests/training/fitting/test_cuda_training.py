"""Training on a GPU: it learns what it learns on the CPU, and goes on where it was broken off."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tiny_run import cancel_after, read_log, tiny_recipe

from dis2_core.contract.errors import Cancelled
from dis2_training.fitting.fit import fit
from dis2_training.fitting.recipe import Recipe, ScheduleRecipe

pytestmark = pytest.mark.cuda


def recipe(folder: Path, method: str, **changes: object) -> Recipe:
    schedule = ScheduleRecipe(epochs=4, windows_per_epoch=32, batch_size=4)
    return replace(tiny_recipe(folder, method=method, device="cuda"), **{"schedule": schedule, **changes})


@pytest.mark.parametrize("method", ["dis2", "dis2_shared"])
@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_it_learns(folder: Path, tmp_path: Path, method: str, precision: str) -> None:
    fit(recipe(folder, method, precision=precision), tmp_path / "run")
    rows = read_log(tmp_path / "run")
    scores = [[float(row[name]) for name in row if name.startswith("miou ")] for row in rows]
    assert max(map(sum, scores[1:])) > sum(scores[0])


def test_its_first_step_loses_what_the_cpu_loses(folder: Path, tmp_path: Path) -> None:
    """Weights and windows are drawn on the CPU. Dropout is not, so there is none."""
    one = ScheduleRecipe(epochs=1, windows_per_epoch=8, batch_size=8)
    losses = []
    for device in ("cpu", "cuda"):
        wanted = recipe(folder, "dis2", schedule=one, device=device)
        fit(replace(wanted, model=replace(wanted.model, dropout=0.0)), tmp_path / device)
        losses.append(float(read_log(tmp_path / device)[0]["full"]))
    assert losses[1] == pytest.approx(losses[0], rel=0.02)


def test_a_run_that_was_broken_off_is_gone_on_with(folder: Path, tmp_path: Path) -> None:
    listen, ask = cancel_after(2)
    with pytest.raises(Cancelled):
        fit(recipe(folder, "dis2_shared"), tmp_path / "run", progress=listen, cancelled=ask)
    fit(recipe(folder, "dis2_shared"), tmp_path / "run", resume=True)
    assert [int(row["step"]) for row in read_log(tmp_path / "run")] == [8, 16, 24, 32]
