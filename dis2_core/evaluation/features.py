"""Labelled polygons or points out of a GeoJSON file, read under limits; features that are odd are left out, and named.

Nobody draws a thousand polygons without a slip: a corner set twice, a class forgotten. One of them spoils nothing and
becomes no class.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..contract.errors import InputError
from ..contract.other_jobs import Reference
from ..contract.untrusted import parse_json, read_text, refusals
from ..rasters.vector.polygons import Odd, Points, declared_crs, parts_of, place_of, reasons, rings_of
from .classes import class_key

MAX_BYTES = 256 << 20  # of a file; as Python objects it takes several times that

NO_CLASS = "no class"
NOTHING_SAID = ("nan", "null", "<null>", "<na>")  # as tables out of databases and pandas write an empty cell


@dataclass(frozen=True)
class LabelledPolygon:
    """A polygon with a class, in the CRS of its file.

    Attributes:
        text: The class.
        rings: (N, 2) corners: the outline, then the holes.
        label: What a person finds the feature by.
    """

    text: str
    rings: tuple[Points, ...]
    label: str


@dataclass(frozen=True)
class LabelledPoint:
    """A point with a class, in the CRS of its file.

    Attributes:
        text: The class.
        place: (1, 2) x and y.
        label: What a person finds the feature by.
    """

    text: str
    place: Points
    label: str


class FeatureFile:
    """The polygons or points of a file that have a class.

    Args:
        reference: Path, field, and what its values mean.

    Attributes:
        crs: That of the coordinates, as the file or the reference says.

    Raises:
        InputError: The file is no GeoJSON, or too large.
    """

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        collection = _load(reference)
        self._features: Sequence[Any] = collection["features"]
        self.crs = reference.crs or declared_crs(reference.title, collection)
        self._spelling = {class_key(item.value): item.value for item in reversed(reference.values)}
        self._listed = {item.value for item in reference.values}
        self._variants: defaultdict[str, set[str]] = defaultdict(set)
        self._left_out: defaultdict[str, list[str]] = defaultdict(list)

    def polygons(self) -> Iterator[LabelledPolygon]:
        """Every polygon that can be used, those of a multipolygon one by one.

        Raises:
            InputError: No feature has the field.
        """
        for text, label, kind, coordinates in self._parts():
            try:
                yield LabelledPolygon(text, rings_of(kind, coordinates), label)
            except Odd as reason:
                self.leave_out(label, reason)

    def points(self) -> Iterator[LabelledPoint]:
        """Every point that can be used. Raises as ``polygons`` does."""
        for text, label, kind, coordinates in self._parts():
            try:
                yield LabelledPoint(text, place_of(kind, coordinates), label)
            except Odd as reason:
                self.leave_out(label, reason)

    @property
    def holds_points(self) -> bool:
        """Whether its features are points, as far as the first that has a geometry tells."""
        geometries = (feature.get("geometry") for feature in self._features if isinstance(feature, dict))
        first = next((geometry for geometry in geometries if isinstance(geometry, dict)), {})
        return first.get("type") in ("Point", "MultiPoint")

    def _parts(self) -> Iterator[tuple[str, str, str, Any]]:
        """Class, label, kind and coordinates of the geometries of features that have a class, one by one."""
        self._check_field()
        for number, feature in enumerate(self._features, start=1):
            label = _label(feature, number)
            try:
                text, parts = self._text(feature), list(parts_of(feature.get("geometry")))
            except Odd as reason:
                self.leave_out(label, reason)
                continue
            for kind, coordinates in parts:
                yield text, label if len(parts) == 1 else f"a part of {label}", kind, coordinates

    def leave_out(self, label: str, reason: Odd) -> None:
        """Note that a feature is not used."""
        self._left_out[str(reason)].append(label)

    @property
    def left_out(self) -> str:
        """What was left out, and why; empty where nothing was."""
        return reasons(self._left_out)

    @property
    def spellings(self) -> str:
        """Classes that are spelled in several ways; empty where there are none."""
        several = (sorted(variants) for variants in self._variants.values() if len(variants) > 1)
        return "; ".join(", ".join(f"'{text}'" for text in variants) for variants in several)

    def _check_field(self) -> None:
        known = [feature["properties"] for feature in self._features if _has_properties(feature)]
        field, title = self._reference.field, self._reference.title
        if known and not any(field in properties for properties in known):
            names = ", ".join(list(known[0])[:20]) or "no field at all"
            raise InputError(
                f"The features of {title} have no field '{field}'." if field else f"{title} holds polygons or points.",
                f"Name the field that holds the class: {names}.",
            )

    def _text(self, feature: Any) -> str:
        """The class of a feature, in the spelling in which it was met first."""
        if not _has_properties(feature):
            raise Odd(NO_CLASS if isinstance(feature, dict) else "no feature")
        text = _as_text(feature["properties"].get(self._reference.field))
        if text in self._listed:
            return text
        if not text or text.casefold() in NOTHING_SAID:
            raise Odd(NO_CLASS)
        spelled = self._spelling.setdefault(class_key(text), text)
        self._variants[spelled] |= {spelled, text}
        return spelled


def _load(reference: Reference) -> Mapping[str, Any]:
    title = reference.title
    hint = (
        "Give a GeoJSON file of polygons or points, which ogr2ogr writes from any vector layer; of a very large one, "
        "cut out the part that the map covers, or rasterise it first."
    )
    with refusals(f"The reference {title}", hint=hint):
        data = parse_json(read_text(reference.path, MAX_BYTES))
    if not isinstance(data, dict) or not isinstance(data.get("features"), list):
        raise InputError(f"{title} is no GeoJSON FeatureCollection.", hint)
    return data


def _has_properties(feature: Any) -> bool:
    return isinstance(feature, dict) and isinstance(feature.get("properties"), dict)


def _label(feature: Any, number: int) -> str:
    """The id that the file gives, else the place in the file."""
    name = feature.get("id") if isinstance(feature, dict) else None
    return f"id {str(name)[:40]}" if isinstance(name, (int, str)) else f"feature {number}"


def _as_text(value: Any) -> str:
    """A value of the field as text; empty where it says nothing."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, (dict, list)):
        raise Odd("a list instead of a class")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).lower() if isinstance(value, bool) else str(value).strip()
    return text.encode(errors="replace").decode()  # halves of characters, which JSON may hold, cannot be written
