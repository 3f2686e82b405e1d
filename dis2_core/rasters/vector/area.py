"""The area of interest: polygons outside which nothing is wanted."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rasterio.features import rasterize

from ...contract.errors import GridMismatch, InputError
from ...contract.segment_job import Event
from ...contract.untrusted import parse_json, read_text, refusals
from ..grid import Bounds, Grid, WindowPlan, place
from .geopackage import is_sqlite, opened_tables, quoted
from .polygons import Odd, Points, Projection, declared_crs, parts_of, reasons, rings_of

BLOCK = 512  # pixels; polygons are drawn block by block on a fixed lattice, so that a pixel depends on nothing else
MAX_BYTES = 256 << 20
ENVELOPES = (0, 32, 48, 48, 64)  # bytes, by the kind that the flags of a geometry tell

Rings = tuple[Points, ...]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Outlines:
    """The polygons of a file in its CRS.

    Attributes:
        path: The file.
        crs: EPSG code, WKT or PROJ's name.
        polygons: Each its outline and its holes.
        left_out: Which features are none, and why; empty where all are.
    """

    path: str
    crs: str
    polygons: tuple[Rings, ...]
    left_out: str = ""

    @classmethod
    def read(cls, path: str) -> Outlines:
        """Read the polygons of a GeoPackage or a GeoJSON file; features that are none are left out.

        Raises:
            InputError: It is neither, damaged, or holds no polygon.
        """
        crs, geometries = _read_geopackage(path) if _is_sqlite(path) else _read_geojson(path)
        polygons: list[Rings] = []
        odd: dict[str, list[str]] = {}
        for number, geometry in enumerate(geometries, start=1):
            for part in _parts(geometry):
                if isinstance(part, Odd):
                    odd.setdefault(str(part), []).append(f"feature {number}")
                else:
                    polygons.append(part)
        left_out = reasons(odd)
        if not polygons:
            more = f"; left out: {left_out}" if left_out else ""
            raise InputError(f"The area of interest {path} holds no polygon{more}.", "Check the file and its layers.")
        return cls(path, crs, tuple(polygons), left_out)

    @property
    def remarks(self) -> tuple[Event, ...]:
        """A warning of what was left out."""
        if not self.left_out:
            return ()
        text = f"The area of interest {self.path}: left out are {self.left_out}."
        return (Event("warning", {"code": "area-of-interest", "text": text}),)

    def bounds_near(self, grids: Iterable[Grid]) -> Bounds:
        """The box around the polygons that reach one of some grids, as far as it does, in the file's CRS.

        Raises:
            GridMismatch: None does, or their CRS cannot be brought to the grids'.
        """
        ways = [Projection.between(self.path, self.crs, grid) for grid in grids]
        outlines = [rings[:1] for rings in self.polygons]
        found = [way.turned(outline)[0] for outline in outlines for way in ways if way.reaches(outline[0])]
        if not found:
            raise _elsewhere(self.path)
        corners = np.concatenate(found)
        near = np.array([way.reach for way in ways])
        lowest = np.maximum(corners.min(axis=0), near[:, :2].min(axis=0))
        highest = np.minimum(corners.max(axis=0), near[:, 2:].max(axis=0))
        (xmin, ymin), (xmax, ymax) = lowest.tolist(), highest.tolist()
        return xmin, ymin, xmax, ymax


class Area:
    """Polygons in the CRS of the grids that they are drawn on. A pixel is inside where its centre is.

    Args:
        polygons: Each its outline and its holes.
    """

    def __init__(self, polygons: Sequence[Rings]) -> None:
        self.polygons = tuple(polygons)
        boxes = [(*rings[0].min(axis=0), *rings[0].max(axis=0)) for rings in self.polygons]
        self._boxes = np.array(boxes, dtype=np.float64)

    @classmethod
    def on(cls, grid: Grid, outlines: Outlines) -> Area:
        """The polygons of a file on a grid.

        Raises:
            GridMismatch: None of them reaches it, or their CRS cannot be brought to the grid's.
        """
        if grid.crs is None:
            raise GridMismatch(
                "The inputs have no CRS, so an area of interest cannot be found on them.", "Assign a CRS to the inputs."
            )
        bring = Projection.between(outlines.path, outlines.crs, grid)
        try:
            found = [bring(rings) for rings in outlines.polygons if bring.reaches(rings[0])]
        except Odd as reason:
            raise GridMismatch(
                f"The area of interest {outlines.path} cannot be brought onto the map: a polygon is {reason}.",
                "Clip it to the place of the map, or write it in the map's CRS.",
            ) from reason
        if not found:
            raise _elsewhere(outlines.path)
        return cls(found)

    @classmethod
    def of(cls, plain: Sequence[Sequence[Sequence[tuple[float, float]]]]) -> Area:
        """The area that ``plain`` has put into numbers."""
        return cls([tuple(np.array(ring, dtype=np.float64) for ring in rings) for rings in plain])

    @property
    def plain(self) -> tuple[tuple[tuple[tuple[float, float], ...], ...], ...]:
        """The polygons as plain numbers."""
        return tuple(tuple(tuple((float(x), float(y)) for x, y in ring) for ring in rings) for rings in self.polygons)

    def inside(self, grid: Grid, top: int, bottom: int, left: int = 0, right: int | None = None) -> Mask:
        """(rows, columns): which pixels of a part of a grid lie in the area."""
        last = grid.width if right is None else right
        mask = np.zeros((bottom - top, last - left), dtype=np.bool_)
        for row in range(top // BLOCK * BLOCK, bottom, BLOCK):
            for col in range(left // BLOCK * BLOCK, last, BLOCK):
                height, width = min(BLOCK, grid.height - row), min(BLOCK, grid.width - col)
                drawn = self._drawn(grid.window(row, col, height, width), touched=False)
                first, end = max(row, top), min(row + height, bottom)
                near, far = max(col, left), min(col + width, last)
                inside = drawn[first - row : end - row, near - col : far - col]
                mask[first - top : end - top, near - left : far - left] = inside
        return mask

    def touched(self, grid: Grid) -> Mask:
        """(rows, columns): which pixels of a grid the area touches at all."""
        return self._drawn(grid, touched=True)

    def windows(self, plan: WindowPlan, grid: Grid, top: int, margin: int) -> Mask:
        """Which windows of a row of windows the area comes near.

        Args:
            plan: Where the windows lie.
            grid: The whole raster that they lie on.
            top: First row of the windows.
            margin: Pixels around a window that count as part of it.
        """
        (height, width), step = plan.window, plan.stride[1]
        first = (plan.cols[0] - margin) // step
        cells = -(-(plan.cols[-1] + width + margin) // step) - first
        t = grid.transform
        x, y = place(t, first * step, top - margin)
        tall = height + 2 * margin
        row = Grid(grid.crs, type(t)(t.a * step, t.b * tall, x, t.d * step, t.e * tall, y), 1, cells)
        sums = np.concatenate(([0], np.cumsum(self.touched(row)[0])))
        starts = np.array(plan.cols)
        begin, end = (starts - margin) // step - first, -(-(starts + width + margin) // step) - first
        return np.asarray(sums[end] > sums[begin])

    def _drawn(self, part: Grid, *, touched: bool) -> Mask:
        xmin, ymin, xmax, ymax = part.bounds
        boxes = self._boxes
        near = (boxes[:, 0] <= xmax) & (boxes[:, 2] >= xmin) & (boxes[:, 1] <= ymax) & (boxes[:, 3] >= ymin)
        shapes = [
            {"type": "Polygon", "coordinates": [ring.tolist() for ring in self.polygons[index]]}
            for index in np.flatnonzero(near)
        ]
        if not shapes:
            return np.zeros(part.shape, dtype=np.bool_)
        drawn = rasterize(shapes, part.shape, fill=0, transform=part.transform, all_touched=touched, dtype="uint8")
        return np.asarray(drawn == 1)


def _parts(geometry: Any) -> Iterator[Rings | Odd]:
    """The polygons of a geometry one by one, or what keeps one from being used."""
    try:
        for kind, coordinates in parts_of(geometry):
            try:
                yield rings_of(kind, coordinates)
            except Odd as reason:
                yield reason
    except Odd as reason:
        yield reason


def _elsewhere(path: str) -> GridMismatch:
    return GridMismatch(f"The area of interest {path} does not meet the inputs.", "Check its place and its CRS.")


def _is_sqlite(path: str) -> bool:
    with refusals(f"The area of interest {path}", hint="Check the path."):
        return is_sqlite(path)


def _read_geojson(path: str) -> tuple[str, list[Any]]:
    """CRS and geometries of a GeoJSON file."""
    hint = "Give polygons as a GeoPackage or a GeoJSON file."
    with refusals(f"The area of interest {path}", hint=hint):
        data = parse_json(read_text(path, MAX_BYTES))
    if not isinstance(data, dict):
        raise InputError(f"The area of interest {path} is no GeoJSON.", hint)
    features = data.get("features", [data]) if data.get("type") == "FeatureCollection" else [data]
    if not isinstance(features, list):
        raise InputError(f"The area of interest {path} is no GeoJSON.", hint)
    found = [
        item.get("geometry") if item.get("type") == "Feature" else item for item in features if isinstance(item, dict)
    ]
    return declared_crs(path, data), found


def _read_geopackage(path: str) -> tuple[str, list[Any]]:
    """CRS and geometries of a GeoPackage's one layer of polygons."""
    hint = "Export the layer of polygons to a GeoPackage of its own."
    try:
        with opened_tables(path) as database:
            layers = database.execute(
                "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns ORDER BY table_name"
            ).fetchall()
            if len(layers) != 1:
                raise InputError(f"The area of interest {path} holds {len(layers)} layers; one is needed.", hint)
            table, column, number = layers[0]
            crs = _crs_of(database, int(number))
            rows = database.execute(f"SELECT {quoted(column)} FROM {quoted(table)}")
            return crs, [None if blob is None else _geometry(bytes(blob)) for (blob,) in rows]
    except (sqlite3.Error, struct.error, ValueError, TypeError, IndexError) as error:
        raise InputError(f"The area of interest {path} cannot be read ({error}).", hint) from error


def _crs_of(database: sqlite3.Connection, number: int) -> str:
    row = database.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (number,),
    ).fetchone()
    if row is None or number <= 0:
        raise ValueError("its layer has no CRS")
    organization, code, definition = row
    return f"EPSG:{code}" if str(organization).upper() == "EPSG" else str(definition)


def _geometry(blob: bytes) -> dict[str, Any]:
    """A GeoPackage's geometry as GeoJSON has it."""
    if blob[:2] != b"GP":
        raise ValueError("a geometry is none")
    start = 8 + ENVELOPES[blob[3] >> 1 & 7]
    return next(_well_known(memoryview(blob), [start]))


def _well_known(data: memoryview, position: list[int]) -> Iterator[dict[str, Any]]:
    """Read one geometry in well-known binary; the position moves behind it."""

    def read(form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(order + form, data, position[0])
        position[0] += struct.calcsize(order + form)
        return values

    order = "<" if data[position[0]] else ">"
    position[0] += 1
    (code,) = read("I")
    kind, more = code & 0xFFFF, bool(code & 0x80000000) + bool(code & 0x40000000)
    sizes = 2 + max(more, {0: 0, 1: 1, 2: 1, 3: 2}[kind // 1000])
    kind %= 1000
    (count,) = read("I")
    if kind == 3:
        rings = []
        for _ in range(count):
            (corners,) = read("I")
            if corners * sizes * 8 > len(data):
                raise ValueError("a ring is longer than the geometry")
            numbers = np.array(read(f"{corners * sizes}d")).reshape(corners, sizes)
            rings.append(numbers[:, :2].tolist())
        yield {"type": "Polygon", "coordinates": rings}
    elif kind in (6, 7):
        parts = [next(_well_known(data, position)) for _ in range(count)]
        yield {"type": "GeometryCollection", "geometries": parts}
    else:
        raise ValueError("a geometry is no polygon")
