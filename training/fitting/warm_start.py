"""Training that starts from a model: whatever fits is taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from dis2_core import DIS2Config, Model, ModelCard
from dis2_core.network import SegmentationNetwork, build_network


@dataclass(frozen=True)
class WarmStart:
    """A network that has learned something already.

    Attributes:
        network: With the weights that were taken over; the others are new.
        taken: Share of its weights that were, 0 to 1.
        branches: Whether all branches were, but for what is particular to the classes; the shared form has none.
        new: What was not: ``classes``, or the first part of the names of weights, e.g. ``encoders.sar``.
    """

    network: SegmentationNetwork
    taken: float
    branches: bool
    new: tuple[str, ...]

    def __str__(self) -> str:
        beginning = f"{self.taken:.0%} of the weights come from the start model"
        return f"{beginning}; new are: {', '.join(self.new)}." if self.new else f"{beginning}."


def warm_start(start: Model, card: ModelCard) -> WarmStart:
    """Build the network of a card and copy what fits by name and shape.

    What is particular to classes is copied only where all classes are the same.
    """
    network = build_network(DIS2Config.from_card(card))
    theirs, ours = start.network.state_dict(), network.state_dict()
    particular = set() if start.card.class_names == card.class_names else _particular_to_classes(card)
    taken = {
        name: theirs[name]
        for name, value in ours.items()
        if name in theirs and theirs[name].shape == value.shape and name not in particular
    }
    network.load_state_dict({**ours, **taken})
    missing = [name for name in ours if name not in taken]
    return WarmStart(
        network=network,
        taken=_size(taken) / _size(ours),
        branches=not any(name.startswith("branches.") and name not in particular for name in missing),
        new=tuple(dict.fromkeys(_part(name, particular) for name in missing)),
    )


def _particular_to_classes(card: ModelCard) -> set[str]:
    """Names of the weights whose shapes depend on the number of classes."""
    config = DIS2Config.from_card(card)
    with torch.device("meta"):
        one = build_network(config).state_dict()
        other = build_network(replace(config, classes=config.classes + 1)).state_dict()
    return {name for name, value in one.items() if value.shape != other[name].shape}


def _size(weights: Mapping[str, Tensor]) -> int:
    return sum(value.numel() for value in weights.values())


def _part(name: str, particular: set[str]) -> str:
    return "classes" if name in particular else ".".join(name.split(".")[:2])
