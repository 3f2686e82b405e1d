from __future__ import annotations

import shutil
from pathlib import Path

import miniatures
import numpy as np
import pytest
import rasterio
from tiny_folder import write_raster

from dis2_training.cli import main
from dis2_training.data.check.datacheck import check_dataset
from dis2_training.data.dataset import FolderDataset, class_pixels


@pytest.mark.slow
def test_it_tells_what_there_is(folder: Path, tmp_path: Path) -> None:
    heights = np.full((1, 64, 80), 500, dtype=np.float32)  # above the valid range
    heights[0, :32] = -9999
    write_raster(folder / "test" / "ndsm" / "d.tif", heights, nodata=-9999)
    text = check_dataset("folder", folder, tmp_path / "sheet.png")
    assert "train       2 tiles, 64 x 80 pixels, georeferenced" in text
    counts = class_pixels(FolderDataset(folder, "train").in_memory(), 3)
    for name, count in zip(("grass", "roof", "road"), counts, strict=True):
        line = next(line for line in text.splitlines() if line.startswith(name))
        assert f"{count:,} ({count / (2 * 64 * 80):.1%})" in line
    assert f"{64 * 80 // 2:,} (50.0%)" in next(line for line in text.splitlines() if line.startswith("ndsm: holes"))
    assert f"{64 * 80 // 2:,} (50.0%)" in next(line for line in text.splitlines() if line.startswith("ndsm: out"))
    assert text.count("of footprints overlap") == 3  # the made-up tiles lie on top of each other
    with rasterio.open(tmp_path / "sheet.png") as sheet:
        assert sheet.count >= 3 and min(sheet.shape) > 200
        assert sheet.read().std() > 10


@pytest.mark.slow
def test_it_finds_copies_where_there_is_no_place(tmp_path: Path) -> None:
    root = miniatures.ombria(tmp_path)
    text = check_dataset("ombria", root)
    assert "no georeference" in text and "of near-duplicates" not in text
    for kind in ("optical", "sar"):
        shutil.copy(root / "train" / kind / "0002.tif", root / "test" / kind / "0043.tif")
    text = check_dataset("ombria", root)
    assert "1 pair of near-duplicates" in text and "0043 copies the optical of 0002" in text


def test_it_warns_of_classes_that_a_split_has_not(folder: Path) -> None:
    write_raster(folder / "test" / "labels" / "d.tif", np.zeros((1, 64, 80), dtype=np.uint8))
    assert "Not in test: roof, road." in check_dataset("folder", folder)


def test_a_limit_reads_some_of_the_tiles(tmp_path: Path) -> None:
    text = check_dataset("ombria", miniatures.ombria(tmp_path), limit=3)
    assert "33 tiles, 3 of them read" in text


@pytest.mark.slow
def test_the_command_draws_a_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = miniatures.potsdam(tmp_path / "potsdam")
    monkeypatch.chdir(tmp_path)
    assert main(["data", "check", "potsdam", str(root), "--options", '{"clutter": true}']) == 0
    assert "clutter" in capsys.readouterr().out and (tmp_path / "potsdam_sheet.png").stat().st_size > 10_000
    assert main(["data", "check", "potsdam", str(tmp_path / "nowhere")]) == 2
    assert "is no folder" in " ".join(capsys.readouterr().err.split())
