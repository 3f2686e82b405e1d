"""How much ground each class covers."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import CRS

from ..contract.card import NODATA, UNCERTAIN
from ..run.disk import translated_errors
from .crs import parse_crs, project
from .grid import Grid

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ClassArea:
    """One line of the area table.

    Attributes:
        value: The class's value in the raster; 254 is uncertain, 255 nodata.
        name: The class's name.
        pixels: How many pixels have it.
        square_metres: Their area on the ground; None where the raster has no CRS.
        percent: Their share of the area that has data; None for nodata.
    """

    value: int
    name: str
    pixels: int
    square_metres: float | None
    percent: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the line as plain data."""
        return asdict(self)


class PixelArea:
    """Square metres of the pixels of a grid, row by row.

    Degrees and the Mercator projections stretch the ground with latitude: there a pixel is the part
    of the ellipsoid between its parallels and meridians. Elsewhere it is a rectangle in the CRS's
    unit of length. Where degrees or Mercator's pixels are turned, areas are not known.

    Args:
        grid: The grid.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._crs = parse_crs(grid.crs) if grid.crs else None  # a bound one would not tell its projection

    @property
    def known(self) -> bool:
        """Whether the grid's CRS gives pixels an area at all."""
        if self._crs is None or not (self._crs.is_geographic or self._crs.is_projected):
            return False
        return not self._stretches or self._grid.is_straight  # a turned pixel lies between no parallels

    @property
    def _stretches(self) -> bool:
        return self._crs is not None and (self._crs.is_geographic or _is_mercator(self._crs))

    def rows(self, start: int, stop: int) -> FloatArray:
        """Square metres of one pixel in each of the rows ``start`` to ``stop``."""
        if self._crs is None or not self.known:
            raise ValueError("The grid has no CRS that gives pixels an area.")
        if self._stretches:
            return self._on_ellipsoid(self._crs, np.arange(start, stop + 1))
        to_metres = float(self._crs.axis_info[0].unit_conversion_factor)
        transform = self._grid.transform
        area = abs(transform.a * transform.e - transform.b * transform.d) * to_metres**2
        return np.full(stop - start, area)

    def _on_ellipsoid(self, crs: CRS, edges: npt.NDArray[np.int64]) -> FloatArray:
        transform = self._grid.transform
        left, right = transform.c, transform.c + transform.a
        ys: FloatArray = np.asarray(transform.f + transform.e * edges, dtype=np.float64)
        geodetic = crs.geodetic_crs or crs
        west, latitudes = project((np.full(len(ys), left), ys), crs.to_wkt(), geodetic.to_wkt())
        east, _ = project((np.full(len(ys), right), ys), crs.to_wkt(), geodetic.to_wkt())
        to_radians = float(geodetic.axis_info[0].unit_conversion_factor)
        zones = np.abs(np.diff(_area_below(crs, latitudes * to_radians)))
        return np.asarray(zones * np.abs(east - west)[:-1] * to_radians, dtype=np.float64)


def _is_mercator(crs: CRS) -> bool:
    """Whether meridians and parallels are straight lines whose scale grows towards the poles."""
    operation = crs.coordinate_operation
    method = operation.method_name if operation else ""
    return "Mercator" in method and not any(word in method for word in ("Transverse", "Oblique"))


def _area_below(crs: CRS, latitudes: FloatArray) -> FloatArray:
    """Area of the ellipsoid between the equator and the parallels, per radian of longitude (m²).

    The closed form of the authalic latitude (Snyder, Map Projections: A Working Manual, eq. 3-12).
    """
    geod = crs.get_geod()
    if geod is None:
        raise ValueError(f"The CRS {crs.name} has no ellipsoid.")
    semi_major, squared = float(geod.a), float(geod.es)
    sine = np.sin(np.clip(latitudes, -math.pi / 2, math.pi / 2))
    if squared < 1e-15:  # a sphere
        return np.asarray(semi_major**2 * sine, dtype=np.float64)
    e = math.sqrt(squared)
    q = sine / (1 - squared * sine**2) + np.arctanh(e * sine) / e
    return np.asarray(semi_major**2 * (1 - squared) * q / 2, dtype=np.float64)


class AreaCounter:
    """Counts the pixels and the area of each class while the map is written.

    Args:
        grid: Of the class raster.
        classes: Names of the classes 0..K-1.
        uncertain: Whether the map may hold *uncertain* pixels, which have a line of their own then.
    """

    def __init__(self, grid: Grid, classes: Sequence[str], *, uncertain: bool = False) -> None:
        self._names = dict(enumerate(classes))
        if uncertain:
            self._names[UNCERTAIN] = "uncertain"
        self._area = PixelArea(grid)
        self._pixels = np.zeros(256, dtype=np.int64)
        self._square_metres = np.zeros(256, dtype=np.float64)

    def add(self, row: int, classes: npt.NDArray[np.uint8]) -> None:
        """Count rows of the map: classes (rows, width), the first of them row ``row``."""
        rows = len(classes)
        keys = classes.astype(np.intp) + 256 * np.arange(rows)[:, None]
        counts = np.bincount(keys.ravel(), minlength=256 * rows).reshape(rows, 256)
        self._pixels += counts.sum(axis=0)
        if self._area.known:
            self._square_metres += self._area.rows(row, row + rows) @ counts

    @property
    def valid_pixels(self) -> int:
        """Pixels that have data: a class, or uncertain."""
        return int(self._pixels[:NODATA].sum())

    def table(self) -> tuple[ClassArea, ...]:
        """One line a class, in the order of their values, one for uncertain where asked for, and one for nodata."""
        values = (*self._names, NODATA)
        known = self._area.known
        return _table(
            {**self._names, NODATA: "nodata"},
            {value: int(self._pixels[value]) for value in values},
            {value: float(self._square_metres[value]) if known else None for value in values},
        )


def class_areas(
    classes: Sequence[str],
    pixels: Mapping[int, int],
    square_metres: Mapping[int, float | None],
    *,
    uncertain: bool = False,
) -> tuple[ClassArea, ...]:
    """The table of counts that were added up elsewhere; see ``AreaCounter.table``.

    Args:
        classes: Names of the classes 0..K-1.
        pixels: By value.
        square_metres: By value; None: not known.
        uncertain: Whether *uncertain* pixels have a line of their own.
    """
    names = {**dict(enumerate(classes)), **({UNCERTAIN: "uncertain"} if uncertain else {}), NODATA: "nodata"}
    return _table(names, pixels, square_metres)


def _table(
    names: Mapping[int, str], pixels: Mapping[int, int], square_metres: Mapping[int, float | None]
) -> tuple[ClassArea, ...]:
    areas = [square_metres.get(value) for value in names if value != NODATA]
    counts = [pixels.get(value, 0) for value in names if value != NODATA]
    known = [area for area in areas if area is not None]
    measures = known if len(known) == len(areas) else counts
    total = float(sum(measures))
    shares = [100 * measure / total if total else 0.0 for measure in measures]
    lines = [
        ClassArea(value, name, pixels.get(value, 0), square_metres.get(value), None) for value, name in names.items()
    ]
    return (*(replace(line, percent=share) for line, share in zip(lines, shares, strict=False)), lines[-1])


def write_area_table(path: Path, table: Sequence[ClassArea]) -> None:
    """Write the table as CSV; unknown areas and shares are empty.

    Raises:
        OutputNotWritable, NoSpace: The file cannot be written.
    """
    with translated_errors(path), path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("value", "class", "pixels", "area_m2", "percent"))
        for line in table:
            writer.writerow((line.value, line.name, line.pixels, _number(line.square_metres), _number(line.percent)))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
