"""What encoders learn without labels: to tell what an image shows where it is masked, from its rest and the others.

MSSDF (arXiv 2506.09327) over encoders that are convolutions; ``docs/pretraining.md`` says what differs, and why.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dis2_core import DIS2Config
from dis2_core.network.encoder import build_encoders
from dis2_core.network.transformer import TransformerLayer

from ..methods.base import with_total
from .losses import WEIGHTS, contrast, independence, modality_classification, reconstruction
from .masking import BLOCK, to_pixels

TERMS = dict(zip(("reconstruction", "contrast", "independence", "modality"), WEIGHTS, strict=True))


class MaskedFeatures(nn.Module):
    """Encoders, and what is thrown away when they have learned: mask tokens, decoder, heads.

    Args:
        config: Modalities and sizes of the encoders.
        layers: Of the decoder.
    """

    def __init__(self, config: DIS2Config, layers: int) -> None:
        super().__init__()
        size = config.channels[-1]
        self.encoders = build_encoders(config)
        self.mask_tokens = nn.ParameterDict({name: nn.Parameter(0.02 * torch.randn(size)) for name in config.names})
        self.decoder = nn.Sequential(
            *(TransformerLayer(size, config.heads, 4 * size, dropout=0.0) for _ in range(layers))
        )
        self.heads = nn.ModuleDict({name: nn.Linear(size, size) for name in config.names})
        self.classify = nn.Linear(size, len(config.names))

    @property
    def network(self) -> nn.ModuleDict:
        """What is averaged, and kept in the end."""
        return self.encoders

    def forward(
        self,
        inputs: Mapping[str, Tensor],
        present: Mapping[str, Tensor],
        masks: Mapping[str, Tensor],
        targets: Mapping[str, Tensor],
    ) -> dict[str, Tensor]:
        """Return the four loss terms and their weighted ``total``.

        Args:
            inputs: Normalised windows (B, C_m, H, W) by modality; 0 is the modality's mean.
            present: (B, N) bool: blocks where the modality has data. A sample may lack one.
            masks: (B, N) bool: blocks that are masked.
            targets: ``features`` of the averaged encoders, which see the whole windows.
        """
        hidden = {name: x.masked_fill(to_pixels(masks[name], x.shape[-2:]), 0) for name, x in inputs.items()}
        tokens = features(self.encoders, hidden)  # (B, N, D) each
        seen = {name: present[name] & ~masks[name] for name in inputs}
        fused = _mean_where(torch.stack(list(tokens.values())), torch.stack(list(seen.values())), dim=0)
        height, width = (side // BLOCK for side in next(iter(inputs.values())).shape[-2:])
        placed = fused + positions(height, width, fused.shape[-1]).to(fused)
        decoded = {
            name: self.heads[name](self.decoder(placed + ~seen[name][..., None] * self.mask_tokens[name]))
            for name in inputs
        }
        errors = [reconstruction(decoded[name], targets[name], masks[name] & present[name]) for name in inputs]
        terms = {
            "reconstruction": _mean(errors, fused),
            **_between(decoded, {name: where.any(dim=1) for name, where in present.items()}, fused),
            "modality": self._classification(tokens, seen),
        }
        return with_total(terms, **TERMS)

    def _classification(self, tokens: Mapping[str, Tensor], seen: Mapping[str, Tensor]) -> Tensor:
        """From the mean of what is seen of a modality, which modality it is."""
        found = []
        for number, (name, places) in enumerate(seen.items()):
            pooled = _mean_where(tokens[name], places, dim=1)[places.any(dim=1)]  # (b, D)
            if len(pooled):
                found.append(modality_classification(self.classify(pooled), number))
        return _mean(found, next(iter(tokens.values())))


def features(encoders: nn.ModuleDict, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The deepest maps as tokens, (B, C_m, H, W) -> (B, N, D) by modality, each of mean 0 and variance 1.

    A transformer's features have passed a norm; without one all could shrink to nothing, which is easy to predict.
    """
    maps = {name: encoders[name](x)[-1].flatten(2).transpose(1, 2) for name, x in inputs.items()}
    return {name: F.layer_norm(x, x.shape[-1:]) for name, x in maps.items()}


def positions(height: int, width: int, size: int) -> Tensor:
    """Sines and cosines of row and column, (height * width, size); ``size`` is a multiple of 4."""
    rates = 10_000 ** -(torch.arange(size // 4) / (size // 4))
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    angles = torch.cat([place.reshape(-1, 1) * rates for place in (rows, columns)], dim=1)  # (N, size / 2)
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def _between(tokens: Mapping[str, Tensor], has: Mapping[str, Tensor], like: Tensor) -> dict[str, Tensor]:
    """Contrast and independence of every two modalities, over the samples that have both."""
    pairs = []
    for one, other in combinations(tokens, 2):
        both = has[one] & has[other]
        if both.any():
            pairs.append((tokens[one][both], tokens[other][both]))
    unit = [(F.normalize(one, dim=-1), F.normalize(other, dim=-1)) for one, other in pairs]
    return {
        "contrast": _mean([contrast(one, other) for one, other in pairs], like),
        "independence": _mean([independence(one, other) for one, other in unit], like),
    }


def _mean_where(values: Tensor, where: Tensor, dim: int) -> Tensor:
    """Mean of (…, D) over one axis, of the places where ``where`` (…) is true; 0 where there are none."""
    weight = where[..., None].to(values)
    return (values * weight).sum(dim=dim) / weight.sum(dim=dim).clamp(min=1)


def _mean(values: list[Tensor], like: Tensor) -> Tensor:
    """Mean of scalars; 0 where there are none."""
    return torch.stack(values).mean() if values else like.new_zeros(())
