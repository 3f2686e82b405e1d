"""Colour changes against kornia's."""

from __future__ import annotations

import math

import pytest
import torch
from kornia import enhance

from dis2_training.data.colour import adjust_contrast, adjust_hue, adjust_saturation, from_hsv, to_hsv


@pytest.fixture
def image() -> torch.Tensor:
    """Random colours, greys, black, white and pure colours among them."""
    torch.manual_seed(0)
    image = torch.rand(3, 16, 16)
    image[:, 0] = image[:1, 0]
    image[:, 1, :8], image[:, 1, 8:] = 0.0, 1.0
    image[:, 2, :3] = torch.eye(3)
    return image


@pytest.mark.parametrize("factor", [0.0, 0.6, 1.0, 1.7])
def test_contrast_and_saturation(image: torch.Tensor, factor: float) -> None:
    expected = enhance.adjust_contrast_with_mean_subtraction(image, factor)
    torch.testing.assert_close(adjust_contrast(image, factor), expected, atol=1e-4, rtol=0)
    torch.testing.assert_close(
        adjust_saturation(image, factor), enhance.adjust_saturation(image, factor), atol=1e-5, rtol=0
    )
    two = image[:2]
    expected = enhance.adjust_contrast_with_mean_subtraction(two, factor)
    torch.testing.assert_close(adjust_contrast(two, factor), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("angle", [-2.0, -0.1, 0.0, 0.3, math.pi])
def test_hue(image: torch.Tensor, angle: float) -> None:
    torch.testing.assert_close(adjust_hue(image, angle), enhance.adjust_hue(image, angle), atol=1e-5, rtol=0)


def test_there_and_back(image: torch.Tensor) -> None:
    torch.testing.assert_close(from_hsv(*to_hsv(image)), image, atol=1e-6, rtol=0)
