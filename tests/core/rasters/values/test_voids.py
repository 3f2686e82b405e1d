"""A void that nobody declared is read as the same void declared; a choice of the person's is heeded; both are told."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp
from rasterio.windows import Window
from tiny_models import tiny_card

from dis2_core.contract.errors import WrongBands
from dis2_core.contract.segment_job import Source
from dis2_core.rasters.inputs import describe, examine, open_inputs
from dis2_core.rasters.reading import ModalityReader
from dis2_core.rasters.values.survey import BUDGET, windows

CARD = tiny_card()
RGB, NDSM = CARD.modalities
HEIGHT, WIDTH = 120, 150
HOLE = (slice(30, 60), slice(40, 80))  # 1,200 of 18,000 pixels, 6.7 %
LOWEST = -3.4028234663852886e38
RANDOM = np.random.default_rng(7)
PHOTO = RANDOM.integers(20, 250, (3, HEIGHT, WIDTH)).astype("uint8")
HEIGHTS = (RANDOM.random((1, HEIGHT, WIDTH)) * 20).astype("float32")


def write(path, values, **options):
    profile = {"driver": "GTiff", "count": len(values), "dtype": values.dtype, "crs": "EPSG:2154", **options}
    transform = Affine(1, 0, 700_000, 0, -1, 6_600_000)
    with rasterio.open(
        path, "w", height=values.shape[1], width=values.shape[2], transform=transform, **profile
    ) as file:
        file.write(values)
    return str(path)


def look(path, modality, **choices):
    """The input, its chunk of all rows, and the texts of all warnings: before, and after reading."""
    (item,) = open_inputs({modality.name: Source(path, **choices)}, CARD)
    reader = ModalityReader(item, modality, item.grid)
    chunk = reader.read(0, item.grid.height)
    texts = [event.data["text"] for event in (*item.remarks, *reader.warnings()) if event.type == "warning"]
    reader.close()
    return chunk, texts


def holed(values, marker, where=HOLE):
    result = values.copy()
    result[(slice(None), *where)] = marker
    return result


def expect_same(found, declared):
    assert np.array_equal(found.valid, declared.valid)
    assert np.array_equal(found.values, declared.values)


@pytest.mark.parametrize(
    ("dtype", "marker", "name"),
    [
        ("float32", -9999, "-9999"),
        ("float32", -99999, "-99999"),
        ("float32", -999, "-999"),
        ("float32", -32768, "-32768"),
        ("float32", 9999, "9999"),
        ("float32", 1e20, "1e+20"),
        ("float32", 9.96921e36, "9.96921e+36"),
        ("float32", LOWEST, "-3.40282e+38"),
        ("float64", -1.7976931348623157e308, ""),  # no float32 holds it
        ("float64", LOWEST, "-3.40282e+38"),
        ("float32", 12345.5, "12345.5"),  # nobody's habit, but beyond ten times the range, and always the same
        ("float32", 1.1754943508222875e-38, "1.17549e-38"),
        ("int16", -32768, "-32768"),
        ("int16", -9999, "-9999"),
        ("int16", 32767, "32767"),
        ("uint16", 65535, "65535"),
        ("int32", -2147483648, "-2.14748e+09"),
        ("int8", -128, "-128"),
        ("uint8", 255, "255"),
    ],
)
def test_an_undeclared_void_of_heights_is_the_void_declared(tmp_path, dtype, marker, name):
    values = holed(HEIGHTS.astype(dtype), marker)
    declared, _ = look(write(tmp_path / "declared.tif", values, nodata=marker), NDSM)
    found, texts = look(write(tmp_path / "untold.tif", values), NDSM)
    assert not declared.valid[HOLE].any() and declared.valid.sum() == HEIGHT * WIDTH - 1200
    expect_same(found, declared)
    if name:
        (text,) = (text for text in texts if "whole numbers" not in text)
        assert f"are {name}," in text and "6.7 %" in text and "untold.tif" in text


@pytest.mark.parametrize(("dtype", "marker"), [("uint16", 65535), ("float32", -9999), ("int16", -32768)])
def test_an_undeclared_void_of_a_photo_is_the_void_declared(tmp_path, dtype, marker):
    values = holed(PHOTO.astype(dtype), marker)
    declared, _ = look(write(tmp_path / "declared.tif", values, nodata=marker), RGB)
    found, texts = look(write(tmp_path / "untold.tif", values), RGB)
    expect_same(found, declared)
    assert len(texts) == 1 and "no data" in texts[0]


@pytest.mark.parametrize("tag", [-3.4e38, -3.40282347e38, -3.3999999521443642e38])
def test_a_rounded_tag_is_heeded_as_gdal_heeds_it(tmp_path, tag):
    found, texts = look(write(tmp_path / "h.tif", holed(HEIGHTS, LOWEST), nodata=tag), NDSM)
    assert not found.valid[HOLE].any() and found.valid.sum() == HEIGHT * WIDTH - 1200
    assert texts == []


@settings(max_examples=30, deadline=None)
@given(st.floats(-1e6, 1e6, width=32), st.floats(-3e-7, 3e-7))
def test_declared_floats_are_void_where_gdal_says_so(tmp_path_factory, tag, error):
    values = HEIGHTS + np.float32(1e7)
    values[0][HOLE] = np.float32(tag * (1 + error))
    path = write(tmp_path_factory.mktemp("tag") / "h.tif", values, nodata=tag)
    item = describe(Source(path), NDSM)
    chunk = ModalityReader(item, NDSM, item.grid).read(0, HEIGHT)
    with rasterio.open(path) as file:
        assert np.array_equal(chunk.valid, file.read_masks(1) > 0)


@pytest.mark.parametrize(
    "values",
    [
        HEIGHTS,
        np.zeros_like(HEIGHTS),
        holed(HEIGHTS, 0),
        holed(HEIGHTS, 99.0),
        holed(HEIGHTS, 110.0),  # a tower, beyond the range
        HEIGHTS * 500,  # centimetres, of which some are near 9999
        np.rint(HEIGHTS) + 2000,  # whole metres above the sea, all beyond ten times the range
    ],
    ids=["heights", "flat", "ground", "tower", "high tower", "centimetres", "absolute"],
)
def test_measurements_are_no_void(tmp_path, values):
    found, texts = look(write(tmp_path / "h.tif", values), NDSM)
    assert found.valid.all()
    assert not any("no data" in text for text in texts)


def test_all_void_and_nearly_all_void(tmp_path):
    for rows in (slice(0, HEIGHT), slice(0, HEIGHT - 1)):
        values = holed(HEIGHTS, -9999, (rows, slice(None)))
        found, texts = look(write(tmp_path / "h.tif", values), NDSM)
        assert found.valid.sum() == WIDTH * (HEIGHT - rows.stop) and "-9999" in texts[0]


def test_two_fill_values_in_one_raster(tmp_path):
    values = holed(holed(HEIGHTS, -9999), -32768, (slice(80, 100), slice(0, 50)))
    found, texts = look(write(tmp_path / "h.tif", values), NDSM)
    assert found.valid.sum() == HEIGHT * WIDTH - 1200 - 1000 and len(texts) == 2


def test_a_void_that_the_first_look_misses_is_void_and_told(tmp_path):
    size = 2600
    assert size * size > BUDGET
    values = np.tile(HEIGHTS, (1, 22, 18))[:, :size, :size]
    places = windows(size, size, (128, 128), 1)
    row = next(r for r in range(size) if not any(r - 9 < p.row_off + p.height and p.row_off < r + 18 for p in places))
    values[0, row : row + 9, 100:120] = -9999
    found, texts = look(write(tmp_path / "h.tif", values), NDSM)
    assert (~found.valid).sum() == 180
    (text,) = texts
    assert "are -9999," in text and "Less than 0.1 %" in text


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 5000), st.integers(1, 5000), st.sampled_from([(1, 64), (128, 128), (4000, 4000)]), st.integers(1, 64)
)
def test_the_first_look_is_bounded_and_inside(height, width, block, bands):
    places = windows(height, width, block, bands)
    assert sum(place.height * place.width for place in places) * bands <= max(BUDGET, 25 * 256 * bands)
    for place in places:
        assert 0 <= place.row_off <= place.row_off + place.height <= height
        assert 0 <= place.col_off <= place.col_off + place.width <= width


def test_scale_and_offset_do_not_hide_a_void(tmp_path):
    """Stored decimetres above -10 m, whose void is -32768; the tag speaks of stored numbers."""
    values = holed(np.rint((HEIGHTS + 10) * 10).astype("int16"), -32768)
    chunks = []
    for nodata in (-32768, None):
        path = write(tmp_path / f"{nodata}.tif", values, nodata=nodata)
        with rasterio.open(path, "r+") as file:
            file.scales, file.offsets = (0.1,), (-10,)
        chunks.append(look(path, NDSM)[0])
    assert not chunks[0].valid[HOLE].any()
    expect_same(chunks[1], chunks[0])


# --- black collars ---------------------------------------------------------------------------------


def collared():
    rows, cols = np.mgrid[0:HEIGHT, 0:WIDTH]
    return rows + cols < 60  # a corner, as a turned photo has it


def test_a_black_collar_is_void_and_told(tmp_path):
    values = PHOTO.copy()
    values[:, collared()] = 0
    declared, _ = look(write(tmp_path / "declared.tif", values, nodata=0), RGB, nodata="all")
    found, texts = look(write(tmp_path / "untold.tif", values), RGB)
    expect_same(found, declared)
    assert np.array_equal(~found.valid, collared())
    assert "collar" in texts[0] and "--nodata rgb=all,0" in texts[0]
    assert look(write(tmp_path / "untold.tif", values), RGB, nodata="none")[0].valid.all()


def test_a_collar_whose_border_a_lossy_compression_has_blurred(tmp_path):
    """JPEG leaves 1 to 3 beside the photo; these stay data, the black behind them is none."""
    values = PHOTO.copy()
    values[:, collared()] = 0
    border = collared() & (np.indices((HEIGHT, WIDTH)).sum(axis=0) >= 56)
    values[:, border] = RANDOM.integers(1, 4, (3, int(border.sum())))
    found, texts = look(write(tmp_path / "c.tif", values), RGB)
    assert np.array_equal(~found.valid, collared() & ~border) and "collar" in texts[0]


def test_a_white_edge_is_told_and_kept(tmp_path):
    values = np.minimum(PHOTO, 240)
    values[:, collared()] = 255
    found, texts = look(write(tmp_path / "c.tif", values), RGB)
    assert found.valid.all() and "--nodata rgb=all,255" in texts[0]
    mended, texts = look(write(tmp_path / "c.tif", values), RGB, nodata="all,255")
    assert np.array_equal(~mended.valid, collared()) and not texts
    snow = np.full_like(PHOTO, 255) - RANDOM.integers(0, 4, PHOTO.shape).astype("uint8")
    assert not look(write(tmp_path / "s.tif", snow), RGB)[1]


def test_black_in_the_middle_specks_and_a_night_are_no_collar(tmp_path):
    middle, specks = holed(PHOTO, 0), PHOTO.copy()
    specks[:, ::7, ::9] = 0
    night = RANDOM.exponential(0.6, PHOTO.shape).astype("uint8")
    for values in (middle, specks, night):
        found, texts = look(write(tmp_path / "c.tif", values), RGB)
        assert found.valid.all() and not any("collar" in text for text in texts)


# --- what a person chooses --------------------------------------------------------------------------


def clipped():
    """Nodata 0 throughout in a corner, and in blue alone in the hole."""
    values = PHOTO.copy()
    values[:, :20, :20] = 0
    values[2][HOLE] = 0
    return values


@pytest.mark.parametrize(
    ("choice", "void"),
    [("any", 1600), ("all", 400), ("none", 0), ("0", 1600), ("all,0", 400), ("7", 0), ("255,0", 1600), ("nan", 0)],
)
def test_the_no_data_rule_decides_about_single_bands(tmp_path, choice, void):
    values = np.where(np.isin(clipped(), (7, 255)), 8, clipped()).astype("uint8")
    path = write(tmp_path / "c.tif", values, nodata=0)
    (item,) = examine([(Source(path, nodata=choice), RGB)])
    chunk = ModalityReader(item, RGB, item.grid, fill=False).read(0, HEIGHT)
    collar = 400 if choice in ("7", "nan") else 0  # nothing declares the black corner then
    assert (~chunk.valid).sum() == void + collar
    told = any(event.data.get("code") == "nodata-in-one-band" for event in item.remarks)
    assert told == (void == 1600)


def test_the_word_about_single_bands_names_the_option(tmp_path):
    path = write(tmp_path / "c.tif", clipped(), nodata=0)
    (text,) = look(path, RGB)[1]
    assert "6.7 %" in text and "c.tif" in text and "--nodata rgb=all" in text
    assert look(path, RGB, nodata="all")[1] == []


def test_tags_that_differ_by_band_are_each_heeded(tmp_path):
    paths = [write(tmp_path / f"{n}.tif", PHOTO[n : n + 1] + 0, nodata=value) for n, value in enumerate((30, 40, 50))]
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{n + 1}"><NoDataValue>{value}</NoDataValue><SimpleSource>'
        f"<SourceFilename>{path}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"
        for n, (path, value) in enumerate(zip(paths, (30, 40, 50), strict=True))
    )
    vrt = tmp_path / "c.vrt"
    vrt.write_text(f'<VRTDataset rasterXSize="{WIDTH}" rasterYSize="{HEIGHT}">{bands}</VRTDataset>')
    item = describe(Source(str(vrt)), RGB)
    chunk = ModalityReader(item, RGB, item.grid, fill=False).read(0, HEIGHT)
    assert np.array_equal(chunk.valid, (PHOTO[0] != 30) & (PHOTO[1] != 40) & (PHOTO[2] != 50))


def with_alpha(path, alpha, values=PHOTO):
    written = write(path, np.concatenate([values, alpha[None]]))
    with rasterio.open(written, "r+") as file:
        file.colorinterp = [ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha]
    return written


def test_near_infrared_that_is_declared_as_alpha_is_told_and_left_out_on_demand(tmp_path):
    infrared = RANDOM.integers(30, 200, (HEIGHT, WIDTH)).astype("uint8")
    infrared[HOLE] = 0  # water
    path = with_alpha(tmp_path / "c.tif", infrared)
    found, texts = look(path, RGB)
    assert not found.valid[HOLE].any() and "--mask rgb=none" in texts[0] and "Band 4" in texts[0]
    found, texts = look(path, RGB, mask="none")
    assert found.valid.all() and texts == []


def test_alpha_of_1_is_opaque_and_an_empty_margin_is_no_news(tmp_path):
    alpha = np.ones((HEIGHT, WIDTH), "uint8")
    alpha[HOLE] = 0
    found, texts = look(with_alpha(tmp_path / "c.tif", alpha, holed(PHOTO, 0)), RGB)
    assert not found.valid[HOLE].any() and found.valid.sum() == HEIGHT * WIDTH - 1200 and texts == []


def test_a_band_may_be_the_mask(tmp_path):
    mask = np.ones((HEIGHT, WIDTH), "uint8")
    mask[HOLE] = 0
    path = write(tmp_path / "c.tif", np.concatenate([mask[None], PHOTO]))
    found, _ = look(path, RGB, mask="1")  # the remaining bands are the photo
    assert not found.valid[HOLE].any() and np.array_equal(found.values[:, found.valid], PHOTO[:, found.valid])
    with pytest.raises(WrongBands, match="no band 5"):
        look(path, RGB, mask="5")


def test_a_mask_beside_the_file_can_be_left_out(tmp_path):
    path = write(tmp_path / "c.tif", PHOTO)
    with rasterio.open(path, "r+") as file:
        file.write_mask(np.where(np.indices((HEIGHT, WIDTH))[0] < 40, 0, 255).astype("uint8"))
    assert look(path, RGB)[0].valid.sum() == (HEIGHT - 40) * WIDTH
    assert look(path, RGB, mask="none")[0].valid.all()


def test_an_unreadable_piece_is_passed_over_by_the_first_look(tmp_path):
    path = write(tmp_path / "h.tif", HEIGHTS, tiled=True, blockxsize=16, blockysize=16)
    with rasterio.open(path) as file:
        first = file.read(1, window=Window(0, 0, 16, 16))
    (tmp_path / "cut.tif").write_bytes((tmp_path / "h.tif").read_bytes()[:30_000])
    item = describe(Source(str(tmp_path / "cut.tif")), NDSM)
    assert item.survey is not None and first.size


def test_a_usual_number_that_was_not_met_is_no_fill_value_unless_nothing_else_is_like_it(tmp_path):
    """Whole metres, of which the pieces looked at hold the sea alone: 999 m may be a contour elsewhere."""
    heights = np.random.default_rng(0).integers(0, 9, (1, HEIGHT, WIDTH)).astype("int16")
    (fills,) = describe(Source(write(tmp_path / "h.tif", heights)), NDSM).survey.fills
    numbers = np.array([999, 9999, -9999, -32768, 32767, 5], dtype="int16")
    void = {int(number) for number, where in fills.found(numbers) if where.any()}
    assert void == {-9999, -32768, 32767}
