"""Ground truth as parameters: a raster of classes, or polygons with a class field, one of the two."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsReferencedRectangle,
)

from ..dis2_core.contract.errors import InputError
from ..dis2_core.contract.other_jobs import ClassValue
from ..layers.references import LayerReference
from ..words.inputs import parse_meanings
from ..words.translation import tr
from .base import given
from .labels import LabelsAlgorithm
from .parameters import widget

METRES = 1.0  # a pixel, of class rasters that have no pixels of their own


class GroundTruthAlgorithm(LabelsAlgorithm):
    """Base of the algorithms that compare with ground truth.

    Attributes:
        RASTER, POLYGONS, FIELD, VALUES: Names of the parameters.
    """

    RASTER = "REFERENCE"
    POLYGONS = "REFERENCE_POLYGONS"
    FIELD = "CLASS_FIELD"
    VALUES = "REFERENCE_VALUES"

    def add_ground_truth(self) -> None:
        """The parameters."""
        self.add(
            QgsProcessingParameterRasterLayer(self.RASTER, tr("Reference raster"), optional=True),
            tr(
                "A raster of true classes, of any CRS and resolution. A style with a palette gives the classes their "
                "names; codes that are not in it count as not labelled."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                self.POLYGONS,
                tr("… or reference polygons or points"),
                [QgsProcessing.SourceType.TypeVectorPolygon, QgsProcessing.SourceType.TypeVectorPoint],
                optional=True,
            ),
            tr(
                "Polygons whose class is known, instead of a raster: what lies outside of them counts as not labelled. "
                "Or points of a random sample ('Draw sample points'), which stand for the whole map."
            ),
        )
        self.add_class_field(self.FIELD, self.POLYGONS)
        values = QgsProcessingParameterString(self.VALUES, tr("Meaning of the reference's values"), optional=True)
        names = {"raster": self.RASTER, "polygons": self.POLYGONS, "field": self.FIELD}
        values.setMetadata(widget("meanings_widget.MeaningsWidgetWrapper", **names))
        self.add(
            values,
            tr(
                "Where reference and map use different words: VALUE=NAME, separated by semicolons, in the map's words. "
                "For example 1=building;2=tree. Values that are not named count as not labelled. Empty: by the style."
            ),
        )

    def read_ground_truth(
        self, parameters: dict[str, Any], context: QgsProcessingContext, limits: Optional[QgsReferencedRectangle]
    ) -> Optional[LayerReference]:
        """Read the parameters on the main thread; None where both are empty.

        Args:
            parameters: Of the algorithm.
            context: Of the run.
            limits: What the run is limited to.

        Raises:
            Dis2Error: Both are given, or the one that is cannot be used.
        """
        raster, polygons = given(parameters, self.RASTER), given(parameters, self.POLYGONS)
        values = parse_meanings(self.parameterAsString(parameters, self.VALUES, context))
        if raster and polygons:
            raise InputError(
                tr("The reference is given as a raster and as polygons."), tr("Give one of the two, not both.")
            )
        if raster:
            return _renamed(self.read_raster_labels(self.RASTER, parameters, context, limits, METRES), values)
        if polygons:
            truth = self.read_polygon_labels(self.POLYGONS, self.FIELD, parameters, context, limits, points=True)
            return _renamed(truth, values)
        return None


def _renamed(reference: LayerReference, values: tuple[ClassValue, ...]) -> LayerReference:
    return replace(reference, values=values) if values else reference
