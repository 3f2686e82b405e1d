from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from baseline_tester import tiny_card

from dis2_core.contract.errors import InputError
from dis2_training.data.augmentation import shift
from dis2_training.data.degradation import (
    COVERAGES,
    FACTORS,
    SHIFTS,
    add_noise,
    cloud_field,
    coarsen_blocks,
    cover_clouds,
    cover_patches,
    curves,
    degradations,
    shift_aside,
)
from dis2_training.data.sample import Sample, normalise, stack

CARD = tiny_card()
OPTICAL = CARD.modality("optical")


def window(height: int = 64, width: int = 64, seed: int = 0) -> Sample:
    generator = torch.Generator().manual_seed(seed)
    return Sample(
        {
            name: torch.rand(bands, height, width, generator=generator) * 200
            for name, bands in (("optical", 3), ("sar", 2))
        },
        {name: torch.ones(height, width, dtype=torch.bool) for name in ("optical", "sar")},
        torch.randint(0, 3, (height, width), generator=generator),
    )


def same(a: Sample, b: Sample, names: tuple[str, ...] = ("optical", "sar")) -> bool:
    return torch.equal(a.labels, b.labels) and all(
        torch.equal(a.values[name], b.values[name]) and torch.equal(a.valid[name], b.valid[name]) for name in names
    )


EVERY = {
    **{name: lambda s, seed, f=f: f(s, seed=seed) for name, f in degradations(OPTICAL).items()},
    **{name: lambda s, seed, f=steps[3]: f(s, seed=seed) for name, steps in curves(OPTICAL).items()},
}


@pytest.mark.parametrize("change", EVERY.values(), ids=EVERY)
def test_only_one_modality_changes_and_by_the_seed_alone(change: Callable[[Sample, int], Sample]) -> None:
    sample, untouched = window(), window()
    degraded = change(sample, 5)
    assert same(sample, untouched)  # a copy
    assert same(degraded, sample, ("sar",)) and not same(degraded, sample, ("optical",))
    assert same(degraded, change(sample, 5))
    assert degraded.size == sample.size and degraded.values["optical"].dtype == torch.float32
    inputs = normalise(stack([degraded]), CARD.modalities)
    assert all(torch.isfinite(x).all() for x in inputs.values())


@pytest.mark.parametrize("name", [name for name in EVERY if name != "resolution"])
def test_other_seeds_degrade_otherwise(name: str) -> None:
    copies = [EVERY[name](window(), seed) for seed in range(4)]
    assert any(not same(copies[0], other) for other in copies[1:])


@pytest.mark.parametrize("size", [(64, 64), (48, 80), (256, 256), (33, 17)])
@pytest.mark.parametrize("coverage", [0.0, *COVERAGES, 1.0])
def test_clouds_cover_what_they_say(coverage: float, size: tuple[int, int]) -> None:
    for seed in range(5):
        covered = ~cover_clouds(window(*size), "optical", coverage, seed).valid["optical"]
        assert covered.sum().item() == round(coverage * size[0] * size[1])


def test_clouds_are_smooth_and_differ() -> None:
    """Neighbours share their fate: far fewer edges than in a mask of single pixels, and no two alike."""
    masks = [~cover_clouds(window(128, 128), "optical", 0.5, seed).valid["optical"] for seed in range(6)]
    for mask in masks:
        edges = (mask[1:] != mask[:-1]).float().mean() + (mask[:, 1:] != mask[:, :-1]).float().mean()
        assert edges < 0.15  # 1 for independent pixels
    agreement = [(a == b).float().mean().item() for i, a in enumerate(masks) for b in masks[:i]]
    assert max(agreement) < 0.9 and 0.35 < np.mean(agreement) < 0.65
    field = cloud_field((64, 64), 0)
    assert (field[1:] - field[:-1]).abs().mean() < 0.3 * field.std()  # 1.1 for white noise


def test_more_clouds_contain_fewer() -> None:
    thin, thick = (cover_clouds(window(), "optical", share, 3).valid["optical"] for share in (0.3, 0.7))
    assert not (thick & ~thin).any()


def test_a_hole_stays_under_clouds_and_is_filled_with_the_mean() -> None:
    sample = window()
    sample.valid["optical"][:8] = False
    degraded = cover_clouds(sample, "optical", 0.3, 0)
    assert not degraded.valid["optical"][:8].any()
    x = normalise(stack([degraded]), CARD.modalities)["optical"][0]
    assert (x[:, ~degraded.valid["optical"]] == 0).all()


@pytest.mark.parametrize("coverage", [-0.1, 1.1])
def test_a_coverage_that_is_no_share_is_refused(coverage: float) -> None:
    with pytest.raises(InputError, match="share"):
        cover_clouds(window(), "optical", coverage, 0)


def test_patches_are_squares_of_a_quarter() -> None:
    shares = []
    for seed in range(40):
        covered = (~cover_patches(window(), "optical", seed).valid["optical"]).float()[None, None]
        eroded = -F.max_pool2d(-covered, 16, stride=1)
        opened = F.max_pool2d(F.pad(eroded, (15,) * 4), 16, stride=1)
        assert torch.equal(opened, covered)  # a union of squares of 16 pixels is its own opening by one
        assert 1 / 16 <= covered.mean() <= 8 / 16
        shares.append(covered.mean().item())
    assert np.mean(shares) == pytest.approx(0.36, abs=0.06)


@pytest.mark.parametrize("strength", [0.0, 0.5, 2.0])
def test_noise_has_the_strength_that_it_says(strength: float) -> None:
    sample = window(128, 128)
    degraded = add_noise(sample, OPTICAL, strength, 0)
    noise = (degraded.values["optical"] - sample.values["optical"]) / 50  # the bands' standard deviation
    assert noise.std().item() == pytest.approx(strength, rel=0.03, abs=1e-6)
    assert noise.mean().item() == pytest.approx(0, abs=0.02 * max(strength, 0.01))
    assert degraded.valid["optical"].all()


@pytest.mark.parametrize("pixels", SHIFTS)
def test_a_shift_moves_exactly_so_many_pixels(pixels: int) -> None:
    sample = window()
    before = sample.values["optical"]
    down = shift(sample, "optical", pixels, 0)
    left = shift(sample, "optical", 0, -pixels)
    end = 64 - pixels
    assert torch.equal(down.values["optical"][:, pixels:], before[:, :end])
    assert torch.equal(left.values["optical"][:, :, :end], before[:, :, pixels:])
    assert down.valid["optical"][pixels:].all() and not down.valid["optical"][:pixels].any()
    assert left.valid["optical"][:, :end].all() and not left.valid["optical"][:, end:].any()
    if pixels == 0:
        assert same(down, sample)


def test_a_shift_back_restores_all_but_the_margin() -> None:
    sample = window()
    back = shift(shift(sample, "optical", 5, -3), "optical", -5, 3)
    inside = (slice(None), slice(0, 59), slice(3, 64))
    assert torch.equal(back.values["optical"][inside], sample.values["optical"][inside])
    assert back.valid["optical"].sum() == 59 * 61


def test_a_shift_aside_is_one_of_four() -> None:
    sample = window()
    ways = [shift(sample, "optical", *way) for way in ((4, 0), (-4, 0), (0, 4), (0, -4))]
    found = [[same(shift_aside(sample, "optical", 4, seed), way) for way in ways] for seed in range(20)]
    assert all(sum(which) == 1 for which in found) and all(map(any, zip(*found, strict=True)))


def test_the_first_step_of_a_curve_changes_nothing() -> None:
    for steps in curves(OPTICAL).values():
        assert same(steps[min(steps)](window(), seed=3), window())
    assert {name: len(steps) for name, steps in curves(OPTICAL).items()} == {"shift": 9, "resolution": 8}


def test_a_factor_of_one_is_the_identity() -> None:
    sample = window()
    assert same(coarsen_blocks(sample, "optical", 1), sample)
    with pytest.raises(InputError, match="smaller"):
        coarsen_blocks(sample, "optical", 0)


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("size", [(64, 64), (50, 37)])
def test_coarse_pixels_keep_constants_and_slopes(factor: int, size: tuple[int, int]) -> None:
    """A block's mean of a plane is its value at the centre, between which a plane is interpolated exactly."""
    sample = window(*size)
    rows, cols = torch.meshgrid(torch.arange(size[0]), torch.arange(size[1]), indexing="ij")
    plane = (2.0 * rows - 3.0 * cols).float()
    sample.values["optical"] = torch.stack([plane, torch.full(size, 7.0), plane])
    degraded = coarsen_blocks(sample, "optical", factor).values["optical"]
    torch.testing.assert_close(degraded[1], sample.values["optical"][1])
    whole = [length // factor * factor - factor // 2 for length in size]  # the last blocks may be cut off
    inside = (0, slice(factor // 2, whole[0]), slice(factor // 2, whole[1]))
    torch.testing.assert_close(degraded[inside], sample.values["optical"][inside], rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_what_is_finer_than_a_block_is_gone(factor: int) -> None:
    sample = window()
    pattern = (torch.arange(64) // (factor // 2) % 2 * 2.0 - 1).expand(64, 64)  # its period is a block
    sample.values["optical"] = pattern.expand(3, -1, -1).clone()
    assert coarsen_blocks(sample, "optical", factor).values["optical"].abs().max() < 1e-6


def test_holes_take_no_part_in_a_mean() -> None:
    sample = window()
    sample.values["optical"][:] = 9.0
    sample.values["optical"][:, 10:21, 30:41] = -9999.0
    sample.valid["optical"][10:21, 30:41] = False
    degraded = coarsen_blocks(sample, "optical", 4)
    assert torch.equal(degraded.valid["optical"], sample.valid["optical"])
    values = degraded.values["optical"][:, sample.valid["optical"]]
    torch.testing.assert_close(values, torch.full_like(values, 9.0))
