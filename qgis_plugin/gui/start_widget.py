"""The model to start from, in dialogs: like the model of a segmentation, but it may be left empty."""

from __future__ import annotations

from processing.gui.wrappers import DIALOG_BATCH, DIALOG_MODELER, DIALOG_STANDARD
from qgis.gui import QgsAbstractProcessingParameterWidgetWrapper
from qgis.PyQt.QtWidgets import QLabel, QWidget

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
        """Mark what is required of fields that QGIS calls optional: one of two will do.

        The fields of rasters stay open: what the start model does not know can be learned.
        """
        if self.dialogType != DIALOG_STANDARD:
            return
        marks = {
            "LABELS": tr("{} [required, or a raster]"),
            "CLASS_FIELD": tr("{} [required with polygons]"),
            "LABELS_RASTER": tr("{} [required, or polygons]"),
        }
        for wrapper in wrappers:
            definition, label = wrapper.parameterDefinition(), wrapper.wrappedLabel()
            if definition.name() in marks and isinstance(label, QLabel):
                label.setText(marks[definition.name()].format(definition.description()))
