"""How good a map is, as plain values: what an evaluation found, and what it says of each class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .comparison import Comparison, Coverage, Sample
from .estimation import CONFIDENCE_95


@dataclass(frozen=True)
class ClassScore:
    """One class in a comparison.

    Attributes:
        name, color: The class.
        reference_pixels, mapped_pixels: Of the compared pixels, those that the reference and the map give it.
        precision: Share of the mapped pixels that are right (user's accuracy); None where there are none.
        recall: Share of the reference pixels that are found (producer's accuracy); None where there are none.
        f1, iou: In [0, 1].
        reference_m2, mapped_m2: The areas; None where they are not known.
    """

    name: str
    color: str
    reference_pixels: int
    mapped_pixels: int
    precision: float | None
    recall: float | None
    f1: float | None
    iou: float | None
    reference_m2: float | None
    mapped_m2: float | None


@dataclass(frozen=True)
class ClassEstimate:
    """What points say of one class, with half the width of 95 % confidence intervals; None where they do not tell.

    Attributes:
        name: The class.
        users, users_ci: Of what the map gives the class, the share that is right.
        producers, producers_ci: Of what the class covers, the share that the map finds.
        share, share_ci: Share of the area that the class covers on the ground.
        square_metres, square_metres_ci: The same as an area.
        mapped_share: Share of the area that the map gives the class.
    """

    name: str
    users: float | None
    users_ci: float | None
    producers: float | None
    producers_ci: float | None
    share: float
    share_ci: float | None
    square_metres: float | None
    square_metres_ci: float | None
    mapped_share: float


@dataclass(frozen=True)
class SampleScores:
    """What points say of the whole map.

    Attributes:
        points: How many were compared.
        overall, overall_ci: Share of the area that is right, and half the width of its 95 % confidence interval.
        classes: The same by class.
    """

    points: int
    overall: float
    overall_ci: float | None
    classes: tuple[ClassEstimate, ...]


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found.

    Attributes:
        outputs: Paths by output name.
        classes: The classes that occur in map or reference, and how well each is mapped.
        matrix: Pixels by reference class (row) and mapped class (column).
        square_metres: The same as areas; None where they are not known.
        overall_accuracy: Share of the compared pixels that are right.
        kappa: Cohen's kappa; None where the matrix does not give it.
        miou, mean_f1: Means over the classes of the reference.
        coverage: What was compared, and what not.
        by_name: Whether classes were matched by their names; else by their codes.
        seconds: Wall time.
        warnings: Texts of the warnings.
        sample: What points say of the whole map, where the reference are points. The matrix counts points then, and
            accuracies, F1, IoU and areas are weighted by the area that each point stands for.
        doubt: What speaks against all figures, in a sentence; empty where nothing does.
    """

    outputs: Mapping[str, str]
    classes: tuple[ClassScore, ...]
    matrix: tuple[tuple[int, ...], ...]
    square_metres: tuple[tuple[float, ...], ...] | None
    overall_accuracy: float
    kappa: float | None
    miou: float
    mean_f1: float
    coverage: Coverage
    by_name: bool
    seconds: float
    warnings: tuple[str, ...]
    sample: SampleScores | None = None
    doubt: str = ""

    @classmethod
    def of(cls, comparison: Comparison, outputs: Mapping[str, str] | None = None) -> Evaluation:
        """Put a comparison into plain values."""
        scores, areas = comparison.scores, comparison.square_metres
        return cls(
            outputs=dict(outputs or {}),
            classes=class_scores(comparison),
            matrix=tuple(tuple(map(int, row[:-1])) for row in comparison.matrix.counts),
            square_metres=None if areas is None else tuple(tuple(map(float, row)) for row in areas),
            overall_accuracy=scores.overall_accuracy,
            kappa=_known(scores.kappa),
            miou=scores.miou,
            mean_f1=scores.mean_f1,
            coverage=comparison.coverage,
            by_name=comparison.by_name,
            seconds=0.0,
            warnings=comparison.remarks,
            sample=None if comparison.sample is None else sample_scores(comparison, comparison.sample),
            doubt=comparison.doubt,
        )

    @property
    def summary(self) -> str:
        """The outcome in one or two sentences, after what speaks against it."""
        return f"{self.doubt} {_summary(self)}".strip()

    @property
    def table(self) -> list[list[str]]:
        """Scores by class as text, the header first."""
        unit = "px" if self.sample is None else "points"
        rows = [["class", f"reference {unit}", f"map {unit}", "precision", "recall", "F1", "IoU"]]
        for item in self.classes:
            shares = (item.precision, item.recall, item.f1, item.iou)
            counts = (item.reference_pixels, item.mapped_pixels)
            rows.append([item.name, *(f"{count:,}" for count in counts), *(_share(share) for share in shares)])
        rows.append(["mean", "", "", "", "", f"{self.mean_f1:.3f}", f"{self.miou:.3f}"])
        return rows

    @property
    def estimates(self) -> list[list[str]]:
        """What points say by class as text, the header first; empty where the reference are no points."""
        if self.sample is None:
            return []
        rows = [["class", "user's accuracy", "producer's accuracy", "share of the area", "area"]]
        for item in self.sample.classes:
            pairs = ((item.users, item.users_ci), (item.producers, item.producers_ci), (item.share, item.share_ci))
            shares = [_with_interval(value, interval) for value, interval in pairs]
            rows.append([item.name, *shares, _area(item)])
        return rows

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {**asdict(self), "summary": self.summary}


def class_scores(comparison: Comparison) -> tuple[ClassScore, ...]:
    """The scores of a comparison class by class."""
    scores, areas = comparison.scores, comparison.square_metres
    return tuple(
        ClassScore(
            name=name,
            color=comparison.colors[index],
            reference_pixels=int(scores.reference[index]),
            mapped_pixels=int(scores.mapped[index]),
            precision=_known(scores.precision[index]),
            recall=_known(scores.recall[index]),
            f1=_known(scores.f1[index]),
            iou=_known(scores.iou[index]),
            reference_m2=None if areas is None else float(areas[index].sum()),
            mapped_m2=None if areas is None else float(areas[:, index].sum()),
        )
        for index, name in enumerate(scores.classes)
    )


def sample_scores(comparison: Comparison, sample: Sample) -> SampleScores:
    """The estimates of a sample as plain values."""
    found, metres = sample.estimates, sample.square_metres
    classes = tuple(
        ClassEstimate(
            name=name,
            users=_known(found.users[index]),
            users_ci=_known(CONFIDENCE_95 * found.users_error[index]),
            producers=_known(found.producers[index]),
            producers_ci=_known(CONFIDENCE_95 * found.producers_error[index]),
            share=float(found.shares[index]),
            share_ci=_known(interval := CONFIDENCE_95 * found.shares_error[index]),
            square_metres=None if metres is None else float(metres * found.shares[index]),
            square_metres_ci=None if metres is None else _known(metres * interval),
            mapped_share=float(found.cells[index].sum()),
        )
        for index, name in enumerate(comparison.matrix.classes)
    )
    points = comparison.coverage.compared
    return SampleScores(points, found.overall, _known(CONFIDENCE_95 * found.overall_error), classes)


def ground(square_metres: float) -> str:
    """An area as a person says it."""
    if square_metres >= 1e6:
        return f"{square_metres / 1e6:,.2f} km²"
    return f"{square_metres / 1e4:,.2f} ha" if square_metres >= 1e4 else f"{square_metres:,.0f} m²"


def _summary(result: Evaluation) -> str:
    """The outcome in one or two sentences."""
    text = _estimated(result, result.sample) if result.sample is not None else _compared(result)
    ranked = sorted(
        (item for item in result.classes if item.iou is not None and item.reference_pixels),
        key=lambda item: item.iou or 0.0,
    )
    if len(ranked) < 2 or ranked[0].iou == 1:
        return text
    worst, best = ranked[0], ranked[-1]
    good, bad, taken_for = f"{best.iou:.2f}", f"{worst.iou:.2f}", _confused(result, worst)
    if taken_for is None:
        return f"{text} " + f"Mapped best: {best.name} (IoU {good}); worst: {worst.name} ({bad})."
    share, name = taken_for
    return (
        f"{text} "
        + f"Mapped best: {best.name} (IoU {good}); worst: {worst.name} ({bad}, {share:.0f} % of it called {name})."
    )


def _estimated(result: Evaluation, sample: SampleScores) -> str:
    share, points = _with_interval(sample.overall, sample.overall_ci), f"{sample.points:,}"
    area = result.coverage.square_metres
    if area is None:
        return f"{share} of the map has the class that it has on the ground, as {points} points tell (95 % confidence)."
    return (
        f"{share} of the map's {ground(area)} has the class that it has on the ground, as {points} points tell "
        "(95 % confidence)."
    )


def _compared(result: Evaluation) -> str:
    share, area = f"{100 * result.overall_accuracy:.1f}", result.coverage.square_metres
    if area is None:
        return f"{share} % of the compared pixels has the class that the reference gives it."
    return f"{share} % of the compared area ({ground(area)}) has the class that the reference gives it."


def _confused(result: Evaluation, item: ClassScore) -> tuple[float, str] | None:
    """How many percent of a class are taken for which other one most often; None where nothing is."""
    index = result.classes.index(item)
    row = np.array(result.matrix[index], dtype=np.float64)
    total = row.sum()
    row[index] = 0
    if not row.any():
        return None
    other = int(row.argmax())
    return 100 * row[other] / total, result.classes[other].name


def _with_interval(value: float | None, interval: float | None) -> str:
    """A share in percent with its confidence interval."""
    if value is None:
        return ""
    return f"{100 * value:.1f} %" + ("" if interval is None else f" ± {100 * interval:.1f} %")


def _area(item: ClassEstimate) -> str:
    if item.square_metres is None:
        return ""
    half = item.square_metres_ci
    return ground(item.square_metres) + ("" if half is None else f" ± {ground(half)}")


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
