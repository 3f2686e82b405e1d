"""The files of the generated city: what they say of themselves, and that they agree with each other."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import rasterio
from rasterio.features import rasterize

from dis2_core import cli
from dis2_core.contract.catalogue import read_card, shipped_models
from dis2_core.contract.errors import Cancelled, InputError, OutputNotWritable, ProtocolError, ResourceError
from dis2_core.contract.other_jobs import CityJob, read_job
from dis2_core.contract.segment_job import Event
from dis2_core.democity import City, draw_city, make_city, run_city
from dis2_core.democity.classes import BUILDING, CLASSES, WATER
from dis2_core.democity.polygons import CELL, cells
from dis2_core.democity.terrain import LEVEL, TERRAIN_GSD
from dis2_core.heights.ndsm import ndsm

FILES = {"rgb.tif", "ndsm.tif", "labels.tif", "dsm.tif", "dtm.tif", "labels.geojson"}
SIDE_FILES = {"labels.tif.aux.xml", "labels.qml", "ndsm.qml", "dsm.qml", "dtm.qml"}


@pytest.fixture(scope="module")
def city() -> City:
    return draw_city(640, seed=3)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make_city(tmp_path_factory.mktemp("city"), 640, seed=3)


def read(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read(1)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.slow
def test_files_hold_what_was_drawn(city: City, paths: dict[str, Path]) -> None:
    for name in ("ndsm", "labels", "dsm", "dtm"):
        np.testing.assert_array_equal(read(paths[name]), getattr(city, name))
    with rasterio.open(paths["rgb"]) as file:
        np.testing.assert_array_equal(file.read(), city.rgb)
    assert names_in(paths["rgb"].parent) == FILES | SIDE_FILES


def test_classes_are_those_of_the_shipped_model() -> None:
    if "aerial-demo" not in shipped_models():
        pytest.skip("dis2_core/models holds no aerial-demo")
    assert read_card(shipped_models()["aerial-demo"]).classes == CLASSES


@pytest.mark.slow
def test_labels_have_names_and_colours(paths: dict[str, Path]) -> None:
    with rasterio.open(paths["labels"]) as file:
        assert file.nodata == 255
        assert [file.colormap(1)[value][:3] for value in range(9)] == [item.rgb for item in CLASSES]
    names = ElementTree.parse(paths["labels"].with_name("labels.tif.aux.xml")).iter("Category")
    assert [item.text for item in names] == [item.name for item in CLASSES]
    entries = ElementTree.parse(paths["labels"].with_suffix(".qml")).iter("paletteEntry")
    assert [item.get("color") for item in entries] == [item.color for item in CLASSES]


# Ground


@pytest.mark.slow
def test_surface_less_terrain_is_height_above_ground(city: City, paths: dict[str, Path], tmp_path: Path) -> None:
    result = ndsm(paths["dsm"], paths["dtm"], tmp_path / "ndsm.tif")
    assert result.warnings == () and result.holes.pixels == 0
    error = np.abs(read(tmp_path / "ndsm.tif") - city.ndsm)
    assert error.max() < 0.1 and error.mean() < 0.005  # the terrain has five times larger pixels


@pytest.mark.slow
def test_the_lake_is_level_and_the_lowest_place(city: City) -> None:
    corner = np.s_[-150:, -150:]  # elsewhere there are swimming pools
    water = (city.labels == WATER)[corner]
    assert water.mean() > 0.9
    np.testing.assert_allclose((city.dsm - city.ndsm)[corner][water], LEVEL, atol=0.05)
    assert city.dtm.min() == np.float32(LEVEL)


@pytest.mark.slow
def test_hills_are_gentle_but_there(city: City) -> None:
    down, right = np.gradient(city.dtm, TERRAIN_GSD)
    assert np.hypot(down, right).max() < 0.25
    assert 3 < np.ptp(city.dtm) < 20


def test_the_ground_moves_no_house() -> None:
    """Pixels of the first release, whose city had no ground: sums that do not hang on a rounding."""
    city = draw_city(256, 0)
    assert np.bincount(city.labels.ravel(), minlength=9)[BUILDING] == 4993
    assert city.labels.astype(np.int64).sum() == 227_101


def test_terrain_covers_photos_of_odd_sizes(tmp_path: Path) -> None:
    for size in (16, 101):
        paths = make_city(tmp_path / str(size), size)
        with rasterio.open(paths["rgb"]) as photo, rasterio.open(paths["dtm"]) as terrain:
            assert terrain.res == (1.0, 1.0)
            assert terrain.bounds.right >= photo.bounds.right - 1e-6
            assert terrain.bounds.bottom <= photo.bounds.bottom + 1e-6


# Polygons


@pytest.mark.slow
def test_polygons_are_the_labels_of_their_blocks(city: City, paths: dict[str, Path]) -> None:
    collection = json.loads(paths["polygons"].read_text(encoding="utf-8"))
    assert collection["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::25832"
    values, labelled = cells(city.labels)
    with rasterio.open(paths["labels"]) as file:
        transform = file.transform @ file.transform.scale(CELL)
    found = rasterize(
        [(item["geometry"], item["properties"]["value"]) for item in collection["features"]],
        values.shape,
        fill=255,
        transform=transform,
    )
    np.testing.assert_array_equal(found, np.where(labelled, values, 255))
    for item in collection["features"]:
        assert item["properties"]["class"] == CLASSES[item["properties"]["value"]].name
    assert 0.4 < labelled.mean() < 0.6
    fine = np.kron(found, np.ones((CELL, CELL), dtype=np.uint8))[:640, :640]
    known = fine != 255
    assert (fine == city.labels)[known].mean() > 0.85  # what is tiny was left out


@pytest.mark.slow
def test_polygons_of_the_default_city_know_all_classes() -> None:
    values, labelled = cells(draw_city(1024, 0).labels)
    assert set(np.unique(values[labelled])) == set(range(9))


# The job


def test_job_and_events(tmp_path: Path) -> None:
    job = CityJob(str(tmp_path / "a" / "b"), 32, 5)
    events: list[Event] = []
    result = run_city(read_job(job.to_json()), progress=events.append)
    assert names_in(tmp_path / "a" / "b") == FILES | SIDE_FILES
    fractions = [event.data["fraction"] for event in events if event.type == "progress"]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    assert [event.data["name"] for event in events if event.type == "artifact"] == list(result.outputs)
    assert json.loads(json.dumps(result.to_json()))["outputs"]["rgb"] == str(tmp_path / "a" / "b" / "rgb.tif")


@pytest.mark.parametrize("asked", [1, 5, 9])
def test_cancelled_leaves_nothing(tmp_path: Path, asked: int) -> None:
    questions = iter(range(asked))
    stopped = threading.Event()

    def cancelled() -> bool:
        if next(questions, None) is None:
            stopped.set()
        return stopped.is_set()

    with pytest.raises(Cancelled):
        run_city(CityJob(str(tmp_path / "a" / "b"), 32), cancelled=cancelled)
    assert list(tmp_path.iterdir()) == []


def test_cancelled_leaves_an_earlier_city(tmp_path: Path) -> None:
    run_city(CityJob(str(tmp_path), 32))
    (tmp_path / "mine.txt").write_text("mine")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(Cancelled):
        run_city(CityJob(str(tmp_path), 64, 1), cancelled=lambda: True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_city_replaces_a_city(tmp_path: Path) -> None:
    make_city(tmp_path, 32)
    assert read(make_city(tmp_path, 48, seed=1)["labels"]).shape == (48, 48)
    assert names_in(tmp_path) == FILES | SIDE_FILES


@pytest.mark.parametrize("name", ["rgb.tif", "labels.geojson"])
def test_what_is_not_of_a_city_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("dear")
    with pytest.raises(OutputNotWritable, match=name):
        make_city(tmp_path, 32)
    assert (tmp_path / name).read_text() == "dear" and not list(tmp_path.glob(".*"))


def test_a_raster_of_another_tool_is_left_alone(tmp_path: Path) -> None:
    make_city(tmp_path / "city", 32)
    (tmp_path / "mine").mkdir()
    ndsm(tmp_path / "city" / "dsm.tif", tmp_path / "city" / "dtm.tif", tmp_path / "mine" / "ndsm.tif")
    before = (tmp_path / "mine" / "ndsm.tif").read_bytes()
    with pytest.raises(OutputNotWritable, match=r"ndsm\.tif"):
        make_city(tmp_path / "mine", 32)
    assert (tmp_path / "mine" / "ndsm.tif").read_bytes() == before


@pytest.mark.parametrize("seed", ["-1", "true"])
def test_seeds_that_are_none(tmp_path: Path, seed: str) -> None:
    text = CityJob(str(tmp_path / "city"), 32).to_json().replace('"seed": 0', f'"seed": {seed}')
    with pytest.raises(ProtocolError, match="seed"):
        read_job(text)


@pytest.mark.parametrize("size", [8, 5000])
def test_sizes_out_of_bounds(tmp_path: Path, size: int) -> None:
    with pytest.raises(InputError, match="from 16 to 4096"):
        run_city(CityJob(str(tmp_path / "city"), size))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file" / "city", tmp_path / "file"):
        with pytest.raises(OutputNotWritable, match="file"):
            run_city(CityJob(str(folder), 32))


def test_command_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)

    def dis2(*arguments: str) -> int:
        with pytest.raises(SystemExit) as done:
            cli.main(arguments)
        return int(done.value.code or 0)

    assert dis2("city", "town", "--size", "64", "--seed", "2") == 0
    assert "labels.geojson" in capsys.readouterr().out
    arguments = ["ndsm", "--dsm", "town/dsm.tif", "--dtm", "town/dtm.tif", "--out", "above.tif"]
    assert dis2(*arguments) == 0
    assert "ndsm: above.tif" in capsys.readouterr().out
    more = ["--keep-negative", "--highest", "5", "--grid", "dtm", "--scale", "dsm=1,1", "--co", "COMPRESS=LZW"]
    assert dis2(*arguments, *more, "--events") == 0
    hello, *_, result = map(json.loads, capsys.readouterr().out.splitlines())
    assert (hello["job"]["lowest"], hello["job"]["highest"], hello["job"]["dsm"]["scale"]) == (None, 5, [1, 1])
    assert result["size"] == [13, 13]
    assert dis2("ndsm", "--dsm", "town/dsm.tif", "--dtm", "nowhere.tif", "--out", "x.tif") == 2


def test_a_city_beyond_the_memory_is_refused_with_the_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dis2_core.run.machine.memory.available_memory", lambda: 100_000_000)
    with pytest.raises(ResourceError, match=r"2,349 MB .* 100 MB"):
        make_city(tmp_path / "town", size=4096)
    assert not list(tmp_path.iterdir())
