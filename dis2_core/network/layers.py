"""The three small pieces that the whole network is built of."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.2  # of every LeakyReLU


def whole_sample_norm(x: Tensor) -> Tensor:
    """Normalise each sample over all its channels and pixels: (B, C, H, W) -> (B, C, H, W).

    The authors feed 4-D tensors to ``InstanceNorm3d``, which takes the batch for channels; this is
    what it then computes. It is not ``InstanceNorm2d``, which would normalise each channel by itself.
    """
    return F.group_norm(x, 1, eps=1e-5)


class PrenormConv(nn.Module):
    """Norm, activation, convolution, in this order; keeps height and width."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, padding_mode: Literal["zeros", "reflect"] = "zeros"
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, padding_mode=padding_mode)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        out: Tensor = self.conv(F.leaky_relu(whole_sample_norm(x), SLOPE, inplace=True))
        return out


class AttentionPool(nn.Module):
    """A weighted mean over the pixels, the weights learned: (B, C, H, W) -> (B, C).

    With ``outputs`` the mean is projected: (B, outputs).
    """

    def __init__(self, channels: int, hidden: int, outputs: int | None = None) -> None:
        super().__init__()
        self.score = nn.Sequential(nn.Linear(channels, hidden), nn.ReLU(), nn.Linear(hidden, 1))
        self.project = nn.Identity() if outputs is None else nn.Linear(channels, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) -> (B, C) or (B, outputs)."""
        pixels = x.flatten(2).transpose(1, 2)  # (B, C, H, W) -> (B, HW, C)
        weights = self.score(pixels).softmax(dim=1)  # (B, HW, 1)
        pooled: Tensor = self.project(torch.sum(weights * pixels, dim=1))  # (B, C) -> (B, outputs)
        return pooled
