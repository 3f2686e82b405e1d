"""The model parameter in dialogs: shipped and own models by name, or a file; what the model takes below."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from processing.gui.wrappers import DIALOG_BATCH, DIALOG_MODELER, DIALOG_STANDARD, WidgetWrapper
from qgis.core import (
    QgsProcessingOutputFile,
    QgsProcessingOutputString,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
    QgsSettings,
)
from qgis.gui import QgsAbstractProcessingParameterWidgetWrapper
from qgis.PyQt.QtCore import QSignalBlocker, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFocusEvent
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ..dis2_core.contract.card import ModelCard
from ..dis2_core.contract.catalogue import SUFFIX
from ..dis2_core.contract.errors import Dis2Error
from ..models.named import model_card, named_models
from ..words.cards import summary_html
from ..words.translation import tr
from .slot_fields import SlotFields

LAST_FOLDER = "dis2/last_model_folder"


class ModelList(QComboBox):
    """An editable list of what has a name, looked up anew whenever it opens.

    Args:
        names: Returns them.
    """

    def __init__(self, names: Callable[[], Iterable[str]]) -> None:
        super().__init__()
        self._names = names
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.addItems(list(names()))

    def showPopup(self) -> None:
        """Open; what was trained meanwhile is there."""
        self._renew()
        super().showPopup()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Likewise for those who go through the list with the keyboard."""
        self._renew()
        super().focusInEvent(event)

    def _renew(self) -> None:
        names, text = list(self._names()), self.currentText()
        if names == [self.itemText(index) for index in range(self.count())]:
            return
        blocker = QSignalBlocker(self)  # the choice stays what it is
        self.clear()
        self.addItems(names)
        self.setEditText(text)
        blocker.unblock()


class ModelWidget(QWidget):
    """A list of models by name, a button for files, and the card in two lines.

    Args:
        summary: Whether to show the card; a cell of the batch table has no room for it.
    """

    changed = pyqtSignal(str)
    NAMES: Callable[[], Iterable[str]] = staticmethod(named_models)

    def __init__(self, summary: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card: ModelCard | None = None
        self._combo = ModelList(self.NAMES)
        self._combo.lineEdit().setPlaceholderText(self.placeholder())
        self._combo.setAccessibleName(tr("Model"))
        self.setFocusProxy(self._combo)
        browse = QToolButton()
        browse.setText("…")
        browse.setToolTip(tr("Choose a model file"))
        browse.setAccessibleName(tr("Choose a model file"))
        browse.clicked.connect(self._browse)
        self._summary = QLabel()
        self._summary.setTextFormat(Qt.TextFormat.RichText)  # also of an error, which is escaped
        self._summary.setWordWrap(True)
        self._summary.setVisible(summary)
        line = QHBoxLayout()
        line.addWidget(self._combo, 1)
        line.addWidget(browse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(line)
        layout.addWidget(self._summary)
        self._combo.currentTextChanged.connect(self._update)
        self._update(self.model())

    def model(self) -> str:
        """The name or path that is chosen."""
        return self._combo.currentText().strip()

    def placeholder(self) -> str:
        """What stands where nothing is chosen."""
        return tr("Choose a model file")

    def set_model(self, model: str) -> None:
        """Choose a name or path."""
        self._combo.setEditText(model)

    def summary(self) -> str:
        """What is told about the chosen model, as HTML."""
        return self._summary.text()

    def card(self) -> ModelCard | None:
        """The card of the chosen model; None where there is no such model."""
        return self._card

    def _update(self, text: str) -> None:
        self._card = None
        try:
            self._summary.setText(self.describe(text.strip()))
        except Dis2Error as error:
            self._summary.setText(escape(str(error)))
        self.changed.emit(text.strip())

    def describe(self, model: str) -> str:
        """Return what is told of a name or path, as HTML, and keep its card.

        Raises:
            Dis2Error: There is no such model, or it is damaged.
        """
        self._card = model_card(model)
        return summary_html(self._card)

    def _browse(self) -> None:
        settings = QgsSettings()
        pattern = tr("Models ({})").format(f"*{SUFFIX}")
        path, _ = QFileDialog.getOpenFileName(self, tr("Model"), str(settings.value(LAST_FOLDER, "")), pattern)
        if path:
            settings.setValue(LAST_FOLDER, os.path.dirname(path))
            self.set_model(path)


class ModelWidgetWrapper(WidgetWrapper):
    """Puts ``ModelWidget`` into the algorithm, batch and model designer dialogs."""

    WIDGET: type[ModelWidget] = ModelWidget

    def createWidget(self) -> QWidget:
        """Return the widget for the kind of dialog."""
        if self.dialogType == DIALOG_MODELER:
            return self._modeler_widget()
        widget = self.WIDGET(summary=self.dialogType != DIALOG_BATCH)
        widget.changed.connect(lambda: self.widgetValueHasChanged.emit(self))
        return widget

    def postInitialize(self, wrappers: list[QgsAbstractProcessingParameterWidgetWrapper]) -> None:
        """Let the fields of rasters follow the model."""
        if self.dialogType != DIALOG_STANDARD:
            return
        fields = SlotFields({wrapper.parameterDefinition().name(): wrapper for wrapper in wrappers}, self.widget)
        self.widget.changed.connect(lambda: fields.follow(self.widget.card()))
        fields.follow(self.widget.card())

    def _modeler_widget(self) -> QComboBox:
        """Models by name, and the strings and files of the model that is being designed."""
        combo = QComboBox()
        combo.setEditable(True)
        for name in self.WIDGET.NAMES():
            combo.addItem(name, name)
        types = [QgsProcessingParameterString, QgsProcessingParameterFile]
        outputs = [QgsProcessingOutputString, QgsProcessingOutputFile]
        for source in self.dialog.getAvailableValuesOfType(types, outputs):
            combo.addItem(self.dialog.resolveValueDescription(source), source)
        return combo

    def setValue(self, value: Any) -> None:
        """Show a value."""
        if self.dialogType == DIALOG_MODELER:
            self.setComboValue(value)
        else:
            self.widget.set_model(str(value or ""))

    def value(self) -> Any:
        """Return the value that is shown."""
        return self.comboValue() if self.dialogType == DIALOG_MODELER else self.widget.model()
