"""``dis2 evaluate`` and ``dis2 whatif`` on the command line, and their jobs from a log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from test_cli import call
from tiny_models import CLASSES, save_tiny_model

from dis2_core.cli import report_commands
from dis2_core.contract.other_jobs import EvaluateJob, WhatIfJob, read_job
from dis2_core.contract.segment_job import Job, Source


@pytest.fixture
def files(write_raster: Any, scene: Any, tmp_path: Path) -> dict[str, str]:
    paths = scene()
    truth = np.random.default_rng(0).integers(0, 3, (1, 50, 70)).astype(np.uint8)
    paths["truth"] = write_raster("truth.tif", truth)
    paths["model"] = str(save_tiny_model(tmp_path / "tiny.safetensors"))
    return paths


def whatif_arguments(files: dict[str, str], folder: Path, *more: str | Path) -> list[str | Path]:
    return [
        *("whatif", "-m", files["model"], "-i", f"rgb={files['rgb']}", "-i", f"ndsm={files['ndsm']}"),
        *("--out", folder, "--device", "cpu", "--threads", "1", *more),
    ]


def events_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_evaluate_prints_the_answer(files: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    assert call(["evaluate", files["truth"], "--reference", files["truth"], "--report", report]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("100.0 % of the compared area (3,500 m²)") and "IoU" in printed
    assert f"report: {report}" in printed and report.is_file()


def test_an_evaluation_runs_again_from_its_log(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    values = [argument for code in range(3) for argument in ("--value", f"{code}=class {code}")]
    assert call(["evaluate", files["truth"], "--reference", files["truth"], *values, "--events"]) == 0
    log = capsys.readouterr().out
    first, *_, last = events_of(log)
    job = read_job(json.dumps(first["job"]))
    assert isinstance(job, EvaluateJob) and job.reference.values[1].name == "class 1"
    (tmp_path / "log.jsonl").write_text(log)
    assert call(["run", tmp_path / "log.jsonl", "--events"]) == 0
    again = events_of(capsys.readouterr().out)[-1]
    assert {**again, "seconds": 0} == {**last, "seconds": 0} and last["overall_accuracy"] == 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--value", "1"], "'1' is no --value"),
        (["--band", "2"], "no band 2"),
        (["--report", "report.txt"], "HTML"),
        (["--reference-band", "0"], "reference_band|band"),
    ],
)
def test_evaluate_refuses(files: dict[str, str], more: list[str], message: str, capsys: Any) -> None:
    assert call(["evaluate", files["truth"], "--reference", files["truth"], *more]) == 2
    import re

    assert re.search(message, capsys.readouterr().err)


def test_what_is_void_is_a_choice_for_the_map_and_for_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    jobs: list[Any] = []
    monkeypatch.setattr(report_commands, "execute", lambda job, **_: jobs.append(job))
    assert call(["sample", "m.tif", "--out", "p.geojson", "--nodata", "map=0,9", "--mask", "map=none"]) == 0
    whatif = ["whatif", "-m", "M", "-i", "rgb=a.tif", "--out", "w", "--reference", "t.tif"]
    assert call([*whatif, "--nodata", "reference=none", "--mask", "reference=2", "--nodata", "rgb=0"]) == 0
    sample, series = jobs
    assert (sample.nodata, sample.mask) == ("0,9", "none")
    assert (series.reference.nodata, series.reference.mask) == ("none", "2")
    assert series.run.inputs == {"rgb": Source("a.tif", nodata="0")}
    assert call([*whatif, "--bands", "reference=2"]) == 2 and len(jobs) == 2


@pytest.mark.slow
def test_whatif_prints_the_answer_and_runs_again(
    files: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    values = [argument for code, item in enumerate(CLASSES) for argument in ("--value", f"{code}={item[0]}")]
    more = ["--reference", files["truth"], *values]
    assert call(whatif_arguments(files, tmp_path / "out", *more, "--co", "COMPRESS=LZW")) == 0
    with rasterio.open(tmp_path / "out" / "classes_rgb.tif") as file:
        assert file.compression.name == "lzw"
    printed = capsys.readouterr().out
    assert printed.startswith("Without ") and "mIoU" in printed and str(tmp_path / "out") in printed
    assert call(whatif_arguments(files, tmp_path / "out", *more, "--events")) == 0
    log = capsys.readouterr().out
    job = read_job(json.dumps(events_of(log)[0]["job"]))
    assert isinstance(job, WhatIfJob) and job.reference is not None and len(job.reference.values) == 3
    (tmp_path / "job.json").write_text(job.to_json())
    assert call(["run", tmp_path / "job.json"]) == 0


def test_there_is_no_dry_run_of_them(files: dict[str, str], tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "job.json").write_text(WhatIfJob.from_json(_job(files, tmp_path).to_json()).to_json())
    assert call(["run", tmp_path / "job.json", "--dry-run"]) == 2
    assert "whatif" in capsys.readouterr().err and not (tmp_path / "out").exists()


def _job(files: dict[str, str], folder: Path) -> WhatIfJob:
    inputs = {name: Source(files[name]) for name in ("rgb", "ndsm")}
    return WhatIfJob(Job(files["model"], inputs, {"classes": "classes.tif"}), str(folder / "out"))
