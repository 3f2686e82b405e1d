"""Scores of maps: torchmetrics, small matrices worked out by hand, polygons of known area."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import rasterio.shutil
import torch
from affine import Affine
from rasterio.crs import CRS
from test_codes import box, geojson
from torchmetrics.functional.classification import (
    multiclass_accuracy,
    multiclass_cohen_kappa,
    multiclass_confusion_matrix,
    multiclass_jaccard_index,
    multiclass_precision,
    multiclass_recall,
)

from dis2_core.contract.errors import Cancelled, GridMismatch, InputError, NoValidData, ResourceError, UnreadableRaster
from dis2_core.contract.other_jobs import ClassValue, EvaluateJob, Reference, read_job
from dis2_core.contract.segment_job import Event
from dis2_core.contract.styles import Category, category_names
from dis2_core.evaluation import codes
from dis2_core.evaluation.evaluate import run_evaluation
from dis2_core.evaluation.result import Evaluation

SHAPE = (1, 40, 60)
NAMES = ("building", "tree", "water", "road")


@pytest.fixture
def maps() -> tuple[np.ndarray, np.ndarray]:
    """A map and its reference (1, H, W): 0-3; 255 nothing, 254 uncertain."""
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 4, SHAPE).astype(np.uint8)
    mapped = np.where(generator.random(SHAPE) < 0.7, truth, generator.integers(0, 4, SHAPE)).astype(np.uint8)
    truth[:, :5] = 255
    mapped[:, :, :3] = 255
    mapped[:, :, 3:7] = 254
    return mapped, truth


def evaluated(classes: str, reference: Reference | str, **options: Any) -> Evaluation:
    if isinstance(reference, str):
        reference = Reference(reference)
    listener = options.pop("progress", None)
    return run_evaluation(EvaluateJob(classes, reference, options.pop("outputs", {}), **options), progress=listener)


def named(values: tuple[str, ...] = NAMES) -> tuple[ClassValue, ...]:
    return tuple(ClassValue(str(code), name) for code, name in enumerate(values))


def test_all_scores_are_torchmetrics(write_raster: Any, maps: tuple[np.ndarray, np.ndarray]) -> None:
    mapped, truth = maps
    values = (*named(), ClassValue("254", "uncertain"))
    result = evaluated(
        write_raster("map.tif", mapped, nodata=255), write_raster("truth.tif", truth, nodata=255), values=values
    )
    both = (mapped < 4) & (truth < 4)
    a, b = torch.from_numpy(mapped[both].astype(np.int64)), torch.from_numpy(truth[both].astype(np.int64))
    options = {"num_classes": 4, "average": "none"}
    assert np.array_equal(result.matrix, multiclass_confusion_matrix(a, b, num_classes=4))
    assert [item.name for item in result.classes] == list(NAMES) and not result.by_name
    for name, function in {
        "iou": multiclass_jaccard_index,
        "precision": multiclass_precision,
        "recall": multiclass_recall,
    }.items():
        assert [getattr(item, name) for item in result.classes] == pytest.approx(function(a, b, **options).tolist())
    assert result.overall_accuracy == pytest.approx(multiclass_accuracy(a, b, num_classes=4, average="micro").item())
    assert result.miou == pytest.approx(multiclass_jaccard_index(a, b, num_classes=4).item())
    assert result.kappa == pytest.approx(multiclass_cohen_kappa(a, b, num_classes=4).item(), abs=1e-6)
    coverage = result.coverage
    assert (coverage.pixels, coverage.labelled, coverage.not_labelled) == (2400, 35 * 60, 5 * 60)
    assert (coverage.compared, coverage.nodata, coverage.uncertain) == (35 * 53, 35 * 3, 35 * 4)
    assert coverage.square_metres == 35 * 53 and np.array_equal(result.square_metres, result.matrix)


def test_a_matrix_by_hand(write_raster: Any, tmp_path: Path) -> None:
    """Congalton's measures on a matrix of 2 x 2: rows reference, columns map."""
    mapped = np.repeat(np.uint8([0, 1, 0, 1]), [40, 10, 5, 45]).reshape(1, 10, 10)
    truth = np.repeat(np.uint8([0, 0, 1, 1]), [40, 10, 5, 45]).reshape(1, 10, 10)
    outputs = {"matrix": str(tmp_path / "matrix.csv"), "scores": str(tmp_path / "scores.csv")}
    result = evaluated(write_raster("map.tif", mapped), write_raster("truth.tif", truth), outputs=outputs)
    assert result.matrix == ((40, 10), (5, 45))
    first = result.classes[0]
    assert (first.precision, first.recall) == pytest.approx((40 / 45, 40 / 50))
    assert (first.iou, first.f1) == pytest.approx((40 / 55, 80 / 95))
    assert result.overall_accuracy == 0.85 and result.kappa == pytest.approx((0.85 - 0.5) / 0.5)
    with open(outputs["matrix"], encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["reference", "0", "1", "0 (m2)", "1 (m2)"] and rows[1] == ["0", "40", "10", "40.00", "10.00"]
    with open(outputs["scores"], encoding="utf-8") as file:
        assert [row["iou"] for row in csv.DictReader(file)] == ["0.7273", "0.7500"]


def test_polygons_of_known_area(write_raster: Any, tmp_path: Path) -> None:
    """The left 30 m are building, of which the map has 20; the right 20 m tree, all found; 10 m unlabelled."""
    mapped = np.zeros(SHAPE, np.uint8)
    mapped[:, :, 20:] = 1
    path = geojson(
        tmp_path / "truth.geojson",
        [("Building", box(400_000, 4_999_960, 400_030, 5_000_000)), ("tree", box(400_040, 4_999_960, 400_060, 5e6))],
    )
    result = evaluated(write_raster("map.tif", mapped), Reference(path, "class"), values=named())
    assert result.by_name and result.square_metres == ((800, 400), (0, 800))
    assert result.coverage.not_labelled == 400 and result.overall_accuracy == 0.8
    assert "80.0 %" in result.summary and "building" in result.summary and "33 % of it called tree" in result.summary


def test_names_in_a_virtual_copy_count_on_both_sides(
    write_raster: Any, maps: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    """The reference has the classes of the map under other codes; ``gdal_translate -of VRT`` keeps names inside."""
    mapped, truth = maps
    paths = [
        write_raster("map.tif", mapped, nodata=255),
        write_raster("truth.tif", np.where(truth < 4, 3 - truth, truth), nodata=255),
    ]
    for path, names in zip(paths, (NAMES, NAMES[::-1]), strict=True):
        categories = [Category(code, name, "#000000") for code, name in enumerate(names)]
        Path(f"{path}.aux.xml").write_text(category_names(categories), encoding="utf-8")
    virtual = [str(tmp_path / f"{number}.vrt") for number in range(2)]
    for path, copy in zip(paths, virtual, strict=True):
        rasterio.shutil.copy(path, copy, driver="VRT")
    expected = evaluated(*paths)
    assert expected.by_name and expected.overall_accuracy > 0.6
    for pair in ((virtual[0], paths[1]), (paths[0], virtual[1]), virtual):
        assert evaluated(*pair).matrix == expected.matrix


def test_strips_change_nothing(
    write_raster: Any, maps: tuple[np.ndarray, np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_raster(name, values) for name, values in zip(("map.tif", "truth.tif"), maps, strict=True)]
    whole = evaluated(*paths)
    monkeypatch.setattr(codes, "STRIP", 130)
    assert evaluated(*paths).matrix == whole.matrix


@pytest.mark.parametrize(("code", "advised"), [(-9999, True), (255, True), (7, False)])
def test_a_code_that_usually_marks_missing_data_is_told_and_can_be_left_out(
    write_raster: Any, code: int, advised: bool
) -> None:
    classes = np.random.default_rng(0).integers(0, 3, (1, 60, 60)).astype(np.int16)
    truth = classes.copy()
    truth[:, :30] = code
    mapped, path = write_raster("map.tif", classes), write_raster("truth.tif", truth)
    with_it = evaluated(mapped, Reference(path))
    (told,) = (text for text in with_it.warnings if f"class '{code}'" in text)
    assert (f"-a_nodata {code}" in told) == advised
    assert with_it.overall_accuracy == 0.5
    assert evaluated(mapped, Reference(path, nodata=str(code))).overall_accuracy == 1


def test_a_reference_of_finer_pixels_and_degrees(write_raster: Any) -> None:
    """A checkerboard of 10 m in the map, the same ground in degrees in the reference."""
    rows, cols = np.indices((40, 60))
    board = ((rows // 10 + cols // 10) % 2).astype(np.uint8)
    mapped = write_raster("map.tif", board[None])
    fine = np.kron(board, np.ones((4, 4), np.uint8))[None]
    quarter = Affine(0.25, 0, 400_000, 0, -0.25, 5_000_000)
    result = evaluated(mapped, write_raster("fine.tif", fine, transform=quarter))
    assert result.overall_accuracy == 1 and result.coverage.compared == 2400
    assert any("4 times finer" in warning for warning in result.warnings)
    from rasterio.warp import calculate_default_transform, reproject

    crs = CRS.from_epsg(32632)
    transform, width, height = calculate_default_transform(
        crs, "EPSG:4326", 240, 160, 400_000, 4_999_960, 400_060, 5_000_000
    )
    degrees = np.full((1, height, width), 255, np.uint8)
    reproject(fine, degrees, src_transform=quarter, src_crs=crs, dst_transform=transform, dst_crs="EPSG:4326",
              dst_nodata=255)  # fmt: skip
    path = write_raster("degrees.tif", degrees, crs="EPSG:4326", transform=transform, nodata=255)
    result = evaluated(mapped, path)
    assert result.overall_accuracy > 0.97 and result.coverage.compared > 2300


def test_areas_of_degrees_are_geodesic(write_raster: Any) -> None:
    from pyproj import Geod

    transform = Affine(0.01, 0, 10, 0, -0.01, 50)
    path = write_raster("map.tif", np.zeros((1, 30, 20), np.uint8), crs="EPSG:4326", transform=transform)
    area, _ = Geod(ellps="WGS84").polygon_area_perimeter([10, 10.2, 10.2, 10], [49.7, 49.7, 50, 50])
    assert evaluated(path, path).coverage.square_metres == pytest.approx(abs(area), rel=1e-4)


def test_classes_of_one_side_are_told(write_raster: Any) -> None:
    mapped = np.repeat(np.uint8([0, 1, 2]), 800).reshape(SHAPE)
    truth = np.repeat(np.uint8([5, 6, 7]), 800).reshape(SHAPE)
    values = (ClassValue("5", "building"), ClassValue("6", "field"))
    result = evaluated(
        write_raster("map.tif", mapped), Reference(write_raster("truth.tif", truth), values=values), values=named()
    )
    assert [item.name for item in result.classes] == ["building", "tree", "field"]
    assert result.matrix == ((800, 0, 0), (0, 0, 0), (0, 800, 0))
    told = " ".join(result.warnings)
    assert "map's class 'tree' is unknown" in told and "reference's class 'field' is unknown" in told
    assert "value 7 (800 pixels)" in told and result.coverage.not_labelled == 800
    assert result.miou == pytest.approx(0.5)  # building 1, field 0; tree does not occur in the reference


def test_codes_that_do_not_mean_the_same_are_told_first(write_raster: Any) -> None:
    truth = np.arange(2400).reshape(SHAPE) % 4
    classes = write_raster("classes.tif", truth.astype(np.uint8))
    shifted = write_raster("shifted.tif", ((truth + 1) % 4).astype(np.uint8))
    result = evaluated(classes, shifted)
    first = result.warnings[0]
    assert first.startswith("The codes of map and reference hardly mean the same") and "kappa -0.33" in first
    assert result.summary.startswith(first)  # the headline
    assert not any("hardly" in text for text in evaluated(classes, classes).warnings)


def test_values_without_a_class_are_told_in_one_sentence(write_raster: Any) -> None:
    truth = np.arange(2400).reshape(SHAPE).astype(np.uint16) // 100  # 24 values of 100 pixels
    path = write_raster("truth.tif", truth)
    result = evaluated(path, Reference(path, values=(ClassValue("0", "0"),)))
    told = [text for text in result.warnings if "no class" in text]
    assert len(told) == 1 and "1 (100 pixels), 2 (100 pixels)" in told[0] and "and 11 more" in told[0]


def test_the_report_tells_all_warnings(write_raster: Any, tmp_path: Path) -> None:
    mapped = write_raster("map.tif", np.zeros((1, 8, 8), np.uint8))
    fine = Affine(0.25, 0, 400_000, 0, -0.25, 5_000_000)
    truth = write_raster("truth.tif", np.zeros((1, 32, 32), np.uint8), transform=fine)
    result = evaluated(mapped, truth, outputs={"report": str(tmp_path / "report.html")})
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert len(result.warnings) == 2 and "4 times finer" in text and "mean little" in text


@pytest.mark.slow
def test_the_result_of_many_classes_is_an_event(write_raster: Any) -> None:
    """What is longer than a line may be would be taken for noise, and the run for a failed one."""
    generator = np.random.default_rng(3)
    pixels = Affine(1e-4, 0, 7, 0, -1e-4, 45.123456)
    paths = [
        write_raster(f"{name}.tif", generator.integers(0, 250, (1, 700, 700)), crs="EPSG:4326", transform=pixels)
        for name in ("map", "truth")
    ]
    result = evaluated(*paths)
    assert len(result.classes) == 250
    assert Event.from_line(Event("result", result.to_json()).to_line()) is not None


def test_a_report_tells_no_key(maps: tuple[np.ndarray, np.ndarray], write_raster: Any) -> None:
    from dis2_core.evaluation.report import evaluation_report

    path = write_raster("truth.tif", maps[1], nodata=255)
    address = "/vsicurl/https://maps.example/truth.tif?key=hush"
    text = evaluation_report(evaluated(path, path), EvaluateJob(address, Reference(address), {})).html()
    assert "maps.example/truth.tif" in text and "hush" not in text


def test_a_perfect_map_has_no_worst_class(write_raster: Any, maps: tuple[np.ndarray, np.ndarray]) -> None:
    path = write_raster("truth.tif", maps[1], nodata=255)
    assert "worst" not in evaluated(path, path).summary and "100.0 %" in evaluated(path, path).summary


def test_a_vector_file_that_is_no_geojson(
    write_raster: Any, maps: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    (tmp_path / "truth.shp").write_bytes(b"\x00\x00\x27\x0a" + bytes(96))
    with pytest.raises(UnreadableRaster) as caught:
        evaluated(write_raster("map.tif", maps[0]), str(tmp_path / "truth.shp"))
    assert "GeoJSON" in caught.value.hint


def test_254_is_a_class_where_it_is_one(write_raster: Any) -> None:
    values = np.full((1, 8, 8), 254, np.uint8)
    path = write_raster("map.tif", values)
    assert evaluated(path, path).coverage.compared == 64
    import rasterio

    with rasterio.open(path, "r+") as file:
        file.update_tags(DIS2_VERSION="0")
    with pytest.raises(NoValidData, match="map has no class"):
        evaluated(path, path)


def test_extent_and_places(write_raster: Any, maps: tuple[np.ndarray, np.ndarray]) -> None:
    mapped = write_raster("map.tif", maps[0])
    truth = write_raster("truth.tif", maps[1])
    inside = (400_010, 4_999_970, 400_030, 4_999_990)
    assert evaluated(mapped, truth, extent=inside).coverage.pixels == 400
    with pytest.raises(GridMismatch, match="extent"):
        evaluated(mapped, truth, extent=(0, 0, 1, 1))
    with pytest.raises(GridMismatch, match="do not overlap"):
        evaluated(mapped, write_raster("far.tif", maps[1], transform=Affine(1, 0, 0, 0, -1, 0)))
    with pytest.raises(NoValidData, match="reference has no class"):
        evaluated(mapped, write_raster("none.tif", np.full(SHAPE, 9, np.uint8), nodata=9))


def test_too_many_values(write_raster: Any) -> None:
    numbers = np.arange(5000, dtype=np.int32).reshape(1, 50, 100)
    path = write_raster("heights.tif", numbers)
    with pytest.raises(InputError, match="has more than 4096 different values"):
        evaluated(path, path)


def test_outputs_appear_together_or_not_at_all(
    write_raster: Any, maps: tuple[np.ndarray, np.ndarray], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_raster(name, values) for name, values in zip(("map.tif", "truth.tif"), maps, strict=True)]
    outputs = {name: str(tmp_path / f"{name}.{end}") for name, end in (("matrix", "csv"), ("report", "html"))}
    Path(outputs["matrix"]).write_text("earlier")
    job = EvaluateJob(paths[0], Reference(paths[1]), outputs)
    assert read_job(job.to_json()) == job
    with pytest.raises(Cancelled):
        run_evaluation(job, cancelled=lambda: True)
    with monkeypatch.context() as patch:
        patch.setattr("dis2_core.report.document.find_spec", lambda name: None)
        with pytest.raises(ResourceError, match="matplotlib"):
            run_evaluation(job)
    assert Path(outputs["matrix"]).read_text() == "earlier" and not Path(outputs["report"]).exists()
    events: list[Event] = []
    result = run_evaluation(job, progress=events.append)
    assert [event.data["name"] for event in events if event.type == "artifact"] == ["matrix", "report"]
    assert "Accuracy of a class map" in Path(outputs["report"]).read_text(encoding="utf-8")
    assert not list(tmp_path.glob(".*"))
    assert json.loads(json.dumps(result.to_json(), allow_nan=False))["overall_accuracy"] == result.overall_accuracy
