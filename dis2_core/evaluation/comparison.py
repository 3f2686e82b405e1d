"""A class map laid over ground truth: which class meets which, on how many pixels and square metres."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..contract.card import MAX_CLASSES, UNCERTAIN
from ..contract.errors import GridMismatch, InputError, NoValidData, UnreadableRaster
from ..contract.other_jobs import ClassValue, Reference
from ..contract.segment_job import Event
from ..rasters.alignment import NOTICEABLE, extent_in, intersection, resampling_ratio
from ..rasters.areas import PixelArea
from ..rasters.crs import crs_name
from ..rasters.grid import Bounds, Grid, format_bounds
from ..run.reporting import Reporter
from .classes import Matched, Side, match
from .codes import NOTHING, RasterCodes, Tally, check_number, count_pairs, strips
from .metrics import ConfusionMatrix, Scores
from .reference_polygons import PolygonCodes

Areas = npt.NDArray[np.float64]
Tallies = Mapping[tuple[int, int], Tally]

VECTOR_SUFFIXES = (".shp", ".gpkg", ".gml", ".kml", ".fgb", ".gdb")
MANY = 12  # values that a sentence names
MAX_SEEN = 4096  # different codes on one side, before it is known which of them are classes


@dataclass(frozen=True)
class ClassMap:
    """A class raster.

    Attributes:
        path: The file.
        band: 1-based.
        values: What its codes mean; empty: what the file says.
        nodata, mask: What makes a pixel void; see ``Source``.
    """

    path: str
    band: int = 1
    values: tuple[ClassValue, ...] = ()
    nodata: str = "any"
    mask: str = "auto"


@dataclass(frozen=True)
class Coverage:
    """What became of the pixels of the region.

    Attributes:
        pixels: All of them.
        labelled: Those that have a class in the reference.
        compared: Those of the labelled ones that have a class in the map, too.
        nodata: Labelled ones where the map has no data.
        uncertain: Labelled ones that the map calls *uncertain*.
        square_metres: Area of the compared ones; None where it is not known.
    """

    pixels: int
    labelled: int
    compared: int
    nodata: int
    uncertain: int
    square_metres: float | None

    @property
    def not_labelled(self) -> int:
        """Pixels without a class in the reference."""
        return self.pixels - self.labelled


@dataclass(frozen=True)
class Comparison:
    """What came of a comparison.

    Attributes:
        matrix: Pixels by reference class (row) and mapped class (column); classes that occur in neither
            are left out.
        colors: Of the classes, ``#rrggbb``.
        square_metres: The same as areas (K, K); None where they are not known.
        coverage: What was compared, and what not.
        grid: The region, on the map's pixels.
        by_name: Whether classes were matched by their names; else by their codes.
        only_mapped, only_reference: Names of classes that one side has and the other does not know.
        unlisted: Pixels by values of the reference that were given no meaning.
    """

    matrix: ConfusionMatrix
    colors: tuple[str, ...]
    square_metres: Areas | None
    coverage: Coverage
    grid: Grid
    by_name: bool
    only_mapped: tuple[str, ...]
    only_reference: tuple[str, ...]
    unlisted: Mapping[str, int]

    @property
    def scores(self) -> Scores:
        """Accuracy, F1, IoU and so on."""
        return self.matrix.scores()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is noteworthy about the classes, in sentences."""
        texts = self._implausible_in_words()
        texts += [
            f"The map's class '{name}' is unknown to the reference: wherever the map has it, it counts as wrong."
            for name in self.only_mapped
        ]
        texts += [
            f"The reference's class '{name}' is unknown to the map: wherever the reference has it, the map is wrong."
            for name in self.only_reference
        ]
        texts += self._unlisted_in_words()
        if few := self.scores.few:
            texts.append(f"Scores that mean little, from under 500 reference pixels: {', '.join(few)}.")
        return tuple(texts)

    def _implausible_in_words(self) -> list[str]:
        """One sentence where codes were matched that do not mean the same: agreement is no better than chance."""
        kappa = self.scores.kappa
        if self.by_name or len(self.colors) < 2 or not kappa <= 0:  # nor is one that cannot be told
            return []
        return [
            "The codes of map and reference hardly mean the same: matched by code, the two agree no better than by "
            f"chance (kappa {kappa:.2f}). These scores say nothing of the map until --value says what the reference's "
            "values mean in the map's words."
        ]

    def _unlisted_in_words(self) -> list[str]:
        """One sentence, however many values there are."""
        largest = sorted(self.unlisted.items(), key=lambda item: -item[1])
        named = ", ".join(f"{text} ({pixels:,} pixels)" for text, pixels in largest[:MANY])
        if len(largest) < 2:
            return [f"The reference's value {named} was given no class: it counts as unlabelled."] if largest else []
        more = f" and {len(largest) - MANY:,} more" if len(largest) > MANY else ""
        return [f"The reference's values {named}{more} were given no class: they count as unlabelled."]


def compare(
    mapped: ClassMap,
    reference: Reference,
    report: Reporter,
    *,
    extent: Bounds | None = None,
    extent_crs: str = "",
    progress: Callable[[float], None] = lambda fraction: None,
) -> Comparison:
    """Compare a map with its reference on the map's pixels; memory is bounded by a strip of rows.

    Args:
        mapped: The map.
        reference: Ground truth.
        report: Is told how the reference is brought to the map, and asked whether to stop.
        extent: The part to compare; None: where both are.
        extent_crs: CRS of the extent; empty: the map's.
        progress: Gets the share that is done.

    Raises:
        UnreadableRaster, WrongBands, InputError: The map or the reference cannot be used.
        GridMismatch: They do not overlap.
        NoValidData: No pixel has a class in both.
        Cancelled: The user wants to stop.
    """
    with ExitStack() as stack:
        map_codes = stack.enter_context(RasterCodes(mapped.path, mapped.band, nodata=mapped.nodata, mask=mapped.mask))
        truth = _open_reference(reference, map_codes.grid, stack)
        region = _region(map_codes.grid, truth.bounds, extent, extent_crs, (mapped.path, reference.title))
        map_codes.limit(region)
        truth.limit(region)
        _tell_about(truth, reference.title, report)
        values = mapped.values or map_codes.categories()
        uncertain = _uncertain_code(values, map_codes.tags)
        tallies = _count(map_codes, truth, report, progress)
        counted = _Counted(tallies, uncertain, _texts(truth), PixelArea(region).known)
        return counted.matched(values, _reference_values(reference, truth), region, closed=bool(reference.values))


def _open_reference(reference: Reference, grid: Grid, stack: ExitStack) -> RasterCodes | PolygonCodes:
    if reference.field or reference.path.lower().endswith((".geojson", ".json")):
        if (reference.nodata, reference.mask) != (Reference.nodata, Reference.mask):
            raise InputError(
                f"{reference.title} holds polygons, which have neither no-data values nor masks.",
                "Leave out --nodata reference=… and --mask reference=…",
            )
        return PolygonCodes(reference, grid)
    try:
        return stack.enter_context(
            RasterCodes(reference.path, reference.band, grid, nodata=reference.nodata, mask=reference.mask)
        )
    except UnreadableRaster as error:
        if not reference.path.lower().endswith(VECTOR_SUFFIXES):
            raise
        hint = "Write its polygons as GeoJSON, with ogr2ogr, and name the field that holds the class."
        raise UnreadableRaster(error.message, hint) from error


def _region(grid: Grid, bounds: Bounds | None, extent: Bounds | None, extent_crs: str, paths: tuple[str, str]) -> Grid:
    """The part of the map's grid where the comparison takes place."""
    region: Bounds | None = grid.bounds
    if bounds is not None:
        region = intersection(grid.bounds, bounds)
    if region is None:
        raise GridMismatch(
            f"The map {paths[0]} and its reference {paths[1]} do not overlap: {format_bounds(grid.bounds)} and "
            f"{format_bounds(bounds or grid.bounds)} in {crs_name(grid.crs)}.",
            "Check that both show the same place and have the right CRS.",
        )
    if extent is None:
        return grid.crop(region)
    wanted = extent if grid.crs is None else extent_in(extent, extent_crs, grid.crs)
    if (common := intersection(region, wanted)) is None:
        raise GridMismatch(
            f"The extent {format_bounds(wanted)} lies outside of what map and reference share: "
            f"{format_bounds(region)} in {crs_name(grid.crs)}.",
            "Give an extent that meets both, and its CRS.",
        )
    return grid.crop(common)


def _tell_about(truth: RasterCodes | PolygonCodes, title: str, report: Reporter) -> None:
    if isinstance(truth, PolygonCodes):
        for event in truth.remarks:
            report.pass_on(event)
        report.info(f"{title}: a pixel has the class of the polygon that its centre lies in.")
        return
    if not truth.resampled:
        return
    ratio = resampling_ratio(truth.own, truth.grid)
    text = f"{title} is brought onto the map's pixels by nearest neighbour"
    if 1 / NOTICEABLE <= ratio <= NOTICEABLE:
        report.info(f"{text}.")
        return
    how = f"{ratio:.3g} times finer" if ratio > 1 else f"{1 / ratio:.3g} times coarser"
    data = {"code": "resampling", "text": f"{text}; its own are {how}, so that edges of classes count as errors."}
    report.pass_on(Event("warning", data))


def _count(
    mapped: RasterCodes, truth: RasterCodes | PolygonCodes, report: Reporter, progress: Callable[[float], None]
) -> Tallies:
    """Tallies by (code of the map, code of the reference)."""
    tallies: defaultdict[tuple[int, int], Tally] = defaultdict(Tally)
    area = PixelArea(mapped.grid)
    for start, stop in strips(mapped.grid):
        report.check()
        row_areas = area.rows(start, stop) if area.known else None
        for codes, tally in count_pairs(mapped.read(start, stop), truth.read(start, stop), row_areas):
            tallies[codes] += tally
        check_number(len({code for code, _ in tallies}), mapped.path, MAX_SEEN)
        check_number(len({code for _, code in tallies}), "The reference", MAX_SEEN)
        progress(stop / mapped.grid.height)
    return tallies


def _uncertain_code(values: tuple[ClassValue, ...], tags: Mapping[str, str]) -> int | None:
    """The code of *uncertain*, which is no class; other software may use it for one."""
    names = {item.value: item.name.casefold() for item in values}
    return UNCERTAIN if "DIS2_VERSION" in tags or names.get(str(UNCERTAIN)) == "uncertain" else None


def _texts(truth: RasterCodes | PolygonCodes) -> Callable[[int], str]:
    """What turns a code of the reference into the text that stands in its values."""
    return truth.texts.__getitem__ if isinstance(truth, PolygonCodes) else str


def _reference_values(reference: Reference, truth: RasterCodes | PolygonCodes) -> tuple[ClassValue, ...]:
    if reference.values or isinstance(truth, PolygonCodes):
        return reference.values
    return truth.categories()


@dataclass(frozen=True)
class _Counted:
    """Tallies by codes, before codes are classes.

    Attributes:
        tallies: By (code of the map, code of the reference).
        uncertain: The map's code of *uncertain*.
        text: Turns a code of the reference into text.
        has_areas: Whether the tallies have areas.
    """

    tallies: Tallies
    uncertain: int | None
    text: Callable[[int], str]
    has_areas: bool

    def matched(
        self, map_values: tuple[ClassValue, ...], values: tuple[ClassValue, ...], region: Grid, *, closed: bool
    ) -> Comparison:
        """Give codes their classes."""
        map_seen = sorted({code for code, _ in self.tallies if code not in (NOTHING, self.uncertain)})
        truth_seen = sorted({code for _, code in self.tallies if code != NOTHING})
        self._require_both(map_seen, truth_seen, region)
        listed = tuple(item for item in map_values if item.value != str(self.uncertain))
        classes = match(
            Side(listed, tuple(map(str, map_seen))), Side(values, tuple(map(self.text, truth_seen)), closed=closed)
        )
        rows = {code: classes.reference.get(self.text(code)) for code in truth_seen}
        columns = {code: classes.mapped[str(code)] for code in map_seen}
        return self._tabulated(classes, rows, columns, region)

    def _tabulated(
        self, classes: Matched, rows: Mapping[int, int | None], columns: Mapping[int, int], region: Grid
    ) -> Comparison:
        """Sort the tallies into the matrix, what the map lacks, and what was given no class."""
        size = len(classes.names)
        counts, areas = np.zeros((size, size + 1), dtype=np.int64), np.zeros((size, size))
        lost: Counter[int] = Counter()
        unlisted: Counter[str] = Counter()
        for (mapped, truth), tally in self.tallies.items():
            row = rows.get(truth)
            if row is None:
                unlisted.update({} if truth == NOTHING else {self.text(truth): tally.pixels})
            elif mapped in columns:
                counts[row, columns[mapped]] += tally.pixels
                areas[row, columns[mapped]] += tally.square_metres
            else:
                lost[mapped] += tally.pixels
        compared = int(counts.sum())
        if not compared:
            raise NoValidData(
                "No pixel has a class both in the map and in the reference.", "Check their nodata values and places."
            )
        coverage = Coverage(
            pixels=region.height * region.width,
            labelled=compared + lost.total(),
            compared=compared,
            nodata=lost[NOTHING],
            uncertain=lost.total() - lost[NOTHING],
            square_metres=float(areas.sum()) if self.has_areas else None,
        )
        kept = [int(index) for index in np.flatnonzero(counts.sum(axis=1) + counts[:, :size].sum(axis=0))]
        check_number(len(kept), "The comparison", MAX_CLASSES)
        return Comparison(
            colors=tuple(classes.colors[index] for index in kept),
            matrix=ConfusionMatrix([classes.names[index] for index in kept], counts[np.ix_(kept, [*kept, size])]),
            square_metres=areas[np.ix_(kept, kept)] if self.has_areas else None,
            coverage=coverage,
            grid=region,
            by_name=classes.by_name,
            only_mapped=classes.only_mapped,
            only_reference=classes.only_reference,
            unlisted=dict(unlisted),
        )

    def _require_both(self, mapped: list[int], truth: list[int], region: Grid) -> None:
        if mapped and truth:
            return
        who = "reference" if mapped else "map"
        raise NoValidData(
            f"The {who} has no class anywhere in {format_bounds(region.bounds)}.", "Check its nodata value and extent."
        )
