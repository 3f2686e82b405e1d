"""What comes back from training on a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dis2_core.contract.card import ModelCard, scenario_name
from dis2_core.evaluation.metrics import Scores
from dis2_core.network import Scenario

from ..fitting.loop import Epoch
from .holdout import HoldOut, Role


@dataclass(frozen=True)
class TrainingResult:
    """What a run has done.

    Attributes:
        outputs: Paths by output name.
        card: Of the model, with its test scores.
        scores: By scenario, on the ground that was held out; empty where none could be.
        plan: Which ground was for what.
        learned: Labelled pixels that training windows were drawn from: fewer than planned where memory or data end.
        unlabelled: Pixels without a label that took part.
        curve: How training went.
        chosen: Optimizer steps after which the weights were taken.
        steps: Optimizer steps in all.
        inherited: What came from the start model, in a sentence; empty where there was none.
        device, precision: Where and how the network ran.
        seconds: Wall time.
        warnings: Texts of the warnings.
    """

    outputs: Mapping[str, str]
    card: ModelCard
    scores: Mapping[Scenario, Scores]
    plan: HoldOut
    learned: int
    unlabelled: int
    curve: tuple[Epoch, ...]
    chosen: int
    steps: int
    inherited: str
    device: str
    precision: str
    seconds: float
    warnings: tuple[str, ...]

    @property
    def full(self) -> Scores | None:
        """Scores with all modalities; None where nothing was tested."""
        return self.scores.get(self.card.modality_names)

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {
            "outputs": dict(self.outputs),
            "name": self.card.name,
            "gsd": self.card.gsd,
            "window": self.card.window[0],
            "width": self.card.network["width"],
            "modalities": list(self.card.modality_names),
            "classes": self._classes(),
            "scores": {scenario: dict(values) for scenario, values in self.card.metrics.items()},
            "miou": {scenario_name(scenario): round(score.miou, 4) for scenario, score in self.scores.items()},
            "unlabelled": self.unlabelled,
            "chosen": self.chosen,
            "steps": self.steps,
            "inherited": self.inherited,
            "device": self.device,
            "precision": self.precision,
            "seconds": self.seconds,
            "warnings": list(self.warnings),
        }

    def _classes(self) -> list[dict[str, Any]]:
        """Names, colours and labelled pixels by what they were for."""
        pixels = {role.name.lower(): self.plan.pixels(role).tolist() for role in Role}
        return [
            {"name": item.name, "color": item.color, **{role: counts[index] for role, counts in pixels.items()}}
            for index, item in enumerate(self.card.classes)
        ]
