from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from dis2_training.data.augmentation import AugmentationRecipe
from dis2_training.data.dataset import FolderDataset
from dis2_training.data.sample import IGNORE, Sample
from dis2_training.data.tiles import MemoryTile
from dis2_training.data.windows import RandomWindows
from dis2_training.semi.recipe import SemiRecipe
from dis2_training.semi.views import CUTMIX_AREA, TwoViews, cutmix, stack_views, without_labels

NOTHING = AugmentationRecipe(
    d4=False, scale=(1, 1), coarsen=0, colour=0, height_gain=0, height_noise=0, holes=0, shift=0
)


def two_views(folder: Path, strong: AugmentationRecipe) -> tuple[TwoViews, RandomWindows]:
    data = FolderDataset(folder, "train")
    windows = RandomWindows(data.in_memory(), 3, 32, 4, seed=5)
    return TwoViews(windows, SemiRecipe("train", strong=strong), data.description.modalities), windows


def assert_same(one: Sample, other: Sample) -> None:
    for name, values in one.values.items():
        assert torch.equal(values, other.values[name]) and torch.equal(one.valid[name], other.valid[name])


def test_a_strong_view_moves_no_pixel(folder: Path) -> None:
    """The teacher's labels are of the pixels of the weak view."""
    views, windows = two_views(folder, replace(NOTHING, d4=True, shift=1.0, shift_by=9))
    for number in range(4):
        assert_same(views[number].weak, windows[number])
        assert_same(views[number].strong, windows[number])


def test_views_are_pure_functions_of_their_number(folder: Path) -> None:
    views, _ = two_views(folder, SemiRecipe().strong)
    first, again = views[2], views[2]
    assert_same(first.strong, again.strong)
    assert any(not torch.equal(first.strong.values[name], first.weak.values[name]) for name in first.weak.values)
    assert stack_views([views[2], views[3]]).number == 2


def test_tiles_without_labels_have_none(folder: Path) -> None:
    tiles = FolderDataset(folder, "train").in_memory()
    for tile, bare in zip(tiles, without_labels(tiles), strict=True):
        assert isinstance(bare, MemoryTile) and bare.size == tile.size
        assert (bare.labels == IGNORE).all() and (tile.labels != IGNORE).any()
        assert_same(bare.sample, tile.sample)


def numbered_windows() -> Sample:
    """Five windows whose every value says which window it is of."""
    number = torch.arange(5.0).view(5, 1, 1, 1).expand(5, 2, 40, 40)
    return Sample({"a": number}, {"a": (number[:, 0] % 2 == 0)}, number[:, 0].long())


@pytest.mark.parametrize("seed", range(20))
def test_cutmix_takes_a_rectangle_of_the_window_before(seed: int) -> None:
    batch = numbered_windows()
    mixed = cutmix(batch, 1.0, (seed,))
    for number in range(5):
        foreign = mixed.labels[number] != number
        rows, cols = (foreign.any(dim=axis).nonzero() for axis in (1, 0))
        assert foreign[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1].all()  # a rectangle
        assert CUTMIX_AREA[0] * 0.7 < foreign.float().mean() < CUTMIX_AREA[1] * 1.2  # but for whole pixels
        assert (mixed.labels[number][foreign] == (number - 1) % 5).all()
        assert torch.equal(mixed.values["a"][number, 1], mixed.labels[number].float())
        assert torch.equal(mixed.valid["a"][number], mixed.labels[number] % 2 == 0)


def test_cutmix_mixes_as_many_windows_as_it_is_told() -> None:
    batch = numbered_windows()
    assert_same(cutmix(batch, 0.0, (0,)), batch)
    mixed = [(cutmix(batch, 0.5, (seed,)).labels != batch.labels).flatten(1).any(dim=1) for seed in range(100)]
    assert 0.42 < torch.stack(mixed).float().mean() < 0.58  # 500 draws: three and a half standard deviations
