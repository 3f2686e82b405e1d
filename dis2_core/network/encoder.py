"""The encoder of one modality, of two kinds; a compensatory encoder is one of the same kind."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import DIS2Config
from .efficientnet import EfficientNetLite0
from .layers import SLOPE


def halving_conv(inputs: int, outputs: int) -> nn.Conv2d:
    """A 4x4 convolution of stride 2: (B, inputs, H, W) -> (B, outputs, H/2, W/2)."""
    return nn.Conv2d(inputs, outputs, kernel_size=4, stride=2, padding=1)


def normed_halving_conv(inputs: int, outputs: int) -> nn.Sequential:
    """A ``halving_conv`` and batch norm."""
    return nn.Sequential(halving_conv(inputs, outputs), nn.BatchNorm2d(outputs))


class Encoder(nn.Module):
    """Four convolutions of stride 2. The maps are returned before their activation."""

    def __init__(self, bands: int, channels: tuple[int, int, int, int]) -> None:
        super().__init__()
        c1, c2, c3, c4 = channels
        self.e1 = halving_conv(bands, c1)
        self.e2 = normed_halving_conv(c1, c2)
        self.e3 = normed_halving_conv(c2, c3)
        self.e4 = halving_conv(c3, c4)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, bands, H, W) -> four maps (B, c_l, H / 2^l, W / 2^l), l = 1..4."""
        return self.from_first(self.e1(x))

    def from_first(self, first: Tensor) -> list[Tensor]:
        """All four maps from the first."""
        maps = [first]
        for stage in (self.e2, self.e3, self.e4):
            maps.append(stage(F.leaky_relu(maps[-1], SLOPE)))
        return maps


def build_encoder(kind: str, bands: int, channels: tuple[int, int, int, int]) -> nn.Module:
    """A module from (B, bands, H, W) to four maps (B, c_l, H / 2^l, W / 2^l), before their activation.

    Args:
        kind: One of ``config.ENCODERS``.
        bands: Of the modality.
        channels: Of the four levels.
    """
    return {"dis2": Encoder, "efficientnet_lite0": EfficientNetLite0}[kind](bands, channels)


def build_encoders(config: DIS2Config) -> nn.ModuleDict:
    """An encoder for each modality."""
    return nn.ModuleDict(
        {name: build_encoder(config.encoder, bands, config.channels) for name, bands in config.modalities}
    )


def mean_maps(pyramids: Sequence[list[Tensor]]) -> list[Tensor]:
    """The mean of several encoders' maps, level by level."""
    if len(pyramids) == 1:
        return pyramids[0]
    return [torch.stack(level).mean(dim=0) for level in zip(*pyramids, strict=True)]
