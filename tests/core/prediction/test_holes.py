from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dis2_core.prediction.holes import FEATHER, feather_weights, window_counts, window_routes

RGB, NDSM, BOTH = 1, 2, 3


@pytest.mark.parametrize(
    ("counts", "routes"),
    [
        ([100, 0, 0, 0], ()),
        ([0, 0, 0, 100], (BOTH,)),
        ([60, 40, 0, 0], (RGB,)),
        ([0, 50, 0, 50], (RGB, BOTH)),
        ([0, 91, 0, 9], (RGB,)),  # ndsm on less than a tenth
        ([0, 90, 0, 10], (RGB, BOTH)),
        ([0, 95, 5, 0], (RGB, NDSM)),  # ndsm is all that some pixels have
        ([0, 92, 1, 7], (RGB, NDSM, BOTH)),
        ([95, 0, 5, 0], (NDSM,)),
        ([0, 0, 95, 5], (NDSM,)),
        ([95, 0, 0, 5], (NDSM,)),  # both are rare: one of them stays
    ],
)
def test_routes_of_a_window(counts: list[int], routes: tuple[int, ...]) -> None:
    assert window_routes(counts) == routes


@given(st.lists(st.integers(0, 1000), min_size=8, max_size=8))
def test_every_pixel_with_data_has_a_route_of_its_own(counts: list[int]) -> None:
    routes = window_routes(counts)
    kept = 0
    for route in routes:
        kept |= route
    assert [route.bit_count() for route in routes] == sorted(route.bit_count() for route in routes)
    assert {mask & kept for mask in range(1, 8) if counts[mask]} == set(routes)
    assert 0 not in routes


def test_counts_are_those_of_the_windows() -> None:
    availability = np.random.default_rng(0).integers(0, 8, (20, 50), dtype=np.uint8)
    counts = window_counts(availability, [0, 10, 34], 16, 3)
    for start, row in zip([0, 10, 34], counts, strict=True):
        expected = np.bincount(availability[:, start : start + 16].ravel(), minlength=8)
        np.testing.assert_array_equal(row, expected)


def test_counts_leave_the_padding_out() -> None:
    assert window_counts(np.full((3, 5), BOTH, dtype=np.uint8), [0], 16, 2).tolist() == [[0, 0, 0, 15]]


@st.composite
def masks(draw: st.DrawFn) -> np.ndarray:
    blocks = draw(st.lists(st.integers(0, 7), min_size=9, max_size=9))
    return np.kron(np.array(blocks, dtype=np.uint8).reshape(3, 3), np.ones((13, 13), dtype=np.uint8))


@pytest.mark.slow
@given(masks())
def test_weights_partition_unity_and_give_no_pixel_what_it_lacks(availability: np.ndarray) -> None:
    routes = window_routes(np.bincount(availability.ravel(), minlength=8).tolist())
    if not routes:
        return
    kept = np.bitwise_or.reduce(routes)
    weights = feather_weights(torch.from_numpy(availability[None]), routes)[0].numpy()
    np.testing.assert_allclose(weights.sum(axis=0), availability > 0, atol=1e-6)
    assert weights.min() >= 0
    for route, weight in zip(routes, weights, strict=True):
        lacks = (availability & route) != route
        assert not weight[lacks].any()
        only = (availability & kept) == routes[0]
        assert (weights[0][only] == 1).all()


def test_answers_fade_over_the_feather() -> None:
    availability = np.full((1, 8, 60), BOTH, dtype=np.uint8)
    availability[:, :, :20] = RGB
    weights = feather_weights(torch.from_numpy(availability), (RGB, BOTH))[0]
    distance = np.clip(np.arange(60) - 19, 0, None)
    expected = np.clip(1 - distance / FEATHER, 0, 1)
    np.testing.assert_allclose(weights[0].numpy(), np.broadcast_to(expected, (8, 60)), atol=1e-6)
    np.testing.assert_allclose(weights[1].numpy(), 1 - weights[0].numpy(), atol=1e-6)


@pytest.mark.parametrize("shape", [(50, 40), (12, 70), (1, 30)])
def test_answers_fade_by_the_larger_of_both_distances(shape: tuple[int, int]) -> None:
    generator = np.random.default_rng(1)
    availability = np.full(shape, BOTH, dtype=np.uint8)
    availability[tuple(generator.integers(0, side, 4) for side in shape)] = RGB
    rows, cols = np.indices(shape)
    away = [np.maximum(abs(rows - row), abs(cols - col)) for row, col in np.argwhere(availability == RGB)]
    weights = feather_weights(torch.from_numpy(availability[None]), (RGB, BOTH))[0]
    expected = np.clip(1 - np.min(away, axis=0) / FEATHER, 0, 1)
    assert np.array_equal(weights[0].numpy(), expected.astype(np.float32))
