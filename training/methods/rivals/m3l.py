"""M3L: a learned token in the place of a missing modality, and a mean teacher that misses nothing.

Maheshwari, Liu, Kira: *Missing Modality Robustness in Semi-Supervised Multi-Modal Semantic Segmentation*, WACV 2024
(arXiv 2304.10756). Written from the paper's method. As published: an encoder that the modalities share; the maps of a
masked modality behind its first stage are one learned token, and go through the later stages like any other; *linear
fusion*, level by level a learned convex sum of the modalities; a teacher that is the moving average of the student and
sees all modalities, whose classes the masked student learns beside the labels (weight 1). Different here: encoder and
decoder of DIS2 instead of SegFormer, one batch norm for all modalities instead of a norm each, a 1x1 convolution that
brings modalities of different bands to the encoder, the task loss of all our methods, every scenario of the batch
instead of one modality masked at random, more than two modalities; and no images without labels. The teacher's classes
count as published where the recipe's ``distillation.weight`` is 1, from where it has the distillation begin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from dis2_core.network import DIS2Config, Scenario

from ..base import Baseline, with_total
from ..cross_entropy import cross_entropy
from ..decoder import MapDecoder
from ..dis2.losses import terms_mean
from .stems import SharedEncoder
from .teacher import TaughtObjective


class M3L(Baseline):
    """A shared encoder with a token for what is missing, linear fusion, one decoder."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        self.encoder = SharedEncoder(config)
        self.token = nn.Parameter(0.02 * torch.randn(1, config.channels[0], 1, 1))
        self.fusion = LinearFusion(len(config.names), len(config.channels))
        self.decoder = MapDecoder(config)

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the logits (B, K, H, W)."""
        scenario = self.available(inputs)
        return self.forward_scenarios(inputs, [scenario])[scenario]

    def forward_scenarios(self, inputs: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> dict[Scenario, Tensor]:
        """Logits of several scenarios; the first stage runs once, the others over all of them in one batch."""
        seen = [name for name in self.available(inputs) if any(name in scenario for scenario in scenarios)]
        first = {name: self.encoder.first(name, inputs[name]) for name in seen}
        token = self.token.expand_as(first[seen[0]])  # (B, C, H / 2, W / 2)
        slots = [first[name] if name in kept else token for name in self.config.names for kept in scenarios]
        levels = self.encoder.encoder.from_first(torch.cat(slots))  # (M S B, C, H / 2, W / 2), modality after modality
        *skips, deepest = self.fusion(levels)  # (S B, C_l, H_l, W_l)
        logits = self.decoder(deepest, skips).logits
        return dict(zip(scenarios, logits.chunk(len(scenarios)), strict=True))


class LinearFusion(nn.Module):
    """The maps of the modalities into one a level: a sum whose weights are learned and add up to 1."""

    def __init__(self, modalities: int, levels: int) -> None:
        super().__init__()
        self.shares = nn.Parameter(torch.zeros(levels, modalities))

    def forward(self, levels: Sequence[Tensor]) -> list[Tensor]:
        """(M B, C_l, H_l, W_l), modality after modality -> (B, C_l, H_l, W_l) of each level."""
        weights = self.shares.softmax(dim=1)  # (levels, M)
        return [
            sum(share * x for share, x in zip(own, level.chunk(len(own)), strict=True))
            for own, level in zip(weights, levels, strict=True)
        ]


class M3LObjective(TaughtObjective[M3L]):
    """The task in the scenarios of a batch; what is incomplete learns the classes of the mean teacher, too."""

    def forward(
        self, inputs: Mapping[str, Tensor], labels: Tensor, scenarios: Sequence[Scenario], distillation: float
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``; ``distillation`` weighs the teacher's classes.

        See ``Objective.forward``.
        """
        teacher = self.moved_teacher()
        with torch.no_grad():
            answer = teacher(inputs).argmax(dim=1)  # (B, H, W), where there is no label, too
        logits = self.network.forward_scenarios(inputs, scenarios)
        terms = terms_mean([self.task("drawn", x, labels) for x in logits.values()])
        incomplete = [x for kept, x in logits.items() if len(kept) < len(inputs)]
        terms |= terms_mean([{"teacher": cross_entropy(x, answer)} for x in incomplete])
        return with_total(terms, teacher=distillation)
