"""The generated city, for trying things out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputRasterLayer,
    QgsProcessingOutputVectorLayer,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
)

from ..dis2_core.contract.other_jobs import CityJob
from ..results.placing import Place, place_result
from ..results.symbols import name_renderer
from ..words.translation import keywords, tr
from ..worker.client import run_job
from .base import Dis2Algorithm, reported_errors

SIZES = (64, 4096)  # pixels
CLASS_FIELD = "class"  # of the polygons


class DemoCityAlgorithm(Dis2Algorithm):
    """Draws a city that does not exist into files, and puts them on the map."""

    ID = "democity"
    ICON = "democity.svg"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Make a demonstration city")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Draws a small city that does not exist: photo, heights, terrain and true classes to try DIS2 with.")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return keywords(
            tr(
                "demo,demonstration,example,sample,test,data,synthetic,generated,city,scene,tutorial,"
                "machine learning,first steps,getting started,sample data,dis2"
            )
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declare parameters and outputs."""
        whole = QgsProcessingParameterNumber.Type.Integer
        self.add(
            QgsProcessingParameterNumber(
                "SIZE", tr("Size in pixels"), whole, defaultValue=1024, minValue=SIZES[0], maxValue=SIZES[1]
            ),
            tr("Height and width; a pixel has 0.2 m. 1024 pixels take a few seconds."),
        )
        self.add(
            QgsProcessingParameterNumber("SEED", tr("Seed"), whole, defaultValue=0, minValue=0),
            tr("Which city: the same number gives the same one."),
        )
        self.add(
            QgsProcessingParameterBoolean("LOAD", tr("Add the layers to the project"), defaultValue=True),
            tr("Whether the files are shown on the map when they are done."),
        )
        self.add(
            QgsProcessingParameterFolderDestination("FOLDER", tr("Folder")),
            tr("Where the files go. Files of an earlier city are replaced, others stay."),
        )
        for name, label in _labels().items():
            kind = QgsProcessingOutputVectorLayer if name == "POLYGONS" else QgsProcessingOutputRasterLayer
            self.addOutput(kind(name, label))

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Draw in the worker and return the paths."""
        folder = self.parameterAsFileOutput(parameters, "FOLDER", context)
        size = self.parameterAsInt(parameters, "SIZE", context)
        seed = self.parameterAsInt(parameters, "SEED", context)
        with reported_errors():
            result = run_job(CityJob(folder, size, seed), feedback)
        paths = {name: str(result["outputs"][name.lower()]) for name in _labels()}
        if self.parameterAsBool(parameters, "LOAD", context):
            colors = {item["name"]: item["color"] for item in result["classes"]}
            _show(paths, tr("DIS2: city {}").format(seed), name_renderer(CLASS_FIELD, colors), context)
        return {"FOLDER": folder, **paths}


def _labels() -> dict[str, str]:
    """Names of the files in the layer tree, from above."""
    return {
        "RGB": tr("Aerial photo"),
        "POLYGONS": tr("Labelled polygons"),
        "LABELS": tr("True classes"),
        "NDSM": tr("Height above ground (nDSM)"),
        "DSM": tr("Surface model (DSM)"),
        "DTM": tr("Terrain model (DTM)"),
    }


def _show(
    paths: Mapping[str, str], group: str, polygons: QgsCategorizedSymbolRenderer, context: QgsProcessingContext
) -> None:
    """Ask QGIS to load the files; without a project (``qgis_process``) there is nowhere to put them."""
    if context.project() is None:
        return
    for rank, (name, label) in enumerate(_labels().items()):
        details = QgsProcessingContext.LayerDetails(label, context.project(), name)
        context.addLayerToLoadOnCompletion(paths[name], details)
        renderer = polygons if name == "POLYGONS" else None
        place_result(context, paths[name], name, Place(group, label, rank, insists=True), renderer)
