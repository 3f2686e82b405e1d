"""What a student has kept of its teachers, and what it saves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dis2_core import Model
from dis2_core.contract.card import scenario_name

from ..data.dataset import TileDataset
from ..scoring.cost import Cost, cost
from ..scoring.evaluation import evaluate


@dataclass(frozen=True)
class Standing:
    """One model among those that are compared.

    Attributes:
        name: What its file is called.
        miou: By the scenario's name, on maps of whole tiles.
        cost: Of the full scenario.
        pixels: Of one of its windows.
    """

    name: str
    miou: dict[str, float]
    cost: Cost
    pixels: int

    @classmethod
    def of(cls, name: str, model: Model, dataset: TileDataset) -> Standing:
        """Score a model on a split, and measure what it costs here."""
        scores = evaluate(model, dataset, whole_tiles=True)
        miou = {scenario_name(scenario): score.miou for scenario, score in scores.items()}
        height, width = model.card.window
        return cls(name, miou, cost(model.network, model.card, model.card.modality_names), height * width)

    @property
    def seconds_a_megapixel(self) -> float:
        """Of windows side by side, without overlap, reading or writing."""
        return 1e6 * self.cost.seconds / self.pixels


def compared(standings: Sequence[Standing]) -> str:
    """A table of models, the student last: mIoU by scenario, parameters, time."""
    names = list(standings[0].miou)
    header = ["mIoU", *names, "parameters", "s a Mpx", "times faster"]
    student = standings[-1].seconds_a_megapixel
    rows = [
        [
            item.name,
            *(f"{item.miou[name]:.3f}" for name in names),
            f"{item.cost.parameters:,}",
            f"{item.seconds_a_megapixel:.2f}",
            f"{item.seconds_a_megapixel / student:.1f}",
        ]
        for item in standings
    ]
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    lines = [[f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)] for row in (header, *rows)]
    return "\n".join("  ".join(line) for line in lines)
