"""ImageNet weights of EfficientNet-Lite0, out of the Python package that holds them: nothing is downloaded here."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution

import torch
from torch import Tensor

from dis2_core import ModelCard
from dis2_core.contract.errors import InputError, InvalidModelFile
from dis2_core.contract.other_jobs import IMAGENET_PACKAGE
from dis2_core.contract.untrusted import read_bytes, refusals
from dis2_core.network import SegmentationNetwork
from dis2_core.network.efficientnet import EfficientNetLite0

from .beginning import Beginning

PACKAGE = IMAGENET_PACKAGE  # the extra ``imagenet``
FILE = "efficientnet-lite0-57934424.pth"
#: Of that file: no other one is unpickled.
SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"  # pragma: allowlist secret
LARGEST = 32_000_000  # bytes


@dataclass(frozen=True)
class ImageNetStart:
    """Encoders that know photographs; see ``beginning.Start``.

    Attributes:
        weights: Under their published names.
    """

    weights: Mapping[str, Tensor]

    card = None
    encoder = "efficientnet_lite0"
    width = None
    attribution = "EfficientNet-Lite0 weights of ML Illustrated (Apache-2.0), trained on ImageNet"
    license = ""

    @classmethod
    def installed(cls) -> ImageNetStart:
        """Read the weights of the package that is installed.

        Raises:
            InputError: It is not.
            InvalidModelFile: Its file is damaged, or another one.
        """
        return cls(_published())

    def begin(self, network: SegmentationNetwork, card: ModelCard) -> Beginning:
        """Put the weights into every encoder, those of compensation included, whatever its bands.

        The 1x1 convolutions that bring its maps to the network's width stay new.

        Raises:
            InputError: The network has other encoders.
        """
        encoders = [module for module in network.modules() if isinstance(module, EfficientNetLite0)]
        if not encoders:
            raise InputError(
                "There are ImageNet weights for the encoder efficientnet_lite0 alone, which this network has not.",
                f"Choose it with model.encoder ({self.encoder}), or another start.",
            )
        for encoder in encoders:
            encoder.load_published(self.weights)
        taken = [value for encoder in encoders for name, value in encoder.state_dict().items() if _is_published(name)]
        every = sum(value.numel() for value in network.state_dict().values())
        return Beginning("ImageNet", sum(value.numel() for value in taken) / every, branches=True)


def _is_published(name: str) -> bool:
    return not name.startswith("adapters.")


def _published() -> dict[str, Tensor]:
    again = f"Install the package again: pip install --force-reinstall {PACKAGE}."
    try:
        files = distribution(PACKAGE).files or []
    except PackageNotFoundError as error:
        raise InputError(
            f"The start 'imagenet' needs the Python package {PACKAGE}, which is not installed.",
            "Install it: pip install 'dis2[imagenet]'.",
        ) from error
    found = [file.locate() for file in files if file.name == FILE]
    if not found:
        raise InvalidModelFile(f"The package {PACKAGE} holds no file {FILE}.", again)
    with refusals(str(found[0]), InvalidModelFile, again):
        data = read_bytes(str(found[0]), LARGEST)
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise InvalidModelFile(f"{found[0]} is damaged, or not the published file.", again)
    weights: dict[str, Tensor] = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    return weights
