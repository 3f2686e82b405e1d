from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_folder import COLOURS, DESCRIPTION

from dis2_core.contract.card import Band, Modality
from dis2_training.data.augmentation import (
    Augmentation,
    AugmentationRecipe,
    Colour,
    change_colour,
    change_gain,
    change_heights,
    coarsen,
    cut_hole,
    d4,
    draw_hole,
    resample,
    shift,
)
from dis2_training.data.sample import IGNORE, Sample

RGB, NDSM = DESCRIPTION.modalities


@pytest.fixture
def sample() -> Sample:
    """Values are a function of the label: whatever moves pixels must keep the pairs."""
    rng = np.random.default_rng(0)
    labels = torch.from_numpy(rng.integers(0, 3, (32, 32)))
    valid = torch.ones(32, 32, dtype=torch.bool)
    rgb = torch.from_numpy(COLOURS[labels.numpy()]).permute(2, 0, 1).contiguous()
    return Sample({"rgb": rgb, "ndsm": 10.0 * labels[None]}, {"rgb": valid, "ndsm": valid.clone()}, labels)


def smooth(size: int) -> Sample:
    """Heights that rise by 1 m a column over 64 columns of ground."""
    ramp = (torch.arange(size) + 0.5) * 64 / size
    valid = torch.ones(size, size, dtype=torch.bool)
    labels = torch.zeros(size, size, dtype=torch.int64)
    return Sample({"ndsm": ramp.expand(1, size, size).clone()}, {"ndsm": valid}, labels)


def test_d4_keeps_pixels_with_their_labels(sample: Sample) -> None:
    turned = [d4(sample, element) for element in range(8)]
    for item in turned:
        assert torch.equal(item.values["ndsm"][0], 10.0 * item.labels)
        assert torch.equal(item.values["rgb"].permute(1, 2, 0), torch.from_numpy(COLOURS)[item.labels])
    assert len({item.labels.numpy().tobytes() for item in turned}) == 8
    assert torch.equal(turned[0].labels, sample.labels)


def test_d4_turns_holes_along(sample: Sample) -> None:
    marked = cut_hole(sample, "ndsm", sample.labels == 1)
    for element in range(8):
        turned = d4(marked, element)
        assert torch.equal(~turned.valid["ndsm"], turned.labels == 1)
        assert turned.valid["rgb"].all()


@pytest.mark.parametrize("size", [32, 48, 64, 96, 160])
def test_resampled_heights_stay_metres_in_their_place(size: int) -> None:
    resampled = resample(smooth(64), (size, size)).values["ndsm"]
    inner = slice(size // 16, -size // 16)  # bilinear interpolation ends flat at the border
    assert torch.allclose(resampled[..., inner], smooth(size).values["ndsm"][..., inner], atol=0.51)
    assert abs(resampled.mean() - 32) < 0.01


def test_halving_is_the_mean_of_four() -> None:
    values = torch.arange(16.0).reshape(1, 4, 4)
    valid = torch.ones(4, 4, dtype=torch.bool)
    sample = Sample({"ndsm": values}, {"ndsm": valid}, torch.zeros(4, 4, dtype=torch.int64))
    expected = values.reshape(2, 2, 2, 2).mean(dim=(1, 3))
    assert torch.allclose(resample(sample, (2, 2)).values["ndsm"][0], expected)


@pytest.mark.parametrize("size", [(20, 20), (50, 50)])
def test_resampled_labels_are_labels(sample: Sample, size: tuple[int, int]) -> None:
    sample.labels[:5] = IGNORE
    assert set(resample(sample, size).labels.unique().tolist()) <= {0, 1, 2, IGNORE}


def test_holes_do_not_bleed_into_averages() -> None:
    sample = smooth(32)
    sample.values["ndsm"][:] = 7.0
    sample.values["ndsm"][:, 8:16, 8:16] = -9999.0
    sample.valid["ndsm"][8:16, 8:16] = False
    for item in (resample(sample, (24, 24)), resample(sample, (44, 44)), coarsen(sample, "ndsm", 2.3)):
        assert torch.allclose(item.values["ndsm"][0][item.valid["ndsm"]], torch.tensor(7.0), atol=1e-4)
        assert 0.8 < item.valid["ndsm"].float().mean() < 1


def test_coarsening_takes_detail_and_keeps_the_mean(sample: Sample) -> None:
    coarse = coarsen(sample, "ndsm", 2.0)
    assert coarse.values["ndsm"].std() < 0.7 * sample.values["ndsm"].std()
    assert abs(coarse.values["ndsm"].mean() - sample.values["ndsm"].mean()) < 0.1
    assert coarse.values["rgb"] is sample.values["rgb"] and coarse.labels is sample.labels
    assert torch.equal(coarsen(sample, "ndsm", 1.0).values["ndsm"], sample.values["ndsm"])


def test_no_change_of_colour_is_the_identity(sample: Sample) -> None:
    assert torch.equal(change_colour(sample, RGB, Colour()).values["rgb"], sample.values["rgb"])
    drawn = Colour.draw(np.random.default_rng(0), 0.0, 3)
    assert torch.allclose(change_colour(sample, RGB, drawn).values["rgb"], sample.values["rgb"], atol=1e-3)


@pytest.mark.parametrize(
    "change",
    [Colour(brightness=0.2), Colour(contrast=1.5), Colour(saturation=0.4), Colour(hue=0.3), Colour(tint=(0.8, 1, 1))],
)
def test_colour_changes_the_photo_alone(sample: Sample, change: Colour) -> None:
    changed = change_colour(sample, RGB, change)
    assert not torch.allclose(changed.values["rgb"], sample.values["rgb"], atol=1)
    assert changed.values["rgb"].min() >= 0 and changed.values["rgb"].max() <= 255
    assert changed.values["ndsm"] is sample.values["ndsm"] and changed.labels is sample.labels


def test_brightness_adds_a_fraction_of_the_range() -> None:
    grey = Sample({"rgb": torch.full((3, 4, 4), 100.0)}, {}, torch.zeros(4, 4, dtype=torch.int64))
    assert torch.allclose(change_colour(grey, RGB, Colour(brightness=0.1)).values["rgb"], torch.tensor(125.5))
    assert torch.allclose(change_colour(grey, RGB, Colour(saturation=0.2)).values["rgb"], torch.tensor(100.0))


def test_colour_of_four_bands_has_no_hue() -> None:
    bands = (*RGB.bands, RGB.bands[0])
    four = type(RGB)("rgbi", "optical", "optical", tuple(type(b)(f"b{i}", 0, 1, 0, 255) for i, b in enumerate(bands)))
    sample = Sample({"rgbi": torch.rand(4, 8, 8) * 255}, {}, torch.zeros(8, 8, dtype=torch.int64))
    changed = change_colour(sample, four, Colour(hue=1.0, saturation=0.1))
    assert torch.allclose(changed.values["rgbi"], sample.values["rgbi"], atol=1e-3)


def test_heights_are_stretched_and_grained(sample: Sample) -> None:
    rng = np.random.default_rng(1)
    assert torch.equal(change_heights(sample, "ndsm", 0, 0, rng).values["ndsm"], sample.values["ndsm"])
    ratio = change_heights(sample, "ndsm", 0.1, 0, rng).values["ndsm"] / sample.values["ndsm"]
    assert ratio.nan_to_num(1).sub(1).abs().max() <= 0.1001
    grain = change_heights(sample, "ndsm", 0, 0.5, rng).values["ndsm"] - sample.values["ndsm"]
    assert abs(grain.std() - 0.5) < 0.05 and abs(grain.mean()) < 0.05


def test_holes_have_the_share_that_was_asked_for() -> None:
    rng = np.random.default_rng(2)
    shares = [draw_hole((64, 64), (0.1, 0.3), rng).float().mean().item() for _ in range(40)]
    assert all(0.05 <= share <= 0.35 for share in shares) and max(shares) > 2 * min(shares)


def test_a_hole_is_in_one_modality(sample: Sample) -> None:
    recipe = AugmentationRecipe(coarsen=0, colour=0, height_gain=0, height_noise=0, holes=1.0)
    for seed in range(10):
        item = Augmentation(recipe, (RGB, NDSM))(sample, np.random.default_rng(seed))
        assert sum(bool((~valid).any()) for valid in item.valid.values()) == 1
        assert torch.equal(item.values["ndsm"][0], 10.0 * item.labels)


@pytest.mark.parametrize(("rows", "cols"), [(0, 0), (3, 0), (0, -5), (-4, 7), (40, 0)])
def test_a_shift_moves_one_modality_and_uncovers_the_rest(sample: Sample, rows: int, cols: int) -> None:
    moved = shift(sample, "ndsm", rows, cols)
    assert moved.values["rgb"] is sample.values["rgb"] and moved.labels is sample.labels
    for row in range(32):
        for col in range(32):
            inside = 0 <= row - rows < 32 and 0 <= col - cols < 32
            assert bool(moved.valid["ndsm"][row, col]) == inside
            expected = sample.values["ndsm"][0, row - rows, col - cols] if inside else 0
            assert moved.values["ndsm"][0, row, col] == expected


def test_a_shift_takes_holes_along(sample: Sample) -> None:
    hole = torch.zeros(32, 32, dtype=torch.bool)
    hole[10, 10] = True
    moved = shift(cut_hole(sample, "rgb", hole), "rgb", 2, 1)
    assert not moved.valid["rgb"][12, 11] and moved.valid["rgb"][10, 10]


def test_shifts_stay_within_what_was_asked_for(sample: Sample) -> None:
    quiet = {"d4": False, "coarsen": 0, "colour": 0, "height_gain": 0, "height_noise": 0, "holes": 0}
    augment = Augmentation(AugmentationRecipe(**quiet, shift=1.0, shift_by=2), (RGB, NDSM))
    uncovered = set()
    for seed in range(60):
        item = augment(sample, np.random.default_rng(seed))
        assert torch.equal(item.labels, sample.labels)
        moved = [name for name, valid in item.valid.items() if not valid.all()]
        assert len(moved) <= 1
        for name in moved:
            rows = int((~item.valid[name]).all(dim=1).sum())
            cols = int((~item.valid[name]).all(dim=0).sum())
            uncovered.add((name, rows, cols))
    assert {name for name, _, _ in uncovered} == {"rgb", "ndsm"}
    assert max(max(rows, cols) for _, rows, cols in uncovered) == 2
    alone = Augmentation(AugmentationRecipe(**quiet, shift=1.0), (NDSM,))
    assert alone(sample, np.random.default_rng(0)).valid["ndsm"].all()  # nothing to be moved against


def test_without_shifts_the_windows_of_older_recipes_stay_the_same(sample: Sample) -> None:
    first, second = (
        Augmentation(AugmentationRecipe(shift=0.0, shift_by=pixels), (RGB, NDSM))(sample, np.random.default_rng(7))
        for pixels in (1, 9)
    )
    assert torch.equal(first.values["rgb"], second.values["rgb"])


def test_an_infrared_composite_has_no_hue(sample: Sample) -> None:
    bands = (type(RGB.bands[0])("near_infrared", 0, 1, 0, 255), *RGB.bands[:2])
    infrared = type(RGB)("rgb", "optical", "optical", bands)
    changed = change_colour(sample, infrared, Colour(hue=1.0, saturation=0.1))
    assert torch.allclose(changed.values["rgb"], sample.values["rgb"], atol=1e-3)


def test_colours_of_radar_and_heights_are_left_alone(sample: Sample) -> None:
    radar = type(NDSM)("ndsm", "sar", "sar", NDSM.bands)
    recipe = AugmentationRecipe(d4=False, coarsen=0, colour=1.0, height_gain=1.0, height_noise=1.0, holes=0)
    item = Augmentation(recipe, (RGB, radar))(sample, np.random.default_rng(0))
    assert item.values["ndsm"] is sample.values["ndsm"]
    assert not torch.equal(item.values["rgb"], sample.values["rgb"])


def test_the_whole_is_a_function_of_its_generator(sample: Sample) -> None:
    augment = Augmentation(AugmentationRecipe(coarsen=1, holes=1), (RGB, NDSM))
    first, again, other = (augment(sample, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert torch.equal(first.values["rgb"], again.values["rgb"]) and torch.equal(first.valid["rgb"], again.valid["rgb"])
    assert not torch.equal(first.values["rgb"], other.values["rgb"])


def test_gain_is_one_line_for_all_bands_that_stays_in_range() -> None:
    """(y - m) = f (x - m) + o s, with the same f and o for every band of a window, clamped."""
    bands = tuple(
        Band(name, mean, std, 0.0, 255.0) for name, mean, std in (("before", 100.0, 30.0), ("after", 80.0, 20.0))
    )
    radar = Modality("sar", "sar", "sar", bands)
    x = torch.linspace(0, 255, 256).reshape(1, 16, 16).repeat(2, 1, 1)
    sample = Sample({"sar": x}, {"sar": torch.ones(16, 16, dtype=torch.bool)}, torch.zeros(16, 16, dtype=torch.int64))
    rng = np.random.default_rng(0)
    assert torch.allclose(change_gain(sample, radar, 0.0, rng).values["sar"], x, atol=1e-4)
    found = []
    for _ in range(200):
        y = change_gain(sample, radar, 0.5, rng).values["sar"]
        assert y.min() >= 0 and y.max() <= 255
        inside = (y > 0) & (y < 255)
        slopes, shifts = [], []
        for band, ours, theirs, known in zip(bands, y, x, inside, strict=True):
            slope, shift_by = np.polyfit((theirs[known] - band.mean).numpy(), (ours[known] - band.mean).numpy(), 1)
            slopes.append(slope)
            shifts.append(shift_by / band.std)
        assert np.ptp(slopes) < 1e-3 and np.ptp(shifts) < 1e-3
        found.append((slopes[0], shifts[0]))
    slopes, shifts = np.array(found).T
    assert 1 / 1.5 - 1e-3 <= slopes.min() < 0.75 and 1.4 < slopes.max() <= 1.5 + 1e-3
    assert -0.5 <= shifts.min() < -0.4 and 0.4 < shifts.max() <= 0.5
