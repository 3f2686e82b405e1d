"""Scores of a map against a reference, from one confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

IGNORE = 255  #: The label of pixels that count nowhere
FEW_PIXELS = 500  #: A class with fewer reference pixels has a score that means little

Counts = npt.NDArray[np.int64]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """What a confusion matrix says.

    Attributes:
        classes: Names of the classes.
        reference: (K,) reference pixels.
        mapped: (K,) pixels of the map, of those that have a reference.
        precision: (K,) share of the mapped pixels that are right (user's accuracy).
        recall: (K,) share of the reference pixels that are found (producer's accuracy).
        iou, f1: (K,) in [0, 1]. As ``precision`` and ``recall``, NaN where there is nothing to divide by.
        overall_accuracy: Share of reference pixels that are right.
        kappa: Cohen's kappa: 1 all right, 0 as good as chance.
    """

    classes: tuple[str, ...]
    reference: Counts
    mapped: Counts
    precision: Shares
    recall: Shares
    iou: Shares
    f1: Shares
    overall_accuracy: float
    kappa: float

    @property
    def miou(self) -> float:
        """Mean IoU over the classes that occur in the reference."""
        return self._mean(self.iou)

    @property
    def mean_f1(self) -> float:
        """Mean F1 over the classes that occur in the reference."""
        return self._mean(self.f1)

    @property
    def few(self) -> tuple[str, ...]:
        """Classes that occur, but with fewer than ``FEW_PIXELS`` reference pixels."""
        return tuple(name for name, count in zip(self.classes, self.reference, strict=True) if 0 < count < FEW_PIXELS)

    def to_card(self) -> dict[str, float]:
        """As a model card holds them: ``miou``, ``oa`` and ``iou <class>`` for classes that occur."""
        scores = {"miou": self.miou, "oa": self.overall_accuracy}
        for name, iou, count in zip(self.classes, self.iou, self.reference, strict=True):
            if count > 0:
                scores[f"iou {name}"] = float(iou)
        return {key: round(value, 4) for key, value in scores.items()}

    def _mean(self, values: Shares) -> float:
        present = self.reference > 0
        return float(values[present].mean()) if present.any() else float("nan")


class ConfusionMatrix:
    """Counts pixels by reference class (row) and mapped class (column).

    ``counts`` is (K, K + 1); the last column holds pixels whose mapped code is no class.

    Args:
        classes: Names of the classes 0..K-1.
        counts: To start from; None: zeros.
    """

    def __init__(self, classes: Sequence[str], counts: Counts | None = None) -> None:
        self.classes = tuple(classes)
        shape = len(self.classes), len(self.classes) + 1
        self.counts: Counts = np.zeros(shape, dtype=np.int64) if counts is None else counts
        if self.counts.shape != shape:
            raise ValueError(f"{len(self.classes)} classes need counts of the shape {shape}, not {self.counts.shape}")

    def update(self, mapped: Any, labels: Any) -> None:
        """Add pixels; both (arrays, or tensors on the CPU) hold class codes in one shape.

        Labels of ``IGNORE`` are left out. A mapped code that is no class (nodata, say) is wrong.
        """
        mapped, labels = (np.asarray(codes, dtype=np.int64).ravel() for codes in (mapped, labels))
        known = labels != IGNORE
        mapped, labels = mapped[known], labels[known]
        size, columns = self.counts.shape
        mapped = np.where((mapped >= 0) & (mapped < size), mapped, size)
        self.counts += np.bincount(labels * columns + mapped, minlength=size * columns).reshape(size, columns)

    def scores(self) -> Scores:
        """Reduce the matrix to scores."""
        return score(self.classes, self.counts)


def score(classes: tuple[str, ...], counts: npt.NDArray[Any]) -> Scores:
    """Reduce a matrix (K, K + 1), as that of ``ConfusionMatrix``, to scores; shares of an area will do, too."""
    hits = np.diag(counts).astype(np.float64)
    reference, mapped = counts.sum(axis=1), counts[:, :-1].sum(axis=0)
    total = float(reference.sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        accuracy = float(hits.sum() / np.float64(total))
        chance = float((reference.astype(np.float64) @ mapped) / np.float64(total) ** 2)
        return Scores(
            classes=classes,
            reference=reference,
            mapped=mapped,
            precision=hits / mapped,
            recall=hits / reference,
            iou=hits / (reference + mapped - hits),
            f1=2 * hits / (reference + mapped),
            overall_accuracy=accuracy,
            kappa=float(np.float64(accuracy - chance) / (1 - chance)),
        )
