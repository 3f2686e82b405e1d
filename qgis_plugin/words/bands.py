"""What each band of a model gets of a file, and what is doubtful about it, in a line for a person."""

from __future__ import annotations

from ..dis2_core.contract.bands import SHOWN, BandChoice, FileBand
from ..dis2_core.contract.card import Modality
from .translation import tr

MANY = 4  # bands that a label does not list any more


def field_label(modality: Modality) -> str:
    """Return the card's words for an input: ``Aerial photo (red, green, blue)``, ``Height above ground, m``."""
    names = [band.name for band in modality.bands]
    words = modality.description or modality.name
    if len(names) == 1:
        unit = modality.bands[0].unit
        return f"{words}, {unit}" if unit else words
    return f"{words} ({', '.join(names)})" if len(names) <= MANY else words


def choice_text(modality: Modality, choice: BandChoice) -> str:
    """Return ``red: band 3 (B04), green: band 2 (B03), blue: band 1 (B02), as the file says``."""
    pairs = [f"{band.name}: {_band(read)}" for band, read in zip(modality.bands, choice.bands)]
    listed = pairs[:SHOWN] + (["…"] if len(pairs) > SHOWN else [])
    reason = {
        "chosen": tr("as chosen"),
        "says": tr("as the file says"),
        "order": tr("by their order"),
        "shown": tr("as the layer shows them"),
    }[choice.how]
    return ", ".join([*listed, reason])


def contradiction_text(modality: Modality, choice: BandChoice) -> str:
    """Return what a file says of its bands, where they are read as something else; empty where nothing is."""
    return "; ".join(
        tr("band {} is {} by the file, and is read as {}").format(
            choice.numbers[position], meaning, modality.bands[position].name
        )
        for position, meaning in choice.contradictions
    )


def numbers_text(choice: BandChoice | None) -> str:
    """Return what stands in an empty field of bands: ``3, 2, 1 (automatic)``."""
    numbers = ", ".join(map(str, choice.numbers[:SHOWN])) if choice else ""
    return tr("{} (automatic)").format(numbers) if numbers else tr("automatic")


def _band(read: FileBand) -> str:
    text = tr("band {}").format(read.number)
    return f"{text} ({read.name})" if read.name else text
