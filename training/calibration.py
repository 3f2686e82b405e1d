"""Whether a network is as sure as it is right: the expected calibration error."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from dis2_core import ModelCard
from dis2_core.network import Scenario, SegmentationNetwork

from .losses import IGNORE
from .sample import Sample, normalise, stack


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

    def curve(self) -> tuple[Tensor, Tensor]:
        """Mean confidence and accuracy of each bin, (bins,) each; NaN where it is empty."""
        return self.confidence / self.counts, self.right / self.counts


@torch.inference_mode()
def calibrate_windows(
    network: SegmentationNetwork, card: ModelCard, windows: Sequence[Sample], batch_size: int = 8
) -> dict[Scenario, Calibration]:
    """Compare confidence with accuracy on windows, all pixels of a scenario pooled; cf. ``score_windows``."""
    found = {scenario: Calibration() for scenario in card.scenarios()}
    device = next(network.parameters()).device
    for start in range(0, len(windows), batch_size):
        batch = stack(windows[start : start + batch_size])
        inputs = {name: values.to(device) for name, values in normalise(batch, card.modalities).items()}
        for scenario, logits in network.forward_scenarios(inputs, list(found)).items():
            found[scenario].update(logits.float().softmax(dim=1), batch.labels)
    return found
