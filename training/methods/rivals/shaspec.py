"""ShaSpec in 2-D: what modalities share stands in for what is missing.

Wang, Chen, Ma, Avery, Hull, Carneiro: *Multi-modal Learning with Missing Modality via Shared-Specific
Feature Modelling*, CVPR 2023. Written from the paper's method. As published: one encoder shared by all
modalities and a specific one for each; at the bottleneck shared and specific maps are composed by a
residual convolution that all modalities share; skips come from the shared encoder. Different here: encoder
and decoder of DIS2 instead of a 3-D residual network, a 1x1 convolution that brings modalities of different
bands to the shared encoder, the task loss of all our methods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dis2_core.network import DIS2Config, Scenario
from dis2_core.network.encoder import build_encoder, build_encoders, mean_maps

from ..base import Baseline, DrawingObjective, with_total
from ..decoder import MapDecoder
from ..dis2.losses import terms_mean
from ..fusion import PlainFusion

SHARED_WEIGHT = 0.1  # of the L1 distance between shared features, as published
MODALITY_WEIGHT = 0.02  # of the modality classification, as published


class SharedSpecific(NamedTuple):
    """Four maps by modality from the shared encoder, and the deepest from the specific ones."""

    shared: dict[str, list[Tensor]]
    specific: dict[str, Tensor]


class ShaSpec(Baseline):
    """Shared and specific encoders; the shared maps of the available modalities fill a missing slot."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        deepest = config.channels[-1]
        bands = max(dict(config.modalities).values())
        self.adapters = nn.ModuleDict({name: nn.Conv2d(own, bands, kernel_size=1) for name, own in config.modalities})
        self.shared = build_encoder(config.encoder, bands, config.channels)
        self.specific = build_encoders(config)
        self.compose = nn.Conv2d(2 * deepest, deepest, kernel_size=3, padding=1)
        self.fusion = PlainFusion(config)
        self.decoder = MapDecoder(config)

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the logits (B, K, H, W)."""
        return self.decode(self.features(inputs), self.available(inputs))

    def features(self, inputs: Mapping[str, Tensor]) -> SharedSpecific:
        """Encode. The shared encoder sees all modalities in one batch, lest batch norm tell them apart."""
        names = self.available(inputs)
        together = torch.cat([self.adapters[name](inputs[name]) for name in names])  # (M B, bands, H, W)
        levels = [level.chunk(len(names)) for level in self.shared(together)]
        shared = {name: [level[i] for level in levels] for i, name in enumerate(names)}
        return SharedSpecific(shared, {name: self.specific[name](inputs[name])[-1] for name in names})

    def decode(self, features: SharedSpecific, scenario: Scenario) -> Tensor:
        """Logits from the features of a scenario's modalities, whatever else was encoded."""
        stand_in = mean_maps([features.shared[name] for name in scenario])
        slots = [self._composed(features, name) if name in scenario else stand_in for name in self.config.names]
        *skips, deepest = self.fusion(slots)
        logits: Tensor = self.decoder(deepest, skips).logits
        return logits

    def _composed(self, features: SharedSpecific, name: str) -> list[Tensor]:
        *skips, deepest = features.shared[name]
        residual = self.compose(torch.cat([deepest, features.specific[name]], dim=1))
        return [*skips, deepest + residual]


class ShaSpecObjective(DrawingObjective):
    """The task in the scenarios of a batch, shared features alike, specific ones telling their modality.

    Both constraints see every modality of a batch, as all are there in training.
    """

    network: ShaSpec

    def __init__(self, network: ShaSpec, cross_entropy: float) -> None:
        super().__init__(network, cross_entropy)
        config = network.config
        self.classify_modality = nn.Linear(config.channels[-1], len(config.names))

    def forward(
        self, inputs: Mapping[str, Tensor], labels: Tensor, scenarios: Sequence[Scenario], distillation: float
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``; the full scenario is one of the drawn. See ``Objective.forward``."""
        features = self.network.features(inputs)
        logits = [self.network.decode(features, scenario) for scenario in scenarios]
        terms = terms_mean([self.task("drawn", x, labels) for x in logits])
        terms["shared"] = self._distance(features)
        terms["modality"] = self._modality(features)
        return with_total(terms, shared=SHARED_WEIGHT, modality=MODALITY_WEIGHT)

    def _distance(self, features: SharedSpecific) -> Tensor:
        """Mean absolute difference of the deepest shared maps, over all pairs of modalities."""
        deepest = [maps[-1] for maps in features.shared.values()]
        return torch.stack([F.l1_loss(a, b) for a, b in combinations(deepest, 2)]).mean()

    def _modality(self, features: SharedSpecific) -> Tensor:
        """Cross-entropy of telling the modality from the mean of its deepest specific map."""
        scores = torch.stack([self.classify_modality(x.mean(dim=(2, 3))) for x in features.specific.values()])
        target = torch.arange(len(scores), device=scores.device).repeat_interleave(scores.shape[1])
        return F.cross_entropy(scores.flatten(0, 1), target)  # (M, B, M) -> (M B, M)
