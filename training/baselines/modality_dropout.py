"""Modality dropout: the cheap control that any missing-modality method has to beat.

Neverova et al.: *ModDrop*, TPAMI 2016; as *input/feature sensor dropout* in remote sensing.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from dis2_core.network import Scenario

from .base import BaselineObjective, ScenarioDraw, with_total
from .concatenation import Concatenation


class ModalityDropout(Concatenation):
    """Concatenation in which the maps of a missing modality are 0.

    The maps and not the input: an encoder that was fed whole batches of zeros in training would spoil the
    statistics of its batch norms, and the control would be weaker than it has to be.
    """

    def stand_in(self, name: str, inputs: Mapping[str, Tensor], own: Mapping[str, list[Tensor]]) -> list[Tensor]:
        """The maps in the slot of a missing modality: 0."""
        return [torch.zeros_like(x) for x in next(iter(own.values()))]


class DropoutObjective(BaselineObjective):
    """The task in a scenario drawn anew for each batch, the full one included; all are equally likely."""

    def __init__(self, network: ModalityDropout, cross_entropy: float) -> None:
        super().__init__(network, cross_entropy)
        self.draw = ScenarioDraw(network.config.scenarios())

    def forward(
        self, inputs: Mapping[str, Tensor], labels: Tensor, scenario: Scenario | None, distillation: float
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``; the method draws its own scenario. See ``Objective.forward``."""
        kept = self.draw()
        return with_total(self.task("drawn", self.network({name: inputs[name] for name in kept}), labels))
