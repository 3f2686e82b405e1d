"""What betrays the unit of heights where no file declares it; a person's word and a file's word end the question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import rasterio
from tiny_models import tiny_card

from dis2_core.contract.segment_job import Event, Source
from dis2_core.rasters.inputs import open_inputs

CARD = tiny_card()
METRES = np.round(np.maximum(np.random.default_rng(0).normal(0.5, 1.0, (1, 60, 60)), 0), 2)
#: Low enough to be taken for metres, and of no steps that would tell
UNEVEN = (METRES * np.pi).astype(np.float32)


def _warnings(path: str, **words: Any) -> list[Event]:
    (item,) = open_inputs({"ndsm": Source(path, **words)}, CARD)
    return [event for event in item.remarks if event.type == "warning"]


def test_heights_without_a_sign_of_another_unit_are_not_told(write_raster: Callable[..., str]) -> None:
    assert _warnings(write_raster("ndsm.tif", UNEVEN)) == []
    assert _warnings(write_raster("steps.tif", METRES.astype(np.float32))) == []


def test_steps_betray_feet(write_raster: Callable[..., str]) -> None:
    path = write_raster("ndsm.tif", (METRES / 0.3048).astype(np.float32))
    (warning,) = _warnings(path)
    assert warning.data["code"] == "units" and "--scale ndsm=0.3048,0" in warning.data["text"]
    assert _warnings(path, scale=(0.3048, 0.0)) == []


@pytest.mark.parametrize(
    ("name", "description", "tags", "option"),
    [
        ("ndsm_feet.tif", "", {}, "0.3048,0"),
        ("ndsm.tif", "height_ft", {}, "0.3048,0"),
        ("ndsm.tif", "Height [cm]", {}, "0.01,0"),
        ("ndsm.tif", "", {"VERTICAL_UNITS": "US survey foot"}, "0.3048006,0"),
    ],
)
def test_names_and_notes_betray_units(
    write_raster: Callable[..., str], name: str, description: str, tags: dict[str, str], option: str
) -> None:
    path = write_raster(name, UNEVEN)
    with rasterio.open(path, "r+") as file:
        file.update_tags(**tags)
        file.descriptions = [description]
    (warning,) = _warnings(path)
    assert warning.data["code"] == "units" and f"--scale ndsm={option}" in warning.data["text"]
    with rasterio.open(path, "r+") as file:
        file.units = ["m"]
    assert _warnings(path) == []


def test_places_in_feet_may_mean_heights_in_feet(write_raster: Callable[..., str]) -> None:
    (warning,) = _warnings(write_raster("ndsm.tif", UNEVEN, crs="EPSG:2263"))
    assert "US survey foot" in warning.data["text"] and "--scale ndsm=0.3048006,0" in warning.data["text"]


def test_whole_numbers_ask_for_a_word(write_raster: Callable[..., str]) -> None:
    path = write_raster("ndsm.tif", np.round(METRES / 0.3048).astype(np.int16))
    (warning,) = _warnings(path)
    assert warning.data["code"] == "whole-heights" and "0.3048,0" in warning.data["text"]
    assert _warnings(path, scale=(1.0, 0.0)) == []
    with rasterio.open(path, "r+") as file:
        file.units = ["metre"]
    assert _warnings(path) == []
