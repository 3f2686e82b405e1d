"""Lists of rasters: what tables and STAC items name, and what they must not."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from dis2_core.contract.errors import InputError
from dis2_core.country.sources.lists import listed_in


def table(path: Path, columns: str, rows: list[tuple[Any, ...]], kind: str = "features") -> Path:
    """A GeoPackage as far as a reader of attributes sees it."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)")
        database.execute("INSERT INTO gpkg_contents VALUES ('tiles', ?)", (kind,))
        database.execute(f"CREATE TABLE tiles ({columns})")
        database.executemany(f"INSERT INTO tiles VALUES ({','.join('?' * len(rows[0]))})", rows)
    database.close()
    return path


def item(**assets: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "id": "a", "geometry": None, "assets": assets}


@pytest.mark.parametrize(
    "text",
    [
        "location\na.tif\nsub/b.tif\n",
        "id,Path,date\n1,a.tif,2020\n2,sub/b.tif,2021\n",
        "id;file\r\n1;a.tif\r\n2;sub/b.tif\r\n",
        "\ufeffa.tif\nsub/b.tif\n\n",
        'href\n"a.tif"\na.tif\nsub/../sub/b.tif\n',
    ],
)
def test_a_csv_names_files_beside_itself(tmp_path: Path, text: str) -> None:
    (tmp_path / "list.csv").write_text(text, encoding="utf-8", newline="")
    wanted = [str(tmp_path / "a.tif"), str(tmp_path / "sub" / "b.tif")]
    assert listed_in(str(tmp_path / "list.csv"), "rgb") == wanted


def test_a_geopackage_names_files_in_a_column(tmp_path: Path) -> None:
    path = table(tmp_path / "index.gpkg", "fid INTEGER, location TEXT", [(1, "a.tif"), (2, "/data/b.tif")])
    assert listed_in(str(path), "rgb") == [str(tmp_path / "a.tif"), "/data/b.tif"]


def test_a_geopackage_with_a_raster_is_no_list(tmp_path: Path) -> None:
    path = table(tmp_path / "photo.gpkg", "fid INTEGER, location TEXT", [(1, "a.tif")], kind="tiles")
    assert listed_in(str(path), "rgb") is None
    assert listed_in(str(tmp_path / "a.tif"), "rgb") is None


def test_a_view_is_not_asked(tmp_path: Path) -> None:
    """One that never ends would hang the plan."""
    path = table(tmp_path / "index.gpkg", "location TEXT", [("a.tif",)])
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS location FROM n"
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE tiles")
        database.execute(f"CREATE VIEW tiles AS {endless}")
    database.close()
    with pytest.raises(InputError, match="0 tables"):
        listed_in(str(path), "rgb")
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE gpkg_contents")
        database.execute(f"CREATE VIEW gpkg_contents AS SELECT location AS data_type FROM ({endless})")
    database.close()
    assert listed_in(str(path), "rgb") is None


@pytest.mark.parametrize(
    "assets",
    [
        {"rgb": {"href": "x.tif"}, "ndsm": {"href": "y.tif", "roles": ["data"]}},  # by the modality's name
        {"visual": {"href": "x.tif", "roles": ["data"]}, "thumbnail": {"href": "t.png", "roles": ["thumbnail"]}},
        {"image": {"href": "x.tif", "type": "image/tiff; application=geotiff"}, "info": {"href": "x.xml"}},
        {"only": {"href": "x.tif"}},
        {"only": {"href": "x.tif", "roles": 5}},
        {"image": {"href": "x.tif", "roles": ["data"]}, "info": {"href": "x.xml", "roles": "metadata"}},
    ],
)
def test_the_asset_of_a_stac_item(tmp_path: Path, assets: dict[str, Any]) -> None:
    path = tmp_path / "items.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [item(**assets)]}))
    assert listed_in(str(path), "rgb") == [str(tmp_path / "x.tif")]
    path.write_text(json.dumps(item(**assets)))
    assert listed_in(str(path), "rgb") == [str(tmp_path / "x.tif")]


@pytest.mark.parametrize(
    ("named", "given"),
    [
        ("https://h.org/a.tif?sig=1", "/vsicurl/https://h.org/a.tif?sig=1"),
        ("s3://bucket/a.tif", "/vsis3/bucket/a.tif"),
        ("file:///data/my%20a.tif", "/data/my a.tif"),
    ],
)
def test_addresses_become_gdal_s(tmp_path: Path, named: str, given: str) -> None:
    (tmp_path / "list.csv").write_text(f"href\n{named}\n")
    assert listed_in(str(tmp_path / "list.csv"), "rgb") == [given]


@pytest.mark.parametrize(
    "named",
    [
        "/vsizip//etc/x.zip/a.tif",
        "/vsicurl/http://h.org/a.tif",
        "vrt:///etc/x.tif",
        "<VRTDataset></VRTDataset>",
        "WMS:http://h.org",
        "ftp://h.org/a.tif",
        "PG:host=h",
    ],
)
def test_what_only_a_person_may_write_is_refused_in_a_list(tmp_path: Path, named: str) -> None:
    """A list may come from a stranger, and GDAL's connection strings read anything, anywhere."""
    (tmp_path / "list.csv").write_text(f"href\n{named}\n")
    with pytest.raises(InputError, match="no file and no address"):
        listed_in(str(tmp_path / "list.csv"), "rgb")


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "", "names no raster"),
        ("a.csv", "id,colour\n1,red\n", "columns id, colour"),
        ("a.json", "{}", "neither a STAC item"),
        ("a.json", "[", "no JSON"),
        ("a.json", json.dumps(item(a={"href": "x"}, b={"href": "y"})), "assets a, b"),
        ("a.json", json.dumps(item(a={"href": 7})), "damaged assets"),
        ("a.json", json.dumps({"type": "FeatureCollection", "features": []}), "names no raster"),
    ],
)
def test_a_list_that_says_nothing_is_one_clear_error(tmp_path: Path, name: str, text: str, told: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=told):
        listed_in(str(tmp_path / name), "rgb")


def test_a_damaged_geopackage_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\0" + b"x" * 500)
    with pytest.raises(InputError, match="cannot be read"):
        listed_in(str(tmp_path / "a.gpkg"), "rgb")
