"""Sample points in QGIS: drawn by the real worker, filled in, and evaluated."""

import pytest
from osgeo import gdal, osr
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
    QgsWkbTypes,
)

LEFT, TOP = 2_600_000, 1_200_000
NAMES = ["water", "forest"]


@pytest.fixture
def classes(plugin, tmp_path):
    """40 x 40 pixels of 1 m, a quarter of them water; the names stand in the file."""
    QgsProject.instance().clear()
    path = str(tmp_path / "classes.tif")
    raster = gdal.GetDriverByName("GTiff").Create(path, 40, 40, 1, gdal.GDT_Byte)
    raster.SetGeoTransform((LEFT, 1, 0, TOP, 0, -1))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(2056)
    raster.SetProjection(crs.ExportToWkt())
    band = raster.GetRasterBand(1)
    band.SetCategoryNames(NAMES)
    band.WriteRaster(0, 0, 40, 40, bytes(int(column >= 10) for _ in range(40) for column in range(40)))
    raster.FlushCache()
    return path


def run(algorithm, **parameters):
    import processing

    feedback = QgsProcessingFeedback()
    return processing.run(algorithm, parameters, feedback=feedback), feedback.textLog()


@pytest.mark.slow
def test_points_are_drawn_filled_in_and_evaluated(real_worker, classes, tmp_path):
    target = str(tmp_path / "points.gpkg")
    drawn, log = run("dis2:samplepoints", CLASSES=classes, POINTS=100, MINIMUM=30, OUTPUT=target)
    assert drawn["POINT_COUNT"] == 100
    assert "water: 25.0% of the map, 30 points" in log and "forest: 75.0% of the map, 70 points" in log
    layer = QgsVectorLayer(target, "points", "ogr")
    assert layer.crs().authid() == "EPSG:2056" and layer.wkbType() == QgsWkbTypes.Type.Point
    assert layer.featureCount() == 100 and layer.fields().names() == ["fid", "class"]
    place = layer.fields().lookupField("class")
    assert layer.editorWidgetSetup(place).config()["map"] == [{name: name} for name in NAMES]
    assert all(not feature["class"] for feature in layer.getFeatures())
    changes = {}
    for feature in layer.getFeatures():  # of the water a third is forest
        east = feature.geometry().asPoint().x() - LEFT
        changes[feature.id()] = {place: "water" if east < 10 and feature.id() % 3 else "forest"}
    assert layer.dataProvider().changeAttributeValues(changes)
    right = [change[place] for change in changes.values()].count("water") / 30
    judged, log = run("dis2:evaluate", CLASSES=classes, REFERENCE_POLYGONS=target, CLASS_FIELD="class")
    assert judged["OA"] == pytest.approx(0.25 * right + 0.75)
    assert "as 100 points tell (95 % confidence)" in log
    assert f"water: user's accuracy {right:.1%} ±" in log and "producer's accuracy 100.0% ± 0.0%" in log


def test_what_is_there_is_not_replaced(classes, tmp_path):
    target = tmp_path / "points.gpkg"
    target.write_bytes(b"mine")
    algorithm = QgsApplication.processingRegistry().algorithmById("dis2:samplepoints").create()
    given = {"CLASSES": classes, "OUTPUT": str(target)}
    acceptable, message = algorithm.checkParameterValues(given, QgsProcessingContext())
    assert not acceptable and "may hold labels of yours" in message
