"""What betrays the unit of heights that no file declares: names, the unit of the CRS, and the steps between values."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Sequence

import pyproj
import rasterio

from ...contract.card import Band, Modality
from ...contract.segment_job import Event, Source
from .ranges import ENOUGH, BandTally
from .units import declared_units, metres_of

MOST = 0.9  # of the values that are no whole millimetres of metres, which are whole ones of feet
SOME = 0.05  # of all values, that are no whole millimetres
FEW_STEPS = 3  # between which whole numbers are no heights of anything, but a mask, say

_WORDS = re.compile(r"[^\W\d_]+")
_SHORT = {"m", "dm", "mm", "km", "metre", "meter", "metres", "meters"}  # of names of files: also sheets and models
_UNIT_TAG = re.compile(r"(^|[_ ])units?$", re.IGNORECASE)
_FOOT = 0.3048


def unit_hint(
    source: Source,
    modality: Modality,
    dataset: rasterio.DatasetReader,
    bands: Sequence[int],
    tallies: Sequence[BandTally],
) -> Event | None:
    """A warning where heights may be in another unit than the card's, and neither file nor person says which.

    Its code is ``units``; ``whole-heights`` where nothing but their being whole numbers speaks for it.
    """
    if modality.kind != "elevation" or source.scale is not None or dataset.scales[bands[0] - 1] != 1:
        return None
    if declared_units(source.path, modality, dataset, bands[0]):
        return None
    band, tally = modality.bands[0], tallies[0]
    unit = band.unit or "m"
    target = metres_of(unit)
    if target is None:
        return None
    reasons = (*_names(source.path, dataset, bands[0]), *_of_crs(dataset), *_of_steps(tally, target))
    for metres, reason in reasons:
        if not math.isclose(metres, target, rel_tol=1e-4):
            text = (
                f"{source.path} may hold {modality.name} in another unit than {unit}: {reason}. The values are taken "
                f"as {unit}; if that is wrong, say --scale {modality.name}={metres / target:.7g},0."
            )
            return Event("warning", {"code": "units", "text": text})
        return None  # they say that it is the card's
    return _about_whole_numbers(source.path, modality.name, unit, target, band, tally)


def _names(path: str, dataset: rasterio.DatasetReader, band: int) -> Iterator[tuple[float, str]]:
    """Units that the band's name, notes in the file, or the file's name mention."""
    description = dataset.descriptions[band - 1] or ""
    for word in _WORDS.findall(description):
        if (metres := metres_of(word)) is not None:
            yield metres, f"its band is called '{description[:80]}'"
    for tags in (dataset.tags(band), dataset.tags()):
        for key, text in tags.items():
            if _UNIT_TAG.search(key) and (metres := metres_of(text)) is not None:
                yield metres, f"its note {key[:40]} says '{text}'"
    stem = os.path.splitext(os.path.basename(path))[0]
    for word in _WORDS.findall(stem):
        if word.casefold() not in _SHORT and (metres := metres_of(word)) is not None:
            yield metres, f"its name says '{word}'"


def _of_crs(dataset: rasterio.DatasetReader) -> Iterator[tuple[float, str]]:
    """The unit of places, in which heights often are, too."""
    if dataset.crs and dataset.crs.is_projected:
        axis = pyproj.CRS.from_wkt(dataset.crs.to_wkt()).axis_info[0]
        if not math.isclose(axis.unit_conversion_factor, 1):
            yield float(axis.unit_conversion_factor), f"the unit of its CRS is {axis.unit_name}"


def _of_steps(tally: BandTally, target: float) -> Iterator[tuple[float, str]]:
    judged = target == 1 and tally.samples >= ENOUGH and tally.uneven > SOME * tally.samples
    if judged and tally.in_feet > MOST * tally.uneven:
        yield _FOOT, "its values are whole millimetres when they are taken for feet, and not when for metres"


def _about_whole_numbers(path: str, name: str, unit: str, target: float, band: Band, tally: BandTally) -> Event | None:
    """A warning of heights above the ground that are whole numbers."""
    above_ground = band.valid_min <= 0 <= band.mean + band.std and band.valid_max < math.inf
    spread = tally.maximum - tally.minimum
    if not above_ground or tally.samples < ENOUGH or tally.broken or spread <= FEW_STEPS:
        return None
    text = (
        f"{path} holds {name} in whole numbers, {tally.minimum:g} to {tally.maximum:g}, and nothing says their unit: "
        f"they are taken as {unit}. If they are feet, say --scale {name}={_FOOT / target:.4g},0; if decimetres, "
        f"--scale {name}={0.1 / target:.4g},0; if they are {unit}, --scale {name}=1,0."
    )
    return Event("warning", {"code": "whole-heights", "text": text})
