"""AnySeg: one encoder for all modalities, the mean of what is available, a teacher that sees everything.

Zheng et al.: *Learning Robust Anymodal Segmentor with Unimodal and Cross-modal Distillation*, arXiv 2411.17141, 2024.
Written from the paper's method. As published: all modalities through one encoder, level by level the mean over those
that are available, no part of the network for a modality; the student sees subsets and learns from the teacher's
probabilities (weight 50), from its features of each modality (unimodal distillation, 5) and from how alike the
modalities are to it (cross-modal distillation, 10). Different here: encoder and decoder of DIS2 instead of a MiT and
SegFormer's head, a 1x1 convolution that brings modalities of different bands to the encoder, the task loss of all our
methods instead of OHEM cross-entropy, every scenario of the batch instead of one subset; and the teacher is the moving
average of the student, since one run is what a method has here, instead of a network that was trained before. The three
weights are as published where the recipe's ``distillation.weight`` is 1, and begin where it has the distillation begin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from dis2_core.network import DIS2Config, Scenario
from dis2_core.network.encoder import mean_maps

from ..base import Baseline, with_total
from ..decoder import MapDecoder
from ..dis2.losses import distillation_kl, terms_mean
from .stems import SharedEncoder
from .teacher import TaughtObjective

RESPONSE, UNIMODAL, CROSS_MODAL = 50.0, 5.0, 10.0  # as published

Pyramids = Mapping[str, list[Tensor]]


class AnySeg(Baseline):
    """A shared encoder, the mean of the available modalities' maps, one decoder."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        self.encoder = SharedEncoder(config)
        self.decoder = MapDecoder(config)

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the logits (B, K, H, W)."""
        return self.decode(self.encode(inputs), self.available(inputs))

    def encode(self, inputs: Mapping[str, Tensor]) -> dict[str, list[Tensor]]:
        """Four maps of each modality that is given."""
        maps: dict[str, list[Tensor]] = self.encoder({name: inputs[name] for name in self.available(inputs)})
        return maps

    def decode(self, own: Pyramids, scenario: Scenario) -> Tensor:
        """Logits from the maps of a scenario's modalities, whatever else was encoded."""
        *skips, deepest = mean_maps([own[name] for name in scenario])
        logits: Tensor = self.decoder(deepest, skips).logits
        return logits


class AnySegObjective(TaughtObjective[AnySeg]):
    """The task in the scenarios of a batch, and three distillations from the moving average of the network."""

    def forward(
        self, inputs: Mapping[str, Tensor], labels: Tensor, scenarios: Sequence[Scenario], distillation: float
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``; ``distillation`` multiplies the published weights.

        See ``Objective.forward``.
        """
        teacher, full = self.moved_teacher(), self.network.config.names
        with torch.no_grad():
            targets = teacher.encode(inputs)
            answer = teacher.decode(targets, full)
        own = self.network.encode(inputs)
        terms = terms_mean([self._drawn_terms(own, scenario, answer, labels) for scenario in scenarios])
        terms["unimodal"] = unimodal(own, targets)
        terms["cross_modal"] = cross_modal(own, targets)
        weights = {"response": RESPONSE, "unimodal": UNIMODAL, "cross_modal": CROSS_MODAL}
        return with_total(terms, **{name: distillation * weight for name, weight in weights.items()})

    def _drawn_terms(self, own: Pyramids, scenario: Scenario, answer: Tensor, labels: Tensor) -> dict[str, Tensor]:
        logits = self.network.decode(own, scenario)
        return {
            **self.task("drawn", logits, labels),
            "response": distillation_kl(logits, answer, labels, temperature=1.0),
        }


def unimodal(student: Pyramids, teacher: Pyramids) -> Tensor:
    """KL from the teacher's features of a modality to the student's, as distributions over the channels of a pixel.

    Mean over elements and modalities, sum over the levels.
    """
    pairs = [(ours, theirs) for name in student for ours, theirs in zip(student[name], teacher[name], strict=True)]
    divergences = [_divergence(ours.float(), theirs.float()) for ours, theirs in pairs]
    return torch.stack(divergences).sum() / len(student)


def _divergence(student: Tensor, teacher: Tensor) -> Tensor:
    log_p, log_q = student.log_softmax(dim=1), teacher.log_softmax(dim=1)
    return (log_q.exp() * (log_q - log_p)).mean()


def cross_modal(student: Pyramids, teacher: Pyramids) -> Tensor:
    """Mean squared difference of the modalities' similarities, summed over the levels."""
    levels = zip(zip(*student.values(), strict=True), zip(*teacher.values(), strict=True), strict=True)
    return torch.stack([F.mse_loss(similarities(ours), similarities(theirs)) for ours, theirs in levels]).sum()


def similarities(maps: Sequence[Tensor]) -> Tensor:
    """Cosines between the maps of M modalities: M of (B, C, h, w) -> (B, M, M)."""
    vectors = F.normalize(torch.stack([x.float().flatten(1) for x in maps], dim=1), dim=2)  # (B, M, C h w)
    return vectors @ vectors.mT
