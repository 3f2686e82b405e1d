"""How well a map agrees with the reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Scores:
    """Agreement of a map with the reference.

    Attributes:
        accuracy: Share of pixels with the right class.
        miou: Mean intersection over union of the classes that occur in the reference.
    """

    accuracy: float
    miou: float


def score(predicted: NDArray[np.uint8], reference: NDArray[np.uint8], classes: int) -> Scores:
    """Compare two maps of the same shape; pixels that are no class in either do not count."""
    valid = (reference < classes) & (predicted < classes)
    pairs = reference[valid].astype(np.int64) * classes + predicted[valid]
    matrix = np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
    hits, actual = np.diag(matrix), matrix.sum(1)
    union = actual + matrix.sum(0) - hits
    present = actual > 0
    return Scores(float(hits.sum() / max(matrix.sum(), 1)), float((hits[present] / union[present]).mean()))
