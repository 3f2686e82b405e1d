"""The network that sees every window in eight ways says what ``dis2 segment --tta d4`` says."""

from __future__ import annotations

import torch
from torch import Tensor

from dis2_core.network import SegmentationNetwork
from dis2_training.scoring.symmetric import Symmetric


class Corner(SegmentationNetwork):
    """Says class 1 of the upper left quarter of a window, whatever is in it."""

    def forward(self, inputs: dict[str, Tensor]) -> Tensor:
        x = inputs["a"]
        logits = torch.zeros(len(x), 2, *x.shape[2:])
        logits[:, 1, : x.shape[2] // 2, : x.shape[3] // 2] = 30.0
        return logits


def test_what_depends_on_the_place_in_the_window_evens_out() -> None:
    """A quarter of the eight views of any place say 1, three quarters say one half: .25 x 1 + .75 x .5."""
    logits = Symmetric(Corner(), (8, 8))({"a": torch.zeros(3, 1, 8, 8)})
    torch.testing.assert_close(logits.softmax(dim=1)[:, 1], torch.full((3, 8, 8), 0.625))
