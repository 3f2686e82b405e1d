"""A map and a reference that spell their longitudes on both sides of the date line show the same place.

The oracle is the same map against the same reference elsewhere: every pixel is compared, with the class that it has.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine

from dis2_core.contract.errors import GridMismatch
from dis2_core.contract.other_jobs import EvaluateJob, NdsmJob, Reference
from dis2_core.contract.segment_job import Source
from dis2_core.evaluation.evaluate import run_evaluation
from dis2_core.evaluation.result import Evaluation
from dis2_core.heights.ndsm import run_ndsm
from dis2_core.rasters.georeference import read_grid
from dis2_core.rasters.vector.area import Area, Outlines

SIDE, SIZE, SOUTH = 64, 2.0**-10, -17.0  # degrees, of which a turn has a whole number
EAST = 180 - SIZE * SIDE / 2  # the date line is in the middle
ZONE_60 = "EPSG:32760"
CLASSES = (np.arange(SIDE) >= SIDE // 2).astype(np.uint8) + np.zeros((SIDE, 1), np.uint8)  # west 0, east 1


def write(path: Path, west: float, values: np.ndarray = CLASSES) -> str:
    place = Affine(SIZE, 0, west, 0, -SIZE, SOUTH + SIZE * SIDE)
    shape = {"count": 1, "height": SIDE, "width": SIDE, "dtype": values.dtype}
    with rasterio.open(path, "w", driver="GTiff", crs="EPSG:4326", transform=place, **shape) as file:
        file.write(values, 1)
    return str(path)


def box(west: float, east: float) -> list[list[float]]:
    north = SOUTH + SIZE * SIDE
    return [[west, SOUTH], [east, SOUTH], [east, north], [west, north], [west, SOUTH]]


def features(path: Path, *parts: tuple[str, str, list], crs: str = "") -> str:
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"class": name}, "geometry": {"type": kind, "coordinates": coordinates}}
            for name, kind, coordinates in parts
        ],
    }
    if crs:
        collection["crs"] = {"type": "name", "properties": {"name": crs}}
    path.write_text(json.dumps(collection))
    return str(path)


def matrix(mapped: str, reference: Reference, **options: object) -> Evaluation:
    return run_evaluation(EvaluateJob(mapped, reference, {}, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize(("mapped", "truth"), [(EAST, EAST - 360), (EAST - 360, EAST)])
@pytest.mark.parametrize("shifted", [False, True])
def test_rasters(tmp_path: Path, mapped: float, truth: float, shifted: bool) -> None:
    """Whether the reference has the map's pixels or others."""
    reference = write(tmp_path / "truth.tif", truth + shifted * 0.25 * SIZE)
    result = matrix(write(tmp_path / "map.tif", mapped), Reference(reference))
    assert result.matrix == ((SIDE**2 // 2, 0), (0, SIDE**2 // 2)) if not shifted else result.miou > 0.98
    assert result.coverage.compared >= SIDE * (SIDE - 1)


@pytest.mark.parametrize("west", [EAST, EAST - 360])
def test_polygons_on_both_sides(tmp_path: Path, west: float) -> None:
    """As RFC 7946 wants them, cut at the date line."""
    half = SIZE * SIDE / 2
    parts = [("0", "Polygon", [box(180 - half, 180)]), ("1", "Polygon", [box(-180, -180 + half)])]
    reference = Reference(features(tmp_path / "r.geojson", *parts), field="class")
    assert matrix(write(tmp_path / "map.tif", west), reference).matrix == ((SIDE**2 // 2, 0), (0, SIDE**2 // 2))


@pytest.mark.parametrize("west", [EAST, EAST - 360])
def test_a_polygon_of_metres_across_the_line(tmp_path: Path, west: float) -> None:
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", ZONE_60, always_xy=True)
    half = SIZE * SIDE / 4
    ring = [list(to_metres.transform(x, y)) for x, y in box(180 - half, 180 + half)]
    reference = Reference(features(tmp_path / "r.geojson", ("1", "Polygon", [ring]), crs=ZONE_60), field="class")
    result = matrix(write(tmp_path / "map.tif", west), reference)
    assert result.coverage.compared == pytest.approx(SIDE**2 / 2, rel=0.05)
    missed, found = result.matrix[1] if len(result.matrix) == 2 else (0, 0)
    assert missed == pytest.approx(found, rel=0.1)


@pytest.mark.parametrize("west", [EAST, EAST - 360])
@pytest.mark.parametrize("turned", [0, 2])
def test_a_hole_on_both_sides_of_the_line_stays_one(tmp_path: Path, west: float, turned: int) -> None:
    """Whichever corner a ring begins with, and so on whichever side it is written."""
    to_metres = pyproj.Transformer.from_crs("EPSG:4326", ZONE_60, always_xy=True)
    half, north = SIZE * SIDE / 2, SOUTH + SIZE * SIDE
    outer = [(180 - half, SOUTH), (180 + half, SOUTH), (180 + half, north), (180 - half, north)]
    inner = [(180 - half / 2, SOUTH + 0.02), (180 + half / 2, SOUTH + 0.02), (180 + half / 2, north - 0.02)]
    inner.append((180 - half / 2, north - 0.02))
    inner = inner[turned:] + inner[:turned]
    rings = [[list(to_metres.transform(x, y)) for x, y in [*ring, ring[0]]] for ring in (outer, inner)]
    path = features(tmp_path / "a.geojson", ("1", "Polygon", rings), crs=ZONE_60)
    grid = read_grid(write(tmp_path / "map.tif", west))
    inside = Area.on(grid, Outlines.read(path)).inside(grid, 0, SIDE)
    assert not inside[SIDE // 2 - 4 : SIDE // 2 + 4, SIDE // 2 - 8 : SIDE // 2 + 8].any()
    assert inside[:, 4:12].mean() > 0.9 and inside[:, -12:-4].mean() > 0.9


def test_an_extent_around_the_earth_is_all_of_the_map(tmp_path: Path) -> None:
    mapped = write(tmp_path / "map.tif", EAST)
    assert matrix(mapped, Reference(mapped), extent=(-180.0, -90.0, 180.0, 90.0)).coverage.compared == SIDE**2


def test_a_reference_around_the_earth_that_begins_within_the_map_is_refused(tmp_path: Path) -> None:
    """It would be compared with one half of it, without a word."""
    world = tmp_path / "world.tif"
    shape = {"count": 1, "height": 180, "width": 360, "dtype": "uint8"}
    with rasterio.open(
        world, "w", driver="GTiff", crs="EPSG:4326", transform=Affine(1, 0, -180, 0, -1, 90), **shape
    ) as file:
        file.write(np.ones((180, 360), np.uint8), 1)
    with pytest.raises(GridMismatch, match="reaches around the Earth"):
        matrix(write(tmp_path / "map.tif", EAST), Reference(str(world)))


@pytest.mark.parametrize("west", [EAST, EAST - 360])
def test_points(tmp_path: Path, west: float) -> None:
    parts = [("0", "Point", [179.99, SOUTH + 0.01]), ("1", "Point", [-179.99, SOUTH + 0.01])]
    reference = Reference(features(tmp_path / "r.geojson", *parts), field="class")
    assert matrix(write(tmp_path / "map.tif", west), reference).matrix == ((1, 0), (0, 1))


@pytest.mark.parametrize("west", [EAST, EAST - 360])
@pytest.mark.parametrize("crs", ["", "EPSG:4326"])
def test_an_extent(tmp_path: Path, west: float, crs: str) -> None:
    mapped = write(tmp_path / "map.tif", west)
    extent = (-180.0, SOUTH, -180.0 + SIZE * 8, SOUTH + SIZE * 8)
    result = matrix(mapped, Reference(mapped), extent=extent, extent_crs=crs)
    assert result.coverage.compared == 64 and [item.name for item in result.classes] == ["1"]


def test_what_lies_elsewhere_does_so_still(tmp_path: Path) -> None:
    with pytest.raises(GridMismatch, match="do not overlap"):
        matrix(write(tmp_path / "map.tif", EAST), Reference(write(tmp_path / "r.tif", EAST - 300)))


@pytest.mark.parametrize("west", [EAST, EAST - 360])
def test_an_area_of_interest(tmp_path: Path, west: float) -> None:
    half = SIZE * SIDE / 2
    path = features(tmp_path / "a.geojson", ("", "Polygon", [box(-180, -180 + half)]))
    grid = read_grid(write(tmp_path / "map.tif", west))
    outlines = Outlines.read(path)
    np.testing.assert_array_equal(Area.on(grid, outlines).inside(grid, 0, SIDE), CLASSES == 1)
    assert outlines.bounds_near([grid])[0] == pytest.approx(west + half)


@pytest.mark.parametrize("place", [EAST, EAST - 360])
def test_heights_on_the_grid_of_a_raster_from_the_other_side(tmp_path: Path, place: float) -> None:
    surface = write(tmp_path / "dsm.tif", EAST, CLASSES.astype(np.float32) * 7 + 100)
    terrain = write(tmp_path / "dtm.tif", EAST - 360, np.full((SIDE, SIDE), 100, np.float32))
    grid = write(tmp_path / "grid.tif", place)
    run_ndsm(NdsmJob(Source(surface), Source(terrain), str(tmp_path / "n.tif"), grid=grid))
    with rasterio.open(tmp_path / "n.tif") as file:
        np.testing.assert_allclose(file.read(1), CLASSES * 7.0, atol=1e-3)
        assert file.bounds.left == pytest.approx(place)
