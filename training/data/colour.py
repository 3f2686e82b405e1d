"""Colours of images with values in 0..1, (…, C, H, W): contrast, and saturation and hue of three bands."""

from __future__ import annotations

import math

import torch
from torch import Tensor

LUMINANCE = (0.299, 0.587, 0.114)  # of red, green and blue; ITU-R BT.601


def adjust_contrast(image: Tensor, factor: float) -> Tensor:
    """Stretch by a factor around the mean: that of the grey of three bands, or of all values."""
    bands = image.shape[-3]
    weights = image.new_tensor(LUMINANCE if bands == 3 else (1 / bands,) * bands).view(-1, 1, 1)
    mean = (image * weights).sum(-3, keepdim=True).mean((-2, -1), keepdim=True)
    return (mean + (image - mean) * factor).clamp(0, 1)


def adjust_saturation(image: Tensor, factor: float) -> Tensor:
    """Multiply the saturation of HSV; 0 leaves the brightest band."""
    hue, saturation, value = to_hsv(image)
    return from_hsv(hue, (saturation * factor).clamp(0, 1), value)


def adjust_hue(image: Tensor, angle: float) -> Tensor:
    """Turn the hue by an angle in radians."""
    hue, saturation, value = to_hsv(image)
    return from_hsv(hue + angle * 3 / math.pi, saturation, value)


def to_hsv(image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(…, 3, H, W) -> hue in sextants 0..6, saturation and value 0..1, each (…, H, W)."""
    red, green, blue = image.unbind(-3)
    value, least = image.amax(-3), image.amin(-3)
    chroma = value - least
    divisor = torch.where(chroma > 0, chroma, 1)
    hue = torch.where(
        value == red,
        ((green - blue) / divisor) % 6,
        torch.where(value == green, (blue - red) / divisor + 2, (red - green) / divisor + 4),
    )
    return hue, chroma / torch.where(value > 0, value, 1), value


def from_hsv(hue: Tensor, saturation: Tensor, value: Tensor) -> Tensor:
    """Hue in sextants (any turn), saturation and value, each (…, H, W) -> (…, 3, H, W)."""
    bands = []
    for offset in (5, 3, 1):
        position = (hue + offset) % 6
        bands.append(value * (1 - saturation * torch.minimum(position, 4 - position).clamp(0, 1)))
    return torch.stack(bands, dim=-3)
