"""The model to start from, in dialogs: like the model of a segmentation, but it may be left empty."""

from __future__ import annotations

from collections.abc import Mapping

from processing.gui.wrappers import DIALOG_BATCH, DIALOG_MODELER, DIALOG_STANDARD
from qgis.core import QgsProcessingContext
from qgis.gui import QgsAbstractProcessingParameterWidgetWrapper
from qgis.PyQt.QtWidgets import QLabel, QWidget

from ..models.named import free_file
from ..words.translation import tr
from .model_widget import ModelWidget, ModelWidgetWrapper


class StartWidget(ModelWidget):
    """Empty at first."""

    def __init__(self, summary: bool = True) -> None:
        super().__init__(summary)
        self.set_model("")

    def _update(self, text: str) -> None:
        super()._update(text)
        if not text.strip():
            self._summary.setText(tr("Empty: a new model that knows nothing yet."))


class StartWidgetWrapper(ModelWidgetWrapper):
    """Puts ``StartWidget`` into the algorithm, batch and model designer dialogs."""

    def createWidget(self) -> QWidget:
        """Return the widget for the kind of dialog."""
        if self.dialogType == DIALOG_MODELER:
            combo = self._modeler_widget()
            combo.insertItem(0, "", "")
            combo.setCurrentIndex(0)
            return combo
        widget = StartWidget(summary=self.dialogType != DIALOG_BATCH)
        widget.changed.connect(lambda: self.widgetValueHasChanged.emit(self))
        return widget

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
