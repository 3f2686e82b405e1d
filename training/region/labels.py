"""Labels on the ground of a scene: a raster of codes or polygons, brought to its pixels, and the classes they name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dis2_core.contract.card import MAX_CLASSES, LandClass
from dis2_core.contract.class_colors import class_colors
from dis2_core.contract.errors import GridMismatch, InputError, NoValidData
from dis2_core.contract.other_jobs import ClassValue, Reference
from dis2_core.evaluation.classes import class_key, code_order
from dis2_core.evaluation.codes import NOTHING, Codes, RasterCodes, strips
from dis2_core.evaluation.metrics import FEW_PIXELS
from dis2_core.evaluation.reference_polygons import PolygonCodes
from dis2_core.rasters.alignment import footprint
from dis2_core.rasters.georeference import box_beside
from dis2_core.rasters.grid import Bounds, Grid
from dis2_core.rasters.values.survey import USUAL
from dis2_core.rasters.values.voids import in_percent
from dis2_core.run.reporting import Reporter

from ..data.sample import IGNORE

MAX_PIXELS = 1 << 29  # of the labelled area, one byte each
MANY_VALUES = 60  # of a raster that nobody gave a meaning, from which it is taken for a photo
#: Values of a field, and polygons a value: more of these, fewer of those, and it is an id.
MANY_NUMBERS, REPEATED = 20, 2.0
INSIST = "If these are classes, name them with --value VALUE=NAME, or say --many-classes."
SURROUNDINGS = 64  # pixels around the labels that are looked at, too


@dataclass(frozen=True)
class Labels:
    """What is known of the ground.

    Attributes:
        grid: Where the pixels lie.
        codes: (H, W) classes 0..K-1, ``IGNORE`` where not labelled.
        classes: Names and colours; each occurs.
        pixels: (K,) labelled pixels.
    """

    grid: Grid
    codes: NDArray[np.uint8]
    classes: tuple[LandClass, ...]
    pixels: NDArray[np.int64]


def read_labels(reference: Reference, grid: Grid, report: Reporter, *, many_classes: bool = False) -> Labels:
    """Read labels where they and a grid meet.

    Args:
        reference: A raster of codes, or polygons; pixels belong to the polygon that their centre lies in.
        grid: The ground that all inputs show.
        report: Told of classes with few pixels or none.
        many_classes: Whether values that nobody gave a meaning are classes, however many there are.

    Returns:
        Labels on the part of the grid that holds any, with some ground around it.

    Raises:
        InputError: The labels cannot be read or name fewer than two classes.
        GridMismatch: They lie elsewhere.
        NoValidData: No pixel is labelled.
    """
    if reference.field:
        polygons = PolygonCodes(reference, grid)
        for event in polygons.remarks:
            report.pass_on(event)
        polygons.limit(_ground(grid, polygons.bounds, reference))
        labels = _read(polygons, reference, polygons.texts, reference.values, report)
        if not (reference.values or many_classes):
            _check_field(reference, len(labels.classes), polygons.count)
        return labels
    words = {"nodata": reference.nodata, "mask": reference.mask}
    with RasterCodes(reference.path, reference.band, **words) as own:
        values = reference.values or own.categories()
        ground = grid if grid.crs is None else _ground(grid, footprint(own.grid, grid.crs), reference)
    with RasterCodes(reference.path, reference.band, ground, **words) as raster:
        if raster.resampled:
            report.info(f"{reference.title} is brought onto the pixels of the inputs by nearest neighbour.")
        labels = _read(raster, reference, None, values, report)
    if not (values or many_classes) and len(labels.classes) > MANY_VALUES:
        raise InputError(
            f"{reference.title} holds {len(labels.classes)} different values and nothing says what they mean: it "
            "may be a photo.",
            f"Give a raster of class codes. {INSIST}",
        )
    return labels


def _check_field(reference: Reference, values: int, polygons: int) -> None:
    if values > MANY_NUMBERS and polygons < REPEATED * values:
        raise InputError(
            f"The field '{reference.field}' of {reference.title} has {values} values in {polygons} polygons: it may "
            "tell polygons apart rather than classes.",
            f"Give the field that holds the class. {INSIST}",
        )


def _read(
    source: RasterCodes | PolygonCodes,
    reference: Reference,
    texts: tuple[str, ...] | None,
    values: tuple[ClassValue, ...],
    report: Reporter,
) -> Labels:
    legend = Legend(values, texts, reference.title)
    codes = np.full(source.grid.shape, IGNORE, dtype=np.uint8)
    for start, stop in strips(source.grid):
        report.check()
        codes[start:stop] = legend.encode(source.read(start, stop))
    for code, pixels in legend.voids.items():
        report.warning(
            f"{in_percent(pixels / codes.size)} of the ground of {reference.title} is {code}, which marks missing "
            f"data elsewhere: it is not labelled. If it is a class, name all classes, this one with "
            f"--value={code}=NAME.",
            "undeclared-nodata",
        )
    if absent := legend.absent():
        report.warning(f"No pixel is labelled {', '.join(absent)}: the model will not know it.", "classes")
    return _compact(source.grid, codes, legend, reference, report)


class Legend:
    """Turns codes of a source into classes, numbered as they are met.

    Args:
        values: What values mean; those that are not listed are not labelled. Empty: each is a class.
        texts: What codes stand for; None: for themselves.
        title: Of the labels, for messages.

    Attributes:
        voids: Pixels by code of a raster that nobody named and programs mark missing data with: they are not labelled.
    """

    def __init__(self, values: Iterable[ClassValue], texts: tuple[str, ...] | None, title: str) -> None:
        spelled: dict[str, str] = {}
        self._meanings = {
            item.value: replace(item, name=spelled.setdefault(class_key(item.name), item.name)) for item in values
        }
        self._open = not self._meanings
        self._texts = texts
        self._title = title
        self._numbers: dict[str, int] = {}  # by name of the class
        self.voids: Counter[int] = Counter()

    def encode(self, codes: Codes) -> NDArray[np.uint8]:
        """Codes -> numbers of classes; ``IGNORE`` where not labelled."""
        found, places, counts = np.unique(codes, return_inverse=True, return_counts=True)
        if self._open and self._texts is None:
            usual = zip(found.tolist(), counts.tolist(), strict=True)
            self.voids.update({code: count for code, count in usual if code in USUAL and code != IGNORE})
        numbers = np.array([self._encode(int(code)) for code in found], dtype=np.uint8)
        encoded: NDArray[np.uint8] = numbers[places.reshape(codes.shape)]
        return encoded

    def classes(self) -> list[ClassValue]:
        """The classes that were met, by number; the value is the first that names the class."""
        first = {item.name: item for item in reversed(self._meanings.values())}
        return [first.get(name, ClassValue(name, name)) for name in self._numbers]

    def order(self) -> list[int]:
        """Numbers of the classes as a person lists them: as their meanings are given, else by value."""
        if self._open:
            return [self._numbers[name] for name in sorted(self._numbers, key=code_order)]
        listed = dict.fromkeys(item.name for item in self._meanings.values())
        return [self._numbers[name] for name in listed if name in self._numbers]

    def absent(self) -> list[str]:
        """Names that were given and never met."""
        listed = dict.fromkeys(item.name for item in self._meanings.values() if item.name != item.value)
        return [name for name in listed if name not in self._numbers]

    def _encode(self, code: int) -> int:
        if code == NOTHING:
            return IGNORE
        text = self._texts[code] if self._texts is not None else str(code)
        if text in self._meanings:
            return self._number(self._meanings[text].name)
        if not self._open or (self._texts is None and code in USUAL):  # what stands for *no data* in class rasters
            return IGNORE
        return self._number(text)

    def _number(self, name: str) -> int:
        number = self._numbers.setdefault(name, len(self._numbers))
        if number >= MAX_CLASSES:
            raise InputError(
                f"{self._title} has more than {MAX_CLASSES} different values.",
                "Give the band or the field that holds the class.",
            )
        return number


def _ground(grid: Grid, bounds: Bounds, reference: Reference) -> Grid:
    """The part of a grid around the labels."""
    across, down = (SURROUNDINGS * side for side in grid.resolution)
    xmin, ymin, xmax, ymax = box_beside(bounds, grid.bounds, grid.crs)
    try:
        ground = grid.crop((xmin - across, ymin - down, xmax + across, ymax + down))
    except GridMismatch as error:
        raise GridMismatch(
            f"The labels {reference.title} do not lie where all inputs are.",
            "Check that they show the same place and have the right CRS, and the extent.",
        ) from error
    if ground.height * ground.width > MAX_PIXELS:
        raise InputError(
            f"The labels spread over {ground.width:,} × {ground.height:,} pixels, too many to hold in memory.",
            "Give an extent, or a coarser ground sample distance.",
        )
    return ground


def _compact(grid: Grid, codes: NDArray[np.uint8], legend: Legend, reference: Reference, report: Reporter) -> Labels:
    """Number the classes in the order in which a person lists them."""
    met, order = legend.classes(), legend.order()
    if not order:
        raise NoValidData(f"{reference.title} labels no pixel where all inputs are.", "Give labels inside the rasters.")
    if len(order) == 1:
        raise InputError(
            f"{reference.title} labels one class alone, '{met[order[0]].name}', where all inputs are.",
            "A model needs two classes or more: label other ground as well.",
        )
    pixels = np.bincount(codes.ravel(), minlength=IGNORE + 1)[order]
    if few := [f"{met[n].name} ({count})" for n, count in zip(order, pixels, strict=True) if count < FEW_PIXELS]:
        report.warning(f"Labelled on few pixels, which is little to learn from: {', '.join(few)}.", "classes")
    table = np.full(IGNORE + 1, IGNORE, dtype=np.uint8)
    table[order] = np.arange(len(order))
    return Labels(grid, table[codes], _land_classes([met[number] for number in order]), pixels)


def _land_classes(items: Sequence[ClassValue]) -> tuple[LandClass, ...]:
    """Classes as a card has them; those without a colour get one."""
    printable = ("".join(letter if letter.isprintable() else " " for letter in item.name).strip() for item in items)
    names = [name or item.value for name, item in zip(printable, items, strict=True)]
    colors = class_colors(names, [item.color for item in items])
    return tuple(LandClass(name, color) for name, color in zip(names, colors, strict=True))
