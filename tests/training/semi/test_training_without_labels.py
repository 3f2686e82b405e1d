from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from tiny_folder import write_folder, write_tile
from tiny_run import assert_same_run, cancel_after, read_log, tiny_recipe, what_a_run_gives

from dis2_core.contract.errors import Cancelled
from dis2_training.fitting.fit import fit
from dis2_training.fitting.recipe import Recipe
from dis2_training.semi.recipe import SemiRecipe


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_folder(tmp_path_factory.mktemp("data"))
    write_tile(root, "more", "e", 7)
    return root


def semi_recipe(data: Path, confidence: float = 0.4, **changes: object) -> Recipe:
    """Sure enough, soon enough: the chance of three classes is .33."""
    return tiny_recipe(data, method="dis2_shared", semi=SemiRecipe("more", confidence=confidence), **changes)


def weights(out: Path) -> dict[str, torch.Tensor]:
    return what_a_run_gives(out)[2]


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    return fit(semi_recipe(data), tmp_path_factory.mktemp("runs") / "whole").parent


def test_the_labels_of_unlabelled_ground_are_not_looked_at(data: Path, whole: Path, tmp_path: Path) -> None:
    other = write_folder(tmp_path / "data")
    write_tile(other, "more", "e", 7)
    with rasterio.open(other / "more" / "labels" / "e.tif", "r+") as labels:
        labels.write(np.flip(labels.read(), axis=1))
    assert_same_run(fit(semi_recipe(other), tmp_path / "run").parent, whole)


def test_its_pixels_are(data: Path, whole: Path, tmp_path: Path) -> None:
    alone = fit(tiny_recipe(data, method="dis2_shared"), tmp_path / "alone").parent
    assert any(not torch.equal(x, weights(alone)[name]) for name, x in weights(whole).items())
    doubtful = fit(semi_recipe(data, confidence=1.0), tmp_path / "doubtful").parent
    assert any(not torch.equal(x, weights(doubtful)[name]) for name, x in weights(whole).items())


def test_a_run_that_was_stopped_learns_the_same(data: Path, whole: Path, tmp_path: Path) -> None:
    listen, cancelled = cancel_after(1)
    with pytest.raises(Cancelled):
        fit(semi_recipe(data), tmp_path, progress=listen, cancelled=cancelled)
    fit(semi_recipe(data), tmp_path, resume=True)
    assert_same_run(tmp_path, whole)


@pytest.mark.parametrize("method", ["dis2", "concat_dropout"])
def test_every_method_takes_it(data: Path, tmp_path: Path, method: str) -> None:
    recipe = replace(semi_recipe(data), method=method)
    fit(recipe, tmp_path)
    assert len(read_log(tmp_path)) == recipe.schedule.epochs
