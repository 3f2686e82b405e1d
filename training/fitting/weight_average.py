"""The moving average of weights that is validated and saved."""

from __future__ import annotations

import copy

from torch import nn

from ..methods.moving_average import follow


class WeightAverage:
    """An exponential moving average of a network's weights and statistics.

    Young averages forget faster, (1 + step) / (10 + step), so that the random start is soon gone.

    Args:
        source: The network that is trained.
        decay: Of the average; None copies the weights.
        statistics: Whether what norms measure follows, too.
    """

    def __init__(self, source: nn.Module, decay: float | None, statistics: bool = True) -> None:
        self.source = source
        self.decay = decay
        self.statistics = statistics
        self.network = copy.deepcopy(source).requires_grad_(False)

    def update(self, step: int) -> None:
        """Take in the weights after an optimizer step, counted from 0."""
        decay = min(self.decay or 0.0, (1 + step) / (10 + step))
        follow(self.network, self.source, decay, self.statistics)
