from __future__ import annotations

import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil

from dis2_core.rasters.sources import _locations, files_behind

NESTED = """<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>
<SourceFilename relativeToVRT="1">inner.vrt</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>
</VRTDataset>"""


def test_a_vrt_consists_of_its_sources_and_theirs(tmp_path: Path, write_raster: Callable[..., str]) -> None:
    path = write_raster("a.tif", np.ones((1, 4, 4), np.uint8))
    rasterio.shutil.copy(path, tmp_path / "inner.vrt", driver="VRT")
    (tmp_path / "outer.vrt").write_text(NESTED)
    found = files_behind([str(tmp_path / "outer.vrt")])
    assert {Path(item).name for item in found} == {"outer.vrt", "inner.vrt", "a.tif"}


def test_what_is_no_raster_stands_for_itself(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text("{}")
    paths = (str(tmp_path / "a.geojson"), str(tmp_path / "missing.tif"))
    assert files_behind(paths) == paths


TILES = ("a.tif", "b.tif")
OUTLINE = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]]}


def _write_geojson(path: Path, field: str) -> Path:
    features = [{"type": "Feature", "properties": {field: tile}, "geometry": OUTLINE} for tile in TILES]
    crs = {"type": "name", "properties": {"name": "EPSG:25832"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    return path


@pytest.mark.parametrize("as_connection", [True, False])
def test_the_tiles_of_an_index_are_its_sources(
    tmp_path: Path, write_raster: Callable[..., str], as_connection: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for tile in TILES:
        write_raster(tile, np.ones((1, 4, 4), np.uint8))
    index = _write_geojson(tmp_path / "index.geojson", "location" if as_connection else "place")
    if as_connection:
        name = f"GTI:{index}"
    else:
        facts = f"<IndexDataset>{index}</IndexDataset><LocationField>place</LocationField>"
        name = "tiles.gti"
        Path(name).write_text(f"<GDALTileIndexDataset>{facts}</GDALTileIndexDataset>")
    with rasterio.open(name) as dataset:
        assert dataset.driver == "GTI"
    found = {Path(item).name for item in files_behind([name])}
    assert {"index.geojson", *TILES} <= found


def test_the_tiles_of_a_geopackage_and_of_a_shapefile(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "index.gpkg")) as database:
        database.execute("CREATE TABLE tiles (fid INTEGER PRIMARY KEY, geom BLOB, Location TEXT)")
        database.executemany("INSERT INTO tiles (Location) VALUES (?)", [(tile,) for tile in TILES])
        database.commit()
    assert _locations(str(tmp_path / "index.gpkg"), "location") == set(TILES)
    fields = [(b"number", b"N", 5), (b"location", b"C", 20)]
    head = b"".join(struct.pack("<11sc4xB15x", name, kind, width) for name, kind, width in fields) + b"\r"
    rows = b"".join(b" " + b"    7" + tile.encode().ljust(20) for tile in TILES)
    start = struct.pack("<B3xIHH20x", 3, len(TILES), 32 + len(head), 26)
    (tmp_path / "index.dbf").write_bytes(start + head + rows + b"\x1a")
    (tmp_path / "index.shp").touch()
    assert _locations(str(tmp_path / "index.shp"), "location") == set(TILES)


def test_what_is_no_index_names_nothing(tmp_path: Path) -> None:
    for name, content in (
        ("a.shp", b""),
        ("a.dbf", b"\xff" * 9),
        ("b.gpkg", b"SQLite format 3\0..."),
        ("c.json", b"["),
    ):
        (tmp_path / name).write_bytes(content)
        assert _locations(str(tmp_path / name), "location") == set()


def test_an_archive_and_a_file_of_many_rasters_are_what_their_members_come_from(
    tmp_path: Path, write_raster: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_raster("a.tif", np.ones((1, 4, 4), np.uint8))
    with zipfile.ZipFile("a.zip", "w") as archive:
        archive.write("a.tif")
    with rasterio.open("a.tif") as dataset:
        rasterio.shutil.copy(dataset, "a.gpkg", driver="GPKG")
    for name, file in (
        ("/vsizip/a.zip/a.tif", "a.zip"),
        (f"/vsizip/{tmp_path}/a.zip/a.tif", f"{tmp_path}/a.zip"),
        (f"zip://{tmp_path}/a.zip!a.tif", f"{tmp_path}/a.zip"),
        ("GPKG:a.gpkg:a", "a.gpkg"),
    ):
        assert {name, file} <= set(files_behind([name]))
    rasterio.shutil.copy("/vsizip/a.zip/a.tif", "a.vrt", driver="VRT")
    assert "a.zip" in {Path(file).name for file in files_behind(["a.vrt"])}
