"""Looks of windows worked out by hand, and how they are judged."""

from __future__ import annotations

import math

import pytest
import torch
from tiny_models import tiny_card, tiny_familiarity
from torch import Tensor

from dis2_core.network.familiarity import CELL, QUANTILES, SMALLEST, Familiarity, KnownLooks, looks, looks_of

NOTHING = math.log(SMALLEST) / 2


def everywhere(window: Tensor) -> Tensor:
    return torch.ones(window.shape[0], *window.shape[2:], dtype=torch.bool)


def test_an_even_window_has_a_level_alone() -> None:
    window = torch.full((1, 1, 48, 48), 3.0)
    found, judged = looks(window, everywhere(window))
    assert found.shape == (1, looks_of(1), 3, 3) and judged.all()
    assert torch.allclose(found[0, :, 1, 1], torch.tensor([3.0, NOTHING, NOTHING] * 2))


def test_a_slope_is_as_rough_as_it_is_steep() -> None:
    window = (0.5 * torch.arange(48.0)).expand(1, 1, 48, 48)
    found, _ = looks(window, everywhere(window))
    seen = 0.5 * torch.arange(0.0, 48, 2)  # every other pixel
    cell, wide = seen[8:16], seen
    expected = [cell.mean(), cell.std(correction=0).log(), math.log(0.5), wide.mean(), wide.std(correction=0).log()]
    assert torch.allclose(found[0, :5, 1, 1], torch.tensor(expected))


def test_bands_go_together_or_against_each_other() -> None:
    one = torch.randn(1, 1, 16, 16, generator=torch.Generator().manual_seed(1))
    window = torch.cat([one, 2 * one + 1, -one], dim=1)
    found, _ = looks(window, everywhere(window))
    assert looks_of(3) == found.shape[1] == 24
    assert torch.allclose(found[0, 9:12, 0, 0], torch.tensor([1.0, -1.0, -1.0]), atol=1e-4)


@pytest.mark.parametrize("filling", [0.0, 1e6, math.nan, math.inf])
def test_what_is_not_valid_is_not_looked_at(filling: float) -> None:
    generator = torch.Generator().manual_seed(2)
    window = torch.randn(2, 3, 32, 48, generator=generator)
    valid = torch.rand(2, 32, 48, generator=generator) < 0.7
    valid[:, :CELL, :CELL] = False
    whole, judged = looks(torch.where(valid[:, None], window, 5.0), valid)
    found, _ = looks(torch.where(valid[:, None], window, filling), valid)
    assert torch.equal(found, whole) and found.isfinite().all()
    assert (judged.float().mean(), judged[:, 0, 0].any()) == (5 / 6, False)


def test_distances_become_shares_of_the_ground_that_is_farther_off() -> None:
    ground = KnownLooks(size=2, prototypes=2)
    ground.prototypes.copy_(torch.tensor([[0.0, 0.0], [100.0, 0.0]]))
    ground.distances.copy_(torch.arange(float(QUANTILES)))
    found = torch.tensor([[0.0, 0.0], [0.0, 50.0], [100.0, 90.0], [0.0, 1e4]]).T.view(1, 2, 2, 2)
    familiar = ground(found, torch.ones(1, 2, 2, dtype=torch.bool))
    expected = torch.tensor([1.0, 1 - 50 / QUANTILES, 1 - 90 / QUANTILES, 0.0])
    assert torch.allclose(familiar.flatten(), expected, atol=1e-6)


class Given(torch.nn.Module):
    """A familiarity that is known beforehand."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = value

    def forward(self, found: Tensor, judged: Tensor) -> Tensor:
        return torch.where(judged, self.value, 1.0)


def test_the_least_of_two_counts_as_a_chance_of_two() -> None:
    familiarity = Familiarity({"rgb": 3, "ndsm": 1})
    familiarity.known["rgb"], familiarity.known["ndsm"] = Given(0.5), Given(0.9)
    windows = {"rgb": torch.zeros(1, 3, 16, 48), "ndsm": torch.zeros(1, 1, 16, 48)}
    valid = {name: torch.ones(1, 16, 48, dtype=torch.bool) for name in windows}
    valid["rgb"][..., 16:] = False
    valid["ndsm"][..., 32:] = False
    found = familiarity(windows, valid)
    assert found.shape == (1, 16, 48)
    assert [float(value) for value in found[0, 0, ::16]] == pytest.approx([0.75, 0.9, 1.0])


def test_it_has_a_place_for_every_modality_of_a_card() -> None:
    assert set(tiny_familiarity(tiny_card()).known) == {"rgb", "ndsm"}
