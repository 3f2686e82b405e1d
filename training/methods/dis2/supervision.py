"""The parts that only training uses: auxiliary decoders, scale heads, pools a level."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dis2_core.network import DIS2Config
from dis2_core.network.layers import AttentionPool


class AuxiliaryDecoder(nn.Module):
    """A U-Net decoder on one encoder's own maps: a prediction from a single modality."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__()
        c1, c2, c3, c4 = config.channels
        self.d5 = nn.Sequential(_doubling_conv(c4, c3), nn.BatchNorm2d(c3))
        self.d6 = nn.Sequential(_doubling_conv(2 * c3, c2), nn.BatchNorm2d(c2))
        self.d7 = nn.Sequential(_doubling_conv(2 * c2, c1), nn.BatchNorm2d(c1))
        self.d8 = _doubling_conv(2 * c1, config.classes)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """Four encoder maps -> logits (B, K, H, W)."""
        e1, e2, e3, x = maps
        for stage, skip in ((self.d5, e3), (self.d6, e2), (self.d7, e1)):
            x = torch.cat([stage(F.relu(x)), skip], dim=1)
        logits: Tensor = self.d8(F.relu(x))
        return logits


def _doubling_conv(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    return nn.ConvTranspose2d(inputs, outputs, kernel_size=4, stride=2, padding=1)


class ScaleHead(nn.Module):
    """One linear read-out a class over that class's map: (B, K, C, h, w) -> (B, K, h, w)."""

    def __init__(self, classes: int, channels: int) -> None:
        super().__init__()
        bound = 1 / math.sqrt(channels)  # as torch initialises a 1x1 convolution
        self.weight = nn.Parameter(torch.empty(classes, channels).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(classes).uniform_(-bound, bound))

    def forward(self, class_maps: Tensor) -> Tensor:
        """(B, K, C, h, w) -> (B, K, h, w)."""
        return torch.einsum("bkchw,kc->bkhw", class_maps, self.weight) + self.bias[:, None, None]


class ScaleHeads(nn.ModuleList):
    """Deep supervision of a branch: predictions from the class maps at strides 16, 8, 4, 2."""

    def __init__(self, config: DIS2Config) -> None:
        _, c2, c3, c4 = config.channels
        super().__init__(ScaleHead(config.classes, c) for c in (c4, c3, c2, config.decoder_width))

    def forward(self, class_maps: list[Tensor], size: tuple[int, int]) -> list[Tensor]:
        """Class maps of four scales -> logits (B, K, H, W) of four scales, all of ``size``."""
        return [
            F.interpolate(head(maps), size=size, mode="bilinear", align_corners=True)
            for head, maps in zip(self, class_maps, strict=True)
        ]


class LevelPools(nn.ModuleList):
    """Attention pools over maps of levels 1 to 3."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(AttentionPool(channels, config.pool_hidden) for channels in config.channels[:3])

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """Maps (B, C_l, H_l, W_l) -> vectors (B, C_l), l = 1..3; a fourth map is not looked at."""
        return [pool(x) for pool, x in zip(self, maps[:3], strict=True)]
