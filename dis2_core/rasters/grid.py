"""Where pixels lie (``Grid``) and how windows cover them (``WindowPlan``): values and arithmetic, no I/O."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from affine import Affine
from numpy.typing import NDArray

from ..contract.errors import GridMismatch

Position = TypeVar("Position", float, NDArray[np.float64])
Bounds = tuple[float, float, float, float]  # xmin, ymin, xmax, ymax
Box = tuple[int, int, int, int]  # top, left, bottom, right: pixels, the last ones excluded

SNAP = 1e-3  # pixels; positions closer than this are the same: less than any resampling would show


@dataclass(frozen=True)
class Grid:
    """A lattice of pixels on the ground.

    Attributes:
        crs: Coordinate reference system as WKT; None for plain pixels.
        transform: From (column, row) to (x, y); pixel corners lie at whole numbers.
        height, width: Size in pixels.
    """

    crs: str | None
    transform: Affine
    height: int
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.height, self.width

    @property
    def bounds(self) -> Bounds:
        """(xmin, ymin, xmax, ymax) of the box around the grid, in CRS units."""
        corners = [place(self.transform, col, row) for col in (0, self.width) for row in (0, self.height)]
        xs, ys = zip(*corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def resolution(self) -> tuple[float, float]:
        """Length of a pixel's sides (along a row, along a column), in CRS units."""
        t = self.transform
        return math.hypot(t.a, t.d), math.hypot(t.b, t.e)

    @property
    def is_straight(self) -> bool:
        """True where rows and columns run along the axes: nowhere does a turn move a pixel by ``SNAP``."""
        t = self.transform
        return bool(abs(t.b) * self.height <= SNAP * abs(t.a) and abs(t.d) * self.width <= SNAP * abs(t.e))

    @property
    def is_north_up(self) -> bool:
        """True where rows run from west to east and columns from north to south."""
        return bool(self.transform.a > 0 > self.transform.e and self.is_straight)

    def straightened(self) -> Grid:
        """Return the grid without a turn that is too small to be seen, as rounding leaves behind (1e-17)."""
        t = self.transform
        if not self.is_straight or t.b == t.d == 0:
            return self
        return replace(self, transform=Affine(t.a, 0.0, t.c, 0.0, t.e, t.f))

    def shifted(self, x: float) -> Grid:
        """Return the grid, moved along the x axis by so many CRS units."""
        t = self.transform
        return replace(self, transform=Affine(t.a, t.b, t.c + x, t.d, t.e, t.f))

    def offset_of(self, other: Grid) -> tuple[int, int] | None:
        """Position of another grid's first pixel in this one's rows and columns.

        Returns:
            (row, col), which may be negative or beyond this grid, where both cut the ground into the
            same pixels; None where ``other`` has another CRS, pixel size, rotation or sub-pixel shift.
        """
        if self.crs != other.crs:
            return None
        inverse = ~self.transform
        left, top = place(inverse, other.transform.c, other.transform.f)
        row, col = round(top), round(left)
        for across, down in ((0, 0), (other.width, 0), (0, other.height)):
            x, y = place(inverse, *place(other.transform, across, down))
            if max(abs(x - col - across), abs(y - row - down)) > SNAP:
                return None
        return row, col

    def same_pixels(self, other: Grid) -> bool:
        """True where both grids have the same CRS and exactly the same pixels."""
        return self.shape == other.shape and self.offset_of(other) == (0, 0)

    def window(self, row: int, col: int, height: int, width: int) -> Grid:
        """Return the grid of these pixels of the lattice, which may lie outside this grid."""
        t = self.transform
        x, y = place(t, col, row)
        return replace(self, transform=Affine(t.a, t.b, x, t.d, t.e, y), height=height, width=width)

    def cover(self, bounds: Bounds) -> Grid:
        """Return the part of the endless lattice that covers ``bounds`` (in CRS units), snapped outward."""
        top, left, bottom, right = self._covered(bounds)
        return self.window(top, left, bottom - top, right - left)

    def crop(self, bounds: Bounds) -> Grid:
        """Return the part of this grid that lies in ``bounds`` (in CRS units), snapped outward to pixels.

        Raises:
            GridMismatch: ``bounds`` lies outside the grid.
        """
        top, left, bottom, right = self._covered(bounds)
        top, left, bottom, right = max(0, top), max(0, left), min(self.height, bottom), min(self.width, right)
        if top >= bottom or left >= right:
            raise GridMismatch(
                f"The extent {format_bounds(bounds)} lies outside the grid {format_bounds(self.bounds)}.",
                "Give an extent that meets the inputs, in the right CRS.",
            )
        return self.window(top, left, bottom - top, right - left)

    def _covered(self, bounds: Bounds) -> tuple[int, int, int, int]:
        """(top, left, bottom, right) of the pixels of the endless lattice that ``bounds`` touches; one at least."""
        xmin, ymin, xmax, ymax = bounds
        inverse = ~self.transform
        cols, rows = zip(*(place(inverse, x, y) for x in (xmin, xmax) for y in (ymin, ymax)), strict=True)
        top, left = math.floor(min(rows) + SNAP), math.floor(min(cols) + SNAP)
        bottom, right = math.ceil(max(rows) - SNAP), math.ceil(max(cols) - SNAP)
        return top, left, max(bottom, top + 1), max(right, left + 1)


def place(transform: Affine, cols: Position, rows: Position) -> tuple[Position, Position]:
    """Apply an affine transform to numbers or arrays (its operators differ between versions of affine)."""
    t = transform
    return t.a * cols + t.b * rows + t.c, t.d * cols + t.e * rows + t.f


def format_bounds(bounds: Bounds) -> str:
    """Bounds as a person would type them: ``xmin ymin xmax ymax``."""
    return " ".join(f"{value:.10g}" for value in bounds)


@dataclass(frozen=True)
class WindowPlan:
    """Where the network's windows lie on a raster.

    Attributes:
        height, width: Size of the raster in pixels.
        window: (height, width) of a window in pixels.
        overlap: Fraction of a window that neighbours share, 0 to below 1.
        part: The pixels that are wanted; None: all. Only the windows that reach them are in the plan, and each
            of them lies where it lies in the plan of the whole raster.
    """

    height: int
    width: int
    window: tuple[int, int]
    overlap: float = 0.5
    part: Box | None = None

    @property
    def stride(self) -> tuple[int, int]:
        """Pixels between one window and the next, (down, across)."""
        down, across = (max(1, round(side * (1 - self.overlap))) for side in self.window)
        return down, across

    @property
    def rows(self) -> tuple[int, ...]:
        """First rows of the windows, increasing. The last window ends with the raster."""
        top, _, bottom, _ = self.wanted
        return _reaching(self.all_rows, self.window[0], top, bottom)

    @property
    def cols(self) -> tuple[int, ...]:
        """First columns of the windows, increasing. The last window ends with the raster."""
        _, left, _, right = self.wanted
        return _reaching(self.all_cols, self.window[1], left, right)

    @property
    def all_rows(self) -> tuple[int, ...]:
        """First rows of the windows of the whole raster."""
        return _starts(self.height, self.window[0], self.stride[0])

    @property
    def all_cols(self) -> tuple[int, ...]:
        """First columns of the windows of the whole raster."""
        return _starts(self.width, self.window[1], self.stride[1])

    @property
    def wanted(self) -> Box:
        """The pixels that are wanted."""
        return self.part or (0, 0, self.height, self.width)

    @property
    def read(self) -> Box:
        """The pixels of the raster that the windows look at: the wanted ones and a halo."""
        rows, cols = self.rows, self.cols
        bottom, right = min(self.height, rows[-1] + self.window[0]), min(self.width, cols[-1] + self.window[1])
        return rows[0], cols[0], bottom, right

    def __len__(self) -> int:
        return len(self.rows) * len(self.cols)


def _starts(size: int, window: int, stride: int) -> tuple[int, ...]:
    """Starts along one axis; a raster smaller than the window has one, at 0, and the caller pads."""
    last = max(0, size - window)
    return (*range(0, last, stride), last)


def _reaching(starts: tuple[int, ...], window: int, first: int, last: int) -> tuple[int, ...]:
    """Those of the windows that have positions from ``first`` to ``last`` (exclusive)."""
    return tuple(start for start in starts if start < last and start + window > first)
