"""Training that starts from a model: whatever fits is taken over."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch

from dis2_core import DIS2Config, Model, ModelCard
from dis2_core.network import SegmentationNetwork, build_network

from .beginning import Beginning, take


@dataclass(frozen=True)
class ModelStart:
    """A model in either form; see ``beginning.Start``."""

    model: Model

    @property
    def card(self) -> ModelCard:
        """The model's."""
        return self.model.card

    @property
    def encoder(self) -> str:
        """That of the model."""
        return DIS2Config.from_card(self.card).encoder

    @property
    def width(self) -> int:
        """That of the model."""
        return DIS2Config.from_card(self.card).width

    @property
    def attribution(self) -> str:
        """Whom the model names."""
        return self.card.attribution

    @property
    def license(self) -> str:
        """The model's."""
        return self.card.license

    def begin(self, network: SegmentationNetwork, card: ModelCard) -> Beginning:
        """Copy what fits by name and shape.

        What is particular to classes is copied only where all classes are the same.
        """
        particular = set() if self.card.class_names == card.class_names else _particular_to_classes(card)
        theirs = {name: value for name, value in self.model.network.state_dict().items() if name not in particular}
        return take(network, theirs, "the start model", particular)


def _particular_to_classes(card: ModelCard) -> set[str]:
    """Names of the weights whose shapes depend on the number of classes."""
    config = DIS2Config.from_card(card)
    with torch.device("meta"):
        one = build_network(config).state_dict()
        other = build_network(replace(config, classes=config.classes + 1)).state_dict()
    return {name for name, value in one.items() if value.shape != other[name].shape}
