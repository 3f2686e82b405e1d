"""Plain fusion: concatenate, and one 1x1 convolution a level."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from dis2_core.network import DIS2Config
from dis2_core.network.layers import PrenormConv


class PlainFusion(nn.ModuleList):
    """The maps of all slots into one map a level."""

    def __init__(self, config: DIS2Config) -> None:
        slots = len(config.names)
        super().__init__(PrenormConv(slots * channels, channels, kernel=1) for channels in config.channels)

    def forward(self, slots: list[list[Tensor]]) -> list[Tensor]:
        """For each slot four maps (B, C_l, H_l, W_l) -> four maps of these shapes."""
        levels = zip(*slots, strict=True)
        return [fuse(torch.cat(level, dim=1)) for fuse, level in zip(self, levels, strict=True)]
