"""CMX, with modality dropout: modalities rectify each other behind every stage, and exchange what they see.

Zhang, Liu, Yang, Hu, Liu, Stiefelhagen: *CMX: Cross-Modal Fusion for RGB-X Semantic Segmentation with Transformers*,
T-ITS 2023 (arXiv 2203.04838). Written from the paper's method. As published: an encoder for each modality; behind every
stage feature rectification (weights for channels and for pixels that all modalities decide on, by which each gets from
the others, half by channels and half by pixels), whose result goes into the next stage; and feature fusion (a linear
cross-attention in which each modality asks with itself in the context of the others, then a mixed embedding of the
channels). Different here: encoder and decoder of DIS2 instead of MiT and an MLP decoder, more than two modalities (a
mean over the others where the paper has the other one). The paper knows no missing modality; as rivals in remote
sensing do, it is trained in all scenarios, with 0 for what is missing: behind the first stage, as in our modality
dropout, whence rectification fills it with what the others have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dis2_core.network import DIS2Config, Scenario
from dis2_core.network.encoder import build_encoders
from dis2_core.network.layers import SLOPE

from ..base import Baseline
from ..decoder import MapDecoder

BY_CHANNELS, BY_PIXELS = 0.5, 0.5  # the shares lambda of both rectifications, as published


class CMX(Baseline):
    """Encoders that rectify each other stage by stage, fused maps of every stage, one decoder."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        slots = len(config.names)
        self.encoders = build_encoders(config)
        self.rectify = nn.ModuleList(Rectification(slots, channels) for channels in config.channels)
        self.fuse = nn.ModuleList(
            CrossFusion(slots, channels, heads=2**level) for level, channels in enumerate(config.channels)
        )
        self.decoder = MapDecoder(config)

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the logits (B, K, H, W)."""
        scenario = self.available(inputs)
        return self.forward_scenarios(inputs, [scenario])[scenario]

    def forward_scenarios(self, inputs: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> dict[Scenario, Tensor]:
        """Logits of several scenarios; the first stage runs once, the others over all of them in one batch.

        In one batch, so that the batch norms of a modality's later stages know it missing as well as there.
        """
        seen = [name for name in self.available(inputs) if any(name in scenario for scenario in scenarios)]
        first = {name: self.encoders[name].e1(inputs[name]) for name in seen}
        blank = torch.zeros_like(first[seen[0]])
        maps = [  # M of (S B, C, H / 2, W / 2)
            torch.cat([first[name] if name in kept else blank for kept in scenarios]) for name in self.config.names
        ]
        fused = []
        for level, (rectify, fuse) in enumerate(zip(self.rectify, self.fuse, strict=True)):
            if level:
                maps = [self._stage(level, name, x) for name, x in zip(self.config.names, maps, strict=True)]
            maps = rectify(maps)
            fused.append(fuse(maps))
        *skips, deepest = fused
        logits = self.decoder(deepest, skips).logits
        return dict(zip(scenarios, logits.chunk(len(scenarios)), strict=True))

    def _stage(self, level: int, name: str, maps: Tensor) -> Tensor:
        """Maps of a level from those of the one before: (B, C, h, w) -> (B, 2 C, h / 2, w / 2)."""
        encoder = self.encoders[name]
        found: Tensor = (encoder.e1, encoder.e2, encoder.e3, encoder.e4)[level](F.leaky_relu(maps, SLOPE))
        return found


class Rectification(nn.Module):
    """Each modality gets from the others, by channels and by pixels (FRM)."""

    def __init__(self, slots: int, channels: int) -> None:
        super().__init__()
        both = slots * channels
        self.channels = nn.Sequential(nn.Linear(2 * both, 2 * both), nn.ReLU(), nn.Linear(2 * both, both))
        self.pixels = nn.Sequential(nn.Conv2d(both, channels, 1), nn.ReLU(), nn.Conv2d(channels, slots, 1))

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        """M of (B, C, h, w) -> M of (B, C, h, w)."""
        together = torch.cat(maps, dim=1)  # (B, M C, h, w)
        pooled = torch.cat([together.mean(dim=(2, 3)), together.amax(dim=(2, 3))], dim=1)  # (B, 2 M C)
        by_channel = self.channels(pooled).sigmoid()[..., None, None].chunk(len(maps), dim=1)  # M of (B, C, 1, 1)
        by_pixel = self.pixels(together).sigmoid().chunk(len(maps), dim=1)  # M of (B, 1, h, w)
        given = [(BY_CHANNELS * c + BY_PIXELS * p) * x for c, p, x in zip(by_channel, by_pixel, maps, strict=True)]
        return [x + mean_of_others(given, index) for index, x in enumerate(maps)]


class CrossFusion(nn.Module):
    """The maps of all modalities into one (FFM): cross-attention, then a mixed embedding of the channels."""

    def __init__(self, slots: int, channels: int, heads: int) -> None:
        super().__init__()
        self.paths = nn.ModuleList(CrossPath(channels, heads) for _ in range(slots))
        self.residual = nn.Conv2d(slots * channels, channels, 1, bias=False)
        self.embed = nn.Sequential(
            nn.Conv2d(slots * channels, channels, 1),
            nn.Conv2d(channels, channels, 3, padding=1, groups=channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 1),
            nn.BatchNorm2d(channels),
        )
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, maps: list[Tensor]) -> Tensor:
        """M of (B, C, h, w) -> (B, C, h, w)."""
        pixels = [x.flatten(2).transpose(1, 2) for x in maps]  # M of (B, h w, C)
        asked = [path.project(x) for path, x in zip(self.paths, pixels, strict=True)]
        contexts = [path.context(query) for path, (_, query) in zip(self.paths, asked, strict=True)]
        together = torch.cat(
            [
                path(x, kept, query, mean_of_others(contexts, index))
                for index, (path, x, (kept, query)) in enumerate(zip(self.paths, pixels, asked, strict=True))
            ],
            dim=2,
        )  # (B, h w, M C)
        grid = together.transpose(1, 2).unflatten(2, maps[0].shape[2:])  # (B, M C, h, w)
        fused: Tensor = self.norm(self.residual(grid) + self.embed(grid))
        return fused


class CrossPath(nn.Module):
    """One modality in the context of the others: a linear attention, whose cost grows with the pixels alone."""

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.enter = nn.Linear(channels, 2 * channels)
        self.keys_values = nn.Linear(channels, 2 * channels, bias=False)
        self.leave = nn.Linear(2 * channels, channels)
        self.norm = nn.LayerNorm(channels)

    def project(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """(B, N, C) -> what is kept, and what asks: (B, N, C) each."""
        kept, query = F.relu(self.enter(pixels)).chunk(2, dim=2)
        return kept, query

    def context(self, query: Tensor) -> Tensor:
        """(B, N, C) -> what this modality has to say to the others, (B, heads, c, c) with c = C / heads."""
        keys, values = (self._by_head(x) for x in self.keys_values(query).chunk(2, dim=2))
        return (keys.mT @ values * keys.shape[-1] ** -0.5).softmax(dim=-2)

    def forward(self, pixels: Tensor, kept: Tensor, query: Tensor, context: Tensor) -> Tensor:
        """Return the (B, N, C) pixels, having asked in the others' context."""
        heard = (self._by_head(query) @ context).transpose(1, 2).flatten(2)  # (B, N, C)
        out: Tensor = self.norm(pixels + self.leave(torch.cat([kept, heard], dim=2)))
        return out

    def _by_head(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, -1)).transpose(1, 2)  # (B, N, C) -> (B, heads, N, c)


def mean_of_others(items: Sequence[Tensor], index: int) -> Tensor:
    """The mean of all items but one."""
    others = [item for number, item in enumerate(items) if number != index]
    return others[0] if len(others) == 1 else torch.stack(others).mean(dim=0)
