"""A small model for the graphical modeler: two optional rasters, a map, polygons."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelOutput,
    QgsProcessingModelParameter,
    QgsProcessingParameterRasterLayer,
)
from qgis.PyQt.QtCore import QPointF
from qgis.PyQt.QtWidgets import QWidget

INPUTS = {"photo": "OPTICAL", "heights": "ELEVATION"}
FILLED = {"MODEL": "aerial-demo", "SIEVE": 20}


def city_model() -> QgsProcessingModelAlgorithm:
    """The model of the tutorial; it is what a person gets who drags it together."""
    model = QgsProcessingModelAlgorithm("Land cover", "Tutorial")
    for row, name in enumerate(INPUTS):
        definition = QgsProcessingParameterRasterLayer(name, name.capitalize(), optional=True)
        component = QgsProcessingModelParameter(name)
        component.setPosition(QPointF(150, 80 + 110 * row))
        model.addModelParameter(definition, component)
    child = QgsProcessingModelChildAlgorithm("dis2:segment")
    child.setChildId("segment")
    child.setDescription(child.algorithm().displayName())
    child.setPosition(QPointF(430, 135))
    source = QgsProcessingModelChildParameterSource
    for definition in child.algorithm().parameterDefinitions():
        if not definition.isDestination():  # as the designer does it: every field holds something
            value = FILLED.get(definition.name(), definition.defaultValue())
            child.addParameterSources(definition.name(), [source.fromStaticValue(value)])
    for name, slot in INPUTS.items():
        child.addParameterSources(slot, [source.fromModelParameter(name)])
    output = QgsProcessingModelOutput("Land cover", "Land cover")
    output.setChildId("segment")
    output.setChildOutputName("POLYGONS")
    output.setPosition(QPointF(710, 135))
    child.setModelOutputs({"Land cover": output})
    model.addChildAlgorithm(child)
    model.updateDestinationParameters()
    return model


def save_model(model: QgsProcessingModelAlgorithm) -> str:
    """Put a model into the toolbox, where the designer's *Save* puts it, and return its id there."""
    from processing.modeler.ModelerUtils import ModelerUtils

    path = Path(ModelerUtils.modelsFolders()[0]) / f"{model.name()}.model3"
    if not model.toFile(str(path)):
        raise OSError(f"{path} cannot be written")
    QgsApplication.processingRegistry().providerById("model").refreshAlgorithms()
    return f"model:{model.name()}"


def open_designer(model: QgsProcessingModelAlgorithm) -> QWidget:
    """The model designer with a model."""
    from processing.modeler.ModelerDialog import ModelerDialog

    designer = ModelerDialog.create(model)
    designer.show()
    return designer
