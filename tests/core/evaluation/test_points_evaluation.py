"""Maps judged by points: the worked example of Olofsson et al. (2014) as rasters and files, and points that are odd."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasterio.warp import transform
from test_codes import geojson
from test_estimation import MAPPED, POINTS

from dis2_core.contract.errors import GridMismatch, InputError
from dis2_core.contract.other_jobs import ClassValue, EvaluateJob, Reference
from dis2_core.evaluation.evaluate import run_evaluation
from dis2_core.evaluation.result import Evaluation

NAMES = ("deforestation", "forest gain", "stable forest", "stable non-forest")
SIDE = 100
PIXELS = MAPPED // 1000  # of a map of 100 x 100 pixels of 1 m
WEST, NORTH = 400_000, 5_000_000  # of what ``write_raster`` writes, in EPSG:32632


@pytest.fixture
def mapped(write_raster: Any) -> str:
    """The classes from left to right, from above."""
    return str(write_raster("map.tif", np.repeat(np.arange(4, dtype=np.uint8), PIXELS).reshape(1, SIDE, SIDE)))


def points() -> list[tuple[str, tuple[float, float]]]:
    """Class on the ground and middle of the pixel: in each class of the map as many as the paper has."""
    found = []
    for row, first in zip(POINTS, np.cumsum(PIXELS) - PIXELS, strict=True):
        for offset, truth in enumerate(np.repeat(range(4), row)):
            y, x = divmod(int(first) + offset, SIDE)
            found.append((NAMES[truth], (WEST + x + 0.5, NORTH - y - 0.5)))
    return found


def features(items: list[tuple[Any, tuple[float, float]]]) -> list[tuple[Any, Any]]:
    return [(name, {"type": "Point", "coordinates": list(place)}) for name, place in items]


def evaluated(mapped: str, path: str, **options: Any) -> Evaluation:
    values = tuple(ClassValue(str(code), name) for code, name in enumerate(NAMES))
    job = EvaluateJob(mapped, Reference(path, "class"), options.pop("outputs", {}), values=values, **options)
    return run_evaluation(job)


def test_the_worked_example(mapped: str, tmp_path: Path) -> None:
    outputs = {"scores": str(tmp_path / "scores.csv"), "report": str(tmp_path / "report.html")}
    result = evaluated(mapped, geojson(tmp_path / "points.geojson", features(points())), outputs=outputs)
    assert np.array_equal(result.matrix, POINTS.T)  # rows are the ground here
    sample = result.sample
    assert sample is not None and sample.points == 640
    assert (sample.overall, sample.overall_ci) == pytest.approx((0.947, 0.018), abs=6e-4)
    assert result.overall_accuracy == pytest.approx(sample.overall)
    first = sample.classes[0]
    assert (first.users, first.producers) == pytest.approx((0.88, 0.75), abs=5e-3)
    assert (first.square_metres, first.square_metres_ci) == pytest.approx((235.086, 68.418), abs=1e-3)
    assert result.classes[0].reference_m2 == pytest.approx(235.086, abs=1e-3)
    assert result.classes[0].mapped_m2 == pytest.approx(200)
    assert "94.7 % ± 1.8 % of the map's 1.00 ha" in result.summary and "640 points" in result.summary
    with open(outputs["scores"], encoding="utf-8") as file:
        row = next(csv.DictReader(file))
    assert (row["reference_points"], row["map_points"], row["recall_ci95"]) == ("69", "75", "0.2133")
    page = Path(outputs["report"]).read_text(encoding="utf-8")
    assert "Accuracies and areas, estimated from points" in page and "235 m² ± 68 m²" in page
    assert "74.9 % ± 21.3 %" in page and "Olofsson" in page


def test_the_extent_limits_the_map_too(mapped: str, tmp_path: Path) -> None:
    """The upper 35 rows hold all of two classes and nearly all of the third."""
    path = geojson(tmp_path / "points.geojson", features(points()))
    result = evaluated(mapped, path, extent=(WEST, NORTH - 35, WEST + SIDE, NORTH))
    assert result.coverage.pixels == 35 * SIDE and result.sample is not None
    assert [item.mapped_share for item in result.sample.classes][:2] == pytest.approx([200 / 3500, 150 / 3500])
    assert any("No point lies in" in text for text in result.warnings) is False


def test_points_in_degrees(mapped: str, tmp_path: Path) -> None:
    xs, ys = zip(*(place for _, place in points()), strict=True)
    degrees = zip(*transform("EPSG:32632", "OGC:CRS84", xs, ys), strict=True)
    items = [(name, place) for (name, _), place in zip(points(), degrees, strict=True)]
    result = evaluated(mapped, geojson(tmp_path / "points.geojson", features(items), crs=""))
    assert np.array_equal(result.matrix, POINTS.T)


def test_what_says_nothing_is_told(mapped: str, tmp_path: Path) -> None:
    """One not interpreted, one on another one's pixel, one elsewhere; a class of the map without points."""
    middle = WEST + 0.5, NORTH - 0.5
    items = [
        *((NAMES[0], (middle[0] + x, middle[1])) for x in range(5)),
        *((NAMES[3], (middle[0] + x, middle[1] - 90)) for x in range(5)),
        (None, middle),
        (NAMES[1], (middle[0] + 0.2, middle[1])),
        (NAMES[0], (WEST - 5_000, NORTH)),
    ]
    result = evaluated(mapped, geojson(tmp_path / "points.geojson", features(items)))
    assert result.sample is not None and result.sample.points == 10
    told = " ".join(result.warnings)
    assert "no class (1: feature 11)" in told
    assert "1 points lie in the pixel of another one" in told
    assert "forest gain (1.5% of the map), stable forest (32.0% of the map)" in told
    assert result.sample.overall == pytest.approx((200 * 4 / 5 + 6450) / 6650)


def test_points_that_are_all_elsewhere_or_all_empty(mapped: str, tmp_path: Path) -> None:
    away = geojson(tmp_path / "away.geojson", features([("x", (WEST - 100, NORTH))]))
    with pytest.raises(GridMismatch, match="lie elsewhere"):
        evaluated(mapped, away)
    empty = geojson(tmp_path / "empty.geojson", features([(None, (WEST + 1, NORTH - 1))]))
    with pytest.raises(InputError, match="holds no point with a value"):
        evaluated(mapped, empty)
