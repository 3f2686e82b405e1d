"""The eight symmetries of the square are a group, and the mean over them is what a group's mean is: invariant."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine
from torch import Tensor

from dis2_core.contract.card import ModelCard
from dis2_core.contract.errors import ProtocolError
from dis2_core.contract.segment_job import Job
from dis2_core.models.file import Model
from dis2_core.prediction.segment import segment
from dis2_core.prediction.symmetries import Symmetry, mean_answers, symmetries

SQUARE = symmetries((4, 4))
KEY = ("a",)


def numbered(height: int = 4, width: int = 4) -> Tensor:
    return torch.arange(height * width, dtype=torch.float32).reshape(1, 1, height, width)


def test_there_and_back() -> None:
    for one in symmetries((4, 4)):
        assert torch.equal(one.back(one.there(numbered())), numbered())
    for one in symmetries((4, 6)):
        assert one.there(numbered(4, 6)).shape == (1, 1, 4, 6)
        assert torch.equal(one.back(one.there(numbered(4, 6))), numbered(4, 6))


def test_they_are_the_group_of_the_square() -> None:
    views = [tuple(one.there(numbered()).flatten().tolist()) for one in SQUARE]
    assert len(set(views)) == 8
    for first, second in product(SQUARE, SQUARE):
        assert tuple(second.there(first.there(numbered())).flatten().tolist()) in views
    assert len(symmetries((4, 6))) == 4


def skewed(windows: dict[str, Tensor]) -> dict[tuple[str, ...], Tensor]:
    """A network that prefers one direction: every pixel also sees its left neighbour and a place of its own."""
    x = windows["a"]
    place = torch.linspace(0, 1, x.shape[2] * x.shape[3]).view(x.shape[2:])
    return {KEY: x + 0.3 * x.roll(1, 3) + place}


@pytest.mark.parametrize("turned", SQUARE)
def test_the_mean_turns_with_the_window(turned: Symmetry) -> None:
    """f(gx) = g f(x) for every symmetry g, whatever the network: what an average over a group is."""
    x = torch.rand(2, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    upright = mean_answers(skewed, {"a": x}, SQUARE)[KEY]
    seen = mean_answers(skewed, {"a": turned.there(x)}, SQUARE)[KEY]
    torch.testing.assert_close(seen, turned.there(upright))
    assert not torch.allclose(skewed({"a": turned.there(x)})[KEY], turned.there(skewed({"a": x})[KEY])) or (
        turned == Symmetry(0, False)
    )


def test_a_network_of_single_pixels_gains_nothing(model: Model, write_raster, tmp_path) -> None:
    """Its answer is symmetric as it is; where a modality has a hole, routes fade as they do without."""
    generator = np.random.default_rng(0)
    rgb = write_raster("rgb.tif", generator.integers(1, 255, (3, 70, 90)).astype(np.uint8))
    heights = generator.uniform(0, 20, (1, 70, 90)).astype(np.float32)
    heights[:, 20:50, 30:70] = -9999
    ndsm = write_raster("ndsm.tif", heights, nodata=-9999)
    maps = {}
    for tta in ("none", "d4"):
        paths = {name: tmp_path / f"{tta}_{name}.tif" for name in ("classes", "probabilities")}
        segment(
            {"rgb": rgb, "ndsm": ndsm},
            model,
            output=paths["classes"],
            probabilities=paths["probabilities"],
            device="cpu",
            tta=tta,
        )
        with rasterio.open(paths["probabilities"]) as file:
            maps[tta] = file.read().astype(int)
            assert file.transform == Affine(1, 0, 400_000, 0, -1, 5_000_000)
            assert file.tags().get("DIS2_TTA") == (tta if tta != "none" else None)
    assert np.abs(maps["none"] - maps["d4"]).max() <= 1  # rounding to bytes


def test_another_augmentation_is_refused(card: ModelCard) -> None:
    with pytest.raises(ProtocolError, match="d8"):
        Job(model="m", inputs={}, outputs={"classes": "c.tif"}, tta="d8")
