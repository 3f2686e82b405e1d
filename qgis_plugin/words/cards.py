"""Model cards in words: for the dialog, the help and error messages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from pathlib import Path

from ..dis2_core.contract.card import SLOTS, ModelCard, scenario_name
from ..dis2_core.contract.catalogue import read_card, shipped_models
from ..dis2_core.contract.errors import Dis2Error, NoInput, UnknownModality
from .numbers import filled
from .translation import tr

MANY_SCENARIOS = 7  # all of three modalities; of more, the full one and the single ones are told


def slot_label(slot: str) -> str:
    """Return a slot's name for people."""
    return {
        "optical": tr("Optical"),
        "elevation": tr("Elevation"),
        "sar": tr("SAR"),
        "spectral": tr("Spectral"),
        "other": tr("Other"),
    }[slot]


def slot_word(slot: str) -> str:
    """Return what a slot is called within a sentence or a layer's name; not every language has small letters there."""
    return {
        "optical": tr("optical"),
        "elevation": tr("elevation"),
        "sar": tr("SAR"),
        "spectral": tr("spectral"),
        "other": tr("other"),
    }[slot]


def slot_field(slot: str) -> str:
    """Return the label of the field that takes a slot's raster."""
    return {
        "optical": tr("Optical raster"),
        "elevation": tr("Elevation raster"),
        "sar": tr("SAR raster"),
        "spectral": tr("Spectral raster"),
        "other": tr("Other raster"),
    }[slot]


def field_labels() -> dict[str, str]:
    """Return the labels of all slots' fields, by slot and by what models of one's own call their modalities."""
    labels = {slot: slot_field(slot) for slot in SLOTS}
    return {**labels, "rgb": labels["optical"], "ndsm": labels["elevation"]}


def input_texts(card: ModelCard) -> list[str]:
    """Return what a model takes: ``Optical: rgb (red, green, blue)``, ``Elevation: ndsm (height)``."""
    return [tr("{}: {}").format(slot_label(modality.slot), modality.label) for modality in card.modalities]


def scenario_text(card: ModelCard, modalities: Collection[str]) -> str:
    """Return what there is of a model's modalities: ``optical + elevation``."""
    return " + ".join(slot_word(item.slot) for item in card.modalities if item.name in modalities)


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


def score_text(card: ModelCard) -> str:
    """Return the mean IoU by scenario: ``0.34 optical + elevation, 0.31 optical``; empty where none was measured."""
    scenarios = card.scenarios()
    if len(scenarios) > MANY_SCENARIOS:
        scenarios = [scenario for scenario in scenarios if len(scenario) in (1, len(card.modalities))]
    scores = {scenario: card.metrics.get(scenario_name(scenario), {}).get("miou") for scenario in scenarios}
    known = {scenario_text(card, scenario): score for scenario, score in scores.items() if score is not None}
    return ", ".join(filled("{:.2f} {}", score, scenario) for scenario, score in known.items())


def summary_html(card: ModelCard) -> str:
    """Return what a person wants to know before choosing a model, in a few lines."""
    inputs = f" {tr('and/or')} ".join(f"<b>{escape(text)}</b>" for text in input_texts(card))
    swatches = (f'<span style="color:{item.color}">&#9632;</span>&nbsp;{escape(item.name)}' for item in card.classes)
    rows = {
        tr("Takes"): inputs,
        tr("Works at"): filled(tr("{:g} m a pixel"), card.gsd),
        tr("Classes"): "&nbsp; ".join(swatches),
        tr("Mean IoU"): escape(score_text(card)),
        tr("Licence"): escape(card.license),
    }
    cells = "".join(
        f'<tr><td style="color:gray; padding-right:8px">{label}</td><td>{text}</td></tr>'
        for label, text in rows.items()
        if text
    )
    description = f"<p>{escape(card.description)}</p>" if card.description else ""
    return f"{description}<table cellspacing=2>{cells}</table>"


def catalogue_html() -> str:
    """Return the shipped models as list items for the help; a damaged one says so."""
    return "".join(f"<li><b>{escape(name)}</b>: {_entry(path)}</li>" for name, path in shipped_models().items())


def _entry(path: Path) -> str:
    try:
        return summary_html(read_card(path))
    except Dis2Error as error:
        return escape(str(error))
