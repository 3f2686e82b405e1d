"""Lists of rasters: tables with paths (CSV, GeoPackage) and STAC items."""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ...contract.errors import InputError
from ...contract.untrusted import parse_json, read_text, refusals
from ...rasters.formats import is_file_name
from ...rasters.vector.geopackage import is_sqlite, opened_tables, quoted

MAX_BYTES = 256 << 20
MAX_RASTERS = 1_000_000
COLUMNS = ("location", "path", "file", "filename", "url", "href")
ADDRESSES = ("http", "https", "s3", "gs", "az")
_DRIVES = {"s3": "/vsis3/", "gs": "/vsigs/", "az": "/vsiaz/"}
_TIFF = "image/tiff"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table'"  # a stranger's view may have no end


def listed_in(path: str, modality: str) -> list[str] | None:
    """The rasters that a list names; None: the file is no list.

    Args:
        path: A file that ends in ``.csv``, ``.gpkg``, ``.json`` or ``.geojson``; of the GeoPackages only those without
            a raster in them.
        modality: Whose assets of STAC items are meant.

    Raises:
        InputError: The list is damaged, names nothing, or names what is neither a file nor an address.
    """
    if not is_file_name(path):
        return None
    suffix = Path(path).suffix.lower()
    if suffix == ".csv":
        names = _csv(path)
    elif suffix in (".json", ".geojson"):
        names = _stac(path, modality)
    elif suffix == ".gpkg" and not path.lower().endswith(".gti.gpkg") and _is_table(path):
        names = _geopackage(path)
    else:
        return None
    if not names:
        raise InputError(f"The list {path} names no raster.", "Check it, or give the rasters' folder.")
    if len(names) > MAX_RASTERS:
        raise InputError(f"The list {path} names {len(names):,} rasters; up to {MAX_RASTERS:,} are read.")
    folder = os.path.dirname(path)
    return list(dict.fromkeys(_resolved(name, folder, path) for name in names))


def _resolved(name: str, folder: str, path: str) -> str:
    """A name in a list as GDAL is given it: files relative to the list, addresses as they are.

    A list may come from a stranger: GDAL's own file systems and connection strings are for what a person writes.
    """
    scheme = urlsplit(name).scheme.lower() if "://" in name else ""
    if scheme == "file":
        name, scheme = unquote(urlsplit(name).path), ""
    if scheme in ADDRESSES:
        return f"/vsicurl/{name}" if scheme in ("http", "https") else _DRIVES[scheme] + name.split("://", 1)[1]
    if scheme or not is_file_name(name) or "\0" in name:
        raise InputError(
            f"The list {path} names {name[:80]!a}, which is no file and no address.",
            f"Name files, or addresses of {', '.join(ADDRESSES)}.",
        )
    return os.path.normpath(os.path.join(folder, name))


def _csv(path: str) -> list[str]:
    """The column of paths; a file of one column needs no head."""
    with refusals(f"The list {path}"):
        text = read_text(path, MAX_BYTES)
        delimiter = ";" if ";" in text.partition("\n")[0] else ","
        try:
            rows = [
                [cell.strip() for cell in row] for row in csv.reader(StringIO(text), delimiter=delimiter) if any(row)
            ]
        except csv.Error as error:
            raise InputError(
                f"The list {path} cannot be read ({error}).", "Write it as CSV, a raster a line."
            ) from error
    if not rows:
        return []
    column = _column(rows[0])
    if column is not None:
        return [row[column] for row in rows[1:] if len(row) > column and row[column]]
    if any(len(row) > 1 for row in rows):
        raise _no_column(path, rows[0])
    return [row[0] for row in rows]


def _column(names: Sequence[str]) -> int | None:
    """Where the paths stand."""
    lower = [name.lower() for name in names]
    return next((lower.index(name) for name in COLUMNS if name in lower), None)


def _no_column(path: str, names: Iterable[str]) -> InputError:
    told = ", ".join(name[:30] for name in names)[:200]
    return InputError(
        f"The list {path} has the columns {told}.", f"Call that of the paths {COLUMNS[0]!r} or {COLUMNS[1]!r}."
    )


def _is_table(path: str) -> bool:
    """Whether a GeoPackage holds no raster."""
    with refusals(f"The list {path}"):
        if not is_sqlite(path):
            return False
    if not _asked(path, f"{_TABLES} AND name = 'gpkg_contents'"):
        return False
    kinds = _asked(path, "SELECT data_type FROM gpkg_contents")
    return bool(kinds) and all(kind in ("features", "attributes") for (kind,) in kinds)


def _geopackage(path: str) -> list[str]:
    """The column of paths of a GeoPackage's one table, as ``gdaltindex`` writes it."""
    tables = _asked(path, f"SELECT table_name FROM gpkg_contents WHERE table_name IN ({_TABLES})")
    if len(tables) != 1:
        raise InputError(
            f"The list {path} holds {len(tables)} tables; one is needed.", "Export it to a file of its own."
        )
    table = quoted(tables[0][0])
    columns = [str(row[1]) for row in _asked(path, f"PRAGMA table_info({table})")]
    column = _column(columns)
    if column is None:
        raise _no_column(path, columns)
    found = _asked(path, f"SELECT {quoted(columns[column])} FROM {table} ORDER BY rowid")
    return [str(name) for (name,) in found if name]


def _asked(path: str, question: str) -> list[Any]:
    """Rows of a database that nothing is written to."""
    try:
        with opened_tables(path) as database:
            return database.execute(question).fetchmany(MAX_RASTERS + 1)
    except sqlite3.Error as error:
        raise InputError(f"The list {path} cannot be read ({error}).", "Give a GeoPackage with one table.") from error


def _stac(path: str, modality: str) -> list[str]:
    """The assets of a STAC item, or of a collection of items."""
    with refusals(f"The list {path}"):
        data = parse_json(read_text(path, MAX_BYTES))
    items = data.get("features") if isinstance(data, Mapping) and data.get("type") == "FeatureCollection" else [data]
    if not isinstance(items, list) or not all(isinstance(item, Mapping) and "assets" in item for item in items):
        raise InputError(
            f"{path} is neither a STAC item nor a collection of items.",
            "Give what a search returned, items with assets.",
        )
    return [_asset(item, modality, path) for item in items]


def _asset(item: Mapping[str, Any], modality: str, path: str) -> str:
    """The address of an item's raster: the asset that is called as the modality, the only data, the only GeoTIFF."""
    assets = item["assets"]
    sound = isinstance(assets, Mapping) and all(
        isinstance(asset, Mapping) and isinstance(asset.get("href"), str) for asset in assets.values()
    )
    if not sound:
        raise InputError(f"An item of {path} has damaged assets ({str(item.get('id'))[:40]!a}).")
    data = [asset for asset in assets.values() if isinstance(asset.get("roles"), list) and "data" in asset["roles"]]
    images = [asset for asset in assets.values() if str(asset.get("type", "")).startswith(_TIFF)]
    for found in ([assets[modality]] if modality in assets else [], data, images, list(assets.values())):
        if len(found) == 1:
            return str(found[0]["href"])
    raise InputError(
        f"An item of {path} has the assets {', '.join(map(str, assets))[:200]}, and none is called {modality!r}.",
        "Name the one that is meant so, or list its files in a CSV.",
    )
