"""What a map loses without a raster."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputHtml,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFolderDestination,
)

from ..dis2_core.contract.errors import NoInput
from ..dis2_core.contract.other_jobs import WhatIfJob
from ..layers.rasters import temporary_folder
from ..results.placing import Place, place_result
from ..results.report_pages import translate_report
from ..words.advice import in_words_of_qgis
from ..words.cards import input_texts, scenario_text
from ..words.progress import Part
from ..words.translation import keywords, tr
from ..worker.client import run_job
from .base import reported_errors
from .ground_truth import GroundTruthAlgorithm
from .prediction import Prediction, PredictionAlgorithm


class WhatIfAlgorithm(PredictionAlgorithm, GroundTruthAlgorithm):
    """Segments a scene again and again, rasters left out in turn, and compares the maps."""

    ID = "whatif"
    ICON = "whatif.svg"
    RASTER = "TRUTH"  # REFERENCE is the output grid, as in 'Segment with missing modalities'
    POLYGONS = "TRUTH_POLYGONS"
    FIELD = "TRUTH_FIELD"
    VALUES = "TRUTH_VALUES"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("What if a raster were missing?")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Leaves rasters out in turn and tells how the map changes: can you do without the LiDAR flight?")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return keywords(
            tr(
                "what if,missing,modality,ablation,scenario,compare,comparison,agreement,dependence,lidar,"
                "elevation,ndsm,optical,cost,flight,segmentation,classification,report,machine learning,radar,sar,"
                "flood,what-if,change map,dis2"
            )
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declare parameters and outputs, in the order in which a person fills them in."""
        self.add_model()
        self.add_rasters()
        self.add_ground_truth()
        self.add_region()
        self.add_computation()
        self.add_output_form()
        self.add(
            QgsProcessingParameterBoolean("LOAD", tr("Add the maps to the project"), defaultValue=True),
            tr("Whether the maps are shown when they are done, in a group of their own."),
        )
        self.add(
            QgsProcessingParameterFolderDestination("FOLDER", tr("Folder")),
            tr(
                "Where maps, table and report go. It must be new or empty, or hold an earlier result of this tool "
                "and nothing else."
            ),
        )
        self.addOutput(QgsProcessingOutputHtml("REPORT", tr("Report")))
        self.addOutput(QgsProcessingOutputFile("TABLE", tr("Table")))
        self.addOutput(QgsProcessingOutputString("SUMMARY", tr("Summary")))

    def read_prediction(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Prediction:
        """Read the run and the ground truth.

        Raises:
            Dis2Error: They cannot be used.
        """
        prediction = super().read_prediction(parameters, context)
        if len(prediction.inputs) < 2:
            raise NoInput(
                tr("Two rasters at least are needed, so that one can be left out."),
                tr("The model '{}' takes {}.").format(prediction.card.name, "; ".join(input_texts(prediction.card))),
            )
        self._truth = self.read_ground_truth(parameters, context, self._limits(parameters, context))
        return prediction

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Make the maps in the worker, and ask QGIS to load them."""
        folder = self.parameterAsFileOutput(parameters, "FOLDER", context)
        middle = self.prediction.reading_share
        begin = middle + (self._truth.reading_share if self._truth else 0.0)
        outputs = {"classes": "classes.tif"}  # in the folder, by scenario
        with reported_errors(), temporary_folder() as scratch, self.prediction.job(outputs, feedback) as run:
            truth = self._truth.provide(scratch, Part(feedback, middle, begin)) if self._truth else None
            result = run_job(WhatIfJob(run, folder, truth), Part(feedback, begin, 1), self.prediction.labels)
        translate_report(result["outputs"]["report"], feedback)
        summary = in_words_of_qgis(result["summary"])
        feedback.pushInfo(summary)
        if self.parameterAsBool(parameters, "LOAD", context):
            self._show(result, context)
        return {name.upper(): path for name, path in result["outputs"].items()} | {"SUMMARY": summary}

    def _show(self, result: Mapping[str, Any], context: QgsProcessingContext) -> None:
        """Ask QGIS to load the maps; without a project (``qgis_process``) there is nowhere to put them."""
        if context.project() is None:
            return
        group = tr("DIS2: what if ({})").format(self.prediction.scene)
        for rank, scenario in enumerate(result["scenarios"]):
            path = scenario["outputs"]["classes"]
            used = scenario_text(self.prediction.card, scenario["name"].split("+"))
            name = tr("{}: {} ({}, {})").format(tr("Classes"), self.prediction.scene, used, self.prediction.card.name)
            details = QgsProcessingContext.LayerDetails(name, context.project(), "FOLDER")
            context.addLayerToLoadOnCompletion(path, details)
            place_result(context, path, "FOLDER", Place(group, name, rank, insists=True))
