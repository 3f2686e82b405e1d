"""Hierarchical hybrid fusion (HF): convolutions at strides 2, 4, 8 and a transformer at stride 16."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import DIS2Config
from .encoder import normed_halving_conv
from .layers import AttentionPool, PrenormConv
from .transformer import TransformerLayer


class Fused(NamedTuple):
    """What a fusion returns: maps at strides 2, 4, 8, 16, and the global token (B, 8 width)."""

    maps: list[Tensor]
    token: Tensor


class LevelFusion(nn.Sequential):
    """The maps of all slots at one level into one: (B, M C, H, W) -> (B, C, H, W)."""

    def __init__(self, slots: int, channels: int) -> None:
        super().__init__(
            PrenormConv(slots * channels, channels, kernel=1),
            PrenormConv(channels, channels, kernel=3),
            PrenormConv(channels, channels, kernel=1),
        )


class HierarchicalFusion(nn.Module):
    """Fuse the encoder maps that fill the slots, one slot a modality, whatever fills it."""

    def __init__(self, config: DIS2Config, knows_availability: bool = False) -> None:
        super().__init__()
        c1, c2, c3, c4 = config.channels
        slots, (h, w) = len(config.names), config.token_grid
        self.token_grid = config.token_grid
        self.levels = nn.ModuleList(LevelFusion(slots, channels) for channels in (c1, c2, c3))
        self.down = nn.ModuleList((normed_halving_conv(c1, c2), normed_halving_conv(c2, c3)))
        self.pool = AttentionPool(c3, config.pool_hidden, c4)
        self.token = nn.Parameter(torch.zeros(1, 1, c4))
        self.positions = nn.ParameterList(torch.zeros(1, h * w, c4) for _ in range(slots))
        self.availability = nn.Parameter(0.02 * torch.randn(slots, c4)) if knows_availability else None
        self.transformer = nn.Sequential(
            *(TransformerLayer(c4, config.heads, config.feed_forward, config.dropout) for _ in range(config.layers))
        )
        self.unify = nn.Conv2d(slots * c4, c4, kernel_size=1)

    def forward(self, slots: list[list[Tensor]], available: Tensor) -> Fused:
        """Fuse.

        Args:
            slots: For each slot the four maps of an encoder.
            available: (M,) of 0 and 1; used where the fusion knows the availability.
        """
        maps: list[Tensor] = []
        for level, fuse in enumerate(self.levels):
            fused = fuse(torch.cat([slot[level] for slot in slots], dim=1))  # (B, M C, H, W) -> (B, C, H, W)
            maps.append(fused if level == 0 else fused + self.down[level - 1](maps[-1]))
        deepest, token = self._fuse_deepest([slot[3] for slot in slots], maps[2], available)
        return Fused([*maps, deepest], token)

    def _fuse_deepest(self, deep: list[Tensor], f3: Tensor, available: Tensor) -> tuple[Tensor, Tensor]:
        h, w = self.token_grid
        batch, channels = deep[0].shape[:2]
        token = self.token.expand(batch, -1, -1)  # (B, 1, C)
        if self.availability is not None:
            token = token + available @ self.availability  # (M,) @ (M, C) -> (C,)
        tokens = [x.flatten(2).transpose(1, 2) + p for x, p in zip(deep, self.positions, strict=True)]  # (B, N, C)
        pooled = self.pool(f3)[:, None]  # (B, 1, C)
        sequence = self.transformer(torch.cat([token, *tokens, pooled], dim=1))  # (B, 1 + M N + 1, C)
        grids = sequence[:, 1:-1].reshape(batch, len(deep), h, w, channels)  # back to M maps, row-major
        stacked = grids.permute(0, 1, 4, 2, 3).flatten(1, 2)  # (B, M, h, w, C) -> (B, M C, h, w)
        return self.unify(stacked), sequence[:, 0]


def resize_positions(positions: Tensor, old: tuple[int, int], new: tuple[int, int]) -> Tensor:
    """Interpolate the positional terms of a slot to another window: (1, h w, C) -> (1, h' w', C).

    Args:
        positions: The terms of a trained network.
        old: Token grid (h, w) of the window they were trained with.
        new: That of the other window.
    """
    grid = positions.reshape(1, *old, -1).permute(0, 3, 1, 2)  # (1, h w, C) -> (1, C, h, w)
    resized = F.interpolate(grid, size=new, mode="bicubic", align_corners=False)
    return resized.flatten(2).transpose(1, 2).contiguous()
