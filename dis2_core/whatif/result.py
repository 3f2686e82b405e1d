"""What a map loses without a layer, as plain values: the scenarios, and what they say in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..evaluation.result import Evaluation
from .dependence import Change, in_words, percent

CLEAR = 0.02  # of the map, by which two scenarios must differ before one is said to matter more


@dataclass(frozen=True)
class Scenario:
    """One of the maps.

    Attributes:
        name: The modalities that were used, joined by ``+``.
        modalities: The modalities that were used.
        left_out: The given modalities that were not.
        outputs: Paths by output name.
        change: How the map differs from the full one.
        evaluation: How good it is; None without ground truth.
    """

    name: str
    modalities: tuple[str, ...]
    left_out: tuple[str, ...]
    outputs: Mapping[str, str]
    change: Change
    evaluation: Evaluation | None = None


@dataclass(frozen=True)
class WhatIf:
    """What came of it.

    Attributes:
        outputs: Paths of ``folder``, ``report`` and ``table``.
        scenarios: The full one first.
        labels: Modalities as people call them.
        model, sha256: The model's name and the checksum of its file.
        device: Where the network ran.
        seconds: Wall time.
        warnings: Texts of the warnings.
    """

    outputs: Mapping[str, str]
    scenarios: tuple[Scenario, ...]
    labels: Mapping[str, str]
    model: str
    sha256: str
    device: str
    seconds: float
    warnings: tuple[str, ...]

    @property
    def one_left_out(self) -> tuple[Scenario, ...]:
        """The scenarios that lack one modality, the one that changes the map least first."""
        lacking = [scenario for scenario in self.scenarios if len(scenario.left_out) == 1]
        return tuple(sorted(lacking, key=lambda scenario: -scenario.change.kept))

    @property
    def summary(self) -> str:
        """The answer in plain words."""
        return " ".join(self.sentences)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The answer, sentence by sentence."""
        lacking = self.one_left_out
        texts = [in_words(self.labels[scenario.left_out[0]], scenario.change) for scenario in lacking]
        if len(lacking) > 1 and lacking[0].change.kept - lacking[-1].change.kept >= CLEAR:
            least, most = (self.labels[scenario.left_out[0]] for scenario in (lacking[0], lacking[-1]))
            texts.append(f"So the map depends most on {most} and least on {least}.")
        return (*texts, *self._scores_in_words())

    @property
    def table(self) -> list[list[str]]:
        """Agreement, and scores where there are any, as text; the header first."""
        scored = any(scenario.evaluation for scenario in self.scenarios)
        rows = [["available", "as the full map", *(["mIoU", "OA"] if scored else [])]]
        for item in self.scenarios:
            scores = (
                [f"{item.evaluation.miou:.3f}", f"{item.evaluation.overall_accuracy:.3f}"] if item.evaluation else []
            )
            rows.append([item.name, percent(item.change.kept), *scores])
        return rows

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data, without the matrices of the evaluations: an event has to hold it."""
        data = {**asdict(self), "summary": self.summary}
        for scenario in data["scenarios"]:
            if scenario["evaluation"] is not None:
                del scenario["evaluation"]["matrix"], scenario["evaluation"]["square_metres"]
        return data

    def _scores_in_words(self) -> Iterator[str]:
        full = self.scenarios[0].evaluation
        parts = [
            f"{item.evaluation.miou:.2f} without {self.labels[item.left_out[0]]}"
            for item in self.one_left_out
            if item.evaluation
        ]
        if full is not None and parts:
            yield f"Against the reference, mean IoU is {full.miou:.2f} with everything and {', '.join(parts)}."
