"""Scores of a map against a reference, from one confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from .sample import IGNORE

FEW_PIXELS = 500  #: A class with fewer reference pixels has a score that means little


@dataclass(frozen=True)
class Scores:
    """What a confusion matrix says.

    Attributes:
        classes: Names of the classes.
        reference: (K,) reference pixels.
        iou, f1: (K,) in [0, 1]; NaN for a class that occurs neither in the reference nor in the map.
        overall_accuracy: Share of reference pixels that are right.
    """

    classes: tuple[str, ...]
    reference: np.ndarray
    iou: np.ndarray
    f1: np.ndarray
    overall_accuracy: float

    @property
    def miou(self) -> float:
        """Mean IoU over the classes that occur in the reference."""
        present = self.reference > 0
        return float(self.iou[present].mean()) if present.any() else float("nan")

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


class ConfusionMatrix:
    """Counts pixels by reference class (row) and mapped class (column).

    ``counts`` is (K, K + 1); the last column holds pixels whose mapped code is no class.
    """

    def __init__(self, classes: Sequence[str]) -> None:
        self.classes = tuple(classes)
        self.counts = np.zeros((len(self.classes), len(self.classes) + 1), dtype=np.int64)

    def update(self, mapped: Tensor | np.ndarray, labels: Tensor | np.ndarray) -> None:
        """Add pixels; both hold class codes in one shape.

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
        hits = np.diag(self.counts).astype(float)
        reference = self.counts.sum(axis=1)
        mapped = self.counts[:, :-1].sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            iou = hits / (reference + mapped - hits)
            f1 = 2 * hits / (reference + mapped)
            accuracy = float(hits.sum() / reference.sum())
        return Scores(self.classes, reference, iou, f1, accuracy)
