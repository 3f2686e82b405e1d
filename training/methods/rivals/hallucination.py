"""Hallucination: a stream that looks at what is there and imitates the features of what is missing.

Hoffman, Gupta, Darrell: *Learning with Side Information through Modality Hallucination*, CVPR 2016; for
missing height models Kampffmeyer, Salberg, Jenssen: *Urban Land Cover Classification with Missing Data
Modalities Using Deep Convolutional Neural Networks*, JSTARS 2018. Written from the papers' method. Different
here: teacher and streams learn in one run instead of in stages (the imitation starts where the recipe starts
DIS2's distillation), and every modality can be hallucinated, not height alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dis2_core.network import DIS2Config, Scenario
from dis2_core.network.encoder import build_encoder, mean_maps

from ..base import BaselineObjective, with_total
from ..concatenation import Concatenation
from ..dis2.losses import terms_mean


class Hallucination(Concatenation):
    """Concatenation with a hallucination encoder for each pair of an available and a missing modality.

    The slot of a missing modality gets the maps that the available ones hallucinate; their mean, where there
    are several.

    Attributes:
        streams: ``streams[missing][available]`` looks at the available modality.
    """

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        bands = dict(config.modalities)
        self.streams = nn.ModuleDict()
        for missing in bands:
            available = [name for name in bands if name != missing]
            self.streams[missing] = nn.ModuleDict(
                {name: build_encoder(config.encoder, bands[name], config.channels) for name in available}
            )

    def stand_in(self, name: str, inputs: Mapping[str, Tensor], own: Mapping[str, list[Tensor]]) -> list[Tensor]:
        """The maps in the slot of a missing modality: the hallucinated ones."""
        streams: nn.ModuleDict = self.streams[name]  # type: ignore[assignment]  # a dict of dicts
        return mean_maps([streams[available](inputs[available]) for available in own])


class HallucinationObjective(BaselineObjective):
    """The task of the full network and of the hallucinating one, and the imitation of features.

    As in DIS2 the full scenario is trained with every batch and incomplete scenarios beside it; the features
    that are imitated are not pulled back.
    """

    network: Hallucination

    def forward(
        self, inputs: Mapping[str, Tensor], labels: Tensor, incomplete: Sequence[Scenario], distillation: float
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``; ``distillation`` weighs the imitation. See ``Objective.forward``."""
        network, full = self.network, self.network.config.names
        own = {name: network.encoders[name](inputs[name]) for name in full}
        terms = self.task("full", network.decode(list(own.values())), labels)
        terms |= terms_mean([self._missing_terms(inputs, own, scenario, labels) for scenario in incomplete])
        return with_total(terms, imitation=distillation)

    def _missing_terms(
        self, inputs: Mapping[str, Tensor], own: dict[str, list[Tensor]], scenario: Scenario, labels: Tensor
    ) -> dict[str, Tensor]:
        seen = {name: maps for name, maps in own.items() if name in scenario}
        imagined = {name: self.network.stand_in(name, inputs, seen) for name in own if name not in seen}
        logits = self.network.decode([imagined.get(name, own[name]) for name in own])
        distances = [imitation(maps, own[name]) for name, maps in imagined.items()]
        return {**self.task("missing", logits, labels), "imitation": torch.stack(distances).mean()}


def imitation(student: list[Tensor], teacher: list[Tensor]) -> Tensor:
    """Mean squared difference of the maps' sigmoids, summed over the levels; the teacher is not pulled back."""
    pairs = zip(student, teacher, strict=True)
    return torch.stack([F.mse_loss(ours.sigmoid(), theirs.detach().sigmoid()) for ours, theirs in pairs]).sum()
