"""A class map laid over ground truth: which class meets which, on how many pixels and square metres."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..contract.card import MAX_CLASSES
from ..contract.errors import GridMismatch, InputError, NoValidData, UnreadableRaster
from ..contract.other_jobs import ClassValue, Reference
from ..contract.segment_job import Event
from ..rasters.alignment import NOTICEABLE, extent_in, intersection, resampling_ratio
from ..rasters.areas import PixelArea
from ..rasters.crs import crs_name, full_turn
from ..rasters.grid import Bounds, Grid, format_bounds
from ..rasters.values.survey import USUAL
from ..run.reporting import Reporter
from .classes import Matched, Side, match
from .codes import NOTHING, RasterCodes, Tally, check_number, count_pairs, strips, uncertain_code
from .estimation import Estimates, estimate
from .features import FeatureFile
from .metrics import ConfusionMatrix, Scores, score
from .reference_points import PointCodes
from .reference_polygons import PolygonCodes

Areas = npt.NDArray[np.float64]
Truth = RasterCodes | PolygonCodes | PointCodes
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
class Sample:
    """What points say of the whole map.

    Attributes:
        estimates: By the classes of the comparison.
        square_metres: Area of the map that they hold for; None where it is not known.
        without: Share of the map by names of classes that no point lies in, which the estimates leave out.
    """

    estimates: Estimates
    square_metres: float | None
    without: Mapping[str, float]


@dataclass(frozen=True)
class Comparison:
    """What came of a comparison.

    Attributes:
        matrix: Pixels by reference class (row) and mapped class (column); classes that occur in neither
            are left out.
        colors: Of the classes, ``#rrggbb``.
        square_metres: The same as areas (K, K), of points as the sample estimates them; None where they are not known.
        coverage: What was compared, and what not.
        grid: The region, on the map's pixels.
        by_name: Whether classes were matched by their names; else by their codes.
        only_mapped, only_reference: Names of classes that one side has and the other does not know.
        unlisted: Pixels by values of the reference that were given no meaning.
        sample: Where the reference are points: what they say of the map. The matrix counts points then.
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
    sample: Sample | None = None

    @property
    def scores(self) -> Scores:
        """Accuracy, F1, IoU and so on; of points weighted by the area that each stands for."""
        counted = self.matrix.scores()
        if self.sample is None:
            return counted
        cells = self.sample.estimates.cells.T  # (reference, map)
        weighted = score(counted.classes, np.pad(cells, ((0, 0), (0, 1))))
        return replace(weighted, reference=counted.reference, mapped=counted.mapped)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is noteworthy about the classes, in sentences."""
        texts = [self.doubt] if self.doubt else []
        texts += [
            f"The map's class '{name}' is unknown to the reference: wherever the map has it, it counts as wrong."
            f"{nodata_advice(name)}"
            for name in self.only_mapped
        ]
        texts += [
            f"The reference's class '{name}' is unknown to the map: wherever the reference has it, the map is wrong."
            f"{nodata_advice(name)}"
            for name in self.only_reference
        ]
        texts += self._unlisted_in_words()
        texts += self._sample_in_words()
        if self.sample is None and (few := self.scores.few):
            texts.append(f"Scores that mean little, from under 500 reference pixels: {', '.join(few)}.")
        return tuple(texts)

    @property
    def doubt(self) -> str:
        """What goes before all figures where codes were matched that do not mean the same; else empty.

        Agreement is no better than by chance then.
        """
        kappa = self.scores.kappa
        if self.by_name or len(self.colors) < 2 or not kappa <= 0:  # nor is one that cannot be told
            return ""
        return (
            "The codes of map and reference hardly mean the same: matched by code, the two agree no better than by "
            f"chance (kappa {kappa:.2f}). These scores say nothing of the map until --value says what the reference's "
            "values mean in the map's words."
        )

    def _sample_in_words(self) -> list[str]:
        """What a person must know who reports figures from points."""
        if self.sample is None or not self.sample.without:
            return []
        named = ", ".join(f"{name} ({share:.1%} of the map)" for name, share in self.sample.without.items())
        return [f"No point lies in these classes of the map, of which the figures say nothing: {named}."]

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
        uncertain = uncertain_code(values, map_codes.tags)
        tallies = _count(map_codes, truth, report, progress)
        is_sample = isinstance(truth, PointCodes)
        counted = _Counted(tallies, uncertain, _texts(truth), PixelArea(region).known, is_sample)
        return counted.matched(values, _reference_values(reference, truth), region, closed=bool(reference.values))


def nodata_advice(name: str) -> str:
    """What to say of a class that nobody named and whose code is one with which programs mark missing data."""
    usual = {str(int(number)) for number in USUAL}
    return f" If it marks missing data, declare it with gdal_edit.py -a_nodata {name}." if name in usual else ""


def check_reference(reference: Reference) -> None:
    """Check that a reference can be read, before there is a map to compare it with. Raises as ``compare`` does."""
    if _holds_features(reference):
        _features_of(reference)
    else:
        with _raster_of(reference, None):
            pass


def _open_reference(reference: Reference, grid: Grid, stack: ExitStack) -> Truth:
    if _holds_features(reference):
        file = _features_of(reference)
        return PointCodes(reference, grid, file) if file.holds_points else PolygonCodes(reference, grid, file)
    return stack.enter_context(_raster_of(reference, grid))


def _holds_features(reference: Reference) -> bool:
    return bool(reference.field) or reference.path.lower().endswith((".geojson", ".json"))


def _features_of(reference: Reference) -> FeatureFile:
    if (reference.nodata, reference.mask) != (Reference.nodata, Reference.mask):
        raise InputError(
            f"{reference.title} holds polygons or points, which have neither no-data values nor masks.",
            "Leave out --nodata reference=… and --mask reference=…",
        )
    return FeatureFile(reference)


def _raster_of(reference: Reference, grid: Grid | None) -> RasterCodes:
    try:
        return RasterCodes(reference.path, reference.band, grid, nodata=reference.nodata, mask=reference.mask)
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
    if bounds is not None:
        _check_one_side(grid, bounds, paths)
    if extent is None:
        return grid.crop(region)
    wanted = extent if grid.crs is None else extent_in(extent, extent_crs, grid.crs, region)
    if (common := intersection(region, wanted)) is None:
        raise GridMismatch(
            f"The extent {format_bounds(wanted)} lies outside of what map and reference share: "
            f"{format_bounds(region)} in {crs_name(grid.crs)}.",
            "Give an extent that meets both, and its CRS.",
        )
    return grid.crop(common)


def _check_one_side(grid: Grid, bounds: Bounds, paths: tuple[str, str]) -> None:
    """Check that a reference that reaches around the Earth does not begin within the map: half of it would be lost."""
    turn = full_turn(grid.crs)
    for shift in (-turn, turn) if turn is not None else ():
        common = intersection(grid.bounds, (bounds[0] + shift, bounds[1], bounds[2] + shift, bounds[3]))
        if common is not None and common[2] - common[0] > grid.resolution[0]:
            raise GridMismatch(
                f"The reference {paths[1]} reaches around the Earth, and its edges lie within the map {paths[0]}.",
                "Cut out what the map covers first, with gdalwarp.",
            )


def _tell_about(truth: Truth, title: str, report: Reporter) -> None:
    if not isinstance(truth, RasterCodes):
        for event in truth.remarks:
            report.pass_on(event)
        what = "polygon that its centre lies in" if isinstance(truth, PolygonCodes) else "point that lies in it"
        report.info(f"{title}: a pixel has the class of the {what}.")
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


def _count(mapped: RasterCodes, truth: Truth, report: Reporter, progress: Callable[[float], None]) -> Tallies:
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


def _texts(truth: Truth) -> Callable[[int], str]:
    """What turns a code of the reference into the text that stands in its values."""
    return str if isinstance(truth, RasterCodes) else truth.texts.__getitem__


def _reference_values(reference: Reference, truth: Truth) -> tuple[ClassValue, ...]:
    if reference.values or not isinstance(truth, RasterCodes):
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
        is_sample: Whether the reference are points, which stand for the rest.
    """

    tallies: Tallies
    uncertain: int | None
    text: Callable[[int], str]
    has_areas: bool
    is_sample: bool

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
        kept = [int(index) for index in np.flatnonzero(counts.sum(axis=1) + counts[:, :size].sum(axis=0))]
        check_number(len(kept), "The comparison", MAX_CLASSES)
        sample = self._sample(classes.names, counts[:, :size], columns, kept) if self.is_sample else None
        ground = areas[np.ix_(kept, kept)] if self.has_areas else None
        if sample is not None and sample.square_metres is not None:
            ground = sample.square_metres * sample.estimates.cells.T
        coverage = Coverage(
            pixels=region.height * region.width,
            labelled=compared + lost.total(),
            compared=compared,
            nodata=lost[NOTHING],
            uncertain=lost.total() - lost[NOTHING],
            square_metres=None if ground is None else float(ground.sum()),
        )
        return Comparison(
            colors=tuple(classes.colors[index] for index in kept),
            matrix=ConfusionMatrix([classes.names[index] for index in kept], counts[np.ix_(kept, [*kept, size])]),
            square_metres=ground,
            coverage=coverage,
            grid=region,
            by_name=classes.by_name,
            only_mapped=classes.only_mapped,
            only_reference=classes.only_reference,
            unlisted=dict(unlisted),
            sample=sample,
        )

    def _sample(
        self, names: Sequence[str], counts: npt.NDArray[np.int64], columns: Mapping[int, int], kept: Sequence[int]
    ) -> Sample:
        """What the points say of all pixels of the classes that they lie in."""
        mapped = [Tally()] * len(names)
        for (code, _), tally in self.tallies.items():
            if code in columns:
                mapped[columns[code]] += tally
        pixels = np.array([tally.pixels for tally in mapped])
        pointed = counts.sum(axis=0) > 0
        missing = {
            name: tally.pixels / int(pixels.sum())
            for name, tally, has_point in zip(names, mapped, pointed, strict=True)
            if tally.pixels and not has_point
        }
        covered = [tally.square_metres for tally, has_point in zip(mapped, pointed, strict=True) if has_point]
        return Sample(
            estimates=estimate(counts[np.ix_(kept, kept)].T, pixels[list(kept)]),
            square_metres=sum(covered) if self.has_areas else None,
            without=missing,
        )

    def _require_both(self, mapped: list[int], truth: list[int], region: Grid) -> None:
        if mapped and truth:
            return
        who = "reference" if mapped else "map"
        raise NoValidData(
            f"The {who} has no class anywhere in {format_bounds(region.bounds)}.", "Check its nodata value and extent."
        )
