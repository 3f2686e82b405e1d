"""Model cards in words: for the dialog, the help and error messages."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .dis2_core.card import ModelCard
from .dis2_core.catalogue import find_model, read_card, shipped_models
from .dis2_core.errors import Dis2Error, ModelNotFound, NoInput, UnknownModality
from .translation import tr


def slot_label(slot: str) -> str:
    """Return a slot's name for people."""
    return {
        "optical": tr("Optical"),
        "elevation": tr("Elevation"),
        "sar": tr("SAR"),
        "spectral": tr("Spectral"),
        "other": tr("Other"),
    }[slot]


def model_card(model: str) -> ModelCard:
    """Return the card of a shipped model or a file.

    Raises:
        ModelError: There is no such model, or its file is damaged.
    """
    if not model:
        raise ModelNotFound(
            tr("No model was chosen."),
            tr("Choose a model file, or a shipped model: {}.").format(", ".join(shipped_models()) or tr("none")),
        )
    return read_card(find_model(model))


def input_texts(card: ModelCard) -> list[str]:
    """Return what a model takes: ``Optical: rgb (red, green, blue)``, ``Elevation: ndsm (height)``."""
    return [f"{slot_label(modality.slot)}: {modality.label}" for modality in card.modalities]


def check_slots(card: ModelCard, filled: Sequence[str]) -> None:
    """Check that the slots for which there is a raster are slots of the model.

    Raises:
        NoInput: None is filled.
        UnknownModality: One is filled that the model does not know.
    """
    takes = tr("The model '{}' takes {}.").format(card.name, "; ".join(input_texts(card)))
    if not filled:
        raise NoInput(tr("No raster was given."), f"{takes} {tr('Give at least one of these.')}")
    strangers = [slot_label(slot) for slot in filled if card.modality_in_slot(slot) is None]
    if strangers:
        message = tr("The model has no use for a raster in {}.").format(", ".join(strangers))
        raise UnknownModality(message, f"{takes} {tr('Leave everything else empty.')}")


def summary_html(card: ModelCard) -> str:
    """Return what a person wants to know before choosing a model, in short lines."""
    inputs = f" {tr('and/or')} ".join(f"<b>{escape(text)}</b>" for text in input_texts(card))
    classes = escape(", ".join(card.class_names))
    lines = [
        tr("Takes {}").format(inputs),
        tr("Gives {} classes, from pixels of {:g} m: {}").format(len(card.classes), card.gsd, classes),
    ]
    return "<br>".join([escape(card.description), *lines] if card.description else lines)


def catalogue_html() -> str:
    """Return the shipped models as list items for the help; a damaged one says so."""
    return "".join(f"<li><b>{escape(name)}</b>: {_catalogue_entry(name)}</li>" for name in shipped_models())


def _catalogue_entry(name: str) -> str:
    try:
        return summary_html(model_card(name))
    except Dis2Error as error:
        return escape(str(error))
