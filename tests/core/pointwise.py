"""A network that looks at single pixels: the oracle of every stitcher."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from dis2_core.contract.card import ModelCard
from dis2_core.network import SegmentationNetwork


class Pointwise(SegmentationNetwork):
    """Logits that depend on the pixel alone: any correct stitcher gives its whole-image answer.

    A missing modality adds nothing, like a hole that is filled with the mean.
    """

    def __init__(self, card: ModelCard, *, tells_routes: bool = False) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(7)
        self.bias = nn.Parameter(torch.randn(len(card.classes), generator=generator))
        self.weights = nn.ParameterDict(
            {
                item.name: nn.Parameter(torch.randn(len(card.classes), len(item.bands), generator=generator))
                for item in card.modalities
            }
        )
        self.names = card.modality_names
        self.tells_routes = tells_routes
        self.calls: list[tuple[int, tuple[str, ...]]] = []

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        first = next(iter(inputs.values()))
        self.calls.append((len(first), tuple(inputs)))
        logits = self.bias[:, None, None].expand(len(first), -1, *first.shape[2:])
        for name, values in inputs.items():
            logits = logits + torch.einsum("kc,bchw->bkhw", self.weights[name], values)
        if self.tells_routes:  # class 0 where both are used, 1 with the first alone, 2 with the other
            logits = torch.full_like(logits, -20.0)
            logits[:, 0 if len(inputs) == 2 else 1 + self.names.index(next(iter(inputs)))] = 20.0
        return logits
