"""The published DIS2 graph, as the reference path for speed.

Same weights and same numbers as ``dis2_core``, computed the way the published code computes them in
evaluation: ``InstanceNorm3d`` for the norm, torch's own transformer layer, contiguous tensors, one class
after the other, float32, and the auxiliary decoders run although nobody reads them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch.nn.functional as F
from torch import Tensor, nn

from dis2_core.network import layers
from dis2_core.network.transformer import TransformerLayer
from dis2_training.methods.dis2.objective import Objective


class PublishedGraph(nn.Module):
    """Full scenario: windows by modality -> class probabilities (B, K, H, W)."""

    def __init__(self, objective: Objective) -> None:
        super().__init__()
        self.objective = objective

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Run network and auxiliary decoders; return the probabilities of the full branch."""
        network = self.objective.network
        with _published_parts():
            features = network.features(inputs)
        for name, decoder in self.objective.auxiliary.items():
            decoder(features.own[name]).softmax(dim=1)
        return features.branches[network.config.names].logits.softmax(dim=1)


@contextmanager
def _published_parts() -> Iterator[None]:
    """Put the published norm and torch's own transformer layer in the place of ours."""
    norm, layer = layers.whole_sample_norm, TransformerLayer.forward
    layers.whole_sample_norm = _instance_norm_3d
    TransformerLayer.forward = nn.TransformerEncoderLayer.forward
    try:
        yield
    finally:
        layers.whole_sample_norm, TransformerLayer.forward = norm, layer


def _instance_norm_3d(x: Tensor) -> Tensor:
    """What ``nn.InstanceNorm3d`` does with a 4-D tensor: the batch is taken for the channels."""
    return F.instance_norm(x[None])[0]
