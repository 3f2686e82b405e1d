"""What training starts from, in dialogs: like the model of a segmentation, but it may be left empty, or be encoders."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from processing.gui.wrappers import DIALOG_STANDARD
from qgis.core import QgsProcessingContext
from qgis.gui import QgsAbstractProcessingParameterWidgetWrapper
from qgis.PyQt.QtWidgets import QLabel

from ..models.named import free_file
from ..models.starts import NOTHING, encoders_in_words, named_starts
from ..words.translation import tr
from .model_widget import ModelWidget, ModelWidgetWrapper


class StartWidget(ModelWidget):
    """Nothing at first; models by name, encoders, or a file of either."""

    NAMES = staticmethod(named_starts)

    def __init__(self, summary: bool = True) -> None:
        super().__init__(summary)
        self._combo.lineEdit().setClearButtonEnabled(True)
        self.set_model(NOTHING)

    def placeholder(self) -> str:
        """What stands where nothing is chosen."""
        return tr("Nothing: a new model")

    def describe(self, model: str) -> str:
        """Return what is told of a start, as HTML, and keep the card of a model."""
        if model == NOTHING:
            return tr("A new model that knows nothing yet. A model or pretrained encoders can be chosen instead.")
        return escape(encoders_in_words(model)) or super().describe(model)


class StartWidgetWrapper(ModelWidgetWrapper):
    """Puts ``StartWidget`` into the algorithm, batch and model designer dialogs."""

    WIDGET = StartWidget

    def postInitialize(self, wrappers: list[QgsAbstractProcessingParameterWidgetWrapper]) -> None:
        """Mark what is required, and let the file follow the model's name.

        The fields of rasters stay open: what the start model does not know can be learned.
        """
        if self.dialogType != DIALOG_STANDARD:
            return
        fields = {wrapper.parameterDefinition().name(): wrapper for wrapper in wrappers}
        _mark_required(fields)
        self._suggestion = fields["MODEL"].parameterValue()
        fields["NAME"].widgetValueHasChanged.connect(lambda: self._suggest(fields["NAME"], fields["MODEL"]))

    def _suggest(
        self, name: QgsAbstractProcessingParameterWidgetWrapper, file: QgsAbstractProcessingParameterWidgetWrapper
    ) -> None:
        """Name the file after the model, unless a person has named it."""
        if file.parameterValue() == self._suggestion:
            file.setParameterValue(str(free_file(str(name.parameterValue() or ""))), QgsProcessingContext())
            self._suggestion = file.parameterValue()


def _mark_required(fields: Mapping[str, QgsAbstractProcessingParameterWidgetWrapper]) -> None:
    """Mark what is required of fields that QGIS calls optional: one of two will do."""
    marks = {
        "LABELS": tr("{} [required, or a raster]"),
        "CLASS_FIELD": tr("{} [required with polygons]"),
        "LABELS_RASTER": tr("{} [required, or polygons]"),
    }
    for name, mark in marks.items():
        label = fields[name].wrappedLabel()
        if isinstance(label, QLabel):
            label.setText(mark.format(fields[name].parameterDefinition().description()))
