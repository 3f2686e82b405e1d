"""What the baselines have in common: names and the segmentation task."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from dis2_core.contract.errors import NoInput, UnknownModality
from dis2_core.network import DIS2Config, Scenario, SegmentationNetwork

from .cross_entropy import cross_entropy
from .dis2.losses import segmentation_loss


class Baseline(SegmentationNetwork):
    """A network with the modalities, classes and sizes of a ``DIS2Config``."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__()
        self.config = config

    def available(self, inputs: Mapping[str, Tensor]) -> Scenario:
        """The modalities that are given, in the order of the configuration.

        Raises:
            NoInput: There is none.
            UnknownModality: A name that the network does not know.
        """
        known = ", ".join(self.config.names)
        if not inputs:
            raise NoInput("No modality was given.", f"Give at least one of: {known}.")
        if unknown := sorted(set(inputs) - set(self.config.names)):
            raise UnknownModality(f"The network knows no modality '{unknown[0]}'.", f"It takes: {known}.")
        return tuple(name for name in self.config.names if name in inputs)


def blank(config: DIS2Config, name: str, inputs: Mapping[str, Tensor]) -> Tensor:
    """A window of zeros in the place of a modality: after normalisation 0 is the mean of its bands."""
    like = next(iter(inputs.values()))  # (B, C, H, W) of another modality
    return like.new_zeros(like.shape[0], dict(config.modalities)[name], *like.shape[2:])


class BaselineObjective(nn.Module):
    """A baseline with its losses; called as ``dis2_training.methods.registry.dis2.objective.Objective`` is.

    Args:
        network: The baseline that is trained.
        cross_entropy: Weight of plain cross-entropy beside the segmentation loss, as for DIS2.
    """

    draws_full = False  # see Objective
    labels_by_scenario = False  # see Objective

    def __init__(self, network: Baseline, cross_entropy: float) -> None:
        super().__init__()
        self.network = network
        self.weight = cross_entropy

    def task(self, name: str, logits: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """The terms that DIS2 has for each branch: segmentation loss and, weighted, cross-entropy."""
        terms = {name: segmentation_loss(logits, labels)}
        if self.weight:
            terms[f"{name}_cross_entropy"] = self.weight * cross_entropy(logits, labels)
        return terms


class DrawingObjective(BaselineObjective):
    """A baseline that learns each scenario by itself, the full one like the others: no teacher, no second branch."""

    draws_full = True


def with_total(terms: Mapping[str, Tensor], **weights: float) -> dict[str, Tensor]:
    """Terms and their weighted sum ``total``; a term without a weight counts once."""
    total = torch.stack([weights.get(name, 1.0) * term for name, term in terms.items()]).sum()
    return {**terms, "total": total}
