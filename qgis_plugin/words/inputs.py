"""What a person writes about several inputs in one line: ``rgb=0.25,0 ndsm=0.1,0``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..dis2_core.contract.card import ModelCard
from ..dis2_core.contract.errors import InputError, ProtocolError, UnknownModality
from ..dis2_core.contract.other_jobs import ClassValue
from ..dis2_core.contract.segment_job import Source
from .translation import tr

Scale = tuple[float, float]


def input_names(card: ModelCard) -> dict[str, str]:
    """Return the modalities of a model by what they may be called: their slot, or their own name."""
    slots = {modality.slot: modality.name for modality in card.modalities}
    return slots | {name: name for name in card.modality_names}


def parse_scales(text: str, names: Mapping[str, str]) -> dict[str, Scale]:
    """Return ``(a, b)`` by input, where value = a * stored + b.

    Raises:
        InputError: An entry is not of the form ``NAME=a,b`` or ``NAME=a``.
        UnknownModality: It names no input.
    """
    return {name: _scale(entry, value) for name, entry, value in _entries(text, names)}


def parse_nodata(text: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return when the no-data value makes a pixel void, by input; see ``Source.nodata``.

    Raises:
        InputError: An entry is not of the form ``NAME=any|all|none|VALUES``.
        UnknownModality: It names no input.
    """
    hint = tr(
        "Write NAME=any, NAME=all, NAME=none or the values, for example optical=all ndsm=-9999,0; several with a space "
        "between."
    )
    return _words(text, names, "nodata", tr("'{}' does not say when a pixel has no data."), hint)


def parse_masks(text: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return what else makes a pixel void, by input; see ``Source.mask``.

    Raises:
        InputError: An entry is not of the form ``NAME=auto|none|BAND``.
        UnknownModality: It names no input.
    """
    hint = tr("Write NAME=auto, NAME=none or a band's number, for example optical=4; several with a space between.")
    return _words(text, names, "mask", tr("'{}' does not say what the mask is."), hint)


def _words(text: str, names: Mapping[str, str], field: str, refusal: str, hint: str) -> dict[str, str]:
    """What every entry says of a field of its source, which checks it."""
    found = {}
    for name, entry, value in _entries(text, names):
        try:
            found[name] = getattr(Source(entry, **{field: value}), field)
        except ProtocolError as error:
            raise InputError(refusal.format(entry), hint) from error
    return found


def _entries(text: str, names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Input, entry and value of every entry."""
    found = []
    for entry in filter(None, re.split(r"[;\s]+", text)):
        name, sign, value = entry.partition("=")
        name = name.casefold()
        if not sign and name not in names:
            raise InputError(
                tr("'{}' does not say which input it is about.").format(entry),
                tr("Write {}=….").format("=…, ".join(names)),
            )
        if name not in names:
            raise UnknownModality(
                tr("'{}' is about '{}', which is no input.").format(entry, name),
                tr("Inputs are: {}.").format(", ".join(names)),
            )
        found.append((names[name], entry, value))
    return found


def _scale(entry: str, value: str) -> Scale:
    """Factor and offset. A factor alone will do; one of 0 is none, so that ``0,2`` is a decimal comma."""
    try:
        numbers = [float(number) for number in value.split(",")]
        if len(numbers) == 2 and numbers[0] == 0:
            numbers = [float(value.replace(",", "."))]
        factor, offset = numbers if len(numbers) == 2 else (*numbers, 0.0)
    except ValueError as error:
        raise InputError(
            tr("'{}' is no scale.").format(entry),
            tr("Write NAME=a,b for value = a * stored + b, for example ndsm=0.1,0; several with a space between."),
        ) from error
    return factor, offset


def parse_meanings(text: str) -> tuple[ClassValue, ...]:
    """Read what values of a reference mean: ``1=building;2=tree``.

    Raises:
        InputError: It is something else.
    """
    values = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        value, separator, name = (item.strip() for item in part.rpartition("="))  # a value may be landuse=forest
        if not (value and separator and name):
            raise InputError(
                tr("'{}' does not say what a value of the reference means.").format(part),
                tr("Write VALUE=NAME, separated by semicolons: 1=building;2=tree."),
            )
        values.append(ClassValue(value, name))
    return tuple(values)
