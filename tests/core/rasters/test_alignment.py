"""The grids of a run, against geodesy and arithmetic done by hand."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from tiny_models import tiny_card

from dis2_core.contract.errors import GridMismatch, UnreadableRaster
from dis2_core.contract.segment_job import Source
from dis2_core.rasters.alignment import align, footprint, ground_resolution, metres_per_unit, output_grid, working_grid
from dis2_core.rasters.grid import Grid
from dis2_core.rasters.inputs import RasterInput
from dis2_core.rasters.opening import MAX_SIDE

CARD = tiny_card()
LAMBERT = rasterio.CRS.from_epsg(2154).to_wkt()
SWISS = rasterio.CRS.from_epsg(2056).to_wkt()
UTM = rasterio.CRS.from_epsg(32632).to_wkt()
MERCATOR = rasterio.CRS.from_epsg(3857).to_wkt()
DEGREES = rasterio.CRS.from_epsg(4326).to_wkt()
FEET = rasterio.CRS.from_epsg(2263).to_wkt()  # New York, US survey feet


def grid(crs=LAMBERT, x=700000, y=6600000, size=1.0, height=100, width=200):
    return Grid(crs, Affine(size, 0, x, 0, -size, y), height, width)


def raster(own, name="rgb", path=None):
    modality = CARD.modality(name)
    bands = tuple(range(1, len(modality.bands) + 1))
    return RasterInput(Source(path or f"{name}.tif"), modality, own, bands, ((1.0, 0.0),) * len(bands))


def texts(alignment, kind):
    return [event.data["text"] for event in alignment.remarks if event.type == kind]


@pytest.mark.parametrize(
    ("crs", "x", "y", "unit"), [(LAMBERT, 7e5, 6.6e6, 1), (UTM, 5e5, 5e6, 1), (FEET, 1e6, 2e5, 1200 / 3937)]
)
def test_true_projections_have_their_linear_unit(crs, x, y, unit):
    assert metres_per_unit(crs, x, y) == pytest.approx((unit, unit), rel=1e-12)


@pytest.mark.parametrize("lat", [0.0, 45.0, 60.0])
def test_web_mercator_and_degrees_are_measured_on_the_ellipsoid(lat):
    a, e2 = 6378137.0, 0.0066943799901413165
    across = a * math.cos(math.radians(lat)) / math.sqrt(1 - e2 * math.sin(math.radians(lat)) ** 2)
    down = a * (1 - e2) / (1 - e2 * math.sin(math.radians(lat)) ** 2) ** 1.5
    degree = math.pi / 180
    assert metres_per_unit(DEGREES, 9, lat) == pytest.approx((across * degree, down * degree), rel=1e-6)
    x, y = pyproj.Transformer.from_crs(4326, 3857, always_xy=True).transform(9, lat)
    stretch = 1 / math.cos(math.radians(lat))
    expected = (1.0, 1.0) if lat == 0 else (across / a / stretch * stretch, down * math.cos(math.radians(lat)) / a)
    assert metres_per_unit(MERCATOR, x, y) == pytest.approx(expected, rel=1e-6)


def test_a_raster_of_the_models_resolution_is_its_own_grid():
    own = grid(size=1.005)
    assert working_grid([raster(own)], 1.0) == own


def test_other_resolutions_start_in_the_upper_left_corner_and_round_up():
    own = grid(size=0.3, height=101, width=203)
    result = working_grid([raster(own)], 1.0)
    assert result.transform == Affine(1, 0, 700000, 0, -1, 6600000)
    assert result.shape == (31, 61)  # 30.3 and 60.9 m


def test_a_rotated_input_gets_a_north_up_grid_around_it():
    own = Grid(LAMBERT, Affine(0.8, 0.6, 700000, 0.6, -0.8, 6600000), 100, 100)
    result = working_grid([raster(own)], 1.0)
    assert result.is_north_up
    assert result.bounds == pytest.approx((700000, 6599920, 700140, 6600060))


def test_feet_and_degrees_give_pixels_of_the_models_metres():
    result = working_grid([raster(grid(FEET, 1e6, 2e5, 0.5))], 1.0)
    assert result.resolution == pytest.approx((3937 / 1200, 3937 / 1200))
    result = working_grid([raster(grid(DEGREES, 9, 47, 1e-5, 1000, 1000))], 2.0)
    assert ground_resolution(result) == pytest.approx((2, 2), rel=1e-6)
    assert result.resolution[0] > 1.4 * result.resolution[1]


def test_the_region_is_the_union_on_the_first_inputs_pixels():
    first, second = grid(), grid(x=700100.3, y=6600050.2, size=0.5, height=200)
    result = working_grid([raster(first), raster(second, "ndsm")], 1.0)
    assert first.offset_of(result) == (-51, 0)
    assert result.bounds == (700000, 6599900, 700201, 6600051)


def test_inputs_that_do_not_overlap_are_named():
    with pytest.raises(GridMismatch, match=r"rgb.tif does not overlap ndsm.tif: .*700000.*800000.*EPSG:2154"):
        working_grid([raster(grid()), raster(grid(x=800000), "ndsm")], 1.0)


def test_an_extent_is_snapped_outward_and_limited_to_the_inputs():
    item = raster(grid())
    assert working_grid([item], 1.0, extent=(700010.5, 6599950, 700020, 6599960.5)).bounds == (
        700010, 6599950, 700020, 6599961,
    )  # fmt: skip
    assert working_grid([item], 1.0, extent=(699000, 6599000, 700020, 6599950)).bounds == (
        700000, 6599900, 700020, 6599950,
    )  # fmt: skip


def test_an_extent_in_another_crs():
    box = (700050, 6599920, 700060, 6599930)
    lon, lat = pyproj.Transformer.from_crs(2154, 4326, always_xy=True).transform(box[::2], box[1::2])
    result = working_grid([raster(grid())], 1.0, extent=(lon[0], lat[0], lon[1], lat[1]), extent_crs="EPSG:4326")
    assert np.abs(np.subtract(result.bounds, box)).max() <= 1.5  # meridians lean; pixels are snapped


@pytest.mark.parametrize(
    ("extent", "crs", "text"),
    [
        ((0, 0, 10, 10), "", r"0 0 10 10 lies outside rgb.tif: 700000"),
        ((0, 0, 10, 10), "nonsense", "'nonsense' is not a CRS"),
        ((0, 89, 1, 95), "EPSG:4326", "cannot be expressed in EPSG:2154"),
    ],
)
def test_an_extent_elsewhere_or_nowhere(extent, crs, text):
    with pytest.raises(GridMismatch, match=text) as caught:
        working_grid([raster(grid())], 1.0, extent=extent, extent_crs=crs)
    assert caught.value.hint


def test_a_worldwide_raster_counts_where_the_first_input_lies():
    world = grid(DEGREES, -180, 90, 0.1, 1800, 3600)
    result = working_grid([raster(grid(UTM, 5e5, 5e6)), raster(world, "ndsm")], 1.0)
    assert result.width < 20_000 and result.height < 20_000


def test_regions_beyond_all_measure_are_refused():
    with pytest.raises(GridMismatch, match="Give an --extent"):
        working_grid([raster(grid(size=10, height=MAX_SIDE, width=10))], 0.1)


def test_plain_pixels():
    own = Grid(None, Affine.identity(), 50, 60)
    items = [raster(own), raster(own, "ndsm")]
    assert working_grid(items, 0.2) == own
    assert working_grid(items, 0.2, extent=(10, 20, 30, 40)).shape == (20, 20)
    assert output_grid("finest", items, own) == own
    with pytest.raises(GridMismatch, match="no CRS"):
        working_grid(items, 0.2, extent=(10, 20, 30, 40), extent_crs="EPSG:4326")
    assert align(items, CARD).working == own


def test_the_finest_input_gives_the_output_grid_over_the_region():
    items = [raster(grid(size=2)), raster(grid(x=700050, size=0.5), "ndsm")]
    working = working_grid(items, 1.0)
    result = output_grid("finest", items, working)
    assert items[1].grid.offset_of(result) == (0, -100)
    assert result.bounds == (700000, 6599800, 700400, 6600000)
    assert output_grid("model", items, working) == working


def test_a_pixel_size_in_metres_gives_the_output_grid_over_the_region():
    items = [raster(grid(size=2)), raster(grid(x=700050, size=0.5), "ndsm")]
    working = working_grid(items, 1.0)
    result = output_grid("4", items, working)
    bounds = working.bounds
    assert result.bounds[0] == bounds[0] and result.bounds[3] == bounds[3]
    assert ground_resolution(result, working) == pytest.approx((4, 4), rel=1e-3)
    assert 0 <= result.bounds[2] - bounds[2] < result.resolution[0] and 0 <= bounds[1] - result.bounds[1] < 4.01


def test_a_pixel_size_in_metres_needs_a_crs():
    own = Grid(None, Affine.identity(), 50, 60)
    with pytest.raises(GridMismatch, match="no CRS"):
        output_grid("0.5", [raster(own)], own)


def write(path, own):
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "crs": own.crs, "transform": own.transform}
    with rasterio.open(path, "w", height=own.height, width=own.width, **profile):
        return str(path)


def test_a_reference_rasters_grid(tmp_path):
    reference = grid(x=700020.5, size=0.7)
    path = write(tmp_path / "reference.tif", reference)
    items = [raster(grid())]
    working = working_grid(items, 1.0)
    assert output_grid(path, items, working).same_pixels(
        Grid(output_grid(path, items, working).crs, reference.transform, 100, 200)
    )
    part = output_grid(
        path, items, working_grid(items, 1.0, extent=(700030, 6599950, 700040, 6599960)), extent=(0, 0, 1, 1)
    )
    assert part.shape == (15, 15) and part.resolution == (0.7, 0.7)


@pytest.mark.parametrize(
    ("own", "text"),
    [
        (Grid(LAMBERT, Affine(0.8, 0.6, 700000, 0.6, -0.8, 6600000), 9, 9), "reference.tif is rotated"),
        (Grid(None, Affine.identity(), 9, 9), "it has no CRS"),
        (grid(x=800000), "does not overlap the inputs"),
    ],
)
def test_reference_rasters_that_cannot_serve(tmp_path, own, text):
    items = [raster(grid())]
    with pytest.raises(GridMismatch, match=text) as caught:
        output_grid(write(tmp_path / "reference.tif", own), items, working_grid(items, 1.0))
    assert caught.value.hint


def test_the_network_runs_only_where_a_small_reference_raster_needs_it(tmp_path):
    """10 m of 200 m, with a window of context on each side that the inputs reach."""
    items = [raster(grid())]
    small = Grid(LAMBERT, Affine(0.5, 0, 700100, 0, -0.5, 6599950), 20, 20)
    aligned = align(items, CARD, grid=write(tmp_path / "reference.tif", small))
    high, wide = CARD.window
    left, bottom, right, top = aligned.working.bounds
    across, down = aligned.working.resolution
    inputs = items[0].grid.bounds
    assert aligned.output.same_pixels(Grid(aligned.output.crs, small.transform, 20, 20))
    assert left == pytest.approx(max(700100 - wide * across, inputs[0]), abs=across)
    assert right == pytest.approx(min(700110 + wide * across, inputs[2]), abs=across)
    assert top == pytest.approx(min(6599950 + high * down, inputs[3]), abs=down)
    assert bottom == pytest.approx(max(6599940 - high * down, inputs[1]), abs=down)
    assert aligned.working.width < items[0].grid.width


def test_a_reference_raster_that_is_not_there(tmp_path):
    items = [raster(grid())]
    with pytest.raises(UnreadableRaster, match="There is no file"):
        output_grid(str(tmp_path / "none.tif"), items, working_grid(items, 1.0))


def test_what_is_resampled_is_told():
    items = [raster(grid()), raster(grid(size=0.8), "ndsm")]
    alignment = align(items, CARD)
    assert texts(alignment, "warning") == []
    same, warped = texts(alignment, "info")
    assert "rgb.tif is read as it is, at 1 m" in same
    assert "ndsm.tif is resampled from 0.8 m (EPSG:2154) to 1 m (EPSG:2154)" in warped


def test_a_map_that_is_brought_onto_another_grid_is_told(tmp_path):
    items = [raster(grid()), raster(grid(size=0.8), "ndsm")]
    (brought,) = [text for text in texts(align(items, CARD, grid="finest"), "info") if "The map" in text]
    assert "from 1 m (EPSG:2154), where the network runs, to 0.8 m (EPSG:2154)" in brought


def test_a_crs_that_is_not_of_the_ground_is_refused():
    geocentric = pyproj.CRS.from_epsg(4978).to_wkt()
    with pytest.raises(GridMismatch, match="EPSG:4978 is not tied to the ground"):
        align([raster(grid(geocentric))], CARD)


@pytest.mark.parametrize(("size", "text"), [(0.5, "2 times coarser"), (2.0, "2 times finer")])
def test_a_ratio_above_one_and_a_half_warns(size, text):
    (warning,) = [event for event in align([raster(grid(size=size))], CARD).remarks if event.type == "warning"]
    assert warning.data["code"] == "resampling"
    assert text in warning.data["text"] and "rgb.tif" in warning.data["text"]


def test_little_overlap_proposes_an_extent():
    items = [raster(grid()), raster(grid(x=700180), "ndsm")]
    (text,) = texts(align(items, CARD), "warning")
    assert "--extent 700180 6599900 700200 6600000 (EPSG:2154)" in text
    assert texts(align([raster(grid()), raster(grid(x=700100), "ndsm")], CARD), "warning") == []


def test_an_extent_that_leaves_an_input_out_warns():
    items = [raster(grid()), raster(grid(x=700100), "ndsm")]
    (text,) = texts(align(items, CARD, extent=(700000, 6599900, 700050, 6600000)), "warning")
    assert "ndsm.tif does not reach into the extent" in text


def test_footprints_follow_curves():
    """A wide box in degrees bulges north in Lambert: its corners alone would miss that."""
    box = grid(DEGREES, -3, 51, 0.1, 50, 110)
    to_lambert = pyproj.Transformer.from_crs(4326, 2154, always_xy=True)
    lon = np.linspace(-3, 8, 1001)
    lowest = min(to_lambert.transform(lon, np.full_like(lon, 46))[1])
    assert footprint(box, LAMBERT)[1] == pytest.approx(lowest, abs=500)
    assert min(to_lambert.transform([-3, 8], [46, 46])[1]) > lowest + 10_000
