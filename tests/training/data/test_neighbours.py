from __future__ import annotations

import numpy as np
import pytest
import torch
from affine import Affine

from dis2_core.rasters.grid import Grid
from dis2_training.data.augmentation import d4
from dis2_training.data.check.neighbours import (
    BITS,
    Look,
    Pair,
    continued,
    copies,
    difference_hash,
    labelled_twice,
    meeting,
)
from dis2_training.data.check.scenes import SceneFacts, deal, scenes
from dis2_training.data.sample import IGNORE, Sample
from dis2_training.data.tiles import MemoryTile


def scene(seed: int, size: int) -> torch.Tensor:
    """A smooth field with grain, as imagery is: (3, size, size)."""
    rng = np.random.default_rng(seed)
    coarse = torch.from_numpy(rng.uniform(0, 255, (1, 3, size // 8, size // 8)).astype(np.float32))
    fine = torch.nn.functional.interpolate(coarse, (size, size), mode="bilinear")[0]
    return (fine + torch.from_numpy(rng.normal(0, 4, (3, size, size)).astype(np.float32))).clamp(0, 255)


def tile(name: str, image: torch.Tensor, grid: Grid | None = None, labels: torch.Tensor | None = None) -> MemoryTile:
    size = image.shape[-2:]
    codes = torch.zeros(size, dtype=torch.int64) if labels is None else labels
    return MemoryTile(name, Sample({"rgb": image}, {"rgb": torch.ones(size, dtype=torch.bool)}, codes), grid)


def looks(*tiles: MemoryTile) -> list[Look]:
    return [Look.of(item) for item in tiles]


def test_a_hash_follows_the_order_of_neighbours() -> None:
    rising = np.arange(81.0).reshape(9, 9)
    assert difference_hash(rising).all() and not difference_hash(-rising).any()
    assert len(difference_hash(rising)) == BITS
    assert np.array_equal(difference_hash(rising), difference_hash(3 * rising + 7))  # brightness and contrast


def test_copies_are_found_through_noise_brightness_and_turns() -> None:
    image = scene(0, 72)
    strangers = [tile(f"stranger{seed}", scene(seed, 72)) for seed in range(1, 12)]
    for element in range(8):
        turned = d4(Sample({"rgb": image}, {"rgb": torch.ones(72, 72, dtype=torch.bool)}, torch.zeros(72, 72)), element)
        changed = (
            0.8 * turned.values["rgb"] + 10 + 2 * torch.randn(3, 72, 72, generator=torch.Generator().manual_seed(1))
        )
        found, closest = copies(looks(*strangers, tile("original", image)), looks(tile("copy", changed)))
        assert [(pair.first, pair.second) for pair in found] == [("original", "copy")]
        assert closest <= 14 and "copy copies the rgb of original" in str(found[0])


def test_strangers_and_flat_tiles_are_no_copies() -> None:
    train = looks(*(tile(f"a{seed}", scene(seed, 72)) for seed in range(20)))
    test = looks(*(tile(f"b{seed}", scene(100 + seed, 72)) for seed in range(20)))
    found, closest = copies(train, test)
    assert not found and 20 < closest < BITS / 2
    rng = np.random.default_rng(0)
    water = [tile(f"water{i}", torch.from_numpy(rng.normal(50, 1, (3, 72, 72)).astype(np.float32))) for i in range(6)]
    assert not copies(looks(*water[:3]), looks(*water[3:]))[0]
    assert not copies(looks(tile("nought", torch.zeros(3, 72, 72))), looks(tile("nothing", torch.zeros(3, 72, 72))))[0]


def test_borders_of_one_scene_continue_each_other() -> None:
    whole = scene(5, 256)
    pieces = {
        (row, col): whole[:, 64 * row : 64 * row + 64, 64 * col : 64 * col + 64] for row in range(4) for col in range(4)
    }
    middle = looks(tile("middle", pieces[1, 1]))
    others = looks(*(tile(f"{row}{col}", piece) for (row, col), piece in pieces.items() if (row, col) != (1, 1)))
    assert {str(pair) for pair in continued(middle, others)} == {
        "01 above middle",
        "21 below middle",
        "10 left of middle",
        "12 right of middle",
    }
    assert not continued(middle, looks(*(tile(f"s{seed}", scene(seed, 64)) for seed in range(20, 60))))


def place(col: int, row: int, size: int = 10) -> Grid:
    """A tile of ``size`` pixels of 0.2 m whose first pixel is in this column and row of a common lattice."""
    return Grid("EPSG:2154", Affine(0.2, 0, 0.2 * col, 0, -0.2, -0.2 * row), size, size)


@pytest.mark.parametrize(
    ("other", "overlap"),
    [
        (place(9, 9), 1),
        (place(0, 0), 100),
        (place(10, 0), 0),
        (place(3, -10), 0),
        (place(11, 0), None),
        (place(10, 11), None),
    ],
)
def test_footprints_overlap_touch_or_neither(other: Grid, overlap: float | None) -> None:
    first, second = (looks(tile(name, scene(1, 72), grid)) for name, grid in (("a", place(0, 0)), ("b", other)))
    pairs = meeting(first, second, within=1)
    if overlap is None:
        assert not pairs
    else:
        assert [pair.value for pair in pairs] == [pytest.approx(overlap)]
        assert str(pairs[0]) == ("b overlaps a" if overlap else "b touches a")


def test_another_crs_is_another_place() -> None:
    there = Grid("EPSG:32632", place(0, 0).transform, 10, 10)
    assert not meeting(looks(tile("a", scene(1, 72), place(0, 0))), looks(tile("b", scene(1, 72), there)))


def test_pixels_labelled_in_both() -> None:
    labels = torch.full((10, 10), IGNORE)
    labels[:, 5:] = 1
    first = tile("a", scene(1, 16)[:, :10, :10], place(0, 0), labels)
    second = tile("b", scene(1, 16)[:, :10, :10], place(4, 2), labels.flip(1))
    ours = np.zeros((30, 30), bool)
    theirs = ours.copy()
    ours[:10, 5:10] = True
    theirs[2:12, 4:9] = True
    assert labelled_twice(first, second) == (ours & theirs).sum()
    assert labelled_twice(first, tile("c", scene(1, 16)[:, :10, :10])) == 0


def test_scenes_join_what_continues_and_what_lies_between() -> None:
    pairs = [Pair("a1", "a4", 0.9, "above"), Pair("b1", "b2", 0.9, "above"), Pair("a4", "a5", 0.9, "left of")]
    names = ["a1", "a2", "a4", "a5", "b1", "b2", "c1"]
    assert scenes(names, pairs) == [["a1", "a2", "a4", "a5"], ["b1", "b2"], ["c1"]]


def test_scenes_are_dealt_out_whole_with_the_sizes_and_the_share_asked_for() -> None:
    facts = [
        SceneFacts(tiles, wanted, 10 * tiles) for tiles, wanted in [(9, 20), (4, 12), (3, 9), (3, 0), (4, 24), (2, 6)]
    ]
    dealt = deal(facts, {"test": 7, "validation": 2}, slack=0)
    assert dealt == {"test": [1, 2], "validation": [5]}  # 30 % each; 28 % over all, [3, 4] would have 34 %
    assert deal(facts, {"test": 7, "validation": 2}, slack=0) == dealt
