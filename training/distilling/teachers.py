"""Models that another one learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dis2_core import Model, ModelCard, load_model
from dis2_core.contract.errors import InputError

from ..data.sample import Sample, normalise


@dataclass(frozen=True)
class Teachers:
    """One or more models in evaluation, which never change.

    Attributes:
        models: Of one set of modalities and classes.
    """

    models: tuple[Model, ...]

    @classmethod
    def load(cls, names: Sequence[str], student: ModelCard, device: torch.device) -> Teachers:
        """Load shipped models or model files.

        Raises:
            ModelError: There is no such model, or it is damaged.
            InputError: It has other modalities or classes than the student, or a window that is not the student's.
        """
        models = tuple(load_model(name) for name in names)
        for model in models:
            _require_alike(model.card, student)
            model.network.to(device).requires_grad_(False)
        return cls(models)

    @torch.no_grad()
    def answers(self, batch: Sample, device: torch.device) -> Tensor:
        """The mean of their probabilities, given all modalities: (B, K, H, W) float32, on the device.

        Args:
            batch: In the units of its bands: every model has statistics of its own.
            device: Where they are.
        """
        total: Tensor | float = 0.0
        for model in self.models:
            inputs = {name: x.to(device) for name, x in normalise(batch, model.card.modalities).items()}
            names = model.card.modality_names
            logits = model.network({name: inputs[name] for name in names}).float()
            total = total + (logits / model.card.temperature(names)).softmax(dim=1)
        return torch.as_tensor(total) / len(self.models)


def _require_alike(card: ModelCard, student: ModelCard) -> None:
    bands = [{item.name: len(item.bands) for item in one.modalities} for one in (card, student)]
    if bands[0] != bands[1]:
        raise InputError(f"The teacher {card.name} takes {_listed(bands[0])}, the data set has {_listed(bands[1])}.")
    if card.class_names != student.class_names:
        raise InputError(f"The teacher {card.name} has other classes than the data set: {', '.join(card.class_names)}.")
    if card.network.get("form") != "shared" and card.window != student.window:
        raise InputError(
            f"The teacher {card.name} sees windows of {card.window[0]} pixels and no other, the student of "
            f"{student.window[0]}.",
            f"Set model.window to {card.window[0]}.",
        )


def _listed(bands: dict[str, int]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in bands.items())
