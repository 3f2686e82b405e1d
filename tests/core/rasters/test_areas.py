from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from pyproj import CRS, Geod

from dis2_core.rasters.areas import AreaCounter, PixelArea, write_area_table
from dis2_core.rasters.grid import Grid


def grid(crs: str | None, transform: Affine, height: int, width: int) -> Grid:
    return Grid(CRS.from_user_input(crs).to_wkt() if crs else None, transform, height, width)


def north_up(left: float, top: float, size: float) -> Affine:
    return Affine(size, 0, left, 0, -size, top)


@pytest.mark.parametrize("top", [1, 46, 90, -40])
def test_degree_cells_against_geodesic_polygons(top: int) -> None:
    area = PixelArea(grid("EPSG:4326", north_up(7, top, 1), 1, 1)).rows(0, 1)[0]
    steps = np.linspace(7, 8, 400)  # a parallel is no geodesic: follow it in small steps
    lon = [*steps, *steps[::-1]]
    lat = [*np.full(400, top - 1.0), *np.full(400, float(top))]
    expected, _ = Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)
    assert area == pytest.approx(expected, rel=1e-6)


def test_whole_earth() -> None:
    rows = PixelArea(grid("EPSG:4326", north_up(-180, 90, 1), 180, 360)).rows(0, 180)
    assert 360 * rows.sum() == pytest.approx(510_065_621.724e6, rel=1e-9)  # WGS 84, published
    np.testing.assert_allclose(rows, rows[::-1], rtol=1e-9)


def test_sphere() -> None:
    crs = "+proj=longlat +R=6371000 +no_defs"
    rows = PixelArea(grid(crs, north_up(0, 90, 10), 18, 1)).rows(0, 18)
    assert 36 * rows.sum() == pytest.approx(4 * math.pi * 6371000**2, rel=1e-9)


def test_turned_pixels() -> None:
    """Their area in metres is the determinant; in degrees it is not told rather than told wrong."""
    turned = Affine.rotation(30) @ Affine.scale(2, -3)
    assert PixelArea(grid("EPSG:32632", turned, 2, 2)).rows(0, 2) == pytest.approx([6, 6])
    for crs in ("EPSG:4326", "EPSG:3857"):
        assert not PixelArea(grid(crs, turned, 2, 2)).known
        assert PixelArea(grid(crs, north_up(7, 46, 1), 2, 2)).known


@pytest.mark.parametrize("latitude", [0.0, 45.9, -60.0])
def test_web_mercator_shrinks_to_the_ground(latitude: float) -> None:
    y = 6378137 * math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
    area = PixelArea(grid("EPSG:3857", north_up(700_000, y + 0.5, 1), 1, 1)).rows(0, 1)[0]
    # Radii of curvature of the ellipsoid over the scale of the sphere: the pixel's sides on the ground.
    geod = Geod(ellps="WGS84")
    sine = math.sin(math.radians(latitude))
    meridian = geod.a * (1 - geod.es) / (1 - geod.es * sine**2) ** 1.5
    normal = geod.a / math.sqrt(1 - geod.es * sine**2)
    scale = math.cos(math.radians(latitude)) / 6378137
    assert area == pytest.approx(meridian * normal * scale**2, rel=1e-6)


@pytest.mark.parametrize("projection", ["merc", "utm +zone=32", "longlat"])
def test_a_datum_shift_bound_to_the_crs_changes_no_area(projection: str) -> None:
    transform = north_up(9, 48, 1e-5) if projection == "longlat" else north_up(1_000_000, 6_000_000, 1)
    plain = f"+proj={projection} +ellps=bessel +type=crs"
    bound = f"{plain} +towgs84=598.1,73.7,418.2,0.202,0.045,-2.455,6.7"
    assert CRS.from_user_input(bound).is_bound
    expected = PixelArea(grid(plain, transform, 3, 3)).rows(0, 3)
    np.testing.assert_allclose(PixelArea(grid(bound, transform, 3, 3)).rows(0, 3), expected, rtol=1e-12)


def test_rows_do_not_depend_on_where_they_start() -> None:
    area = PixelArea(grid("EPSG:3857", north_up(0, 6e6, 1000), 50, 3))
    np.testing.assert_allclose(area.rows(0, 50)[20:30], area.rows(20, 30), rtol=1e-9)


@pytest.mark.parametrize(
    ("crs", "expected"),
    [
        ("EPSG:32632", 4.0),  # metres
        ("EPSG:2263", 4 * (1200 / 3937) ** 2),  # US survey feet
        ("EPSG:2222", 4 * 0.3048**2),  # international feet
    ],
)
def test_linear_units(crs: str, expected: float) -> None:
    rows = PixelArea(grid(crs, north_up(300_000, 200_000, 2), 3, 5)).rows(0, 3)
    np.testing.assert_allclose(rows, expected, rtol=1e-12)


def test_grads_are_degrees_of_another_size() -> None:
    grads = PixelArea(grid("EPSG:4807", north_up(0, 50, 1), 1, 1)).rows(0, 1)[0]  # NTF (Paris)
    degrees = PixelArea(grid("EPSG:4275", north_up(0, 45, 0.9), 1, 1)).rows(0, 1)[0]  # NTF (Greenwich)
    assert grads == pytest.approx(degrees, rel=1e-9)


def counted(crs: str | None) -> AreaCounter:
    counter = AreaCounter(grid(crs, north_up(400_000, 5_000_000, 2), 4, 4), ["a", "b", "c"])
    counter.add(0, np.array([[0, 0, 1, 1], [0, 0, 1, 1]], dtype=np.uint8))
    counter.add(2, np.array([[0, 0, 255, 255], [255, 255, 255, 255]], dtype=np.uint8))
    return counter


def test_table() -> None:
    counter = counted("EPSG:32632")
    lines = [(line.value, line.name, line.pixels, line.square_metres, line.percent) for line in counter.table()]
    assert lines == [
        (0, "a", 6, 24.0, 60.0),
        (1, "b", 4, 16.0, 40.0),
        (2, "c", 0, 0.0, 0.0),
        (255, "nodata", 6, 24.0, None),
    ]
    assert counter.valid_pixels == 10


def test_without_a_crs_there_is_no_area(tmp_path: Path) -> None:
    table = counted(None).table()
    assert [line.square_metres for line in table] == [None] * 4
    assert [line.percent for line in table] == [60.0, 40.0, 0.0, None]
    write_area_table(tmp_path / "a.csv", table)
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["value", "class", "pixels", "area_m2", "percent"]
    assert rows[1] == ["0", "a", "6", "", "60.0000"]
    assert rows[4] == ["255", "nodata", "6", "", ""]


def test_nothing_but_nodata() -> None:
    counter = AreaCounter(grid("EPSG:32632", north_up(0, 0, 1), 1, 2), ["a", "b"])
    counter.add(0, np.full((1, 2), 255, dtype=np.uint8))
    assert counter.valid_pixels == 0
    assert [line.percent for line in counter.table()] == [0.0, 0.0, None]
