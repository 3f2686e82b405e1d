"""Classwise feature learning (CFLM): attention and decoding, class by class."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .config import DIS2Config
from .layers import PrenormConv


def upsample(x: Tensor) -> Tensor:
    """Twice the height and width, bilinear, corners aligned."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)


class ClassAttention(nn.Module):
    """Each class looks for its own pixels of the deepest map. It re-weights, it does not pool."""

    def __init__(self, classes: int, channels: int) -> None:
        super().__init__()
        self.queries = nn.Parameter(nn.init.xavier_uniform_(torch.empty(classes, channels)))

    def forward(self, f4: Tensor) -> Tensor:
        """(B, C, h, w) -> (B, K, C, h, w)."""
        scores = torch.einsum("kc,bchw->bkhw", self.queries, f4) / math.sqrt(f4.shape[1])
        attention = scores.flatten(2).softmax(dim=2).view_as(scores)  # over all the window's pixels
        return attention[:, :, None] * f4[:, None]


class Decoded(NamedTuple):
    """What the class decoder returns.

    ``class_maps`` are (B, K, C, h, w) at strides 16, 8, 4, 2, for deep supervision; empty unless asked for.
    """

    logits: Tensor
    penultimate: Tensor
    class_maps: list[Tensor]


class ClassDecoder(nn.Module):
    """One decoder, run once a class over that class's attended map; then the classes are combined."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__()
        c1, c2, c3, c4 = config.channels
        last = config.decoder_width
        self.up4, self.conv3 = _conv(c4, c3), _conv(2 * c3, c3)
        self.up3, self.conv2 = _conv(c3, c2), _conv(2 * c2, c2)
        self.up2, self.conv1 = _conv(c2, c1), _conv(2 * c1, last)
        self.combine = nn.Sequential(_conv(config.classes * last, c2), _conv(c2, c1))
        self.classify = nn.Conv2d(c1, config.classes, kernel_size=1)

    def forward(self, attended: Tensor, skips: list[Tensor], with_class_maps: bool = False) -> Decoded:
        """Decode.

        Args:
            attended: (B, K, C, h, w) from the class attention.
            skips: The fused maps at strides 2, 4, 8.
            with_class_maps: Also return the maps of every class and scale.
        """
        decode = self._decode_folded if attended.is_cuda else self._decode_in_turn
        scales = decode(attended, skips)  # at strides 8, 4, 2: K maps (B, C, h, w)
        full_size = upsample(torch.cat(scales[-1], dim=1))  # (B, K C, H, W), the classes in order
        penultimate = self.combine(full_size)
        class_maps = [attended, *(torch.stack(maps, dim=1) for maps in scales)] if with_class_maps else []
        return Decoded(self.classify(penultimate), penultimate, class_maps)

    def _decode_folded(self, attended: Tensor, skips: list[Tensor]) -> list[tuple[Tensor, ...]]:
        """All classes in one pass, folded into the batch: fewer kernels, which is what CUDA wants."""
        classes = attended.shape[1]
        maps = self._decode_one(attended.flatten(0, 1), [s.repeat_interleave(classes, dim=0) for s in skips])
        return [x.view(-1, classes, *x.shape[1:]).unbind(dim=1) for x in maps]  # (B K, …) -> K of (B, …)

    def _decode_in_turn(self, attended: Tensor, skips: list[Tensor]) -> list[tuple[Tensor, ...]]:
        """One class after the other: the same numbers, kinder to a CPU's caches."""
        turns = [self._decode_one(_laid_out_like(x, skips[0]), skips) for x in attended.unbind(dim=1)]
        return list(zip(*turns, strict=True))

    def _decode_one(self, x: Tensor, skips: list[Tensor]) -> list[Tensor]:
        f1, f2, f3 = skips
        d3 = self.conv3(torch.cat([f3, self.up4(upsample(x))], dim=1))  # stride 8
        d2 = self.conv2(torch.cat([f2, self.up3(upsample(d3))], dim=1))  # stride 4
        d1 = self.conv1(torch.cat([f1, self.up2(upsample(d2))], dim=1))  # stride 2
        return [d3, d2, d1]


def _laid_out_like(x: Tensor, other: Tensor) -> Tensor:
    """Channels last where ``other`` is: a layout that changes within a network is copied back and forth."""
    last = other.is_contiguous(memory_format=torch.channels_last)
    return x.contiguous(memory_format=torch.channels_last if last else torch.contiguous_format)


def _conv(inputs: int, outputs: int) -> PrenormConv:
    return PrenormConv(inputs, outputs, kernel=3, padding_mode="reflect")
