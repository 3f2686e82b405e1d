"""Units that a file declares: converted where certain, told of where not, and a person's own scale above all."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from tiny_models import tiny_card

from dis2_core.contract.errors import UnreadableRaster
from dis2_core.contract.segment_job import Source
from dis2_core.rasters.inputs import describe

RGB, NDSM = tiny_card().modalities
FOOT, SURVEY_FOOT = 0.3048, 1200 / 3937  # metres, by definition


def heights(path, *, unit="", crs="EPSG:25832", scale=1.0, offset=0.0, count=1, **profile):
    place = {"crs": crs, "transform": Affine(1, 0, 500000, 0, -1, 5400000)}
    with rasterio.open(
        path, "w", driver="GTiff", height=4, width=4, count=count, dtype="float32", **place, **profile
    ) as file:
        file.write(np.ones((count, 4, 4), "float32"))
        file.scales, file.offsets = (scale,) * count, (offset,) * count
        if unit:
            file.units = (unit,) * count
    return str(path)


def told(item):
    return [event.data["text"] for event in item.remarks if event.data.get("code") == "units"]


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("ft", FOOT),
        ("foot", FOOT),
        ("FEET", FOOT),
        ("US survey foot", SURVEY_FOOT),
        ("ftUS", SURVEY_FOOT),
        ("us-ft", SURVEY_FOOT),
        ("Foot_US", SURVEY_FOOT),  # as Esri writes it
        ("U.S. survey foot", SURVEY_FOOT),
        ("sfoot", SURVEY_FOOT),
        ("[ft]", FOOT),
        ("dm", 0.1),
        ("centimetre", 0.01),
        ("mm", 0.001),
        ("km", 1000),
    ],
)
def test_lengths_become_the_cards_unit_and_it_is_told(tmp_path, unit, factor):
    item = describe(Source(heights(tmp_path / "h.tif", unit=unit)), NDSM)
    assert item.scaling[0] == pytest.approx((factor, 0), rel=1e-12)
    assert len(told(item)) == 1 and unit in told(item)[0] and "h.tif" in told(item)[0]


@pytest.mark.parametrize("unit", ["", "m", "metre", "Meters"])
def test_metres_and_silence_change_nothing(tmp_path, unit):
    item = describe(Source(heights(tmp_path / "h.tif", unit=unit)), NDSM)
    assert item.scaling == ((1.0, 0.0),) and not told(item)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize(("vertical", "factor"), [(8228, FOOT), (6360, SURVEY_FOOT), (5783, 1.0)])
def test_the_vertical_crs_tells_the_unit_in_both_versions_of_geotiff(tmp_path, version, vertical, factor):
    path = heights(tmp_path / "h.tif", crs=f"EPSG:25832+{vertical}", GEOTIFF_VERSION=version)
    item = describe(Source(path), NDSM)
    assert item.scaling[0][0] == pytest.approx(factor, rel=1e-9)
    assert bool(told(item)) == (factor != 1)


def test_scale_and_offset_tags_come_before_the_unit(tmp_path):
    """Oracle: 10 stored is 10 * 0.5 + 2 = 7 feet, 2.1336 m."""
    item = describe(Source(heights(tmp_path / "h.tif", unit="ft", scale=0.5, offset=2.0)), NDSM)
    scale, offset = item.scaling[0]
    assert 10 * scale + offset == pytest.approx(2.1336)


def test_a_scale_that_a_person_gives_replaces_all_that_the_file_says(tmp_path):
    path = heights(tmp_path / "h.tif", unit="ft", scale=0.5, crs="EPSG:25832+8228")
    item = describe(Source(path, scale=(2.0, 1.0)), NDSM)
    assert item.scaling == ((2.0, 1.0),) and not told(item)


def test_a_person_can_read_a_file_whose_scale_is_nonsense(tmp_path):
    path = heights(tmp_path / "h.tif", scale=float("nan"))
    assert describe(Source(path, scale=(1.0, 0.0)), NDSM).scaling == ((1.0, 0.0),)
    with pytest.raises(UnreadableRaster, match=r"Band 1 of .*h\.tif declares the scale nan"):
        describe(Source(path), NDSM)


@pytest.mark.parametrize("unit", ["K", "fathom", "degrees"])
def test_a_unit_that_cannot_be_converted_is_told(tmp_path, unit):
    item = describe(Source(heights(tmp_path / "h.tif", unit=unit)), NDSM)
    assert item.scaling == ((1.0, 0.0),)
    assert f"'{unit}'" in told(item)[0] and "--scale" in told(item)[0]


def test_a_file_that_contradicts_itself_is_told(tmp_path):
    item = describe(Source(heights(tmp_path / "h.tif", unit="m", crs="EPSG:25832+8228")), NDSM)
    assert item.scaling == ((1.0, 0.0),) and "contradicts itself" in told(item)[0]


def test_depths_are_no_heights(tmp_path):
    item = describe(Source(heights(tmp_path / "h.tif", crs="EPSG:25832+5715")), NDSM)
    assert "downward" in told(item)[0] or "contradicts" in told(item)[0]


def test_colours_have_no_unit_to_be_wrong(tmp_path):
    item = describe(Source(heights(tmp_path / "c.tif", unit="ft", count=3)), RGB)
    assert item.scaling == ((1.0, 0.0),) * 3 and not told(item)
