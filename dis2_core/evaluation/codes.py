"""Class codes on a grid: of a raster, read as it is or brought there by nearest neighbour, strip by strip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import TracebackType

import numpy as np
import numpy.typing as npt
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.warp import reproject
from rasterio.windows import Window

from ..contract.card import UNCERTAIN
from ..contract.errors import GridMismatch, InputError, WrongBands
from ..contract.other_jobs import ClassValue
from ..contract.segment_job import Source
from ..rasters.alignment import footprint
from ..rasters.categories import read_categories
from ..rasters.crs import same_crs
from ..rasters.georeference import box_beside, grid_beside, read_grid
from ..rasters.grid import Bounds, Grid
from ..rasters.inputs import check_mask
from ..rasters.opening import open_dataset, unreadable
from ..rasters.reading import WarpPlan
from ..rasters.values.voids import VoidRules, span_of, void

Codes = npt.NDArray[np.int64]
NOTHING = int(np.iinfo(np.int64).min)  #: The code of a pixel that has none

STRIP = 1 << 20  # pixels that are looked at at a time
MAX_CODES = 4096  # between which a table of all pairs is kept
_WHOLE = 2.0**53  # beyond, float64 does not tell neighbours apart


def strips(grid: Grid) -> Iterator[tuple[int, int]]:
    """First row and end of strips of about ``STRIP`` pixels."""
    rows = max(1, min(512, STRIP // grid.width))
    for start in range(0, grid.height, rows):
        yield start, min(start + rows, grid.height)


class RasterCodes:
    """The codes of a raster on a grid. A context manager that holds the file open.

    Args:
        path: The raster.
        band: 1-based.
        grid: Where the codes are wanted; its CRS is spelled as the raster's where both mean the same.
            None: on the raster's own pixels.
        nodata, mask: What makes a pixel void, as for the inputs of a run: see ``Source``.

    Attributes:
        own: The raster's own grid.
        grid: Where codes are read.

    Raises:
        UnreadableRaster, WrongBands: The raster cannot be read, or has no such band.
        GridMismatch: One of raster and grid has a CRS and the other has none.
    """

    def __init__(
        self, path: str, band: int = 1, grid: Grid | None = None, *, nodata: str = "any", mask: str = "auto"
    ) -> None:
        own = read_grid(path)
        self.path = path
        self.own = own if grid is None else on_common_crs(own, grid, path)
        self.grid = grid or own
        self._band = band
        self._offset = self.own.offset_of(self.grid)
        self._file = open_dataset(path)
        if not 1 <= band <= self._file.count:
            self._file.close()
            raise WrongBands(f"{path} has {self._file.count} band(s) and so no band {band}.", "Choose another band.")
        source = Source(path, (band,), nodata=nodata, mask=mask)
        check_mask(source, self._file.count)
        self._rules = VoidRules(source, (band,), ((1.0, 0.0),))

    def __enter__(self) -> RasterCodes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    @property
    def resampled(self) -> bool:
        """Whether codes come from other pixels than those of the grid."""
        return self._offset is None

    @property
    def bounds(self) -> Bounds | None:
        """The box around the raster in the grid's CRS; None where that cannot hold it."""
        try:
            return box_beside(footprint(self.own, self.grid.crs), self.grid.bounds, self.grid.crs)
        except GridMismatch:
            return None

    def limit(self, grid: Grid) -> None:
        """Read on another part of the grid's lattice from now on."""
        self.grid = grid
        self._offset = self.own.offset_of(grid)

    @property
    def tags(self) -> dict[str, str]:
        """The notes in the file's metadata."""
        return dict(self._file.tags())

    def categories(self) -> tuple[ClassValue, ...]:
        """What the file says of its values. Raises as ``read_categories`` does."""
        return read_categories(self._file, self._band)

    def read(self, start: int, stop: int) -> Codes:
        """Codes (rows, width) of rows ``start`` to ``stop`` of the grid; ``NOTHING`` where there are none.

        Raises:
            UnreadableRaster: The file is damaged.
            GridMismatch: Its CRS cannot be brought to the grid's.
            InputError: It holds other numbers than whole ones.
        """
        return self._whole(self._warped(start, stop) if self._offset is None else self._stored(start, stop))

    def _stored(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        row, col = self._offset or (0, 0)
        values = np.full((stop - start, self.grid.width), np.nan)
        top, left = max(0, row + start), max(0, col)
        bottom, right = min(self.own.height, row + stop), min(self.own.width, col + self.grid.width)
        if top < bottom and left < right:
            place = np.s_[top - row - start : bottom - row - start, left - col : right - col]
            values[place] = self._valid(Window(left, top, right - left, bottom - top))
        return values

    def _valid(self, window: Window) -> npt.NDArray[np.float64]:
        """Pixels of the file; NaN where they are void."""
        try:
            stored = self._file.read([self._band], window=window)
            where = void(self._file, self._rules, stored, [span_of(stored[0])], window)
        except RasterioError as error:
            rows = f"rows {window.row_off} to {window.row_off + window.height}"
            raise unreadable(self.path, rows, error) from error
        values: npt.NDArray[np.float64] = stored[0].astype(np.float64)
        if where is not None:
            values[where] = np.nan
        return values

    def _warped(self, start: int, stop: int) -> npt.NDArray[np.float64]:
        """Each pixel is that of the file in which its centre lies; tiles bound what is read at once."""
        plan = WarpPlan.between(self.own, self.grid)
        values = np.full((stop - start, self.grid.width), np.nan)
        height, width = plan.tile
        for top in range(start, stop, height):
            for left in range(0, self.grid.width, width):
                rows, cols = min(height, stop - top), min(width, self.grid.width - left)
                tile = values[top - start : top - start + rows, left : left + cols]
                tile[:] = self._warped_tile(plan, self.grid.window(top, left, rows, cols))
        return values

    def _warped_tile(self, plan: WarpPlan, target: Grid) -> npt.NDArray[np.float64]:
        tile = np.full(target.shape, np.nan)
        part = plan.source_window(target)
        if part is None:
            return tile
        row, col, height, width = part
        values = self._valid(Window(col, row, width, height))
        try:
            reproject(
                values,
                tile,
                src_transform=self.own.window(*part).transform,
                src_crs=plan.source_crs,
                src_nodata=np.nan,
                dst_transform=target.transform,
                dst_crs=plan.target_crs,
                dst_nodata=np.nan,
                resampling=Resampling.nearest,
            )
        except MemoryError:
            raise
        except Exception as error:  # what GDAL's warper raises has no public base class
            raise GridMismatch(
                f"{self.path} cannot be brought onto the grid of the map: {error}", "Reproject it first with gdalwarp."
            ) from error
        return tile

    def _whole(self, values: npt.NDArray[np.float64]) -> Codes:
        known = np.isfinite(values)
        codes = np.full(values.shape, NOTHING, dtype=np.int64)
        inside = values[known]
        if inside.size and (np.any(inside != np.rint(inside)) or np.abs(inside).max() >= _WHOLE):
            odd = inside[(inside != np.rint(inside)) | (np.abs(inside) >= _WHOLE)][0]
            raise InputError(
                f"{self.path} holds {odd:.6g}, which is no class code: these are whole numbers.",
                "Give a raster of classes. If this marks missing data, say so with "
                f"--nodata map={odd:.9g}, or reference={odd:.9g}.",
            )
        codes[known] = inside.astype(np.int64)
        return codes


def on_common_crs(own: Grid, other: Grid, path: str) -> Grid:
    """A raster's grid with CRS and longitudes spelled as those of another grid, where both mean the same.

    Raises:
        GridMismatch: One has a CRS and one has none, or neither and their sizes differ.
    """
    if own.crs is not None and other.crs is not None:
        return grid_beside(replace(own, crs=other.crs) if same_crs(own.crs, other.crs) else own, other)
    if own.crs is not None or other.crs is not None:
        lacking = path if own.crs is None else "the map"
        raise GridMismatch(
            f"The map and {path} cannot be laid over each other: {lacking} has no CRS.", "Assign the CRS that it has."
        )
    if own.transform.is_identity or other.transform.is_identity:
        if own.shape != other.shape:
            raise GridMismatch(
                f"Neither {path} ({own.width} × {own.height} pixels) nor the map ({other.width} × {other.height}) "
                "has a CRS, and their sizes differ.",
                "Assign a CRS to both.",
            )
        return replace(own, transform=other.transform)
    if own.offset_of(other) is None:
        raise GridMismatch(f"{path} and the map have no CRS, and their pixels differ.", "Assign a CRS to both.")
    return own


@dataclass(frozen=True)
class Tally:
    """How often two codes meet.

    Attributes:
        pixels: How many pixels have both.
        square_metres: Their area; 0 where areas are not known.
    """

    pixels: int = 0
    square_metres: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.pixels + other.pixels, self.square_metres + other.square_metres)


def count_pairs(
    first: Codes, second: Codes, row_areas: npt.NDArray[np.float64] | None
) -> Iterator[tuple[tuple[int, int], Tally]]:
    """Count the pairs of codes of two rasters of one shape.

    Args:
        first: (rows, width).
        second: (rows, width).
        row_areas: (rows,) square metres of a pixel; None: not known.
    """
    firsts, first_index = _ranked(first)
    seconds, second_index = _ranked(second)
    pairs = first_index * len(seconds) + second_index
    if len(firsts) * len(seconds) > max(pairs.size, MAX_CODES):  # a table of all pairs would be the larger part
        present, places = np.unique(pairs, return_inverse=True)
        pairs = places.reshape(pairs.shape)
    else:
        present = np.arange(len(firsts) * len(seconds))
    counts = np.bincount(pairs.ravel(), minlength=len(present))
    areas = _areas(pairs, counts, row_areas)
    for index in np.flatnonzero(counts):
        first_place, second_place = divmod(int(present[index]), len(seconds))
        codes = int(firsts[first_place]), int(seconds[second_place])
        yield codes, Tally(int(counts[index]), float(areas[index]))


def _areas(pairs: Codes, counts: Codes, row_areas: npt.NDArray[np.float64] | None) -> npt.NDArray[np.float64]:
    if row_areas is None:
        return np.zeros(len(counts))
    if np.ptp(row_areas) == 0:
        return np.asarray(counts * float(row_areas[0]), dtype=np.float64)
    weights = np.broadcast_to(row_areas[:, None], pairs.shape)
    return np.asarray(np.bincount(pairs.ravel(), weights.ravel(), minlength=len(counts)), dtype=np.float64)


def _ranked(codes: Codes) -> tuple[Codes, Codes]:
    """The different codes in order, and for each pixel the place of its own among them."""
    nothing = codes == NOTHING
    some = codes[~nothing]
    low, high = (int(some.min()), int(some.max())) if some.size else (0, 0)
    if high - low >= MAX_CODES:
        values, places = np.unique(codes, return_inverse=True)
        return values, places.reshape(codes.shape)
    shifted = np.where(nothing, 0, codes - low + 1)
    present = np.flatnonzero(np.bincount(shifted.ravel(), minlength=high - low + 2))
    rank = np.zeros(high - low + 2, dtype=np.int64)
    rank[present] = np.arange(len(present))
    return np.where(present == 0, NOTHING, present + low - 1), rank[shifted]


def uncertain_code(values: tuple[ClassValue, ...], tags: Mapping[str, str]) -> int | None:
    """The code of *uncertain*, which is no class, in a map with these values and notes; others may use it for one."""
    names = {item.value: item.name.casefold() for item in values}
    return UNCERTAIN if "DIS2_VERSION" in tags or names.get(str(UNCERTAIN)) == "uncertain" else None


def check_number(count: int, what: str, limit: int) -> None:
    """Raise InputError where there are too many different codes to be classes."""
    if count > limit:
        raise InputError(
            f"{what} has more than {limit} different values; that is no map of classes.", "Give a raster of classes."
        )
