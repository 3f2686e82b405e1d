"""What a raster consists of: the files that GDAL reads for it, none of which a run may overwrite."""

from __future__ import annotations

import os
import re
import sqlite3
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..contract.errors import UnreadableRaster
from ..contract.untrusted import Refused, parse_json, read_bytes, read_text
from .formats import is_file_name
from .opening import opened
from .vector.geopackage import columns_of, is_sqlite, opened_tables, quoted

LARGEST_INDEX = 256 << 20  # bytes of an index of tiles; GeoPackages are not read as a whole
LOCATION = "location"  # the field of an index that GDAL takes where none is named

_PREFIX = re.compile(r"/vsi[a-z0-9_]+/|^[a-z0-9+.-]+://", re.IGNORECASE)
_MEMBER = "!"  # behind it stands what lies within an archive
_SEPARATORS = re.compile(r"[:\",?{}]")  # between what a connection string or an address joins
_INDEX = re.compile(r"\.gti(\.[a-z]+)?$", re.IGNORECASE)


def files_behind(paths: Iterable[str]) -> tuple[str, ...]:
    """All files of some rasters: themselves, what GDAL reads beside them, and what VRTs and indexes of tiles name.

    What is no raster, or cannot be opened, stands for itself alone.
    """
    found = dict.fromkeys(paths)
    waiting = list(found)
    while waiting:
        new = [file for file in _files_of(waiting.pop()) if file not in found]
        found.update(dict.fromkeys(new))
        waiting += [file for file in new if file.lower().endswith(".vrt") or _INDEX.search(file)]
    return tuple(found)


def _files_of(path: str) -> list[str]:
    files = [path]
    with suppress(UnreadableRaster), opened(path) as dataset:  # whoever needs it says what is wrong with it
        files += dataset.files
        if dataset.driver == "GTI":  # GDAL tells the tiles of a place alone
            files += _files_of_index(path)
    return files + [inside for file in files if not is_file_name(file) for inside in _named_in(file)]


def _named_in(name: str) -> Iterator[str]:
    """The files here that an archive's member, a connection string or an address names: ``/vsizip/a.zip/b.tif``."""
    for part in _SEPARATORS.split(_PREFIX.sub("", name).split(_MEMBER)[0]):
        if part:
            yield from (str(file) for file in (Path(part), *Path(part).parents) if file.is_file())


def _files_of_index(path: str) -> list[str]:
    """The files of a GTI: the data set of outlines, and the tiles that it names.

    Which name is meant is GDAL's affair: as it stands, or from the folder of one of the descriptions.
    """
    folders = ["", os.path.dirname(path)]
    index, field = path.removeprefix("GTI:"), LOCATION
    with suppress(OSError, Refused):  # else it is no text, and the index itself
        text = read_text(path, 1 << 20)
        if (named := _element(text, "IndexDataset")) is not None:
            index, field = named, _element(text, "LocationField") or LOCATION
    indexes = [name for folder in folders if os.path.isfile(name := os.path.join(folder, index))]
    folders += [os.path.dirname(name) for name in indexes]
    tiles = {tile for name in indexes for tile in _locations(name, field)}
    return indexes + [
        name for tile in tiles for folder in folders if os.path.isfile(name := os.path.join(folder, tile))
    ]


def _element(text: str, name: str) -> str | None:
    """The text of the one element of a name; a description is no more than a list of them."""
    found = re.search(rf"<{name}>\s*([^<]+?)\s*</{name}>", text)
    return found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") if found else None


def _locations(index: str, field: str) -> set[str]:
    """Where the tiles lie, as a GeoPackage, a shapefile or GeoJSON tells; of other formats nothing is known."""
    with suppress(OSError, sqlite3.Error, Refused, struct.error, UnicodeDecodeError):
        if index.lower().endswith(".shp"):
            return set(_column_of_dbf(read_bytes(index[:-3] + "dbf", LARGEST_INDEX), field))
        return set(_column_of_tables(index, field) if is_sqlite(index) else _property(index, field))
    return set()


def _column_of_tables(index: str, field: str) -> Iterator[str]:
    with opened_tables(index) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for column in (name for name in columns_of(database, table) if name.casefold() == field.casefold()):
                rows = database.execute(f"SELECT {quoted(column)} FROM {quoted(table)}")
                yield from (text for (text,) in rows if isinstance(text, str))


def _property(index: str, field: str) -> Iterator[str]:
    data = parse_json(read_text(index, LARGEST_INDEX))
    features = data.get("features") if isinstance(data, dict) else None
    for feature in features if isinstance(features, list) else ():
        properties: Any = feature.get("properties") if isinstance(feature, dict) else None
        if isinstance(properties, dict):
            yield from (text for name, text in properties.items() if name == field and isinstance(text, str))


def _column_of_dbf(table: bytes, field: str) -> Iterator[str]:
    """A column of dBASE's table: a head that tells the widths of the fields, and records of one width."""
    records, head, width = struct.unpack_from("<IHH", table, 4)
    start = 1
    for position in range(32, min(head - 1, len(table) - 17), 32):
        name, length = table[position : position + 11].split(b"\0")[0].decode("latin-1"), table[position + 16]
        if name.casefold() == field.casefold():
            for number in range(min(records, (len(table) - head) // max(1, width))):
                begin = head + number * width + start
                yield table[begin : begin + length].decode("utf-8").strip()
        start += length
