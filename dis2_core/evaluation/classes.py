"""Which class of a map is which class of its reference: by name where both have names, else by code."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..contract.class_colors import class_colors
from ..contract.errors import InputError
from ..contract.other_jobs import ClassValue


@dataclass(frozen=True)
class Side:
    """One of the two things that are compared.

    Attributes:
        values: What its values mean, as far as that is said.
        seen: The values that occur, as text.
        closed: Whether values that are not listed have no class; else they are classes of their own.
    """

    values: tuple[ClassValue, ...]
    seen: tuple[str, ...]
    closed: bool = False

    @property
    def named(self) -> bool:
        """Whether its classes have names and not codes alone."""
        return any(not is_code(name) for name in ([item.name for item in self.values] or self.seen))

    def listed(self) -> list[ClassValue]:
        """Everything that is said and everything that occurs, in the order in which a legend has it."""
        known = {item.value for item in self.values}
        strangers = [] if self.closed and self.values else sorted(set(self.seen) - known, key=code_order)
        return [*self.values, *(ClassValue(text, text) for text in strangers)]


@dataclass(frozen=True)
class Matched:
    """The classes of both sides as one list.

    Attributes:
        names, colors: Of the classes 0, 1, 2….
        mapped, reference: The class of each value of the two sides.
        by_name: Whether names were compared; else codes.
        only_mapped, only_reference: Names of classes that occur on one side and are unknown to the other.
    """

    names: tuple[str, ...]
    colors: tuple[str, ...]
    mapped: Mapping[str, int]
    reference: Mapping[str, int]
    by_name: bool
    only_mapped: tuple[str, ...]
    only_reference: tuple[str, ...]


def match(mapped: Side, reference: Side) -> Matched:
    """Find the classes that both sides have, and those that one of them has alone.

    Names are compared without regard to case, and to ``_`` and ``-`` for spaces.

    Raises:
        InputError: They have no class in common.
    """
    by_name = mapped.named and reference.named
    keys: dict[str, int] = {}
    names: list[str] = []
    colors: list[str] = []
    places: list[dict[str, int]] = []
    for side in (mapped, reference):
        places.append({})
        for item in side.listed():
            as_code = item.name if is_code(item.name) else item.value
            index = keys.setdefault(class_key(item.name if by_name else as_code), len(names))
            if index == len(names):
                names.append(item.name)
                colors.append(item.color)
            elif is_code(names[index]):  # so far
                names[index] = item.name
            colors[index] = colors[index] or item.color
            places[-1][item.value] = index
    result = Matched(
        names=tuple(names),
        colors=class_colors(names, colors),
        mapped=places[0],
        reference=places[1],
        by_name=by_name,
        only_mapped=_alone(names, places[0], mapped.seen, places[1]),
        only_reference=_alone(names, places[1], reference.seen, places[0]),
    )
    _require_common(result, mapped, reference)
    return result


def _alone(
    names: Sequence[str], own: Mapping[str, int], seen: Iterable[str], other: Mapping[str, int]
) -> tuple[str, ...]:
    known = set(other.values())
    return tuple(dict.fromkeys(names[own[text]] for text in seen if text in own and own[text] not in known))


def _require_common(matched: Matched, mapped: Side, reference: Side) -> None:
    if set(matched.mapped.values()) & set(matched.reference.values()):
        return
    what = "names" if matched.by_name else "codes"
    raise InputError(
        f"The map and its reference have no class in common. {what.capitalize()} of the map: {_some(mapped)}; "
        f"of the reference: {_some(reference)}.",
        "Say with --value what the reference's values mean in the map's words: 1=building, for example.",
    )


def _some(side: Side) -> str:
    texts = [item.name if item.name == item.value else f"{item.value} {item.name}" for item in side.listed()]
    return ", ".join(texts[:12]) + (" …" if len(texts) > 12 else "")


def class_key(name: str) -> str:
    """What is the same for two spellings of a class: case, blanks, ``_`` and ``-`` do not count; a sign does."""
    if is_code(name):
        return str(int(name))
    words = unicodedata.normalize("NFKC", name).replace("_", " ").replace("-", " ").split()
    return " ".join(words).casefold() or name


def is_code(text: str) -> bool:
    """Whether a text is a whole number, as a raster can hold it, and no word."""
    return re.fullmatch(r"[+-]?[0-9]{1,18}", text) is not None


def code_order(text: str) -> tuple[int, int, str]:
    """Codes by size, before words."""
    return (0, int(text), "") if is_code(text) else (1, 0, text)
