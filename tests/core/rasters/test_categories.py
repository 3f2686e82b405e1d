"""Names of values, wherever a format keeps them: GDAL's own drivers write the files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from rasterio.transform import from_origin

from dis2_core.contract.other_jobs import ClassValue
from dis2_core.contract.styles import Category, category_names
from dis2_core.rasters import categories as module
from dis2_core.rasters.categories import read_categories
from dis2_core.rasters.opening import gdal_environment

SIDE = '<PAMDataset><PAMRasterBand band="{}">{}</PAMRasterBand></PAMDataset>'
NAMES = ["", "a <&> b", "", "ä"]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with gdal_environment():
        yield


def raster(path: Path, side: str = "", bands: int = 1, colors: dict[int, tuple[int, ...]] | None = None) -> Path:
    """A GeoTIFF with a side file of GDAL's."""
    shape = {"width": 8, "height": 8, "count": bands, "dtype": "uint8"}
    with rasterio.open(path, "w", driver="GTiff", crs="EPSG:2154", transform=from_origin(0, 8, 1, 1), **shape) as file:
        file.write(np.indices((bands, 8, 8))[2].astype(np.uint8))
        if colors:
            file.write_colormap(1, colors)
    if side:
        path.with_name(path.name + ".aux.xml").write_text(side, encoding="utf-8")
    return path


def found(path: Path, band: int = 1) -> dict[str, str]:
    with rasterio.open(path) as file:
        return {item.value: item.name for item in read_categories(file, band)}


def table(columns: list[tuple[str, int, int]], rows: list[list[object]], attributes: str = "") -> str:
    """A raster attribute table of (name, type, usage) columns, as GDAL writes it."""
    fields = "".join(
        f'<FieldDefn index="{index}"><Name>{name}</Name><Type>{kind}</Type><Usage>{usage}</Usage></FieldDefn>'
        for index, (name, kind, usage) in enumerate(columns)
    )
    lines = "".join(
        f'<Row index="{index}">' + "".join(f"<F>{cell}</F>" for cell in row) + "</Row>"
        for index, row in enumerate(rows)
    )
    return f'<GDALRasterAttributeTable tableType="thematic"{attributes}>{fields}{lines}</GDALRasterAttributeTable>'


@pytest.mark.parametrize(
    ("driver", "name"),
    [("GTiff", "b.tif"), ("VRT", "b.vrt"), ("HFA", "b.img"), ("ENVI", "b.dat"), ("RST", "b.rst"), ("PNG", "b.png")],
)
def test_names_live_where_the_format_keeps_them(tmp_path: Path, driver: str, name: str) -> None:
    """What ``dis2 segment`` writes, and copies of it in other formats: ``gdal_translate`` does the same."""
    names = category_names((Category(1, NAMES[1], "#010203"), Category(3, NAMES[3], "#040506")))
    source = raster(tmp_path / "a.tif", names)
    assert found(source) == {"1": NAMES[1], "3": NAMES[3]}
    rasterio.shutil.copy(source, tmp_path / name, driver=driver, strict=False)
    assert found(tmp_path / name) == {"1": NAMES[1], "3": NAMES[3]}


def test_a_virtual_copy_of_a_virtual_copy(tmp_path: Path) -> None:
    source = raster(tmp_path / "a.tif", SIDE.format(1, "<CategoryNames><Category>x</Category></CategoryNames>"))
    rasterio.shutil.copy(source, tmp_path / "b.vrt", driver="VRT")
    rasterio.shutil.copy(tmp_path / "b.vrt", tmp_path / "c.vrt", driver="VRT")
    assert found(tmp_path / "c.vrt") == {"0": "x"}


def test_every_band_has_its_own(tmp_path: Path) -> None:
    side = SIDE.format(2, "<CategoryNames><Category>x</Category></CategoryNames>")
    path = raster(tmp_path / "a.tif", side, bands=3)
    assert (found(path, 1), found(path, 2), found(path, 3)) == ({}, {"0": "x"}, {})


def test_the_palette_gives_colours(tmp_path: Path) -> None:
    side = SIDE.format(1, "<CategoryNames><Category>x</Category><Category>y</Category></CategoryNames>")
    path = raster(tmp_path / "a.tif", side, colors={1: (255, 128, 0, 255)})
    with rasterio.open(path) as file:
        assert read_categories(file)[1] == ClassValue("1", "y", "#ff8000")


VALUE, NAME, GENERIC_VALUE, GENERIC_TEXT = ("Value", 0, 5), ("Class", 2, 2), ("Value", 0, 0), ("Land_Cover", 2, 0)
COLORS = [("Red", 0, 6), ("Green", 0, 7), ("Blue", 0, 8)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (table([VALUE, NAME], [[3, "house"], [7, "tree"], [9, ""]]), {"3": "house", "7": "tree"}),
        (table([("Count", 0, 1), GENERIC_TEXT, GENERIC_VALUE], [[5, "house", 3]]), {"3": "house"}),
        (table([("From", 1, 3), ("To", 1, 4), NAME], [[3, 3, "house"], [4, 8, "a range"]]), {"3": "house"}),
        (table([("From", 1, 3), NAME], [[3.0, "house"], [3.5, "no code"]]), {"3": "house"}),
        (table([NAME], [["house"], ["tree"]], ' Row0Min="4" BinSize="1"'), {"4": "house", "5": "tree"}),
        (table([NAME], [["house"]], ' Row0Min="4" BinSize="0.5"'), {}),
        (table([NAME], [["no value is told"]]), {}),
        (table([VALUE, ("a", 2, 0), ("b", 2, 0)], [[3, "which", "of them?"]]), {}),
        (table([("Value", 1, 5), NAME], [["1e400", "x"], ["nan", "y"], [-4, "below"]]), {"-4": "below"}),
    ],
)
def test_attribute_tables(tmp_path: Path, text: str, expected: dict[str, str]) -> None:
    """As QGIS, Erdas and ArcGIS write them."""
    path = raster(tmp_path / "a.tif", SIDE.format(1, text))
    assert found(path) == expected
    rasterio.shutil.copy(path, tmp_path / "b.vrt", driver="VRT")
    assert found(tmp_path / "b.vrt") == expected


def test_names_come_before_the_table_and_colours_from_it(tmp_path: Path) -> None:
    rows = [[0, "zero", 255, 0, 0], [3, "house", 0, 0, 255]]
    names = "<CategoryNames><Category>nothing</Category></CategoryNames>"
    path = raster(tmp_path / "a.tif", SIDE.format(1, table([VALUE, NAME, *COLORS], rows) + names))
    with rasterio.open(path) as file:
        assert read_categories(file) == (ClassValue("0", "nothing", "#ff0000"), ClassValue("3", "house", "#0000ff"))


@pytest.mark.parametrize(
    "side",
    [
        "",
        "<PAMDataset>",
        "\x00<" * 1000,
        SIDE.format(1, ""),
        SIDE.format(2, "<CategoryNames><Category>a</Category></CategoryNames>"),
    ],
)
def test_without_names(tmp_path: Path, side: str) -> None:
    assert found(raster(tmp_path / "a.tif", side)) == {}


def test_no_entity_is_followed(tmp_path: Path) -> None:
    side = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SIDE.format(
        1, "<CategoryNames><Category>&e;</Category></CategoryNames>"
    )
    assert not any("root" in name for name in found(raster(tmp_path / "a.tif", side)).values())


def test_letters_that_xml_has_not(tmp_path: Path) -> None:
    side = SIDE.format(1, "<CategoryNames><Category>a\x01b</Category></CategoryNames>").encode()
    path = raster(tmp_path / "a.tif")
    path.with_name("a.tif.aux.xml").write_bytes(side.replace(b"a\x01b", b"a\x01b\xe9"))
    assert found(path)["0"].startswith("ab")


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = "".join(f"<Category>{value}</Category>" for value in range(10))
    path = raster(tmp_path / "a.tif", SIDE.format(1, f"<CategoryNames>{names}</CategoryNames>"))
    monkeypatch.setattr(module, "MAX_CATEGORIES", 4)
    assert len(found(path)) == 4
    monkeypatch.setattr(module, "MAX_BYTES", 100)
    with pytest.raises(module.UnreadableRaster, match=r"a\.tif"):
        found(path)
