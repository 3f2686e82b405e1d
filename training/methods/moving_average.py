"""A network that follows another one: its weights are a moving average of the other's."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def follow(average: nn.Module, source: nn.Module, decay: float) -> None:
    """Move weights and statistics of a network towards those of another: ``decay`` old + (1 - ``decay``) new.

    What is counted and not measured, as the batches of a batch norm, is copied.
    """
    newest = source.state_dict()
    for name, mean in average.state_dict().items():
        if mean.is_floating_point():
            mean.lerp_(newest[name], 1 - decay)
        else:
            mean.copy_(newest[name])
