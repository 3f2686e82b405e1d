"""What the shared form of DIS2 is trained for: the labels, in every scenario alike, at three scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dis2_core.network import Scenario, SharedDIS2
from dis2_core.network.shared import SharedOutput

from .base import DrawingObjective, with_total
from .dis2.losses import segmentation_loss, terms_mean

COARSE_WEIGHT = 0.5  # of each coarse scale, beside 1 for the full size


class SharedObjective(DrawingObjective):
    """The task in the scenarios of a batch, each of which weighs the same; coarse scales beside it.

    All scenarios go through the trunk as one batch, whose batch norms see all of them.
    """

    labels_by_scenario = True
    network: SharedDIS2

    def __init__(self, network: SharedDIS2, cross_entropy: float) -> None:
        super().__init__(network, cross_entropy)
        config = network.config
        _, middle, coarse, _ = config.channels
        self.coarse_heads = nn.ModuleList(nn.Conv2d(c, config.classes, kernel_size=1) for c in (coarse, middle))

    def forward(
        self,
        inputs: Mapping[str, Tensor],
        labels: Tensor,
        scenarios: Sequence[Scenario],
        distillation: float,
        features: Sequence[Tensor] = (),
        weight: float = 1.0,
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``; the full scenario is one of the drawn. See ``Objective.forward``.

        Labels may differ from scenario to scenario: (S, B, H, W). Where the network keeps the knowledge of teachers,
        ``features`` are what those say of the first modality, and ``weight`` that of the distance from them.
        """
        output = self.network.outputs(inputs, scenarios)
        terms = self.terms(output, labels, len(scenarios))
        if features:
            terms["features"] = feature_distance(output.translated, features)
        return with_total(terms, features=weight)

    def terms(self, output: SharedOutput, labels: Tensor, count: int) -> dict[str, Tensor]:
        """The loss terms of what the network says of ``count`` scenarios."""
        every = labels.expand(count, *labels.shape[-3:])
        drawn = zip(output.logits.chunk(count), every, strict=True)
        terms = terms_mean([self.task("drawn", x, own) for x, own in drawn])
        for head, maps in zip(self.coarse_heads, output.coarse, strict=True):
            stride = labels.shape[-1] // maps.shape[-1]
            parts = zip(head(maps).chunk(count), every, strict=True)
            costs = [segmentation_loss(x, thinned(own, stride)) for x, own in parts]
            terms[f"stride_{stride}"] = COARSE_WEIGHT * torch.stack(costs).mean()
        return terms


def thinned(labels: Tensor, stride: int) -> Tensor:
    """The label in the middle of every cell of ``stride`` pixels: (B, H, W) -> (B, H / stride, W / stride)."""
    return labels[:, stride // 2 :: stride, stride // 2 :: stride]


def feature_distance(translated: Sequence[Tensor], features: Sequence[Tensor]) -> Tensor:
    """Mean over the teachers of the mean squared difference, on the student's grid; 0 where nothing was translated.

    Args:
        translated: (B, C_t, h, w) for each teacher: what the student says its features are.
        features: (B, C_t, h', w') for each teacher: what they are.
    """
    if not translated:
        return features[0].new_zeros(())
    distances = [
        F.mse_loss(ours.float(), F.interpolate(theirs, ours.shape[-2:], mode="bilinear", align_corners=False))
        for ours, theirs in zip(translated, features, strict=True)
    ]
    return torch.stack(distances).mean()
