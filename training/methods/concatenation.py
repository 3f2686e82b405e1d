"""Concatenation: an encoder a modality, maps side by side. Knows nothing of missing modalities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor

from dis2_core.network import DIS2Config, Scenario
from dis2_core.network.encoder import build_encoders

from .base import Baseline, blank
from .decoder import MapDecoder
from .fusion import PlainFusion


class Concatenation(Baseline):
    """Encoders, plain fusion, decoder.

    Trained with all modalities and asked with fewer, it gets zeros for the missing ones, which is what one
    would try: after normalisation 0 is the mean.
    """

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        self.encoders = build_encoders(config)
        self.fusion = PlainFusion(config)
        self.decoder = MapDecoder(config)

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the logits (B, K, H, W)."""
        scenario = self.available(inputs)
        return self.forward_scenarios(inputs, [scenario])[scenario]

    def forward_scenarios(self, inputs: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> dict[Scenario, Tensor]:
        """Logits of several scenarios; each encoder runs once. See ``SegmentationNetwork``."""
        seen = {name for scenario in scenarios for name in scenario}
        own = {name: self.encoders[name](inputs[name]) for name in self.available(inputs) if name in seen}
        return {scenario: self._answer(inputs, {name: own[name] for name in scenario}) for scenario in scenarios}

    def _answer(self, inputs: Mapping[str, Tensor], own: Mapping[str, list[Tensor]]) -> Tensor:
        """Logits from the maps of a scenario's modalities."""
        slots = [own[name] if name in own else self.stand_in(name, inputs, own) for name in self.config.names]
        return self.decode(slots)

    def stand_in(self, name: str, inputs: Mapping[str, Tensor], own: Mapping[str, list[Tensor]]) -> list[Tensor]:
        """The maps in the slot of a missing modality: those of zeros."""
        maps: list[Tensor] = self.encoders[name](blank(self.config, name, inputs))
        return maps

    def decode(self, slots: list[list[Tensor]]) -> Tensor:
        """From the maps that fill the slots to the logits."""
        *skips, deepest = self.fusion(slots)
        logits: Tensor = self.decoder(deepest, skips).logits
        return logits
