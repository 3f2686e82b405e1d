"""The generated city in QGIS: files, layers, their names, colours and group."""

import pytest
from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)

NAMES = ["RGB", "POLYGONS", "LABELS", "NDSM", "DSM", "DTM"]


@pytest.fixture
def algorithm(plugin):
    return QgsApplication.processingRegistry().algorithmById("dis2:democity").create()


@pytest.fixture
def make(real_worker, tmp_path):
    def run(**parameters):
        import processing

        return processing.run("dis2:democity", {"SIZE": 128, "SEED": 3, "FOLDER": str(tmp_path / "city"), **parameters})

    return run


@pytest.mark.slow
def test_files_are_layers_that_qgis_shows(make):
    results = make()
    rasters = {name: QgsRasterLayer(results[name], name) for name in NAMES if name != "POLYGONS"}
    assert all(layer.isValid() for layer in rasters.values())
    assert {name: (layer.width(), layer.bandCount()) for name, layer in rasters.items()} == {
        "RGB": (128, 3),
        "LABELS": (128, 1),
        "NDSM": (128, 1),
        "DSM": (128, 1),
        "DTM": (26, 1),
    }
    rasters["LABELS"].loadDefaultStyle()
    classes = rasters["LABELS"].renderer().classes()
    assert [(item.label, item.color.name()) for item in classes][:2] == [
        ("building", "#b5473c"),
        ("pervious surface", "#cdbfa3"),
    ]
    polygons = QgsVectorLayer(results["POLYGONS"], "polygons", "ogr")
    assert polygons.isValid() and polygons.crs().authid() == "EPSG:25832"
    assert {feature["class"] for feature in polygons.getFeatures()} <= {item.label for item in classes}
    assert polygons.extent().width() <= 26


@pytest.mark.slow
def test_temporary_folder(make):
    assert QgsRasterLayer(make(FOLDER="TEMPORARY_OUTPUT")["RGB"]).isValid()


@pytest.mark.slow
def test_files_of_a_person_stay(make, tmp_path):
    (tmp_path / "city").mkdir()
    (tmp_path / "city" / "mine.txt").write_text("mine")
    make()
    make(SEED=4)
    assert (tmp_path / "city" / "mine.txt").read_text() == "mine"
    assert not [path for path in (tmp_path / "city").iterdir() if path.name.startswith(".")]


def run_in_context(algorithm, tmp_path, **parameters):
    context, feedback = QgsProcessingContext(), QgsProcessingFeedback()
    context.setProject(QgsProject.instance())
    given = {"SIZE": 64, "SEED": 3, "FOLDER": str(tmp_path / "city"), **parameters}
    results, ok = algorithm.run(given, context, feedback)
    assert ok
    return results, context, feedback


@pytest.mark.slow
def test_layers_come_into_a_group_of_the_project(algorithm, real_worker, tmp_path, qgis_new_project):
    from processing.gui.Postprocessing import handleAlgorithmResults

    _, context, feedback = run_in_context(algorithm, tmp_path)
    handleAlgorithmResults(algorithm, context, feedback)
    root = QgsProject.instance().layerTreeRoot()
    (group,) = [node for node in root.children() if node.name() == "DIS2: city 3"]
    labels = [algorithm.outputDefinition(name).description() for name in NAMES]
    assert [node.name() for node in group.children()] == labels
    assert all(node.layer().isValid() for node in group.children())


@pytest.mark.slow
def test_layers_stay_away_where_they_are_not_wanted(algorithm, real_worker, tmp_path, qgis_new_project):
    _, context, _ = run_in_context(algorithm, tmp_path, LOAD=False)
    assert context.layersToLoadOnCompletion() == {}


@pytest.mark.slow
def test_failure_is_one_message(make, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(QgsProcessingException, match="file"):
        make(FOLDER=str(tmp_path / "file" / "city"))


def test_democity_explains_itself(algorithm):
    assert [item.name() for item in algorithm.parameterDefinitions() if not item.help()] == []
    assert "does not exist" in algorithm.shortHelpString()
    assert algorithm.shortHelpString().isascii()
    assert not algorithm.icon().pixmap(24, 24).isNull()
    assert algorithm.svgIconPath().endswith("democity.svg")
    assert "tutorial" in algorithm.tags()
