"""Modality dropout: the cheap control that any missing-modality method has to beat.

Neverova et al.: *ModDrop*, TPAMI 2016; as *input/feature sensor dropout* in remote sensing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from dis2_core.network import Scenario

from .base import DrawingObjective, with_total
from .concatenation import Concatenation
from .dis2.losses import terms_mean


class ModalityDropout(Concatenation):
    """Concatenation in which the maps of a missing modality are 0.

    The maps and not the input: an encoder that was fed whole batches of zeros in training would spoil the
    statistics of its batch norms, and the control would be weaker than it has to be.
    """

    def stand_in(self, name: str, inputs: Mapping[str, Tensor], own: Mapping[str, list[Tensor]]) -> list[Tensor]:
        """The maps in the slot of a missing modality: 0."""
        return [torch.zeros_like(x) for x in next(iter(own.values()))]


class DropoutObjective(DrawingObjective):
    """The task in the scenarios of a batch, each modality encoded once for all of them.

    Encoding anew for every scenario gives the same terms and gradients at a higher cost; the running statistics of
    the batch norms alone would move once a scenario instead of once a batch.
    """

    def forward(
        self, inputs: Mapping[str, Tensor], labels: Tensor, scenarios: Sequence[Scenario], distillation: float
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``; the full scenario is one of the drawn. See ``Objective.forward``."""
        logits = self.network.forward_scenarios(inputs, scenarios)
        return with_total(terms_mean([self.task("drawn", x, labels) for x in logits.values()]))
