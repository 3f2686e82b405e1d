"""What a person has set on a layer reaches the job, or is told; GDAL and QGIS are the oracles."""

import math
import re

import numpy as np
import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsProcessingFeedback,
    QgsRasterBandStats,
    QgsRasterLayer,
    QgsRasterRange,
    QgsRasterTransparency,
)

SIZE = 16
KINDS = {
    "uint8": gdal.GDT_Byte,
    "int16": gdal.GDT_Int16,
    "uint16": gdal.GDT_UInt16,
    "int32": gdal.GDT_Int32,
    "float32": gdal.GDT_Float32,
    "float64": gdal.GDT_Float64,
}
BOUNDS = QgsRasterRange.BoundsType


def write(path, values, nodata=None, alpha=0, scale=None):
    bands, rows, columns = values.shape
    options = ["PHOTOMETRIC=MINISBLACK", "ALPHA=NO"]
    kind = KINDS[values.dtype.name]
    raster = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, bands, kind, options)
    raster.SetGeoTransform((600_000, 1, 0, 200_000, 0, -1))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(2056)
    raster.SetProjection(crs.ExportToWkt())
    for number, band in enumerate(values, 1):
        raster.GetRasterBand(number).WriteArray(band)
        if nodata is not None:
            raster.GetRasterBand(number).SetNoDataValue(nodata)
        if scale:
            raster.GetRasterBand(number).SetScale(scale[0])
            raster.GetRasterBand(number).SetOffset(scale[1])
    if alpha:
        raster.GetRasterBand(alpha).SetColorInterpretation(gdal.GCI_AlphaBand)
    return str(path)


@pytest.fixture
def photo(tmp_path):
    """Three bands of 1 to 250, a quarter of them 0."""
    values = np.random.default_rng(0).integers(1, 250, (3, SIZE, SIZE)).astype("uint8")
    values[:, :, :4] = 0
    return write(tmp_path / "photo.tif", values, nodata=255)


@pytest.fixture
def source(plugin, tmp_path):
    """The source of a job for a layer, and what was told."""
    from dis2.layers.rasters import Choice, job_source, worker_rasters

    def make(layer, **choice):
        transforms = QgsCoordinateTransformContext()
        raster = worker_rasters({"x": layer}, None, 1.0, transforms, {"x": Choice(**choice)})["x"]
        feedback = QgsProcessingFeedback(False)
        path = raster.provide(tmp_path / "provided", feedback)
        return job_source(raster, path, choice.get("bands", ())), feedback.textLog()

    return make


def set_everywhere(layer, *ranges, keeps=True):
    """As the page *Transparency* of the layer's properties does."""
    for band in range(1, layer.bandCount() + 1):
        layer.dataProvider().setUserNoDataValue(band, [QgsRasterRange(*item) for item in ranges])
        layer.dataProvider().setUseSourceNoDataValue(band, keeps)
    return layer


def seen_by_qgis(layer, band):
    """Values as QGIS's own tools see them, NaN where there is no data."""
    provider = layer.dataProvider()
    block = provider.block(band, layer.extent(), provider.xSize(), provider.ySize())
    return np.array(
        [
            [math.nan if block.isNoData(row, column) else block.value(row, column) for column in range(block.width())]
            for row in range(block.height())
        ]
    )


def seen_by_gdal(path, band):
    """Values as a job's reader sees a file without a word on no data."""
    raster = gdal.Open(path)  # a band does not keep it
    values = raster.GetRasterBand(band).ReadAsArray().astype("float64")
    void = raster.GetRasterBand(band).GetNoDataValue()
    return values if void is None else np.where(values == void, math.nan, values)


@pytest.mark.parametrize(
    ("ranges", "keeps", "expected"),
    [
        ((), True, "any"),
        ((), False, "none"),
        (((0, 0),), False, "0"),
        (((0, 0),), True, "0,255"),
        (((0, 0), (7, 7)), False, "0,7"),
        (((0.5, 0.5),), False, "none"),  # no byte is
    ],
)
def test_no_data_of_a_layer_is_said_in_numbers(source, photo, ranges, keeps, expected):
    made, told = source(set_everywhere(QgsRasterLayer(photo, "photo"), *ranges, keeps=keeps))
    assert (made.path, made.nodata, made.mask, told) == (photo, expected, "auto", "")


def test_what_is_chosen_for_the_run_goes_before_the_layer(source, photo):
    layer = set_everywhere(QgsRasterLayer(photo, "photo"), (0, 0), (20, 30))
    assert source(layer, nodata="none")[0].path == photo
    made, _ = source(layer, nodata="7", mask="2")
    assert (made.path, made.nodata, made.mask) == (photo, "7", "2")
    layer = set_everywhere(layer, (0, 0))
    assert source(layer, nodata="all")[0].nodata == "all,0,255"
    assert source(QgsRasterLayer(photo, "photo"), nodata="all")[0].nodata == "all"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "ranges",
    [
        [(0, 30)],
        [(10, 20, BOUNDS.Exclusive), (60, 60)],
        [(10, 20, BOUNDS.IncludeMin), (15, 40, BOUNDS.IncludeMax)],
        [(math.nan, 30)],
        [(200, math.nan)],
        [(-1, 0), (1, 1), (99.5, 100.5)],
    ],
    ids=str,
)
def test_ranges_are_void_as_in_qgis(source, tmp_path, kind, ranges):
    values = np.random.default_rng(1).integers(0, 250, (2, SIZE, SIZE)).astype(kind)
    if kind.startswith("float"):
        values += np.random.default_rng(2).random(values.shape).astype(kind)
        values[0, 0, :3] = math.nan, -1e-7, 1e30
    layer = set_everywhere(QgsRasterLayer(write(tmp_path / "a.tif", values), "a"), *ranges)
    made, _ = source(layer)
    assert made.nodata == "any" and made.path.endswith(".vrt")
    for band in (1, 2):
        np.testing.assert_allclose(seen_by_gdal(made.path, band), seen_by_qgis(layer, band), rtol=1e-12, atol=1e-15)


def test_bands_that_differ_are_void_as_in_qgis(source, photo):
    layer = QgsRasterLayer(photo, "photo")
    layer.dataProvider().setUserNoDataValue(2, [QgsRasterRange(0, 0)])
    layer.dataProvider().setUseSourceNoDataValue(3, False)
    made, _ = source(layer)
    for band in (1, 2, 3):
        np.testing.assert_array_equal(seen_by_gdal(made.path, band), seen_by_qgis(layer, band))


@pytest.mark.parametrize("shift", [(0.1, -5), (-0.25, 100)])
@pytest.mark.parametrize("ranges", [[(20, 20)], [(20, 30)]])
def test_scaled_values_are_compared_as_qgis_shows_them(source, tmp_path, ranges, shift):
    scale, offset = shift
    stored = np.arange(SIZE * SIZE, dtype="int16").reshape(1, SIZE, SIZE) * 2
    layer = set_everywhere(QgsRasterLayer(write(tmp_path / "a.tif", stored, scale=shift), "a"), *ranges)
    made, _ = source(layer)
    void = np.isnan(seen_by_qgis(layer, 1))
    values = seen_by_gdal(made.path, 1)
    if made.nodata != "any":
        values[values == float(made.nodata)] = math.nan
    assert void.any()
    np.testing.assert_array_equal(np.isnan(values), void)
    np.testing.assert_allclose((values * scale + offset)[~void], seen_by_qgis(layer, 1)[~void])


@pytest.mark.parametrize("ranges", [[(0, 0)], [(0, 30)]])
def test_a_layer_in_memory_keeps_its_no_data(source, photo, ranges):
    """QGIS's own writer loses additional no-data values where the file declares none."""
    gdal.Translate("/vsimem/photo.tif", photo, noData="none")
    layer = set_everywhere(QgsRasterLayer("/vsimem/photo.tif", "photo"), *ranges)
    made, _ = source(layer)
    values = seen_by_gdal(made.path, 1)
    if made.nodata == "0":
        values[values == 0] = math.nan
    np.testing.assert_array_equal(values, seen_by_qgis(layer, 1))
    gdal.Unlink("/vsimem/photo.tif")


def test_an_opacity_band_is_the_mask(source, tmp_path):
    values = np.full((4, SIZE, SIZE), 9, "uint8")
    declared = QgsRasterLayer(write(tmp_path / "rgba.tif", values, alpha=4), "rgba")
    assert source(declared)[0].mask == "auto"
    declared.renderer().setAlphaBand(-1)
    assert source(declared)[0].mask == "none"
    plain = QgsRasterLayer(write(tmp_path / "four.tif", values), "four")
    assert source(plain)[0].mask == "auto"
    plain.renderer().setAlphaBand(4)
    assert source(plain)[0].mask == "4"
    assert source(plain, mask="auto")[0].mask == "auto"


def test_a_crs_and_ranges_travel_together(source, photo):
    layer = set_everywhere(QgsRasterLayer(photo, "photo"), (0, 9))
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:25832"))
    made, _ = source(layer)
    assert QgsRasterLayer(made.path).crs().authid() == "EPSG:25832"
    assert np.isnan(seen_by_gdal(made.path, 1)[:, :4]).all()


def test_what_does_not_travel_is_told_in_one_line(source, photo):
    layer = QgsRasterLayer(f"{photo}|option:NUM_THREADS=2", "photo")
    layer.renderer().setBlueBand(1)
    black = QgsRasterTransparency.TransparentThreeValuePixel()
    transparency = QgsRasterTransparency()
    transparency.setTransparentThreeValuePixelList([black])
    layer.renderer().setRasterTransparency(transparency)
    told = source(layer)[1].strip()
    assert re.fullmatch(r"Set on the layer 'photo' and not used here: transparent .*; the bands .*1, 2, 1.*", told)
    assert "NUM_THREADS=2" in told
    assert "the bands" not in source(layer, bands=(1, 2))[1]


def test_codes_that_are_void_in_qgis_are_void_in_ground_truth(plugin, tmp_path):
    """A job has no word for no data of ground truth: a virtual raster says it, whole numbers as before."""
    from dis2.layers.references import raster_reference

    values = np.arange(SIZE * SIZE, dtype="uint8").reshape(1, SIZE, SIZE) % 5
    layer = set_everywhere(QgsRasterLayer(write(tmp_path / "codes.tif", values), "codes"), (0, 0))
    made = raster_reference(layer, None, 1.0, QgsCoordinateTransformContext())
    path = made.provide(tmp_path, QgsProcessingFeedback(False)).path
    np.testing.assert_array_equal(seen_by_gdal(path, 1), seen_by_qgis(layer, 1))
    assert gdal.Open(path).ReadAsArray().dtype.kind == "i"


def test_qgis_leaves_out_what_the_job_leaves_out(photo):
    """The oracle itself: QGIS's statistics pass over additional no-data values."""
    layer = set_everywhere(QgsRasterLayer(photo, "photo"), (0, 0))
    assert layer.dataProvider().bandStatistics(1, QgsRasterBandStats.Stats.Min).minimumValue > 0
