"""``make race`` at the size of a test: with what is installed here, against the oracle of a pointwise network."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_contestants_are_measured_and_their_maps_are_those_of_the_whole_image(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("above\n<!-- race-pointwise-200x300: begin -->\n<!-- race-pointwise-200x300: end -->\n")
    names = "ours;kornia;loop, averaging"
    command = [sys.executable, str(ROOT / "benchmarks" / "race.py"), "--rows", "200", "--columns", "300"]
    command += ["--rounds", "1", "--only", names, "--out", str(tmp_path), "--into", str(document)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr
    rows = {row["name"]: row for row in json.loads((tmp_path / "race-pointwise-200x300.json").read_text())["rows"]}
    assert list(rows) == ["ours", "kornia", "loop, averaging"]
    for row in rows.values():
        assert row["cpu_seconds"] > 0 and row["seconds"] > 0 and row["oracle"] == row["as_ours"] == 1
    assert rows["ours"]["ratio"] == 1
    assert (tmp_path / "race-pointwise-200x300.png").stat().st_size > 5000
    assert "| ours |" in document.read_text()


@pytest.mark.slow
def test_a_map_that_differs_from_the_whole_image_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    race, scene = import_module("race"), import_module("scene")
    paths, model = scene.make_scene(tmp_path, 150, 200), race.model_of("pointwise")
    with race.torch.inference_mode():
        classes = race.RIVALS["loop, no overlap"](race.stack(paths, model), race.Predict(model), 128, 9)
    classes[:15] = (classes[:15] + 1) % 9
    race.write_map(tmp_path / "map.tif", paths["rgb"], classes)
    assert race.oracle_agreement(tmp_path / "map.tif", paths, model) == pytest.approx(0.9)
