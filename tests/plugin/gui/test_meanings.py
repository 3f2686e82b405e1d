"""The table of what a reference's values mean, in the dialogs of *Evaluate* and *What if*."""

import pytest
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsPalettedRasterRenderer,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor


@pytest.fixture
def open_dialog(plugin, monkeypatch, qgis_new_project):
    """Opens QGIS's dialog of an algorithm and returns its fields."""
    from processing.gui import ParametersPanel
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    monkeypatch.setattr(ParametersPanel, "iface", None, raising=False)
    windows = []

    def go(name):
        window = AlgorithmDialog(QgsApplication.processingRegistry().createAlgorithmById(f"dis2:{name}"))
        windows.append(window)
        return window.mainWidget().wrappers, window

    yield go
    for window in windows:
        window.close()
        window.deleteLater()


def raster(path, codes, names=()):
    """A layer in the project, with a palette where names are given."""
    file = gdal.GetDriverByName("GTiff").Create(str(path), len(codes), 1, 1, gdal.GDT_Byte)
    file.SetGeoTransform((0, 1, 0, 1, 0, -1))
    file.GetRasterBand(1).SetNoDataValue(255)
    file.GetRasterBand(1).WriteRaster(0, 0, len(codes), 1, bytes(codes))
    file.FlushCache()
    layer = QgsRasterLayer(str(path), path.stem)
    if names:
        classes = [QgsPalettedRasterRenderer.Class(code, QColor(90, 80, 120), name) for code, name in enumerate(names)]
        layer.setRenderer(QgsPalettedRasterRenderer(layer.dataProvider(), 1, classes))
    QgsProject.instance().addMapLayer(layer)
    return layer


def rows(widget):
    table = widget.table
    return [(table.item(row, 0).text(), table.cellWidget(row, 1).currentText()) for row in range(table.rowCount())]


def choices(widget, row):
    combo = widget.table.cellWidget(row, 1)
    return [combo.itemText(index) for index in range(combo.count())]


def test_the_table_holds_what_both_sides_hold(open_dialog, tmp_path):
    fields, window = open_dialog("evaluate")
    widget = fields["REFERENCE_VALUES"].widget
    widget.button.click()
    assert "Choose a reference first" in widget.note.text() and not widget.table.isVisibleTo(window)
    mapped = raster(tmp_path / "map.tif", [0, 1, 2], ("building", "tree", "water"))
    truth = raster(tmp_path / "truth.tif", [10, 20, 255, 30])
    window.setParameters({"CLASSES": mapped, "REFERENCE": truth})
    widget.button.click()
    assert rows(widget) == [("10", ""), ("20", ""), ("30", "")]
    assert choices(widget, 0) == ["", "building", "tree", "water"]
    assert "matched by name, or by code" in widget.note.text()
    for row, name in enumerate(("tree", "building")):
        widget.table.cellWidget(row, 1).setCurrentText(name)
    assert widget.note.text() == "Values without a class count as not labelled: 1."
    assert window.createProcessingParameters()["REFERENCE_VALUES"] == "10=tree;20=building"
    widget.button.click()  # what was chosen stays
    assert rows(widget) == [("10", "tree"), ("20", "building"), ("30", "")]


def test_what_is_called_alike_is_the_same(open_dialog, tmp_path):
    fields, window = open_dialog("evaluate")
    widget = fields["REFERENCE_VALUES"].widget
    mapped = raster(tmp_path / "map.tif", [0, 1], ("low vegetation", "tree"))
    truth = raster(tmp_path / "truth.tif", [0, 1], ("Low_Vegetation", "rock"))
    window.setParameters({"CLASSES": mapped, "REFERENCE": truth})
    widget.button.click()
    assert rows(widget) == [("Low_Vegetation (0)", "low vegetation"), ("rock (1)", "")]
    assert fields["REFERENCE_VALUES"].value() == "0=low vegetation"


def test_polygons_against_the_classes_of_a_model(open_dialog, scene):
    fields, window = open_dialog("whatif")
    widget = fields["TRUTH_VALUES"].widget
    layer = QgsVectorLayer("Polygon?crs=EPSG:2056&field=kind:string", "truth", "memory")
    for kind in ("Dach", "meadow & garden", None, "Dach"):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([kind])
        layer.dataProvider().addFeatures([feature])
    QgsProject.instance().addMapLayer(layer)
    window.setParameters({"MODEL": scene.model, "TRUTH_POLYGONS": layer, "TRUTH_FIELD": "kind"})
    widget.button.click()
    assert rows(widget) == [("Dach", ""), ("meadow & garden", "meadow & garden")]


def test_rare_values_are_listed_and_values_of_any_kind_come_back(open_dialog, tmp_path):
    from dis2.words.inputs import parse_meanings

    fields, window = open_dialog("evaluate")
    widget = fields["REFERENCE_VALUES"].widget
    codes = [0] * 5000 + [7] + [1] * 5000  # a single pixel, which a look at every tenth would miss
    window.setParameters({"REFERENCE": raster(tmp_path / "truth.tif", codes)})
    widget.button.click()
    assert [value for value, _ in rows(widget)] == ["0", "1", "7"]
    layer = QgsVectorLayer("Polygon?field=kind:string", "truth", "memory")
    for kind in ("landuse=forest", "a;b"):
        feature = QgsFeature(layer.fields())
        feature.setAttributes([kind])
        layer.dataProvider().addFeatures([feature])
    QgsProject.instance().addMapLayer(layer)
    window.setParameters({"REFERENCE": None, "REFERENCE_POLYGONS": layer, "CLASS_FIELD": "kind"})
    widget.button.click()
    assert rows(widget) == [("landuse=forest", "")] and "semicolon" in widget.note.text()
    widget.table.cellWidget(0, 1).setCurrentText("tree")
    (meaning,) = parse_meanings(fields["REFERENCE_VALUES"].value())
    assert (meaning.value, meaning.name) == ("landuse=forest", "tree")


def test_what_was_emptied_stays_empty(open_dialog, tmp_path):
    fields, window = open_dialog("evaluate")
    widget = fields["REFERENCE_VALUES"].widget
    mapped = raster(tmp_path / "map.tif", [0, 1], ("tree", "rock"))
    window.setParameters({"CLASSES": mapped, "REFERENCE": raster(tmp_path / "t.tif", [0, 1], ("tree", "rock"))})
    widget.button.click()
    widget.table.cellWidget(1, 1).setEditText("")
    widget.button.click()
    assert fields["REFERENCE_VALUES"].value() == "0=tree"


def test_a_text_of_a_script_is_shown_and_one_that_is_none_is_told(open_dialog):
    fields, window = open_dialog("evaluate")
    widget = fields["REFERENCE_VALUES"].widget
    window.setParameters({"REFERENCE_VALUES": "1=house; 2 = road"})
    assert rows(widget) == [("1", "house"), ("2", "road")]
    assert fields["REFERENCE_VALUES"].value() == "1=house;2=road"
    window.setParameters({"REFERENCE_VALUES": "house"})
    assert not rows(widget) and "'house'" in widget.note.text()


def test_batches_take_the_text(plugin, monkeypatch):
    from processing.gui import BatchPanel
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    monkeypatch.setattr(BatchPanel, "iface", None, raising=False)
    window = BatchAlgorithmDialog(QgsApplication.processingRegistry().createAlgorithmById("dis2:evaluate"))
    try:
        wrapper = window.mainWidget().wrappers[0][window.mainWidget().parameter_to_column["REFERENCE_VALUES"]]
        wrapper.setValue("1=house")
        assert wrapper.value() == "1=house"
    finally:
        window.close()
        window.deleteLater()
