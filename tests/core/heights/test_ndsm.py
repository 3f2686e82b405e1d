"""Height above ground against numpy on one grid, and against planes whose heights are known everywhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT

from dis2_core.contract.errors import Cancelled, GridMismatch, InputError, NoValidData, UnreadableRaster
from dis2_core.contract.other_jobs import NdsmJob, read_job
from dis2_core.contract.segment_job import Event, Source
from dis2_core.heights import ndsm as module
from dis2_core.heights.ndsm import NODATA, ndsm, run_ndsm
from dis2_core.rasters.grid import place

ORIGIN = (400_000.0, 5_000_000.0)


def write(path: Path, values: np.ndarray, *, pixel: float = 1.0, shift: float = 0.0, **profile: Any) -> Path:
    """A raster (rows, columns) whose upper left corner lies ``shift`` metres right of and below ``ORIGIN``."""
    options: dict[str, Any] = {
        "driver": "GTiff",
        "count": 1,
        "height": values.shape[0],
        "width": values.shape[1],
        "dtype": values.dtype,
        "crs": "EPSG:32632",
        "transform": Affine(pixel, 0, ORIGIN[0] + shift, 0, -pixel, ORIGIN[1] - shift),
        **profile,
    }
    with rasterio.open(path, "w", **options) as file:
        file.write(values, 1)
    return path


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read(1)


def ground(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A tilted plane in the CRS of ``ORIGIN``."""
    return 250 + 0.05 * (x - ORIGIN[0]) - 0.03 * (y - ORIGIN[1])


def centres(transform: Affine, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    rows, cols = np.mgrid[: shape[0], : shape[1]] + 0.5
    return transform.a * cols + transform.c, transform.e * rows + transform.f


def town(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Heights above ground: two boxes."""
    right, down = x - ORIGIN[0], ORIGIN[1] - y
    high = (right > 20) & (right < 50) & (down > 30) & (down < 60)
    low = (right > 70) & (right < 90) & (down > 20) & (down < 80)
    return np.where(high, 8.0, np.where(low, 3.0, 0.0))


@pytest.fixture
def dsm(tmp_path: Path) -> Path:
    """120 m of town on the tilted plane, pixels of 0.5 m."""
    x, y = centres(Affine(0.5, 0, ORIGIN[0], 0, -0.5, ORIGIN[1]), (240, 240))
    return write(tmp_path / "dsm.tif", (ground(x, y) + town(x, y)).astype(np.float32), pixel=0.5)


def terrain_in(path: Path, crs: str, pixel: float) -> Path:
    """The plane as a raster of another CRS around the town, each value exact at its pixel's centre."""
    there = pyproj.Transformer.from_crs("EPSG:32632", crs, always_xy=True)
    back = pyproj.Transformer.from_crs(crs, "EPSG:32632", always_xy=True)
    left, bottom, right, top = there.transform_bounds(ORIGIN[0] - 20, ORIGIN[1] - 140, ORIGIN[0] + 140, ORIGIN[1] + 20)
    shape = int((top - bottom) / pixel) + 1, int((right - left) / pixel) + 1
    transform = Affine(pixel, 0, left, 0, -pixel, top)
    values = ground(*back.transform(*centres(transform, shape)))
    return write(path, values.astype(np.float32), crs=crs, transform=transform)


# On one grid: numpy's subtraction


@pytest.mark.parametrize("dtype", ["float32", "float64", "int16"])
def test_same_grids_are_subtracted_pixel_by_pixel(tmp_path: Path, dtype: str) -> None:
    generator = np.random.default_rng(0)
    surface = generator.uniform(200, 260, (150, 130)).astype(dtype)
    terrain = generator.uniform(190, 230, (150, 130)).astype(dtype)
    result = ndsm(
        write(tmp_path / "s.tif", surface), write(tmp_path / "t.tif", terrain), tmp_path / "n.tif", lowest=None
    )
    expected = surface.astype(np.float32) - terrain.astype(np.float32)
    np.testing.assert_array_equal(read(tmp_path / "n.tif"), expected)
    assert (result.minimum, result.maximum) == (expected.min(), expected.max())
    assert result.mean == pytest.approx(expected.mean(dtype=np.float64))
    assert result.median == pytest.approx(np.median(expected), abs=0.11)
    assert result.negative == pytest.approx(100 * (expected < 0).mean())
    assert (result.pixels, result.holes.pixels, result.holes.percent) == (expected.size, 0, 0)
    json.dumps(result.to_json())


@pytest.mark.parametrize(("lowest", "highest"), [(0, None), (None, 20), (-2, 15), (None, None)])
def test_limits(tmp_path: Path, lowest: float | None, highest: float | None) -> None:
    heights = np.random.default_rng(1).uniform(-5, 30, (40, 40)).astype(np.float32)
    surface = write(tmp_path / "s.tif", heights)
    terrain = write(tmp_path / "t.tif", np.zeros_like(heights))
    result = ndsm(surface, terrain, tmp_path / "n.tif", lowest=lowest, highest=highest)
    low, high = -np.inf if lowest is None else lowest, np.inf if highest is None else highest
    np.testing.assert_array_equal(read(tmp_path / "n.tif"), np.clip(heights, low, high).astype(np.float32))
    assert (result.raised, result.lowered) == ((heights < low).sum(), (heights > high).sum())


def test_scale_and_band_of_a_source(tmp_path: Path) -> None:
    stored = np.full((2, 20, 20), 1234, dtype=np.int16)
    stored[0] = 7
    with rasterio.open(
        tmp_path / "s.tif",
        "w",
        driver="GTiff",
        count=2,
        height=20,
        width=20,
        dtype="int16",
        crs="EPSG:32632",
        transform=Affine(1, 0, ORIGIN[0], 0, -1, ORIGIN[1]),
    ) as file:
        file.write(stored)
    terrain = write(tmp_path / "t.tif", np.full((20, 20), 100, dtype=np.float32))
    ndsm(Source(str(tmp_path / "s.tif"), (2,), (0.1, 0)), terrain, tmp_path / "n.tif")
    np.testing.assert_allclose(read(tmp_path / "n.tif"), 23.4, atol=1e-4)


# Holes


def test_holes_of_either_stay_whatever_their_size(tmp_path: Path) -> None:
    surface, terrain = (np.full((60, 60), value, dtype=np.float32) for value in (12, 10))
    surface[5, 5] = -1
    surface[10:20, 10:20] = -1
    terrain[15:30, 15:30] = np.nan
    terrain[40, 40] = np.nan
    result = ndsm(
        write(tmp_path / "s.tif", surface, pixel=2, nodata=-1),
        write(tmp_path / "t.tif", terrain, pixel=2),
        tmp_path / "n.tif",
    )
    expected = np.where((surface == -1) | np.isnan(terrain), NODATA, 2)
    np.testing.assert_array_equal(read(tmp_path / "n.tif"), expected)
    holes = result.holes
    assert (holes.without_dsm, holes.without_dtm) == (101, 226)
    assert holes.pixels == (expected == NODATA).sum() == 101 + 226 - 25
    assert holes.percent == pytest.approx(100 * holes.pixels / 3600)
    assert holes.square_metres == pytest.approx(4 * holes.pixels)
    assert result.pixels == 3600 - holes.pixels


@pytest.mark.parametrize("marker", [-9999.0, -3.4028234663852886e38, 0.0])
def test_a_void_that_nobody_declared_is_the_void_declared(tmp_path: Path, dsm: Path, marker: float) -> None:
    terrain = terrain_in(tmp_path / "dtm.tif", "EPSG:32632", 2.0)
    values = read(dsm)
    values[100:140, 60:90] = marker
    heights = []
    for name, nodata in (("declared", marker), ("untold", None)):
        surface = write(tmp_path / f"{name}.tif", values, pixel=0.5, nodata=nodata)
        target = tmp_path / f"{name}_height.tif"
        result = ndsm(surface, terrain, target)
        heights.append(read(target))
        assert any("no measurement" in text for text in result.warnings) == (nodata is None)
    assert np.array_equal(*heights) and (heights[0][100:140, 60:90] == NODATA).all()


def test_holes_are_told(tmp_path: Path) -> None:
    surface = np.full((50, 50), 12, dtype=np.float32)
    surface[:10] = np.nan
    events: list[Event] = []
    terrain = write(tmp_path / "t.tif", np.full((50, 50), 10, dtype=np.float32))
    ndsm(write(tmp_path / "s.tif", surface), terrain, tmp_path / "n.tif", progress=events.append)
    texts = [event.data["text"] for event in events if event.type == "info"]
    assert "Without a height: 500 pixels, 20.00 %, 500.0 m² (the DSM has no data in 500, the DTM in 0)." in texts


def test_nothing_in_common(tmp_path: Path) -> None:
    surface, terrain = (np.full((20, 20), 5, dtype=np.float32) for _ in range(2))
    surface[:10], terrain[10:] = np.nan, np.nan
    with pytest.raises(NoValidData, match=r"s\.tif and .*t\.tif"):
        ndsm(write(tmp_path / "s.tif", surface), write(tmp_path / "t.tif", terrain), tmp_path / "n.tif")
    assert {path.name for path in tmp_path.iterdir()} == {"s.tif", "t.tif"}


# Other grids: planes


@pytest.mark.parametrize(
    ("crs", "pixel"), [("EPSG:32632", 2.3), ("EPSG:25833", 1.0), ("EPSG:3857", 4.0), ("EPSG:4326", 2e-5)]
)
def test_a_plane_of_another_grid_is_taken_away_exactly(tmp_path: Path, dsm: Path, crs: str, pixel: float) -> None:
    terrain = terrain_in(tmp_path / "dtm.tif", crs, pixel)
    result = ndsm(dsm, terrain, tmp_path / "n.tif", lowest=None)
    heights = read(tmp_path / "n.tif")
    with rasterio.open(dsm) as file:
        x, y = centres(file.transform, file.shape)
        assert heights.shape == file.shape
    np.testing.assert_allclose(heights, town(x, y), atol=0.005)
    assert result.holes.pixels == 0 and result.warnings == ()


def test_a_finer_terrain_is_averaged(tmp_path: Path) -> None:
    fine = np.random.default_rng(0).uniform(90, 110, (80, 80)).astype(np.float32)
    surface = write(tmp_path / "s.tif", np.full((20, 20), 150, dtype=np.float32), pixel=4)
    ndsm(surface, write(tmp_path / "t.tif", fine), tmp_path / "n.tif")
    expected = 150 - fine.reshape(20, 4, 20, 4).mean(axis=(1, 3))
    np.testing.assert_allclose(read(tmp_path / "n.tif"), expected, atol=1e-3)


def test_gdal_warps_the_terrain_alike(tmp_path: Path, dsm: Path) -> None:
    rough = np.random.default_rng(0).uniform(245, 250, (60, 60)).astype(np.float32)
    terrain = write(tmp_path / "t.tif", rough, pixel=3.0, shift=-11.7)
    ndsm(dsm, terrain, tmp_path / "n.tif", lowest=None)
    with rasterio.open(dsm) as file, rasterio.open(terrain) as source:
        place = {"crs": file.crs, "transform": file.transform, "height": file.height, "width": file.width}
        with WarpedVRT(source, **place, resampling=Resampling.bilinear) as warped:
            expected = file.read(1) - warped.read(1)
    np.testing.assert_allclose(read(tmp_path / "n.tif"), expected, atol=2e-3)


def test_pixels_like_the_terrain_and_where_both_are(tmp_path: Path) -> None:
    surface = write(tmp_path / "s.tif", np.full((100, 100), 30, dtype=np.float32), pixel=0.5)
    terrain = write(tmp_path / "t.tif", np.full((40, 40), 10, dtype=np.float32), pixel=2, shift=25)
    for grid, pixel, size in (("dsm", 0.5, 50), ("dtm", 2.0, 13)):  # 25 m are shared; 13 pixels touch them
        result = ndsm(surface, terrain, tmp_path / "n.tif", grid=grid)
        with rasterio.open(tmp_path / "n.tif") as file:
            assert (file.shape, file.res) == ((size, size), (pixel, pixel))
            assert (file.transform.c, file.transform.f) == (ORIGIN[0] + 25, ORIGIN[1] - 25)
            heights = file.read(1)
        assert set(np.unique(heights)) <= {20.0, NODATA}
        assert result.pixels >= 12 * 12


def test_pixels_of_a_third_raster(tmp_path: Path, dsm: Path) -> None:
    terrain = terrain_in(tmp_path / "dtm.tif", "EPSG:25833", 1.0)
    third = write(tmp_path / "third.tif", np.zeros((30, 150), dtype=np.uint8), pixel=1.25, shift=-5)
    ndsm(dsm, terrain, tmp_path / "n.tif", grid=third)
    with rasterio.open(tmp_path / "n.tif") as file, rasterio.open(third) as like:
        assert (file.shape, file.transform) == (like.shape, like.transform)
        assert (file.read(1)[:4] == NODATA).all()


def test_extent(tmp_path: Path, dsm: Path) -> None:
    terrain = terrain_in(tmp_path / "dtm.tif", "EPSG:25833", 1.0)
    ndsm(dsm, terrain, tmp_path / "whole.tif")
    box = (ORIGIN[0] + 30, ORIGIN[1] - 70, ORIGIN[0] + 80, ORIGIN[1] - 40)
    ndsm(dsm, terrain, tmp_path / "part.tif", extent=box)
    np.testing.assert_allclose(read(tmp_path / "part.tif"), read(tmp_path / "whole.tif")[80:140, 60:160], atol=1e-4)
    there = pyproj.Transformer.from_crs("EPSG:32632", "EPSG:4326", always_xy=True).transform_bounds(*box)
    ndsm(dsm, terrain, tmp_path / "geo.tif", extent=there, extent_crs="EPSG:4326")
    rows, cols = read(tmp_path / "geo.tif").shape
    assert 60 <= rows <= 64 and 100 <= cols <= 104


def test_without_a_crs_pixels_are_taken_as_they_are(tmp_path: Path) -> None:
    plain = {"crs": None, "transform": Affine.identity()}
    surface = write(tmp_path / "s.tif", np.arange(400, dtype=np.float32).reshape(20, 20), **plain)
    terrain = write(tmp_path / "t.tif", np.zeros((20, 20), dtype=np.float32), **plain)
    result = ndsm(surface, terrain, tmp_path / "n.tif")
    np.testing.assert_array_equal(read(tmp_path / "n.tif"), read(surface))
    assert result.holes.square_metres is None


@pytest.mark.slow
def test_how_rows_are_cut_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(0)
    surface = generator.uniform(100, 130, (600, 300)).astype(np.float32)
    surface[generator.random(surface.shape) < 0.1] = np.nan
    terrain = generator.uniform(95, 105, (250, 130)).astype(np.float32)
    paths = write(tmp_path / "s.tif", surface), write(tmp_path / "t.tif", terrain, pixel=2.6, shift=-3.3)
    results = []
    for rows in (37, 128, 4096):
        monkeypatch.setattr(module, "choose_rows_per_chunk", lambda *_, rows=rows: rows)
        result = ndsm(*paths, tmp_path / f"{rows}.tif")
        results.append({**result.to_json(), "output": "", "seconds": 0})
    assert results[0] == results[1] == results[2]
    np.testing.assert_array_equal(read(tmp_path / "37.tif"), read(tmp_path / "4096.tif"))
    np.testing.assert_array_equal(read(tmp_path / "128.tif"), read(tmp_path / "4096.tif"))


# What looks wrong


def warnings_of(surface: Path, terrain: Path, target: Path) -> str:
    return " ".join(ndsm(surface, terrain, target).warnings)


@pytest.mark.parametrize(
    ("shift", "text"),
    [(0, ""), (-1.5, "swapped"), (-8, "swapped"), (47, "different height systems"), (900, "units")],
)
def test_height_systems_that_differ(tmp_path: Path, dsm: Path, shift: float, text: str) -> None:
    x, y = centres(Affine(0.5, 0, ORIGIN[0], 0, -0.5, ORIGIN[1]), (240, 240))
    terrain = write(tmp_path / "t.tif", (ground(x, y) - shift).astype(np.float32), pixel=0.5)
    told = warnings_of(dsm, terrain, tmp_path / "n.tif")
    assert text in told and bool(text) == bool(told)


def test_swapped(tmp_path: Path) -> None:
    high = write(tmp_path / "high.tif", np.full((30, 30), 120, dtype=np.float32))
    low = write(tmp_path / "low.tif", np.full((30, 30), 100, dtype=np.float32))
    assert "swapped" in warnings_of(low, high, tmp_path / "n.tif")


def test_centimetres_that_nothing_declares(tmp_path: Path, dsm: Path) -> None:
    """Both rasters have them, so that the ground is at 0; the roofs are too high to be true."""
    x, y = centres(Affine(0.5, 0, ORIGIN[0], 0, -0.5, ORIGIN[1]), (240, 240))
    paths = {}
    for factor in (1, 100):
        for name, heights in (("s", read(dsm)), ("t", ground(x, y).astype(np.float32))):
            paths[name] = write(tmp_path / f"{name}{factor}.tif", factor * heights, pixel=0.5)
        told = warnings_of(paths["s"], paths["t"], tmp_path / "n.tif")
        assert ("--scale dsm=0.01,0" in told) == (factor == 100)


def test_years_that_differ(tmp_path: Path, dsm: Path) -> None:
    """The town has grown by two houses and lost a larger heap of earth."""
    x, y = centres(Affine(0.5, 0, ORIGIN[0], 0, -0.5, ORIGIN[1]), (240, 240))
    heap = np.where((x - ORIGIN[0] > 92) & (y - ORIGIN[1] > -60), 4.0, 0.0)
    terrain = write(tmp_path / "t.tif", (ground(x, y) + heap).astype(np.float32), pixel=0.5)
    assert "different years" in warnings_of(dsm, terrain, tmp_path / "n.tif")


def test_feet_are_turned_into_metres(tmp_path: Path) -> None:
    surface = np.full((30, 30), 1000, dtype=np.float32)
    terrain = np.full((30, 30), 980, dtype=np.float32)
    feet = write(tmp_path / "feet.tif", surface, crs="EPSG:32617+6360")  # NAVD88 height (ftUS)
    metres = write(tmp_path / "metres.tif", terrain * 1200 / 3937, crs="EPSG:32617+5703")  # NAVD88 height (m)
    result = ndsm(feet, metres, tmp_path / "n.tif")
    np.testing.assert_allclose(read(tmp_path / "n.tif"), 20 * 1200 / 3937, atol=1e-3)
    assert [text for text in result.warnings if "US survey foot" in text and "feet.tif" in text]
    assert not [text for text in result.warnings if "metres.tif" in text]


def test_a_scale_that_a_person_gives_is_the_last_word(tmp_path: Path) -> None:
    values = np.full((30, 30), 1000, dtype=np.float32)
    feet = write(tmp_path / "feet.tif", values, crs="EPSG:32617+6360")
    ground = write(tmp_path / "ground.tif", values - 7, crs="EPSG:32617")
    assert ndsm(Source(str(feet), scale=(1, 0)), ground, tmp_path / "n.tif").warnings == ()
    np.testing.assert_allclose(read(tmp_path / "n.tif"), 7)


# The file


def test_what_the_file_says_of_itself(tmp_path: Path) -> None:
    surface = np.random.default_rng(0).uniform(10, 33, (700, 600)).astype(np.float32)
    paths = write(tmp_path / "s.tif", surface), write(tmp_path / "t.tif", np.full((700, 600), 10, dtype=np.float32))
    ndsm(*paths, tmp_path / "n.tif", highest=50)
    with rasterio.open(tmp_path / "n.tif") as file:
        assert (file.dtypes, file.nodata, file.units) == (("float32",), NODATA, ("m",))
        assert file.descriptions == ("height above ground",)
        assert (file.block_shapes, file.overviews(1)) == ([(512, 512)], [2])
        structure = file.tags(ns="IMAGE_STRUCTURE")
        assert (structure["COMPRESSION"], structure["PREDICTOR"]) == ("DEFLATE", "3")
        tags = file.tags()
    assert (tags["DIS2_DSM"], tags["DIS2_DTM"]) == ("s.tif", "t.tif")
    assert (tags["DIS2_LOWEST"], tags["DIS2_HIGHEST"]) == ("0", "50")
    items = [float(item.get("value", "")) for item in ElementTree.parse(tmp_path / "n.qml").iter("item")]
    assert items == [0, 6.25, 12.5, 18.75, 25]
    assert {path.name for path in tmp_path.iterdir()} == {"s.tif", "t.tif", "n.tif", "n.qml"}


def test_creation_options(tmp_path: Path, dsm: Path) -> None:
    result = ndsm(dsm, dsm, tmp_path / "n.tif", creation_options={"COMPRESS": "LZW", "BLOCKSIZE": "128"})
    with rasterio.open(tmp_path / "n.tif") as file:
        assert (file.compression.name, file.block_shapes) == ("lzw", [(128, 128)])
    assert (result.maximum, result.median) == (0, 0.05)
    with pytest.raises(InputError, match="JPEG"):
        ndsm(dsm, dsm, tmp_path / "n.tif", creation_options={"COMPRESS": "JPEG"})


def test_events_and_the_job_as_json(tmp_path: Path, dsm: Path) -> None:
    job = NdsmJob(Source(str(dsm)), Source(str(dsm)), str(tmp_path / "n.tif"))
    again = read_job(job.to_json())
    assert again == job
    events: list[Event] = []
    run_ndsm(again, progress=events.append)
    fractions = [event.data["fraction"] for event in events if event.type == "progress"]
    assert fractions == sorted(fractions) and (fractions[0], fractions[-1]) == (0, 1)
    assert [event.data["path"] for event in events if event.type == "artifact"] == [str(tmp_path / "n.tif")]


def test_cancelled_leaves_the_earlier_result(tmp_path: Path, dsm: Path) -> None:
    ndsm(dsm, dsm, tmp_path / "n.tif")
    before = (tmp_path / "n.tif").read_bytes()
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 1

    with pytest.raises(Cancelled):
        ndsm(dsm, dsm, tmp_path / "n.tif", highest=1, cancelled=cancelled)
    assert (tmp_path / "n.tif").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"dsm.tif", "n.tif", "n.qml"}


# What cannot work


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"dtm": "far"}, GridMismatch, "share no ground"),
        ({"dtm": "plain"}, GridMismatch, "no CRS"),
        ({"dtm": "missing"}, UnreadableRaster, "missing"),
        ({"grid": "rotated"}, GridMismatch, "rotated"),
        ({"grid": "plain"}, GridMismatch, "no CRS"),
        ({"grid": "far"}, GridMismatch, "share no ground"),
        ({"extent": (0.0, 0.0, 1.0, 1.0)}, GridMismatch, "extent"),
        ({"output": "dsm"}, InputError, "overwrite"),
    ],
)
def test_refusals(tmp_path: Path, dsm: Path, options: dict[str, Any], error: type[Exception], text: str) -> None:
    values = np.zeros((20, 20), dtype=np.float32)
    write(tmp_path / "far.tif", values, shift=5000)
    write(tmp_path / "plain.tif", values, crs=None, transform=Affine.identity())
    turned = Affine.translation(*ORIGIN) @ Affine.rotation(30) @ Affine.scale(1, -1)
    write(tmp_path / "rotated.tif", values, transform=turned)
    arguments: dict[str, Any] = {"dtm": "dsm", "output": "n", **options}
    for name in ("dtm", "output", "grid"):
        if name in arguments:
            arguments[name] = tmp_path / f"{arguments[name]}.tif"
    with pytest.raises(error, match=text):
        ndsm(dsm, **arguments)
    assert not (tmp_path / "n.tif").exists()


def test_a_rotated_terrain_is_no_obstacle(tmp_path: Path, dsm: Path) -> None:
    turned = Affine.translation(ORIGIN[0] - 100, ORIGIN[1] - 60) @ Affine.rotation(20) @ Affine.scale(2, -2)
    rows, cols = np.mgrid[:200, :200] + 0.5
    x, y = place(turned, cols, rows)
    terrain = write(tmp_path / "t.tif", ground(x, y).astype(np.float32), transform=turned)
    ndsm(dsm, terrain, tmp_path / "n.tif", lowest=None)
    heights = read(tmp_path / "n.tif")
    known = heights != NODATA
    with rasterio.open(dsm) as file:
        expected = town(*centres(file.transform, file.shape))
    assert known.mean() > 0.5 and known.shape == expected.shape
    wrong = np.abs(heights - expected)[known]
    assert (wrong < 0.005).mean() > 0.99 and wrong.max() < 0.1  # half a pixel of the terrain's edge is repeated


def test_a_cloud_optimized_result_is_the_same(tmp_path: Path) -> None:
    surface = write(tmp_path / "dsm.tif", np.full((600, 700), 12.5, np.float32))
    terrain = write(tmp_path / "dtm.tif", np.full((600, 700), 10.0, np.float32))
    ndsm(surface, terrain, tmp_path / "out.tif", format="COG")
    with rasterio.open(tmp_path / "out.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert (file.read(1) == 2.5).all()
