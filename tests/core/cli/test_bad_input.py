"""Bad input: one clear error that names the file and says what to do, its exit code, nothing lost."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import rasterio
import rasterio.errors
from affine import Affine
from tiny_models import modality, save_tiny_model

from dis2_core import cli

SIZE = 40
UTM = "EPSG:32632"
ROTATED = Affine.translation(500_000, 5_000_000) @ Affine.rotation(30) @ Affine.scale(1, -1)
NORTH_UP = Affine(1, 0, 500_000, 0, -1, 5_000_000)


def write_raster(
    path: Path, bands: int = 1, dtype: str = "uint8", value: float | None = None, size: int = SIZE, **profile: Any
) -> None:
    options = {"crs": UTM, "transform": NORTH_UP, **profile}
    random = np.random.default_rng(bands)
    values = random.integers(0, 255, (bands, size, size)) if value is None else np.full((bands, size, size), value)
    with rasterio.open(
        path, "w", driver="GTiff", width=size, height=size, count=bands, dtype=dtype, **options
    ) as dataset:
        dataset.write(values.astype(dtype))


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good and bad rasters and models."""
    folder = tmp_path_factory.mktemp("scene")
    save_tiny_model(folder / "tiny.safetensors")
    sar_and_other = (modality("sar", "sar", "vv", "vh"), modality("other", "other", "x"))
    save_tiny_model(folder / "radar.safetensors", modalities=sar_and_other)
    write_raster(folder / "rgb.tif", 3)
    write_raster(folder / "ndsm.tif")
    write_raster(folder / "far.tif", transform=Affine(1, 0, 900_000, 0, -1, 5_900_000))
    write_raster(folder / "plain.tif", crs=None, transform=Affine.identity())
    write_raster(folder / "plain_rgb.tif", 3, crs=None, transform=Affine.identity())
    write_raster(folder / "plain_other_size.tif", crs=None, transform=Affine.identity(), size=SIZE + 1)
    write_raster(folder / "rotated.tif", transform=ROTATED)
    write_raster(folder / "empty.tif", 3, value=7, nodata=7)
    write_raster(folder / "nan.tif", 3, "float32", value=np.nan)
    write_raster(folder / "complex.tif", 3, "complex64")
    write_raster(folder / "cut.tif", 3, size=300)
    content = (folder / "cut.tif").read_bytes()
    (folder / "cut.tif").write_bytes(content[: len(content) // 2])
    (folder / "text.tif").write_text("This is no raster.")
    (folder / "table.csv").write_text("a,b\n1,2\n")
    (folder / "nothing.tif").write_bytes(b"")
    (folder / "folder.tif").mkdir()
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Iterator[Path]:
    """A folder with an earlier map and its style, which must be just the same afterwards."""
    write_raster(tmp_path / "classes.tif", value=1)
    (tmp_path / "classes.qml").write_text("<qgis/>")
    (tmp_path / "confidence.tif").write_bytes(b"earlier")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    yield tmp_path
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


class Usage(NamedTuple):
    """What ``shutil.disk_usage`` answers."""

    free: int


class Call:
    """Runs ``dis2 segment`` in this process and keeps what it said."""

    def __init__(self, scene: Path, target: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.scene, self.target, self.capfd = scene, target, capfd
        self.told = ""

    def __call__(self, *options: str, model: str = "tiny.safetensors", output: str = "", **inputs: str) -> int:
        arguments = ["segment", "--model", str(self.scene / model), "--device", "cpu", "--threads", "1"]
        arguments += ["--output", output or str(self.target / "classes.tif")]
        for name, file in inputs.items():
            arguments += ["--input", f"{name}={self.scene / file}"]
        with pytest.raises(SystemExit) as caught:
            cli.main([*arguments, *options])
        assert isinstance(caught.value.code, int)
        captured = self.capfd.readouterr()
        self.told = captured.err
        assert "Traceback" not in captured.err + captured.out and "bug" not in captured.err
        if caught.value.code:
            assert captured.out == ""
        return caught.value.code

    @property
    def error(self) -> str:
        """The one error and its hint."""
        lines = self.told.splitlines()
        errors = [line for line in lines if line.startswith("error: ")]
        assert len(errors) == 1, lines
        rest = lines[lines.index(errors[0]) + 1 :]
        assert len(rest) == 1 and rest[0].startswith("hint: "), f"no hint: {lines}"
        return errors[0]


@pytest.fixture
def call(scene: Path, target: Path, capfd: pytest.CaptureFixture[str]) -> Call:
    return Call(scene, target, capfd)


CASES: dict[str, tuple[Callable[[Call], int], list[str]]] = {
    "missing file": (lambda c: c(rgb="gone.tif"), ["gone.tif"]),
    "not a raster": (lambda c: c(rgb="text.tif"), ["text.tif"]),
    "a table": (lambda c: c(rgb="table.csv"), ["table.csv"]),
    "an empty file": (lambda c: c(rgb="nothing.tif"), ["nothing.tif"]),
    "a folder": (lambda c: c(rgb="folder.tif"), ["folder.tif"]),
    "cut off": (lambda c: c(rgb="cut.tif"), ["cut.tif"]),
    "complex numbers": (lambda c: c(rgb="complex.tif"), ["complex.tif"]),
    "no overlap": (lambda c: c(rgb="rgb.tif", ndsm="far.tif"), ["far.tif"]),
    "CRS on some": (lambda c: c(rgb="rgb.tif", ndsm="plain.tif"), ["plain.tif"]),
    "no CRS, two sizes": (
        lambda c: c(rgb="plain_rgb.tif", ndsm="plain_other_size.tif"),
        ["plain_other_size.tif"],
    ),
    "rotated reference": (
        lambda c: c("--grid", str(c.scene / "rotated.tif"), rgb="rgb.tif"),
        ["rotated.tif"],
    ),
    "reference far away": (lambda c: c("--grid", str(c.scene / "far.tif"), rgb="rgb.tif"), ["far.tif"]),
    "reference missing": (lambda c: c("--grid", "gone.tif", rgb="rgb.tif"), ["gone.tif"]),
    "too few bands": (lambda c: c(rgb="ndsm.tif"), ["ndsm.tif", "red, green, blue"]),
    "bands that are not there": (lambda c: c("--bands", "rgb=1,2,9", rgb="rgb.tif"), ["rgb.tif", "9"]),
    "too many bands chosen": (lambda c: c("--bands", "rgb=1,2,3,3", rgb="rgb.tif"), ["rgb.tif"]),
    "all nodata": (lambda c: c(rgb="empty.tif"), ["empty.tif"]),
    "all NaN": (lambda c: c(rgb="nan.tif"), ["nan.tif"]),
    "another model's modality": (lambda c: c(sar="rgb.tif"), ["sar"]),
    "a model for others": (lambda c: c(model="radar.safetensors", rgb="rgb.tif"), ["rgb"]),
    "extent elsewhere": (lambda c: c("--extent", "0", "0", "9", "9", rgb="rgb.tif"), ["0", "9"]),
    "extent in an unknown CRS": (
        lambda c: c("--extent", "0", "0", "9", "9", "--extent-crs", "EPSG:nonsense", rgb="rgb.tif"),
        ["EPSG:nonsense"],
    ),
    "output folder missing": (lambda c: c(output="/nonsense/c.tif", rgb="rgb.tif"), ["/nonsense"]),
    "output folder is a file": (
        lambda c: c(output=str(c.target / "classes.qml" / "c.tif"), rgb="rgb.tif"),
        ["classes.qml"],
    ),
    "output is a folder": (lambda c: c(output=str(c.scene / "folder.tif"), rgb="rgb.tif"), ["folder.tif"]),
    "output is an input": (lambda c: c(output=str(c.scene / "rgb.tif"), rgb="rgb.tif"), ["rgb.tif"]),
    "one file for two outputs": (
        lambda c: c("--confidence", str(c.target / "classes.tif"), rgb="rgb.tif"),
        ["classes.tif"],
    ),
    "folder of a side output missing": (
        lambda c: c("--confidence", "/nonsense/k.tif", rgb="rgb.tif"),
        ["/nonsense"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_clear_error_and_loses_nothing(case: str, call: Call) -> None:
    run, words = CASES[case]
    assert run(call) == 2
    for word in words:
        assert word in call.error


def test_no_layer_at_all_tells_what_the_model_takes(call: Call) -> None:
    assert call() == 2
    assert call.error and all(word in call.told for word in ("tiny", "rgb", "ndsm"))


@pytest.mark.parametrize("model", ["gone.safetensors", "text.tif", "rgb.tif"])
def test_a_bad_model_exits_3(model: str, call: Call) -> None:
    assert call(model=model, rgb="rgb.tif") == 3
    assert model in call.error


def test_a_device_that_is_not_there_exits_4(call: Call) -> None:
    assert call("--device", "cuda:99", rgb="rgb.tif") == 4
    assert "cuda:99" in call.error


def test_a_full_disk_is_found_before_the_start(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(free=1))
    assert call(rgb="rgb.tif") == 4
    assert str(call.target) in call.error


@pytest.fixture
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of 64 KB in memory, where the system lets us have one."""
    folder = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    ctypes.CDLL(None).umount2(str(folder).encode(), 2)  # lazily: a handle may still be open


@pytest.mark.slow
def test_a_disk_that_fills_up_meanwhile_exits_4(call: Call, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12))
    write_raster(call.scene / "wide.tif", 3, size=200)
    (small_disk / "earlier.tif").write_bytes(b"earlier")
    (small_disk / "other.bin").write_bytes(bytes(40_000))
    probabilities = str(small_disk / "p.tif")
    assert call("--probabilities", probabilities, output=str(small_disk / "earlier.tif"), rgb="wide.tif") == 4
    assert str(small_disk) in call.error
    assert sorted(path.name for path in small_disk.iterdir()) == ["earlier.tif", "other.bin"]
    assert (small_disk / "earlier.tif").read_bytes() == b"earlier"


def test_rotated_inputs_are_warped_not_refused(
    scene: Path, tmp_path_factory: pytest.TempPathFactory, call: Call
) -> None:
    output = tmp_path_factory.mktemp("out") / "c.tif"
    assert call(output=str(output), ndsm="rotated.tif") == 0
    with rasterio.open(output) as dataset:
        assert dataset.transform.is_rectilinear
