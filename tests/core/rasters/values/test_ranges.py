"""Values that cannot be what the model takes them for are told with the option that mends them; right ones are not."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_models import tiny_card

from dis2_core.contract.card import Band, Modality
from dis2_core.contract.segment_job import Source
from dis2_core.rasters.values.ranges import BandTally, add_tallies, no_tallies, range_warning, tallies_of
from dis2_core.rasters.values.validity import Chunk

RGB, NDSM = tiny_card().modalities
RANDOM = np.random.default_rng(0)


def chunk(values, valid=None):
    values = np.asarray(values, np.float32)
    return Chunk(values, np.ones(values.shape[1:], bool) if valid is None else valid)


def test_valid_samples_alone_count():
    values = np.array([[[10.0, 300.0], [-50.0, 20.0]]])
    (tally,) = tallies_of(chunk(values), NDSM)
    assert (tally.samples, tally.below, tally.above, tally.share) == (4, 1, 1, 0.5)
    valid = np.array([[True, False], [False, True]])
    assert tallies_of(chunk(values, valid), NDSM)[0].share == 0
    assert tallies_of(chunk(values, np.zeros((2, 2), bool)), NDSM) == no_tallies(NDSM)


def test_tallies_add_up_to_the_whole():
    values = RANDOM.normal(100, 60, (3, 40, 50))
    whole = tallies_of(chunk(values), RGB)
    parts = no_tallies(RGB)
    for row in range(0, 40, 8):
        parts = add_tallies(parts, tallies_of(chunk(values[:, row : row + 8]), RGB))
    for part, all_of_it in zip(parts, whole, strict=True):
        assert (part.samples, part.below, part.above) == (all_of_it.samples, all_of_it.below, all_of_it.above)
        assert (part.minimum, part.maximum) == (all_of_it.minimum, all_of_it.maximum)
        assert part.mean == pytest.approx(all_of_it.mean) and part.std == pytest.approx(all_of_it.std)


def test_mean_and_deviation_are_those_of_numpy():
    values = RANDOM.normal(100, 20, (50, 50)).astype(np.float32)
    tally = BandTally.of(values, RGB.bands[0])
    assert tally.mean == pytest.approx(values.mean(), rel=1e-6)
    assert tally.std == pytest.approx(values.std(), rel=1e-6)


def test_large_chunks_are_sampled():
    values = np.full((1, 2000, 2000), 300, np.float32)
    values[:, :, 1000:] = 10
    (tally,) = tallies_of(chunk(values), NDSM)
    assert tally.samples < 200_000
    assert tally.share == pytest.approx(0.5, abs=0.01)


def warn(modality, values, scaling=(1.0, 0.0), **source):
    """The warning about values (pixels) that all bands hold, or (C, pixels)."""
    values = np.asarray(values, np.float32)
    planes = values[:, None] if values.ndim == 2 else np.tile(values, (len(modality.bands), 1, 1))
    event = range_warning(tallies_of(chunk(planes), modality), modality, Source("file.tif", **source), scaling)
    return None if event is None else event.data["text"]


@pytest.mark.parametrize(
    ("modality", "values", "cause"),
    [
        (RGB, (100, 900, 3000, 4095), "16-bit imagery"),
        (NDSM, (0, 30, 150, 255, 120), "decimetres"),
        (NDSM, (0, 300, 1500, 2550, 1200), "centimetres"),
        (NDSM, (431, 436, 450), "absolute heights"),
        (NDSM, (90, 105, 150, 140), "absolute heights"),
        (NDSM, (-9999, -9999, 3, 4), "missing data"),
        (RGB, (-3, -4, 1, 2), "scaled differently"),
        (RGB, np.linspace(0, 9.5, 2000), "scaled differently"),
        (NDSM, np.append(np.linspace(0, 20, 2000), np.full(60, -10)), "-10 m marks missing data"),
    ],
)
def test_values_out_of_range_are_told_with_their_likely_cause(modality, values, cause):
    text = warn(modality, values)
    assert cause in text
    assert "file.tif" in text and modality.name in text


def test_a_few_values_out_of_range_are_not_told():
    assert range_warning(no_tallies(NDSM), NDSM, Source("file.tif")) is None
    assert warn(NDSM, (0, 5, 30, 99, -5, 100)) is None
    assert warn(NDSM, (0, 5, 30, 99, 500)) is None  # exactly 20 %


PHOTO = RANDOM.normal(100, 50, 20_000).clip(0, 255).round()
HEIGHTS = np.where(RANDOM.random(20_000) < 0.6, 0, RANDOM.gamma(2.0, 3.5, 20_000)).clip(0, 25)  # metres of a suburb


@pytest.mark.parametrize(
    ("modality", "values", "option"),
    [
        (RGB, PHOTO / 255, "--scale rgb=255,0"),
        (RGB, PHOTO / 255 * 0.4, "--scale rgb=255,0"),  # reflectance
        (RGB, np.append(PHOTO / 255, (1.4, 2.5)), "--scale rgb=255,0"),  # roofs that mirror the sun
        (RGB, np.append(PHOTO / 255, (-0.02, -0.01)), "--scale rgb=255,0"),  # corrected for the air
        (RGB, PHOTO / 2.55, "--scale rgb=2.55,0"),
        (RGB, PHOTO * 257, "--scale rgb=0.003891,0"),
        (RGB, PHOTO * 16, "--scale rgb=0.06227,0"),
        (RGB, PHOTO / 255 * 10_000, "--scale rgb=0.0255,0"),
        (NDSM, HEIGHTS / 0.3048, "--scale ndsm=0.3048,0"),
        (NDSM, np.rint(HEIGHTS * 5), "--scale ndsm=0.2,0"),
        (NDSM, HEIGHTS * 10, "--scale ndsm=0.1,0"),
        (NDSM, np.rint(HEIGHTS * 100), "--scale ndsm=0.01,0"),
        (NDSM, HEIGHTS * 1000, "--scale ndsm=0.001,0"),
        (NDSM, -HEIGHTS, "--scale ndsm=-1,0"),
        (NDSM, HEIGHTS / HEIGHTS.max(), "normalised"),
        (NDSM, HEIGHTS + 12, "absolute heights"),
        (NDSM, HEIGHTS + 400, "absolute heights"),
    ],
)
def test_another_unit_is_told_with_the_option_that_mends_it(modality, values, option):
    text = warn(modality, values)
    assert option in text
    if "--scale" in option:  # and it does
        factor = float(option.split("=")[1].split(",")[0])
        assert warn(modality, values * factor, scale=(factor, 0.0)) is None


@pytest.mark.parametrize(
    ("modality", "values"),
    [
        (RGB, PHOTO),
        (RGB, RANDOM.normal(247, 4, 20_000).clip(0, 255).round()),  # snow
        (RGB, RANDOM.exponential(2.0, 20_000).round()),  # night
        (RGB, RANDOM.normal(93, 0.6, 20_000).round()),  # a meadow
        (RGB, np.full(20_000, 17)),
        (RGB, np.zeros(20_000)),
        (NDSM, HEIGHTS),
        (NDSM, RANDOM.random(20_000) * 2),  # a field
        (NDSM, RANDOM.normal(0, 0.05, 20_000)),  # a square
        (NDSM, RANDOM.normal(14, 4, 20_000).clip(0, 30)),  # a forest
        (NDSM, np.zeros(20_000)),
    ],
)
def test_odd_but_right_scenes_are_not_told(modality, values):
    assert warn(modality, values) is None


def test_the_option_starts_from_what_is_stored():
    text = warn(RGB, PHOTO / 255, scaling=(1 / 255, 0.0))
    assert "--scale rgb=1,0" in text


def test_the_warning_names_band_what_was_seen_and_what_is_expected():
    values = np.tile(PHOTO, (3, 1))
    values[1] /= 255
    text = warn(RGB, values)
    assert "green is 0 to 1, mean 0.39" in text and "0 to 255, mean 100" in text
    assert "red" not in text and "The other bands fit" in text


def test_intensity_for_decibels_is_told():
    radar = Modality("sar", "sar", "sar", (Band("vv", -12.0, 5.0, -40.0, 10.0, unit="dB"),))
    decibels = RANDOM.normal(-12, 5, 20_000)
    assert warn(radar, decibels) is None
    assert "decibels" in warn(radar, 10 ** (decibels / 10))
    assert "--scale sar=-1,0" in warn(radar, -decibels)
