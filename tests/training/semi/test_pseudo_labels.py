from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from dis2_core.network import SegmentationNetwork
from dis2_training.data.sample import IGNORE, Sample, joined
from dis2_training.semi.pseudo_labels import pseudo_labels, seen


class Certain(SegmentationNetwork):
    """Takes the logarithms of probabilities for windows."""

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        return inputs["probabilities"].log()


def test_what_the_teacher_is_sure_of_is_a_label() -> None:
    """Four pixels, three classes: .96 of class 0, .95 of class 2, .94 of class 1, and nobody knows."""
    columns = [(0.96, 0.03, 0.01), (0.04, 0.01, 0.95), (0.03, 0.94, 0.03), (0.4, 0.3, 0.3)]
    probabilities = torch.tensor(columns).T.view(1, 3, 2, 2)
    labels = pseudo_labels(Certain(), {"probabilities": probabilities}, 0.949)
    assert labels.tolist() == [[[0, 2], [IGNORE, IGNORE]]]
    assert pseudo_labels(Certain(), {"probabilities": probabilities}, 0.0).tolist() == [[[0, 2], [1, 0]]]


def test_nothing_is_seen_where_all_modalities_have_holes() -> None:
    valid = {"a": torch.tensor([[[True, False, False]]]), "b": torch.tensor([[[True, True, False]]])}
    batch = Sample({name: torch.zeros(1, 1, 1, 3) for name in valid}, valid, torch.zeros(1, 1, 3, dtype=torch.long))
    assert seen(batch).tolist() == [[[True, True, False]]]
    twice = joined(batch, batch)
    assert twice.labels.shape == (2, 1, 3) and torch.equal(seen(twice), seen(batch).expand(2, 1, 3))
