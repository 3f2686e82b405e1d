"""Polygons of a vector file: their corners, their CRS, and the way to that of a grid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.exceptions import ProjError

from ...contract.errors import GridMismatch, InputError
from ..alignment import footprint
from ..crs import crs_name, full_turn, project, same_crs
from ..grid import Bounds, Grid

FARTHEST = 1e12  # units of any CRS; GDAL draws nothing where numbers are far beyond
FLAT = 1e-9  # of its length squared, below which a ring's corners lie on a line
MAX_PIECES = 4096  # into which one long edge is cut
MAX_CORNERS = 20_000_000  # that edges are cut into, of all polygons of a file together: 320 MB
EDGES_ACROSS = 64  # an edge that is longer than this part of the map is cut before it is projected
WGS84 = "OGC:CRS84"
NO_AREA = "no area"
NAMED = 8  # features that a sentence names

_NAME = re.compile(r"[\w.:,/-]{1,200}")  # of a CRS; neither a definition nor a file, which PROJ would take as well

Points = npt.NDArray[np.float64]


class Odd(Exception):
    """What keeps a feature, or a part of one, from being used; in a few words."""


def declared_crs(title: str, collection: Mapping[str, Any]) -> str:
    """The CRS that the file names in the old way, else what RFC 7946 says."""
    declared = collection.get("crs")
    if declared is None:
        return WGS84
    try:
        name = str(declared["properties"]["name"])
    except (KeyError, TypeError) as error:
        raise InputError(f"The CRS of {title} cannot be understood.", "Write the file in WGS 84.") from error
    if not _NAME.fullmatch(name):
        raise InputError(f"{title} has the CRS {name[:80]!r}, which is not known.", "Write the file in WGS 84.")
    return name


def parts_of(geometry: Any) -> Iterator[tuple[str, Any]]:
    """Kinds and coordinates of a geometry, those of a collection one by one."""
    if geometry is None:
        raise Odd("no geometry")
    try:
        kind = str(geometry["type"])[:40]
        if kind == "MultiPolygon":
            yield from (("Polygon", coordinates) for coordinates in geometry["coordinates"])
        elif kind == "MultiPoint":
            yield from (("Point", coordinates) for coordinates in geometry["coordinates"])
        elif kind == "GeometryCollection":
            for part in geometry["geometries"]:
                yield from parts_of(part)
        else:
            yield kind, geometry.get("coordinates")
    except (AttributeError, LookupError, TypeError, RecursionError):
        raise Odd("a geometry that is none") from None


def reasons(left_out: Mapping[str, Sequence[str]]) -> str:
    """What was left out and why, in a line; empty where nothing was.

    Args:
        left_out: By the reason, what a person finds the features by.
    """
    return "; ".join(f"{reason} ({_some(labels)})" for reason, labels in left_out.items())


def _some(labels: Sequence[str]) -> str:
    """How many features, and the first of them by name."""
    more = "" if len(labels) <= NAMED else f" and {len(labels) - NAMED:,} more"
    return f"{len(labels):,}: {', '.join(labels[:NAMED])}{more}"


def rings_of(kind: str, coordinates: Any) -> tuple[Points, ...]:
    """Outline and holes, each closed. A hole without area takes nothing away."""
    if kind != "Polygon":
        raise Odd(f"a {kind}, no polygon")
    if not coordinates:
        raise Odd(NO_AREA)
    try:
        outline, *holes = (_corners(ring) for ring in coordinates)
    except (LookupError, OverflowError, TypeError, ValueError):
        raise Odd("coordinates that are none") from None
    if _is_flat(outline):
        raise Odd(NO_AREA)
    rings = (outline, *(hole for hole in holes if not _is_flat(hole)))
    if any(len(ring) < 4 for ring in rings):
        raise Odd("a ring of fewer than four corners")
    return rings


def place_of(kind: str, coordinates: Any) -> Points:
    """(1, 2) place of a point."""
    if kind != "Point":
        raise Odd(f"a {kind}, no point")
    try:
        return _corners([coordinates])
    except (LookupError, OverflowError, TypeError, ValueError):
        raise Odd("coordinates that are none") from None


def _corners(positions: Sequence[Sequence[float]]) -> Points:
    """(N, 2); heights are left out."""
    ring = np.array([(position[0], position[1]) for position in positions], dtype=np.float64).reshape(-1, 2)
    if not (np.abs(ring) < FARTHEST).all():  # nor is a number that is none
        raise ValueError("a corner lies nowhere")
    return ring


def _is_flat(ring: Points) -> bool:
    """Whether all corners lie on a line, so that the ring has no area."""
    if len(ring) < 3:
        return True
    steps = ring - ring[0]
    lengths = np.hypot(*steps.T)
    farthest = steps[int(lengths.argmax())]
    off_line = np.abs(farthest[0] * steps[:, 1] - farthest[1] * steps[:, 0]).max()
    return bool(off_line <= FLAT * lengths.max() ** 2)


class Projection:
    """Brings rings to the grid's CRS; long edges are cut first, since straight lines become curves.

    Args:
        title: Of the file, for messages.
        source: CRS of the rings as WKT.
        target: CRS of the grid; None: rings stay as they are.
        near: The box around the grid in the CRS of the rings.
        middle: Where the grid's centre is, along its first coordinate.
    """

    def __init__(self, title: str, source: str, target: str | None, near: Bounds, middle: float) -> None:
        self._title = title
        self._source = source
        self._target = target
        self._near = near
        self._middle = middle
        self._turn = full_turn(source)
        self._longest = max(near[2] - near[0], near[3] - near[1]) / EDGES_ACROSS
        self._corners = 0

    @classmethod
    def between(cls, title: str, crs: str, grid: Grid) -> Projection:
        """How rings in a CRS are brought to that of a grid. Raises GridMismatch where there is no way."""
        source = _parse_crs(title, crs)
        middle = (grid.bounds[0] + grid.bounds[2]) / 2
        if grid.crs is None or same_crs(source, grid.crs):
            return cls(title, source, None, grid.bounds, middle)
        return cls(title, source, grid.crs, footprint(grid, source), middle)

    @property
    def reach(self) -> Bounds:
        """The box around the grid, and what lies between the sampled points of it, in the CRS of the rings."""
        xmin, ymin, xmax, ymax = self._near
        margin = self._longest
        return xmin - margin, ymin - margin, xmax + margin, ymax + margin

    def turned(self, rings: tuple[Points, ...]) -> tuple[Points, ...]:
        """Rings by whole turns around the Earth, so that the outline lies as near to the grid as it can."""
        return _turned(rings, self._turn, (self._near[0] + self._near[2]) / 2)

    def reaches(self, outline: Points) -> bool:
        """Whether a polygon comes near the grid. One at the other end of the world may have no place in its CRS."""
        (outline,) = self.turned((outline,))
        (left, bottom), (right, top) = outline.min(axis=0), outline.max(axis=0)
        xmin, ymin, xmax, ymax = self.reach
        return bool(left <= xmax and right >= xmin and bottom <= ymax and top >= ymin)

    def describe(self) -> str:
        """What is done, in a sentence; empty where the rings stay as they are."""
        if self._target is None:
            return ""
        return f"{self._title} is in {crs_name(self._source)} and is brought to {crs_name(self._target)}."

    def __call__(self, rings: tuple[Points, ...]) -> tuple[Points, ...]:
        """Rings in the grid's CRS. Raises Odd where one reaches beyond it."""
        rings = self.turned(rings)
        if self._target is None:
            return rings
        brought = tuple(self._bring(ring, self._target) for ring in rings)
        if (turn := full_turn(self._target)) is None:
            return brought
        for ring in brought:  # what crosses the date line comes from there in two spellings
            ring[:, 0] = np.unwrap(ring[:, 0], period=turn)
        outline, *holes = _turned(brought, turn, self._middle)
        middle = _middle(outline)
        return (outline, *(_turned((hole,), turn, middle)[0] for hole in holes))

    def _bring(self, ring: Points, target: str) -> Points:
        ring = self._cut(ring)
        points = np.stack(project((ring[:, 0], ring[:, 1]), self._source, target), axis=1)
        if not np.isfinite(points).all():
            raise Odd("reaching to where the map's CRS is not defined")
        return points

    def _cut(self, ring: Points) -> Points:
        steps = np.diff(ring, axis=0)
        pieces = np.clip(np.ceil(np.hypot(*steps.T) / self._longest), 1, MAX_PIECES).astype(np.intp)
        if (pieces == 1).all():
            return ring
        self._corners += int(pieces.sum())
        if self._corners > MAX_CORNERS:
            raise InputError(
                f"The polygons of {self._title} reach too far beyond the map to be reprojected here.",
                "Clip them to the place of the map, or write the file in the map's CRS (ogr2ogr -t_srs).",
            )
        edge = np.repeat(np.arange(len(steps)), pieces)
        within = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        points = ring[edge] + steps[edge] * (within / pieces[edge])[:, None]
        return np.concatenate([points, ring[-1:]])


def _middle(ring: Points) -> float:
    """Of its first coordinates."""
    return (float(ring[:, 0].min()) + float(ring[:, 0].max())) / 2


def _turned(rings: tuple[Points, ...], turn: float | None, middle: float) -> tuple[Points, ...]:
    if turn is None:
        return rings
    shift = turn * round((middle - _middle(rings[0])) / turn)
    return tuple(ring + np.array((shift, 0.0)) for ring in rings) if shift else rings


def _parse_crs(title: str, crs: str) -> str:
    try:
        return str(pyproj.CRS.from_user_input(crs).to_wkt())
    except ProjError as error:
        raise GridMismatch(
            f"'{crs[:80]}', the CRS of {title}, is not known.", "Give an EPSG code such as EPSG:2154."
        ) from error
