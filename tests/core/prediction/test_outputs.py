from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import rasterio
from affine import Affine
from tiny_models import modality, tiny_card

from dis2_core.contract.card import ModelCard
from dis2_core.contract.errors import NoSpace
from dis2_core.contract.styles import class_categories, palette_style, ramp_style, scenario_categories
from dis2_core.prediction.outputs import MapRows, MapWriter, RasterWriter, estimated_size, layouts, warped_rows
from dis2_core.rasters.geotiff import Storage, require_whole
from dis2_core.rasters.grid import Grid

UTM = rasterio.crs.CRS.from_epsg(32632).to_wkt()
SYSTEM_PYTHON = Path("/usr/bin/python3")


def utm_grid(height: int, width: int, size: float = 1.0) -> Grid:
    return Grid(UTM, Affine(size, 0, 400_000, 0, -size, 5_000_000), height, width)


def write(path: Path, card: ModelCard, name: str, values: np.ndarray, step: int = 100) -> None:
    """Write values (bands, rows, columns) ``step`` rows at a time."""
    with RasterWriter(path, utm_grid(*values.shape[1:]), layouts(card)[name], {"DIS2_MODEL": "tiny"}) as writer:
        for top in range(0, values.shape[1], step):
            writer.write(values[:, top : top + step])
        writer.finish()


@pytest.mark.parametrize("step", [1, 100, 512, 700, 5000])
def test_rows_arrive_in_any_portion(tmp_path: Path, card: ModelCard, step: int) -> None:
    values = np.random.default_rng(0).integers(0, 3, (1, 1100, 530), dtype=np.uint8)
    write(tmp_path / "c.tif", card, "classes", values, step)
    with rasterio.open(tmp_path / "c.tif") as file:
        np.testing.assert_array_equal(file.read(), values)


@pytest.mark.parametrize("name", ["classes", "scenario", "confidence", "familiarity", "probabilities"])
def test_what_every_raster_has(tmp_path: Path, card: ModelCard, name: str) -> None:
    layout = layouts(card)[name]
    write(tmp_path / "r.tif", card, name, np.ones((len(layout.bands), 1100, 600), dtype=np.uint8))
    with rasterio.open(tmp_path / "r.tif") as file:
        assert file.nodatavals == (255,) * file.count
        assert set(file.dtypes) == {"uint8"}
        assert file.is_tiled and file.compression.name == "deflate"
        assert file.overviews(1) == [2, 4]
        assert file.descriptions == layout.bands
        assert file.tags()["DIS2_MODEL"] == "tiny"
        assert file.crs == rasterio.crs.CRS.from_epsg(32632)
        assert file.transform == utm_grid(1, 1).transform
        expected = 1 / 250 if name == "probabilities" else 1.0
        assert file.scales == pytest.approx((expected,) * file.count)


def test_colours_and_names(tmp_path: Path, card: ModelCard) -> None:
    for name in ("classes", "scenario"):
        write(tmp_path / f"{name}.tif", card, name, np.ones((1, 5, 7), dtype=np.uint8))
    with rasterio.open(tmp_path / "classes.tif") as file:
        colors = file.colormap(1)
    assert [colors[value][:3] for value in range(3)] == [item.rgb for item in card.classes]
    assert names_in(tmp_path / "classes.tif.aux.xml") == list(card.class_names)
    assert names_in(tmp_path / "scenario.tif.aux.xml") == ["", "rgb", "ndsm", "rgb+ndsm"]


def names_in(path: Path) -> list[str]:
    return [item.text or "" for item in ElementTree.parse(path).getroot().iter("Category")]


def test_scenarios_of_many_modalities() -> None:
    kinds = ("optical", "elevation", "sar", "spectral", "other")
    card = tiny_card(modalities=tuple(modality(f"m{i}", kind, "b") for i, kind in enumerate(kinds)))
    categories = scenario_categories(card)
    assert [item.value for item in categories] == list(range(1, 32))
    assert categories[0b10110 - 1].name == "m1+m2+m4"
    assert len({item.color for item in categories}) == 31


def test_averages_leave_nodata_out(tmp_path: Path, card: ModelCard) -> None:
    values = np.full((1, 1024, 1024), 40, dtype=np.uint8)
    values[:, :, ::2] = 255
    write(tmp_path / "p.tif", card, "confidence", values)
    with rasterio.open(tmp_path / "p.tif", overview_level=0) as file:
        assert (file.read() == 40).all()


def test_size_guess_is_no_smaller_than_a_noisy_map(tmp_path: Path, card: ModelCard) -> None:
    generator = np.random.default_rng(0)
    patches = np.kron(generator.integers(0, 3, (1, 128, 128)), np.ones((1, 8, 8))).astype(np.uint8)
    write(tmp_path / "c.tif", card, "classes", patches)
    assert (tmp_path / "c.tif").stat().st_size < estimated_size(layouts(card)["classes"], utm_grid(1024, 1024))


def test_abandoned_rasters_are_closed(tmp_path: Path, card: ModelCard) -> None:
    paths = {"classes": tmp_path / "c.tif"}
    with pytest.raises(KeyError), MapWriter(paths, utm_grid(10, 10), layouts(card), {}):
        raise KeyError
    paths["classes"].unlink()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_side_file_on_a_full_disk(tmp_path: Path, card: ModelCard) -> None:
    (tmp_path / "c.qml").symlink_to("/dev/full")
    with pytest.raises(NoSpace, match=r"c\.tif"):
        write(tmp_path / "c.tif", card, "classes", np.ones((1, 5, 7), dtype=np.uint8))


def test_file_whose_end_is_missing(tmp_path: Path, card: ModelCard) -> None:
    values = np.random.default_rng(0).integers(0, 255, (1, 600, 600), dtype=np.uint8)
    write(tmp_path / "c.tif", card, "confidence", values)
    require_whole(tmp_path / "c.tif")
    with (tmp_path / "c.tif").open("r+b") as file:
        file.truncate(200_000)
    with pytest.raises(NoSpace):
        require_whole(tmp_path / "c.tif")


def test_overviews_are_a_part_of_the_whole(tmp_path: Path, card: ModelCard) -> None:
    path = tmp_path / "c.tif"
    write(path, card, "confidence", np.random.default_rng(0).integers(0, 100, (1, 1100, 1100), dtype=np.uint8))
    require_whole(path, overviews=2)
    with pytest.raises(NoSpace):
        require_whole(path, overviews=3)
    with path.open("r+b") as file:  # its last overview is at its end
        file.truncate(path.stat().st_size - 100)
    with rasterio.open(path) as whole:
        whole.read()
    with pytest.raises(NoSpace):
        require_whole(path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of the size of files")
@pytest.mark.parametrize("share", [0.01, 0.3, 0.75, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999])
def test_a_file_that_may_not_be_so_large_is_told_and_never_half_there(
    tmp_path: Path, card: ModelCard, share: float
) -> None:
    """Wherever the end falls: in rows, in an overview that is read again for the next, or in the last of them."""
    import resource

    values = np.random.default_rng(0).integers(0, 100, (1, 1100, 1100), dtype=np.uint8)
    write(tmp_path / "whole.tif", card, "confidence", values)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(share * (tmp_path / "whole.tif").stat().st_size), before[1]))
    try:
        with pytest.raises(NoSpace):
            write(tmp_path / "c.tif", card, "confidence", values)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


# Onto another grid


def make_maps(folder: Path, card: ModelCard, grid: Grid, rasters: dict[str, np.ndarray]) -> dict[str, Path]:
    paths = {name: folder / f"{name}.tif" for name in rasters}
    with MapWriter(paths, grid, layouts(card), {}) as writer:
        writer.write(MapRows(0, rasters))
        assert list(writer.finish()) == list(rasters)
    return paths


def test_classes_take_the_nearest_and_confidence_is_interpolated(tmp_path: Path, card: ModelCard) -> None:
    source, target = utm_grid(600, 40, 2.0), utm_grid(1200, 80)
    classes = np.zeros((1, 600, 40), dtype=np.uint8)
    classes[:, :, 20:] = 2
    classes[:, :100] = 255
    confidence = np.where(classes == 255, 255, np.where(classes == 2, 90, 10)).astype(np.uint8)
    paths = make_maps(tmp_path, card, source, {"classes": classes, "confidence": confidence})
    parts = list(warped_rows(paths, source, target, card))
    assert [part.row for part in parts] == [0, 512, 1024]
    fine = np.concatenate([part.rasters["classes"] for part in parts], axis=1)
    np.testing.assert_array_equal(fine, np.kron(classes, np.ones((1, 2, 2), dtype=np.uint8)))
    smooth = np.concatenate([part.rasters["confidence"] for part in parts], axis=1)
    np.testing.assert_array_equal(smooth == 255, fine == 255)
    assert smooth[0, 600, 38:42].tolist() == [10, 30, 70, 90]


def test_beyond_the_map_is_nodata(tmp_path: Path, card: ModelCard) -> None:
    source = utm_grid(20, 20)
    paths = make_maps(tmp_path, card, source, {"classes": np.ones((1, 20, 20), dtype=np.uint8)})
    (rows,) = warped_rows(paths, source, source.window(-5, -5, 30, 30), card)
    expected = np.full((30, 30), 255)
    expected[5:25, 5:25] = 1
    np.testing.assert_array_equal(rows.classes, expected)


# What other software makes of it


def test_qgis_styles_are_well_formed(card: ModelCard) -> None:
    entries = list(ElementTree.fromstring(palette_style(class_categories(card))).iter("paletteEntry"))
    assert [(e.get("value"), e.get("label"), e.get("color")) for e in entries] == [
        (str(i), item.name, item.color) for i, item in enumerate(card.classes)
    ]
    items = list(ElementTree.fromstring(ramp_style(100)).iter("item"))
    assert [item.get("value") for item in items] == ["0", "25", "50", "75", "100"]


QGIS = """
import sys
from qgis.core import QgsApplication, QgsRasterLayer
app = QgsApplication([], False)
app.initQgis()

def describe(path):  # a function: a name that outlives its layer may come back for a renderer at the same address
    layer = QgsRasterLayer(path, "x")
    assert layer.isValid()
    message, ok = layer.loadDefaultStyle()
    assert ok, message
    renderer = layer.renderer()
    if renderer.type() == "paletted":
        return "|".join(f"{c.value:.0f} {c.label} {c.color.name()}" for c in renderer.classes())
    shader = renderer.shader().rasterShaderFunction()
    return f"{renderer.type()} {shader.minimumValue()} {shader.maximumValue()} {len(shader.colorRampItemList())}"

for path in sys.argv[1:]:
    print(describe(path))
"""


def has_qgis() -> bool:
    if not SYSTEM_PYTHON.exists():
        return False
    return subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True).returncode == 0


@pytest.mark.slow
@pytest.mark.skipif(not has_qgis(), reason="QGIS is not installed")
def test_qgis_opens_the_rasters_with_their_styles(tmp_path: Path, card: ModelCard) -> None:
    names = ("classes", "scenario", "confidence", "probabilities", "familiarity")
    for name in names:
        bands = len(layouts(card)[name].bands)
        write(tmp_path / f"{name}.tif", card, name, np.ones((bands, 5, 7), dtype=np.uint8))
    run = subprocess.run(
        [SYSTEM_PYTHON, "-c", QGIS, *(str(tmp_path / f"{name}.tif") for name in names)],
        capture_output=True,
        text=True,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert run.returncode == 0, run.stderr
    lines = run.stdout.splitlines()
    assert lines[0] == "0 building #1f78b4|1 low vegetation #b2df8a|2 tree #33a02c"
    assert [part.split(" ")[1] for part in lines[1].split("|")] == ["rgb", "ndsm", "rgb+ndsm"]
    assert lines[2] == "singlebandpseudocolor 0.0 100.0 5"
    assert lines[3] == "singlebandpseudocolor 0.0 250.0 5"
    assert lines[4] == lines[2]


@pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="gdalinfo is not installed")
def test_gdal_reads_the_names(tmp_path: Path, card: ModelCard) -> None:
    write(tmp_path / "c.tif", card, "classes", np.ones((1, 5, 7), dtype=np.uint8))
    text = subprocess.run(["gdalinfo", tmp_path / "c.tif"], capture_output=True, text=True).stdout
    for value, name in enumerate(card.class_names):
        assert f"{value:3d}: {name}" in text


@pytest.mark.parametrize("name", ["classes", "scenario", "confidence", "familiarity", "probabilities"])
def test_every_raster_can_be_cloud_optimized(tmp_path: Path, card: ModelCard, name: str) -> None:
    """GDAL says whether it is one; overviews of categories hold the most frequent, those of amounts the mean."""
    layout = layouts(card)[name]
    coarse = np.random.default_rng(2).integers(0, 3, (len(layout.bands), 300, 320), dtype=np.uint8)
    values = coarse.repeat(2, axis=1).repeat(2, axis=2)
    values[:, ::2, ::2] = 2  # of every four pixels that an overview joins, three say the same
    tags, storage = {"DIS2_MODEL": "tiny"}, Storage.of({}, "COG")
    with RasterWriter(tmp_path / "r.tif", utm_grid(600, 640), layout, tags, storage) as writer:
        writer.write(values)
        writer.finish()
    with rasterio.open(tmp_path / "r.tif") as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        np.testing.assert_array_equal(file.read(), values)
        assert file.descriptions == layout.bands and file.nodatavals == (255,) * file.count
        assert file.tags()["DIS2_MODEL"] == "tiny" and file.overviews(1) == [2]
    with rasterio.open(tmp_path / "r.tif", overview_level=0) as file:
        found = file.read().astype(float)
    if name in ("classes", "scenario"):
        np.testing.assert_array_equal(found, coarse)
    else:
        mean = values.reshape(len(values), 300, 2, 320, 2).mean(axis=(2, 4))
        assert np.abs(found - mean).max() <= 0.5
    assert [path.name for path in tmp_path.glob("*.rows.tif")] == []
