"""The generated city: heights, photo and classes must tell the same story."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from dis2_core.democity import classes, draw_city, make_city
from dis2_core.democity.canvas import GSD
from dis2_core.democity.light import SUN, shadow_height


@pytest.fixture(scope="module")
def city():
    return draw_city(640, seed=3)


def test_the_same_seed_gives_the_same_city_and_another_another():
    first, again, other = draw_city(96, 1), draw_city(96, 1), draw_city(96, 2)
    for name in ("rgb", "ndsm", "labels"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.rgb, other.rgb)


@pytest.mark.parametrize("size", [16, 101])
def test_files_share_one_grid(tmp_path, size):
    paths = make_city(tmp_path / "new" / "folder", size=size)
    expected = {"rgb": (3, "uint8"), "ndsm": (1, "float32"), "labels": (1, "uint8")}
    grids = set()
    for name, (count, dtype) in expected.items():
        with rasterio.open(paths[name]) as file:
            assert (file.count, file.dtypes[0], file.shape) == (count, dtype, (size, size))
            assert file.res == pytest.approx((0.2, 0.2))
            grids.add((file.crs.to_epsg(), file.transform))
    assert len(grids) == 1


@pytest.mark.slow
def test_all_nine_classes_occur(city):
    shares = np.bincount(city.labels.ravel(), minlength=9) / city.labels.size
    assert len(shares) == 9 and (shares > 0.002).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("label", "low", "high"),
    [
        (classes.BUILDING, 5, 25),
        (classes.PERVIOUS, 0, 0.2),
        (classes.IMPERVIOUS, 0, 0.2),
        (classes.WATER, 0, 0.2),
        (classes.CONIFEROUS, 2, 15),
        (classes.DECIDUOUS, 4, 15),
        (classes.BRUSHWOOD, 0.5, 3),
        (classes.HERBACEOUS, 0, 0.2),
    ],
)
def test_heights_fit_the_classes(city, label, low, high):
    assert low <= np.median(city.ndsm[city.labels == label]) <= high


@pytest.mark.slow
def test_heights_are_never_below_the_ground(city):
    assert city.ndsm.min() >= 0 and np.isfinite(city.ndsm).all()


def test_a_shadow_is_as_long_as_the_sun_stands_high():
    height = np.zeros((80, 80), np.float32)
    height[60, 60] = 6.0  # a mast
    shaded = shadow_height(height) > 0
    rows, cols = np.nonzero(shaded)
    right, down, up = SUN
    length = np.hypot(60 - rows, 60 - cols).max() * GSD
    assert length == pytest.approx(6.0 * np.hypot(right, down) / up, abs=2 * GSD)
    assert rows.max() < 60 and cols.max() < 60  # the sun is at the lower right


@pytest.mark.slow
def test_streets_are_darker_in_shadows(city):
    streets = (city.labels == classes.IMPERVIOUS) & (city.ndsm < 0.2)
    shadow = shadow_height(city.ndsm)
    brightness = city.rgb.mean(0)
    assert brightness[streets & (shadow > 2)].mean() < 0.6 * brightness[streets & (shadow == 0)].mean()


@pytest.mark.slow
def test_vegetation_is_green(city):
    red, green, blue = (band[city.labels == classes.HERBACEOUS].mean() for band in city.rgb)
    assert green > red > blue
