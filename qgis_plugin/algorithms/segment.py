"""Segment with missing modalities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterRasterDestination,
)

from ..dis2_core.contract.card import NODATA, UNCERTAIN
from ..results.placing import Place, place_result
from ..words.areas import area_text
from ..words.cards import catalogue_html
from ..words.numbers import filled
from ..words.progress import Part
from ..words.translation import keywords, tr
from ..worker.client import run_job
from .base import given, reported_errors, tell_replaced
from .prediction import Prediction
from .vector_outputs import VectorOutputs

if TYPE_CHECKING:
    from qgis.PyQt.QtWidgets import QWidget

#: Rasters by the name that the job gives them.
RASTERS = {
    "OUTPUT": "classes",
    "CONFIDENCE": "confidence",
    "FAMILIARITY": "familiarity",
    "PROBABILITIES": "probabilities",
    "SCENARIO": "scenario",
}
#: From the top of the layer tree.
ORDER = ("AREAS", "POLYGONS", *RASTERS)
POLYGONS_SHARE = 0.15  # of the progress bar


class SegmentAlgorithm(VectorOutputs):
    """Rasters of any grid in, a map of classes out, whichever of the rasters there are.

    ``prepareAlgorithm`` reads layers on the main thread and keeps plain values; ``processAlgorithm``
    hands them to the worker from a thread of its own.
    """

    ID = "segment"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Segment with missing modalities")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Classifies every pixel from the rasters that you have: photo, heights, or both.")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return keywords(
            tr(
                "segmentation,semantic,classification,land cover,land use,deep learning,neural network,ai,"
                "multimodal,modality,missing,optical,ortho,aerial,satellite,elevation,ndsm,height,lidar,sar,radar,"
                "machine learning,segment,semantic segmentation,flood,water,buildings,vegetation,classify,map,"
                "inference,predict,prediction,pixel,raster,sentinel,sentinel-1,sentinel-2,orthophoto,drone,uav,dsm,"
                "dis2"
            )
        )

    def shortHelpString(self) -> str:
        """The help file, followed by the models that ship."""
        models = catalogue_html() or f"<li>{tr('None: choose a model file.')}</li>"
        return f"{super().shortHelpString()}<h3>{tr('Models that come with the plugin')}</h3><ul>{models}</ul>"

    def createCustomParametersWidget(self, parent: QWidget | None = None) -> QWidget:
        """QGIS's own dialog with a button for a preview."""
        from ..gui.segment_dialog import SegmentDialog

        return SegmentDialog(self, parent=parent)

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        """Declare parameters and outputs, in the order in which a person fills them in."""
        self.add_model()
        self.add_rasters()
        self.add_region()
        self.add_computation()
        self.add_output_form()
        self.add_polygon_form()
        self._add_rasters()
        self.add_vectors()
        self._add_figures()

    def _add_rasters(self) -> None:
        destination = QgsProcessingParameterRasterDestination
        self.add(destination("OUTPUT", tr("Classes")), tr("The map: a class per pixel, 255 where there is no data."))
        optional = {
            "CONFIDENCE": (tr("Confidence"), tr("Probability of the class that won, in percent.")),
            "FAMILIARITY": (
                tr("Familiarity"),
                tr("How much the ground looks like that which the model was trained on, 0 to 100."),
            ),
            "PROBABILITIES": (tr("Probabilities"), tr("Probability of every class, a band each.")),
            "SCENARIO": (tr("Scenario"), tr("Which of the rasters each pixel was classified from.")),
        }
        for name, (label, text) in optional.items():
            self.add(destination(name, label, optional=True, createByDefault=False), text)

    def _add_figures(self) -> None:
        self.addOutput(QgsProcessingOutputString("MODALITIES_USED", tr("Modalities used")))
        self.addOutput(QgsProcessingOutputString("DEVICE_USED", tr("Device used")))
        self.addOutput(QgsProcessingOutputNumber("VALID_AREA", tr("Classified area in m²")))
        self.addOutput(QgsProcessingOutputNumber("SECONDS", tr("Seconds taken")))

    def read_prediction(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Prediction:
        """Read the run, and find out early whether its last results can be written."""
        self.check_vectors(parameters, context)
        prediction = super().read_prediction(parameters, context)
        self.check_apart(prediction.files, parameters, context)
        return prediction

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Run the job in the worker, then make of its map what is wanted."""
        paths, places = self._raster_paths(parameters, context), self._places()
        tell_replaced(paths.values(), feedback)
        outputs = {RASTERS[name]: path for name, path in paths.items()}
        begin = self.prediction.reading_share
        end = 1 - POLYGONS_SHARE if self.wants("POLYGONS", parameters, context) else 1.0
        with reported_errors():
            with self.prediction.job(outputs, feedback) as job:
                result = run_job(job, Part(feedback, begin, end), self.prediction.labels)
            for line in _area_lines(result):
                feedback.pushInfo(line)
            for name, path in paths.items():
                place_result(context, path, name, places[name])
            table = self.write_areas(result["area_table"], places["AREAS"], parameters, context)
            drawing = Part(feedback, end, 1)
            polygons = self.write_polygons(paths["OUTPUT"], places["POLYGONS"], parameters, context, drawing)
        return {**paths, **table, **polygons, **_figures(result)}

    def _raster_paths(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, str]:
        """Paths of the rasters that are wanted; the batch dialog gives the others an empty sink."""
        wanted = [name for name in RASTERS if given(parameters, name)]
        paths = {name: self.parameterAsOutputLayer(parameters, name, context) for name in wanted}
        return {name: path for name, path in paths.items() if path}

    def _places(self) -> dict[str, Place]:
        """Where the results go: a group for the scene; the names tell one run from another in any list of layers."""
        group = tr("DIS2: {}").format(self.prediction.scene)
        labels = {name: self.parameterDefinition(name).description() for name in ORDER}
        return {
            name: Place(group, self.prediction.layer_name(label), rank, label=label)
            for rank, (name, label) in enumerate(labels.items())
        }


def _figures(result: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs that are no layers."""
    areas = [line["square_metres"] for line in result["area_table"] if line["value"] not in (UNCERTAIN, NODATA)]
    return {
        "MODALITIES_USED": ", ".join(result["modalities"]),
        "DEVICE_USED": result["device"],
        "VALID_AREA": None if None in areas else round(math.fsum(areas), 3),
        "SECONDS": result["seconds"],
    }


def _area_lines(result: Mapping[str, Any]) -> list[str]:
    """The area table for the log: ``house: 1,230 m² (0.123 ha), 3.3 %``; pixels where there is no CRS."""
    lines = []
    for line in result["area_table"]:
        area = line["square_metres"]
        amount = filled(tr("{:,} pixels"), line["pixels"]) if area is None else area_text(area)
        share = "" if line["percent"] is None else filled(", {:.1f} %", line["percent"])
        lines.append(tr("{}: {}").format(line["name"], f"{amount}{share}"))
    return lines
