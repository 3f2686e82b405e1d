from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from dis2_core.prediction.blending import StripAccumulator, blending_weights, half_pixel_hann
from dis2_core.rasters.grid import WindowPlan

CPU = torch.device("cpu")
SIZES = st.integers(1, 90)
OVERLAPS = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.6, 0.75])


@pytest.mark.slow
@pytest.mark.parametrize("length", [1, 2, 16, 33, 512])
def test_hann_is_positive_and_symmetric(length: int) -> None:
    hann = half_pixel_hann(length)
    assert hann.dtype == torch.float64
    assert (hann > 0).all()
    torch.testing.assert_close(hann, hann.flip(0))


@pytest.mark.parametrize("length", [2, 16, 128, 512])
def test_hann_sums_to_one_at_half_overlap(length: int) -> None:
    first, second = half_pixel_hann(length).split(length // 2)
    torch.testing.assert_close(first + second, torch.ones_like(first), rtol=0, atol=1e-15)


@given(size=SIZES, overlap=OVERLAPS)
def test_weights_of_a_position_add_up_to_one(size: int, overlap: float) -> None:
    starts = WindowPlan(size, size, (16, 16), overlap).rows
    sums = torch.zeros(max(size, 16), dtype=torch.float64)
    for start, weights in zip(starts, blending_weights(starts, 16), strict=True):
        sums[start : start + 16] += weights
    torch.testing.assert_close(sums, torch.ones_like(sums), rtol=0, atol=1e-12)


@given(height=SIZES, width=SIZES, overlap=OVERLAPS)
def test_windows_cut_from_a_map_give_the_map(height: int, width: int, overlap: float) -> None:
    truth = np.random.default_rng(height * 100 + width).random((2, height, width), dtype=np.float32)
    plan = WindowPlan(height, width, (16, 32), overlap)
    padded = np.pad(truth, ((0, 0), (0, max(0, 16 - height)), (0, max(0, 32 - width))), mode="edge")
    accumulator = StripAccumulator(plan, 2, CPU)
    rows = []
    for top in plan.rows:
        for left in plan.cols:
            accumulator.add(top, left, torch.from_numpy(padded[:, top : top + 16, left : left + 32].copy()))
        rows.append(accumulator.finished(top).clone())
        accumulator.advance(top)
    np.testing.assert_allclose(torch.cat(rows, dim=1).numpy(), truth, rtol=0, atol=1e-6)


def test_blend_of_two_windows_is_the_weighted_mean() -> None:
    plan = WindowPlan(16, 24, (16, 16), 0.5)
    accumulator = StripAccumulator(plan, 1, CPU)
    for left in plan.cols:
        accumulator.add(0, left, torch.full((1, 16, 16), float(left)))
    hann = half_pixel_hann(16).numpy()
    expected = 8 * hann[:8] / (hann[:8] + hann[8:])
    np.testing.assert_allclose(accumulator.finished(0)[0, 5, 8:16].numpy(), expected, atol=1e-6)
