"""Height above ground in QGIS, with the real worker; rasters are written by GDAL."""

import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
)
from qgis.PyQt.QtCore import QUrl

NODATA = -9999


def write(path, rows, pixel=1.0, left=2_600_000, epsg=2056):
    """A raster of 32-bit numbers, row by row."""
    raster = gdal.GetDriverByName("GTiff").Create(str(path), len(rows[0]), len(rows), 1, gdal.GDT_Float32)
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(epsg)
    raster.SetProjection(crs.ExportToWkt())
    raster.SetGeoTransform((left, pixel, 0, 1_200_000, 0, -pixel))
    band = raster.GetRasterBand(1)
    band.SetNoDataValue(NODATA)
    band.WriteRaster(0, 0, len(rows[0]), len(rows), packed(rows))
    return str(path)


def packed(rows):
    import struct

    values = [value for row in rows for value in row]
    return struct.pack(f"{len(values)}f", *values)


def heights(path):
    import struct

    band = gdal.Open(path)
    data = band.GetRasterBand(1).ReadRaster()
    return list(struct.unpack(f"{len(data) // 4}f", data))


@pytest.fixture
def models(tmp_path):
    """Ground of 500 m, on which a house of 8 m stands, and a pit; one pixel has no data."""
    surface = [[500.0] * 20 for _ in range(20)]
    for row in range(5, 10):
        surface[row][5:10] = [508.0] * 5
    surface[15][15] = 497.0
    surface[0][0] = NODATA
    return {
        "DSM": write(tmp_path / "dsm.tif", surface),
        "DTM": write(tmp_path / "dtm.tif", [[500.0] * 10 for _ in range(10)], pixel=2.0),
    }


@pytest.fixture
def algorithm(plugin):
    return QgsApplication.processingRegistry().algorithmById("dis2:ndsm").create()


@pytest.fixture
def ndsm(real_worker, models, tmp_path):
    def run(feedback=None, **parameters):
        import processing

        return processing.run(
            "dis2:ndsm", {**models, "OUTPUT": str(tmp_path / "ndsm.tif"), **parameters}, feedback=feedback
        )

    return run


@pytest.mark.slow
def test_run(ndsm):
    results = ndsm()
    values = heights(results["OUTPUT"])
    assert len(values) == 400
    assert (values[0], values[5 * 20 + 5], values[15 * 20 + 15], values[-1]) == (NODATA, 8, 0, 0)
    assert (results["HOLES"], results["HOLES_PERCENT"], results["HOLES_AREA"]) == (1, 0.25, 1.0)
    assert results["NEGATIVE_PERCENT"] == pytest.approx(100 / 399)
    assert results["MEDIAN"] == pytest.approx(0, abs=0.06)
    layer = QgsRasterLayer(results["OUTPUT"])
    layer.loadDefaultStyle()
    assert layer.renderer().type() == "singlebandpseudocolor"
    assert layer.dataProvider().sourceNoDataValue(1) == NODATA


@pytest.mark.slow
def test_limits_and_the_terrains_pixels(ndsm):
    values = heights(ndsm(LOWEST=None, HIGHEST=5)["OUTPUT"])
    assert (min(value for value in values if value != NODATA), max(values)) == (-3, 5)
    assert min(value for value in heights(ndsm(LOWEST=-1)["OUTPUT"]) if value != NODATA) == -1
    assert len(heights(ndsm(GRID="dtm")["OUTPUT"])) == 100


@pytest.mark.slow
def test_extent_and_creation_options(ndsm, qgis_new_project):
    region = QgsReferencedRectangle(
        QgsRectangle(2_600_004, 1_199_990, 2_600_010, 1_199_996), QgsProject.instance().crs()
    )
    text = f"{region.xMinimum()},{region.xMaximum()},{region.yMinimum()},{region.yMaximum()} [EPSG:2056]"
    results = ndsm(EXTENT=text, CREATION_OPTIONS="COMPRESS=LZW|BLOCKSIZE=128")
    raster = gdal.Open(results["OUTPUT"])
    assert (raster.RasterXSize, raster.RasterYSize) == (6, 6)
    assert raster.GetMetadataItem("COMPRESSION", "IMAGE_STRUCTURE") == "LZW"


@pytest.mark.slow
def test_log_tells_of_holes_and_doubts(ndsm, models):
    class Feedback(QgsProcessingFeedback):
        texts = []  # noqa: RUF012 (there is one run)

        def pushInfo(self, text):
            self.texts.append(text)

        def pushWarning(self, text):
            self.texts.append(text)

    ndsm(feedback=Feedback(), DSM=models["DTM"], DTM=models["DSM"], GRID="dtm")
    log = " ".join(Feedback.texts)
    assert "Without a height: 1 pixels, 0.25 %, 1.0 m²" in log
    assert "are the two swapped?" in log


@pytest.mark.slow
def test_failure_is_one_message_and_leaves_nothing(ndsm, tmp_path):
    far = write(tmp_path / "far.tif", [[500.0] * 10 for _ in range(10)], left=2_700_000)
    with pytest.raises(QgsProcessingException, match="share no ground"):
        ndsm(DTM=far)
    assert not (tmp_path / "ndsm.tif").exists()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, ""),
        ({"DTM": None}, "DTM"),
        ({"DSM": "no/such/file.tif"}, "cannot be read"),
        ({"LOWEST": 5, "HIGHEST": 2}, "no range"),
        ({"CREATION_OPTIONS": "TILED=NO"}, "TILED"),
    ],
)
def test_check(algorithm, models, changes, text):
    context = QgsProcessingContext()
    parameters = {**models, "OUTPUT": "TEMPORARY_OUTPUT", **changes}
    acceptable, message = algorithm.checkParameterValues(parameters, context)
    assert acceptable == (not text) and text in message


def test_algorithm_explains_itself(algorithm):
    assert [item.name() for item in algorithm.parameterDefinitions() if not item.help()] == []
    with open(QUrl(algorithm.helpUrl()).toLocalFile(), encoding="ascii") as file:
        assert "terrain model" in file.read()
    assert not algorithm.icon().pixmap(24, 24).isNull()
    assert algorithm.svgIconPath().endswith("ndsm.svg")
    assert {"dsm", "dtm", "chm"} <= set(algorithm.tags())
