"""What a teacher says of windows without labels, where it is sure."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from dis2_core.network import SegmentationNetwork

from ..data.sample import IGNORE, Sample


@torch.no_grad()
def pseudo_labels(teacher: SegmentationNetwork, inputs: Mapping[str, Tensor], confidence: float) -> Tensor:
    """The teacher's class where its probability reaches ``confidence``, ``IGNORE`` elsewhere.

    Args:
        teacher: In evaluation.
        inputs: Normalised weak views (B, C_m, H, W) by modality name.
        confidence: 0 to 1.

    Returns:
        (B, H, W) int64.
    """
    sure, classes = teacher(inputs).float().softmax(dim=1).max(dim=1)
    return torch.where(sure >= confidence, classes, IGNORE)


def seen(batch: Sample) -> Tensor:
    """(B, H, W) bool: where any modality of a batch has a value; nothing can be said elsewhere."""
    return torch.stack(list(batch.valid.values())).any(dim=0)
