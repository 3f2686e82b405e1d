"""The shared form: one trunk for all scenarios, which sees the mean of whatever modalities there are.

Every modality has an encoder, and a projection a level that makes its maps comparable to those of the
others. What is available is averaged, level by level; from there on all 2^M - 1 scenarios go through the
same weights. A missing modality leaves nothing behind that would have to be filled. ``docs/method.md``
says what differs from the paper's form, and which measurement asked for it.

Nothing here looks at the window as a whole: no norm over it, no position in it, no attention. The answer for a pixel
depends on its surroundings alone, so that the windows of prediction may be larger than those of training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .base import Scenario, SegmentationNetwork
from .config import DIS2Config
from .encoder import build_encoders, halving_conv, mean_maps
from .inputs import part_of, scenario_of
from .layers import SLOPE

OWN = 0.8  # share of a map itself where teachers, who share the rest, have something to say of it


class SharedOutput(NamedTuple):
    """What the shared form computes for S scenarios, one after the other along the batch.

    Attributes:
        logits: (S B, K, H, W).
        coarse: The decoder's maps (S B, C, H / s, W / s) at strides s = 8 and 4, for deep supervision.
        translated: What the features of each teacher should be, (B, C_t, H / 16, W / 16), where the network keeps the
            knowledge of teachers and the first modality is given.
    """

    logits: Tensor
    coarse: list[Tensor]
    translated: Sequence[Tensor] = ()


class SharedDIS2(SegmentationNetwork):
    """DIS2 in its shared form."""

    def __init__(self, config: DIS2Config) -> None:
        super().__init__()
        self.config = config
        c1, c2, c3, c4 = config.channels
        self.encoders = build_encoders(config)
        self.projections = nn.ModuleDict({name: Projections(config.channels) for name in config.names})
        self.knowledge = DistilledKnowledge(c4, config.knowledge) if config.knowledge else None
        self.fuse = nn.ModuleList(ConvNorm(c, c, kernel=3) for c in (c1, c2, c3))
        self.down = nn.ModuleList((halving_conv(c1, c2), halving_conv(c2, c3)))
        self.deepest = ConvNorm(c4, c4, kernel=1)
        self.up = nn.ModuleList((UpStage(c4, c3), UpStage(c3, c2), UpStage(c2, c1)))
        self.finest = ConvNorm(c1, c1, kernel=3)
        self.classify = nn.Conv2d(c1, config.classes, kernel_size=1)

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the logits (B, K, H, W) for the modalities that ``inputs`` holds.

        Args:
            inputs: Normalised windows (B, C_m, H, W) by modality name; an absent key is a missing modality. Height and
                width are multiples of 16.

        Raises:
            NoInput, UnknownModality, WrongBands, GridMismatch: See ``inputs.scenario_of``.
        """
        return self.outputs(inputs, [scenario_of(self.config, inputs)]).logits

    def forward_scenarios(self, inputs: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> dict[Scenario, Tensor]:
        """Logits of several scenarios; each encoder runs once. See the base class."""
        return dict(zip(scenarios, self.outputs(inputs, scenarios).logits.chunk(len(scenarios)), strict=True))

    def forward_available(self, inputs: Mapping[str, Tensor], available: Tensor) -> Tensor:
        """Logits where each sample says which modalities it has: the mean of their maps. See the base class."""
        maps = [self._seen(name, window)[0] for name, window in inputs.items()]
        shares = available / available.sum(dim=1, keepdim=True)  # (B, M)
        weights = shares[:, :, None, None, None]
        means = [(torch.stack(level, dim=1) * weights).sum(dim=1) for level in zip(*maps, strict=True)]
        return self._trunk(means).logits

    def outputs(self, inputs: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> SharedOutput:
        """Run several scenarios over the same windows as one batch.

        Args:
            inputs: At least the modalities that occur in ``scenarios``.
            scenarios: One or more.
        """
        available = scenario_of(self.config, inputs)
        routes = [part_of(available, scenario) for scenario in scenarios]
        seen = {name: self._seen(name, inputs[name]) for name in available if any(name in route for route in routes)}
        means = [mean_maps([seen[name][0] for name in route]) for route in routes]
        output = self._trunk([torch.cat(level) for level in zip(*means, strict=True)])  # (S B, C, h, w) a level
        return output._replace(translated=[x for _, translated in seen.values() for x in translated])

    def _seen(self, name: str, window: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """The projected maps of a modality, and what it makes of the features of teachers."""
        *finer, deepest = self.encoders[name](window)
        translated: list[Tensor] = []
        if self.knowledge is not None and name == self.config.names[0]:
            deepest, translated = self.knowledge(deepest)
        return self.projections[name]([*finer, deepest]), translated

    def _trunk(self, means: list[Tensor]) -> SharedOutput:
        """From the mean maps at strides 2, 4, 8, 16 to the logits."""
        *skips, deep = means
        fused: list[Tensor] = []  # at strides 2, 4, 8; each has seen the finer ones, which the deepest need not
        for level, fuse in enumerate(self.fuse):
            x = activated(fuse(activated(skips[level])))
            fused.append(x if level == 0 else x + self.down[level - 1](fused[-1]))
        x = activated(self.deepest(activated(deep)))
        maps = []  # at strides 8, 4, 2
        for up, skip in zip(self.up, reversed(fused), strict=True):
            x = up(x, skip)
            maps.append(x)
        finest = activated(self.finest(upsampled(x)))  # (S B, C, H, W)
        return SharedOutput(self.classify(finest), maps[:2])


class Projections(nn.ModuleList):
    """A modality's four maps made comparable to those of the others: a 1x1 convolution and a norm a level."""

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__(ConvNorm(c, c, kernel=1) for c in channels)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Four maps (B, C_l, H_l, W_l), before their activation -> four of the same shapes, before theirs."""
        return [project(activated(x)) for project, x in zip(self, maps, strict=True)]


class Enriched(NamedTuple):
    """A map with what teachers knew of it.

    Attributes:
        fused: (B, C, h, w), what goes on in the place of the map.
        translated: (B, C_t, h, w) for each teacher: what its features should be.
    """

    fused: Tensor
    translated: list[Tensor]


class DistilledKnowledge(nn.Module):
    """What teachers knew, kept in a student that has them no more (RS-MTDF, Song et al. 2025, arXiv 2506.08772).

    In training a translator a teacher learns to say, from the student's deepest map, what the teacher's features are.
    What it says is brought back to the map's channels and added to it, in training and in prediction: the teachers
    themselves are needed in training alone.

    Args:
        channels: Of the student's map.
        widths: Channels of each teacher's features, which are also the hidden channels of its translator.
    """

    def __init__(self, channels: int, widths: Sequence[int]) -> None:
        super().__init__()
        self.translators = nn.ModuleList(
            nn.Sequential(nn.Conv2d(channels, width, 1), nn.ReLU(), nn.Conv2d(width, width, 1)) for width in widths
        )
        self.projectors = nn.ModuleList(nn.Conv2d(width, channels, 1) for width in widths)

    def forward(self, own: Tensor) -> Enriched:
        """(B, C, h, w) -> ``OWN`` of it and, in equal shares, what is projected of each teacher."""
        translated = [translate(own) for translate in self.translators]
        others = [project(x) for project, x in zip(self.projectors, translated, strict=True)]
        return Enriched(OWN * own + (1 - OWN) * torch.stack(others).mean(dim=0), translated)


class UpStage(nn.Module):
    """One level up: fewer channels, twice the size, the fused map of that level added."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.narrow = ConvNorm(inputs, outputs, kernel=3)  # before it is enlarged: a quarter of the pixels
        self.refine = ConvNorm(outputs, outputs, kernel=3)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(B, inputs, h, w), (B, outputs, 2 h, 2 w) -> (B, outputs, 2 h, 2 w)."""
        return activated(self.refine(upsampled(activated(self.narrow(x))) + skip))


class ConvNorm(nn.Sequential):
    """A convolution and a batch norm, which prediction folds into it; keeps height and width."""

    def __init__(self, inputs: int, outputs: int, kernel: int) -> None:
        super().__init__(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(outputs))


def activated(x: Tensor) -> Tensor:
    """LeakyReLU."""
    return F.leaky_relu(x, SLOPE)


def upsampled(x: Tensor) -> Tensor:
    """Twice the height and width, bilinear."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
