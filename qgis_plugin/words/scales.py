"""The scaling of stored values, as a person writes it: ``rgb=0.25,0 ndsm=0.1,0``."""

from __future__ import annotations

import re

from ..dis2_core.contract.card import ModelCard
from ..dis2_core.contract.errors import InputError, UnknownModality
from .translation import tr

Scale = tuple[float, float]


def parse_scales(text: str, card: ModelCard) -> dict[str, Scale]:
    """Return ``(a, b)`` by modality, where value = a * stored + b.

    Raises:
        InputError: An entry is not of the form ``NAME=a,b``.
        UnknownModality: It names a modality that the model does not take.
    """
    return dict(_parse(entry, card) for entry in re.split(r"[;\s]+", text) if entry)


def _parse(entry: str, card: ModelCard) -> tuple[str, Scale]:
    name, _, numbers = entry.partition("=")
    try:
        factor, offset = (float(number) for number in numbers.split(","))
    except ValueError as error:
        raise InputError(
            tr("'{}' is no scale.").format(entry),
            tr("Write NAME=a,b for value = a * stored + b, for example ndsm=0.1,0; several with a space between."),
        ) from error
    if name not in card.modality_names:
        raise UnknownModality(
            tr("There is a scale for '{}', which the model does not take.").format(name),
            tr("It takes: {}.").format(", ".join(card.modality_names)),
        )
    return name, (factor, offset)
