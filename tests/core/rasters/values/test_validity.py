"""Holes and specks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dis2_core.rasters.values.validity import SPECK, fill_specks, small_regions


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
