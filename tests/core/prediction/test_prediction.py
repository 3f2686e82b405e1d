"""Whole runs: rasters in, rasters out, and nothing half-done in between."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import torch
from affine import Affine
from pointwise import Pointwise
from tiny_models import save_tiny_model, tiny_card, tiny_network
from torch import Tensor

from dis2_core.contract.card import NODATA, ModelCard
from dis2_core.contract.errors import (
    Cancelled,
    InputError,
    NoDevice,
    NoInput,
    NoSpace,
    NoValidData,
    OutputNotWritable,
    UnknownModality,
)
from dis2_core.contract.segment_job import Event, Job, Source
from dis2_core.contract.styles import palette_style
from dis2_core.models.file import Model, load_model
from dis2_core.prediction.outputs import warped_rows
from dis2_core.prediction.segment import plan_job, run_job, segment
from dis2_core.run.provenance import base_name

Scene = Callable[..., dict[str, str]]


def expected_map(model: Model, paths: dict[str, str]) -> np.ndarray:
    """Whole-image probabilities (K, H, W); every modality valid everywhere."""
    inputs = {}
    for name, path in paths.items():
        with rasterio.open(path) as file:
            values = file.read().astype(np.float32)
        mean, std = np.array([(b.mean, b.std) for b in model.card.modality(name).bands], dtype=np.float32).T
        inputs[name] = torch.from_numpy((values - mean[:, None, None]) / std[:, None, None])[None]
    with torch.inference_mode():
        return torch.softmax(model.network(inputs), dim=1)[0].numpy()


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def read(path: Path | str) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("names", [("rgb", "ndsm"), ("rgb",), ("ndsm",)], ids=str)
def test_map_is_that_of_the_whole_image(scene: Scene, model: Model, out: Path, names: tuple[str, ...]) -> None:
    paths = {name: path for name, path in scene(75, 101).items() if name in names}
    result = segment(
        paths,
        model,
        output=out / "classes.tif",
        confidence=out / "confidence.tif",
        probabilities=out / "probabilities.tif",
        scenario=out / "scenario.tif",
        device="cpu",
    )
    expected = expected_map(model, paths)
    best = np.sort(expected, axis=0)
    clear = best[-1] - best[-2] > 1e-5
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(read(out / "classes.tif")[0][clear], expected.argmax(axis=0)[clear])
    np.testing.assert_allclose(read(out / "confidence.tif")[0], 100 * best[-1], atol=0.501)
    np.testing.assert_allclose(read(out / "probabilities.tif"), 250 * expected, atol=0.501)
    mask = model.card.scenario_mask(names)
    assert (read(out / "scenario.tif") == mask).all()
    assert result.scenarios == {"+".join(names): 75 * 101}
    assert result.missing == tuple(name for name in ("rgb", "ndsm") if name not in names)
    json.dumps(result.to_json())


def test_holes_show_in_scenario_and_nodata(scene: Scene, model: Model, out: Path) -> None:
    paths = scene(60, 80, hole=True)
    with rasterio.open(paths["rgb"], "r+") as file:
        file.nodata = 0
        file.write(np.zeros((3, 20, 80), dtype=np.uint8), window=((40, 60), (0, 80)))
    result = segment(
        paths,
        model,
        output=out / "c.tif",
        confidence=out / "p.tif",
        scenario=out / "s.tif",
        areas=out / "a.csv",
        device="cpu",
    )
    scenario = read(out / "s.tif")[0]
    assert (scenario[:30] == 3).all()
    assert (scenario[30:40, 40:] == 1).all()
    assert (scenario[40:, :40] == 2).all()
    assert (scenario[40:, 40:] == 255).all()
    nothing = scenario == 255
    for name in ("c.tif", "p.tif"):
        assert ((read(out / name)[0] == 255) == nothing).all()
    assert result.scenarios == {"rgb+ndsm": 30 * 80 + 10 * 40, "rgb": 10 * 40, "ndsm": 20 * 40}
    with (out / "a.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["class"] for row in rows] == [*model.card.class_names, "nodata"]
    assert sum(int(row["pixels"]) for row in rows) == 60 * 80
    assert rows[-1]["pixels"] == str(20 * 40)
    assert float(rows[-1]["area_m2"]) == 20 * 40
    assert sum(float(row["percent"]) for row in rows[:-1]) == pytest.approx(100, abs=1e-3)


def test_grid_of_another_raster(scene: Scene, model: Model, out: Path) -> None:
    paths = scene(64, 64)
    half = out / "half.tif"
    with rasterio.open(paths["rgb"]) as file:
        profile = {**file.profile, "count": 1, "height": 128, "width": 128}
        profile["transform"] = Affine(0.5, 0, file.transform.c, 0, -0.5, file.transform.f)
        with rasterio.open(half, "w", **profile) as reference:
            reference.write(np.zeros((1, 128, 128), dtype=np.uint8))
    options = {"device": "cpu"}
    segment(paths, model, output=out / "c1.tif", probabilities=out / "p1.tif", **options)
    segment(paths, model, output=out / "c2.tif", probabilities=out / "p2.tif", grid=half, **options)
    fine = read(out / "c2.tif")
    assert fine.shape == (1, 128, 128)
    np.testing.assert_array_equal(fine, np.kron(read(out / "c1.tif"), np.ones((1, 2, 2), dtype=np.uint8)))
    assert read(out / "p2.tif").max() <= 250
    assert files_in(out) == {"half.tif", *(f"{n}{i}{e}" for i in (1, 2) for n, e in ENDINGS)}


ENDINGS = (("c", ".tif"), ("c", ".tif.aux.xml"), ("c", ".qml"), ("p", ".tif"), ("p", ".qml"))


def test_windows_overlap_as_the_card_says_where_nobody_asks(scene: Scene, out: Path) -> None:
    card = tiny_card(overlap=0.25)
    model = Model(card, tiny_network(card), "ab" * 32)
    paths = scene(100, 90)
    told: dict[str, dict[str, float]] = {"card": {}, "same": {"overlap": 0.25}, "other": {"overlap": 0.5}}
    for name, options in told.items():
        segment(paths, model, output=out / f"{name}.tif", confidence=out / f"{name}_c.tif", device="cpu", **options)
    assert [rasterio.open(out / f"{name}.tif").tags()["DIS2_OVERLAP"] for name in told] == ["0.25", "0.25", "0.5"]
    sure = {name: read(out / f"{name}_c.tif") for name in told}
    assert (sure["card"] == sure["same"]).all() and (sure["card"] != sure["other"]).any()


def test_provenance_and_looks(scene: Scene, model: Model, out: Path) -> None:
    segment({"ndsm": scene(600, 700)["ndsm"]}, model, output=out / "c.tif", device="cpu", overlap=0.25)
    with rasterio.open(out / "c.tif") as file:
        tags = file.tags()
        assert tags["DIS2_MODEL"] == "tiny 1"
        assert tags["DIS2_MODEL_SHA256"] == "ab" * 32
        assert tags["DIS2_MODALITIES"] == "ndsm=ndsm.tif"
        assert tags["DIS2_MISSING"] == "rgb"
        assert (tags["DIS2_WINDOW"], tags["DIS2_OVERLAP"], tags["DIS2_PRECISION"]) == ("32x32", "0.25", "fp32")
        assert tags["DIS2_DEVICE"] == "cpu"
        assert tags["TIFFTAG_SOFTWARE"].startswith("DIS2 ")
        assert file.nodata == 255
        assert file.colormap(1)[1] == (0xB2, 0xDF, 0x8A, 255)
        assert file.block_shapes == [(512, 512)]
        assert file.overviews(1) == [2]
        assert file.compression.name == "deflate"


def collected(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event.type == kind]


def test_events(scene: Scene, model: Model, out: Path) -> None:
    events: list[Event] = []
    segment({"rgb": scene(300, 300)["rgb"]}, model, output=out / "c.tif", device="auto", progress=events.append)
    progress = [event.data["fraction"] for event in collected(events, "progress")]
    assert events[0].type == "progress" and progress[0] == 0
    assert progress == sorted(progress) and progress[-1] == 1
    stages = [event.data["stage"] for event in collected(events, "progress")]
    assert list(dict.fromkeys(stages)) == ["reading", "segmenting", "finishing"]
    artifacts = collected(events, "artifact")
    assert [(e.data["name"], e.data["path"]) for e in artifacts] == [("classes", str(out / "c.tif"))]
    texts = " ".join(event.data["text"] for event in collected(events, "info"))
    assert "ndsm" in texts
    if not torch.cuda.is_available():
        assert "the CPU is used" in texts
    for event in events:
        event.to_line()


def test_values_out_of_range_are_told(write_raster: Callable[..., str], model: Model, out: Path) -> None:
    path = write_raster("rgb16.tif", np.full((3, 40, 40), 9000, dtype=np.uint16))
    events: list[Event] = []
    result = segment({"rgb": path}, model, output=out / "c.tif", device="cpu", progress=events.append)
    (warning,) = [event for event in collected(events, "warning") if event.data["code"] == "value-range"]
    assert warning.data["text"] in result.warnings
    assert events.index(warning) < len(events) - 1 - [event.type for event in reversed(events)].index("progress")


class _Blind(Pointwise):
    """Answers with NaN where a height is above 20."""

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        logits = super().forward(inputs)
        above = next(iter(inputs.values()))[:, :1] > (20 - 3) / 5  # of the tiny card
        return logits.masked_fill(above, float("nan"))


@pytest.fixture
def blind(card: ModelCard, model: Model) -> Model:
    return replace(model, network=_Blind(card))


def test_no_class_comes_from_a_probability_that_is_no_number(
    write_raster: Callable[..., str], blind: Model, out: Path
) -> None:
    heights = np.full((1, 70, 90), 5, np.float32)
    heights[:, 10:30, 20:60] = 21  # 800 pixels
    paths = {name: str(out / f"{name}.tif") for name in ("classes", "confidence", "probabilities", "scenario")}
    targets = {"output" if name == "classes" else name: path for name, path in paths.items()}
    result = segment({"ndsm": write_raster("h.tif", heights)}, blind, device="cpu", overlap=0, **targets)  # type: ignore[arg-type]
    lost = heights[0] == 21
    for path in paths.values():
        for band in read(path):
            assert np.array_equal(band == NODATA, lost)
    assert any("800 pixels are no data" in text for text in result.warnings)
    assert result.scenarios == {"ndsm": heights.size - 800}


def test_a_model_that_never_answers_with_a_number_makes_no_map(
    write_raster: Callable[..., str], blind: Model, out: Path
) -> None:
    heights = write_raster("h.tif", np.full((1, 70, 90), 21, np.float32))
    with pytest.raises(NoValidData, match="no finite number"):
        segment({"ndsm": heights}, blind, output=out / "c.tif", device="cpu")
    assert not files_in(out)


def test_artifacts_come_in_order_and_the_classes_last(scene: Scene, model: Model, out: Path) -> None:
    events: list[Event] = []
    names = ("classes", "confidence", "probabilities", "scenario")
    segment(
        scene(),
        model,
        output=out / "classes.tif",
        areas=out / "areas.csv",
        device="cpu",
        progress=events.append,
        **{name: out / f"{name}.tif" for name in names[1:]},
    )
    order = [event.data["name"] for event in collected(events, "artifact")]
    assert order == ["areas", "scenario", "probabilities", "confidence", "classes"]


def test_outputs_in_different_folders(scene: Scene, model: Model, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "ü c")]
    for folder in folders:
        folder.mkdir()
    first, second, third = folders
    segment(
        scene(),
        model,
        output=first / "map.tif",
        confidence=second / "map.tif",
        areas=third / "map.csv",
        device="cpu",
    )
    assert files_in(first) == {"map.tif", "map.tif.aux.xml", "map.qml"}
    assert files_in(second) == {"map.tif", "map.qml"}
    assert files_in(third) == {"map.csv"}


def test_nothing_of_an_earlier_result_stays(scene: Scene, model: Model, out: Path) -> None:
    for ending in (".tif", ".tif.ovr", ".tif.msk", ".tif.aux.xml"):
        (out / f"c{ending}").write_text("stale")
    (out / "c.qml").write_text(palette_style(()))
    segment(scene(), model, output=out / "other.tif", confidence=out / "c.tif", device="cpu")
    assert files_in(out) == {"other.tif", "other.tif.aux.xml", "other.qml", "c.tif", "c.qml"}
    assert (out / "c.qml").read_text() != palette_style(())


def test_threads_are_put_back(scene: Scene, model: Model, out: Path) -> None:
    torch.set_num_threads(2)
    segment(scene(), model, output=out / "c.tif", device="cpu", threads=1)
    assert torch.get_num_threads() == 2


def test_the_number_of_threads_changes_no_bit(scene: Scene, tmp_path: Path, out: Path) -> None:
    model = load_model(save_tiny_model(tmp_path / "tiny.safetensors"))
    maps = []
    for threads in (1, 2, 5):
        paths = {name: out / f"{name}.tif" for name in ("output", "probabilities")}
        segment(scene(), model, **paths, device="cpu", threads=threads)  # type: ignore[arg-type]
        maps.append([read(path) for path in paths.values()])
    for found in maps[1:]:
        for values, expected in zip(found, maps[0], strict=True):
            np.testing.assert_array_equal(values, expected)


def test_the_callers_network_is_left_as_it_was(scene: Scene, model: Model, out: Path) -> None:
    model.network.train()
    segment(scene(), model, output=out / "c.tif", device="cpu")
    assert model.network.training


# What goes wrong leaves nothing behind, and the earlier result in place.


@pytest.fixture
def earlier(scene: Scene, model: Model, out: Path) -> dict[str, bytes]:
    segment({"rgb": scene()["rgb"]}, model, output=out / "c.tif", device="cpu")
    return {path.name: path.read_bytes() for path in out.iterdir()}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_cancelled_at_the_first_batch(scene: Scene, model: Model, out: Path, earlier: dict[str, bytes]) -> None:
    asked = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 3

    with pytest.raises(Cancelled):
        segment(scene(400, 400), model, output=out / "c.tif", device="cpu", cancelled=cancelled)
    assert contents(out) == earlier
    assert len(asked) == 4


def test_cancel_is_asked_at_every_batch(scene: Scene, model: Model, out: Path) -> None:
    asked = []
    paths = scene(200, 200)
    segment(
        paths,
        model,
        output=out / "c.tif",
        device="cpu",
        batch_size=1,
        cancelled=lambda: bool(asked.append(True)),
    )
    assert len(asked) >= 12 * 12


def test_interrupted_by_the_keyboard(scene: Scene, model: Model, out: Path, earlier: dict[str, bytes]) -> None:
    def interrupt(event: Event) -> None:
        if event.data.get("stage") == "segmenting":
            raise KeyboardInterrupt

    with pytest.raises(Cancelled):
        segment(scene(), model, output=out / "c.tif", device="cpu", progress=interrupt)
    assert contents(out) == earlier


class Failing(Pointwise):
    def forward(self, inputs):  # type: ignore[no-untyped-def]
        raise RuntimeError("a bug")


def test_failure_leaves_the_earlier_result(scene: Scene, card: ModelCard, out: Path, earlier: dict[str, bytes]) -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        segment(scene(), Model(card, Failing(card)), output=out / "c.tif", device="cpu")
    assert contents(out) == earlier


def test_all_nodata(write_raster: Callable[..., str], model: Model, out: Path, earlier: dict[str, bytes]) -> None:
    path = write_raster("rgb0.tif", np.zeros((3, 40, 50), dtype=np.uint8), nodata=0)
    with pytest.raises(NoValidData, match=r"rgb0\.tif"):
        segment({"rgb": path}, model, output=out / "c.tif", device="cpu")
    assert contents(out) == earlier


def test_no_input(model: Model, out: Path) -> None:
    with pytest.raises(NoInput) as error:
        segment({}, model, output=out / "c.tif")
    assert "rgb (red, green, blue)" in str(error.value) and "ndsm (height)" in str(error.value)


def test_unknown_modality(scene: Scene, model: Model, out: Path) -> None:
    with pytest.raises(UnknownModality):
        segment({"sar": scene()["rgb"]}, model, output=out / "c.tif")
    assert not files_in(out)


@pytest.mark.parametrize(
    "options",
    [
        {"bands": {"nDSM": (1,)}},
        {"scale": {"nDSM": (0.1, 0.0)}},
        {"nodata": {"nDSM": "all"}},
        {"mask": {"nDSM": "none"}},
    ],
)
def test_options_for_no_input(scene: Scene, model: Model, out: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="nDSM"):
        segment(scene(), model, output=out / "c.tif", device="cpu", **options)


def test_missing_folder(scene: Scene, model: Model, out: Path) -> None:
    with pytest.raises(OutputNotWritable, match="does not exist"):
        segment(scene(), model, output=out / "no" / "c.tif", device="cpu")


def test_output_over_an_input(scene: Scene, model: Model) -> None:
    paths = scene()
    before = Path(paths["rgb"]).read_bytes()
    with pytest.raises(InputError, match="overwrite the input"):
        segment(paths, model, output=paths["rgb"], device="cpu")
    assert Path(paths["rgb"]).read_bytes() == before


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_cuda_that_is_not_there(scene: Scene, model: Model, out: Path) -> None:
    with pytest.raises(NoDevice, match="cuda"):
        segment(scene(), model, output=out / "c.tif", device="cuda")
    assert not files_in(out)


def test_two_runs_on_one_target(scene: Scene, model: Model, out: Path) -> None:
    errors: list[str] = []

    def second_run(event: Event) -> None:
        if event.data.get("stage") == "segmenting" and not errors:
            with pytest.raises(OutputNotWritable) as caught:
                segment(paths, model, output=out / "c.tif", device="cpu")
            errors.append(str(caught.value))

    paths = scene()
    segment(paths, model, output=out / "c.tif", device="cpu", progress=second_run)
    assert str(os.getpid()) in errors[0] and "c.tif" in errors[0]
    assert files_in(out) == {"c.tif", "c.tif.aux.xml", "c.qml"}


def test_too_little_space_is_told_before_the_start(
    scene: Scene, model: Model, out: Path, earlier: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr("dis2_core.run.disk.shutil.disk_usage", lambda path: usage)
    with pytest.raises(NoSpace, match=r"0 MB left"):
        segment(scene(), model, output=out / "c.tif", device="cpu")
    assert contents(out) == earlier


@pytest.fixture
def run_on_full_disk(model: Model, out: Path, largest_file: Any, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run where no file may have more bytes than a limit, and expect a clear error; GDAL writes its own past Python."""

    def run(limit: int, rgb: str, grid: str) -> None:
        outputs = {"output": out / "c.tif", "probabilities": out / "p.tif"}
        with largest_file(limit), pytest.raises(NoSpace):
            segment({"rgb": rgb}, model, **outputs, grid=grid, device="cpu", overlap=0)
        assert "Traceback" not in capfd.readouterr().err

    return run


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
@pytest.mark.parametrize("limit", [2_000, 300_000, 700_000])
def test_disk_that_fills_up(scene: Scene, model: Model, out: Path, limit: int, run_on_full_disk: Any) -> None:
    segment({"rgb": scene()["rgb"]}, model, output=out / "c.tif", device="cpu")
    earlier = contents(out)
    run_on_full_disk(limit, scene(1100, 600)["rgb"], "model")
    assert contents(out) == earlier


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_disk_that_fills_up_at_the_end_of_a_scratch_file(
    scene: Scene,
    model: Model,
    out: Path,
    write_raster: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    run_on_full_disk: Any,
) -> None:
    """GDAL says nothing when what it writes on closing is lost."""
    sizes: list[int] = []

    def measured(paths: dict[str, Path], *arguments: Any) -> Any:
        sizes.extend(path.stat().st_size for path in paths.values())
        return warped_rows(paths, *arguments)

    rgb = scene(600, 600)["rgb"]
    grid = write_raster("grid.tif", np.ones((1, 30, 30), np.uint8), transform=Affine(20, 0, 4e5, 0, -20, 5e6))
    monkeypatch.setattr("dis2_core.prediction.pipeline.warped_rows", measured)
    outputs = {"output": out / "c.tif", "probabilities": out / "p.tif"}
    segment({"rgb": rgb}, model, **outputs, grid=grid, device="cpu", overlap=0)
    earlier = contents(out)
    run_on_full_disk(max(sizes) - 500, rgb, grid)
    assert contents(out) == earlier


MEMORY = """
import resource, sys, numpy as np, rasterio, torch
sys.path.insert(0, {tests!r})
from affine import Affine
from pointwise import Pointwise
from tiny_models import tiny_card
from dis2_core.models.file import Model
from dis2_core.prediction.segment import segment
torch.set_num_threads(1)
height = int(sys.argv[1])
options = dict(driver="GTiff", height=height, width=256, crs="EPSG:32632", tiled=True, blockxsize=256,
               blockysize=256, compress="deflate", transform=Affine(1, 0, 4e5, 0, -1, 5e6))
generator = np.random.default_rng(0)
block = generator.integers(0, 256, (3, 1000, 256), dtype=np.uint8)
with rasterio.Env(GDAL_CACHEMAX=16):
    with rasterio.open({folder!r} + "/rgb.tif", "w", count=3, dtype="uint8", **options) as file:
        for top in range(0, height, 1000):
            file.write(block, window=((top, top + 1000), (0, 256)))
card = tiny_card(window=(128, 128))
segment({{"rgb": {folder!r} + "/rgb.tif"}}, Model(card, Pointwise(card)), output={folder!r} + "/c.tif",
        probabilities={folder!r} + "/p.tif", areas={folder!r} + "/a.csv", device="cpu", overlap=0, batch_size=8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs the peak of a process's memory")
def test_memory_does_not_grow_with_the_height(tmp_path: Path) -> None:
    code = MEMORY.format(tests=str(Path(__file__).parents[1]), folder=str(tmp_path))
    peaks = []
    for height in (20_000, 40_000):
        run = subprocess.run([sys.executable, "-c", code, str(height)], capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, run.stderr
        peaks.append(int(run.stdout) / 1024)
    rows_hold = 20_000 * 256 * (3 + 4) / 1024**2  # of input and output
    assert peaks[1] - peaks[0] < rows_hold / 4, f"{peaks} MB"


def test_plan_writes_nothing(scene: Scene, tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = save_tiny_model(tmp_path / "tiny.safetensors")
    job = Job(
        model=str(weights),
        inputs={"rgb": Source(scene(100, 200)["rgb"])},
        outputs={"classes": str(out / "c.tif"), "areas": str(out / "a.csv")},
        device="cpu",
    )
    plan = plan_job(job)
    assert plan.working_size == plan.output_size == (100, 200)
    assert plan.windows == 6 * 12
    assert plan.missing == ("ndsm",)
    assert plan.memory > 0 and set(plan.disk) == {str(out)}
    json.dumps(plan.to_json())
    assert not files_in(out)
    with monkeypatch.context() as patch, pytest.raises(NoSpace):
        patch.setattr("dis2_core.run.disk.shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000}))
        plan_job(job)
    with pytest.raises(OutputNotWritable):
        plan_job(replace(job, outputs={"classes": str(out / "no" / "c.tif")}))


def test_plan_tells_warnings_from_notes(write_raster: Callable[..., str], tmp_path: Path, out: Path) -> None:
    fine = np.ones((4, 40, 60), dtype=np.uint8)
    rgb = write_raster("fine.tif", fine, transform=Affine(0.5, 0, 4e5, 0, -0.5, 5e6), photometric="MINISBLACK")
    model = str(save_tiny_model(tmp_path / "tiny.safetensors"))
    plan = plan_job(Job(model=model, inputs={"rgb": Source(rgb)}, outputs={"classes": str(out / "c.tif")}))
    assert len(plan.warnings) == len(plan.notes) == 1
    assert "2 times coarser" in plan.warnings[0] and "4 bands" in plan.notes[0]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/b/c.tif", "c.tif"),
        (r"C:\a\c.tif", "c.tif"),
        ("/a/what?.tif", "what?.tif"),
        ("/vsicurl/https://host/a/c.tif?key=s/3cret", "c.tif"),
    ],
)
def test_tags_hold_names_of_files_neither_folders_nor_keys(path: str, name: str) -> None:
    assert base_name(path) == name


@pytest.mark.slow
def test_job_with_a_model_file(scene: Scene, tmp_path: Path, out: Path) -> None:
    weights = save_tiny_model(tmp_path / "tiny.safetensors")
    job = Job(
        model=str(weights),
        inputs={name: Source(path) for name, path in scene(40, 90).items()},
        outputs={"classes": str(out / "c.tif")},
        device="cpu",
    )
    result = run_job(Job.from_json(job.to_json()))
    with rasterio.open(out / "c.tif") as file:
        assert file.tags()["DIS2_MODEL_SHA256"] == result.sha256
        assert len(result.sha256) == 64
        assert file.read().max() < 3


def test_script_in_the_documentation_style(scene: Scene, model: Model, out: Path) -> None:
    script = textwrap.dedent(
        """
        import dis2_core as dis2
        result = dis2.segment(inputs, model, output=output, device="cpu")
        names = [line.name for line in result.area_table]
        """
    )
    names: dict[str, object] = {"inputs": scene(), "model": model, "output": out / "c.tif"}
    exec(script, names)
    assert names["names"] == ["building", "low vegetation", "tree", "nodata"]
