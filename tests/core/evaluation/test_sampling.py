"""Samples: sizes and shares against the worked example of Olofsson et al. (2014), draws against their design."""

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from dis2_core.contract.errors import InputError
from dis2_core.evaluation.codes import NOTHING, RasterCodes
from dis2_core.evaluation.sampling import allocate, count_codes, draw, random_sample_size, sample_size

SHARES = [0.02, 0.015, 0.32, 0.645]
PIXELS = [200_000, 150_000, 3_200_000, 6_450_000]
EXPECTED = [0.7, 0.6, 0.9, 0.95]


def test_the_size_of_the_paper():
    assert sample_size(SHARES, EXPECTED, 0.01) == 641


def test_a_simple_random_sample_needs_p_q_over_the_squared_error():
    assert random_sample_size(0.5, 0.05) == 100 and random_sample_size(0.9, 0.01) == 900


def test_the_shares_of_the_paper():
    """Proportional, equal, and with 75 points for rare classes, which the paper rounds to 165 and 325."""
    assert allocate(640, PIXELS) == [13, 9, 205, 413]  # of 12.8, 9.6, 204.8 and 412.8
    assert allocate(640, PIXELS, "equal") == [160] * 4
    rare = allocate(640, PIXELS, minimum=75)
    assert rare == [75, 75, 162, 328]


def test_no_class_gets_more_points_than_pixels_and_none_without_pixels():
    assert allocate(100, [3, 0, 1000], "equal", minimum=10) == [3, 0, 97]
    assert allocate(10, [100, 100], minimum=30) == [30, 30]
    assert allocate(50, [100, 100, 800], minimum=20) == [20, 20, 40]  # the large one keeps its share
    with pytest.raises(InputError, match="no allocation"):
        allocate(10, [1], "random")


@pytest.fixture
def raster(tmp_path):
    """Three classes and no data; more rows than a strip has."""
    values = np.random.default_rng(1).choice([1, 2, 7, 255], (600, 40), p=[0.6, 0.3, 0.05, 0.05]).astype(np.uint8)
    path = tmp_path / "classes.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=600,
        width=40,
        count=1,
        dtype="uint8",
        nodata=255,
        crs="EPSG:2056",
        transform=from_origin(2_600_000, 1_200_000, 1, 1),
    ) as file:
        file.write(values, 1)
    with RasterCodes(str(path)) as codes:
        yield codes, values


def test_codes_are_counted(raster):
    codes, values = raster
    assert count_codes(codes) == {NOTHING if v == 255 else v: int((values == v).sum()) for v in (1, 2, 7, 255)}


def test_a_draw_takes_each_number_from_its_class_and_no_pixel_twice(raster):
    codes, values = raster
    pixels = count_codes(codes)
    strata = [{code: pixels[code]} for code in (1, 2, 7)]
    points = list(draw(codes, strata, [50, 40, 30], seed=3))
    assert len(set(points)) == 120
    assert [sum(code == wanted for _, _, code in points) for wanted in (1, 2, 7)] == [50, 40, 30]
    assert all(values[row, column] == code for row, column, code in points)
    assert points == list(draw(codes, strata, [50, 40, 30], seed=3)) != list(draw(codes, strata, [50, 40, 30], seed=4))


def test_every_pixel_is_drawn_equally_often(raster):
    """Mean row and share of a class over many draws, to four standard errors."""
    codes, values = raster
    pixels = count_codes(codes)
    stratum = {code: pixels[code] for code in (1, 2, 7)}
    points = np.array([point for seed in range(100) for point in draw(codes, [stratum], [100], seed)])
    rows = np.nonzero(values != 255)[0]
    assert abs(points[:, 0].mean() - rows.mean()) < 4 * rows.std() / 100
    share = (points[:, 2] == 1).mean()
    assert abs(share - pixels[1] / rows.size) < 4 * 0.5 / 100
