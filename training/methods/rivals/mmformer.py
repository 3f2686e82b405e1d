"""mmFormer in 2-D: transformers within and between modalities; what is missing is masked.

Zhang, He, Yang, Wang, Sun: *mmFormer: Multimodal Medical Transformer for Incomplete Multimodal Learning of
Brain Tumor Segmentation*, MICCAI 2022. Written from the paper's method. As published: an encoder and a
transformer layer for each modality, one layer over the tokens of all, maps and tokens of missing modalities
masked by 0 behind their encoders, fusion blocks at every level, one auxiliary decoder shared by the
modalities, deep supervision. Different here: four levels instead of five, encoder, decoder and the post-norm
transformer layer of DIS2. The paper's maps mix neighbouring tokens of a modality where they are rearranged;
here each modality's tokens become its map.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from dis2_core.network import DIS2Config, Scenario
from dis2_core.network.classwise import Decoded
from dis2_core.network.encoder import build_encoders
from dis2_core.network.fusion import LevelFusion
from dis2_core.network.transformer import TransformerLayer

from ..base import Baseline, DrawingObjective, with_total
from ..decoder import MapDecoder
from ..dis2.losses import segmentation_loss, terms_mean
from ..dis2.supervision import AuxiliaryDecoder, ScaleHeads


class MMFormer(Baseline):
    """Encoder and intra-modal transformer a modality, an inter-modal transformer, fused decoder."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__(config)
        h, w = config.token_grid
        deepest = config.channels[-1]
        self.encoders = build_encoders(config)
        self.positions = nn.ParameterDict({name: torch.zeros(1, h * w, deepest) for name in config.names})
        self.intra = nn.ModuleDict({name: _layer(config) for name in config.names})
        self.inter = _layer(config)
        self.levels = nn.ModuleList(LevelFusion(len(config.names), channels) for channels in config.channels)
        self.decoder = MapDecoder(config)

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the logits (B, K, H, W)."""
        logits: Tensor = self.decode(self.encode(inputs), self.available(inputs)).logits
        return logits

    def encode(self, inputs: Mapping[str, Tensor]) -> dict[str, list[Tensor]]:
        """Four maps of each modality that is given."""
        return {name: self.encoders[name](inputs[name]) for name in self.available(inputs)}

    def decode(self, own: Mapping[str, list[Tensor]], scenario: Scenario, with_class_maps: bool = False) -> Decoded:
        """Decode the maps of a scenario's modalities, whatever else was encoded."""
        blank = [torch.zeros_like(x) for x in own[scenario[0]]]
        slots = [own[name] if name in scenario else blank for name in self.config.names]
        maps = [torch.cat([slot[level] for slot in slots], dim=1) for level in range(3)]
        maps.append(self._between(own, scenario))
        *skips, deepest = (fuse(x) for fuse, x in zip(self.levels, maps, strict=True))
        decoded: Decoded = self.decoder(deepest, skips, with_class_maps)
        return decoded

    def _between(self, own: Mapping[str, list[Tensor]], scenario: Scenario) -> Tensor:
        """The deepest maps through both transformers: (B, M C, h, w)."""
        batch, channels, h, w = own[scenario[0]][3].shape
        tokens = {name: self._within(name, own[name][3]) for name in scenario}  # (B, N, C)
        masked = torch.zeros_like(tokens[scenario[0]])
        slots = [tokens.get(name, masked) + self.positions[name] for name in self.config.names]
        sequence = self.inter(torch.cat(slots, dim=1))  # (B, M N, C), modality after modality, row-major
        grids = sequence.view(batch, len(slots), h, w, channels)
        maps: Tensor = grids.permute(0, 1, 4, 2, 3).flatten(1, 2)
        return maps

    def _within(self, name: str, deepest: Tensor) -> Tensor:
        """(B, C, h, w) -> tokens (B, N, C) that have seen their modality."""
        tokens: Tensor = self.intra[name](deepest.flatten(2).transpose(1, 2) + self.positions[name])
        return tokens


def _layer(config: DIS2Config) -> TransformerLayer:
    return TransformerLayer(config.channels[-1], config.heads, config.feed_forward, config.dropout)


class MMFormerObjective(DrawingObjective):
    """The task in the scenarios of a batch, deep supervision, and each encoder by itself through a shared decoder."""

    network: MMFormer

    def __init__(self, network: MMFormer, cross_entropy: float) -> None:
        super().__init__(network, cross_entropy)
        config = network.config
        self.auxiliary = AuxiliaryDecoder(config)
        self.scale_heads = ScaleHeads(config)

    def forward(
        self, inputs: Mapping[str, Tensor], labels: Tensor, scenarios: Sequence[Scenario], distillation: float
    ) -> dict[str, Tensor]:
        """Return the loss terms and ``total``; the full scenario is one of the drawn. See ``Objective.forward``."""
        own = self.network.encode(inputs)
        terms = terms_mean([self._drawn_terms(own, scenario, labels) for scenario in scenarios])
        for name, maps in own.items():
            terms[f"auxiliary_{name}"] = segmentation_loss(self.auxiliary(maps), labels)
        return with_total(terms)

    def _drawn_terms(self, own: Mapping[str, list[Tensor]], scenario: Scenario, labels: Tensor) -> dict[str, Tensor]:
        decoded = self.network.decode(own, scenario, with_class_maps=True)
        scales = self.scale_heads(decoded.class_maps, tuple(labels.shape[1:]))
        deep = torch.stack([segmentation_loss(logits, labels) for logits in scales]).sum()
        return {**self.task("drawn", decoded.logits, labels), "drawn_scales": deep}
