"""An empty layer to draw labels in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterString,
    QgsProcessingParameterVectorDestination,
    QgsWkbTypes,
)

from ..dis2_core.contract.card import MAX_CLASSES
from ..dis2_core.contract.class_colors import class_colors
from ..dis2_core.contract.errors import InputError
from ..results.labelling import LabelForm, check_label_target, warn_of_temporary, write_label_layer
from ..results.placing import style_result
from ..words.translation import keywords, tr
from .base import Dis2Algorithm, reported_errors

FIELD = "class"
TAKEN_FIELDS = ("fid", "geom")  # by every layer of a GeoPackage


class LabelLayerAlgorithm(Dis2Algorithm):
    """A GeoPackage without features, whose form offers the classes."""

    ID = "labellayer"
    ICON = "labellayer.svg"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Make a layer for labels")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Makes an empty polygon layer whose form offers your classes, to draw what a model is to learn from.")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return keywords(
            tr(
                "label,labels,labelling,annotate,annotation,digitize,draw,training areas,training data,ground truth,"
                "samples,classes,polygons,regions of interest,roi,form,geopackage,dis2"
            )
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declare parameters and output."""
        self.add(
            QgsProcessingParameterRasterLayer("SCENE", tr("Raster that you will label")),
            tr("The layer gets its CRS."),
        )
        self.add(
            QgsProcessingParameterString("CLASSES", tr("Classes"), multiLine=False),
            tr(
                "Names, separated by semicolons: building; tree; grass; water. Those that say what they are get a "
                "colour that fits, in English, French and German."
            ),
        )
        self.add(
            QgsProcessingParameterString("FIELD", tr("Field with the class"), defaultValue=FIELD),
            tr("What 'Train a model' is told as the field with the class."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterVectorDestination("OUTPUT", tr("Labels"), QgsProcessing.SourceType.TypeVectorPolygon),
            tr("A GeoPackage. One that is there is never replaced: it may hold your work."),
        )

    def read_parameters(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Keep form and CRS, and find out early whether the file can be written; on the main thread.

        Raises:
            Dis2Error: Classes, field or raster cannot be used.
        """
        names = class_names(self.parameterAsString(parameters, "CLASSES", context))
        field = self.parameterAsString(parameters, "FIELD", context).strip()
        if not field or field.casefold() in TAKEN_FIELDS:
            raise InputError(tr("A field cannot be called '{}'.").format(field), tr("Give another name: class."))
        layer = self.raster_layer("SCENE", parameters, context)
        if not layer.crs().isValid():
            raise InputError(
                tr("The layer '{}' has no CRS.").format(layer.name()), tr("Set the one that it has in its properties.")
            )
        self._form = LabelForm(field, dict(zip(names, class_colors(names))))
        self._crs = layer.crs()
        check_label_target(parameters.get("OUTPUT"), context)

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Write the layer and return its path."""
        warn_of_temporary(parameters.get("OUTPUT"), context, feedback)
        output = self.parameterAsOutputLayer(parameters, "OUTPUT", context)
        with reported_errors():
            geometry = QgsWkbTypes.Type.MultiPolygon
            write_label_layer(Path(output), self._form, geometry, self._crs, context.transformContext())
        style_result(context, output)
        return {"OUTPUT": output}


def class_names(text: str) -> list[str]:
    """Read names separated by semicolons, or by commas or lines where there are none.

    Raises:
        InputError: They are fewer than two, too many, or not all different.
    """
    parts = text.split(";") if ";" in text else re.split(r"[,\n]", text)
    names = [name for name in (" ".join(part.split()) for part in parts) if name]
    if not 2 <= len(names) <= MAX_CLASSES:
        raise InputError(
            tr("{} classes were given; a model knows 2 to {}.").format(len(names), MAX_CLASSES),
            tr("Give names, separated by semicolons: building; tree; grass; water."),
        )
    keys = [name.casefold() for name in names]
    if doubles := [name for name, key in zip(names, keys) if keys.count(key) > 1]:
        raise InputError(tr("The class '{}' was given twice.").format(doubles[0]), tr("Give each class once."))
    return names
