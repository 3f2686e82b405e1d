"""Training from layers in QGIS, with the real worker: seconds, on a scene that a threshold would do."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import wait_for
from osgeo import gdal, osr
from qgis.core import (
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsFeature,
    QgsFeatureRequest,
    QgsFillSymbol,
    QgsGeometry,
    QgsPalettedRasterRenderer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtWidgets import QTextEdit

SIDE, BLOCK = 192, 24  # pixels
COLOURS = np.array([[60, 160, 50], [180, 60, 60], [120, 120, 120]])
HEIGHTS = np.array([0.5, 8.0, 0.0])
LEFT, TOP = 2_600_000.0, 1_200_000.0


def blocks():
    return np.random.default_rng(0).integers(0, 3, (SIDE // BLOCK, SIDE // BLOCK))


def write(path, values, pixel=0.5):
    count, height, width = values.shape
    kind = gdal.GDT_Byte if values.dtype == np.uint8 else gdal.GDT_Float32
    raster = gdal.GetDriverByName("GTiff").Create(str(path), width, height, count, kind)
    raster.SetGeoTransform((LEFT, pixel, 0, TOP, 0, -pixel))
    crs = osr.SpatialReference()
    crs.ImportFromEPSG(2056)
    raster.SetProjection(crs.ExportToWkt())
    for number, band in enumerate(values, start=1):
        raster.GetRasterBand(number).WriteArray(band)
    raster.FlushCache()
    return str(path)


@pytest.fixture(scope="module")
def ground(tmp_path_factory, plugin):
    """Photo, heights of half the resolution, labels as a raster."""
    folder = tmp_path_factory.mktemp("ground")
    rng = np.random.default_rng(1)
    labels = np.kron(blocks(), np.ones((BLOCK, BLOCK), dtype=int)).astype(np.uint8)
    rgb = (COLOURS[labels].transpose(2, 0, 1) + rng.normal(0, 5, (3, SIDE, SIDE))).clip(0, 255).astype(np.uint8)
    ndsm = (HEIGHTS[labels[::2, ::2]] + rng.normal(0, 0.2, (SIDE // 2, SIDE // 2))).astype(np.float32)
    return {
        "OPTICAL": write(folder / "rgb.tif", rgb),
        "ELEVATION": write(folder / "ndsm.tif", ndsm[None], pixel=1.0),
        "LABELS_RASTER": write(folder / "labels.tif", labels[None]),
    }


@pytest.fixture(autouse=True)
def no_layers_of_other_tests(plugin):
    """A path is resolved to a layer of the project that has it, style and all."""
    QgsProject.instance().clear()


@pytest.fixture
def polygons():
    """The labels as polygons in memory, with a style that names two of three classes; the third is unlabelled."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:2056&field=kind:integer", "fields and roofs", "memory")
    features = []
    for row, codes in enumerate(blocks()):
        for col, code in enumerate(codes):
            left, top = LEFT + col * BLOCK / 2, TOP - row * BLOCK / 2
            feature = QgsFeature(layer.fields())
            feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(left, top - BLOCK / 2, left + BLOCK / 2, top)))
            feature.setAttributes([int(code)])
            features.append(feature)
    layer.dataProvider().addFeatures(features)
    categories = [
        QgsRendererCategory(value, QgsFillSymbol.createSimple({"color": color}), name)
        for value, name, color in ((0, "grass", "#55ff00"), (1, "roof <b>", "#db0e9a"))
    ]
    layer.setRenderer(QgsCategorizedSymbolRenderer("kind", categories))
    QgsProject.instance().addMapLayer(layer)
    return layer


@pytest.fixture
def train(real_worker, ground, tmp_path):
    """Run the algorithm as a script does, small and short."""

    def run(feedback=None, labels=None, **parameters):
        import processing

        labels = labels or {"LABELS_RASTER": ground["LABELS_RASTER"]}
        small = {"STEPS": 6, "WIDTH": 8, "WINDOW": 32, "BATCH_SIZE": 2, "DEVICE": "cpu"}
        rasters = {name: ground[name] for name in ("OPTICAL", "ELEVATION")}
        target = str(tmp_path / "mine.safetensors")
        return processing.run(
            "dis2:trainmodel", {**rasters, **labels, **small, "MODEL": target, **parameters}, feedback=feedback
        )

    return run


@pytest.fixture
def check(ground):
    """What ``checkParameterValues`` says of these rasters and other changes."""
    algorithm = QgsApplication.processingRegistry().algorithmById("dis2:trainmodel").create()

    def ask(**changes):
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        parameters = {**ground, "MODEL": "TEMPORARY_OUTPUT", **changes}
        acceptable, message = algorithm.checkParameterValues(parameters, context)
        assert acceptable == (not message)
        return message

    return ask


def card_of(path):
    from dis2.dis2_core.contract.catalogue import read_card

    return read_card(Path(path))


def test_check(check, polygons):
    assert check() == ""
    assert check(LABELS_RASTER=None, LABELS=polygons.id(), CLASS_FIELD="kind") == ""
    assert "one of the two" in check(LABELS=polygons.id(), CLASS_FIELD="kind")
    assert "No labels were given" in check(LABELS_RASTER=None)
    assert "No field was chosen" in check(LABELS_RASTER=None, LABELS=polygons.id())
    assert "has no field 'class'" in check(LABELS_RASTER=None, LABELS=polygons.id(), CLASS_FIELD="class")
    assert check(ELEVATION=None) == ""
    assert "No raster was given" in check(ELEVATION=None, OPTICAL=None)
    assert "multiple of 16" in check(WINDOW=40)
    assert "time limit" in check(MINUTES=1e9)
    assert "no-such-model" in check(START="no-such-model")


@pytest.mark.slow
def test_from_layers_to_a_map(train, ground, tmp_path):
    import processing

    renderer = QgsPalettedRasterRenderer
    layer = QgsRasterLayer(ground["LABELS_RASTER"], "labels")
    colors = (("grass", "#55ff00"), ("roof", "#db0e9a"), ("road & path", "#f80c00"))
    classes = [renderer.Class(value, QColor(color), name) for value, (name, color) in enumerate(colors)]
    layer.setRenderer(renderer(layer.dataProvider(), 1, classes))
    QgsProject.instance().addMapLayer(layer)
    report = str(tmp_path / "report.html")
    result = train(labels={"LABELS_RASTER": layer.id()}, REPORT=report, NAME="ours", LICENSE="CC0-1.0")
    card = card_of(result["MODEL"])
    assert [(item.name, item.color) for item in card.classes] == list(colors)
    assert (card.name, card.license, card.window, card.gsd) == ("ours", "CC0-1.0", (32, 32), 0.5)
    assert result["MIOU"] == pytest.approx(card.metrics["rgb+ndsm"]["miou"], abs=1e-4)
    assert result["SCORES"].startswith(f"rgb+ndsm: {result['MIOU']:.3f}; rgb: ")
    assert "road &amp; path" in Path(result["REPORT"]).read_text(encoding="utf-8")
    for given in ({"OPTICAL": ground["OPTICAL"]}, {"ELEVATION": ground["ELEVATION"]}):
        target = str(tmp_path / f"{'-'.join(given)}.tif")
        mapped = processing.run("dis2:segment", {"MODEL": result["MODEL"], "OUTPUT": target, **given})
        assert gdal.Open(mapped["OUTPUT"]).RasterXSize == SIDE


@pytest.mark.slow
def test_polygons_in_memory_with_a_style(train, polygons):
    """Values without a category are not labelled; names are the style's."""
    card = card_of(train(labels={"LABELS": polygons.id(), "CLASS_FIELD": "kind"}, UNLABELLED=True)["MODEL"])
    assert [(item.name, item.color) for item in card.classes] == [("grass", "#55ff00"), ("roof <b>", "#db0e9a")]
    assert "ha of unlabelled ground take part; held-out ground does not." in card.training_data


@pytest.mark.slow
def test_polygons_and_raster_of_the_same_ground_give_the_same_model(train, polygons, tmp_path):
    polygons.renderer().deleteAllCategories()
    labels = {"LABELS": polygons.id(), "CLASS_FIELD": "kind"}
    by_raster = train(MODEL=str(tmp_path / "raster.safetensors"))
    by_polygons = train(labels=labels, MODEL=str(tmp_path / "polygons.safetensors"))
    first, second = (card_of(result["MODEL"]) for result in (by_raster, by_polygons))
    assert first.metrics == second.metrics and first.classes == second.classes


@pytest.mark.slow
def test_selected_polygons_alone(train, polygons):
    polygons.selectByExpression("kind = 1")
    labels = {"LABELS": QgsProcessingFeatureSourceDefinition(polygons.id(), True), "CLASS_FIELD": "kind"}
    with pytest.raises(QgsProcessingException, match="one class alone, 'roof <b>'"):
        train(labels=labels)


class Canceller(QgsProcessingFeedback):
    def __init__(self):
        super().__init__(False)
        self.cancelled_at = 0.0

    def setProgressText(self, text):
        if text == "Training":
            self.cancelled_at = time.monotonic()
            self.cancel()


@pytest.mark.slow
def test_cancelled_in_mid_training_within_a_second(train, tmp_path):
    canceller = Canceller()
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        train(canceller, STEPS=5000)
    assert canceller.cancelled_at > 0 and time.monotonic() - canceller.cancelled_at < 1.0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_an_error_of_the_worker_reaches_the_person(train, tmp_path):
    with pytest.raises(QgsProcessingException, match=r"outside|do not lie where all inputs are"):
        train(EXTENT="2599990,2599995,1199990,1199995 [EPSG:2056]")
    assert list(tmp_path.iterdir()) == []


def test_what_is_sent_to_the_worker(plugin, polygons, tmp_path):
    """GeoJSON in the layer's own coordinates, the class alone."""
    from dis2.layers.references import polygon_reference

    reference = polygon_reference(polygons, QgsFeatureRequest(), "kind", "EPSG:2056").provide(
        tmp_path, QgsProcessingFeedback()
    )
    features = json.loads(Path(reference.path).read_text(encoding="utf-8"))["features"]
    assert [feature["properties"] for feature in features] == [{"kind": int(code)} for code in blocks().ravel()]
    assert features[0]["geometry"]["coordinates"][0][0] == [LEFT, TOP - BLOCK / 2]
    assert (reference.field, reference.crs) == ("kind", "EPSG:2056")
    assert [(item.value, item.name) for item in reference.values] == [("0", "grass"), ("1", "roof <b>")]


@pytest.fixture
def dialog(plugin, monkeypatch):
    """The dialog, where there is no main window."""
    from processing.gui import BatchPanel, ParametersPanel, Postprocessing
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    for module in (BatchPanel, ParametersPanel, Postprocessing):
        monkeypatch.setattr(module, "iface", None, raising=False)
    window = AlgorithmDialog(QgsApplication.processingRegistry().algorithmById("dis2:trainmodel").create())
    yield window
    window.close()
    window.deleteLater()


def test_dialog_starts_from_nothing_and_leaves_every_slot_open(dialog):
    from dis2.dis2_core.contract.catalogue import shipped_models

    fields = dialog.mainWidget().wrappers
    start = fields["START"]
    assert start.parameterValue() == "" and "new model" in start.widget.summary()
    assert fields["UNLABELLED"].parameterValue() is False and fields["MINUTES"].parameterValue() is None
    dialog.setParameters({"START": next(iter(shipped_models()))})
    assert "Takes" in start.widget.summary()
    assert all(
        fields[slot].wrappedWidget().isEnabled() for slot in ("OPTICAL", "ELEVATION", "SAR", "SPECTRAL", "OTHER")
    )


def test_the_model_is_an_output_that_a_segmentation_takes(plugin):
    """In the model designer: the file of one algorithm is the string of the other."""
    from qgis.core import (
        QgsProcessingModelAlgorithm,
        QgsProcessingModelChildAlgorithm,
        QgsProcessingModelChildParameterSource,
        QgsProcessingParameterFile,
        QgsProcessingParameterString,
    )

    model = QgsProcessingModelAlgorithm("train and segment")
    train = QgsProcessingModelChildAlgorithm("dis2:trainmodel")
    train.setChildId("train")
    segment = QgsProcessingModelChildAlgorithm("dis2:segment")
    segment.setChildId("segment")
    segment.addParameterSources("MODEL", [QgsProcessingModelChildParameterSource.fromChildOutput("train", "MODEL")])
    model.addChildAlgorithm(train)
    model.addChildAlgorithm(segment)
    offered = model.availableSourcesForChild(
        "segment",
        [QgsProcessingParameterString.typeName(), QgsProcessingParameterFile.typeName()],
        ["outputString", "outputFile"],
    )
    assert ("train", "MODEL") in [(source.outputChildId(), source.outputName()) for source in offered]
    assert model.childAlgorithms()["segment"].parameterSources()["MODEL"][0].outputChildId() == "train"


def test_effort_and_what_a_person_overrides(plugin, ground):
    from dis2.dis2_core.contract.other_jobs import EFFORTS

    algorithm = QgsApplication.processingRegistry().algorithmById("dis2:trainmodel").create()

    def settings(**changes):
        context = QgsProcessingContext()
        algorithm.prepare({**ground, "MODEL": "TEMPORARY_OUTPUT", **changes}, context, QgsProcessingFeedback())
        found = algorithm._settings
        return found["steps"], found["width"], found.get("batch_size")

    assert settings(EFFORT="quick") == (*EFFORTS["quick"], None)
    assert settings() == (*EFFORTS["normal"], None)
    assert settings(EFFORT="thorough", STEPS=7, BATCH_SIZE=3) == (7, EFFORTS["thorough"][1], 3)
    assert settings(START="aerial-demo") == (EFFORTS["normal"][0] // 3, None, None)
    assert algorithm._settings["minutes"] is None
    settings(MINUTES=2.5)
    assert algorithm._settings["minutes"] == 2.5
    assert settings(START="imagenet") == (*EFFORTS["normal"], None)
    assert settings(START="aerial-demo", WIDTH=8) == (EFFORTS["normal"][0] // 3, 8, None)


def test_what_there_is_can_be_kept(real_worker, ground, tmp_path, monkeypatch):
    """The button of the dialog, in a training of an hour; the model is the best of the first steps."""
    from dis2.dis2_core.contract.catalogue import read_card
    from dis2.words import progress
    from processing.gui import ParametersPanel, Postprocessing

    for module in (ParametersPanel, Postprocessing):
        monkeypatch.setattr(module, "iface", None, raising=False)
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("dis2:trainmodel")
    dialog = algorithm.createCustomParametersWidget(None)
    dialog.show()  # one that is hidden when its work ends deletes itself
    outputs = {"MODEL": str(tmp_path / "mine.safetensors"), "REPORT": str(tmp_path / "report.html")}
    small = {"STEPS": 60_000, "WIDTH": 8, "WINDOW": 32, "BATCH_SIZE": 2, "DEVICE": "cpu"}
    ended = []
    dialog.algorithmFinished.connect(lambda good, results: ended.append((good, results)))
    try:
        assert not dialog.keep_button.isEnabled()
        dialog.setParameters({**ground, **small, **outputs})
        dialog.runAlgorithm()
        assert dialog.keep_button.isEnabled()
        wait_for(lambda: "steps take about" in log_of(dialog), seconds=120)
        dialog.keep_button.click()
        assert not dialog.keep_button.isEnabled()
        wait_for(lambda: ended, seconds=120)
        assert not progress._ENOUGH  # a later run may have its feedback at the same address
        log = log_of(dialog)
        assert ended[0][0] and ended[0][1]["MODEL"] == outputs["MODEL"]
        assert "best model so far is tested and saved" in log
        step = int(log.split("Training was ended at step ")[1].split(" of ")[0].replace(",", ""))
        assert 0 < step < 30_000
        assert read_card(outputs["MODEL"]).metrics and "as asked" in Path(outputs["REPORT"]).read_text()
    finally:
        dialog.cancelButton().click()
        wait_for(lambda: ended, seconds=120)
        dialog.close()
        dialog.deleteLater()


def test_a_wish_is_that_of_one_run(plugin):
    from dis2.words.progress import Part, ask_for_what_there_is, begin_anew, wants_no_more

    run, other = QgsProcessingFeedback(), QgsProcessingFeedback()
    part = Part(Part(run, 0, 1), 0.5, 1)
    ask_for_what_there_is(run)
    assert wants_no_more(run) and wants_no_more(part) and not wants_no_more(other)
    begin_anew(part)
    assert not wants_no_more(part) and not wants_no_more(run)


def log_of(dialog):
    return "".join(browser.toPlainText() for browser in dialog.findChildren(QTextEdit, "txtLog"))
