"""Pixels as the network gets them: aligned, scaled, valid, and the same however rows are cut."""

from __future__ import annotations

import threading
import time
from itertools import pairwise

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp
from rasterio.env import get_gdal_config
from tiny_models import tiny_card

from dis2_core.contract.errors import Dis2Error, UnreadableRaster
from dis2_core.contract.segment_job import Source
from dis2_core.rasters import reading as rasters
from dis2_core.rasters.grid import Grid
from dis2_core.rasters.inputs import open_inputs
from dis2_core.rasters.opening import BLOCK_CACHE, gdal_environment
from dis2_core.rasters.reading import ChunkStream, ModalityReader, choose_rows_per_chunk

CARD = tiny_card()
RGB, NDSM = CARD.modalities
X, Y = 700000.0, 6600000.0
LAMBERT = rasterio.CRS.from_epsg(2154).to_wkt()
UTM = rasterio.CRS.from_epsg(32631).to_wkt()


def grid(x=X, y=Y, size=1.0, height=120, width=150, crs=LAMBERT):
    return Grid(crs, Affine(size, 0, x, 0, -size, y), height, width)


def write(path, values, own, **options):
    values = np.atleast_3d(values.T).T  # (rows, W) becomes (1, rows, W)
    profile = {"driver": "GTiff", "dtype": values.dtype, "count": len(values), "crs": own.crs, **options}
    with rasterio.open(path, "w", height=own.height, width=own.width, transform=own.transform, **profile) as file:
        file.write(values)
    return str(path)


def centres(own):
    """x and y of the pixels' centres."""
    cols, rows = np.meshgrid(np.arange(own.width) + 0.5, np.arange(own.height) + 0.5)
    t = own.transform
    return t.a * cols + t.b * rows + t.c, t.d * cols + t.e * rows + t.f


def ramp(xs, ys):
    """An analytic height: 0.3 a metre to the east, 0.7 to the south; small numbers, exact in float32."""
    return 0.3 * (xs - X) - 0.7 * (ys - Y)


def ramp_file(path, own, shift=0.0):
    """The ramp sampled at the centres of ``own``, moved by ``shift`` pixels if asked."""
    xs, ys = centres(own)
    if own.crs == UTM:
        xs, ys = pyproj.Transformer.from_crs(UTM, LAMBERT, always_xy=True).transform(xs, ys)
    return write(path, ramp(xs + shift * own.resolution[0], ys).astype("float32"), own)


def read(path, target, modality=NDSM, cut=None, **source):
    reader = ModalityReader(Source(path, **source), modality, target)
    edges = [0, *(cut or []), target.height]
    parts = [reader.read(*rows) for rows in pairwise(edges)]
    reader.close()
    return np.concatenate([p.values for p in parts], 1), np.concatenate([p.valid for p in parts])


def noise(shape, dtype="float32", seed=0):
    return (np.random.default_rng(seed).random(shape) * 90).astype(dtype)


# --- alignment ---------------------------------------------------------------------------------

TARGET = grid(X + 40, Y - 40, 1.0, 60, 70)
SOURCES = {
    "same pixels": grid(),
    "shifted by a third of a pixel": grid(X - 0.333, Y + 0.333),
    "finer, averaged": grid(size=0.4, height=400, width=400),
    "slightly finer": grid(size=0.8, height=200, width=200),
    "coarser": grid(X - 7, Y + 7, 2.5),
    "rotated": Grid(LAMBERT, Affine(0.8, 0.6, X - 20, 0.6, -0.8, Y - 20), 220, 220),
    "upside down": Grid(LAMBERT, Affine(1, 0, X, 0, 1.0, Y - 150), 150, 150),
}


def expect_ramp(values):
    """Within a twentieth of a pixel (2.5 pixels in one weigh 1, 1, ½), and a hundredth on average."""
    error = values[0] - ramp(*centres(TARGET))
    assert np.abs(error).max() < 0.05 * (0.3 + 0.7)
    assert abs(error.mean()) < 0.01 * 0.3


@pytest.mark.parametrize("name", SOURCES)
def test_alignment_against_an_analytic_raster(tmp_path, name):
    values, valid = read(ramp_file(tmp_path / "ramp.tif", SOURCES[name]), TARGET)
    assert valid.all()
    expect_ramp(values)


def utm_grid(size):
    x, y = pyproj.Transformer.from_crs(LAMBERT, UTM, always_xy=True).transform(X, Y)
    return grid(x - 60, y + 60, size, int(320 / size), int(320 / size), crs=UTM)


@pytest.mark.parametrize("size", [0.4, 0.8, 1.7])
@pytest.mark.parametrize(("dx", "dy", "at"), [(-20.3, -10.6, (10, 10)), (35.2, 21.9, (45, 55))])
def test_a_hole_elsewhere_changes_no_value(tmp_path, size, dx, dy, at):
    """Where nothing is void the warper is told of no no-data value; the map ends at the raster's edge all the same."""
    own = grid(X + 40 + dx, Y - 40 - dy, size, int(60 / size), int(70 / size))
    pixels = noise((1, *own.shape))
    whole, valid = read(write(tmp_path / "whole.tif", pixels, own), TARGET)
    hole = pixels.copy()
    row, col = int((at[0] - dy) / size), int((at[1] - dx) / size)
    side = round(12 / size)  # as large as no speck is
    hole[:, row : row + side, col : col + side] = np.nan
    rest, known = read(write(tmp_path / "hole.tif", hole, own), TARGET)
    assert 0 < known.sum() < valid.sum() < valid.size
    reached = around(valid & ~known, 3)
    np.testing.assert_allclose(whole[0][known & ~reached], rest[0][known & ~reached], rtol=1e-6)
    assert np.array_equal(valid & ~reached, known & ~reached)


def around(mask, by):
    """A mask and all within so many pixels of it."""
    padded = np.pad(mask, by)
    return np.lib.stride_tricks.sliding_window_view(padded, (2 * by + 1, 2 * by + 1)).any(axis=(2, 3))


@pytest.mark.parametrize("size", [0.4, 1.0, 2.0])
def test_alignment_across_crs(tmp_path, size):
    values, valid = read(ramp_file(tmp_path / "ramp.tif", utm_grid(size)), TARGET)
    assert valid.all()
    expect_ramp(values)


@pytest.mark.parametrize("own", [grid(), grid(size=0.4, height=400, width=400), utm_grid(2.0)])
def test_a_shift_by_half_a_pixel_would_be_found(tmp_path, own):
    values, _ = read(ramp_file(tmp_path / "ramp.tif", own, shift=0.5), TARGET)
    error = np.mean(values[0] - ramp(*centres(TARGET)))
    assert abs(error) > 0.4 * 0.5 * 0.3 * own.resolution[0]


def test_equal_grids_are_read_as_they_are(tmp_path):
    own = grid()
    values = noise((3, 120, 150), "uint8")
    found, valid = read(write(tmp_path / "c.tif", values, own), own, RGB)
    assert valid.all() and found.dtype == np.float32
    assert np.array_equal(found, values)


def test_whole_pixel_offsets_are_read_without_resampling(tmp_path):
    values = noise((120, 150))
    path = write(tmp_path / "h.tif", values, grid())
    found, valid = read(path, grid().window(-100, -110, 200, 300))
    assert np.array_equal(found[0, 100:, 110:260], values[:100])
    inside = np.zeros((200, 300), bool)
    inside[100:, 110:260] = True
    assert np.array_equal(valid, inside)
    assert (found[0, ~inside] == NDSM.bands[0].fill_value).all()


def test_a_grid_beside_the_raster_is_all_invalid(tmp_path):
    path = write(tmp_path / "h.tif", noise((120, 150)), grid())
    for elsewhere in (grid(X + 5000), grid(X + 5000, size=0.7), utm_grid(1.0).window(9000, 9000, 99, 99)):
        assert not read(path, elsewhere)[1].any()


def test_averaging_weighs_all_pixels(tmp_path):
    values = noise((400, 400))
    found, _ = read(
        write(tmp_path / "h.tif", values, grid(size=0.25, height=400, width=400)), grid(height=100, width=100)
    )
    assert np.abs(found[0] - values.reshape(100, 4, 100, 4).mean((1, 3))).max() < 1e-3


def test_huge_ratios_use_smaller_tiles_for_the_same_result(tmp_path, monkeypatch):
    path = write(tmp_path / "h.tif", noise((400, 400)), grid(size=0.25, height=400, width=400))
    target = grid(height=20, width=20, size=5.0)
    whole, _ = read(path, target)
    monkeypatch.setattr(rasters, "TILE_SOURCE", 100 * 100)
    tiles = rasters.WarpPlan.between(grid(size=0.25), target).tile
    assert tiles[0] * tiles[1] * 20**2 <= 100 * 100
    assert np.abs(read(path, target)[0] - whole).max() < 1e-3


# --- validity ----------------------------------------------------------------------------------

HOLE = (slice(30, 50), slice(40, 60))  # 400 pixels: no speck


def holed(dtype="float32", marker=-9999.0):
    values = noise((120, 150), dtype) + np.array(10, dtype)
    values[HOLE] = marker
    return values


def expect_hole(valid):
    expected = np.ones((120, 150), bool)
    expected[HOLE] = False
    assert np.array_equal(valid, expected)


@pytest.mark.parametrize(
    ("dtype", "marker", "options"),
    [
        ("float32", -9999.0, {"nodata": -9999.0}),
        ("float32", np.nan, {"nodata": np.nan}),
        ("float32", np.nan, {}),
        ("float32", np.inf, {}),
        ("float32", -3.4028234663852886e38, {"nodata": -3.4028234663852886e38}),
        ("float64", 1e300, {}),
        ("float32", 0.1, {"nodata": 0.1}),
        ("float64", 0.1, {"nodata": 0.1}),
        ("uint8", 0, {"nodata": 0}),
        ("int16", -32768, {"nodata": -32768}),
        ("uint16", 65535, {"nodata": 65535}),
    ],
)
def test_nodata_of_all_kinds(tmp_path, dtype, marker, options):
    values = holed(dtype, marker)
    found, valid = read(write(tmp_path / "h.tif", values, grid(), **options), grid())
    expect_hole(valid)
    assert np.array_equal(found[0][valid], values[valid].astype("float32"))
    assert (found[0][~valid] == NDSM.bands[0].fill_value).all()


def test_nodata_that_the_type_cannot_hold_means_nothing(tmp_path):
    path = write(tmp_path / "h.tif", noise((120, 150), "uint8"), grid())
    vrt = tmp_path / "h.vrt"
    vrt.write_text(
        f'<VRTDataset rasterXSize="150" rasterYSize="120"><VRTRasterBand dataType="Byte" band="1">'
        f"<NoDataValue>-9999</NoDataValue><SimpleSource><SourceFilename>{path}</SourceFilename>"
        f"<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    assert read(str(vrt), Grid(None, Affine.identity(), 120, 150))[1].all()


def mask_of():
    mask = np.full((120, 150), 255, np.uint8)
    mask[HOLE] = 0
    return mask


@pytest.mark.parametrize("internal", [True, False])
def test_dataset_masks_inside_and_beside_the_file(tmp_path, internal):
    path = write(tmp_path / "c.tif", noise((3, 120, 150), "uint8"), grid())
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=internal), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(mask_of())
    assert (tmp_path / "c.tif.msk").exists() != internal
    expect_hole(read(path, grid(), RGB)[1])


def test_alpha_is_a_mask_also_where_nodata_is_declared(tmp_path):
    values = np.concatenate([noise((3, 120, 150), "uint8") + 1, mask_of()[None]])
    values[:, 80:100, 80:100] = 0  # nodata, opaque
    values[3, 80:100, 80:100] = 255
    path = write(tmp_path / "c.tif", values, grid(), nodata=0)
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    valid = read(path, grid(), RGB)[1]
    assert not valid[HOLE].any() and not valid[80:100, 80:100].any()
    assert valid.sum() == 120 * 150 - 800


def test_alpha_that_is_chosen_as_a_band_is_data(tmp_path):
    """GDAL declares the fourth band of an 8-bit file as alpha; it may well be near infrared, with zeros."""
    values = noise((4, 120, 150), "uint8") + np.uint8(1)
    values[3][HOLE] = 0
    path = write(tmp_path / "c.tif", values, grid())
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    found, valid = read(path, grid(), RGB, bands=(4, 1, 2))
    assert valid.all() and np.array_equal(found, values[[3, 0, 1]])
    expect_hole(read(path, grid(), RGB)[1])


def test_a_pixel_is_valid_where_all_chosen_bands_are(tmp_path):
    values = noise((4, 120, 150)) + 1
    values[1][HOLE] = np.nan
    path = write(tmp_path / "c.tif", values, grid())
    found, valid = read(path, grid(), RGB)
    expect_hole(valid)
    assert (found[:, ~valid] == 100).all()  # the card's fill, in all bands
    found, valid = read(path, grid(), RGB, bands=(4, 1, 3))
    assert valid.all() and np.array_equal(found, values[[3, 0, 2]])


@pytest.mark.parametrize(
    "target", [grid(X + 0.4, Y - 0.3), grid(size=2.0, height=60, width=75), grid(size=0.5, height=240, width=300)]
)
@pytest.mark.parametrize("marker", [-9999.0, np.nan])
def test_nodata_does_not_bleed_into_its_neighbours(tmp_path, target, marker):
    values = holed(marker=marker)
    values[values > 0] = 50
    path = write(tmp_path / "h.tif", values, grid(), nodata=marker)
    found, valid = read(path, target)
    assert np.abs(found[0][valid] - 50).max() < 1e-4
    lost = (~valid[2:-2, 2:-2]).sum() * target.resolution[0] ** 2
    assert 340 <= lost <= 460  # 20 m × 20 m, to within half a pixel on each side


def test_scale_and_offset_after_nodata(tmp_path):
    values = noise((120, 150), "int16")
    values[HOLE] = -1
    path = write(tmp_path / "h.tif", values, grid(), nodata=-1)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (-2.0,)
    found, valid = read(path, grid())
    expect_hole(valid)
    assert found[0][valid] == pytest.approx(values[valid] * 0.1 - 2, abs=1e-5)
    found, _ = read(path, grid(), scale=(2.0, 1.0))
    assert np.array_equal(found[0][valid], values[valid] * 2 + 1)


@pytest.mark.parametrize("scale", [(1e30, 0.0), (1.0, 1e300)])
def test_values_beyond_float32_are_invalid(tmp_path, scale):
    path = write(tmp_path / "h.tif", np.full((120, 150), 1e10), grid())
    assert not read(path, grid(), scale=scale)[1].any()


def test_pixels_without_crs(tmp_path):
    plain = Grid(None, Affine.identity(), 120, 150)
    values = noise((120, 150))
    job = {
        "rgb": Source(write(tmp_path / "c.tif", noise((3, 120, 150), "uint8"), plain)),
        "ndsm": Source(write(tmp_path / "h.tif", values, plain)),
    }
    second = open_inputs(job, CARD)[1]
    chunk = ModalityReader(second, NDSM, second.grid.crop((10, 20, 40, 60))).read(5, 15)
    assert np.array_equal(chunk.values[0], values[25:35, 10:40])


# --- rows, cut in any way ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def speckled(tmp_path_factory):
    """Holes of every size, among them thin ones that run over many rows, on two grids."""
    random = np.random.default_rng(3)
    values = noise((400, 90)) + 1
    values[random.random(values.shape) < 0.25] = np.nan
    values[100:163, 20] = np.nan
    values[98:166, [19, 21]] = 5
    values[200:280, 40:60] = np.nan
    return write(tmp_path_factory.mktemp("speckled") / "h.tif", values.astype("float32"), grid(height=400, width=90))


CUTS = st.lists(st.integers(1, 399), max_size=4, unique=True).map(sorted)
GRIDS = {"as it is": grid(height=400, width=90), "resampled": grid(X + 0.3, Y - 0.2, 1.1, 360, 80)}
WHOLE: dict[str, tuple[np.ndarray, np.ndarray]] = {}


@pytest.mark.slow
@pytest.mark.parametrize("name", GRIDS)
@settings(max_examples=12, deadline=None)
@given(cut=CUTS)
def test_how_rows_are_cut_changes_nothing(speckled, name, cut):
    target = GRIDS[name]
    if name not in WHOLE:
        WHOLE[name] = read(speckled, target)
    values, valid = read(speckled, target, cut=[row for row in cut if row < target.height])
    assert np.array_equal(values, WHOLE[name][0])
    assert np.array_equal(valid, WHOLE[name][1])


def test_specks_are_valid_and_holes_are_not(speckled):
    _, valid = read(speckled, GRIDS["as it is"])
    assert valid[:90].mean() > 0.99  # scattered pixels
    assert valid[100:163, 20].all()  # 63 pixels, 63 rows
    assert not valid[200:280, 40:60].any()


# --- the stream --------------------------------------------------------------------------------


@pytest.fixture
def readers(tmp_path):
    job = {
        "rgb": Source(
            write(tmp_path / "c.tif", noise((3, 120, 150), "uint8"), grid(), tiled=True, blockxsize=16, blockysize=16)
        ),
        "ndsm": Source(write(tmp_path / "h.tif", noise((120, 150)), grid(size=1.3))),
    }
    return [ModalityReader(item, item.modality, grid()) for item in open_inputs(job, CARD)]


@pytest.mark.parametrize(("rows", "threads"), [(120, 1), (32, 3), (1000, 2)])
def test_chunks_come_in_order_and_complete(readers, rows, threads):
    whole = {reader.modality.name: reader.read(0, 120) for reader in readers}
    with ChunkStream(readers, grid(), rows, threads) as stream:
        chunks = list(stream)
    assert [start for start, _, _ in chunks] == list(range(0, 120, rows))
    for start, stop, parts in chunks:
        assert stop == min(start + rows, 120)
        assert list(parts) == ["rgb", "ndsm"]
        for name, part in parts.items():
            assert np.array_equal(part.values, whole[name].values[:, start:stop])
            assert np.array_equal(part.valid, whole[name].valid[start:stop])


class CountingReader:
    modality = NDSM

    def __init__(self):
        self.reads, self.closed = [], False

    def read(self, start, stop):
        self.reads.append(start)
        return start

    def close(self):
        self.closed = True


def test_reading_ahead_is_bounded_and_ends_with_the_consumer():
    reader = CountingReader()
    with ChunkStream([reader], grid(height=1000), 10, 2) as stream:
        for start, _, _ in stream:
            time.sleep(0.01)
            assert max(reader.reads) <= start + 30
            if start == 200:
                break
    assert reader.closed
    assert len(reader.reads) < 30
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("dis2-read")]


def test_a_stream_that_is_never_read_closes_its_files():
    reader = CountingReader()
    ChunkStream([reader], grid(), 10).close()
    assert reader.closed and not reader.reads


def test_a_truncated_file_is_named(tmp_path):
    path = write(tmp_path / "cut.tif", noise((120, 150)), grid())
    size = (tmp_path / "cut.tif").stat().st_size
    with open(path, "r+b") as file:
        file.truncate(size // 2)
    reader = ModalityReader(Source(path), NDSM, grid())
    with (
        pytest.raises(
            UnreadableRaster, match=r"cut.tif: rows 32 to 64 cannot be read: .*got .*bytes.*is damaged"
        ) as caught,
        ChunkStream([reader], grid(), 32) as stream,
    ):
        for _ in stream:
            pass
    assert isinstance(caught.value, Dis2Error) and caught.value.hint


def test_a_file_that_vanishes_is_named(tmp_path):
    path = write(tmp_path / "gone.tif", noise((120, 150)), grid())
    reader = ModalityReader(Source(path), NDSM, grid())
    (tmp_path / "gone.tif").unlink()
    with pytest.raises(UnreadableRaster, match=r"There is no file .*gone.tif"):
        reader.read(0, 10)


def test_blocks_of_files_stay_unpacked():
    """rasterio hands the number to GDALSetCacheMax, which takes bytes; a photo's tile of 512 pixels has 786,432."""
    with gdal_environment():
        assert get_gdal_config("GDAL_CACHEMAX") == BLOCK_CACHE > 16 * 512 * 512 * 3


@given(width=st.integers(1, 10**7), bands=st.integers(1, 20))
def test_chunks_are_bounded_by_width(width, bands):
    rows = choose_rows_per_chunk(width, bands)
    assert rows % rasters.TILE_ROWS == 0 and 128 <= rows <= 2048
    assert rows == 128 or rows * width * bands * 5 <= 16 << 20


@pytest.mark.parametrize("change", ["smaller", "fewer bands"])
def test_another_raster_in_the_files_place_is_told(tmp_path, change):
    """It was examined, and then somebody exported anew to the same name."""
    own = grid()
    path = write(tmp_path / "rgb.tif", np.full((3, *own.shape), 7, dtype=np.uint8), own)
    (item,) = open_inputs({"rgb": Source(path)}, CARD)
    other = grid(height=60) if change == "smaller" else own
    write(tmp_path / "rgb.tif", np.full((1 if change == "fewer bands" else 3, *other.shape), 7, dtype=np.uint8), other)
    with pytest.raises(UnreadableRaster, match="another raster than when it was examined"):
        ModalityReader(item, RGB, own).read(0, 120)
