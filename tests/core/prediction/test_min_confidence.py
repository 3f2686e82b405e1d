"""Uncertain pixels and creation options in whole runs, against runs without them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import rasterio
from affine import Affine
from tiny_models import save_tiny_model

from dis2_core import cli
from dis2_core.contract.errors import InputError
from dis2_core.contract.segment_job import Job, Source
from dis2_core.models.file import Model
from dis2_core.prediction.segment import plan_job, segment

Scene = Callable[..., dict[str, str]]
NAMES = ("confidence", "probabilities", "scenario")


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read()


def run(paths: dict[str, str], model: Model, folder: Path, **options: Any) -> Any:
    folder.mkdir()
    rasters = {name: folder / f"{name}.tif" for name in NAMES}
    return segment(paths, model, output=folder / "c.tif", areas=folder / "a.csv", device="cpu", **rasters, **options)


@pytest.fixture
def half(scene: Scene, tmp_path: Path) -> str:
    """A raster of the scene's place with pixels of half the size."""
    with rasterio.open(scene()["rgb"]) as file:
        profile = {**file.profile, "count": 1, "height": 2 * file.height, "width": 2 * file.width}
        profile["transform"] = Affine(0.5, 0, file.transform.c, 0, -0.5, file.transform.f)
    with rasterio.open(tmp_path / "half.tif", "w", **profile) as file:
        file.write(np.zeros((1, file.height, file.width), dtype=np.uint8))
    return str(tmp_path / "half.tif")


@pytest.mark.parametrize("grid", ["model", "half"])
def test_pixels_below_are_uncertain_and_nothing_else_changes(
    scene: Scene, model: Model, tmp_path: Path, half: str, grid: str
) -> None:
    options = {"grid": half if grid == "half" else grid}
    paths = scene(hole=True)
    paths.pop("rgb")
    run(paths, model, tmp_path / "plain")
    plain = read(tmp_path / "plain" / "c.tif")
    probability = read(tmp_path / "plain" / "probabilities.tif").max(axis=0, keepdims=True) / 250
    valid = plain != 255
    limit = (np.floor(np.median(probability[valid]) * 250) + 0.5) / 250  # between two steps of the raster
    run(paths, model, tmp_path / "all", **options)
    run(paths, model, tmp_path / "sure", min_confidence=float(limit), **options)
    expected = np.where(valid & (probability < limit), 254, plain)
    if grid == "half":
        expected = np.kron(expected, np.ones((1, 2, 2), dtype=np.uint8))
    assert 0.2 < (expected == 254).mean() < 0.8
    np.testing.assert_array_equal(read(tmp_path / "sure" / "c.tif"), expected)
    for name in NAMES:
        np.testing.assert_array_equal(read(tmp_path / "sure" / f"{name}.tif"), read(tmp_path / "all" / f"{name}.tif"))


def test_uncertain_has_a_name_a_colour_and_a_line(scene: Scene, model: Model, tmp_path: Path) -> None:
    result = run(scene(), model, tmp_path / "sure", min_confidence=0.999)
    codes = read(tmp_path / "sure" / "c.tif")
    with rasterio.open(tmp_path / "sure" / "c.tif") as file:
        assert file.colormap(1)[254] == (0xE6, 0xE6, 0xE6, 255)
        assert file.tags()["DIS2_MIN_CONFIDENCE"] == "0.999"
    names = [item.text for item in ElementTree.parse(tmp_path / "sure" / "c.tif.aux.xml").iter("Category")]
    assert len(names) == 255 and names[254] == "uncertain"
    entries = list(ElementTree.parse(tmp_path / "sure" / "c.qml").iter("paletteEntry"))
    assert (entries[-1].get("value"), entries[-1].get("label")) == ("254", "uncertain")
    with (tmp_path / "sure" / "a.csv").open(encoding="utf-8") as file:
        table = {row["class"]: row for row in csv.DictReader(file)}
    assert list(table) == [*model.card.class_names, "uncertain", "nodata"]
    assert int(table["uncertain"]["pixels"]) == (codes == 254).sum() > 0
    assert sum(float(row["percent"] or 0) for row in table.values()) == pytest.approx(100, abs=1e-3)
    assert [line.value for line in result.area_table] == [0, 1, 2, 254, 255]


def test_everything_uncertain_is_still_a_result(scene: Scene, model: Model, tmp_path: Path) -> None:
    run(scene(), model, tmp_path / "sure", min_confidence=1.0)
    assert set(np.unique(read(tmp_path / "sure" / "c.tif"))) <= {0, 1, 2, 254}


def test_without_a_limit_there_is_no_uncertain(scene: Scene, model: Model, tmp_path: Path) -> None:
    result = run(scene(), model, tmp_path / "plain")
    assert [line.name for line in result.area_table] == [*model.card.class_names, "nodata"]
    assert "uncertain" not in (tmp_path / "plain" / "c.qml").read_text(encoding="utf-8")
    with rasterio.open(tmp_path / "plain" / "c.tif") as file:
        assert "DIS2_MIN_CONFIDENCE" not in file.tags()


def test_how_rasters_are_stored_changes_no_pixel(scene: Scene, model: Model, tmp_path: Path, half: str) -> None:
    run(scene(), model, tmp_path / "plain", grid=half)
    run(
        scene(),
        model,
        tmp_path / "stored",
        grid=half,
        creation_options={"COMPRESS": "ZSTD", "PREDICTOR": "2", "BLOCKSIZE": "128"},
    )
    for name in ("c", *NAMES):
        np.testing.assert_array_equal(
            read(tmp_path / "plain" / f"{name}.tif"), read(tmp_path / "stored" / f"{name}.tif")
        )
        with rasterio.open(tmp_path / "stored" / f"{name}.tif") as file:
            assert file.compression.name == "zstd"
            assert set(file.block_shapes) == {(128, 128)}


def test_impossible_options_are_refused_before_anything_is_made(scene: Scene, model: Model, tmp_path: Path) -> None:
    for options in ({"COMPRESS": "JPEG"}, {"PREDICTOR": "3"}):
        (tmp_path / "out").mkdir(exist_ok=True)
        with pytest.raises(InputError, match=next(iter(options))):
            segment(scene(), model, output=tmp_path / "out" / "c.tif", device="cpu", creation_options=options)
        assert list((tmp_path / "out").iterdir()) == []


def test_a_plan_refuses_them_too(scene: Scene, tmp_path: Path) -> None:
    path = save_tiny_model(tmp_path / "tiny.safetensors")
    job = Job(
        str(path),
        {"rgb": Source(scene()["rgb"])},
        {"classes": str(tmp_path / "c.tif")},
        creation_options={"ZLEVEL": "x"},
    )
    with pytest.raises(InputError, match="ZLEVEL"):
        plan_job(job)


def test_command_line(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save_tiny_model(tmp_path / "tiny.safetensors")
    arguments = ["segment", "--model", str(path), "--input", f"rgb={scene()['rgb']}", "--device", "cpu"]
    arguments += ["--output", str(tmp_path / "c.tif"), "--min-confidence", "0.9", "--events"]
    with pytest.raises(SystemExit) as done:
        cli.main([*arguments, "--co", "compress=LZW", "--co", "BLOCKSIZE=256"])
    assert done.value.code == 0
    hello, *_, result = map(json.loads, capsys.readouterr().out.splitlines())
    assert hello["job"]["min_confidence"] == 0.9
    assert hello["job"]["creation_options"] == {"COMPRESS": "LZW", "BLOCKSIZE": "256"}
    assert [line["name"] for line in result["area_table"]][-2:] == ["uncertain", "nodata"]
    with rasterio.open(tmp_path / "c.tif") as file:
        assert (file.compression.name, file.block_shapes) == ("lzw", [(256, 256)])


@pytest.mark.parametrize("option", [("--co", "COMPRESS"), ("--co", "TILED=NO"), ("--min-confidence", "60")])
def test_command_line_refuses(scene: Scene, tmp_path: Path, option: tuple[str, str]) -> None:
    arguments = ["segment", "--model", "x", "--input", "rgb=x.tif", "--output", str(tmp_path / "c.tif"), *option]
    with pytest.raises(SystemExit) as done:
        cli.main(arguments)
    assert done.value.code == 2
