"""QGIS's own dialogs, off the screen: the single run, the batch, the model designer, the options."""

import time

import pytest
from qgis.core import QgsApplication, QgsProcessingContext, QgsRasterLayer, QgsSettings
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QComboBox, QToolButton


@pytest.fixture
def algorithm(plugin, monkeypatch):
    """The algorithm, where dialogs know no main window."""
    from processing.gui import BatchPanel, ParametersPanel

    for module in (BatchPanel, ParametersPanel):
        monkeypatch.setattr(module, "iface", None, raising=False)
    return QgsApplication.processingRegistry().algorithmById("dis2:segment").create()


def wait_for(done, seconds=60):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it takes too long"
        QCoreApplication.processEvents()
        time.sleep(0.01)


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


def test_dialog_greys_out_what_the_model_does_not_know(dialog, scene):
    fields = wrappers(dialog)
    slots = ("OPTICAL", "ELEVATION", "SAR", "SPECTRAL", "OTHER")
    dialog.setParameters({"MODEL": "no-such-model"})
    assert "There is no model" in fields["MODEL"].widget.summary()
    assert all(fields[slot].wrappedWidget().isEnabled() for slot in slots)
    dialog.setParameters({"MODEL": scene.model})
    assert [slot for slot in slots if fields[slot].wrappedWidget().isEnabled()] == ["OPTICAL", "ELEVATION"]


def test_dialog_leaves_a_filled_field_open_so_that_it_can_be_emptied(dialog, scene):
    dialog.setParameters({"SAR": scene.ndsm})
    dialog.setParameters({"MODEL": scene.model})
    assert wrappers(dialog)["SAR"].wrappedWidget().isEnabled()


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
