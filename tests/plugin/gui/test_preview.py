"""The button *Preview* of the dialog: a quick look at the map view, in the background."""

import math

import pytest
from conftest import wait_for
from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsDistanceArea,
    QgsProject,
    QgsRectangle,
    QgsReferencedRectangle,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt import sip

WINDOW = 16.0  # metres of the tiny model's window
SCENE = QgsRectangle(2_600_000, 1_199_952, 2_600_048, 1_200_000)


@pytest.fixture
def canvas(qgis_app, qgis_new_project):
    view = QgsMapCanvas()
    view.resize(400, 400)
    view.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:2056"))
    view.setExtent(SCENE)
    yield view
    view.deleteLater()


@pytest.fixture
def no_window(plugin, monkeypatch):
    """Dialogs know no main window."""
    from dis2.gui import segment_dialog
    from processing.gui import ParametersPanel, Postprocessing

    for module in (ParametersPanel, Postprocessing, segment_dialog):
        monkeypatch.setattr(module, "iface", None, raising=False)


@pytest.fixture
def dialog(no_window, canvas, scene):
    from dis2.gui.preview import Preview
    from dis2.gui.segment_dialog import SegmentDialog

    algorithm = QgsApplication.processingRegistry().algorithmById("dis2:segment").create()
    window = SegmentDialog(algorithm, canvas=canvas)
    window.setParameters({"MODEL": scene.model, "OPTICAL": scene.rgb})
    yield window
    wait_for(lambda: not Preview._running)
    if not sip.isdeleted(window):
        window.close()
        window.deleteLater()


def messages(dialog):
    return [item.text() for item in dialog.messageBar().items()]


def previews():
    """Names of the layers in the group of previews."""
    groups = [g for g in QgsProject.instance().layerTreeRoot().findGroups() if g.name() == "DIS2 preview"]
    return [[node.name() for node in group.findLayers()] for group in groups]


def idle(dialog):
    return dialog.preview_button.text() == "Preview"


def preview(dialog):
    dialog.preview_button.click()
    assert not idle(dialog)
    wait_for(lambda: idle(dialog))


def test_the_toolbox_opens_the_dialog_with_the_button(no_window):
    algorithm = QgsApplication.processingRegistry().algorithmById("dis2:segment").create()
    window = algorithm.createCustomParametersWidget(None)
    try:
        assert not window.preview_button.isEnabled()  # there is no map view
        assert window.algorithm() is algorithm
    finally:
        window.deleteLater()


@pytest.mark.slow
def test_preview_of_the_view(dialog, canvas, real_worker):
    """The middle of the view, styled, without a result of the dialog itself."""
    canvas.setExtent(QgsRectangle(2_600_010, 1_199_970, 2_600_030, 1_199_990))
    preview(dialog)
    assert previews() == [["Preview (optical)"]]
    (layer,) = QgsProject.instance().mapLayers().values()
    assert layer.extent().width() == pytest.approx(canvas.extent().width(), abs=1)
    assert layer.extent().height() == pytest.approx(canvas.extent().height(), abs=1)
    assert [item.label for item in layer.renderer().classes()] == ["house", "road", "meadow & garden"]
    assert messages(dialog) == []
    assert not dialog.results()


@pytest.mark.slow
def test_the_next_preview_replaces_the_one_before(dialog, scene, real_worker):
    preview(dialog)
    first = set(QgsProject.instance().mapLayers())
    dialog.setParameters({"ELEVATION": scene.ndsm})
    preview(dialog)
    assert previews() == [["Preview (optical + elevation)"]]
    assert first.isdisjoint(QgsProject.instance().mapLayers())


def test_parameters_can_be_changed_meanwhile(dialog, scene, fake_worker):
    fake_worker("stubborn")
    dialog.preview_button.click()
    wait_for(lambda: "%" in dialog.preview_button.text() and "(0" not in dialog.preview_button.text())
    assert dialog.mainWidget().isEnabled() and dialog.runButton().isEnabled()
    dialog.setParameters({"ELEVATION": scene.ndsm})
    dialog.preview_button.click()
    wait_for(lambda: idle(dialog), seconds=5)
    assert messages(dialog) == []
    assert previews() == []


def test_closing_the_dialog_stops_its_preview(dialog, fake_worker):
    from dis2.gui.preview import Preview

    fake_worker("stubborn")
    dialog.show()
    dialog.preview_button.click()
    wait_for(lambda: "(0" not in dialog.preview_button.text())
    dialog.close()
    wait_for(lambda: not Preview._running, seconds=5)


def test_a_failure_is_told_in_the_dialog(dialog, fake_worker):
    fake_worker("error")
    preview(dialog)
    assert messages(dialog) == ["The disk is full. Free 3 GB."]
    assert previews() == []


@pytest.mark.parametrize(
    ("name", "attribute", "words"),
    [("MODEL", "rgb", "is no model file"), ("SAR", "ndsm", "The model has no use for a raster in SAR.")],
)
def test_what_is_wrong_is_told_at_once(dialog, scene, name, attribute, words):
    dialog.setParameters({name: getattr(scene, attribute)})
    dialog.preview_button.click()
    assert idle(dialog)
    assert words in messages(dialog)[0]


@pytest.mark.slow
def test_a_view_beside_the_rasters(dialog, canvas, real_worker):
    canvas.setExtent(QgsRectangle(2_700_000, 1_100_000, 2_700_040, 1_100_040))
    preview(dialog)
    assert "lies outside" in messages(dialog)[0]


@pytest.mark.parametrize("crs", ["EPSG:2056", "EPSG:4326", "EPSG:3857", "EPSG:2264"])
def test_a_large_view_is_limited_to_some_windows_on_the_ground(plugin, scene, crs):
    """Measured on the ellipsoid; EPSG:2264 counts in feet."""
    from dis2.gui.preview import WINDOWS_A_SIDE, preview_region
    from dis2.models.named import model_card

    system, transforms = QgsCoordinateReferenceSystem(crs), QgsCoordinateTransformContext()
    view = QgsReferencedRectangle(SCENE if crs == "EPSG:2056" else _far_view(system), system)
    view = QgsReferencedRectangle(view.scaled(1000 if crs == "EPSG:2056" else 1), system)
    region, limited = preview_region(view, model_card(scene.model), transforms)
    assert limited
    measure = QgsDistanceArea()
    measure.setSourceCrs(system, transforms)
    measure.setEllipsoid(system.ellipsoidAcronym())
    side = math.sqrt(measure.measurePolygon([*_corners(region)]))
    assert side == pytest.approx(WINDOWS_A_SIDE * WINDOW, rel=0.01)
    assert region.center().distance(view.center()) < 1e-6 * view.width()


def _far_view(system):
    from qgis.core import QgsCoordinateTransform

    geographic = QgsRectangle(-79.1, 35.0, -79.0, 35.1)
    if system.isGeographic():
        return geographic
    source = QgsCoordinateReferenceSystem("EPSG:4326")
    return QgsCoordinateTransform(source, system, QgsProject.instance()).transformBoundingBox(geographic)


def _corners(box):
    from qgis.core import QgsPointXY

    xs, ys = (box.xMinimum(), box.xMaximum()), (box.yMinimum(), box.yMaximum())
    return [QgsPointXY(xs[0], ys[0]), QgsPointXY(xs[1], ys[0]), QgsPointXY(xs[1], ys[1]), QgsPointXY(xs[0], ys[1])]


def test_a_small_view_is_shown_as_a_whole(plugin, scene):
    from dis2.gui.preview import preview_region
    from dis2.models.named import model_card

    view = QgsReferencedRectangle(SCENE, QgsCoordinateReferenceSystem("EPSG:2056"))
    region, limited = preview_region(view, model_card(scene.model), QgsCoordinateTransformContext())
    assert (QgsRectangle(region), limited) == (SCENE, False)
