"""A network that follows another one: its weights are a moving average of the other's."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def follow(average: nn.Module, source: nn.Module, decay: float, statistics: bool = True) -> None:
    """Move weights and statistics of a network towards those of another: ``decay`` old + (1 - ``decay``) new.

    What is counted and not measured, as the batches of a batch norm, is copied. Without ``statistics`` what norms
    measure stays as it is, for a network that sees other windows than the one that it follows.
    """
    newest = source.state_dict()
    own = set() if statistics else {name for name, _ in average.named_buffers()}
    for name, mean in average.state_dict().items():
        if name in own:
            continue
        if mean.is_floating_point():
            mean.lerp_(newest[name], 1 - decay)
        else:
            mean.copy_(newest[name])
