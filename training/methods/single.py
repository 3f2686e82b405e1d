"""One modality alone: the floor of a missing-modality scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from dis2_core.network import DIS2Config, Scenario
from dis2_core.network.encoder import build_encoder

from .base import Baseline, BaselineObjective, blank, with_total
from .decoder import MapDecoder


class SingleModality(Baseline):
    """Encoder and decoder for one modality; the others are not looked at.

    Without its modality it sees zeros (the mean) and has nothing to say: no score of that scenario means
    anything.

    Args:
        config: Modalities, classes and sizes.
        name: The modality.
    """

    def __init__(self, config: DIS2Config, name: str) -> None:
        super().__init__(config)
        self.name = name
        self.encoder = build_encoder(config.encoder, dict(config.modalities)[name], config.channels)
        self.decoder = MapDecoder(config)

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the logits (B, K, H, W)."""
        self.available(inputs)
        window = inputs[self.name] if self.name in inputs else blank(self.config, self.name, inputs)
        *skips, deepest = self.encoder(window)
        logits: Tensor = self.decoder(deepest, skips).logits
        return logits


class FullObjective(BaselineObjective):
    """The task on everything there is; scenarios are not drawn and nothing is distilled."""

    def forward(
        self, inputs: Mapping[str, Tensor], labels: Tensor, incomplete: Sequence[Scenario], distillation: float
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``; see ``Objective.forward``."""
        return with_total(self.task("full", self.network(inputs), labels))
