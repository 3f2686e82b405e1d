"""The conditions of a test: clean scenarios, and steps between full and missing."""

from __future__ import annotations

from dataclasses import dataclass

from dis2_core import ModelCard
from dis2_core.contract.card import scenario_name
from dis2_core.network import Scenario

from ..data.degradation import Degradation, curves, degradations
from .plan import ScoringRecipe

CLEAN = ""  #: The kind of a scenario to which nothing happens


@dataclass(frozen=True)
class Condition:
    """What a network gets to see.

    Attributes:
        scenario: The modalities.
        kind: ``CLEAN``, the name of a degradation, or ``shift`` or ``resolution``.
        step: How far along a curve; 0 for what is none.
        degradation: What happens to each tile; None: nothing.
    """

    scenario: Scenario
    kind: str = CLEAN
    step: int = 0
    degradation: Degradation | None = None

    @property
    def name(self) -> str:
        """As it is stored: ``optical+sar``, ``optical+sar, clouds 30%``, ``optical+sar, shift 4``."""
        return ", ".join(filter(None, (scenario_name(self.scenario), self.label)))

    @property
    def label(self) -> str:
        """What happens; empty where it is nothing."""
        return f"{self.kind} {self.step}" if self.step else self.kind


def conditions(card: ModelCard, test: ScoringRecipe) -> list[Condition]:
    """All conditions: the scenarios, then what happens to the degraded modality while the others are clean."""
    clean = [Condition(scenario) for scenario in card.scenarios()]
    if not test.degraded:
        return clean
    modality, full = card.modality(test.degraded), card.modality_names
    between = [Condition(full, kind, 0, degrade) for kind, degrade in degradations(modality).items()]
    along = [
        Condition(full, kind, step, degrade)
        for kind, curve in curves(modality, test.shifts, test.factors).items()
        for step, degrade in curve.items()
    ]
    return [*clean, *between, *along]
