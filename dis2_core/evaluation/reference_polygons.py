"""Class codes on a grid from polygons: brought to the grid's CRS, burnt in strips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasterio.features import rasterize

from ..contract.errors import GridMismatch, InputError
from ..contract.other_jobs import Reference
from ..contract.segment_job import Event
from ..rasters.crs import crs_name
from ..rasters.grid import Bounds, Grid, format_bounds
from ..rasters.vector.polygons import Odd, Points, Projection
from .codes import NOTHING, Codes
from .features import FeatureFile

MAX_CLASSES = 250


@dataclass(frozen=True)
class Polygon:
    """A polygon in the grid's CRS.

    Attributes:
        code: Which of the texts it stands for.
        rings: (N, 2) corners: the outline, then the holes.
        bounds: Of the outline.
    """

    code: int
    rings: tuple[Points, ...]
    bounds: Bounds

    @property
    def geometry(self) -> dict[str, Any]:
        """The polygon as GeoJSON has it."""
        return {"type": "Polygon", "coordinates": [ring.tolist() for ring in self.rings]}


class PolygonCodes:
    """The codes of polygons on a grid; where they overlap, the last one counts.

    A pixel belongs to the polygon that its centre lies in; one that crosses itself is filled as QGIS draws it.

    Args:
        reference: A GeoJSON file and the field that holds the class. Spellings that differ in case, blanks, ``_`` and
            ``-`` alone are one class, as they are between a map and its reference.
        grid: Where the codes are wanted.
        file: What was read of the reference; None: it is read here.

    Attributes:
        texts: What the codes 0, 1, 2… stand for: the values of the field.
        grid: The grid.
        remarks: What is noteworthy: features that are left out, spellings that are one class.

    Raises:
        InputError: The file is no GeoJSON of polygons, too large, or has no such field.
        GridMismatch: Its CRS cannot be brought to the grid's.
    """

    def __init__(self, reference: Reference, grid: Grid, file: FeatureFile | None = None) -> None:
        self._reference = reference
        self.grid = grid
        self._polygons: list[Polygon] = []
        file = file or FeatureFile(reference)
        bring = Projection.between(reference.title, file.crs, grid)
        codes, distant = self._read(file, bring)
        self.texts = tuple(codes)
        self.remarks = tuple(_remarks(file, reference.title, bring))
        if not self._polygons:
            raise self._nothing(file, distant)
        self._boxes = np.array([polygon.bounds for polygon in self._polygons])

    def _read(self, file: FeatureFile, bring: Projection) -> tuple[dict[str, int], int]:
        """Take the polygons in; returns codes by class, and how many polygons lie elsewhere."""
        codes: dict[str, int] = {}
        distant = 0
        for polygon in file.polygons():
            if not bring.reaches(polygon.rings[0]):
                distant += 1
                continue
            try:
                rings = bring(polygon.rings)
            except Odd as reason:
                file.leave_out(polygon.label, reason)
                continue
            self._add(codes.setdefault(polygon.text, len(codes)), rings)
            if len(codes) > MAX_CLASSES:
                raise InputError(
                    f"The field '{self._reference.field}' of {self._reference.title} has more than {MAX_CLASSES} "
                    "different values.",
                    "Give the field that holds the class.",
                )
        return codes, distant

    def _nothing(self, file: FeatureFile, distant: int) -> InputError:
        """The error of a file of which nothing can be used here."""
        title = self._reference.title
        why = f" Left out: {file.left_out}." if file.left_out else ""
        if distant:
            return GridMismatch(
                f"The polygons of {title} lie elsewhere: none of {distant:,} reaches into "
                f"{format_bounds(self.grid.bounds)} in {crs_name(self.grid.crs)}.{why}",
                "Check their place and their CRS.",
            )
        return InputError(
            f"{title} holds no polygon with a value in the field '{self._reference.field}'.{why}",
            "Check file and field.",
        )

    @property
    def bounds(self) -> Bounds:
        """The box around all polygons, in the grid's CRS."""
        xmin, ymin = self._boxes[:, :2].min(axis=0)
        xmax, ymax = self._boxes[:, 2:].max(axis=0)
        return float(xmin), float(ymin), float(xmax), float(ymax)

    @property
    def count(self) -> int:
        """How many polygons there are near the grid."""
        return len(self._polygons)

    def limit(self, grid: Grid) -> None:
        """Read on another part of the grid's lattice from now on."""
        self.grid = grid

    def read(self, start: int, stop: int) -> Codes:
        """Codes (rows, width) of rows ``start`` to ``stop`` of the grid; ``NOTHING`` outside all polygons."""
        part = self.grid.window(start, 0, stop - start, self.grid.width)
        shapes = [(polygon.geometry, polygon.code + 1) for polygon in self._touching(part.bounds)]
        if not shapes:
            return np.full(part.shape, NOTHING, dtype=np.int64)
        burnt = rasterize(shapes, part.shape, fill=0, transform=part.transform, dtype="int32").astype(np.int64)
        return np.where(burnt == 0, NOTHING, burnt - 1)

    def _add(self, code: int, rings: tuple[Points, ...]) -> None:
        xmin, ymin = rings[0].min(axis=0)
        xmax, ymax = rings[0].max(axis=0)
        self._polygons.append(Polygon(code, rings, (float(xmin), float(ymin), float(xmax), float(ymax))))

    def _touching(self, box: Bounds) -> Iterator[Polygon]:
        xmin, ymin, xmax, ymax = box
        boxes = self._boxes
        near = (boxes[:, 0] <= xmax) & (boxes[:, 2] >= xmin) & (boxes[:, 1] <= ymax) & (boxes[:, 3] >= ymin)
        return (self._polygons[index] for index in np.flatnonzero(near))


def _remarks(file: FeatureFile, title: str, bring: Projection) -> Iterator[Event]:
    if text := bring.describe():
        yield Event("info", {"text": text})
    if file.left_out:
        yield Event("warning", {"code": "features", "text": f"{title}: left out are {file.left_out}."})
    if file.spellings:
        yield Event("info", {"text": f"{title}: taken for one class are {file.spellings}."})
