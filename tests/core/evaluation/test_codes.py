"""Class codes on a grid: GDAL's own warper, shapely-like areas and plain counting as the other opinion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pyproj import Transformer
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.features import rasterize

from dis2_core.contract.errors import GridMismatch, InputError, WrongBands
from dis2_core.contract.other_jobs import Reference
from dis2_core.evaluation import codes as module
from dis2_core.evaluation.codes import NOTHING, RasterCodes, count_pairs, strips
from dis2_core.evaluation.reference_polygons import PolygonCodes
from dis2_core.rasters.grid import Grid

UTM = CRS.from_epsg(32632).to_wkt()
GRID = Grid(UTM, Affine(2, 0, 400_000, 0, -2, 5_000_000), 40, 60)


@pytest.fixture(autouse=True)
def _quiet() -> Any:
    from dis2_core.rasters.opening import gdal_environment

    with gdal_environment():
        yield


def geojson(path: Path, features: list[tuple[Any, Any]], crs: str = "urn:ogc:def:crs:EPSG::32632") -> str:
    """A file of (class, rings or geometry) features."""
    items = []
    for value, shape in features:
        geometry = {"type": "Polygon", "coordinates": shape} if isinstance(shape, list) else shape
        items.append({"type": "Feature", "properties": {"class": value, "id": 2**62 + 1}, "geometry": geometry})
    data: dict[str, Any] = {"type": "FeatureCollection", "features": items}
    if crs:
        data["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(data), encoding="utf-8")
    return str(path)


def box(xmin: float, ymin: float, xmax: float, ymax: float) -> list[list[list[float]]]:
    return [[[xmin, ymin], [xmax, ymin], [xmax, ymax], [xmin, ymax], [xmin, ymin]]]


# Rasters


def test_a_raster_on_its_own_grid(write_raster: Any) -> None:
    values = np.random.default_rng(0).integers(0, 7, (1, 40, 60)).astype(np.uint8)
    with RasterCodes(write_raster("map.tif", values, nodata=3)) as codes:
        read = np.concatenate([codes.read(start, stop) for start, stop in strips(codes.grid)])
    assert np.array_equal(read, np.where(values[0] == 3, NOTHING, values[0].astype(np.int64)))


@pytest.mark.parametrize("shift", [0.0, 0.7])
def test_another_grid_and_crs_takes_the_nearest_pixel(write_raster: Any, shift: float) -> None:
    values = np.random.default_rng(1).integers(0, 250, (1, 50, 50)).astype(np.uint8)
    path = write_raster("map.tif", values, nodata=9)
    x, y = Transformer.from_crs(32632, 3857, always_xy=True).transform(400_025, 4_999_975)
    grid = Grid(CRS.from_epsg(3857).to_wkt(), Affine(1.3, 0, x - 40 + shift, 0, -1.3, y + 40), 61, 61)
    with RasterCodes(path, grid=grid) as codes:
        read = np.concatenate([codes.read(start, min(start + 7, 61)) for start in range(0, 61, 7)])
    rows, cols = np.indices((61, 61)) + 0.5
    back = Transformer.from_crs(3857, 32632, always_xy=True)
    xs, ys = back.transform(grid.transform.c + 1.3 * cols, grid.transform.f - 1.3 * rows)
    across, down = xs - 400_000, 5_000_000 - ys  # in the raster's pixels
    sure = (np.abs(across - np.rint(across)) > 0.15) & (np.abs(down - np.rint(down)) > 0.15)  # GDAL's tolerance
    inside = (across > 0) & (across < 50) & (down > 0) & (down < 50)
    nearest = values[0][np.clip(down, 0, 49.9).astype(int), np.clip(across, 0, 49.9).astype(int)].astype(np.int64)
    expected = np.where(inside & (nearest != 9), nearest, NOTHING)
    assert np.array_equal(read[sure], expected[sure])
    assert sure.mean() > 0.4 and (expected == NOTHING).any()


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize(("nodata", "lost"), [("any", {3}), ("none", set()), ("0,5", {0, 5})])
def test_what_is_no_class_is_a_choice(write_raster: Any, nodata: str, lost: set[int], moved: bool) -> None:
    values = np.random.default_rng(2).integers(0, 7, (1, 40, 60)).astype(np.uint8)
    path = write_raster("map.tif", values, nodata=3)
    grid = Grid(UTM, Affine(1, 0, 400_000.25, 0, -1, 4_999_999.75), 40, 60) if moved else None
    with RasterCodes(path, grid=grid, nodata=nodata) as codes:
        assert codes.resampled == moved
        read = codes.read(0, 40)
    assert np.array_equal(read, np.where(np.isin(values[0], list(lost)), NOTHING, values[0].astype(np.int64)))


def test_whether_a_mask_counts_is_a_choice(write_raster: Any) -> None:
    alpha = np.tile(np.array([0, 255], np.uint8), (4, 2))
    path = write_raster("map.tif", np.stack([np.full((4, 4), 2, np.uint8), alpha]))
    with rasterio.open(path, "r+") as file:
        file.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
    for mask, hidden in (("auto", alpha == 0), ("none", alpha < 0), ("2", alpha == 0)):
        with RasterCodes(path, mask=mask) as codes:
            assert np.array_equal(codes.read(0, 4), np.where(hidden, NOTHING, 2))
    with pytest.raises(WrongBands, match="no band 3 to be its mask"):
        RasterCodes(path, mask="3")


def test_fractions_are_no_codes(write_raster: Any) -> None:
    path = write_raster("map.tif", np.full((1, 4, 4), 0.25, np.float32))
    with RasterCodes(path) as codes, pytest.raises(InputError, match=r"map.tif holds 0\.25"):
        codes.read(0, 4)


def test_whole_floats_and_nan_are(write_raster: Any) -> None:
    values = np.array([[[1, 2], [np.nan, -3]]], np.float32)
    with RasterCodes(write_raster("map.tif", values)) as codes:
        assert codes.read(0, 2).tolist() == [[1, 2], [NOTHING, -3]]


def test_a_band_that_is_not_there(write_raster: Any) -> None:
    with pytest.raises(WrongBands, match="no band 2"):
        RasterCodes(write_raster("map.tif", np.zeros((1, 4, 4), np.uint8)), 2)


def test_one_crs_missing(write_raster: Any) -> None:
    path = write_raster("map.tif", np.zeros((1, 4, 4), np.uint8), crs=None)
    with pytest.raises(GridMismatch, match="has no CRS"):
        RasterCodes(path, grid=GRID)


def test_plain_pixels(write_raster: Any) -> None:
    path = write_raster("map.tif", np.ones((1, 4, 4), np.uint8), crs=None)
    with RasterCodes(path, grid=Grid(None, Affine.identity(), 4, 4)) as codes:
        assert (codes.read(0, 4) == 1).all()
    with pytest.raises(GridMismatch, match="sizes differ"):
        RasterCodes(path, grid=Grid(None, Affine.identity(), 4, 5))


# Counting


@given(
    arrays(np.int64, (6, 9), elements=st.sampled_from([NOTHING, -2, 0, 1, 7, 5000, 10**12])),
    arrays(np.int64, (6, 9), elements=st.sampled_from([NOTHING, 0, 1, 2])),
)
def test_pairs_are_counted(first: np.ndarray, second: np.ndarray) -> None:
    row_areas = np.arange(1.0, 7.0)
    found = dict(count_pairs(first, second, row_areas))
    weights = np.broadcast_to(row_areas[:, None], first.shape)
    for a in np.unique(first):
        for b in np.unique(second):
            both = (first == a) & (second == b)
            tally = found.pop((int(a), int(b)), module.Tally())
            assert tally.pixels == both.sum() and tally.square_metres == pytest.approx(weights[both].sum())
    assert not found


def test_codes_that_are_no_classes_need_no_table_of_all_pairs() -> None:
    """Two rasters of numbers: 40 000 values each would make a table of 12 GB."""
    numbers = np.arange(40_000, dtype=np.int64).reshape(200, 200)
    found = dict(count_pairs(numbers, numbers[::-1], np.full(200, 2.0)))
    assert len(found) == 40_000 and found[0, 39_800] == module.Tally(1, 2.0)


@pytest.mark.parametrize("kind", ["nodata", "mask", "alpha"])
@pytest.mark.parametrize("size", [1.0, 0.5])
def test_what_a_mask_hides_has_no_code(tmp_path: Path, kind: str, size: float) -> None:
    """The left half holds no data, however the file says so and whether it is resampled or not."""
    hidden = np.indices((20, 20))[1] < 10
    values = np.where(hidden, 7, 1).astype(np.uint8)
    transform = Affine(1, 0, 400_000, 0, -1, 5_000_000)
    place = {"driver": "GTiff", "height": 20, "width": 20, "dtype": "uint8", "crs": UTM, "transform": transform}
    path = str(tmp_path / "map.tif")
    with rasterio.open(path, "w", count=1 + (kind == "alpha"), nodata=7 if kind == "nodata" else None, **place) as file:
        file.write(values, 1)
        if kind == "mask":
            file.write_mask(~hidden)
        if kind == "alpha":
            file.write(np.where(hidden, 0, 255).astype(np.uint8), 2)
            file.colorinterp = (ColorInterp.gray, ColorInterp.alpha)
    side = round(20 / size)
    with RasterCodes(path, grid=Grid(UTM, Affine(size, 0, 400_000, 0, -size, 5_000_000), side, side)) as codes:
        found = codes.read(0, side)
    assert (found[:, : side // 2] == NOTHING).all() and (found[:, side // 2 :] == 1).all()


# Polygons


def test_a_pixel_belongs_where_its_centre_lies(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [("tree", box(400_000, 4_999_990, 400_011.1, 5_000_000))])
    codes = PolygonCodes(Reference(path, "class"), GRID).read(0, 40)
    assert codes.shape == GRID.shape and (codes != NOTHING).sum() == 6 * 5  # 11.1 m reach beyond the sixth centre


def test_strips_are_the_whole(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    features = []
    for number in range(40):
        x, y = 400_000 + 120 * generator.random(), 5_000_000 - 80 * generator.random()
        angles = np.sort(generator.random(7)) * 2 * np.pi
        ring = [[x + 15 * np.cos(angle), y + 15 * np.sin(angle)] for angle in angles]
        features.append((number % 5, [[*ring, ring[0]]]))
    codes = PolygonCodes(Reference(geojson(tmp_path / "a.geojson", features), "class"), GRID)
    shapes = [({"type": "Polygon", "coordinates": shape}, value + 1) for value, shape in features]
    whole = rasterize(shapes, GRID.shape, transform=GRID.transform, dtype="int32")
    parts = np.concatenate([codes.read(start, min(start + 3, 40)) for start in range(0, 40, 3)])
    assert codes.texts == ("0", "1", "2", "3", "4")
    assert np.array_equal(np.where(parts == NOTHING, 0, parts + 1), whole)


def test_holes_parts_and_the_last_wins(tmp_path: Path) -> None:
    outer, hole = box(400_000, 4_999_920, 400_120, 5_000_000)[0], box(400_020, 4_999_960, 400_040, 4_999_980)[0]
    parts = {"type": "MultiPolygon", "coordinates": [box(400_022, 4_999_962, 400_026, 4_999_966), [outer[:]]]}
    group = {"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [outer, hole]}]}
    path = geojson(tmp_path / "a.geojson", [("a", parts), ("b", group), (None, parts), ("c", None)])
    codes = PolygonCodes(Reference(path, "class"), GRID).read(0, 40)
    assert (codes == 0).sum() == 100 and (codes == 1).sum() == 40 * 60 - 100


def test_another_crs_within_a_tenth_of_a_pixel(tmp_path: Path) -> None:
    back = Transformer.from_crs(32632, 4326, always_xy=True)
    corners = [(400_020, 4_999_930), (400_100, 4_999_930), (400_100, 4_999_990), (400_020, 4_999_990)]
    ring = [list(back.transform(*corner)) for corner in [*corners, corners[0]]]
    path = geojson(tmp_path / "a.geojson", [("x", [ring])], crs="")
    codes = PolygonCodes(Reference(path, "class"), GRID).read(0, 40)
    assert (codes == 0).sum() * 4 == 80 * 60


def test_long_edges_bend(tmp_path: Path) -> None:
    """A parallel over 400 km is a curve in UTM, 2 km off the straight line between its ends."""
    grid = Grid(UTM, Affine(100, 0, 300_000, 0, -100, 5_600_000), 400, 4000)
    path = geojson(tmp_path / "a.geojson", [("north", box(5, 50.4, 12, 52))], crs="")
    codes = PolygonCodes(Reference(path, "class"), grid).read(0, 400)
    rows, cols = np.indices(codes.shape)
    back = Transformer.from_crs(32632, 4326, always_xy=True)
    lon, lat = back.transform(300_050 + 100 * cols, 5_599_950 - 100 * rows)
    expected = (lat > 50.4) & (lon < 12) & (lon > 5)
    assert ((codes == 0) != expected).mean() < 1e-3


def test_polygons_elsewhere_are_passed_over(tmp_path: Path) -> None:
    """Countries of the whole world on a map of a town: UTM has no place for most of them."""
    away = [("far", box(x, y, x + 5, y + 5)) for x in range(-175, 170, 15) for y in (-85, -40, 0, 70)]
    path = geojson(tmp_path / "a.geojson", [*away, ("here", box(7.7, 45, 7.8, 45.3))], crs="")
    codes = PolygonCodes(Reference(path, "class"), GRID)
    assert codes.texts == ("here",) and (codes.read(0, 40) == 0).all()
    with pytest.raises(GridMismatch, match="lie elsewhere"):
        PolygonCodes(Reference(geojson(tmp_path / "b.geojson", away, crs=""), "class"), GRID)


def test_edges_are_cut_within_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dis2_core.rasters.vector.polygons.MAX_CORNERS", 1000)
    with pytest.raises(InputError, match="too far beyond the map"):
        PolygonCodes(Reference(geojson(tmp_path / "a.geojson", [("x", box(5, 44, 12, 46))], crs=""), "class"), GRID)


def test_a_file_that_begins_with_a_mark(tmp_path: Path) -> None:
    path = Path(geojson(tmp_path / "a.geojson", [("x", box(400_000, 4_999_920, 400_120, 5_000_000))]))
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert (PolygonCodes(Reference(str(path), "class"), GRID).read(0, 40) == 0).all()


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:32632",
        "urn:ogc:def:crs:EPSG::32632",
        "urn:ogc:def:crs:EPSG:6.18.3:32632",
        "urn:x-ogc:def:crs:EPSG:32632",
        "http://www.opengis.net/def/crs/EPSG/0/32632",
    ],
)
def test_every_name_of_a_crs_that_proj_knows(tmp_path: Path, name: str) -> None:
    path = geojson(tmp_path / "a.geojson", [("tree", box(400_000, 4_999_990, 400_010, 5_000_000))], crs=name)
    assert (PolygonCodes(Reference(path, "class"), GRID).read(0, 40) == 0).sum() == 25


def test_the_crs_can_be_told(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.geojson", [("x", box(400_000, 4_999_920, 400_120, 5_000_000))], crs="")
    assert (PolygonCodes(Reference(path, "class", crs="EPSG:32632"), GRID).read(0, 40) == 0).all()
    with pytest.raises(GridMismatch, match="EPSG:1"):
        PolygonCodes(Reference(path, "class", crs="EPSG:1"), GRID)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no JSON"),
        ("[" * 100_000, "nested"),
        ('{"type": "Polygon"}', "FeatureCollection"),
        ('{"features": []}', "no polygon"),
        ('{"crs": {"properties": {"name": "+init=file:/etc/passwd"}}, "features": []}', "not known"),
        ('{"crs": 3, "features": []}', "CRS"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        PolygonCodes(Reference(str(path), "class"), GRID)


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    square = box(400_000, 4_999_990, 400_010, 5_000_000)
    path = geojson(tmp_path / "a.geojson", [(number, square) for number in range(251)])
    with pytest.raises(InputError, match="more than 250"):
        PolygonCodes(Reference(path, "class"), GRID)
    monkeypatch.setattr("dis2_core.evaluation.features.MAX_BYTES", 100)
    with pytest.raises(InputError, match="up to 100 are read"):
        PolygonCodes(Reference(path, "class"), GRID)


@pytest.mark.parametrize("field", ["", "klass"])
def test_the_fields_are_named_where_the_right_one_is_not(tmp_path: Path, field: str) -> None:
    path = geojson(tmp_path / "a.geojson", [("x", box(400_000, 4_999_990, 400_010, 5_000_000))])
    with pytest.raises(InputError) as caught:
        PolygonCodes(Reference(path, field), GRID)
    assert "class, id" in caught.value.hint


def test_values_of_all_kinds_are_text(tmp_path: Path) -> None:
    square = box(400_000, 4_999_990, 400_010, 5_000_000)
    values = [2**62 + 1, 3.0, 2.5, True, ' O\'Brien "x" ', "", None, "half\ud800"]
    path = geojson(tmp_path / "a.geojson", [(value, square) for value in values])
    assert PolygonCodes(Reference(path, "class"), GRID).texts == (
        str(2**62 + 1),
        "3",
        "2.5",
        "true",
        'O\'Brien "x"',
        "half?",
    )
