"""A network that sees every window in the ways of a square, as ``dis2 segment --tta d4`` lets it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from dis2_core import ModelCard
from dis2_core.network import Scenario, SegmentationNetwork
from dis2_core.prediction.inference import probabilities
from dis2_core.prediction.symmetries import mean_answers, symmetries


class Symmetric(SegmentationNetwork):
    """Answers with the logarithm of the mean probabilities, so that their softmax is that mean.

    Args:
        network: Any.
        card: Its window, and the temperatures of its probabilities.
    """

    def __init__(self, network: SegmentationNetwork, card: ModelCard) -> None:
        super().__init__()
        self.network = network
        self.card = card
        self.symmetries = symmetries(card.window)

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Log probabilities (B, K, H, W)."""
        scenario = tuple(inputs)
        return self.forward_scenarios(inputs, [scenario])[scenario]

    def forward_scenarios(self, inputs: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> dict[Scenario, Tensor]:
        """Log probabilities of several scenarios. See the base class."""

        def answer(seen: Mapping[str, Tensor]) -> dict[Scenario, Tensor]:
            logits = self.network.forward_scenarios(seen, scenarios)
            return {name: probabilities(logits[name], self.card.temperature(name)) for name in scenarios}

        return {scenario: mean.log() for scenario, mean in mean_answers(answer, inputs, self.symmetries).items()}
