from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dis2_core.democity import draw_city
from dis2_training.data.sample import IGNORE
from dis2_training.region.holdout import Box, Role, grown, hold_out, masked
from dis2_training.region.thinning import affordable, area

WINDOW = 16


@st.composite
def labels(draw: st.DrawFn) -> np.ndarray:
    """Patches of up to four classes, much of the ground unlabelled, of any size."""
    height, width = draw(st.integers(1, 150)), draw(st.integers(1, 150))
    seed, share = draw(st.integers(0, 10**6)), draw(st.floats(0.02, 1))
    rng = np.random.default_rng(seed)
    rows, cols = -(-height // 7), -(-width // 7)
    codes = np.where(rng.random((rows, cols)) < share, rng.integers(0, 4, (rows, cols)), IGNORE)
    return np.kron(codes, np.ones((7, 7), dtype=int))[:height, :width].astype(np.uint8)


def painted(boxes: list[Box], shape: tuple[int, int]) -> np.ndarray:
    ground = np.zeros(shape, dtype=bool)
    for row, col, height, width in boxes:
        ground[row : row + height, col : col + width] = True
    return ground


def distance(first: Box, second: Box) -> int:
    """Pixels between two rectangles, along rows or columns, whichever are more."""
    rows = max(first.row - second.row - second.height, second.row - first.row - first.height)
    cols = max(first.col - second.col - second.width, second.col - first.col - first.width)
    return max(rows, cols)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(labels(), st.floats(0.05, 0.5))
def test_what_is_held_out_never_meets_what_is_trained_on(codes: np.ndarray, share: float) -> None:
    """Whole rectangles, from which windows are cut, lie half a window apart."""
    plan = hold_out(codes, 4, WINDOW, share)
    boxes = {role: plan.boxes(role) for role in (Role.TRAIN, Role.VALIDATION, Role.TEST)}
    for first, second in ((Role.TRAIN, Role.TEST), (Role.TRAIN, Role.VALIDATION), (Role.VALIDATION, Role.TEST)):
        assert all(distance(one, other) >= WINDOW // 2 for one in boxes[first] for other in boxes[second])


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(labels(), st.floats(0, 0.5))
def test_every_labelled_pixel_has_one_use_and_every_class_is_trained(codes: np.ndarray, share: float) -> None:
    plan = hold_out(codes, 4, WINDOW, share)
    uses = {role: plan.pixels(role) for role in Role}
    assert sum(uses.values()).tolist() == np.bincount(codes.ravel(), minlength=256)[:4].tolist()
    assert ((uses[Role.TRAIN] > 0) == (sum(uses.values()) > 0)).all()
    for role in (Role.TRAIN, Role.VALIDATION, Role.TEST):
        inside = painted(plan.boxes(role), codes.shape) & (codes != IGNORE)
        assert np.bincount(codes[inside], minlength=4).tolist() == uses[role].tolist()


@pytest.mark.slow
def test_share_and_classes_of_a_city() -> None:
    """A quarter of the ground, every class on both sides, no more lost to the strips than tested."""
    codes = draw_city(512, seed=0).labels
    plan = hold_out(codes, 9, 64, 0.25)
    whole, test, gap = plan.counts.sum(axis=(0, 1)), plan.pixels(Role.TEST), plan.pixels(Role.GAP)
    assert test.sum() / whole.sum() == pytest.approx(0.25, abs=0.05)
    assert (test > 0).all() and (plan.pixels(Role.TRAIN) > 0).all()
    assert gap.sum() < test.sum()
    assert (hold_out(codes, 9, 64, 0.25).roles == plan.roles).all()


@pytest.mark.parametrize("share", [0.0, 0.25])
def test_too_few_labels_are_all_trained_on(share: float) -> None:
    codes = np.full((100, 100), IGNORE, dtype=np.uint8)
    codes[40:44, 40:44], codes[40:44, 44:48] = 0, 1
    plan = hold_out(codes, 2, 32, share)
    assert plan.pixels(Role.TRAIN).tolist() == [16, 16] and not plan.boxes(Role.TEST)


def test_a_class_in_one_place_is_trained_not_tested() -> None:
    codes = np.kron(np.tile([[0, 1]], (8, 4)), np.ones((16, 16), dtype=int)).astype(np.uint8)
    codes[100:110, 100:110] = 2
    plan = hold_out(codes, 3, 16, 0.3)
    assert plan.pixels(Role.TRAIN)[2] > 0 and plan.pixels(Role.TEST).sum() > 0


def test_labels_far_apart_make_small_rectangles() -> None:
    codes = np.full((2000, 2000), IGNORE, dtype=np.uint8)
    codes[10:60, 10:60], codes[1900:1950, 1900:1950] = 0, 1
    plan = hold_out(codes, 2, 32, 0)
    assert area(plan.boxes(Role.TRAIN)) < 2 * 120 * 120


def test_ground_beyond_the_budget_is_drawn_with_every_class() -> None:
    codes = np.zeros((600, 600), dtype=np.uint8)
    codes[300:310, 500:510] = 1
    plan = hold_out(codes, 2, 16, 0)
    boxes = affordable(plan, Role.TRAIN, codes, 50_000, seed=3)
    assert area(boxes) <= 50_000 and (codes[painted(boxes, codes.shape)] == 1).any()
    assert affordable(plan, Role.TRAIN, codes, 360_000, seed=3) == plan.boxes(Role.TRAIN)


@pytest.mark.slow
def test_many_small_labels_are_shared_out_in_seconds() -> None:
    codes = np.full((8192, 8192), IGNORE, dtype=np.uint8)
    rng = np.random.default_rng(0)
    for row, col in rng.integers(0, 8150, (300, 2)):
        codes[row : row + 20, col : col + 20] = rng.integers(2)
    begun = time.process_time()
    plan = hold_out(codes, 2, 64, 0.25)
    assert time.process_time() - begun < 20  # a minute, where every trial looks at the whole scene
    assert plan.pixels(Role.TEST).sum() == pytest.approx(plan.counts.sum() / 4, rel=0.2)


def test_neighbours() -> None:
    cells = np.zeros((5, 5), dtype=bool)
    cells[0, 4] = cells[3, 1] = True
    around = {(row, col) for row in range(5) for col in range(5) if grown(cells)[row, col]}
    near = {(r, c) for r in range(5) for c in range(5) for a, b in ((0, 4), (3, 1)) if max(abs(r - a), abs(c - b)) < 2}
    assert around == near


def test_nothing_is_labelled_twice() -> None:
    codes = np.arange(64, dtype=np.uint8).reshape(8, 8) % 3
    seen = np.zeros(codes.shape, dtype=bool)
    parts = [masked(codes, seen, box) for box in (Box(0, 0, 5, 8), Box(3, 2, 5, 6))]
    assert sum(int((part != IGNORE).sum()) for part in parts) == 5 * 8 + 3 * 6
