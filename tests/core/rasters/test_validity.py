"""Holes, specks and values that leave the range."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_models import tiny_card

from dis2_core.rasters.validity import (
    SPECK,
    Chunk,
    RangeTally,
    fill_specks,
    out_of_range_share,
    range_warning,
    small_regions,
)

RGB, NDSM = tiny_card().modalities


def regions_by_flooding(mask, largest):
    """The reference: flood every region pixel by pixel."""
    result, seen = np.zeros_like(mask), np.zeros_like(mask)
    for start in zip(*np.nonzero(mask), strict=True):
        stack, region = [start], []
        while stack:
            row, col = stack.pop()
            if 0 <= row < mask.shape[0] and 0 <= col < mask.shape[1] and mask[row, col] and not seen[row, col]:
                seen[row, col] = True
                region.append((row, col))
                stack += [(row + 1, col), (row - 1, col), (row, col + 1), (row, col - 1)]
        if region and len(region) <= largest:
            result[tuple(zip(*region, strict=True))] = True
    return result


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6), density=st.floats(0.05, 0.95), size=st.tuples(st.integers(1, 40), st.integers(1, 40))
)
def test_small_regions_equal_flooding(seed, density, size):
    mask = np.random.default_rng(seed).random(size) < density
    for largest in (1, 5, 64):
        assert np.array_equal(small_regions(mask, largest), regions_by_flooding(mask, largest))


def test_a_spiral_is_one_region():
    spiral = np.zeros((41, 41), bool)
    spiral[::4] = True
    spiral[:, 0][1:4] = spiral[:, -1][5:8] = spiral[:, 0][9:12] = True
    assert np.array_equal(small_regions(spiral, 100), regions_by_flooding(spiral, 100))


@pytest.mark.parametrize(("pixels", "filled"), [(1, True), (SPECK, True), (SPECK + 1, False)])
def test_the_limit_is_64_pixels(pixels, filled):
    values = np.ones((2, 30, 30), np.float32)
    rows, cols = np.divmod(np.arange(pixels), 9)
    values[:, rows + 5, cols + 5] = np.nan
    fill_specks(values)
    assert np.isfinite(values).all() == filled


def test_filling_interpolates_and_leaves_the_rest_alone():
    rows, cols = np.mgrid[0:40, 0:50].astype(np.float32)
    truth = np.stack([rows + 2 * cols, 100 - rows])
    values = truth.copy()
    values[:, 10:14, 20:24] = np.nan  # a speck
    values[:, 25:35, 5:25] = np.nan  # a hole
    fill_specks(values)
    assert np.abs(values[:, 10:14, 20:24] - truth[:, 10:14, 20:24]).max() < 2.5  # of 2 a pixel
    assert np.isnan(values[:, 25:35, 5:25]).all()
    outside = np.ones((40, 50), bool)
    outside[10:14, 20:24] = outside[25:35, 5:25] = False
    assert np.array_equal(values[:, outside], truth[:, outside])


def test_a_speck_at_the_border_is_filled_and_one_with_nothing_around_stays():
    values = np.full((1, 20, 20), 7, np.float32)
    values[:, :3, :3] = np.nan
    fill_specks(values)
    assert (values == 7).all()
    nothing = np.full((1, 5, 5), np.nan, np.float32)
    fill_specks(nothing)
    assert np.isnan(nothing).all()


def chunk(values, valid=None):
    values = np.asarray(values, np.float32)
    return Chunk(values, np.ones(values.shape[1:], bool) if valid is None else valid)


def test_share_counts_valid_samples_only():
    values = np.array([[[10.0, 300.0], [-50.0, 20.0]]])
    tally = out_of_range_share(chunk(values), NDSM)
    assert (tally.samples, tally.below, tally.above, tally.share) == (4, 1, 1, 0.5)
    valid = np.array([[True, False], [False, True]])
    assert out_of_range_share(chunk(values, valid), NDSM).share == 0
    assert out_of_range_share(chunk(values, np.zeros((2, 2), bool)), NDSM).samples == 0


def test_tallies_add_up_to_the_whole():
    values = np.random.default_rng(0).normal(100, 60, (3, 40, 50))
    whole = out_of_range_share(chunk(values), RGB)
    parts = sum((out_of_range_share(chunk(values[:, i : i + 8]), RGB) for i in range(0, 40, 8)), RangeTally())
    assert (parts.samples, parts.below, parts.above) == (whole.samples, whole.below, whole.above)
    assert (parts.minimum, parts.maximum) == (whole.minimum, whole.maximum)
    assert parts.mean == pytest.approx(whole.mean)


def test_large_chunks_are_sampled():
    values = np.full((1, 2000, 2000), 300, np.float32)
    values[:, :, 1000:] = 10
    tally = out_of_range_share(chunk(values), NDSM)
    assert tally.samples < 200_000
    assert tally.share == pytest.approx(0.5, abs=0.01)


def warn(modality, *values):
    event = range_warning(
        out_of_range_share(
            chunk(np.array(values, np.float32).reshape(1, 1, -1).repeat(len(modality.bands), 0)), modality
        ),
        modality,
        "file.tif",
    )
    return None if event is None else event.data["text"]


def test_values_in_range_and_a_few_outliers_do_not_warn():
    assert range_warning(RangeTally(), NDSM, "file.tif") is None
    assert warn(NDSM, 0, 5, 30, 99, -5, 100) is None
    assert warn(NDSM, 0, 5, 30, 99, 500) is None  # exactly 20 %


@pytest.mark.parametrize(
    ("modality", "values", "cause"),
    [
        (RGB, (100, 900, 3000, 4095), "16-bit imagery"),
        (NDSM, (0, 30, 150, 255, 120), "decimetres"),
        (NDSM, (0, 300, 1500, 2550, 1200), "centimetres"),
        (NDSM, (431, 436, 450), "absolute heights"),
        (NDSM, (90, 105, 150, 140), "absolute heights"),
        (NDSM, (-9999, -9999, 3, 4), "missing data"),
        (RGB, (-3, -4, 1, 2), "scaled differently"),
    ],
)
def test_the_warning_names_file_range_and_likely_cause(modality, values, cause):
    text = warn(modality, *values)
    assert cause in text
    assert "file.tif" in text and modality.name in text
