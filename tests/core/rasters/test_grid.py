"""Grids and window plans, checked on small integers."""

from __future__ import annotations

from itertools import pairwise

import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st

from dis2_core.contract.errors import GridMismatch
from dis2_core.rasters.grid import Grid, WindowPlan

WKT = 'LOCAL_CS["any"]'  # grids compare it as text alone
METRES = Grid(WKT, Affine(2, 0, 100, 0, -2, 500), height=30, width=40)

small = st.integers(1, 60)
overlaps = st.floats(0, 0.95)


@given(height=small, width=small, window=st.tuples(st.integers(1, 40), st.integers(1, 40)), overlap=overlaps)
def test_windows_cover_every_pixel_in_order_and_inside(height, width, window, overlap):
    plan = WindowPlan(height, width, window, overlap)
    for size, side, stride, starts in zip((height, width), window, plan.stride, (plan.rows, plan.cols), strict=True):
        assert starts[0] == 0
        assert stride == max(1, round(side * (1 - overlap)))
        assert all(0 < after - before <= stride for before, after in pairwise(starts))
        assert starts[-1] == max(0, size - side)  # anchored inside
        assert {i for start in starts for i in range(start, start + side)} >= set(range(size))
    assert len(plan) == len(plan.rows) * len(plan.cols)


@given(size=small, side=st.integers(1, 40), overlap=st.floats(0, 0.75))
def test_no_window_is_superfluous(size, side, overlap):
    plan = WindowPlan(size, size, (side, side), overlap)
    fewest = 1 + max(0, -(-(size - side) // plan.stride[0]))
    assert len(plan.rows) == fewest


@pytest.mark.parametrize("size", [1, 127, 128])
def test_a_raster_no_larger_than_the_window_has_one_start(size):
    assert WindowPlan(size, size, (128, 128), 0.5).rows == (0,)


def test_known_plan():
    plan = WindowPlan(300, 513, (128, 256), 0.5)
    assert plan.stride == (64, 128)
    assert plan.rows == (0, 64, 128, 172)
    assert plan.cols == (0, 128, 256, 257)


def test_bounds_and_resolution():
    assert METRES.bounds == (100, 440, 180, 500)
    assert METRES.resolution == (2, 2)
    assert METRES.shape == (30, 40)
    assert METRES.is_north_up


def test_rotated_grid_is_not_north_up_but_keeps_its_resolution():
    grid = Grid(WKT, Affine(3**0.5, 1, 100, 1, -(3**0.5), 500), 30, 40)
    assert not grid.is_north_up
    assert grid.resolution == pytest.approx((2, 2))


def test_upside_down_and_plain_pixels_are_not_north_up():
    assert not Grid(WKT, Affine(2, 0, 0, 0, 2, 0), 3, 3).is_north_up
    assert not Grid(None, Affine.identity(), 3, 3).is_north_up


@given(row=st.integers(-50, 50), col=st.integers(-50, 50), height=small, width=small)
def test_offset_finds_the_window_again(row, col, height, width):
    assert METRES.offset_of(METRES.window(row, col, height, width)) == (row, col)


@pytest.mark.parametrize(
    "other",
    [
        Grid("another", METRES.transform, 30, 40),
        Grid(WKT, Affine(2, 0, 101, 0, -2, 500), 30, 40),
        Grid(WKT, Affine(2, 0, 100, 0, -2, 500.02), 30, 40),
        Grid(WKT, Affine(2.002, 0, 100, 0, -2.002, 500), 30, 40),
        Grid(WKT, Affine(2, 0.01, 100, 0.01, -2, 500), 30, 40),
    ],
)
def test_other_pixels_have_no_offset(other):
    assert METRES.offset_of(other) is None
    assert not METRES.same_pixels(other)


def test_same_pixels_needs_the_same_size():
    assert METRES.same_pixels(Grid(WKT, METRES.transform, 30, 40))
    assert not METRES.same_pixels(METRES.window(0, 0, 30, 39))


def test_rounding_noise_is_no_shift():
    noisy = Grid(WKT, Affine(2 + 1e-9, 0, 100 + 1e-7, 0, -2, 500), 30, 40)
    assert METRES.same_pixels(noisy)


@pytest.mark.slow
@given(left=st.floats(90, 179), bottom=st.floats(430, 499), width=st.floats(0.1, 80), height=st.floats(0.1, 80))
def test_crop_covers_what_is_inside_and_stays_on_the_lattice(left, bottom, width, height):
    wanted = (left, bottom, left + width, bottom + height)
    if wanted[2] <= 100.1 or wanted[3] <= 440.1:
        return
    part = METRES.crop(wanted)
    row, col = METRES.offset_of(part)
    assert row >= 0 <= col and row + part.height <= 30 and col + part.width <= 40
    slack = 0.0021  # SNAP, in metres
    for own, low in zip(part.bounds[:2], (max(wanted[0], 100), max(wanted[1], 440)), strict=True):
        assert low - 2 - slack <= own <= low + slack
    for own, high in zip(part.bounds[2:], (min(wanted[2], 180), min(wanted[3], 500)), strict=True):
        assert high - slack <= own <= high + 2 + slack


def test_crop_of_whole_pixels_is_exact():
    assert METRES.crop((104, 450, 110, 460)).bounds == (104, 450, 110, 460)


def test_crop_works_on_plain_pixels():
    part = Grid(None, Affine.identity(), 20, 30).crop((3, 5, 8, 9))
    assert (part.transform.c, part.transform.f, part.height, part.width) == (3, 5, 4, 5)


def test_crop_outside_says_both_areas():
    with pytest.raises(GridMismatch, match=r"0 0 10 10 .*100 440 180 500"):
        METRES.crop((0, 0, 10, 10))


@pytest.mark.parametrize(
    ("turn", "straight"), [(0.0, True), (1e-17, True), (0.9e-6, True), (1.1e-6, False), (1e-3, False)]
)
def test_a_grid_is_straight_where_no_pixel_moves_by_the_tolerance(turn, straight):
    """Oracle: 1,000 rows of pixels of 1 m move by 1,000 times the turn; the tolerance is a thousandth of a pixel."""
    grid = Grid("x", Affine(1, turn, 0, 0, -1, 0), 1000, 10)
    assert grid.is_straight is grid.is_north_up is straight
    assert (grid.straightened().transform.b == 0) is straight
