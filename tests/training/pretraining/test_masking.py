from __future__ import annotations

import pytest
import torch

from dis2_training.pretraining.masking import (
    cross_modal_mask,
    cross_modal_probability,
    draw_mask,
    information,
    information_mask,
    masking_weights,
    to_pixels,
)


def drawing(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_information_of_a_ramp_and_of_a_plain() -> None:
    ramp = torch.arange(32.0).expand(1, 3, 32, 32)
    scores = information(ramp)  # a slope of 8 in Sobel's units; at the border, replicated, half of it
    variance = torch.arange(16.0).var(unbiased=False)
    assert scores == pytest.approx(torch.full((1, 4), 8 * 15.5 / 16 + float(variance)))
    assert information(torch.full((1, 3, 32, 32), 5.0)).abs().max() < 1e-6


def test_weights_follow_the_quantiles() -> None:
    weight = masking_weights(torch.arange(11.0)[None])  # quantiles 2 and 8
    assert weight[0].tolist() == pytest.approx([0.8] * 2 + [0.5] * 7 + [0.3] * 2)


@pytest.mark.parametrize(("places", "ratio", "count"), [(64, 0.75, 48), (25, 0.75, 18), (9, 0.5, 4)])
def test_exactly_the_floor_of_the_ratio_is_masked(places: int, ratio: float, count: int) -> None:
    assert (draw_mask(torch.rand(5, places) + 0.1, drawing(), ratio).sum(dim=1) == count).all()


def test_plain_blocks_are_masked_more_often_than_rich_ones() -> None:
    mask = draw_mask(masking_weights(torch.arange(20.0).expand(4000, 20)), drawing(), 0.5).float().mean(dim=0)
    assert mask[:4].mean() > mask[4:16].mean() + 0.1 > mask[16:].mean() + 0.2


def test_one_mask_serves_all_modalities_and_is_a_function_of_the_generator() -> None:
    inputs = {"rgb": torch.randn(2, 3, 64, 64), "ndsm": torch.randn(2, 1, 64, 64), "sar": torch.randn(2, 2, 64, 64)}
    mask = information_mask(inputs, drawing(3))
    assert mask.shape == (2, 16) and torch.equal(mask, information_mask(inputs, drawing(3)))


def test_cross_modal_masking_grows_by_a_tenth_every_ten_epochs_and_uncovers_nothing() -> None:
    growth = [cross_modal_probability(epoch) for epoch in (0, 9, 10, 35, 60, 500)]
    assert growth == pytest.approx([0.1, 0.1, 0.2, 0.4, 0.7, 0.7])
    mask = draw_mask(torch.ones(200, 64), drawing())
    later = cross_modal_mask(mask, 40, drawing(1))
    assert (later >= mask).all()
    assert float(later[~mask].float().mean()) == pytest.approx(0.5, abs=0.03)


def test_blocks_become_pixels_in_rows() -> None:
    pixels = to_pixels(torch.tensor([[True, False]]), (16, 32))
    assert pixels.shape == (1, 1, 16, 32) and pixels[..., :16].all() and not pixels[..., 16:].any()
