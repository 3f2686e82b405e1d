"""A GTI: GDAL's index of tiles, for as many units as there are; a GeoPackage holds where they lie."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

from ..contract.errors import ResourceError
from ..prediction.outputs import Layout
from ..rasters.crs import parse_crs
from ..run.targets import TILES
from .plan import Plan
from .units import UNITS, Unit

APPLICATION, VERSION = 0x47504B47, 10300  # "GPKG", 1.3
LOCAL = 100_000  # the number under which a CRS is kept that has none

_SCHEMA = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
    organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
    description TEXT, last_change DATETIME NOT NULL DEFAULT '1970-01-01T00:00:00Z', min_x DOUBLE, min_y DOUBLE,
    max_x DOUBLE, max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL REFERENCES gpkg_contents, column_name TEXT NOT NULL,
    geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys, z TINYINT NOT NULL,
    m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
    definition TEXT NOT NULL, scope TEXT NOT NULL);
CREATE TABLE units (fid INTEGER PRIMARY KEY, geom BLOB, location TEXT, name TEXT, scenario TEXT);
CREATE VIRTUAL TABLE rtree_units_geom USING rtree(id, minx, maxx, miny, maxy);
INSERT INTO gpkg_extensions VALUES ('units', 'geom', 'gpkg_rtree_index',
    'http://www.geopackage.org/spec130/#extension_rtree', 'write-only');
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined cartesian', -1, 'NONE', -1, 'undefined', NULL);
INSERT INTO gpkg_spatial_ref_sys VALUES ('Undefined geographic', 0, 'NONE', 0, 'undefined', NULL);
"""


def write_index(path: Path, target: Path, plan: Plan, layout: Layout, rasters: Mapping[Unit, str]) -> None:
    """Write the index of an output: a ``.gti`` that tells the raster, and a GeoPackage beside it.

    Args:
        path: The ``.gti`` to write.
        target: What it will be called.
        plan: The plan.
        layout: Of the output.
        rasters: Names of the units' files.

    Raises:
        ResourceError: The disk is full or broken.
    """
    try:
        _write_tiles(path.with_suffix(TILES), plan, rasters)
    except sqlite3.Error as error:  # of a file that is new, and that nobody else knows
        raise ResourceError(
            f"{target.with_suffix(TILES)} cannot be written ({error}).", "Free some space, or choose another folder."
        ) from error
    grid = plan.output.grid
    root = ElementTree.Element("GDALTileIndexDataset")
    t = grid.transform
    facts = {
        "IndexDataset": str(target.with_suffix(TILES)),  # GDAL 3.10 takes no path relative to this file
        "IndexLayer": "units",
        "LocationField": "location",
        "XSize": str(grid.width),
        "YSize": str(grid.height),
        "GeoTransform": ", ".join(map(repr, map(float, (t.c, t.a, t.b, t.f, t.d, t.e)))),
        "SRS": grid.crs or "",
        "BandCount": str(len(layout.bands)),
        "DataType": "Byte",
        "NoData": "255",
    }
    if layout.categories:
        facts["ColorInterpretation"] = "palette"
    for key, text in facts.items():
        ElementTree.SubElement(root, key).text = text
    path.write_bytes(ElementTree.tostring(root, encoding="unicode").encode())


def _write_tiles(path: Path, plan: Plan, rasters: Mapping[Unit, str]) -> None:
    xmin, ymin, xmax, ymax = plan.output.grid.bounds
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"PRAGMA application_id = {APPLICATION}")
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        database.execute("BEGIN")
        number = _add_crs(database, plan.output.crs)
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id) "
            "VALUES ('units', 'features', 'units', ?, ?, ?, ?, ?)",
            (xmin, ymin, xmax, ymax, number),
        )
        database.execute("INSERT INTO gpkg_geometry_columns VALUES ('units', 'geom', 'POLYGON', ?, 0, 0)", (number,))
        for fid, (unit, raster) in enumerate(rasters.items(), start=1):
            box = plan.grid(unit).bounds
            place = f"{UNITS}/{raster}"
            database.execute(
                "INSERT INTO units VALUES (?, ?, ?, ?, ?)",
                (fid, _outline(box, number), place, unit.name, unit.scenario),
            )
            database.execute(
                "INSERT INTO rtree_units_geom VALUES (?, ?, ?, ?, ?)", (fid, box[0], box[2], box[1], box[3])
            )
        database.execute("COMMIT")


def _add_crs(database: sqlite3.Connection, crs: str | None) -> int:
    """Keep a CRS in the GeoPackage and return its number there."""
    if crs is None:
        return -1
    known = parse_crs(crs)
    code = known.to_epsg()
    number, organization = (code, "EPSG") if code else (LOCAL, "NONE")
    values = (known.name, number, organization, number, crs)
    database.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", values)
    return int(number)


def _outline(box: tuple[float, float, float, float], number: int) -> bytes:
    """A box as a GeoPackage's polygon."""
    xmin, ymin, xmax, ymax = box
    corners = (xmin, ymin, xmax, ymin, xmax, ymax, xmin, ymax, xmin, ymin)
    head = struct.pack("<2sBBi4d", b"GP", 0, 0b11, number, xmin, xmax, ymin, ymax)
    return head + struct.pack("<BIII10d", 1, 3, 1, 5, *corners)
