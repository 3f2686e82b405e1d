"""Frozen networks whose features a student learns to say: the teachers of RS-MTDF (arXiv 2506.08772).

A teacher is named by a word: ``imagenet`` (EfficientNet-Lite0 with the weights of the extra of that name), ``random``
(the same without any: the control), or the path of a file of encoders. Teachers see the first modality alone, and no
file that comes of a training holds any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dis2_core.contract.card import Modality
from dis2_core.contract.errors import InputError
from dis2_core.contract.other_jobs import IMAGENET
from dis2_core.network.efficientnet import LEVELS, EfficientNetLite0
from dis2_core.network.encoder import build_encoders

from ..data.sample import Sample, normalise, per_band
from ..start.encoder_file import PREFIX, load_encoders
from ..start.imagenet import ImageNetStart

RANDOM = "random"
PHOTO_BANDS = 3
TINY = 1e-12  # beside a variance
GREY, SPREAD = 127.0, 128.0  # of 8-bit values, which EfficientNet-Lite takes instead of ImageNet's means


class Photographic(nn.Module):
    """EfficientNet-Lite0 over the first three bands of a modality, which their valid range makes a photo of 8 bits."""

    def __init__(self, modality: Modality, network: EfficientNetLite0) -> None:
        super().__init__()
        if modality.kind != "optical" or len(modality.bands) < PHOTO_BANDS:
            raise InputError(
                f"A teacher of photos needs three optical bands; '{modality.name}' is {modality.kind}, of "
                f"{len(modality.bands)}.",
                "Put the optical modality first, or take a file of encoders.",
            )
        self.modality = modality
        self.network = network
        self.width = tuple(LEVELS.values())[-1]

    def forward(self, batch: Sample) -> Tensor:
        """(B, 112, H / 16, W / 16)."""
        low, high, fill = per_band(self.modality.bands[:PHOTO_BANDS], "valid_min", "valid_max", "fill_value")
        values = batch.values[self.modality.name][:, :PHOTO_BANDS]
        values = torch.where(batch.valid[self.modality.name][:, None], values, fill)
        photo = 255 * ((values - low) / (high - low)).clamp(0, 1)
        device = next(self.network.parameters()).device
        features: Tensor = self.network.stages(((photo - GREY) / SPREAD).to(device))[-1]
        return features


class Encoding(nn.Module):
    """The encoder of a modality out of a file: what a pre-training left, say."""

    def __init__(self, modality: Modality, path: str) -> None:
        super().__init__()
        start = load_encoders(path)
        config = start.encoders.config()
        if dict(config.modalities).get(modality.name) != len(modality.bands):
            raise InputError(f"{path} holds no encoder for '{modality.name}' of {len(modality.bands)} bands.")
        encoders = build_encoders(config)
        state = {name.removeprefix(PREFIX): value for name, value in start.weights.items()}
        encoders.load_state_dict({**encoders.state_dict(), **state})
        self.modality = modality
        self.network = encoders[modality.name]
        self.width = config.channels[-1]

    def forward(self, batch: Sample) -> Tensor:
        """(B, 8 x width, H / 16, W / 16)."""
        device = next(self.network.parameters()).device
        inputs = normalise(batch, [self.modality], device)
        features: Tensor = self.network(inputs[self.modality.name])[-1]
        return features


@dataclass(frozen=True)
class FrozenTeachers:
    """Teachers of the features of one modality.

    Attributes:
        modules: Each gives features (B, ``width``, h, w) of a batch in the units of its bands.
    """

    modules: tuple[Photographic | Encoding, ...] = ()

    @classmethod
    def open(cls, names: Sequence[str], modality: Modality) -> FrozenTeachers:
        """Open teachers of a modality, with its statistics.

        Raises:
            InputError: One of them cannot see this modality, or the ImageNet weights are not installed.
            ModelError: There is no such file, or it is damaged.
        """
        modules = tuple(_open(name, modality) for name in names)
        for module in modules:
            module.eval().requires_grad_(False)
        return cls(modules)

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of the features of each."""
        return tuple(module.width for module in self.modules)

    def to(self, device: torch.device) -> FrozenTeachers:
        """Move them."""
        for module in self.modules:
            module.to(device)
        return self

    @torch.no_grad()
    def features(self, batch: Sample) -> list[Tensor]:
        """The features of each, float32 (B, width, h, w), of mean 0 and variance 1 over the channels of a place.

        So are those of the published teachers, which end in a layer norm; the features of a convolutional network are
        of any size, and a loss of theirs would outweigh all others.
        """
        return [_standardised(module(batch).float()) for module in self.modules]


def _standardised(features: Tensor) -> Tensor:
    """(B, C, h, w) with a layer norm over C."""
    return F.layer_norm(features.movedim(1, -1), features.shape[1:2], eps=TINY).movedim(-1, 1)


def _open(name: str, modality: Modality) -> Photographic | Encoding:
    if name not in (IMAGENET, RANDOM):
        return Encoding(modality, name)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        network = EfficientNetLite0(PHOTO_BANDS, (1, 1, 1, 1))
    if name == IMAGENET:
        network.load_published(ImageNetStart.installed().weights)
    else:
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm2d):  # nothing was measured: without a batch's own, features would vanish
                layer.running_mean = layer.running_var = None
    return Photographic(modality, network)
