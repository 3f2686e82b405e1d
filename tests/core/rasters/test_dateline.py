"""Rasters on both sides of the date line, in degrees and in metres: the shorter way round, and the right values."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.warp import transform
from tiny_models import save_tiny_model, tiny_card

from dis2_core.contract.errors import GridMismatch
from dis2_core.contract.segment_job import Job, Source
from dis2_core.prediction.segment import run_job
from dis2_core.rasters.alignment import align, footprint
from dis2_core.rasters.georeference import read_grid
from dis2_core.rasters.inputs import open_inputs
from dis2_core.rasters.reading import ModalityReader

CARD = tiny_card()
DEGREES, ZONE_60, ZONE_1, WEB = "EPSG:4326", "EPSG:32760", "EPSG:32701", "EPSG:3857"
LATITUDE = -17.0


def field(longitude, latitude):
    """A value that tells its place: how far east of 179° and south of the equator, in hundredths of degrees."""
    return 100 * ((longitude - 179) % 360) - latitude


def raster(path, crs, origin, pixel, size=(60, 60), bands=1):
    """A float raster whose values are those of ``field`` at its pixels' centres."""
    place = Affine(pixel, 0, origin[0], 0, -pixel, origin[1])
    cols, rows = np.meshgrid(np.arange(size[1]) + 0.5, np.arange(size[0]) + 0.5)
    xs, ys = place.a * cols + place.c, place.e * rows + place.f
    lon, lat = (np.array(part).reshape(size) for part in transform(crs, DEGREES, xs.ravel(), ys.ravel()))
    if crs == DEGREES:
        lon, lat = xs, ys
    values = np.repeat(field(lon, lat)[None].astype("float32"), bands, axis=0)
    profile = {"driver": "GTiff", "count": bands, "dtype": "float32", "crs": crs, "transform": place}
    with rasterio.open(path, "w", height=size[0], width=size[1], **profile) as file:
        file.write(values)
    return str(path)


def east_of_the_line(crs, size=60, pixel=100.0):
    """Origin of a raster of metres whose middle lies on the date line."""
    x, y = (part[0] for part in transform(DEGREES, crs, [180.0], [LATITUDE]))
    return x - size * pixel / 2, y + size * pixel / 2


def plan(paths, gsd=100.0, **options):
    inputs = open_inputs({name: Source(path) for name, path in paths.items()}, CARD)
    card = tiny_card(gsd=gsd)
    return inputs, align(inputs, card, **options)


def values_on(item, grid):
    reader = ModalityReader(item, item.modality, grid, fill=False)
    try:
        return reader.read(0, grid.height)
    finally:
        reader.close()


def expected_on(grid):
    cols, rows = np.meshgrid(np.arange(grid.width) + 0.5, np.arange(grid.height) + 0.5)
    t = grid.transform
    xs, ys = t.a * cols + t.c, t.e * rows + t.f
    lon, lat = transform(grid.crs, DEGREES, xs.ravel(), ys.ravel())
    return field(np.array(lon), np.array(lat)).reshape(cols.shape)


DEGREE_RASTERS = {
    "east, from 180": (180.0, 0.001),
    "east, from -180": (-180.0, 0.001),
    "across": (179.97, 0.001),
    "across, from -180.03": (-180.03, 0.001),
}


@pytest.mark.parametrize("name", DEGREE_RASTERS)
@pytest.mark.parametrize("metres_first", [True, False])
def test_metres_across_the_line_and_degrees_on_either_side_meet(tmp_path, name, metres_first):
    west, pixel = DEGREE_RASTERS[name]
    metres = lambda bands: raster(tmp_path / "m.tif", ZONE_60, east_of_the_line(ZONE_60), 100.0, bands=bands)  # noqa: E731
    degrees = lambda bands: raster(tmp_path / "d.tif", DEGREES, (west, LATITUDE + 0.03), pixel, bands=bands)  # noqa: E731
    paths = {"rgb": metres(3), "ndsm": degrees(1)} if metres_first else {"rgb": degrees(3), "ndsm": metres(1)}
    inputs, alignment = plan(paths)
    grid = alignment.working
    assert grid.width < 200 and grid.height < 200
    expected = expected_on(grid)
    for item in inputs:
        chunk = values_on(item, grid)
        assert chunk.valid.mean() > 0.2
        assert np.abs(chunk.values[0] - expected)[chunk.valid].max() < 0.1


def test_two_rasters_of_degrees_lie_side_by_side(tmp_path):
    west = raster(tmp_path / "w.tif", DEGREES, (179.95, LATITUDE), 0.001, bands=3)
    east = raster(tmp_path / "e.tif", DEGREES, (-180.0, LATITUDE), 0.001)
    inputs, alignment = plan({"rgb": west, "ndsm": east})
    assert alignment.working.bounds[0] == pytest.approx(179.95, abs=0.01)
    assert alignment.working.bounds[2] == pytest.approx(180.06, abs=0.01)
    chunk = values_on(inputs[1], alignment.working)
    assert np.abs(chunk.values[0] - expected_on(alignment.working))[chunk.valid].max() < 0.1


def test_an_extent_in_degrees_is_found_on_the_other_side(tmp_path):
    path = raster(tmp_path / "w.tif", DEGREES, (179.97, LATITUDE), 0.001, bands=3)
    _, alignment = plan({"rgb": path}, extent=(-179.995, LATITUDE - 0.02, -179.985, LATITUDE - 0.01))
    assert alignment.working.bounds[0] == pytest.approx(180.005, abs=0.002)


def test_zones_on_both_sides_of_the_line_meet(tmp_path):
    inputs, alignment = plan(
        {
            "rgb": raster(tmp_path / "a.tif", ZONE_60, east_of_the_line(ZONE_60), 100.0, bands=3),
            "ndsm": raster(tmp_path / "b.tif", ZONE_1, east_of_the_line(ZONE_1), 100.0),
        }
    )
    assert max(alignment.working.shape) < 100
    for item in inputs:
        chunk = values_on(item, alignment.working)
        assert np.abs(chunk.values[0] - expected_on(alignment.working))[chunk.valid].max() < 0.1


def test_a_projection_that_ends_at_the_line_is_refused(tmp_path):
    x, y = (part[0] for part in transform(DEGREES, WEB, [179.99], [LATITUDE]))
    mercator = raster(tmp_path / "a.tif", WEB, (x - 5000, y + 3000), 100.0, bands=3)
    across = raster(tmp_path / "b.tif", ZONE_60, east_of_the_line(ZONE_60), 100.0)
    with pytest.raises(GridMismatch, match=r"torn apart in EPSG:3857"):
        plan({"rgb": mercator, "ndsm": across})


def test_a_whole_world_stays_one(tmp_path):
    world = read_grid(raster(tmp_path / "world.tif", WEB, (-20_000_000.0, 18_000_000.0), 600_000.0, (60, 66)))
    west, _, east, _ = footprint(world, rasterio.crs.CRS.from_epsg(4326).to_wkt())
    assert west == pytest.approx(-179.7, abs=0.5) and east == pytest.approx(176, abs=5)


@pytest.mark.parametrize("turn", [0, -360])
def test_the_grid_of_a_raster_from_the_other_side(tmp_path, turn):
    """The map is the one that the same place has elsewhere, in the longitudes of that raster."""
    maps = []
    for number, west in enumerate((179.97, 10.0)):
        folder = tmp_path / str(number)
        folder.mkdir()
        photo = raster(folder / "rgb.tif", DEGREES, (west, LATITUDE + 0.03), 0.001, bands=3)
        grid = raster(folder / "grid.tif", DEGREES, (west + turn * (west > 100), LATITUDE + 0.03), 0.001)
        with rasterio.open(photo, "r+") as file:
            file.write(np.random.default_rng(2).uniform(1, 250, (3, 60, 60)).astype("float32"))
        model = save_tiny_model(folder / "m.safetensors", gsd=105.0)
        run_job(Job(str(model), {"rgb": Source(photo)}, {"classes": str(folder / "c.tif")}, grid=grid, device="cpu"))
        with rasterio.open(folder / "c.tif") as file, rasterio.open(grid) as wanted:
            assert file.transform == wanted.transform
            maps.append(file.read(1))
    assert len(np.unique(maps[0])) > 1
    assert (maps[0] == maps[1]).mean() > 0.999
