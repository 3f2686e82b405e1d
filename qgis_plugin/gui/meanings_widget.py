"""What values of a reference mean, in dialogs: a table of two columns, which is filled with what both sides hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from processing.gui.wrappers import DIALOG_STANDARD, WidgetWrapper
from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsVectorLayer,
)
from qgis.gui import QgsAbstractProcessingParameterWidgetWrapper
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..dis2_core.contract.errors import Dis2Error
from ..dis2_core.contract.other_jobs import ClassValue
from ..layers.classes import field_classes, is_sampled, raster_classes
from ..models.named import model_card
from ..words.inputs import parse_meanings
from ..words.translation import tr

Wrapper = QgsAbstractProcessingParameterWidgetWrapper
LINES = 6  # that are seen at once


class MeaningsWidget(QWidget):
    """A button that lists the values of the reference, and a table that says which class of the map each of them is."""

    changed = pyqtSignal()
    asked = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.remark = ""  # on what the table lacks
        self.button = QPushButton(tr("List the values of map and reference"))
        self.button.clicked.connect(self.asked)
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.hide()
        self.table = QTableWidget(0, 2)
        self.table.setHorizontalHeaderLabels([tr("Value of the reference"), tr("Class of the map")])
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().hide()
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setAccessibleName(tr("Meaning of the reference's values"))
        self.table.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for widget in (self.button, self.note, self.table):
            layout.addWidget(widget)
        self.setFocusProxy(self.button)

    def text(self) -> str:
        """What the table says, as ``1=building;2=tree``."""
        return ";".join(f"{value}={name}" for value, name in self.meanings().items())

    def meanings(self) -> dict[str, str]:
        """The classes of the map by value of the reference; values that mean nothing are left out."""
        return {value: name for value, name in self.lines().items() if name}

    def lines(self) -> dict[str, str]:
        """What the table says of every value that it holds; nothing where that is not labelled."""
        return {self._value(row): self._name(row) for row in range(self.table.rowCount())}

    def set_text(self, text: str) -> None:
        """Show such a text; one that cannot be read is an empty table, with the reason below the button."""
        try:
            meanings, why = parse_meanings(text), ""
        except Dis2Error as error:
            meanings, why = (), str(error)
        self.fill([(item.value, item.value, item.name) for item in meanings], [item.name for item in meanings])
        self.tell(why)

    def fill(self, values: Iterable[tuple[str, str, str]], names: Iterable[str]) -> None:
        """Fill the table anew.

        Args:
            values: Of the reference, each with how it is called there, and the class of the map that it is, if known.
            names: The classes of the map.
        """
        choices = ["", *dict.fromkeys(names)]
        rows = list(values)
        self.table.setRowCount(len(rows))
        for row, (value, label, name) in enumerate(rows):
            item = QTableWidgetItem(value if label == value else f"{label} ({value})")
            item.setData(Qt.ItemDataRole.UserRole, value)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.setItem(row, 0, item)
            self.table.setCellWidget(row, 1, self._combo(choices, name))
        self.table.setVisible(bool(rows))
        height = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(height * (min(len(rows), LINES) + 1) + 8)
        self._look()

    def tell(self, text: str) -> None:
        """Say something below the button."""
        self.note.setText(text)
        self.note.setVisible(bool(text))

    def _combo(self, choices: list[str], name: str) -> QComboBox:
        combo = QComboBox()
        combo.setEditable(True)
        combo.addItems(choices)
        combo.lineEdit().setPlaceholderText(tr("Not labelled"))
        combo.setEditText(name)
        combo.currentTextChanged.connect(self._look)
        return combo

    def _look(self) -> None:
        """Say how many values have no meaning, after every change."""
        values, known = self.table.rowCount(), len(self.meanings())
        texts = [self.remark] if values else []
        if values and not known:
            texts.append(tr("As long as no value has a class, they are matched by name, or by code."))
        elif known < values:
            texts.append(tr("Values without a class count as not labelled: {}.").format(values - known))
        self.tell(" ".join(filter(None, texts)))
        self.changed.emit()

    def _value(self, row: int) -> str:
        return str(self.table.item(row, 0).data(Qt.ItemDataRole.UserRole))

    def _name(self, row: int) -> str:
        combo = self.table.cellWidget(row, 1)
        return combo.currentText().strip() if isinstance(combo, QComboBox) else ""


class MeaningsWidgetWrapper(WidgetWrapper):
    """Puts ``MeaningsWidget`` into the dialog of an algorithm; batches and models take the text."""

    def createWidget(self, raster: str, polygons: str, field: str) -> QWidget:
        """Return the widget for the kind of dialog.

        Args:
            raster: Name of the parameter of the reference, a raster.
            polygons: Likewise, of polygons or points.
            field: Likewise, of their field with the class.
        """
        self._names = (raster, polygons, field)
        if self.dialogType != DIALOG_STANDARD:
            line = QLineEdit()
            line.textChanged.connect(lambda: self.widgetValueHasChanged.emit(self))
            return line
        widget = MeaningsWidget()
        widget.changed.connect(lambda: self.widgetValueHasChanged.emit(self))
        return widget

    def postInitialize(self, wrappers: list[Wrapper]) -> None:
        """Let the button look at what a person has chosen."""
        if self.dialogType == DIALOG_STANDARD:
            fields = {wrapper.parameterDefinition().name(): wrapper for wrapper in wrappers}
            self.widget.asked.connect(lambda: _list(self.widget, fields, *self._names))

    def setValue(self, value: Any) -> None:
        """Show a value."""
        text = str(value or "")
        self.widget.set_text(text) if self.dialogType == DIALOG_STANDARD else self.widget.setText(text)

    def value(self) -> str:
        """Return the value that is shown."""
        return str(self.widget.text())


def _list(widget: MeaningsWidget, fields: Mapping[str, Wrapper], raster: str, polygons: str, field: str) -> None:
    """List what both sides hold; what is called alike is taken for the same, and what a person has chosen stays."""
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    names = [item.name for item in _map_classes(fields, context)]
    values, sampled = _reference_classes(fields[raster], fields[polygons], fields[field], context)
    if not values:
        widget.tell(tr("Choose a reference first, of polygons also the field with the class; a photo has no classes."))
        return
    chosen = widget.lines()
    alike = {_key(name): name for name in names}
    told = [item for item in values if ";" not in item.value]
    rows = [(item.value, item.name, chosen.get(item.value, alike.get(_key(item.name), ""))) for item in told]
    widget.remark = _remark(values, told, names, sampled)
    widget.fill(rows, [name for name in names if not any(sign in name for sign in ";=")])


def _map_classes(fields: Mapping[str, Wrapper], context: QgsProcessingContext) -> tuple[ClassValue, ...]:
    """The classes of the map, or of the model that is to make it."""
    if "CLASSES" in fields:
        layer = _layer(fields["CLASSES"], context)
        return raster_classes(layer) if isinstance(layer, QgsRasterLayer) else ()
    try:
        names = model_card(str(fields["MODEL"].parameterValue() or "")).class_names
    except Dis2Error:  # the field of the model says so
        return ()
    return tuple(ClassValue(str(code), name) for code, name in enumerate(names))


def _reference_classes(
    raster: Wrapper, polygons: Wrapper, field: Wrapper, context: QgsProcessingContext
) -> tuple[tuple[ClassValue, ...], bool]:
    """The classes of the reference, and whether there may be more of them."""
    layer = _layer(raster, context)
    if isinstance(layer, QgsRasterLayer):
        return raster_classes(layer), is_sampled(layer)
    layer, name = _layer(polygons, context), field.parameterValue()
    if isinstance(layer, QgsVectorLayer) and name:
        return field_classes(layer, str(name[0] if isinstance(name, list) else name)), False
    return (), False


def _remark(values: Sequence[ClassValue], told: Sequence[ClassValue], names: Sequence[str], sampled: bool) -> str:
    """What the table lacks; empty where it lacks nothing."""
    texts = []
    if sampled:
        texts.append(tr("Some of the raster's pixels were looked at: a rare value may be missing here."))
    if len(told) < len(values) or any(sign in name for name in names for sign in ";="):
        texts.append(tr("Values with a semicolon, and classes with one or with an equals sign, cannot stand here."))
    return " ".join(texts)


def _layer(wrapper: Wrapper, context: QgsProcessingContext) -> Any:
    """The layer that a person has chosen in a field; None where there is none."""
    value = wrapper.parameterValue()
    if isinstance(value, QgsProcessingFeatureSourceDefinition):
        value = value.source.staticValue()
    if isinstance(value, str):
        return QgsProcessingUtils.mapLayerFromString(value, context) if value else None
    return value


def _key(name: str) -> str:
    """A name as it is compared: in whatever case, with blanks or without."""
    return "".join(name.casefold().replace("_", " ").replace("-", " ").split())
