"""Class codes on a grid from polygons: GeoJSON read under limits, brought to the grid's CRS, burnt in strips."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.exceptions import ProjError
from rasterio.features import rasterize

from ..contract.errors import GridMismatch, InputError
from ..rasters.alignment import footprint
from ..rasters.crs import crs_name, project, same_crs
from ..rasters.grid import Bounds, Grid, format_bounds
from .codes import NOTHING, Codes

MAX_BYTES = 256 << 20  # of a file; as Python objects it takes several times that
MAX_CLASSES = 250
MAX_PIECES = 4096  # into which one long edge is cut
MAX_CORNERS = 20_000_000  # that edges are cut into, of all polygons of a file together: 320 MB
EDGES_ACROSS = 64  # an edge that is longer than this part of the map is cut before it is projected
FARTHEST = 1e12  # units of any CRS; GDAL draws nothing where numbers are far beyond
WGS84 = "OGC:CRS84"

_NAME = re.compile(r"[\w.:,/-]{1,200}")  # of a CRS; neither a definition nor a file, which PROJ would take as well

Points = npt.NDArray[np.float64]


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

    A pixel belongs to the polygon that its centre lies in.

    Args:
        path: A GeoJSON file.
        field: Name of the attribute that holds the class.
        grid: Where the codes are wanted.
        crs: CRS of the coordinates (EPSG code or WKT); empty: what the file says, else WGS 84.

    Attributes:
        texts: What the codes 0, 1, 2… stand for: the values of the field.
        grid: The grid.

    Raises:
        InputError: The file is no GeoJSON of polygons, too large, or has no such field.
        GridMismatch: Its CRS cannot be brought to the grid's.
    """

    def __init__(self, path: str, field: str, grid: Grid, crs: str = "") -> None:
        self.path = path
        self.grid = grid
        collection = _load(path)
        texts: dict[str, int] = {}
        self._polygons: list[Polygon] = []
        distant = 0
        bring = _Projection.between(path, crs or _declared_crs(path, collection), grid)
        for properties, rings in _outlines(path, collection):
            text = _text(path, field, properties)
            if text is None:
                continue
            if not bring.reaches(rings[0]):
                distant += 1
                continue
            self._add(texts.setdefault(text, len(texts)), bring(rings))
            if len(texts) > MAX_CLASSES:
                raise InputError(
                    f"The field '{field}' of {path} has more than {MAX_CLASSES} different values.",
                    "Give the field that holds the class.",
                )
        self.texts = tuple(texts)
        if distant and not self._polygons:
            raise GridMismatch(
                f"The polygons of {path} lie elsewhere: none of {distant:,} reaches into "
                f"{format_bounds(grid.bounds)} in {crs_name(grid.crs)}.",
                "Check their place and their CRS.",
            )
        if not self._polygons:
            raise InputError(f"{path} holds no polygon with a value in the field '{field}'.", "Check file and field.")
        self._boxes = np.array([polygon.bounds for polygon in self._polygons])

    @property
    def bounds(self) -> Bounds:
        """The box around all polygons, in the grid's CRS."""
        xmin, ymin = self._boxes[:, :2].min(axis=0)
        xmax, ymax = self._boxes[:, 2:].max(axis=0)
        return float(xmin), float(ymin), float(xmax), float(ymax)

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


class _Projection:
    """Brings rings to the grid's CRS; long edges are cut first, since straight lines become curves.

    Args:
        path: The file, for messages.
        source: CRS of the rings as WKT.
        target: CRS of the grid; None: rings stay as they are.
        near: The box around the grid in the CRS of the rings.
    """

    def __init__(self, path: str, source: str, target: str | None, near: Bounds) -> None:
        self._path = path
        self._source = source
        self._target = target
        self._near = near
        self._longest = max(near[2] - near[0], near[3] - near[1]) / EDGES_ACROSS
        self._corners = 0

    @classmethod
    def between(cls, path: str, crs: str, grid: Grid) -> _Projection:
        source = _parse_crs(path, crs)
        if grid.crs is None or same_crs(source, grid.crs):
            return cls(path, source, None, grid.bounds)
        return cls(path, source, grid.crs, footprint(grid, source))

    def reaches(self, outline: Points) -> bool:
        """Whether a polygon comes near the grid. One at the other end of the world may have no place in its CRS."""
        (left, bottom), (right, top) = outline.min(axis=0), outline.max(axis=0)
        xmin, ymin, xmax, ymax = self._near
        margin = self._longest  # what lies between the sampled points of the box
        return bool(
            left <= xmax + margin and right >= xmin - margin and bottom <= ymax + margin and top >= ymin - margin
        )

    def __call__(self, rings: tuple[Points, ...]) -> tuple[Points, ...]:
        return rings if self._target is None else tuple(self._bring(ring, self._target) for ring in rings)

    def _bring(self, ring: Points, target: str) -> Points:
        ring = self._cut(ring)
        points = np.stack(project((ring[:, 0], ring[:, 1]), self._source, target), axis=1)
        if not np.isfinite(points).all():
            raise GridMismatch(
                f"A polygon of {self._path} reaches to where the map's CRS is not defined.",
                "Clip the polygons to the place of the map, and check their CRS.",
            )
        return points

    def _cut(self, ring: Points) -> Points:
        steps = np.diff(ring, axis=0)
        pieces = np.clip(np.ceil(np.hypot(*steps.T) / self._longest), 1, MAX_PIECES).astype(np.intp)
        if (pieces == 1).all():
            return ring
        self._corners += int(pieces.sum())
        if self._corners > MAX_CORNERS:
            raise InputError(
                f"The polygons of {self._path} reach too far beyond the map to be reprojected here.",
                "Clip them to the place of the map, or write the file in the map's CRS (ogr2ogr -t_srs).",
            )
        edge = np.repeat(np.arange(len(steps)), pieces)
        within = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        points = ring[edge] + steps[edge] * (within / pieces[edge])[:, None]
        return np.concatenate([points, ring[-1:]])


def _load(path: str) -> Mapping[str, Any]:
    file = Path(path)
    hint = "Give a GeoJSON file of polygons; QGIS and ogr2ogr write it from any vector layer."
    try:
        if (size := file.stat().st_size) > MAX_BYTES:
            raise InputError(
                f"{path} has {size / 1e6:,.0f} MB; polygons of up to {MAX_BYTES / 1e6:,.0f} MB are read.",
                "Cut out the part that the map covers, or rasterise the polygons first.",
            )
        data = json.loads(file.read_text(encoding="utf-8-sig"))  # Windows begins files with a mark
    except OSError as error:
        raise InputError(f"The reference {path} cannot be read ({error.strerror}).", "Check the path.") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no GeoJSON ({str(error)[:200]}).", hint) from error
    if not isinstance(data, dict) or not isinstance(data.get("features"), list):
        raise InputError(f"{path} is no GeoJSON FeatureCollection.", hint)
    return data


def _declared_crs(path: str, collection: Mapping[str, Any]) -> str:
    """The CRS that the file names in the old way, else what RFC 7946 says."""
    declared = collection.get("crs")
    if declared is None:
        return WGS84
    try:
        name = str(declared["properties"]["name"])
    except (KeyError, TypeError) as error:
        raise InputError(f"The CRS of {path} cannot be understood.", "Write the file in WGS 84.") from error
    if not _NAME.fullmatch(name):
        raise InputError(f"{path} has the CRS {name[:80]!r}, which is not known.", "Write the file in WGS 84.")
    return name


def _parse_crs(path: str, crs: str) -> str:
    try:
        return str(pyproj.CRS.from_user_input(crs).to_wkt())
    except ProjError as error:
        raise GridMismatch(
            f"'{crs[:80]}', the CRS of {path}, is not known.", "Give an EPSG code such as EPSG:2154."
        ) from error


def _outlines(path: str, collection: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], tuple[Points, ...]]]:
    """Properties and rings of every polygon; those of a multipolygon one by one."""
    for number, feature in enumerate(collection["features"]):
        try:
            geometry, properties = feature.get("geometry"), dict(feature.get("properties") or {})
            polygons = [] if geometry is None else _polygons(geometry)
            outlines = [tuple(_ring(ring) for ring in polygon) for polygon in polygons if polygon]
        except (AttributeError, LookupError, OverflowError, TypeError, ValueError, RecursionError) as error:
            raise InputError(
                f"Feature {number + 1} of {path} is no polygon ({str(error)[:120]}).", "Give polygons alone."
            ) from error
        for rings in outlines:
            yield properties, rings


def _polygons(geometry: Mapping[str, Any]) -> list[Any]:
    kind = geometry["type"]
    if kind == "Polygon":
        return [geometry["coordinates"]]
    if kind == "MultiPolygon":
        return list(geometry["coordinates"])
    if kind == "GeometryCollection":
        return [polygon for part in geometry["geometries"] for polygon in _polygons(part)]
    raise ValueError(f"it is a {str(kind)[:40]}")


def _ring(positions: Sequence[Sequence[float]]) -> Points:
    """A closed ring (N, 2); heights are left out."""
    ring: Points = np.array([(position[0], position[1]) for position in positions], dtype=np.float64)
    if len(ring) < 4:
        raise ValueError("a ring has fewer than four corners")
    if not (np.abs(ring) < FARTHEST).all():  # nor is a number that is none
        raise ValueError("a coordinate lies nowhere")
    return ring


def _text(path: str, field: str, properties: Mapping[str, Any]) -> str | None:
    """The value of the field as text; None where there is none."""
    if field not in properties:
        names = ", ".join(list(properties)[:20]) or "no field at all"
        raise InputError(
            f"The polygons of {path} have no field '{field}'." if field else f"{path} holds polygons.",
            f"Name the field that holds the class: {names}.",
        )
    value = properties[field]
    if value is None or value == "":
        return None
    if isinstance(value, (dict, list)):
        raise InputError(f"The field '{field}' of {path} holds lists, not classes.", "Give another field.")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).lower() if isinstance(value, bool) else str(value).strip()
    return text.encode(errors="replace").decode()  # halves of characters, which JSON may hold, cannot be written
