"""Class codes on a grid from points that a person has interpreted: each stands for the pixel that it lies in."""

from __future__ import annotations

import numpy as np
from affine import Affine

from ..contract.errors import GridMismatch, InputError
from ..contract.other_jobs import Reference
from ..contract.segment_job import Event
from ..rasters.crs import crs_name
from ..rasters.grid import Grid, format_bounds
from ..rasters.vector.polygons import Odd, Projection
from .codes import NOTHING, Codes
from .features import FeatureFile


class PointCodes:
    """The codes of points on a grid. A pixel has the class of the last point in it.

    Args:
        reference: A GeoJSON file and the field that holds the class.
        grid: Where the codes are wanted.
        file: What was read of the reference.

    Attributes:
        texts: What the codes 0, 1, 2… stand for: the values of the field.
        grid: The grid.
        bounds: None: a sample says something of the whole map.
        remarks: What is noteworthy: points that are left out.

    Raises:
        InputError: No point can be used.
        GridMismatch: All lie elsewhere, or their CRS cannot be brought to the grid's.
    """

    bounds = None

    def __init__(self, reference: Reference, grid: Grid, file: FeatureFile) -> None:
        self.grid = grid
        bring = Projection.between(reference.title, file.crs, grid)
        places, codes, distant = _read(file, bring)
        self.texts = tuple(dict.fromkeys(codes))
        numbers = {text: number for number, text in enumerate(self.texts)}
        self._places = np.array(places, dtype=np.float64).reshape(-1, 2)
        self._codes = np.array([numbers[text] for text in codes], dtype=np.int64)
        if not (places or distant):
            why = f" Left out: {file.left_out}." if file.left_out else ""
            raise InputError(
                f"{reference.title} holds no point with a value in the field '{reference.field}'.{why}",
                "Interpret the points, and name the field that holds the class.",
            )
        if not self._inside(grid)[0].size:
            raise GridMismatch(
                f"The points of {reference.title} lie elsewhere: none is in {format_bounds(grid.bounds)} in "
                f"{crs_name(grid.crs)}.",
                "Check their place and their CRS.",
            )
        self.remarks = tuple(self._remarks(reference, file, bring))

    def limit(self, grid: Grid) -> None:
        """Read on another part of the grid's lattice from now on."""
        self.grid = grid

    def read(self, start: int, stop: int) -> Codes:
        """Codes (rows, width) of rows ``start`` to ``stop`` of the grid; ``NOTHING`` where there is no point."""
        values = np.full((stop - start, self.grid.width), NOTHING, dtype=np.int64)
        rows, columns, codes = self._inside(self.grid)
        here = (rows >= start) & (rows < stop)
        values[rows[here] - start, columns[here]] = codes[here]
        return values

    def _inside(self, grid: Grid) -> tuple[Codes, Codes, Codes]:
        """Rows, columns and codes of the points on a grid."""
        to_pixels: Affine = ~grid.transform
        xs, ys = self._places.T
        columns = np.floor(to_pixels.a * xs + to_pixels.b * ys + to_pixels.c)
        rows = np.floor(to_pixels.d * xs + to_pixels.e * ys + to_pixels.f)
        inside = (columns >= 0) & (columns < grid.width) & (rows >= 0) & (rows < grid.height)
        return rows[inside].astype(np.int64), columns[inside].astype(np.int64), self._codes[inside]

    def _remarks(self, reference: Reference, file: FeatureFile, bring: Projection) -> list[Event]:
        title = reference.title
        rows, columns, _ = self._inside(self.grid)
        shared = rows.size - np.unique(rows * self.grid.width + columns).size
        texts = {
            "info": [bring.describe(), f"{title}: taken for one class are {file.spellings}." if file.spellings else ""],
            "warning": [
                f"{title}: left out are {file.left_out}." if file.left_out else "",
                f"{title}: {shared:,} points lie in the pixel of another one, of which the last counts."
                if shared
                else "",
            ],
        }
        return [
            Event(kind, {"text": text} if kind == "info" else {"code": "features", "text": text})
            for kind, sentences in texts.items()
            for text in filter(None, sentences)
        ]


def _read(file: FeatureFile, bring: Projection) -> tuple[list[tuple[float, float]], list[str], int]:
    """Places in the grid's CRS, classes, and how many points lie far away."""
    places: list[tuple[float, float]] = []
    codes: list[str] = []
    distant = 0
    for point in file.points():
        if not bring.reaches(point.place):
            distant += 1
            continue
        try:
            ((x, y),) = bring((point.place,))[0]
        except Odd as reason:
            file.leave_out(point.label, reason)
            continue
        places.append((float(x), float(y)))
        codes.append(point.text)
    return places, codes, distant
