"""The empty layer for labels: what QGIS finds in it when it is opened anew, and what training makes of it."""

import sqlite3
from pathlib import Path

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsVectorLayer,
    QgsWkbTypes,
)

CLASSES = "forest; Bâtiment ;x"


@pytest.fixture
def make(plugin, scene, tmp_path):
    def run(context=None, **parameters):
        import processing

        given = {"SCENE": scene.rgb, "CLASSES": CLASSES, "OUTPUT": str(tmp_path / "labels.gpkg"), **parameters}
        feedback = QgsProcessingFeedback()
        result = processing.run("dis2:labellayer", given, feedback=feedback, context=context)
        return result["OUTPUT"], feedback.textLog()

    return run


@pytest.fixture
def check(plugin, scene, tmp_path):
    def ask(**parameters):
        given = {"SCENE": scene.rgb, "CLASSES": CLASSES, "OUTPUT": str(tmp_path / "labels.gpkg"), **parameters}
        algorithm = QgsApplication.processingRegistry().algorithmById("dis2:labellayer").create()
        return algorithm.checkParameterValues(given, QgsProcessingContext())

    return ask


def test_the_layer_brings_crs_field_list_and_colours_along(make, scene):
    from qgis.core import QgsRasterLayer

    layer = QgsVectorLayer(make()[0], "again", "ogr")
    assert layer.crs() == QgsRasterLayer(scene.rgb).crs() and layer.featureCount() == 0
    assert layer.wkbType() == QgsWkbTypes.Type.MultiPolygon
    place = layer.fields().lookupField("class")
    setup = layer.editorWidgetSetup(place)
    assert setup.type() == "ValueMap"
    assert setup.config()["map"] == [{"forest": "forest"}, {"Bâtiment": "Bâtiment"}, {"x": "x"}]
    assert layer.editFormConfig().reuseLastValue(place)
    shown = [(item.value(), item.symbol().color().name()) for item in layer.renderer().categories()]
    assert shown == [("forest", "#17562b"), ("Bâtiment", "#c0392b"), ("x", "#332288"), ("", "#ffffff")]


def test_nothing_but_the_file_is_left(make, tmp_path):
    path, log = make()
    assert [item.name for item in tmp_path.iterdir() if item.name.startswith(("labels", "."))] == ["labels.gpkg"]
    assert "temporary" not in log
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT f_table_name FROM layer_styles").fetchall() == [("labels",)]


def test_a_layer_that_is_loaded_has_its_style(make, tmp_path):
    project, context = QgsProject.instance(), QgsProcessingContext()
    project.clear()
    context.setProject(project)
    target = QgsProcessingOutputLayerDefinition(str(tmp_path / "labels.gpkg"), project)
    from processing.gui.Postprocessing import handleAlgorithmResults

    make(context=context, OUTPUT=target)
    algorithm = QgsApplication.processingRegistry().algorithmById("dis2:labellayer")
    handleAlgorithmResults(algorithm, context, QgsProcessingFeedback())
    (layer,) = project.mapLayers().values()
    assert layer.renderer().type() == "categorizedSymbol"
    project.clear()


def test_drawn_labels_are_what_training_reads(make):
    from dis2.layers.references import polygon_reference
    from qgis.core import QgsFeature, QgsFeatureRequest, QgsGeometry

    layer = QgsVectorLayer(make()[0], "mine", "ogr")
    feature = QgsFeature(layer.fields())
    feature.setGeometry(QgsGeometry.fromWkt("MultiPolygon(((0 0, 1 0, 1 1, 0 0)))"))
    feature["class"] = "forest"
    assert layer.dataProvider().addFeatures([feature])[0]
    values = polygon_reference(layer, QgsFeatureRequest(), "class", "EPSG:2056").values
    assert [(item.value, item.name) for item in values] == [(name, name) for name in ("forest", "Bâtiment", "x")]


def test_labels_of_somebody_stay(make, check, tmp_path):
    path, _ = make()
    before = Path(path).read_bytes()
    acceptable, message = check()
    assert not acceptable and "may hold labels of yours" in message
    with pytest.raises(QgsProcessingException):
        make()
    assert Path(path).read_bytes() == before


def test_a_temporary_file_is_told(make):
    assert "goes when QGIS ends" in make(OUTPUT="TEMPORARY_OUTPUT")[1]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"CLASSES": "forest"}, "1 classes were given"),
        ({"CLASSES": "forest, Forest"}, "given twice"),
        ({"FIELD": "FID"}, "cannot be called 'FID'"),
        ({"OUTPUT": "/tmp/labels.shp"}, "is no GeoPackage"),
        ({"OUTPUT": "/no/such/folder/labels.gpkg"}, "does not exist"),
        ({"SCENE": "missing.tif"}, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_beforehand(check, change, text):
    acceptable, message = check(**change)
    assert not acceptable and text in message
