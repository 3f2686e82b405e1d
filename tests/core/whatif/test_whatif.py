"""What if: the maps are those of ``segment``, the figures those of numpy, the folder whole or not at all."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from tiny_models import CLASSES, save_tiny_model, tiny_card

import dis2_core
from dis2_core.contract.errors import Cancelled, InputError, OutputNotWritable
from dis2_core.contract.other_jobs import ClassValue, Reference, WhatIfJob, read_job
from dis2_core.contract.segment_job import Event, Job, Source
from dis2_core.whatif import whatif
from dis2_core.whatif.dependence import Change, ClassChange, compare_maps, in_words, percent
from dis2_core.whatif.whatif import run_whatif, scenarios


@pytest.fixture
def make_job(tmp_path: Path, scene: Callable[..., dict[str, str]]) -> Callable[..., WhatIfJob]:
    """A job on a small scene with a random network."""
    model = str(save_tiny_model(tmp_path / "tiny.safetensors"))

    def make(inputs: dict[str, str] | None = None, reference: Reference | None = None, **changes: Any) -> WhatIfJob:
        sources = {name: Source(path) for name, path in (inputs or scene()).items()}
        outputs = {"classes": "anywhere/classes.tif", **changes.pop("outputs", {})}
        run = Job(model, sources, outputs, device="cpu", threads=1, **changes)
        return WhatIfJob(run, str(tmp_path / "what if"), reference)

    return make


def read(path: str | Path) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read(1)


def test_which_sets_are_tried() -> None:
    assert scenarios(("a", "b")) == [("a", "b"), ("a",), ("b",)]
    assert len(scenarios(("a", "b", "c"))) == 7
    five = scenarios(tuple("abcde"))
    assert five == [tuple("abcde"), *combinations("abcde", 4), *combinations("abcde", 1)]


@pytest.mark.slow
def test_the_maps_are_those_of_segment(make_job: Any, tmp_path: Path) -> None:
    job = make_job(outputs={"confidence": "x/sure.tif"})
    result = run_whatif(job)
    folder = tmp_path / "what if"
    assert [item.name for item in result.scenarios] == ["rgb+ndsm", "rgb", "ndsm"]
    for scenario in result.scenarios:
        inputs = {name: job.run.inputs[name] for name in scenario.modalities}
        dis2_core.segment(inputs, job.run.model, output=tmp_path / "alone.tif", device="cpu", threads=1)
        path = folder / f"classes_{scenario.name}.tif"
        assert scenario.outputs["classes"] == str(path) and np.array_equal(read(path), read(tmp_path / "alone.tif"))
        assert path.with_suffix(".qml").is_file() and (folder / f"sure_{scenario.name}.tif").is_file()
    assert Path(result.outputs["report"]).is_file() and Path(result.outputs["table"]).is_file()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.slow
def test_the_figures_are_those_of_numpy(make_job: Any, tmp_path: Path) -> None:
    result = run_whatif(make_job())
    full = read(result.scenarios[0].outputs["classes"])
    with open(result.outputs["table"], encoding="utf-8") as file:
        lines = {(row["available"], row["class"]): row for row in csv.DictReader(file)}
    for scenario in result.scenarios:
        other = read(scenario.outputs["classes"])
        assert scenario.change.kept == pytest.approx((full == other).mean())
        assert lines[scenario.name, ""]["kept_percent"] == f"{100 * (full == other).mean():.2f}"
        for code, (name, _) in enumerate(CLASSES):
            change, line = scenario.change.classes[code], lines[scenario.name, name]
            assert (change.full_pixels, change.scenario_pixels) == ((full == code).sum(), (other == code).sum())
            assert change.kept_pixels == ((full == code) & (other == code)).sum()
            assert change.full_m2 == change.full_pixels and float(line["scenario_m2"]) == change.scenario_pixels
            if change.turned_pixels:
                into = np.bincount(other[(full == code) & (other != code)], minlength=3)
                assert change.turned_pixels == into.max() and change.turned_into == CLASSES[into.argmax()][0]
    assert result.scenarios[0].change.kept == 1 and 0 < result.scenarios[1].change.kept < 1


@pytest.mark.slow
def test_all_maps_lie_on_the_pixels_of_the_full_one(make_job: Any, write_raster: Any, scene: Any) -> None:
    """Heights of other pixels, shifted: without the photo, alone, they would have a grid of their own."""
    heights = np.random.default_rng(1).uniform(0, 20, (1, 40, 40)).astype(np.float32)
    path = write_raster("other.tif", heights, transform=Affine(1.5, 0, 400_000.4, 0, -1.5, 5_000_010.3))
    result = run_whatif(make_job({"rgb": scene()["rgb"], "ndsm": path}))
    profiles = []
    for scenario in result.scenarios:
        with rasterio.open(scenario.outputs["classes"]) as file:
            profiles.append((file.transform, file.shape, file.crs))
    assert len(profiles) == 3 and len(set(profiles)) == 1
    assert result.scenarios[1].change.lost_pixels > 0  # the photo does not cover all


@pytest.mark.slow
def test_scores_where_there_is_a_reference(make_job: Any, write_raster: Any) -> None:
    truth = np.random.default_rng(2).integers(0, 3, (1, 50, 70)).astype(np.uint8)
    values = tuple(ClassValue(str(code), name) for code, (name, _) in enumerate(CLASSES))
    result = run_whatif(make_job(reference=Reference(write_raster("truth.tif", truth), values=values)))
    for scenario in result.scenarios:
        mapped = read(scenario.outputs["classes"])
        assert scenario.evaluation is not None
        assert scenario.evaluation.overall_accuracy == pytest.approx((mapped == truth[0]).mean())
    assert "Against the reference, mean IoU is" in result.summary
    text = Path(result.outputs["report"]).read_text(encoding="utf-8")
    assert "Mean IoU" in text and text.count("data:image/png;base64,") == 5
    assert json.loads(json.dumps(result.to_json(), allow_nan=False))["summary"] == result.summary


@pytest.mark.slow
def test_a_modality_without_data_is_told_and_left_out(make_job: Any, write_raster: Any, scene: Any) -> None:
    path = write_raster("empty.tif", np.full((1, 50, 70), -1, np.float32), nodata=-1)
    result = run_whatif(make_job({"rgb": scene()["rgb"], "ndsm": path}))
    assert [item.name for item in result.scenarios] == ["rgb+ndsm", "rgb"]
    assert any("no map from ndsm" in text for text in result.warnings)


def test_one_modality_is_too_few(make_job: Any, scene: Any) -> None:
    with pytest.raises(InputError, match="At least two"):
        run_whatif(make_job({"rgb": scene()["rgb"]}))


def test_a_model_of_one_modality_has_none_to_leave_out(make_job: Any, scene: Any, tmp_path: Path) -> None:
    one = {"modalities": tiny_card().modalities[:1], "network": {"form": "shared", "width": 8}}
    job = make_job({"rgb": scene()["rgb"]})
    model = save_tiny_model(tmp_path / "one.safetensors", **one)
    with pytest.raises(InputError) as error:
        run_whatif(replace(job, run=replace(job.run, model=str(model))))
    assert "takes rgb (red, green, blue) alone: choose another model" in error.value.hint


def test_the_job_travels(make_job: Any) -> None:
    job = make_job(reference=Reference("a.geojson", "class", values=(ClassValue("1", "a"),), crs="EPSG:1"))
    assert read_job(job.to_json()) == job


@pytest.mark.slow
def test_events_are_of_one_run(make_job: Any) -> None:
    events: list[Event] = []
    run_whatif(make_job(), progress=events.append)
    fractions = [event.data["fraction"] for event in events if event.type == "progress"]
    assert fractions == sorted(fractions) and fractions[-1] == 1
    texts = [event.data["text"] for event in events if event.type == "info"]
    assert len(texts) == len(set(texts))
    assert [event.data["name"] for event in events if event.type == "artifact"] == ["folder", "report", "table"]


# The folder


@pytest.mark.slow
def test_an_earlier_result_is_replaced_as_a_whole(make_job: Any, tmp_path: Path) -> None:
    folder = tmp_path / "what if"
    run_whatif(make_job(outputs={"confidence": "x/sure.tif"}))
    (folder / "classes_rgb.tif.aux.xml").write_text("statistics")  # GDAL's, QGIS's
    (folder / "classes_rgb.qmd").write_text("history")
    run_whatif(make_job())
    assert not list(folder.glob("sure*")) and not (folder / "classes_rgb.qmd").exists()
    assert not list(tmp_path.glob(".*"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "stranger", ["notes.txt", "photos", "report.pdf", "table.xlsx", "whatif.qgz", "classes_rgb.gpkg"]
)
@pytest.mark.parametrize("ours", [True, False])
def test_what_is_not_ours_is_left_alone(make_job: Any, tmp_path: Path, stranger: str, ours: bool) -> None:
    folder = tmp_path / "what if"
    folder.mkdir()
    if ours:
        run_whatif(make_job())
    (folder / stranger).mkdir() if stranger == "photos" else (folder / stranger).write_text("dear")
    before = sorted(folder.iterdir())
    with pytest.raises(OutputNotWritable, match=stranger):
        run_whatif(make_job())
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("manifest", ["", "[]", '{"dis2": 1}', '{"files": ["notes.txt"]}', "[" * 10_000])
def test_a_manifest_that_is_none_protects(make_job: Any, tmp_path: Path, manifest: str) -> None:
    folder = tmp_path / "what if"
    folder.mkdir()
    (folder / "whatif.json").write_text(manifest)
    (folder / "notes.txt").write_text("dear")
    with pytest.raises(OutputNotWritable):
        run_whatif(make_job())
    assert (folder / "notes.txt").read_text() == "dear"


def test_what_is_put_there_meanwhile_is_left_alone(make_job: Any, tmp_path: Path) -> None:
    folder = tmp_path / "what if"
    folder.mkdir()

    def listen(event: Event) -> None:
        if event.type == "progress":
            (folder / "notes.txt").write_text("dear")

    with pytest.raises(OutputNotWritable, match=r"notes\.txt"):
        run_whatif(make_job(), progress=listen)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"] and not list(tmp_path.glob(".*"))


def test_a_file_of_that_name(make_job: Any, tmp_path: Path) -> None:
    (tmp_path / "what if").write_text("dear")
    with pytest.raises(OutputNotWritable, match="is a file"):
        run_whatif(make_job())


@pytest.mark.slow
def test_a_list_that_was_changed_gives_nothing_away(make_job: Any, tmp_path: Path) -> None:
    run_whatif(make_job())
    manifest = tmp_path / "what if" / "whatif.json"
    listed = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**listed, "files": [*listed["files"], "thesis.docx"]}))
    (tmp_path / "what if" / "thesis.docx").write_text("dear")
    with pytest.raises(OutputNotWritable, match=r"thesis\.docx"):
        run_whatif(make_job())
    assert (tmp_path / "what if" / "thesis.docx").read_text() == "dear"


def test_an_input_in_the_folder(make_job: Any, tmp_path: Path) -> None:
    result = run_whatif(make_job())
    with pytest.raises(InputError, match="lies in"):
        run_whatif(make_job(reference=Reference(result.scenarios[0].outputs["classes"])))


@pytest.mark.parametrize("field", ["", "class"])
def test_a_reference_that_cannot_be_read_is_told_before_a_map_is_made(
    make_job: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, field: str
) -> None:
    monkeypatch.setattr(whatif, "run_job", lambda *_, **__: pytest.fail("a map was made in vain"))
    with pytest.raises(InputError, match=r"gone\.tif"):
        run_whatif(make_job(reference=Reference(str(tmp_path / "gone.tif"), field)))


@pytest.mark.slow
def test_a_cancelled_run_leaves_the_earlier_one(make_job: Any, tmp_path: Path) -> None:
    run_whatif(make_job())
    before = {path.name: path.read_bytes() for path in (tmp_path / "what if").iterdir()}
    asked = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 12

    with pytest.raises(Cancelled):
        run_whatif(make_job(), cancelled=cancelled)
    assert {path.name: path.read_bytes() for path in (tmp_path / "what if").iterdir()} == before
    assert not list(tmp_path.glob(".*"))


@pytest.mark.slow
def test_a_folder_that_cannot_be_moved_comes_back(
    make_job: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_whatif(make_job())
    real, refused = os.replace, []

    def replace(source: Any, target: Any) -> None:
        if Path(target) == tmp_path / "what if" and not refused:
            refused.append(target)
            raise PermissionError(13, "in use")
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    with pytest.raises(OutputNotWritable):
        run_whatif(make_job())
    assert (tmp_path / "what if" / "report.html").is_file() and not list(tmp_path.glob(".*"))


# Words


def change(kept: int, of: int, turned: int, into: str) -> Change:
    building = ClassChange("building", "#ff0000", of, kept, kept, into, turned, None, None)
    rest = ClassChange("tree", "#00ff00", 100 - of, 100 - of, 100, "", 0, None, None)
    return Change((building, rest), 100, 100 - of + kept, 0, 0)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (change(40, 40, 0, ""), "Without ndsm, 100 % of the map stays the same."),
        (change(30, 40, 10, "tree"), "90 % of the map stays the same; building changes most: 25 % of it becomes tree."),
        (change(20, 40, 15, "road"), "50 % of it becomes something else, mostly road."),
        (change(20, 40, 15, "no data"), "50 % of it is lost, mostly for want of data."),
        (change(0, 1, 1, "tree"), "Without ndsm, 99 % of the map stays the same."),  # too small for the headline
    ],
)
def test_words(found: Change, words: str) -> None:
    assert in_words("ndsm", found).endswith(words)


def test_percents() -> None:
    assert [percent(share) for share in (0, 0.004, 0.5, 0.996, 1)] == [
        *("0 %", "less than 1 %", "50 %", "more than 99 %", "100 %")
    ]


def test_maps_of_uncertain_pixels(write_raster: Any) -> None:
    from dis2_core.contract.card import LandClass

    full = np.uint8([[[0, 0, 1, 1, 254, 255]]])
    other = np.uint8([[[0, 254, 255, 1, 1, 1]]])
    paths = [write_raster(f"{name}.tif", values, nodata=255) for name, values in (("a", full), ("b", other))]
    found = compare_maps(*paths, [LandClass("a", "#000000"), LandClass("b", "#ffffff")])
    assert (found.full_pixels, found.kept_pixels, found.lost_pixels, found.uncertain_pixels) == (4, 2, 1, 1)
    assert [item.turned_into for item in found.classes] == ["uncertain", "no data"]
    assert [item.scenario_pixels for item in found.classes] == [1, 3]
