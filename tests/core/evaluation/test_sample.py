"""Samples of a map as files: what is drawn, and that what is interpreted comes back as the accuracy it must."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dis2_core.contract.errors import InputError, NoValidData
from dis2_core.contract.other_jobs import ClassValue, EvaluateJob, Reference, SampleJob
from dis2_core.evaluation import sample
from dis2_core.evaluation.evaluate import run_evaluation
from dis2_core.evaluation.sample import SampleResult, run_sample

NAMES = ("deforestation", "forest gain", "stable forest", "stable non-forest")
VALUES = tuple(ClassValue(str(code), name) for code, name in enumerate(NAMES))
SHARES = [200, 150, 3200, 6450]


@pytest.fixture
def mapped() -> np.ndarray:
    """Shares of the classes as in Olofsson et al. (2014), thrown about; a row of no data, a row of *uncertain*."""
    values = np.random.default_rng(5).permutation(np.repeat(np.arange(4, dtype=np.uint8), SHARES)).reshape(100, 100)
    return np.vstack([values, np.full((1, 100), 255, np.uint8), np.full((1, 100), 254, np.uint8)])[None]


@pytest.fixture
def sampled(write_raster: Any, mapped: np.ndarray, tmp_path: Path) -> Any:
    path = write_raster("map.tif", mapped, nodata=255)

    def run(**options: Any) -> SampleResult:
        values = (*VALUES, ClassValue("254", "uncertain"))
        job = SampleJob(path, str(tmp_path / "points.geojson"), **{"values": values, **options})
        return run_sample(job)

    return run


def test_sizes_by_class(sampled: Any) -> None:
    result = sampled(points=640, minimum=75)
    assert [(item.name, item.points) for item in result.strata] == list(zip(NAMES, (75, 75, 162, 328), strict=True))
    assert [item.share for item in result.strata] == [0.02, 0.015, 0.32, 0.645]
    assert sum(item.points for item in sampled(points=500, design="random").strata) == 500
    assert sampled(error=0.02, expected=0.8, minimum=0).points == 400  # 0.8 x 0.2 / 0.02 squared


def test_points_say_nothing_of_the_map_and_lie_in_the_middle_of_pixels(sampled: Any) -> None:
    result = sampled(points=200, minimum=0)
    collection = json.loads(Path(result.outputs["points"]).read_text(encoding="utf-8"))
    assert result.crs == "EPSG:32632" and collection["crs"]["properties"]["name"].endswith("::32632")
    assert [feature["id"] for feature in collection["features"]] == list(range(1, 201))
    assert all(feature["properties"] == {"class": None} for feature in collection["features"])
    places = np.array([feature["geometry"]["coordinates"] for feature in collection["features"]])
    assert (places % 1 == 0.5).all() and len(np.unique(places, axis=0)) == 200
    assert (np.diff(places[:, 1]) > 0).any()  # not in the order of the map


def interpreted(result: SampleResult, truth: np.ndarray) -> str:
    """Somebody who knows the ground fills the points in."""
    path = Path(result.outputs["points"])
    collection = json.loads(path.read_text(encoding="utf-8"))
    for feature in collection["features"]:
        x, y = feature["geometry"]["coordinates"]
        feature["properties"]["class"] = NAMES[truth[0, int(5_000_000 - y), int(x - 400_000)]]
    path.write_text(json.dumps(collection), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("design", ["stratified", "random"])
def test_the_ground_lies_within_the_intervals(sampled: Any, mapped: np.ndarray, tmp_path: Path, design: str) -> None:
    """A tenth of the map is wrong; 3 standard errors leave one sample in 370 outside, and these are fixed ones."""
    wrong = np.random.default_rng(6).random(mapped.shape) < 0.1
    truth = np.where(wrong & (mapped < 4), (mapped + 1) % 4, mapped)
    path = interpreted(sampled(points=600, minimum=75, design=design), truth)
    job = EvaluateJob(str(tmp_path / "map.tif"), Reference(path, "class"), {}, values=VALUES)
    result = run_evaluation(job)
    assert result.sample is not None and result.sample.overall_ci is not None
    valid = mapped < 4
    assert abs(result.sample.overall - (truth == mapped)[valid].mean()) < 1.5 * result.sample.overall_ci
    for code, item in enumerate(result.sample.classes):
        assert item.share_ci is not None
        assert abs(item.share - (truth == code)[valid].mean()) < 1.5 * item.share_ci


def test_what_is_no_class_is_told_and_is_a_choice(write_raster: Any, tmp_path: Path) -> None:
    codes = np.random.default_rng(0).integers(0, 3, (1, 60, 60)).astype(np.int16)
    codes[:, :30] = -9999
    job = SampleJob(write_raster("map.tif", codes), str(tmp_path / "points.geojson"), points=90, minimum=0)
    result = run_sample(job)
    assert [item.name for item in result.strata] == ["-9999", "0", "1", "2"]
    assert any("-a_nodata -9999" in text for text in result.warnings)
    chosen = run_sample(replace(job, nodata="-9999"))
    assert [item.name for item in chosen.strata] == ["0", "1", "2"] and not chosen.warnings


def test_what_cannot_be_sampled(
    write_raster: Any, sampled: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample, "MOST_POINTS", 499)
    with pytest.raises(InputError, match="nobody interprets"):
        sampled(points=500)
    empty = write_raster("empty.tif", np.full((1, 4, 4), 255, np.uint8), nodata=255)
    with pytest.raises(NoValidData, match="no class anywhere"):
        run_sample(SampleJob(empty, str(tmp_path / "points.geojson")))
