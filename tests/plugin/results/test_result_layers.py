"""Results in the layer tree of a window, where QGIS puts new layers beside the selected one."""

import pytest
from qgis.core import (
    QgsLayerTreeRegistryBridge,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsSettings,
    QgsVectorLayer,
)


@pytest.fixture
def add(plugin, qgis_new_project):
    """Add a layer as a window does whose selected layer is the newest, and move it."""
    from dis2.results.placing import Place, move_to_group

    root = QgsProject.instance().layerTreeRoot()

    def add(name, rank):
        layer = QgsVectorLayer("NoGeometry", name, "memory")
        QgsProject.instance().addMapLayer(layer)
        move_to_group(root, layer, Place("DIS2: scene", name, rank))
        select(root.findLayer(layer.id()).parent())

    yield add
    select(root)  # QGIS keeps no reference to the group, which the next project clears away


def select(group):
    """Have QGIS put new layers into a group, as if one of its layers were selected."""
    point = QgsLayerTreeRegistryBridge.InsertionPoint(group, 0)
    QgsProject.instance().layerTreeRegistryBridge().setLayerInsertionPoint(point)


def test_all_results_of_a_scene_share_one_group(add):
    for name, rank in (("second", 1), ("first", 0), ("third", 2)):
        add(name, rank)
    (group,) = QgsProject.instance().layerTreeRoot().findGroups(True)
    assert [node.name() for node in group.children()] == ["first", "second", "third"]


def test_the_group_lies_at_the_top_though_a_layer_of_another_group_is_selected(add):
    root = QgsProject.instance().layerTreeRoot()
    other = root.addGroup("other")
    select(other)
    add("map", 0)
    assert [node.name() for node in root.children()] == ["DIS2: scene", "other"]
    assert not other.children()


def test_the_group_that_processing_is_told_to_put_results_into_holds_it(add):
    settings = QgsSettings()
    settings.setValue("Processing/Configuration/RESULTS_GROUP_NAME", "Results")
    try:
        results = QgsProject.instance().layerTreeRoot().addGroup("Results")
        add("map", 0)
        assert [node.name() for node in results.children()] == ["DIS2: scene"]
    finally:
        settings.remove("Processing/Configuration/RESULTS_GROUP_NAME")


@pytest.mark.parametrize(("insists", "name"), [(True, "Aerial photo"), (False, "rgb")])
def test_a_name_that_insists_goes_before_the_one_that_qgis_gives(plugin, qgis_new_project, insists, name):
    from dis2.results.placing import Place, place_result

    context, layer = QgsProcessingContext(), QgsVectorLayer("NoGeometry", "rgb", "memory")
    context.setProject(QgsProject.instance())
    details = QgsProcessingContext.LayerDetails("Aerial photo", QgsProject.instance(), "RGB")
    context.addLayerToLoadOnCompletion("rgb.tif", details)
    place_result(context, "rgb.tif", "RGB", Place("DIS2: scene", "Aerial photo", 0, insists))
    QgsProject.instance().addMapLayer(layer)
    details = context.layerToLoadOnCompletionDetails("rgb.tif")
    details.postProcessor().postProcessLayer(layer, context, QgsProcessingFeedback())
    assert layer.name() == name


@pytest.mark.parametrize(
    ("given", "name"), [("Classes", "Classes (optical)"), ("", "Classes (optical)"), ("Land cover", "Land cover")]
)
def test_the_output_of_a_model_keeps_the_name_that_it_has_there(plugin, qgis_new_project, given, name):
    from dis2.results.placing import Place, place_result

    context = QgsProcessingContext()
    details = QgsProcessingContext.LayerDetails(given, QgsProject.instance(), "OUTPUT")
    context.addLayerToLoadOnCompletion("map.tif", details)
    place_result(context, "map.tif", "OUTPUT", Place("DIS2: scene", "Classes (optical)", 0, label="Classes"))
    assert context.layerToLoadOnCompletionDetails("map.tif").name == name
