"""An addition to the method's losses: plain cross-entropy, which no pixel escapes.

The published cross-entropy weighs a class by 1 minus its share of the window, so that a window of a
single class costs nothing, and it clamps probabilities at 0.005, so that a class that fell below
gets no gradient. On few data with large uniform areas a class can die that way and never come back
(it did: coniferous forest). This term has neither weight nor floor.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from dis2_core.network import DIS2, Features, Scenario

from ..data.class_sets import has_sets, targets
from ..data.sample import IGNORE
from .dis2.objective import Objective


class CrossEntropyObjective(Objective):
    """``Objective`` with a cross-entropy term for each branch that runs, returned with its weight applied.

    Args:
        network: The DIS2 that is trained.
        weight: Of the additional terms; 0 leaves the published losses.
    """

    def __init__(self, network: DIS2, weight: float) -> None:
        super().__init__(network)
        self.weight = weight

    def _full_terms(self, features: Features, full: Scenario, labels: Tensor) -> dict[str, Tensor]:
        terms = super()._full_terms(features, full, labels)
        return terms | self._cross_entropy("full_cross_entropy", features, full, labels)

    def _missing_terms(
        self, features: Features, full: Scenario, missing: Scenario, labels: Tensor
    ) -> dict[str, Tensor]:
        terms = super()._missing_terms(features, full, missing, labels)
        return terms | self._cross_entropy("missing_cross_entropy", features, missing, labels)

    def _cross_entropy(self, name: str, features: Features, scenario: Scenario, labels: Tensor) -> dict[str, Tensor]:
        if self.weight == 0:
            return {}
        return {name: self.weight * cross_entropy(features.branches[scenario].logits, labels)}


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean of -ln p of the label over labelled pixels; 0 where there is none.

    Args:
        logits: (B, K, H, W).
        labels: (B, H, W) classes, sets of classes, ``IGNORE`` where not labelled.
    """
    if has_sets(labels):
        log_p = logits.float().log_softmax(dim=1)
        total = -(targets(labels, log_p) * log_p).sum()
    else:
        total = F.cross_entropy(logits.float(), labels, ignore_index=IGNORE, reduction="sum")
    return total / (labels != IGNORE).sum().clamp(min=1)
