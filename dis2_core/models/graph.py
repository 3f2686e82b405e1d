"""A model as one graph from the values of rasters to probabilities, which needs nothing of ours beside it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..contract.card import Modality, ModelCard, scenario_name
from ..contract.errors import InputError
from .file import Model


class Normalised(nn.Module):
    """Splits values into modalities, and scales them as a network expects them.

    Args:
        modalities: In the order in which their bands lie along the channels.
    """

    def __init__(self, modalities: Sequence[Modality]) -> None:
        super().__init__()
        self.names = tuple(item.name for item in modalities)
        self.bands = [len(item.bands) for item in modalities]
        bands = [band for item in modalities for band in item.bands]
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor([band.mean for band in bands])[:, None, None])
        self.register_buffer("std", torch.tensor([band.std for band in bands])[:, None, None])

    def forward(self, values: Tensor) -> dict[str, Tensor]:
        """(B, bands, H, W) in the card's units -> normalised (B, C_m, H, W) by modality."""
        windows = torch.split((values - self.mean) / self.std, self.bands, dim=1)
        return dict(zip(self.names, windows, strict=True))


class ScenarioGraph(nn.Module):
    """The graph of one scenario: values (B, bands of its modalities, H, W) -> probabilities (B, K, H, W)."""

    def __init__(self, model: Model, scenario: Sequence[str]) -> None:
        super().__init__()
        self.normalise = Normalised([item for item in model.card.modalities if item.name in scenario])
        self.network = model.network
        self.temperature = model.card.temperature([name for name in model.card.modality_names if name in scenario])

    def forward(self, values: Tensor) -> Tensor:
        """Values in the card's units, finite ones, to probabilities."""
        logits: Tensor = self.network(self.normalise(values))
        return (logits / self.temperature).softmax(dim=1)


class AvailabilityGraph(nn.Module):
    """The graph of all scenarios: values (B, all bands, H, W), availability (B, M) -> probabilities (B, K, H, W).

    What the values of a missing modality are makes no difference, be they no numbers.
    """

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.normalise = Normalised(model.card.modalities)
        self.network = model.network
        self.temperatures: Tensor
        self.bits: Tensor
        self.register_buffer("bits", 2 ** torch.arange(len(model.card.modalities)))
        self.register_buffer("temperatures", torch.tensor(_by_mask(model.card)))

    def forward(self, values: Tensor, availability: Tensor) -> Tensor:
        """Values in the card's units; availability of 0 and 1 in the card's order, at least one a sample."""
        windows = self.normalise(values)
        there = availability[:, :, None, None, None] > 0
        kept = {name: torch.where(there[:, i], x, 0.0) for i, (name, x) in enumerate(windows.items())}
        logits: Tensor = self.network.forward_available(kept, availability)
        mask = ((availability > 0) * self.bits).sum(dim=1)  # (B,)
        return (logits / self.temperatures[mask][:, None, None, None]).softmax(dim=1)


def _by_mask(card: ModelCard) -> list[float]:
    """The temperature of every scenario, by its mask; 1 for none."""
    masks = {card.scenario_mask(scenario): card.temperature(scenario) for scenario in card.scenarios()}
    return [masks.get(mask, 1.0) for mask in range(1 << len(card.modalities))]


def graph_of(model: Model, scenario: str = "") -> tuple[nn.Module, tuple[Tensor, ...]]:
    """The graph of a scenario, or of all where none is named, and inputs of its shapes.

    Args:
        model: Settled.
        scenario: As ``scenario_name`` writes it, in any order: ``rgb+ndsm``; empty: the availability is an input.

    Raises:
        InputError: The model has no such scenario.
    """
    card = model.card
    names = tuple(scenario.split("+")) if scenario else card.modality_names
    if strangers := [name for name in names if name not in card.modality_names]:
        known = ", ".join(map(scenario_name, card.scenarios()))
        raise InputError(f"The model {card.name} knows no '{strangers[0][:40]}'.", f"Its scenarios are: {known}.")
    bands = sum(len(card.modality(name).bands) for name in set(names))
    values = torch.zeros(2, bands, *card.window)  # two: a batch of one would be taken for the only size there is
    if scenario:
        return ScenarioGraph(model, names).eval(), (values,)
    return AvailabilityGraph(model).eval(), (values, torch.ones(2, len(names)))
