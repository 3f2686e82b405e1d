"""QGIS's own dialogs, off the screen: the single run, the batch, the model designer, the options."""

import pytest
from conftest import wait_for
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsMultiBandColorRenderer,
    QgsProcessingContext,
    QgsRasterLayer,
    QgsSettings,
)
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QComboBox, QLineEdit, QToolButton


@pytest.fixture
def algorithm(plugin, monkeypatch):
    """The algorithm, where dialogs know no main window."""
    from processing.gui import BatchPanel, ParametersPanel

    for module in (BatchPanel, ParametersPanel):
        monkeypatch.setattr(module, "iface", None, raising=False)
    return QgsApplication.processingRegistry().algorithmById("dis2:segment").create()


@pytest.fixture
def dialog(algorithm):
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    window = AlgorithmDialog(algorithm)
    yield window
    window.close()
    window.deleteLater()


def wrappers(dialog):
    return dialog.mainWidget().wrappers


def test_dialog_offers_names_and_files_and_tells_what_the_model_takes(dialog, scene):
    model = wrappers(dialog)["MODEL"]
    from dis2.dis2_core.contract.catalogue import shipped_models

    combo = model.widget.findChild(QComboBox)
    assert [combo.itemText(i) for i in range(combo.count())] == list(shipped_models())
    dialog.setParameters({"MODEL": scene.model})
    assert model.parameterValue() == scene.model
    assert "<b>Optical: rgb (red, green, blue)</b>" in model.widget.summary()
    assert "meadow &amp; garden" in model.widget.summary()


def test_the_model_can_be_chosen_without_eyes_and_mouse(dialog):
    """A screen reader has a name for every control, and the field's label leads the keyboard to it."""
    widget = wrappers(dialog)["MODEL"].widget
    controls = [*widget.findChildren(QComboBox), *widget.findChildren(QToolButton)]
    assert len(controls) == 2 and all(control.accessibleName() for control in controls)
    assert widget.focusProxy() is controls[0]


def test_dialog_tells_licence_and_scores_of_the_model(dialog, scene):
    model = wrappers(dialog)["MODEL"]
    dialog.setParameters({"MODEL": scene.model})
    assert "CC0-1.0 &lt;or so&gt;" in model.widget.summary()
    assert "0.50 optical + elevation, 0.40 optical" in model.widget.summary()


SLOTS = ("OPTICAL", "ELEVATION", "SAR", "SPECTRAL", "OTHER")


def shown(dialog, suffix=""):
    """Slots whose field, or a detail of it, is not hidden."""
    fields = wrappers(dialog)
    return [slot for slot in SLOTS if not fields[f"{slot}{suffix}"].wrappedWidget().isHidden()]


def test_dialog_shows_what_the_model_knows_and_calls_it_as_its_card_does(dialog, scene):
    dialog.setParameters({"MODEL": "no-such-model"})
    assert "There is no model" in wrappers(dialog)["MODEL"].widget.summary()
    assert shown(dialog) == list(SLOTS)
    dialog.setParameters({"MODEL": "aerial-demo"})
    assert shown(dialog) == ["OPTICAL", "ELEVATION"]
    labels = [wrappers(dialog)[slot].wrappedLabel().text() for slot in shown(dialog)]
    assert labels == ["Aerial photo, 8 bit (red, green, blue) [optional]", "Height above ground, m [optional]"]


def test_what_is_hidden_stays_hidden_when_the_advanced_parameters_are_unfolded(dialog, scene):
    dialog.show()
    dialog.setParameters({"MODEL": scene.model})
    group = wrappers(dialog)["SAR_BANDS"].wrappedWidget().parentWidget()
    for _ in range(3):  # whether it was folded the last time is remembered
        group.findChild(QToolButton).click()
        for _ in range(5):
            QCoreApplication.processEvents()
        if "OPTICAL" in shown(dialog, "_BANDS"):
            wait_for(lambda: shown(dialog, "_BANDS") == ["OPTICAL", "ELEVATION"], 5)
    if "OPTICAL" not in shown(dialog, "_BANDS"):
        group.findChild(QToolButton).click()
        wait_for(lambda: shown(dialog, "_BANDS") == ["OPTICAL", "ELEVATION"], 5)
    assert shown(dialog, "_FACTOR") == ["OPTICAL", "ELEVATION"]


def test_dialog_leaves_a_filled_field_open_so_that_it_can_be_emptied(dialog, scene):
    dialog.setParameters({"SAR": scene.ndsm})
    dialog.setParameters({"MODEL": scene.model})
    assert shown(dialog) == ["OPTICAL", "ELEVATION", "SAR"]


def notes(dialog):
    """The lines below the fields of rasters, as text."""
    found = {}
    for slot in SLOTS:
        field = wrappers(dialog)[slot].wrappedWidget()
        layout = field.parentWidget().layout()
        found[slot] = layout.itemAt(layout.indexOf(field) + 1).widget().text()
    return found


def photo(path, colors, count=3):
    """A small raster whose bands have colours."""
    raster = gdal.GetDriverByName("GTiff").Create(str(path), 8, 8, count, options=["PHOTOMETRIC=MINISBLACK"])
    for number, color in enumerate(colors, 1):
        raster.GetRasterBand(number).SetColorInterpretation(color)
    raster.SetGeoTransform((700000, 1, 0, 6600000, 0, -1))
    return str(path)


def test_dialog_tells_which_band_the_model_gets(dialog, scene, tmp_path):
    bgr = photo(tmp_path / "bgr.tif", (gdal.GCI_BlueBand, gdal.GCI_GreenBand, gdal.GCI_RedBand))
    dialog.setParameters({"MODEL": scene.model, "OPTICAL": bgr, "ELEVATION": scene.ndsm})
    assert notes(dialog)["OPTICAL"] == "red: band 3, green: band 2, blue: band 1, as the file says"
    assert notes(dialog)["ELEVATION"].startswith("height: band 1")
    assert wrappers(dialog)["OPTICAL_BANDS"].wrappedWidget().findChild(QLineEdit).text() == "3, 2, 1 (automatic)"
    dialog.setParameters({"MODEL": scene.model, "OPTICAL": bgr, "OPTICAL_BANDS": [1, 2, 3]})
    assert "as chosen" in notes(dialog)["OPTICAL"] and "band 1 is blue by the file" in notes(dialog)["OPTICAL"]


def test_dialog_doubts_what_cannot_be_meant(dialog, scene, tmp_path):
    rgb = photo(tmp_path / "rgb.tif", (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand))
    dialog.setParameters({"MODEL": scene.model, "OPTICAL": rgb, "ELEVATION": rgb})
    assert "a photo, and no heights?" in notes(dialog)["ELEVATION"]
    assert "Band 1 is given as " in notes(dialog)["ELEVATION"]
    heights = photo(tmp_path / "heights.tif", (gdal.GCI_GrayIndex,))
    dialog.setParameters({"MODEL": scene.model, "OPTICAL": scene.ndsm, "ELEVATION": heights})
    assert "It has too few bands (1); the model takes 3." in notes(dialog)["OPTICAL"]
    assert "It has 3 bands: which one holds the heights?" in notes(dialog)["ELEVATION"]
    result = photo(tmp_path / "map.tif", (gdal.GCI_GrayIndex,), count=1)
    gdal.Open(result, gdal.GA_Update).SetMetadata({"DIS2_MODEL": "tiny 1"})
    dialog.setParameters({"MODEL": scene.model, "ELEVATION": result})
    assert "This is a result of DIS2" in notes(dialog)["ELEVATION"]


def test_bands_that_a_layer_shows_count_where_its_file_says_nothing(plugin, scene, tmp_path):
    from dis2.layers.bands import LayerBands, layer_choice
    from dis2.models.named import model_card

    optical = model_card(scene.model).modalities[0]
    unnamed = photo(tmp_path / "unnamed.tif", [gdal.GCI_Undefined] * 4, count=4)
    for shown_bands, read, how in (((3, 2, 1), (3, 2, 1), "shown"), ((4, 1, 2), (1, 2, 3), "order")):
        layer = QgsRasterLayer(unnamed, "photo")
        layer.setRenderer(QgsMultiBandColorRenderer(layer.dataProvider(), *shown_bands))
        choice = layer_choice(layer, LayerBands.of(layer), optical)
        assert (choice.numbers, choice.how) == (read, how)


def test_training_marks_what_is_required(algorithm):
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    window = AlgorithmDialog(QgsApplication.processingRegistry().algorithmById("dis2:trainmodel").create())
    labels = [wrappers(window)[name].wrappedLabel().text() for name in ("LABELS", "CLASS_FIELD", "LABELS_RASTER")]
    assert all("[required" in text for text in labels)
    window.deleteLater()


@pytest.mark.slow
def test_dialog_runs(dialog, scene, real_worker, tmp_path):
    target = str(tmp_path / "map.tif")
    dialog.setParameters({"MODEL": scene.model, "ELEVATION": scene.ndsm, "OUTPUT": target})
    dialog.runAlgorithm()
    wait_for(lambda: dialog.results().get("OUTPUT"))
    assert dialog.results()["MODALITIES_USED"] == "ndsm"
    assert QgsRasterLayer(target).isValid()


@pytest.fixture
def batch(algorithm):
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    window = BatchAlgorithmDialog(algorithm)
    window.show()  # from 3.44 on a dialog that is hidden when its work ends deletes itself
    yield window
    window.close()
    window.deleteLater()


def fill_row(panel, row, values, target):
    for name, value in values.items():
        wrapper = panel.wrappers[row][panel.parameter_to_column[name]]
        wrapper.setParameterValue(value, QgsProcessingContext())
    panel.tblParameters.cellWidget(row + 1, panel.parameter_to_column["OUTPUT"]).setValue(target)


@pytest.mark.slow
def test_batch_with_three_scenes(batch, scene, real_worker, tmp_path):
    """Photo, heights, both: three rows of QGIS's batch table."""
    panel = batch.mainWidget()
    rows = [{"OPTICAL": scene.rgb}, {"ELEVATION": scene.ndsm}, {"OPTICAL": scene.rgb, "ELEVATION": scene.ndsm}]
    targets = [str(tmp_path / f"map{row}.tif") for row in range(3)]
    panel.addRow(3 - panel.batchRowCount())
    for row in range(3):
        fill_row(panel, row, {"MODEL": scene.model, **rows[row]}, targets[row])
    batch.runAlgorithm()
    wait_for(lambda: not batch.cancelButton().isEnabled())  # from 3.40 on it runs in the background
    assert sorted(path.name for path in tmp_path.glob("*.tif")) == ["map0.tif", "map1.tif", "map2.tif"]
    layers = [QgsRasterLayer(target) for target in targets]  # a renderer does not keep its layer alive
    assert [len(layer.renderer().classes()) for layer in layers] == [3, 3, 3]


def test_model_designer_offers_names_and_inputs_of_the_model(algorithm):
    from dis2.gui.model_widget import ModelWidgetWrapper
    from processing.gui.wrappers import DIALOG_MODELER, dialogTypes

    class Designer:
        def getAvailableValuesOfType(self, *types):
            return ["an input"]

        def resolveValueDescription(self, value):
            return f"value of {value}"

    dialogTypes["Designer"] = DIALOG_MODELER
    try:
        wrapper = ModelWidgetWrapper(algorithm.parameterDefinition("MODEL"), Designer())
    finally:
        del dialogTypes["Designer"]
    wrapper.setValue("an input")
    assert wrapper.widget.currentText() == "value of an input"
    assert wrapper.value() == "an input"
    wrapper.setValue("some.safetensors")
    assert wrapper.value() == "some.safetensors"


def test_options_page_keeps_the_interpreter(plugin, torch_python):
    from dis2.options.page import OptionsFactory
    from dis2.runtime import interpreter

    page = OptionsFactory().createWidget(None)
    page._existing.python.setFilePath(torch_python)
    page.apply()
    try:
        assert interpreter.interpreter() == torch_python
        again = OptionsFactory().createWidget(None)
        assert again._existing.python.filePath() == torch_python
    finally:
        QgsSettings().remove(interpreter.SETTING)
