"""What a map loses without a modality: two maps of one grid compared class by class, and the outcome in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ..contract.card import NODATA, UNCERTAIN, LandClass
from ..evaluation.codes import NOTHING, RasterCodes, count_pairs, strips
from ..rasters.areas import PixelArea

NO_DATA = "no data"
UNSURE = "uncertain"

SIZEABLE = 0.01  # of the map: smaller classes do not make the headline


@dataclass(frozen=True)
class ClassChange:
    """What becomes of one class of the full map.

    Attributes:
        name, color: The class.
        full_pixels: Its pixels in the full map.
        kept_pixels: Those of them that keep it.
        scenario_pixels: Its pixels in the other map.
        turned_into: What most of the others become; empty where all are kept.
        turned_pixels: How many become that.
        full_m2, scenario_m2: Its area in the two maps; None where areas are not known.
    """

    name: str
    color: str
    full_pixels: int
    kept_pixels: int
    scenario_pixels: int
    turned_into: str
    turned_pixels: int
    full_m2: float | None
    scenario_m2: float | None

    @property
    def kept(self) -> float | None:
        """Share that is kept; None for a class that the full map does not have."""
        return self.kept_pixels / self.full_pixels if self.full_pixels else None


@dataclass(frozen=True)
class Change:
    """What becomes of the full map.

    Attributes:
        classes: By class, in the model's order.
        full_pixels: Pixels of the full map that have a class.
        kept_pixels: Those of them that keep it.
        lost_pixels: Those that have no data without the modality.
        uncertain_pixels: Those that become *uncertain*.
    """

    classes: tuple[ClassChange, ...]
    full_pixels: int
    kept_pixels: int
    lost_pixels: int
    uncertain_pixels: int

    @property
    def kept(self) -> float:
        """Share of the full map that stays the same."""
        return self.kept_pixels / self.full_pixels if self.full_pixels else 0.0

    @property
    def hardest_hit(self) -> ClassChange | None:
        """The class of some size that keeps the least; None where nothing changes."""
        sizeable = [item for item in self.classes if item.full_pixels > SIZEABLE * self.full_pixels]
        hit = min(sizeable, key=lambda item: item.kept or 0.0, default=None)
        return hit if hit is not None and hit.turned_pixels else None


def compare_maps(
    full: str,
    other: str,
    classes: Sequence[LandClass],
    check: Callable[[], None] = lambda: None,
) -> Change:
    """Compare two class maps of one grid; memory is bounded by a strip of rows.

    Args:
        full: The map from all modalities.
        other: The map from some of them.
        classes: Of the model.
        check: Is called between strips; may raise.
    """
    pixels: Counter[tuple[int, int]] = Counter()
    areas: Counter[tuple[int, int]] = Counter()
    with RasterCodes(full) as first, RasterCodes(other, grid=first.grid) as second:
        area = PixelArea(first.grid)
        for start, stop in strips(first.grid):
            check()
            row_areas = area.rows(start, stop) if area.known else None
            for codes, tally in count_pairs(first.read(start, stop), second.read(start, stop), row_areas):
                pixels[codes] += tally.pixels
                areas[codes] += tally.square_metres  # type: ignore[assignment]
    return _change(pixels, areas if area.known else None, classes)


def _change(
    pixels: Mapping[tuple[int, int], int], areas: Mapping[tuple[int, int], float] | None, classes: Sequence[LandClass]
) -> Change:
    codes = range(len(classes))
    mapped = {pair: count for pair, count in pixels.items() if pair[0] in codes}
    return Change(
        classes=tuple(_class_change(code, pixels, areas, classes) for code in codes),
        full_pixels=sum(mapped.values()),
        kept_pixels=sum(count for (before, after), count in mapped.items() if before == after),
        lost_pixels=sum(count for (_, after), count in mapped.items() if after in (NOTHING, NODATA)),
        uncertain_pixels=sum(count for (_, after), count in mapped.items() if after == UNCERTAIN),
    )


def _class_change(
    code: int,
    pixels: Mapping[tuple[int, int], int],
    areas: Mapping[tuple[int, int], float] | None,
    classes: Sequence[LandClass],
) -> ClassChange:
    names = {**{index: item.name for index, item in enumerate(classes)}, UNCERTAIN: UNSURE}
    others = {after: count for (before, after), count in pixels.items() if before == code != after}
    most = max(others, key=lambda after: others[after], default=None)
    return ClassChange(
        name=classes[code].name,
        color=classes[code].color,
        full_pixels=sum(count for (before, _), count in pixels.items() if before == code),
        kept_pixels=pixels.get((code, code), 0),
        scenario_pixels=sum(count for (_, after), count in pixels.items() if after == code),
        turned_into="" if most is None else names.get(most, NO_DATA),
        turned_pixels=0 if most is None else others[most],
        full_m2=None if areas is None else sum(area for (before, _), area in areas.items() if before == code),
        scenario_m2=None if areas is None else sum(area for (_, after), area in areas.items() if after == code),
    )


def in_words(left_out: str, change: Change) -> str:
    """What leaving something out does to the map, in a sentence.

    Args:
        left_out: A name for people, e.g. ``ndsm (elevation)``.
        change: Of the map.
    """
    text = f"Without {left_out}, {percent(change.kept)} of the map stays the same"
    hit = change.hardest_hit
    if hit is None or hit.kept is None:
        return f"{text}."
    gone = f"{percent(1 - hit.kept)} of it"
    if hit.turned_into == NO_DATA:
        return f"{text}; {hit.name} changes most: {gone} is lost, mostly for want of data."
    if hit.turned_pixels == hit.full_pixels - hit.kept_pixels:
        return f"{text}; {hit.name} changes most: {gone} becomes {hit.turned_into}."
    return f"{text}; {hit.name} changes most: {gone} becomes something else, mostly {hit.turned_into}."


def percent(share: float) -> str:
    """A share as people say it: whole percents that are neither 0 nor 100 unless it is."""
    value = 100 * share
    if 0 < value < 1 or 99 < value < 100:
        return "less than 1 %" if value < 1 else "more than 99 %"
    return f"{value:.0f} %"
