"""The joined map as polygons in GeoParquet, dissolved across the borders of units.

Units are drawn row by row. What does not touch the lower border of its row is finished and written; the rest waits for
the next one. Until then all coordinates are whole pixels, so that what belongs together meets exactly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
from affine import Affine
from rasterio.features import shapes

from ..contract.card import NODATA, UNCERTAIN, ModelCard
from ..contract.errors import ResourceError
from ..run.disk import translated_errors
from .plan import Plan
from .units import Unit, UnitFiles

VERSION = "1.1.0"  # of GeoParquet
Polygons = dict[int, list[Any]]  # by class value, in pixels of the map


def write_polygons(
    path: Path, plan: Plan, card: ModelCard, files: UnitFiles, units: Sequence[Unit], check: Callable[[], None]
) -> None:
    """Write a polygon for each connected patch of a class: ``value``, ``name``, ``pixels``, ``geometry``.

    Args:
        path: The file.
        plan: The plan.
        card: Of its model.
        files: Where the units lie.
        units: Those that are made.
        check: Is called after each unit; may raise to stop.

    Raises:
        ResourceError: The packages are not installed.
        OutputNotWritable, NoSpace: The file cannot be written.
    """
    arrow, parquet, shapely = require_packages()
    names = {**dict(enumerate(card.class_names)), UNCERTAIN: "uncertain"}
    fields = [
        ("value", arrow.uint8()),
        ("name", arrow.string()),
        ("pixels", arrow.int64()),
        ("geometry", arrow.binary()),
    ]
    schema = arrow.schema(fields, metadata={"geo": _about(plan)})
    to_map = np.array(plan.output.grid.transform[:6]).reshape(2, 3)
    with translated_errors(path), parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for finished in _rows(plan, files, units, shapely, check):
            patches = [(value, patch) for value, found in sorted(finished.items()) for patch in found]
            if patches:
                placed = shapely.transform(
                    [patch for _, patch in patches], lambda at: at @ to_map[:, :2].T + to_map[:, 2]
                )
                columns = {
                    "value": [value for value, _ in patches],
                    "name": [names[value] for value, _ in patches],
                    "pixels": [round(patch.area) for _, patch in patches],
                    "geometry": shapely.to_wkb(placed, flavor="iso"),
                }
                writer.write_table(arrow.table(columns, schema=schema))


def require_packages() -> tuple[Any, Any, Any]:
    """pyarrow, its Parquet and shapely. Raises ResourceError where they are not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
        import shapely
    except ImportError as error:
        raise ResourceError(
            f"The packages that write GeoParquet are not installed ({error}).",
            "Install them: pip install 'dis2[parquet]'.",
        ) from error
    return pyarrow, pyarrow.parquet, shapely


def _about(plan: Plan) -> str:
    """The file's metadata by the GeoParquet specification."""
    crs = plan.output.crs
    column = {
        "encoding": "WKB",
        "geometry_types": ["Polygon"],
        "crs": pyproj.CRS.from_user_input(crs).to_json_dict() if crs else None,
    }
    return json.dumps({"version": VERSION, "primary_column": "geometry", "columns": {"geometry": column}})


def _rows(
    plan: Plan, files: UnitFiles, units: Sequence[Unit], shapely: Any, check: Callable[[], None]
) -> Iterator[Polygons]:
    """The patches that are finished after each row of units."""
    by_row: dict[int, list[Unit]] = {}
    for unit in units:
        by_row.setdefault(unit.row, []).append(unit)
    waiting: Polygons = {}
    for row in sorted(by_row):
        bottom = min((row + 1) * plan.job.side, plan.output.height)
        finished: Polygons = {}
        borders = waiting
        for unit in by_row[row]:
            with files.opened(unit) as file:
                classes = file.read(1)
            top, left, _, right = plan.box(unit)
            for value, patch in _drawn(classes, top, left, shapely):
                west, north, east, south = patch.bounds
                inside = west > left and north > top and east < right and south < bottom
                (finished if inside else borders).setdefault(value, []).append(patch)
            check()
        waiting = {}
        for value, patches in borders.items():
            for patch in _dissolved(patches, shapely):
                goes_on = patch.bounds[3] == bottom and row + 1 in by_row
                (waiting if goes_on else finished).setdefault(value, []).append(patch)
        yield finished


def _drawn(classes: npt.NDArray[np.uint8], top: int, left: int, shapely: Any) -> Iterator[tuple[int, Any]]:
    """(value, polygon) of the patches of a unit, in pixels of the map; pixels that meet at a corner alone are two."""
    found = shapes(classes, mask=classes != NODATA, connectivity=4, transform=Affine.translation(left, top))
    for geometry, value in found:
        outline, *holes = geometry["coordinates"]
        yield int(value), shapely.Polygon(outline, holes)


def _dissolved(patches: Sequence[Any], shapely: Any) -> list[Any]:
    """Patches that share a border made one, without the corners that the border left."""
    return list(shapely.get_parts(shapely.simplify(shapely.union_all(patches), 0)))
