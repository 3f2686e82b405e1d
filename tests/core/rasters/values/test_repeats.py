"""Numbers that repeat to the bit where measurements do not are told; ground, clipped values and lakes are not."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
import rasterio
from rasterio.windows import Window
from tiny_models import tiny_card

from dis2_core.contract.card import Modality
from dis2_core.contract.segment_job import Event, Source
from dis2_core.rasters.inputs import describe, open_inputs
from dis2_core.rasters.values.repeats import repeated_numbers
from dis2_core.rasters.values.voids import read_values

CARD = tiny_card()
RGB, NDSM = CARD.modalities
HEIGHTS = np.maximum(np.random.default_rng(0).normal(3, 4, (1, 100, 100)), 0).astype(np.float32)  # the ground is 0


def _with_hole(values: np.ndarray, number: float) -> np.ndarray:
    holed = values.copy()
    holed[:, 40:60, 40:60] = number  # 4 %
    return holed


def _warnings(path: str, modality: Modality, **words: str) -> list[Event]:
    (item,) = open_inputs({modality.name: Source(path, **words)}, CARD)
    return [event for event in item.remarks if event.type == "warning"]


@pytest.mark.parametrize("number", [-100, -10, -1, 1, 5, 50, 120, 500])
def test_a_plausible_number_that_repeats_is_told_and_blames_nothing_else(
    write_raster: Callable[..., str], number: float
) -> None:
    path = write_raster("heights.tif", _with_hole(HEIGHTS, number))
    (warning,) = _warnings(path, NDSM)
    assert warning.data["code"] == "repeated-value" and f"exactly {number}," in warning.data["text"]
    assert "4.0 %" in warning.data["text"] and f"--nodata ndsm={number}" in warning.data["text"]
    for choice in (str(number), "none"):
        told = [event.data["code"] for event in _warnings(path, NDSM, nodata=choice)]
        assert "repeated-value" not in told


def test_what_repeats_for_a_reason_is_not_told(write_raster: Callable[..., str]) -> None:
    for name, values in (
        ("ground", HEIGHTS),
        ("clipped", np.clip(HEIGHTS, 0, 6)),
        ("steps", np.round(HEIGHTS, 1)),
        ("whole", np.round(HEIGHTS)),
    ):
        told = [event.data["code"] for event in _warnings(write_raster(f"{name}.tif", values), NDSM)]
        assert "repeated-value" not in told, name


@pytest.mark.parametrize("colour", [(128, 128, 128), (199, 233, 251)])
def test_a_colour_that_repeats_in_a_photo_is_told_where_its_numbers_are_common(
    write_raster: Callable[..., str], colour: tuple[int, ...]
) -> None:
    photo = np.clip(np.random.default_rng(2).normal(120, 30, (3, 100, 100)), 0, 255).astype(np.uint8)
    assert not _warnings(write_raster("photo.tif", photo), RGB)
    photo[:, 40:60, 40:60] = np.array(colour, np.uint8)[:, None, None]
    path = write_raster("hole.tif", photo)
    (warning,) = _warnings(path, RGB)
    assert warning.data["code"] == "repeated-value" and f"exactly {colour[0]}" in warning.data["text"]
    (choice,) = re.findall(r"--nodata rgb=(all,[0-9,]+)\.", warning.data["text"])
    (item,) = open_inputs({"rgb": Source(path, nodata=choice)}, CARD)
    assert not [event for event in item.remarks if event.type == "warning"]
    with rasterio.open(path) as file:
        values, _ = read_values(file, item.rules, Window(0, 0, 100, 100))
    assert np.isnan(values[0]).sum() == 400


def test_a_lake_lies_at_one_height_above_the_sea() -> None:
    terrain = np.random.default_rng(1).normal(400, 20, 10_000)
    terrain[:400] = 395
    assert repeated_numbers(terrain, heights=True, within=False) == ()
    assert repeated_numbers(terrain, heights=True, within=True) == (395,)


def test_numbers_far_from_steps_are_told() -> None:
    steps = np.round(np.random.default_rng(2).uniform(0, 3, 10_000), 1)
    steps[:400] = 60
    assert repeated_numbers(steps, heights=True, within=True) == (60,)


def test_few_numbers_tell_nothing() -> None:
    assert repeated_numbers(np.full(900, 7.0), heights=False, within=True) == ()
    assert repeated_numbers(np.full(2000, 7.0), heights=False, within=True) == ()


def test_a_black_hole_in_a_photo_is_told(write_raster: Callable[..., str]) -> None:
    photo = np.random.default_rng(3).integers(20, 250, (3, 100, 100)).astype(np.uint8)
    (warning,) = _warnings(write_raster("holed.tif", _with_hole(photo, 0)), RGB)
    assert warning.data["code"] == "black-inside" and "--nodata rgb=all,0" in warning.data["text"]
    night = (photo // 60).astype(np.uint8)
    told = [event.data.get("code") for event in describe(Source(write_raster("night.tif", night)), RGB).remarks]
    assert "black-inside" not in told
