"""The ensemble: the mean of the single networks' probabilities over what is available.

The check that embarrasses: nothing is learned together, nothing is fused, and what is missing is simply not asked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from dis2_core.network import DIS2Config

from .base import Baseline
from .single import SingleModality


class Ensemble(Baseline):
    """A network of its own for each modality, trained by itself.

    Attributes:
        members: The networks by modality.
    """

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        self.members = nn.ModuleDict({name: SingleModality(config, name) for name in config.names})

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return logits (B, K, H, W) whose softmax is the mean of the available members' probabilities."""
        available = self.available(inputs)
        each = [self.members[name]({name: inputs[name]}).log_softmax(dim=1) for name in available]
        return torch.stack(each).logsumexp(dim=0) - math.log(len(each))
