"""Whether a network is as sure as it is right: the expected calibration error."""

from __future__ import annotations

import torch
from torch import Tensor

from ..data.sample import IGNORE


class Calibration:
    """Confidence and accuracy in bins of equal width, over all pixels that are added.

    Args:
        bins: Number of bins over [0, 1]; a bin holds its lower bound, the last one 1 as well.

    Attributes:
        counts, right, confidence: (bins,) float64: pixels, correct ones, the sum of their confidences.
    """

    def __init__(self, bins: int = 15) -> None:
        self.edges = torch.linspace(0, 1, bins + 1)
        self.counts, self.right, self.confidence = (torch.zeros(bins, dtype=torch.float64) for _ in range(3))

    def update(self, probabilities: Tensor, labels: Tensor) -> None:
        """Add pixels.

        Args:
            probabilities: (B, K, H, W), on any device.
            labels: (B, H, W); those of ``IGNORE`` are left out.
        """
        confidence, mapped = probabilities.float().cpu().max(dim=1)
        labels = labels.cpu()
        known = labels != IGNORE
        confidence, right = confidence[known], (mapped == labels)[known]
        bins = len(self.counts)
        index = (torch.bucketize(confidence, self.edges, right=True) - 1).clamp(0, bins - 1)
        self.counts += torch.bincount(index, minlength=bins)
        self.right += torch.bincount(index, right.double(), bins)
        self.confidence += torch.bincount(index, confidence.double(), bins)

    def error(self) -> float:
        """Mean of |accuracy - confidence| over the bins, by their pixels, in [0, 1]; NaN without a pixel."""
        if not self.counts.sum():
            return float("nan")
        return float((self.right - self.confidence).abs().sum() / self.counts.sum())

    @property
    def bins(self) -> Tensor:
        """(3, bins) float64: ``counts``, ``right`` and ``confidence``, to be kept."""
        return torch.stack([self.counts, self.right, self.confidence])

    @classmethod
    def of_bins(cls, bins: Tensor) -> Calibration:
        """From what ``bins`` gave."""
        found = cls(bins.shape[1])
        found.counts, found.right, found.confidence = bins.double()
        return found

    def curve(self) -> tuple[Tensor, Tensor]:
        """Mean confidence and accuracy of each bin, (bins,) each; NaN where it is empty."""
        return self.confidence / self.counts, self.right / self.counts
