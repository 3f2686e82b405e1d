"""A static STAC collection of the units: an item a unit, derived from the inputs and the model.

By the STAC specification 1.1, for catalogs and browsers. Paths are relative: the folder can be moved, or served.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyproj

from ..contract.card import UNCERTAIN, ModelCard
from ..contract.errors import InputError
from ..contract.styles import Category
from ..prediction.outputs import Layout
from ..rasters.formats import is_file_name
from ..rasters.grid import Bounds, Grid
from ..run.disk import translated_errors
from ..run.provenance import without_query
from ..run.targets import ITEMS
from .plan import Plan
from .sources.inputs import files_within
from .units import Unit, UnitFiles

VERSION = "1.1.0"
COLLECTION = "collection.json"
EXTENSIONS = (
    "https://stac-extensions.github.io/projection/v2.0.0/schema.json",
    "https://stac-extensions.github.io/classification/v2.0.0/schema.json",
)
COG = "image/tiff; application=geotiff; profile=cloud-optimized"
_EDGE = 8  # points along each side of a footprint
_TITLES = {
    "classes": "Classes",
    "confidence": "Confidence, percent",
    "familiarity": "Familiarity of the ground, percent",
    "probabilities": "Probabilities, 1/250",
    "scenario": "Modalities that a pixel had",
}


def write_collection(
    path: Path,
    folder: Path,
    plan: Plan,
    card: ModelCard,
    layouts: Mapping[str, Layout],
    files: UnitFiles,
    units: Sequence[Unit],
) -> None:
    """Write a collection, and an item for each unit into a folder beside it.

    Args:
        path: The collection to write.
        folder: Where it will lie: that of the run.
        plan: The plan.
        card: Of its model.
        layouts: Of the outputs that units have.
        files: Where the units lie.
        units: Those that are made.

    Raises:
        InputError: The map has no CRS, so nobody could find its place.
        OutputNotWritable, NoSpace: A file cannot be written.
    """
    if plan.output.crs is None:
        raise InputError(
            "The map has no CRS, which a STAC collection needs.", "Assign a CRS to the inputs, and plan again."
        )
    to_degrees = pyproj.Transformer.from_crs(plan.output.crs, "OGC:CRS84", always_xy=True)
    items = path.with_name(ITEMS)
    boxes = []
    with translated_errors(path):
        items.mkdir()
        for unit in units:
            item = _item(folder, plan, layouts, files, unit, to_degrees)
            boxes.append(item["bbox"])
            _write(items / f"{unit.name}.json", item)
        _write(path, _collection(folder, plan, card, boxes, units))


def _collection(
    folder: Path, plan: Plan, card: ModelCard, boxes: Sequence[list[float]], units: Sequence[Unit]
) -> dict[str, Any]:
    corners = np.array(boxes)
    around = [*corners[:, :2].min(axis=0).tolist(), *corners[:, 2:].max(axis=0).tolist()]
    return {
        "type": "Collection",
        "stac_version": VERSION,
        "id": f"dis2-{plan.hash[:12]}",
        "title": f"Land cover by {card.name} {card.version}",
        "description": card.description or f"A map of {', '.join(card.class_names)}.",
        "license": "other",
        "extent": {"spatial": {"bbox": [around]}, "temporal": {"interval": [[_time(plan), _time(plan)]]}},
        "summaries": {"proj:code": [code]} if (code := _code(plan)) else {},
        "links": [
            {"rel": "root", "href": f"./{COLLECTION}", "type": "application/json"},
            {"rel": "derived_from", "href": _href(plan.model, folder), "title": f"Model, sha256 {plan.sha256}"},
            *({"rel": "item", "href": f"./{ITEMS}/{unit.name}.json", "type": "application/geo+json"} for unit in units),
        ],
    }


def _item(
    folder: Path,
    plan: Plan,
    layouts: Mapping[str, Layout],
    files: UnitFiles,
    unit: Unit,
    to_degrees: pyproj.Transformer,
) -> dict[str, Any]:
    grid, here = plan.grid(unit), folder / ITEMS
    geometry, box = _footprint(grid, to_degrees)
    inputs = [path for item in plan.inputs.values() for path in files_within(item, grid)]
    note = files.read(unit)
    return {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": list(EXTENSIONS),
        "id": unit.name,
        "collection": f"dis2-{plan.hash[:12]}",
        "geometry": geometry,
        "bbox": list(box),
        "properties": {
            "datetime": _time(plan),
            "created": _time(plan),
            "proj:code": _code(plan),
            "proj:shape": [grid.height, grid.width],
            "proj:transform": [float(number) for number in grid.transform[:6]],
            **({} if _code(plan) else {"proj:wkt2": plan.output.crs}),
            "dis2:scenario": unit.scenario,
            **({"dis2:pixels": dict(note.scenarios)} if note else {}),
        },
        "links": [
            {"rel": "root", "href": f"../{COLLECTION}", "type": "application/json"},
            {"rel": "parent", "href": f"../{COLLECTION}", "type": "application/json"},
            {"rel": "collection", "href": f"../{COLLECTION}", "type": "application/json"},
            {"rel": "derived_from", "href": _href(plan.model, here), "title": f"Model, sha256 {plan.sha256}"},
            *({"rel": "derived_from", "href": _href(path, here)} for path in dict.fromkeys(inputs)),
        ],
        "assets": {
            name: {
                "href": _href(str(files.raster(unit, name)), here),
                "type": COG,
                "title": _TITLES[name],
                "roles": ["data"],
                **_classes(layout.categories if name == "classes" else ()),
            }
            for name, layout in layouts.items()
        },
    }


def _classes(categories: Sequence[Category]) -> dict[str, Any]:
    """The classes as the classification extension has them: a name for machines, a title for people."""
    if not categories:
        return {}
    classes = []
    for item in categories:
        slug = re.sub(r"[^0-9A-Za-z_-]+", "-", item.name).strip("-") or f"class-{item.value}"
        red, green, blue, _ = item.rgba
        color = f"{red:02X}{green:02X}{blue:02X}"
        more = {"nodata": True} if item.value > UNCERTAIN else {}
        classes.append({"value": item.value, "name": slug, "title": item.name, "color_hint": color, **more})
    return {"classification:classes": classes}


def _footprint(grid: Grid, to_degrees: pyproj.Transformer) -> tuple[dict[str, Any], Bounds]:
    """Outline and box in degrees; across the date line the halves of the box, as GeoJSON wants it."""
    along = np.linspace(0, 1, _EDGE + 1)[:-1]
    zeros, ones = np.zeros(_EDGE), np.ones(_EDGE)
    cols = np.concatenate([zeros, along, ones, 1 - along]) * grid.width  # down the left side first: counter-clockwise
    rows = np.concatenate([along, ones, 1 - along, zeros]) * grid.height
    t = grid.transform
    x, y = to_degrees.transform(t.a * cols + t.b * rows + t.c, t.d * cols + t.e * rows + t.f)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputError("A unit of the map lies where its CRS knows no place.", "Choose another grid, and plan again.")
    x = np.where(np.abs(x) > 180, (x + 180) % 360 - 180, x)  # a CRS of degrees counts on beyond the date line
    if x.max() - x.min() > 180:
        east, west = x[x > 0].min(), x[x < 0].max()
        south, north = float(y.min()), float(y.max())
        halves = [_rectangle(float(east), south, 180.0, north), _rectangle(-180.0, south, float(west), north)]
        return {"type": "MultiPolygon", "coordinates": halves}, (float(east), south, float(west), north)
    ring = [[round(float(a), 9), round(float(b), 9)] for a, b in zip(x, y, strict=True)]
    box = (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, box


def _rectangle(west: float, south: float, east: float, north: float) -> list[list[list[float]]]:
    return [[[west, south], [east, south], [east, north], [west, north], [west, south]]]


def _code(plan: Plan) -> str | None:
    """``EPSG:32632``; None where the CRS has no code."""
    found = pyproj.CRS.from_user_input(plan.output.crs).to_authority(min_confidence=100)
    return ":".join(found) if found else None


def _time(plan: Plan) -> str:
    return plan.created.replace("+00:00", "Z")


def _href(path: str, folder: Path) -> str:
    """A file relative to a folder, an address without what may be secret in it."""
    if is_file_name(path):
        return Path(os.path.relpath(path, folder)).as_posix()
    return without_query(path.removeprefix("/vsicurl/"))


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
