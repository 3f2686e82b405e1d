"""What training learns of the looks of ground tells ground of its kind from other ground."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_folder import DESCRIPTION

from dis2_core.network.familiarity import UNUSUAL
from dis2_training.data.dataset import band_statistics
from dis2_training.data.familiarity import SIDE, measured_familiarity, spread_windows
from dis2_training.data.sample import Sample, normalise, stack
from dis2_training.data.tiles import MemoryTile

GSD = DESCRIPTION.gsd


def tile(seed: int, size: int = 256) -> MemoryTile:
    """Ground of patches, photo and heights."""
    generator = np.random.default_rng(seed)
    kinds = np.kron(generator.integers(0, 3, (size // 16, size // 16)), np.ones((16, 16), dtype=int))
    photo = np.array([[60, 160, 50], [180, 60, 60], [120, 120, 120]], np.float32)[kinds].transpose(2, 0, 1)
    photo = photo + generator.normal(0, 10, photo.shape)
    heights = np.array([0.5, 8.0, 0.0])[kinds][None] + generator.normal(0, 0.2, (1, size, size))
    values = {name: torch.from_numpy(x.astype(np.float32)) for name, x in (("rgb", photo), ("ndsm", heights))}
    valid = {name: torch.ones(size, size, dtype=torch.bool) for name in values}
    return MemoryTile(str(seed), Sample(values, valid, torch.from_numpy(kinds)))


TILES = [tile(seed) for seed in range(4)]
MODALITIES = tuple(band_statistics(TILES, modality) for modality in DESCRIPTION.modalities)


@pytest.fixture(scope="module")
def familiarity() -> object:
    return measured_familiarity(MODALITIES, spread_windows(TILES[:2], GSD), spread_windows(TILES[2:3], GSD))


def unusual(familiarity: object, sample: Sample) -> float:
    """Share of the pixels that are unlike the training ground."""
    batch = stack([sample])
    return float((familiarity(normalise(batch, MODALITIES), batch.valid) < UNUSUAL).float().mean())  # type: ignore[operator]


def changed(sample: Sample, name: str, values: torch.Tensor) -> Sample:
    return replace(sample, values={**sample.values, name: values})


def test_other_ground_of_the_kind_is_familiar(familiarity: object) -> None:
    assert unusual(familiarity, TILES[3].sample) < 0.2


@pytest.mark.parametrize("name", ["rgb", "ndsm"])
def test_noise_levels_and_units_are_not(familiarity: object, name: str) -> None:
    sample = TILES[3].sample
    values = sample.values[name]
    noise = torch.rand(values.shape, generator=torch.Generator().manual_seed(0)) * values.max()
    for other in (noise, values + 200, values * 5, torch.zeros_like(values) - 100):
        assert unusual(familiarity, changed(sample, name, other)) > 0.9


def test_bands_in_another_order_are_not(familiarity: object) -> None:
    sample = TILES[3].sample
    assert unusual(familiarity, changed(sample, "rgb", sample.values["rgb"][[1, 0, 2]])) > 0.5


def test_of_the_ground_that_sets_the_distances_a_twentieth_is_unusual() -> None:
    held_out = spread_windows(TILES[2:], GSD)
    found = measured_familiarity(MODALITIES[:1], spread_windows(TILES[:2], GSD), held_out)
    batch = stack(held_out)
    judged = found({"rgb": normalise(batch, MODALITIES)["rgb"]}, {"rgb": batch.valid["rgb"]})  # type: ignore[misc]
    assert abs(float((judged < UNUSUAL).float().mean()) - UNUSUAL) < 0.02


def test_where_a_modality_has_no_data_nothing_is_known() -> None:
    sample = TILES[3].sample
    blind = replace(sample, valid={**sample.valid, "ndsm": torch.zeros_like(sample.valid["ndsm"])})
    assert measured_familiarity(MODALITIES, spread_windows(TILES, GSD), [blind]) is None
    assert measured_familiarity(MODALITIES, spread_windows(TILES, GSD), []) is None


def test_windows_are_spread_over_all_tiles() -> None:
    assert len(spread_windows(TILES, GSD)) == 4 * (256 // SIDE) ** 2
    few = spread_windows(TILES, GSD, most=4)
    assert [window.size for window in few] == [(SIDE, SIDE)] * 4
    assert torch.equal(few[0].labels, TILES[0].sample.labels[:SIDE, :SIDE].long())
    assert torch.equal(few[-1].labels, TILES[3].sample.labels[SIDE:, SIDE:].long())
