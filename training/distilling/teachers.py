"""Models that another one learns from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from dis2_core import Model, ModelCard, load_model
from dis2_core.contract.errors import InputError
from dis2_core.prediction.inference import probabilities

from ..data.sample import Sample, by_shown, normalise
from ..data.tiles import SAME_SIZE


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
        """The mean of their probabilities, given all that a window shows: (B, K, H, W) float32, on the device.

        Args:
            batch: In the units of its bands: every model has statistics of its own. A window that shows nothing gets 0.
            device: Where they are.
        """
        total = torch.zeros(len(batch.labels), len(self.models[0].card.classes), *batch.size, device=device)
        for model in self.models:
            inputs = normalise(batch, model.card.modalities, device)
            for scenario, rows in by_shown(batch, model.card.modality_names):
                logits = model.network({name: inputs[name][rows] for name in scenario})
                total[rows] += probabilities(logits, model.card.temperature(scenario))
        return total / len(self.models)


def _require_alike(card: ModelCard, student: ModelCard) -> None:
    if card.is_onnx:
        raise InputError(f"The teacher {card.name} is a graph of ONNX, of which nothing can be learned here.")
    bands = [[(item.name, len(item.bands)) for item in one.modalities] for one in (card, student)]
    if bands[0] != bands[1]:
        raise InputError(f"The teacher {card.name} takes {_listed(bands[0])}, the data set has {_listed(bands[1])}.")
    if card.class_names != student.class_names:
        raise InputError(f"The teacher {card.name} has other classes than the data set: {', '.join(card.class_names)}.")
    if abs(math.log(card.gsd / student.gsd)) > SAME_SIZE:
        raise InputError(f"The teacher {card.name} maps pixels of {card.gsd:g} m, the data set has {student.gsd:g} m.")
    if card.network.get("form") != "shared" and card.window != student.window:
        raise InputError(
            f"The teacher {card.name} sees windows of {card.window[0]} pixels and no other, the student of "
            f"{student.window[0]}.",
            f"Set model.window to {card.window[0]}.",
        )


def _listed(bands: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} ({count})" for name, count in bands)
