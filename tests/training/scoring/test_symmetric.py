"""The network that sees every window in eight ways says what ``dis2 segment --tta d4`` says."""

from __future__ import annotations

import torch
from torch import Tensor

from dis2_core.contract.card import Band, LandClass, Modality, ModelCard
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
    band = Band("a", 0.0, 1.0, 0.0, 1.0)
    modality = Modality("a", "other", "other", (band,))
    card = ModelCard("corner", (modality,), (LandClass("no", "#000000"), LandClass("yes", "#ffffff")), (16, 16), 1.0)
    logits = Symmetric(Corner(), card)({"a": torch.zeros(3, 1, 16, 16)})
    torch.testing.assert_close(logits.softmax(dim=1)[:, 1], torch.full((3, 16, 16), 0.625))
