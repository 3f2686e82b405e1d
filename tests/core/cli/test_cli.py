"""The command line as a person and as a program meet it: exit codes, streams, signals, tables."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import torch
from rasterio.transform import from_origin
from tiny_models import save_tiny_model, tiny_card

import dis2_core
from dis2_core import cli
from dis2_core.contract.catalogue import sha256
from dis2_core.contract.errors import InputError, ModelError, ResourceError
from dis2_core.contract.segment_job import Event, Job, Source
from dis2_core.models.file import load_model
from dis2_core.network import DIS2
from dis2_core.prediction import segment as prediction

GOLDEN = Path(__file__).parents[2] / "golden"
SIZE = 48


def write_raster(path: Path, values: np.ndarray, **profile: Any) -> Path:
    """A GeoTIFF of (bands, rows, columns) at 1 m."""
    bands, height, width = values.shape
    options = {"crs": "EPSG:32632", "transform": from_origin(500_000, 5_000_000, 1, 1), **profile}
    with rasterio.open(
        path, "w", driver="GTiff", width=width, height=height, count=bands, dtype=values.dtype, **options
    ) as dataset:
        dataset.write(values)
    return path


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, two rasters, and one that takes minutes."""
    folder = tmp_path_factory.mktemp("scene")
    random = np.random.default_rng(0)
    save_tiny_model(folder / "tiny.safetensors")
    write_raster(folder / "rgb.tif", random.integers(0, 255, (3, SIZE, SIZE), np.uint8))
    write_raster(folder / "a=b.tif", random.integers(0, 255, (3, SIZE, SIZE), np.uint8))
    write_raster(folder / "ndsm.tif", random.random((1, SIZE, SIZE), np.float32) * 20)
    write_raster(folder / "large.tif", np.zeros((1, 4000, 4000), np.uint8), compress="deflate")
    return folder


def dis2(arguments: Sequence[str | Path], folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "dis2_core", *arguments],
        cwd=folder,
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(dis2_core.__file__).parents[1]), **changes}


def call(arguments: Sequence[str | Path]) -> int:
    """Run the command line in this process."""
    with pytest.raises(SystemExit) as caught:
        cli.main([str(argument) for argument in arguments])
    assert isinstance(caught.value.code, int)
    return caught.value.code


def segment_arguments(scene: Path, output: Path, *more: str | Path) -> list[str | Path]:
    return [
        *("segment", "--model", scene / "tiny.safetensors", "--device", "cpu", "--threads", "1"),
        *("--input", f"rgb={scene / 'rgb.tif'}", "--output", output, *more),
    ]


class FakeRun:
    """Stands in for ``run_job``: keeps the job and answers as told."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self.error: BaseException | None = None
        self.events: list[Event] = []

    def __call__(self, job: Job, *, progress: Any, cancelled: Any) -> Any:
        self.job = job
        assert not cancelled()
        for event in self.events:
            progress(event)
        if self.error is not None:
            raise self.error
        return prediction.SegmentationResult(
            outputs={"classes": "c.tif"},
            area_table=(),
            scenarios={},
            model="tiny",
            sha256="",
            modalities={},
            missing=(),
            device="cpu",
            precision="fp32",
            windows=1,
            seconds=75.0,
            warnings=(),
        )


@pytest.fixture
def fake_run(monkeypatch: pytest.MonkeyPatch) -> FakeRun:
    fake = FakeRun()
    monkeypatch.setattr(prediction, "run_job", fake)
    return fake


# As a process


@pytest.mark.slow
def test_a_run_prints_events_and_nothing_else_and_can_run_again(scene: Path, tmp_path: Path) -> None:
    done = dis2(segment_arguments(scene, tmp_path / "c.tif", "--areas", tmp_path / "a.csv", "--events"), tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    events = [event for line in lines if (event := Event.from_line(line))]
    assert len(events) == len(lines)
    assert [events[0].type, events[-1].type] == ["hello", "result"]
    assert {"progress", "artifact"} <= {event.type for event in events}
    fractions = [event.data["fraction"] for event in events if event.type == "progress"]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    assert sum(line["pixels"] for line in events[-1].data["area_table"]) == SIZE * SIZE
    assert {path.name for path in tmp_path.iterdir() if path.suffix in (".tif", ".csv")} == {"c.tif", "a.csv"}
    with rasterio.open(tmp_path / "c.tif") as first:
        expected = first.read(1)
    (tmp_path / "log.jsonl").write_text(done.stdout)
    (tmp_path / "c.tif").unlink()
    assert call(["run", tmp_path / "log.jsonl"]) == 0
    with rasterio.open(tmp_path / "c.tif") as second:
        np.testing.assert_array_equal(second.read(1), expected)


@pytest.mark.slow
def test_a_person_gets_a_table_on_stdout_and_progress_on_stderr(scene: Path, tmp_path: Path) -> None:
    done = dis2(segment_arguments(scene, Path("c.tif")), tmp_path, LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    for word in ("building", "low vegetation", "tree", "%", "on cpu", "classes: c.tif"):
        assert word in done.stdout
    assert "segmenting" in done.stderr and "segmenting" not in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("terminal_signals")
@pytest.mark.parametrize("moment", ["hello", "segmenting"])
def test_ctrl_c_leaves_nothing_half_written(moment: str, scene: Path, tmp_path: Path) -> None:
    (tmp_path / "c.tif").write_bytes(b"earlier")
    arguments = segment_arguments(scene, tmp_path / "c.tif", "--events", "--batch-size", "1")
    arguments[arguments.index(f"rgb={scene / 'rgb.tif'}")] = f"ndsm={scene / 'large.tif'}"
    process = subprocess.Popen(
        [sys.executable, "-m", "dis2_core", *arguments],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if moment in line:
            break
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    last = Event.from_line(output.splitlines()[-1])
    assert last is not None and (last.type, last.data["exit_code"]) == ("error", 130)
    assert os.listdir(tmp_path) == ["c.tif"] and (tmp_path / "c.tif").read_bytes() == b"earlier"


# What arguments mean


def test_every_option_reaches_the_job(scene: Path, fake_run: FakeRun) -> None:
    code = call(
        [
            *("segment", "--model", "M", "--input", f"rgb={scene / 'a=b.tif'}", "--input", "ndsm=n.tif"),
            *("--output", "c.tif", "--confidence", "k.tif", "--probabilities", "p.tif", "--scenario", "s.tif"),
            *("--areas", "a.csv", "--extent", "-10.5", "-2e3", "-1", "4", "--extent-crs", "EPSG:4326"),
            *("--grid", "finest", "--bands", "rgb=4,1,2", "--scale", "ndsm=-0.1,2", "--device", "cuda"),
            *("--nodata", "rgb=all,0", "--mask", "rgb=none", "--nodata", "ndsm=-9999,nan", "--mask", "ndsm=2"),
            *("--overlap", "0.25", "--batch-size", "3", "--precision", "bf16", "--threads", "2"),
        ]
    )
    assert code == 0
    assert fake_run.job == Job(
        model="M",
        inputs={
            "rgb": Source(str(scene / "a=b.tif"), bands=(4, 1, 2), nodata="all,0", mask="none"),
            "ndsm": Source("n.tif", scale=(-0.1, 2.0), nodata="-9999,nan", mask="2"),
        },
        outputs={
            "areas": "a.csv",
            "scenario": "s.tif",
            "probabilities": "p.tif",
            "confidence": "k.tif",
            "classes": "c.tif",
        },
        extent=(-10.5, -2000.0, -1.0, 4.0),
        extent_crs="EPSG:4326",
        grid="finest",
        device="cuda",
        overlap=0.25,
        batch_size=3,
        precision="bf16",
        threads=2,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--input", "rgb.tif"], "rgb.tif"),
        (["--input", "=rgb.tif"], "=rgb.tif"),
        (["--input", "rgb="], "rgb="),
        (["--input", "rgb=a.tif", "--input", "rgb=b.tif"], "twice for 'rgb'"),
        (["--input", "rgb=a.tif", "--bands", "ndsm=1"], "ndsm"),
        (["--input", "rgb=a.tif", "--bands", "rgb=red"], "red"),
        (["--input", "rgb=a.tif", "--bands", "rgb=0,1,2"], "start at 1"),
        (["--input", "rgb=a.tif", "--scale", "rgb=1"], "scale"),
        (["--input", "rgb=a.tif", "--scale", "rgb=1,2,3"], "scale"),
        (["--input", "rgb=a.tif", "--scale", "rgb=0,1"], "scale"),
        (["--input", "rgb=a.tif", "--nodata", "rgb=some"], "some"),
        (["--input", "rgb=a.tif", "--nodata", "ndsm=0"], "ndsm"),
        (["--input", "rgb=a.tif", "--mask", "rgb=0"], "mask"),
        (["--input", "rgb=a.tif", "--overlap", "-0.5"], "-0.5"),
        (["--input", "rgb=a.tif", "--overlap", "half"], "--overlap"),
        (["--input", "rgb=a.tif", "--batch-size", "0"], "batch_size"),
        (["--input", "rgb=a.tif", "--precision", "fp64"], "fp64"),
        (["--input", "rgb=a.tif", "--device", "tpu"], "tpu"),
        (["--input", "rgb=a.tif", "--extent", "1", "2", "3"], "--extent"),
        (["--input", "rgb=a.tif", "--extent", "3", "2", "1", "4"], "extent"),
        (["--surprise"], "--surprise"),
        (["surplus"], "surplus"),
    ],
)
def test_wrong_arguments_are_one_clear_error(
    arguments: list[str], words: str, fake_run: FakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(["segment", "--model", "M", "--output", "c.tif", *arguments]) == 2
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert lines[0].startswith("error: ") and words in lines[0]
    assert len(lines) <= 2 and captured.out == "" and fake_run.job is None


@pytest.mark.parametrize("arguments", [["segment"], ["nonsense"], ["info"], ["run", "gone.json"]])
def test_incomplete_commands_exit_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(arguments) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize("text", ["", "nonsense", '{"v": 1, "type": "hello"}', "\x00\xff"])
def test_a_damaged_log_exits_2(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "job.json").write_text(text, encoding="latin-1")
    assert call(["run", tmp_path / "job.json"]) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_a_bare_call_and_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert call([]) == call(["--help"]) == call(["segment", "-h"]) == 0
    assert "import-author" in capsys.readouterr().out
    assert call(["--version"]) == 0
    assert capsys.readouterr().out == f"dis2 {dis2_core.__version__}\n"


# What is shown


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (InputError("a.tif\nis bad.", "Do this."), 2, "error: a.tif is bad.\nhint: Do this.\n"),
        (ModelError("m is \x1b[31mbad."), 3, "error: m is  [31mbad.\n"),
        (ResourceError("full."), 4, "error: full.\n"),
        (MemoryError(), 4, "error: The memory is full."),
        (KeyboardInterrupt(), 130, "error: Cancelled.\n"),
        (ZeroDivisionError("division\nby zero"), 1, "error: This is a bug in DIS2 (ZeroDivisionError: division)."),
    ],
)
def test_errors_become_exit_codes(
    error: BaseException, code: int, words: str, fake_run: FakeRun, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_run.error = error
    arguments = ["segment", "--model", "M", "--output", "c.tif", "--input", "rgb=a.tif"]
    assert call(arguments) == code
    captured = capsys.readouterr()
    assert captured.err.startswith(words) and "Traceback" not in captured.err
    assert call([*arguments, "--events"]) == code
    captured = capsys.readouterr()
    last = Event.from_line(captured.out.splitlines()[-1])
    assert last is not None and last.data["exit_code"] == code


@pytest.mark.slow
def test_exit_codes_of_real_failures(scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "c.tif"
    (tmp_path / "bad.safetensors").write_bytes(b"PK\x03\x04" + bytes(100))
    cases: dict[int, list[str | Path]] = {
        2: segment_arguments(scene, output, "--input", f"ndsm={tmp_path / 'gone.tif'}"),
        3: ["segment", "--model", tmp_path / "bad.safetensors", "--output", output, "--input", "rgb=x.tif"],
        4: segment_arguments(scene, output, "--device", "cuda:99"),
    }
    for code, arguments in cases.items():
        assert call(arguments) == code
        told = capsys.readouterr()
        assert told.out == ""
        assert [line for line in told.err.splitlines() if line.startswith("error: ")], told.err
        assert "Traceback" not in told.err
    assert os.listdir(tmp_path) == ["bad.safetensors"]


def test_a_bug_shows_where_on_request(
    fake_run: FakeRun, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIS2_DEBUG", "1")
    fake_run.error = ZeroDivisionError()
    assert call(["segment", "--model", "M", "--output", "c.tif"]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.usefixtures("terminal_signals")
def test_signal_handlers_are_given_back(fake_run: FakeRun) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert call(["segment", "--model", "M", "--output", "c.tif"]) == 0
    assert before == (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM))


def progress_event(fraction: float, stage: str = "segmenting", left: float | None = 3700.0) -> Event:
    return Event("progress", {"fraction": fraction, "stage": stage, "seconds_left": left})


def test_without_a_terminal_progress_is_sparse(fake_run: FakeRun, capsys: pytest.CaptureFixture[str]) -> None:
    fake_run.events = [progress_event(i / 1000) for i in range(1000)]
    fake_run.events.insert(500, Event("warning", {"code": "range", "text": "looks\nwrong"}))
    assert call(["segment", "--model", "M", "--output", "c.tif"]) == 0
    captured = capsys.readouterr()
    lines = captured.err.splitlines()
    assert len(lines) <= 12
    assert lines[0] == "segmenting: 0% 1:01:40 left"
    assert "warning: looks wrong" in lines
    assert "1:15 on cpu" in captured.out and "classes: c.tif" in captured.out


def test_in_a_terminal_there_is_a_bar(
    fake_run: FakeRun, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    fake_run.events = [
        progress_event(0.25, left=None),
        Event("warning", {"text": "[red]odd[/red]"}),
        progress_event(0.5),
    ]
    assert call(["segment", "--model", "M", "--output", "c.tif"]) == 0
    errors = capsys.readouterr().err
    assert "50%" in errors and "1:01:40 left" in errors and "━" in errors
    assert "warning: [red]odd[/red]" in errors


def test_a_dry_run_tells_and_writes_nothing(scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = segment_arguments(scene, tmp_path / "c.tif", "--dry-run")
    assert call(arguments) == 0
    told = capsys.readouterr().out
    for word in ("tiny", f"{SIZE} x {SIZE}", "ndsm", "cpu", "c.tif"):
        assert word in told
    assert call([*arguments, "--events"]) == 0
    result = Event.from_line(capsys.readouterr().out.splitlines()[-1])
    assert result is not None and result.data["dry_run"] is True
    assert os.listdir(tmp_path) == []


def test_info_shows_the_whole_card(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = {
        "metrics": {"rgb": {"miou": 0.25}, "rgb+ndsm": {"miou": 0.5}},
        "license": "CC-BY-4.0",
        "notes": "A [bold]demonstration\x1b[31m model.",
    }
    path = save_tiny_model(tmp_path / "tiny.safetensors", **card)
    assert call(["info", path]) == 0
    told = capsys.readouterr().out
    for word in ("tiny", "32 x 32", "height", " m ", "-5 to 100", "low vegetation", "#33a02c", "rgb+ndsm", "0.500"):
        assert word in told, word
    assert "CC-BY-4.0" in told and sha256(path) in told and f"{path.stat().st_size:,}" in told
    assert told.index("rgb+ndsm") < told.index("0.250")
    assert "[bold]demonstration [31m model." in told and "\x1b" not in told
    assert call(["info", path, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["card"] == tiny_card(**card).to_json()
    assert (facts["sha256"], facts["size"]) == (sha256(path), path.stat().st_size)


def test_info_of_a_stranger_exits_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.safetensors").write_bytes(b"nonsense" * 9)
    assert call(["info", tmp_path / "m.safetensors"]) == 3
    assert "m.safetensors" in capsys.readouterr().err


# The authors' checkpoints


def author_state(window: int = 64) -> dict[str, torch.Tensor]:
    sys.path.insert(0, str(GOLDEN))
    try:
        from weights_recipe import author_state_dict
    finally:
        sys.path.remove(str(GOLDEN))
    return {name: torch.from_numpy(np.asarray(value)) for name, value in author_state_dict(window, 0).items()}


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("authors") / "best"
    torch.save({"model_state_dict": author_state(), "optim_state_dict": {}, "best_loss": 0.5}, path)
    return path


@pytest.mark.slow
@torch.no_grad()
def test_an_authors_checkpoint_becomes_a_model(checkpoint: Path, tmp_path: Path) -> None:
    output = tmp_path / "authors.safetensors"
    names = "impervious,building,low vegetation,tree,car"
    assert call(["import-author", checkpoint, output, "--classes", names, "--gsd", "0.09"]) == 0
    model = load_model(output)
    assert model.card.name == "authors" and model.card.gsd == 0.09 and model.card.window == (64, 64)
    assert model.card.class_names == tuple(names.split(","))
    assert len({item.color for item in model.card.classes}) == 5
    assert [band.name for item in model.card.modalities for band in item.bands] == ["red", "green", "blue", "height"]
    inputs = {"rgb": torch.rand(1, 3, 64, 64), "ndsm": torch.rand(1, 1, 64, 64)}
    expected = DIS2.from_author_state_dict(author_state())
    assert torch.equal(model.network(inputs), expected(inputs))


@pytest.mark.slow
def test_a_bare_state_dict_is_enough_and_names_are_made_up(checkpoint: Path, tmp_path: Path) -> None:
    torch.save(author_state(), tmp_path / "bare")
    output = tmp_path / "m.safetensors"
    assert call(["import-author", tmp_path / "bare", output, "--window", "32", "128", "--rgb", "nir,red,green"]) == 0
    card = load_model(output).card
    assert card.window == (32, 128) and card.class_names[4] == "class 4"
    assert card.modality("rgb").bands[0].name == "nir"


class NeedsCode:
    """A pickle that makes a folder when it is read with code allowed."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.folder,)


def bad_checkpoints(folder: Path) -> dict[str, tuple[str, str]]:
    """Write them; what their errors must mention, by file name."""
    state = author_state()
    lost = "full_fuse.unify.weight"
    torch.save({"model_state_dict": NeedsCode(folder / "ran")}, folder / "code")
    torch.save(state, folder / "whole")
    (folder / "cut").write_bytes((folder / "whole").read_bytes()[:-100_000])
    (folder / "text").write_text("hello")
    torch.save([1, 2], folder / "list")
    torch.save({"a": 1}, folder / "numbers")
    torch.save({**state, "surprise.weight": torch.zeros(1)}, folder / "unexpected")
    torch.save({name: value for name, value in state.items() if name != lost}, folder / "missing")
    torch.save({**state, lost: torch.zeros(1)}, folder / "misshapen")
    (folder / "whole").unlink()
    torch.save({**state, lost: torch.zeros(1, 1, 1, 1).expand(9999, 9999, 9, 9)}, folder / "promises")
    torch.save({"x": torch.zeros(1)}, folder / "another network")
    words = {
        "unexpected": "surprise.weight",
        "missing": "unify.weight",
        "misshapen": "unify.weight",
        "another network": "rgb_encoder",
    }
    files = ("code", "cut", "text", "list", "numbers", "promises", "gone", *words)
    return {name: (str(folder / name), words.get(name, "")) for name in files}


@pytest.mark.slow
def test_bad_checkpoints_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "out" / "m.safetensors"
    output.parent.mkdir()
    for name, words in bad_checkpoints(tmp_path).items():
        assert call(["import-author", tmp_path / name, output]) == 3, name
        lines = capsys.readouterr().err.splitlines()
        assert lines[0].startswith("error: ") and all(word in lines[0] for word in words), lines
        assert len(lines) <= 2 and len(lines[0]) < 600
    assert not (tmp_path / "ran").exists()
    assert os.listdir(output.parent) == []


@pytest.mark.slow
def test_names_must_fit_the_checkpoint(checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["import-author", checkpoint, tmp_path / "m", "--classes", "a,b"]) == 2
    assert "5" in capsys.readouterr().err
    assert call(["import-author", checkpoint, tmp_path / "m", "--window", "32", "32"]) == 3
    assert os.listdir(tmp_path) == []
