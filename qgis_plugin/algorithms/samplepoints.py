"""Points of a class map at which a person looks what is on the ground."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
    QgsWkbTypes,
)

from ..dis2_core.contract.class_colors import class_colors
from ..dis2_core.contract.other_jobs import ALLOCATIONS, DESIGNS, ClassValue, SampleJob
from ..layers.rasters import provided, temporary_folder
from ..layers.references import raster_reference
from ..results.labelling import LabelForm, check_label_target, label_fields, warn_of_temporary, write_label_layer
from ..results.placing import style_result
from ..words.numbers import filled
from ..words.progress import Part
from ..words.translation import keywords, tr
from ..worker.client import run_job
from .base import Dis2Algorithm, reported_errors
from .ground_truth import METRES

FIELD = "class"
WGS84 = "EPSG:4326"


class SamplePointsAlgorithm(Dis2Algorithm):
    """A random or stratified sample of a class map, as a layer whose form offers the classes."""

    ID = "samplepoints"
    ICON = "samplepoints.svg"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Draw sample points")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Draws points of a class map, at which you look what is there, to tell how accurate the map is.")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return keywords(
            tr(
                "sample,sampling,random,stratified,points,accuracy assessment,validation,area estimation,cochran,"
                "olofsson,reference,interpretation,response design,ground truth,confidence interval,dis2"
            )
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declare parameters and outputs, in the order in which a person fills them in."""
        self.add(
            QgsProcessingParameterRasterLayer("CLASSES", tr("Class map")),
            tr("The map that is to be judged. Names and colours of the classes are those of its style."),
        )
        text = tr("'stratified' by the classes of the map, so that rare ones get enough points, or 'random' over all.")
        self.add_choice("DESIGN", tr("Design"), DESIGNS, text)
        whole, fraction = QgsProcessingParameterNumber.Type.Integer, QgsProcessingParameterNumber.Type.Double
        error = QgsProcessingParameterNumber(
            "ERROR", tr("Standard error of the accuracy"), fraction, defaultValue=0.02, minValue=0.001, maxValue=0.4
        )
        text = tr("How well the overall accuracy is to be known: 0.02 means about ± 4 % at 95 % confidence.")
        self.add(error, text)
        minimum = QgsProcessingParameterNumber(
            "MINIMUM", tr("Points in every class at least"), whole, defaultValue=50, minValue=0
        )
        self.add(minimum, tr("Of a stratified sample. Accuracies of rare classes need 50 to 100."))
        points = QgsProcessingParameterNumber("POINTS", tr("Number of points"), whole, optional=True, minValue=1)
        self.add(points, tr("Empty: as many as the standard error asks for."), advanced=True)
        expected = QgsProcessingParameterNumber(
            "EXPECTED", tr("Expected accuracy"), fraction, defaultValue=0.85, minValue=0.01, maxValue=0.99
        )
        self.add(
            expected, tr("What you think the map's accuracy is; the number of points depends on it."), advanced=True
        )
        text = tr("How points are shared among the classes: by size, or equally.")
        self.add_choice("ALLOCATION", tr("Allocation"), ALLOCATIONS, text, advanced=True)
        seed = QgsProcessingParameterNumber("SEED", tr("Seed"), whole, defaultValue=0, minValue=0)
        self.add(seed, tr("The same seed draws the same points."), advanced=True)
        self.add(
            QgsProcessingParameterVectorDestination(
                "OUTPUT", tr("Sample points"), QgsProcessing.SourceType.TypeVectorPoint
            ),
            tr("A GeoPackage. One that is there is never replaced: it may hold your work."),
        )
        self.addOutput(QgsProcessingOutputNumber("POINT_COUNT", tr("Points drawn")))

    def read_parameters(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Keep the map and the design; on the main thread.

        Raises:
            Dis2Error: The map cannot be used, or the file not be written.
        """
        layer = self.raster_layer("CLASSES", parameters, context)
        self._map = raster_reference(layer, None, METRES, context.transformContext())
        self._design = {
            "design": self.parameterAsEnumString(parameters, "DESIGN", context),
            "allocation": self.parameterAsEnumString(parameters, "ALLOCATION", context),
            "error": self.parameterAsDouble(parameters, "ERROR", context),
            "expected": self.parameterAsDouble(parameters, "EXPECTED", context),
            "points": self.whole_number("POINTS", parameters, context),
            "minimum": self.parameterAsInt(parameters, "MINIMUM", context),
            "seed": self.parameterAsInt(parameters, "SEED", context),
        }
        check_label_target(parameters.get("OUTPUT"), context)

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Draw in the worker, write the layer and return its path."""
        warn_of_temporary(parameters.get("OUTPUT"), context, feedback)
        output = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        begin = self._map.reading_share
        reading = Part(feedback, 0, begin)
        with reported_errors(), temporary_folder() as folder, provided({"map": self._map.raster}, reading) as paths:
            job = SampleJob(
                classes=paths["map"],
                output=str(folder / "points.geojson"),
                band=self._map.band,
                values=self._map.values,
                field=FIELD,
                **self._design,
            )
            result = run_job(job, Part(feedback, begin, 1))
            form = _form([item["name"] for item in result["strata"]], self._map.values)
            crs = QgsCoordinateReferenceSystem(result["crs"] if result["crs"].startswith("EPSG:") else WGS84)
            features = _features(Path(job.output), form)
            geometry, transforms = QgsWkbTypes.Type.Point, context.transformContext()
            write_label_layer(Path(output), form, geometry, crs, transforms, features)
        style_result(context, output)
        _tell(result, feedback)
        return {"OUTPUT": output, "POINT_COUNT": result["points"]}


def _tell(result: Mapping[str, Any], feedback: QgsProcessingFeedback) -> None:
    """Say how many points there are in each class, and what comes next."""
    for item in result["strata"]:
        text = tr("{}: {:.1%} of the map, {} points")
        feedback.pushInfo(filled(text, item["name"], item["share"], item["points"]))
    text = tr("Write into the field '{}' of each point what is there, without looking at the map; then run '{}'.")
    feedback.pushInfo(text.format(FIELD, tr("Evaluate a class map")))


def _form(names: Sequence[str], values: Sequence[ClassValue]) -> LabelForm:
    """The classes of the map with the colours of its style, as far as it has some."""
    styled: Mapping[str, str] = {item.name: item.color for item in values}
    listed = list(dict.fromkeys([*styled, *names]))
    return LabelForm(FIELD, dict(zip(listed, class_colors(listed, [styled.get(name, "") for name in listed]))))


def _features(path: Path, form: LabelForm) -> Iterator[QgsFeature]:
    """The points that the worker wrote, without a class."""
    fields = label_fields(form)
    for item in json.loads(path.read_text(encoding="utf-8"))["features"]:
        feature = QgsFeature(fields)
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(*item["geometry"]["coordinates"])))
        yield feature
