"""What unit a file's values have, and how they become the card's: scale and offset tags, band units, vertical CRS.

The file's tags come first (value = scale * stored + offset), then the unit that the value has. A person's own scale
counts instead of all of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pyproj
import rasterio
from pyproj.exceptions import ProjError

from ...contract.card import Band, Modality
from ...contract.errors import GridMismatch, UnreadableRaster
from ...contract.segment_job import Event, Source

Scaling = tuple[float, float]  # value = first * stored + second

#: Metres of a unit of length, by the names that GDAL, PROJ and people use, in small letters.
_METRES = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), 1.0),
    **dict.fromkeys(("dm", "decimetre", "decimetres", "decimeter", "decimeters"), 0.1),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), 0.01),
    **dict.fromkeys(("mm", "millimetre", "millimetres", "millimeter", "millimeters"), 0.001),
    **dict.fromkeys(("km", "kilometre", "kilometres", "kilometer", "kilometers"), 1000.0),
    **dict.fromkeys(("ft", "foot", "feet", "international foot", "international feet"), 0.3048),
    **dict.fromkeys(("us survey foot", "us survey feet", "survey foot", "survey feet", "sfoot", "sft"), 1200 / 3937),
    **dict.fromkeys(("ftus", "ft us", "us ft", "usft", "foot us", "feet us", "us foot", "us feet"), 1200 / 3937),
}
_MARKS = str.maketrans({"_": " ", "-": " ", ".": None, "[": None, "]": None, "(": None, ")": None})
_SAME = 1e-9  # relative; units closer than this are one


@dataclass(frozen=True)
class Unit:
    """What a file says: the unit's name, its metres where it is a length, and where that stands."""

    name: str
    metres: float | None
    where: str

    def agrees(self, other: Unit) -> bool:
        """Whether both are one unit."""
        if self.metres is None or other.metres is None:
            return self.name.casefold() == other.name.casefold()
        return math.isclose(self.metres, other.metres, rel_tol=_SAME)


def card_scaling(
    source: Source, modality: Modality, dataset: rasterio.DatasetReader, bands: Sequence[int]
) -> tuple[tuple[Scaling, ...], tuple[Event, ...]]:
    """How stored numbers become values in the card's unit, band by band, and what there is to say about it.

    Raises:
        UnreadableRaster: The file declares a scale that no values can have.
        GridMismatch: PROJ does not understand its vertical CRS.
    """
    if source.scale is not None:
        return (source.scale,) * len(bands), (_as_chosen(source.path, *source.scale),)
    scalings, texts = [], []
    for band, wanted in zip(bands, modality.bands, strict=True):
        scale, offset = tag_scaling(source.path, dataset, band)
        factor, remarks = _to_card(source.path, modality, wanted, declared_units(source.path, modality, dataset, band))
        scalings.append((scale * factor, offset * factor))
        texts += remarks
    events = tuple(Event("warning", {"code": "units", "text": text}) for text in dict.fromkeys(texts))
    return tuple(scalings), events


def _as_chosen(path: str, a: float, b: float) -> Event:
    shift = f" {'-' if b < 0 else '+'} {abs(b):.10g}" if b else ""
    return Event("info", {"text": f"{path}: value = {a:.10g} · stored{shift}, as chosen."})


def tag_scaling(path: str, dataset: rasterio.DatasetReader, band: int) -> Scaling:
    """The scale and offset that a file declares for a band.

    Raises:
        UnreadableRaster: No values can have them.
    """
    scale, offset = float(dataset.scales[band - 1]), float(dataset.offsets[band - 1])
    if not (math.isfinite(scale) and math.isfinite(offset) and scale != 0):
        raise UnreadableRaster(
            f"Band {band} of {path} declares the scale {scale:g} and the offset {offset:g}: no values have these.",
            "Set the right ones with gdal_edit.py -scale and -offset, or give them with --scale.",
        )
    return scale, offset


def declared_units(path: str, modality: Modality, dataset: rasterio.DatasetReader, band: int) -> list[Unit]:
    """Units that the file declares, the one that counts first."""
    units = []
    if name := (dataset.units[band - 1] or "").strip():
        units.append(Unit(name, metres_of(name), f"the unit of its band {band}"))
    if modality.kind == "elevation" and (vertical := _vertical(path, dataset)):
        units.append(vertical)
    return units


def metres_of(name: str) -> float | None:
    """Metres of a unit of length, however its name is spelled: ``Foot_US``, ``U.S. survey foot``, ``[m]``."""
    return _METRES.get(" ".join(name.casefold().translate(_MARKS).split()))


def _vertical(path: str, dataset: rasterio.DatasetReader) -> Unit | None:
    """The unit of the heights of a CRS; None where it tells none."""
    if not dataset.crs:
        return None
    try:
        axes = pyproj.CRS.from_wkt(dataset.crs.to_wkt()).axis_info
    except ProjError as error:
        raise GridMismatch(
            f"{path} has a CRS that PROJ does not understand: {error}", "Assign the right CRS with gdal_edit.py -a_srs."
        ) from error
    for axis in axes:
        if axis.direction == "up":
            return Unit(axis.unit_name, float(axis.unit_conversion_factor), "its vertical CRS")
        if axis.direction == "down":
            return Unit(f"{axis.unit_name} downward", None, "its vertical CRS")
    return None


def _to_card(path: str, modality: Modality, wanted: Band, declared: Sequence[Unit]) -> tuple[float, list[str]]:
    """The factor from the declared unit to the card's, and what to warn of."""
    unit = wanted.unit or ("m" if modality.kind == "elevation" else "")
    if not unit or not declared:
        return 1.0, []
    said, target = declared[0], Unit(unit, metres_of(unit), "the model's card")
    texts = [
        f"{path} contradicts itself: {said.where} is {said.name}, {other.where} has {other.name}. "
        f"The former counts; say what is right with --scale {modality.name}=a,b."
        for other in declared[1:]
        if not said.agrees(other)
    ]
    if said.agrees(target):
        return 1.0, texts
    if said.metres is None or target.metres is None:
        texts.append(
            f"{path} holds {modality.name} in '{said.name}', as {said.where} says; the model expects {unit}. The "
            f"values are taken as they are: if they need a factor, give --scale {modality.name}=a,b."
        )
        return 1.0, texts
    factor = said.metres / target.metres
    texts.append(
        f"{path} holds {modality.name} in {said.name}, as {said.where} says: values are multiplied by {factor:.7g}, "
        f"which makes them {unit}. If that is wrong, give --scale {modality.name}=1,0."
    )
    return factor, texts
