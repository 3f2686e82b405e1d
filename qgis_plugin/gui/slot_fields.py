"""The fields of rasters in a dialog: those that the chosen model knows, called as its card does, with what it gets."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from qgis.core import QgsProcessingContext, QgsProcessingUtils, QgsProject, QgsRasterLayer
from qgis.gui import QgsAbstractProcessingParameterWidgetWrapper
from qgis.PyQt.QtCore import QEvent, QObject, Qt, QTimer
from qgis.PyQt.QtWidgets import QLabel, QLineEdit, QWidget

from ..dis2_core.contract.bands import looks_like_photo
from ..dis2_core.contract.card import SLOTS, Modality, ModelCard
from ..layers.bands import LayerBands, layer_choice
from ..words.bands import choice_text, contradiction_text, field_label, numbers_text
from ..words.cards import slot_field
from ..words.colours import text_colour
from ..words.translation import tr

Wrapper = QgsAbstractProcessingParameterWidgetWrapper
HIDDEN = "dis2/hidden"  # property of a widget that the model has no use for
DETAILS = ("BANDS", "FACTOR", "OFFSET")


class SlotField:
    """The field of one slot, the line below it, and the fields of its details."""

    def __init__(self, slot: str, wrappers: dict[str, Wrapper]) -> None:
        self.slot = slot
        self.raster = wrappers[slot.upper()]
        self.details = [wrappers[name] for suffix in DETAILS if (name := f"{slot.upper()}_{suffix}") in wrappers]
        self.bands = wrappers.get(f"{slot.upper()}_BANDS")
        self.note = QLabel()
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.RichText)  # names of files and bands are escaped
        self._layer: tuple[object, QgsRasterLayer | None, QgsProcessingContext] | None = None
        field = self.raster.wrappedWidget()
        layout = field.parentWidget().layout() if field.parentWidget() else None
        if layout is not None:
            layout.insertWidget(layout.indexOf(field) + 1, self.note)

    def widgets(self) -> Iterator[QWidget]:
        """All widgets of the slot but the line below its field."""
        for wrapper in (self.raster, *self.details):
            yield from filter(None, (wrapper.wrappedLabel(), wrapper.wrappedWidget()))

    @property
    def is_filled(self) -> bool:
        """Whether a raster is chosen."""
        return bool(self.raster.parameterValue())

    def layer(self) -> QgsRasterLayer | None:
        """The raster; None where there is none. A file is opened once, not at every look."""
        value = self.raster.parameterValue()
        if self._layer is None or self._layer[0] != value:
            context = QgsProcessingContext()
            context.setProject(QgsProject.instance())
            found = QgsProcessingUtils.mapLayerFromString(str(value), context) if isinstance(value, str) else value
            is_raster = isinstance(found, QgsRasterLayer) and found.isValid()
            self._layer = (value, found if is_raster else None, context)
        return self._layer[1]

    def chosen(self) -> tuple[int, ...]:
        """The bands that a person has chosen."""
        return tuple(map(int, (self.bands.parameterValue() if self.bands else None) or ()))

    def show_for(self, card: ModelCard | None) -> None:
        """Show the fields if the model knows the slot, or a person has filled it; call it as the card does."""
        modality = card.modality_in_slot(self.slot) if card else None
        is_known = card is None or modality is not None
        for widget in self.widgets():
            widget.setProperty(HIDDEN, not (is_known or self.is_filled))
            widget.setVisible(is_known or self.is_filled)
        label = self.raster.wrappedLabel()
        if isinstance(label, QLabel):
            words = field_label(modality) if modality else slot_field(self.slot)
            label.setText(tr("{} [optional]").format(words))


class SlotFields(QObject):
    """All of them, kept up to date with the model and with each other.

    Args:
        wrappers: Of all parameters of the dialog, by name.
        parent: Is gone when the dialog is.
    """

    def __init__(self, wrappers: dict[str, Wrapper], parent: QObject) -> None:
        super().__init__(parent)
        self.fields = {slot: SlotField(slot, wrappers) for slot in SLOTS if slot.upper() in wrappers}
        self._card: ModelCard | None = None
        for field in self.fields.values():
            for widget in field.widgets():
                widget.installEventFilter(self)
            for wrapper in (field.raster, field.bands):
                if wrapper is not None:
                    wrapper.widgetValueHasChanged.connect(lambda _: self.look())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hide again what QGIS shows when a person unfolds the advanced parameters: it shows all of them."""
        if event.type() == QEvent.Type.Show and watched.property(HIDDEN):
            QTimer.singleShot(0, watched.hide)
        return False

    def follow(self, card: ModelCard | None) -> None:
        """Follow another model; None where there is none of that name."""
        self._card = card
        for field in self.fields.values():
            field.show_for(card)
        self.look()

    def look(self) -> None:
        """Look at the rasters anew."""
        read: dict[tuple[str, int], str] = {}
        for field in self.fields.values():
            modality = self._card.modality_in_slot(field.slot) if self._card else None
            layer = field.layer() if field.is_filled else None
            self._tell(field, modality, layer, read)

    def _tell(
        self,
        field: SlotField,
        modality: Modality | None,
        layer: QgsRasterLayer | None,
        read: dict[tuple[str, int], str],
    ) -> None:
        """Write what the model gets of a raster, and what is doubtful about it."""
        choice, doubts = None, []
        if modality is not None and layer is not None:
            bands = LayerBands.of(layer)
            choice = layer_choice(layer, bands, modality, field.chosen())
            doubts = _doubts(bands, modality)
            if choice is None:
                doubts.append(_wrong_number(bands, modality, field.chosen()))
            else:
                doubts += filter(None, [contradiction_text(modality, choice), _read_twice(bands, choice.numbers, read)])
                read.update({(bands.source, number): field_label(modality) for number in choice.numbers})
        lines = [escape(choice_text(modality, choice))] if modality and choice else []
        colour = text_colour("warning", field.note)
        lines += [f'<span style="color:{colour}">&#9888; {escape(doubt)}</span>' for doubt in doubts]
        field.note.setText("<br>".join(lines))
        field.note.setVisible(bool(lines))
        if field.bands is not None and not field.chosen():
            shown = field.bands.wrappedWidget().findChild(QLineEdit)
            if shown is not None:
                shown.setText(numbers_text(choice))


def _doubts(bands: LayerBands, modality: Modality) -> list[str]:
    """What tells that a raster is no such thing as the model wants."""
    if bands.is_result:
        return [tr("This is a result of DIS2, not a measurement.")]
    if modality.kind in ("optical", "spectral") and bands.has_palette:
        return [tr("It holds numbers of palette colours, not measured values: use 'PCT to RGB' first.")]
    if modality.kind == "elevation" and looks_like_photo(bands.present):
        return [tr("It says that its bands are red, green and blue: a photo, and no heights?")]
    if modality.kind == "elevation" and len(bands.present) > len(modality.bands):
        return [tr("It has {} bands: which one holds the heights?").format(len(bands.present))]
    return []


def _wrong_number(bands: LayerBands, modality: Modality, chosen: tuple[int, ...]) -> str:
    needed = len(modality.bands)
    if chosen:
        return tr("{} bands are chosen; the model takes {}.").format(len(chosen), needed)
    return tr("It has too few bands ({}); the model takes {}.").format(len(bands.present), needed)


def _read_twice(bands: LayerBands, numbers: tuple[int, ...], read: dict[tuple[str, int], str]) -> str:
    twice = [(number, read[bands.source, number]) for number in numbers if (bands.source, number) in read]
    return tr("Band {} is given as '{}', too.").format(*twice[0]) if twice else ""
