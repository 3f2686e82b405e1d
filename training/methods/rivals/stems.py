"""One encoder for all modalities, which a 1x1 convolution for each brings to the same bands."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from dis2_core.network import DIS2Config
from dis2_core.network.encoder import Encoder


class SharedEncoder(nn.Module):
    """A stem for each modality in front of one encoder.

    All modalities go through it in one batch, lest batch norm tell them apart.
    """

    def __init__(self, config: DIS2Config) -> None:
        super().__init__()
        bands = max(dict(config.modalities).values())
        self.stems = nn.ModuleDict({name: nn.Conv2d(own, bands, kernel_size=1) for name, own in config.modalities})
        self.encoder = Encoder(bands, config.channels)

    def first(self, name: str, window: Tensor) -> Tensor:
        """The first map of a modality: (B, C_m, H, W) -> (B, C, H / 2, W / 2)."""
        found: Tensor = self.encoder.e1(self.stems[name](window))
        return found

    def forward(self, inputs: Mapping[str, Tensor]) -> dict[str, list[Tensor]]:
        """Windows (B, C_m, H, W) by modality -> four maps (B, C_l, H_l, W_l) of each."""
        first = torch.cat([self.first(name, window) for name, window in inputs.items()])  # (M B, C, H / 2, W / 2)
        levels = [level.chunk(len(inputs)) for level in self.encoder.from_first(first)]
        return {name: [level[i] for level in levels] for i, name in enumerate(inputs)}
