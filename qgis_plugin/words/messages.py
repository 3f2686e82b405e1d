"""What the library says, in the language of QGIS.

Library and worker speak English. The files ``i18n/library_<language>.json`` hold their sentences with ``{}`` for each
value, as ``tools/translations.py`` finds them in the sources, ``report_<language>.json`` what stands in reports beside
them: a sentence that fits one is said in the translation's words. What fits none stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape, unescape
from pathlib import Path
from typing import Optional

from .numbers import in_locale
from .translation import language, tr

_FOLDER = Path(__file__).resolve().parent.parent / "i18n"
_DIGITS = r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_NUMBER = re.compile(_DIGITS)
_AMOUNT = re.compile(rf"({_DIGITS})( (?:%|m²|ha|km²|s|h|min))?")  # in a cell of a table, or at an axis
_ENDS = re.compile(r"(?<=[.?!]) ")  # of sentences
_TAGS = re.compile(r"(<style.*?</style>|<!.*?>|<[^>]*>)", re.DOTALL)
DEEPEST = 3  # sentences in sentences
MANY = 8  # sentences of one text; one of more stays as it is, since all that follow each other are looked up
REMEMBERED = 512


@dataclass(frozen=True)
class Message:
    """A sentence with holes, and its translation.

    Attributes:
        pieces: What stands around the holes; one more than there are holes.
        translation: With ``{}`` for each hole, or ``{0}``, ``{1}``…
    """

    pieces: tuple[str, ...]
    translation: str

    @property
    def weight(self) -> tuple[bool, int]:
        """Of two that fit, the heavier one counts: one that begins with words, else one of more words.

        A value at the beginning may hold the beginning of another sentence, whose value this one is.
        """
        return bool(self.pieces[0]), sum(map(len, self.pieces))

    def values(self, text: str) -> Optional[Sequence[str]]:
        """What fills the holes where the text is this sentence; None where it is another one.

        Each piece is taken where it stands first: no text, however odd, takes long.
        """
        first, *between = self.pieces
        if not text.startswith(first):
            return None
        if not between:
            return () if text == first else None
        *between, last = between
        place, end = len(first), len(text) - len(last)
        if end < place or not text.endswith(last):
            return None
        found = []
        for piece in between:
            where = text.find(piece, place, end)
            if where < 0:
                return None
            found.append(text[place:where])
            place = where + len(piece)
        return [*found, text[place:end]]


def translated(text: str) -> str:
    """Say in the language of QGIS what the library says."""
    return _said(text, language()) if catalogue(language()) else text


def translated_page(page: str) -> str:
    """Say in the language of QGIS what stands in a report: texts, those of charts too, and numbers as it writes them.

    Args:
        page: HTML without scripts.
    """
    if not catalogue(language(), reports=True):
        return page
    parts = _TAGS.split(page)
    parts[::2] = map(_node, parts[::2])
    return "".join(parts).replace('<html lang="en">', f'<html lang="{language()}">', 1)


def _node(node: str) -> str:
    """What stands between two tags; a text may go on over several lines."""
    text = " ".join(unescape(node).split())
    if not text:
        return node
    amount = _AMOUNT.fullmatch(text)
    said = in_locale(amount[1]) + (amount[2] or "") if amount else _said(text, language(), reports=True)
    return node if said == text else escape(said, quote=False)


def stage_text(stage: str) -> str:
    """What a run is doing, for people."""
    known = {
        "comparing": tr("Comparing"),
        "drawing": tr("Drawing"),
        "finishing": tr("Finishing"),
        "reading": tr("Reading"),
        "segmenting": tr("Segmenting"),
        "subtracting": tr("Subtracting"),
        "testing": tr("Testing"),
        "training": tr("Training"),
        "writing": tr("Writing"),
    }
    word, _, what = stage.partition(" ")
    return " ".join(filter(None, (known.get(word.lower(), word.capitalize()), what)))


@cache
def _words(language: str) -> Mapping[str, str]:
    """Words that stand in sentences, and are no names."""
    return {
        "16-bit numbers (bfloat16) where they do no harm": tr("16-bit numbers (bfloat16) where they do no harm"),
        "32-bit numbers": tr("32-bit numbers"),
        "codes": tr("codes"),
        "Codes": tr("Codes"),
        "map": tr("map"),
        "mask": tr("mask"),
        "names": tr("names"),
        "Names": tr("Names"),
        "overviews": tr("overviews"),
        "point that lies in it": tr("point that lies in it"),
        "polygon that its centre lies in": tr("polygon that its centre lies in"),
        "reference": tr("reference"),
        "test": tr("test"),
        "the compared pixels": tr("the compared pixels"),
        "the map": tr("the map"),
        "train": tr("training"),
        "validation": tr("validation"),
    }


@cache
def catalogue(language: str, reports: bool = False) -> Sequence[Message]:
    """The sentences that are translated into a language, the heavier ones first; none where there are none.

    Args:
        language: Two or three letters.
        reports: Those of reports, too, where a text of one word is one.
    """
    entries: dict[str, str] = {}
    for name in ("library", "report") if reports else ("library",):
        path = _FOLDER / f"{name}_{language}.json"
        entries |= json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    messages = [Message(tuple(source.split("{}")), text) for source, text in entries.items() if text]
    return sorted(messages, key=lambda message: message.weight, reverse=True)


@lru_cache(REMEMBERED)
def _said(text: str, language: str, depth: int = 0, reports: bool = False) -> str:
    """A text of one sentence or several, as many of them as are known in other words."""
    parts = _ENDS.split(text)
    if len(parts) > MANY:
        return text
    return " ".join(filter(None, (part.strip() for part in _in_pieces(parts, language, depth, reports))))


def _in_pieces(parts: Sequence[str], language: str, depth: int, reports: bool) -> Iterator[str]:
    """The parts of a text in other words; several may be one sentence, since values hold full stops, too."""
    begin = 0
    while begin < len(parts):
        for end in range(begin + 1, len(parts) + 1):
            found = _sentence(" ".join(parts[begin:end]), language, depth, reports)
            if found is not None:
                yield found
                break
        else:
            end = begin + 1
            yield parts[begin]
        begin = end


def _sentence(text: str, language: str, depth: int, reports: bool) -> Optional[str]:
    for message in catalogue(language, reports):
        values = message.values(text)
        if values is not None:
            return message.translation.format(*(_value(value, language, depth, reports) for value in values))
    return None


def _value(value: str, language: str, depth: int, reports: bool) -> str:
    """A value: a number as the locale writes it, a sentence or a word of ours in others, anything else as it is."""
    if _NUMBER.fullmatch(value):
        return in_locale(value)
    if (word := _words(language).get(value)) is not None:
        return word
    return _said(value, language, depth + 1, reports) if depth < DEEPEST and value.count(" ") >= 2 else value
