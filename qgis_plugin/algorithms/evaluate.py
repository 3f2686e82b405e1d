"""How good a class map is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterRasterLayer,
    QgsReferencedRectangle,
)

from ..dis2_core.contract.errors import InputError
from ..dis2_core.contract.other_jobs import EVALUATION_OUTPUTS, EvaluateJob
from ..layers.rasters import provided, temporary_folder
from ..layers.references import raster_reference
from ..results.report_pages import translate_report
from ..words.advice import in_words_of_qgis
from ..words.numbers import filled, number_text
from ..words.progress import Part
from ..words.translation import keywords, tr
from ..worker.client import run_job
from .base import given, reported_errors
from .ground_truth import METRES, GroundTruthAlgorithm


class EvaluateAlgorithm(GroundTruthAlgorithm):
    """Compares a class raster with reference raster or polygons."""

    ID = "evaluate"
    ICON = "evaluate.svg"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Evaluate a class map")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Compares a map with true classes: confusion matrix, accuracy, F1 and IoU by class, and a report.")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return keywords(
            tr(
                "accuracy,assessment,evaluation,validation,confusion,matrix,error,kappa,iou,miou,f1,precision,"
                "recall,user's accuracy,producer's accuracy,ground truth,reference,classification,machine learning,"
                "accuracy assessment,test,dis2"
            )
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declare parameters and outputs, in the order in which a person fills them in."""
        self.add(
            QgsProcessingParameterRasterLayer("CLASSES", tr("Class map")),
            tr("The raster of class codes that is to be judged. Names and colours are those of its style."),
        )
        self.add_ground_truth()
        self.add_extent(tr("Compare this part alone. Empty: wherever map and reference are."))
        destinations = {
            "REPORT": (tr("Report"), "HTML (*.html)", tr("Scores, charts and what was compared, on one page.")),
            "MATRIX": (tr("Confusion matrix"), "CSV (*.csv)", tr("A row a true class, a column a class of the map.")),
            "SCORES": (tr("Scores by class"), "CSV (*.csv)", tr("Precision, recall, F1, IoU and areas.")),
        }
        for name, (label, kind, text) in destinations.items():
            self.add(
                QgsProcessingParameterFileDestination(
                    name, label, kind, optional=True, createByDefault=name == "REPORT"
                ),
                text,
            )
        self.add_outputs(QgsProcessingOutputNumber, _labels())

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Compare in the worker and return paths and figures."""
        outputs = {
            name: self.parameterAsFileOutput(parameters, name.upper(), context)
            for name in EVALUATION_OUTPUTS
            if given(parameters, name.upper())
        }
        middle = self._map.reading_share
        begin = middle + self._truth.reading_share
        reading = Part(feedback, 0, middle)
        with reported_errors(), temporary_folder() as folder, provided({"map": self._map.raster}, reading) as paths:
            job = EvaluateJob(
                classes=paths["map"],
                reference=self._truth.provide(folder, Part(feedback, middle, begin)),
                outputs={name: path for name, path in outputs.items() if path},
                band=self._map.band,
                values=self._map.values,
                **self._region,
            )
            result = run_job(job, Part(feedback, begin, 1))
        if page := result["outputs"].get("report"):
            translate_report(page, feedback)
        feedback.pushInfo(in_words_of_qgis(result["summary"]))
        for line in _class_lines(result):
            feedback.pushInfo(line)
        return {name.upper(): path for name, path in result["outputs"].items()} | _figures(result)

    def read_parameters(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Keep all of a job but its outputs; on the main thread.

        Raises:
            Dis2Error: Map or reference cannot be used.
        """
        self._region = self.region(parameters, context)
        limits = self.extent(parameters, context)
        layer = self.raster_layer("CLASSES", parameters, context)
        self._map = raster_reference(layer, limits, METRES, context.transformContext())
        around = limits or QgsReferencedRectangle(layer.extent(), layer.crs())
        truth = self.read_ground_truth(parameters, context, around)
        if truth is None:
            raise InputError(
                tr("No reference was given."), tr("Give a raster of true classes, or polygons with a class field.")
            )
        self._truth = truth


def _labels() -> dict[str, str]:
    """The figures that come back, and what they are."""
    return {
        "OA": tr("Overall accuracy"),
        "MIOU": tr("Mean IoU"),
        "MEAN_F1": tr("Mean F1"),
        "KAPPA": tr("Kappa"),
        "COMPARED_PIXELS": tr("Pixels compared"),
        "COMPARED_AREA": tr("Area compared in m²"),
        "NOT_LABELLED_PIXELS": tr("Pixels without a true class"),
    }


def _figures(result: Mapping[str, Any]) -> dict[str, Any]:
    coverage = result["coverage"]
    return {
        "OA": result["overall_accuracy"],
        "MIOU": result["miou"],
        "MEAN_F1": result["mean_f1"],
        "KAPPA": result["kappa"],
        "COMPARED_PIXELS": coverage["compared"],
        "COMPARED_AREA": coverage["square_metres"],
        "NOT_LABELLED_PIXELS": coverage["pixels"] - coverage["labelled"],
    }


def _class_lines(result: Mapping[str, Any]) -> list[str]:
    """IoU by class for the log; of points accuracies and shares of the ground with 95 % confidence intervals."""
    if result["sample"]:
        text = tr("{}: user's accuracy {}, producer's accuracy {}, {} of the ground")
        return [
            text.format(item["name"], *(_interval(item, name) for name in ("users", "producers", "share")))
            for item in result["sample"]["classes"]
        ]
    return [
        filled(tr("{}: IoU {:.3f}, {:,} reference pixels"), item["name"], item["iou"] or 0.0, item["reference_pixels"])
        for item in result["classes"]
    ]


def _interval(item: Mapping[str, Any], name: str) -> str:
    """A share in percent and half of its confidence interval, as far as they are known."""
    value, half = item[name], item[f"{name}_ci"]
    if value is None:
        return "–"
    return number_text(value, ".1%") if half is None else filled("{:.1%} ± {:.1%}", value, half)
