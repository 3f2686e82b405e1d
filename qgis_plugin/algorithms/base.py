"""What the algorithms share: identity, help, the reading of parameters, and errors in the user's words."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    NULL,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsRasterLayer,
    QgsReferencedRectangle,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from ..dis2_core.contract.errors import Dis2Error, InputError, UnreadableRaster
from ..layers.crs import crs_text
from ..layers.rasters import Choice
from ..models.named import model_text
from ..words.advice import in_words_of_qgis
from ..words.creation_options import parse_creation_options
from ..words.inputs import parse_masks, parse_nodata
from ..words.translation import language, tr
from .parameters import DeclaringAlgorithm

_FOLDER = Path(__file__).resolve().parent.parent


class Dis2Algorithm(DeclaringAlgorithm):
    """Base of every algorithm; the class attributes are its identity.

    Attributes:
        ID: The part of the id after the colon; permanent.
        ICON: File name in ``icons``.
    """

    ID = ""
    ICON = "dis2.svg"

    def createInstance(self) -> Dis2Algorithm:
        """Return a fresh algorithm, as QGIS wants for every run."""
        return type(self)()

    def name(self) -> str:
        """The part of the id after the colon."""
        return self.ID

    def icon(self) -> QIcon:
        """The icon in the toolbox and the dialog."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """The icon where QGIS draws it itself."""
        return str(_FOLDER / "icons" / self.ICON)

    def shortHelpString(self) -> str:
        """The help file of the algorithm; QGIS would make paragraphs of its line breaks."""
        return " ".join(self._help_file().read_text(encoding="utf-8").split())

    def helpUrl(self) -> str:
        """The same file for the button *Help*, which else leads to a page of QGIS's own that does not exist."""
        return QUrl.fromLocalFile(str(self._help_file())).toString()

    def _help_file(self) -> Path:
        """The page in the language of QGIS, in English where there is none."""
        page = f"{self.ID}.html"
        translated = _FOLDER / "help" / language() / page
        return translated if translated.is_file() else _FOLDER / "help" / page

    def read_parameters(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Read layers on the main thread and keep plain values; an algorithm that has something to read overrides it.

        Raises:
            Dis2Error: Something that was given cannot be used.
        """

    def checkParameterValues(self, parameters: dict[str, Any], context: QgsProcessingContext) -> tuple[bool, str]:
        """Refuse what cannot work, in the dialog, scripts, models and the command line alike."""
        try:
            self.read_parameters(parameters, context)
        except Dis2Error as error:
            return False, in_words_of_qgis(str(error))
        return super().checkParameterValues(parameters, context)

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Read the parameters. Models come here without the check above."""
        with reported_errors():
            self.read_parameters(parameters, context)
        return True

    def raster_layer(self, name: str, parameters: dict[str, Any], context: QgsProcessingContext) -> QgsRasterLayer:
        """Return the raster of a parameter that is given; on the main thread.

        Raises:
            UnreadableRaster: QGIS cannot open it.
        """
        layer = self.parameterAsRasterLayer(parameters, name, context)
        if layer is None or not layer.isValid():
            raise UnreadableRaster(
                tr("The raster '{}' ({}) cannot be read.").format(source_text(parameters[name]), name),
                tr("Check that the file exists and is a raster that QGIS opens."),
            )
        return layer

    def band_numbers(self, name: str, parameters: dict[str, Any], context: QgsProcessingContext) -> tuple[int, ...]:
        """Return the 1-based bands of a parameter; none where it is empty."""
        return tuple(self.parameterAsInts(parameters, name, context)) if given(parameters, name) else ()

    def scaling(
        self, name: str, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> Optional[tuple[float, float]]:
        """Return factor and offset of a raster's parameter; None where both are empty.

        Raises:
            InputError: The factor is 0.
        """
        factor = self.decimal_number(f"{name}_FACTOR", parameters, context)
        offset = self.decimal_number(f"{name}_OFFSET", parameters, context)
        if factor == 0:
            label = self.parameterDefinition(f"{name}_FACTOR").description()
            raise InputError(tr("'{}' is 0, which makes all values one.").format(label), tr("Leave it empty."))
        return None if factor is None and offset is None else (1.0 if factor is None else factor, offset or 0.0)

    def choices(
        self,
        names: Mapping[str, str],
        bands: Mapping[str, tuple[int, ...]],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> dict[str, Choice]:
        """Return what a person has chosen for the inputs that are given.

        Args:
            names: Inputs by what they may be called in ``NODATA`` and ``MASK``.
            bands: Chosen bands by input.
            parameters: Of the algorithm.
            context: Of the run.

        Raises:
            InputError, UnknownModality: ``NODATA`` or ``MASK`` cannot be read.
        """
        nodata = parse_nodata(self.parameterAsString(parameters, "NODATA", context), names)
        masks = parse_masks(self.parameterAsString(parameters, "MASK", context), names)
        return {name: Choice(bands[name], nodata.get(name, ""), masks.get(name, "")) for name in bands}

    def whole_number(self, name: str, parameters: dict[str, Any], context: QgsProcessingContext) -> int | None:
        """Return a whole number; None where it is empty."""
        return self.parameterAsInt(parameters, name, context) if given(parameters, name) else None

    def decimal_number(self, name: str, parameters: dict[str, Any], context: QgsProcessingContext) -> float | None:
        """Return a number; None where it is empty."""
        return self.parameterAsDouble(parameters, name, context) if given(parameters, name) else None

    def model(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """Return ``MODEL``: the name of a model that comes with the plugin, or a path."""
        return model_text(self.parameterAsString(parameters, "MODEL", context).strip())

    def creation_options(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, str]:
        """Return ``CREATION_OPTIONS`` by name.

        Raises:
            InputError: They are not of the form ``NAME=VALUE``, or not such as a person may choose.
        """
        return parse_creation_options(self.parameterAsString(parameters, "CREATION_OPTIONS", context))

    def region(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Any]:
        """Return ``extent`` and ``extent_crs`` of a job, untransformed: the worker knows the grid."""
        extent = self.extent(parameters, context)
        if extent is None:
            return {}
        return {
            "extent": (extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()),
            "extent_crs": crs_text(extent.crs()),
        }

    def extent(self, parameters: dict[str, Any], context: QgsProcessingContext) -> QgsReferencedRectangle | None:
        """Return ``EXTENT`` with its CRS; None where it is empty."""
        extent = self.parameterAsExtent(parameters, "EXTENT", context)
        if extent.isNull():
            return None
        return QgsReferencedRectangle(extent, self.parameterAsExtentCrs(parameters, "EXTENT", context))


def given(parameters: dict[str, Any], name: str) -> bool:
    """Whether a parameter holds anything: dialogs, models and scripts leave None, NULL, '' or []."""
    value = parameters.get(name)
    return value is not None and value != NULL and value not in ("", [])


def source_text(value: Any) -> str:
    """Return what was given for a layer, for messages."""
    return value.source() if isinstance(value, QgsRasterLayer) else str(value)


def tell_replaced(paths: Iterable[str], feedback: QgsProcessingFeedback) -> None:
    """Say which files of earlier runs a run is going to replace."""
    for path in filter(os.path.exists, paths):
        feedback.pushInfo(tr("{} exists and is replaced when the run has ended well.").format(path))


@contextmanager
def reported_errors() -> Iterator[None]:
    """Turn our errors into the one that QGIS shows as a message, without a traceback."""
    try:
        yield
    except Dis2Error as error:
        raise QgsProcessingException(in_words_of_qgis(str(error))) from error
