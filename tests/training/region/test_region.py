from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from rasterio.warp import Resampling, calculate_default_transform, reproject
from tiny_scene import (
    CRS,
    GSD,
    LEFT,
    SIDE,
    TOP,
    VALUES,
    draw_labels,
    tiny_job,
    write,
    write_polygons,
    write_scene,
)

import dis2_core
from dis2_core import load_model
from dis2_core.contract.card import Band, Modality, scenario_name
from dis2_core.contract.errors import (
    Cancelled,
    Dis2Error,
    GridMismatch,
    InputError,
    NoSpace,
    NoValidData,
    ProtocolError,
    UnreadableRaster,
)
from dis2_core.contract.other_jobs import EFFORTS, ClassValue, Reference, TrainJob, read_job
from dis2_core.contract.segment_job import Event, Source
from dis2_core.network.encoder import build_encoders
from dis2_core.run.reporting import Reporter
from dis2_training.fitting.loop import TrainingDiverged
from dis2_training.region import region
from dis2_training.region.command import region_job, region_parser
from dis2_training.region.holdout import Box, Role
from dis2_training.region.labels import read_labels
from dis2_training.region.modalities import ANYTHING, measured
from dis2_training.region.outcome import TrainingResult
from dis2_training.region.region import run_training
from dis2_training.region.scene import Scene
from dis2_training.start.encoder_file import Encoders, save_encoders


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_scene(tmp_path_factory.mktemp("scene"))


@pytest.fixture(scope="module")
def trained(scene: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainingResult:
    """A run of a few seconds, long enough to learn what a threshold would tell."""
    folder = tmp_path_factory.mktemp("trained")
    outputs = {"model": str(folder / "mine.safetensors"), "report": str(folder / "mine.html")}
    return run_training(tiny_job(scene, outputs=outputs, steps=60, batch_size=4, name="mine", license="CC0-1.0"))


@pytest.fixture(autouse=True)
def nothing_partial(tmp_path: Path):
    yield
    assert not [path for path in tmp_path.rglob(".*") if "dis2" in path.name]


class Events(list):
    def __call__(self, event: Event) -> None:
        self.append(event)

    def texts(self, kind: str) -> str:
        return "\n".join(event.data["text"] for event in self if event.type == kind)


@pytest.mark.slow
def test_a_training_that_is_enough_ends_at_once_and_keeps_the_best(scene: Path, tmp_path: Path):
    """It is tested, and says so; the model is that of the step at which it was best."""
    outputs, answers = {"model": str(tmp_path / "m.safetensors")}, iter([False] * 40)
    job = tiny_job(scene, outputs=outputs, steps=4000, batch_size=2)
    result = run_training(job, enough=lambda: next(answers, True))
    assert result.steps == 41 and result.chosen <= 41 and result.curve[-1].steps == 41
    assert result.scores and any("step 41 of 4,000, as asked" in text for text in result.warnings)
    assert load_model(outputs["model"]).card.metrics


def test_a_run_learns_and_is_tested_apart(trained: TrainingResult) -> None:
    assert trained.full is not None and trained.full.overall_accuracy > 0.8
    assert len(trained.scores) == 3 and trained.steps == 60
    assert (
        trained.plan.pixels(Role.TEST).sum() == int(trained.full.reference.sum()) == pytest.approx(SIDE**2 / 4, rel=0.3)
    )


@pytest.mark.slow
def test_the_card_says_everything(trained: TrainingResult) -> None:
    card = load_model(trained.outputs["model"]).card
    assert (card.name, card.license, card.gsd, card.window) == ("mine", "CC0-1.0", GSD, (32, 32))
    assert [(item.name, item.color) for item in card.classes] == [(item.name, item.color) for item in VALUES]
    optical, elevation = card.modalities
    assert (optical.name, optical.slot, [band.name for band in optical.bands]) == (
        "rgb",
        "optical",
        ["red", "green", "blue"],
    )
    assert (optical.bands[0].valid_min, optical.bands[0].valid_max) == (0, 255)
    assert (elevation.name, elevation.bands[0].unit) == ("ndsm", "m")
    assert elevation.bands[0].valid_min < 0.1 and 8 < elevation.bands[0].valid_max < 20
    red = np.array([60, 180, 120])[draw_labels()]
    assert optical.bands[0].mean == pytest.approx(red.mean(), rel=0.1) and optical.bands[0].std == pytest.approx(
        red.std(), rel=0.1
    )
    assert card.metrics == {scenario_name(key): score.to_card() for key, score in trained.scores.items()}
    assert card.network == {"form": "shared", "width": 8}
    assert "same scene, 8 m or more from the ground" in card.notes and "labels.tif" in card.training_data
    assert str(Path(trained.outputs["model"]).parent) not in json.dumps(card.to_json())


@pytest.mark.slow
@pytest.mark.parametrize("given", [("rgb", "ndsm"), ("rgb",), ("ndsm",)])
def test_the_model_segments_every_scenario(trained: TrainingResult, scene: Path, tmp_path: Path, given: tuple) -> None:
    inputs = {name: scene / f"{name}.tif" for name in given}
    dis2_core.segment(inputs, trained.outputs["model"], output=tmp_path / "map.tif", device="cpu", threads=1)
    with rasterio.open(tmp_path / "map.tif") as raster:
        right = (raster.read(1) == draw_labels()).mean()
    assert right > 0.5 if len(given) == 1 else right > 0.8


@pytest.mark.slow
def test_the_report_is_one_page_that_names_what_was_found(trained: TrainingResult) -> None:
    text = Path(trained.outputs["report"]).read_text(encoding="utf-8")
    assert text.count("<svg") >= 4 and "<script" not in text and "://" not in text.replace("http://www.w3.org", "")
    for word in ("rgb+ndsm", "grass", "roof", "road", f"{trained.full.miou:.2f}", "labels.tif", "CC0-1.0"):
        assert word in text


@pytest.mark.slow
@pytest.mark.parametrize(("slot", "name"), [("optical", "rgb"), ("elevation", "ndsm")])
def test_one_raster_is_enough(scene: Path, tmp_path: Path, slot: str, name: str) -> None:
    outputs = {"model": str(tmp_path / "one.safetensors"), "report": str(tmp_path / "one.html")}
    job = tiny_job(scene, outputs=outputs, steps=40, batch_size=4)
    result = run_training(replace(job, inputs={slot: job.inputs[slot]}))
    assert list(result.scores) == [(name,)] and result.full.overall_accuracy > 0.6
    card = load_model(outputs["model"]).card
    assert card.modality_names == (name,) and card.description.endswith(f"road, from {name}.")
    page = (tmp_path / "one.html").read_text(encoding="utf-8")
    assert "With less" not in page and "With and without" not in page and "How good it is" in page
    dis2_core.segment({name: scene / f"{name}.tif"}, outputs["model"], output=tmp_path / "map.tif", device="cpu")
    with rasterio.open(tmp_path / "map.tif") as raster:
        step = SIDE // raster.height  # the map has the pixels of the raster
        assert (raster.read(1) == draw_labels()[::step, ::step]).mean() > 0.6


@pytest.mark.slow
def test_one_raster_takes_the_encoder_of_a_model_in_the_papers_form(scene: Path, tmp_path: Path) -> None:
    job = tiny_job(scene, start="aerial-demo", width=None, steps=2, outputs={"model": str(tmp_path / "m.safetensors")})
    result = run_training(replace(job, inputs={"optical": job.inputs["optical"]}))
    assert result.card.network == {"form": "shared", "width": 16}
    assert "encoders" not in result.inherited and "projections.rgb" in result.inherited


@pytest.mark.slow
def test_the_result_is_plain_data(trained: TrainingResult) -> None:
    data = json.loads(json.dumps(trained.to_json()))
    assert data["miou"]["rgb+ndsm"] == pytest.approx(trained.full.miou, abs=1e-4)
    counted = sum(item[role] for item in data["classes"] for role in ("train", "validation", "test", "gap"))
    assert counted == SIDE**2 and data["modalities"] == ["rgb", "ndsm"]


def test_jobs_survive_the_wire(scene: Path) -> None:
    job = tiny_job(scene, extent=(1.0, 2.0, 3.0, 4.0))
    assert read_job(job.to_json()) == job


def labels_of(job: TrainJob) -> np.ndarray:
    report = Reporter()
    ground = Scene.open(job, None, report)
    return read_labels(job.labels, ground.grid, report).codes


def test_polygons_and_raster_of_the_same_ground_are_the_same_labels(scene: Path) -> None:
    by_raster = labels_of(tiny_job(scene))
    polygons = Reference(str(scene / "labels.geojson"), field="kind", values=VALUES)
    assert (by_raster == labels_of(tiny_job(scene, labels=polygons))).all()
    assert (by_raster == draw_labels()).all()


def test_odd_features_are_no_labels_and_are_named(scene: Path, tmp_path: Path) -> None:
    """By the code that evaluation has, whose tests know all kinds of them."""
    collection = json.loads((scene / "labels.geojson").read_text())
    shape = collection["features"][0]["geometry"]
    flat = {"type": "Polygon", "coordinates": [[[LEFT, TOP], [LEFT + 1, TOP - 1], [LEFT, TOP]]]}
    odd = [(None, shape), ("  ", shape), (float("nan"), shape), (0, flat)]
    for number, (value, geometry) in enumerate(odd, start=70):
        collection["features"].append({"id": number, "properties": {"kind": value}, "geometry": geometry})
    (tmp_path / "labels.geojson").write_text(json.dumps(collection))
    report, reference = Reporter(), Reference(str(tmp_path / "labels.geojson"), field="kind", name="my blocks")
    labels = read_labels(reference, Scene.open(tiny_job(scene), None, report).grid, report)
    assert (labels.codes == draw_labels()).all() and [item.name for item in labels.classes] == ["0", "1", "2"]
    assert "'my blocks': left out are no class (3: id 70, id 71, id 72); no area (1: id 73)." in report.warnings


def test_spellings_of_a_class_are_one(scene: Path, tmp_path: Path) -> None:
    words = {0: "Grass", 1: "roof", 2: "road"}
    collection = json.loads((scene / "labels.geojson").read_text())
    for number, feature in enumerate(collection["features"]):
        name = words[feature["properties"]["kind"]]
        feature["properties"]["kind"] = f" {name.upper()} " if number % 2 else name
    (tmp_path / "labels.geojson").write_text(json.dumps(collection))
    report = Reporter()
    reference = Reference(str(tmp_path / "labels.geojson"), field="kind")
    labels = read_labels(reference, Scene.open(tiny_job(scene), None, report).grid, report)
    found = [item.name.casefold() for item in labels.classes]
    assert sorted(found) == ["grass", "road", "roof"]
    assert (labels.codes == np.array([found.index(words[code].casefold()) for code in range(3)])[draw_labels()]).all()


def test_labels_of_another_crs_and_resolution_meet_the_pixels(scene: Path, tmp_path: Path) -> None:
    with rasterio.open(scene / "labels.tif") as raster:
        transform, width, height = calculate_default_transform(
            raster.crs, "EPSG:4326", raster.width, raster.height, *raster.bounds
        )
        warped = np.full((1, height, width), 255, dtype=np.uint8)
        reproject(
            raster.read(), warped, src_transform=raster.transform, src_crs=raster.crs, dst_transform=transform,
            dst_crs="EPSG:4326", resampling=Resampling.nearest, dst_nodata=255,
        )  # fmt: skip
    path = write(tmp_path / "degrees.tif", warped, transform=transform, crs="EPSG:4326", nodata=255)
    codes = labels_of(tiny_job(scene, labels=Reference(str(path), values=VALUES)))
    expected = draw_labels()
    assert codes.shape == expected.shape and (codes == expected).mean() > 0.93  # edges move by a pixel


def test_values_without_meaning_are_not_labelled(scene: Path, tmp_path: Path) -> None:
    two = Reference(str(scene / "labels.tif"), values=(VALUES[0], ClassValue("2", "grass"), ClassValue("1", "roof")))
    codes = labels_of(tiny_job(scene, labels=two))
    expected = draw_labels()
    assert (codes == np.array([0, 1, 0])[expected]).all()
    codes = labels_of(tiny_job(scene, labels=Reference(str(scene / "labels.tif"), values=VALUES[:2])))
    assert (codes == np.array([0, 1, 255])[expected]).all()


def test_an_id_or_a_photo_is_not_taken_for_labels(scene: Path, tmp_path: Path) -> None:
    data = json.loads((scene / "labels.geojson").read_text(encoding="utf-8"))
    for number, feature in enumerate(data["features"]):
        feature["properties"]["id"] = number
    (tmp_path / "ids.geojson").write_text(json.dumps(data), encoding="utf-8")
    ids = Reference(str(tmp_path / "ids.geojson"), field="id", name="parcels")
    with pytest.raises(InputError, match="The field 'id' of 'parcels' has 144 values in 144 polygons"):
        labels_of(tiny_job(scene, labels=ids))
    report = Reporter()
    ground = Scene.open(tiny_job(scene), None, report).grid
    assert len(read_labels(ids, ground, report, many_classes=True).classes) == 144  # a person insists
    photo = Reference(str(scene / "rgb.tif"), name="ortho")
    with pytest.raises(InputError, match=r"'ortho' holds \d+ different values .* it may be a photo"):
        labels_of(tiny_job(scene, labels=photo))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_model(scene: Path, tmp_path: Path) -> None:
    first, again, other = (
        Path(
            run_training(tiny_job(scene, outputs={"model": str(tmp_path / f"{name}.safetensors")}, seed=seed)).outputs[
                "model"
            ]
        )
        for seed, name in ((1, "first"), (1, "again"), (2, "other"))
    )
    weights = [load_model(path).network.state_dict() for path in (first, again, other)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])
    assert not all(torch.equal(weights[0][name], weights[2][name]) for name in weights[0])


@pytest.mark.slow
def test_a_job_can_start_from_a_model(trained: TrainingResult, scene: Path, tmp_path: Path) -> None:
    start = trained.outputs["model"]
    events = Events()
    job = tiny_job(scene, start=start, width=None, window=None, outputs={"model": str(tmp_path / "next.safetensors")})
    result = run_training(replace(job, steps=2), progress=events)
    assert "100% of the weights come from the start model." in events.texts("info")
    assert result.full.overall_accuracy > 0.9 * trained.full.overall_accuracy  # two steps do not undo sixty
    assert result.card.modalities == load_model(start).card.modalities
    assert result.card.license == "CC0-1.0"
    assert "mine.safetensors" in result.card.notes and "may know the ground of the test" in result.card.notes


@pytest.mark.slow
def test_a_job_can_start_from_encoders(scene: Path, tmp_path: Path) -> None:
    """Kind and width are those of the file; the card names whose they are, and blames no test on them."""
    encoders = Encoders("efficientnet_lite0", 16, {"rgb": 3}, attribution="somebody")
    save_encoders(tmp_path / "rgb.safetensors", encoders, build_encoders(encoders.config()))
    job = tiny_job(scene, start=str(tmp_path / "rgb.safetensors"), width=None, encoder_rate=0.1, steps=2)
    result = run_training(replace(job, outputs={"model": str(tmp_path / "model.safetensors")}))
    model = load_model(tmp_path / "model.safetensors")
    assert model.card.network == {"form": "shared", "encoder": "efficientnet_lite0", "width": 16}
    assert "come from the encoders in rgb.safetensors; new are: encoders.ndsm." in result.inherited
    assert model.card.attribution == "somebody" and "Training began with rgb.safetensors" in model.card.notes


def test_a_job_says_how_encoders_learn(scene: Path) -> None:
    options = "--encoder efficientnet_lite0 --start imagenet --encoder-rate 0.2 --effort quick"
    named = f"--input optical=rgb.tif --labels labels.tif --out m.safetensors {options}"
    job = region_job(region_parser().parse_args(named.split()))
    assert (job.encoder, job.start, job.encoder_rate) == ("efficientnet_lite0", "imagenet", 0.2)
    assert (job.steps, job.width) == EFFORTS["quick"]  # the trunk starts from nothing
    with pytest.raises(ProtocolError, match="encoder rate 2"):
        tiny_job(scene, encoder_rate=2.0)


@pytest.mark.slow
def test_other_classes_get_a_new_head(trained: TrainingResult, scene: Path, tmp_path: Path) -> None:
    two = Reference(
        str(scene / "labels.tif"), values=(ClassValue("0", "green"), ClassValue("1", "built"), ClassValue("2", "built"))
    )
    job = tiny_job(
        scene, start=trained.outputs["model"], labels=two, outputs={"model": str(tmp_path / "two.safetensors")}
    )
    result = run_training(replace(job, steps=2))
    assert result.card.class_names == ("green", "built") and "new are: classes." in result.inherited


@pytest.mark.slow
def test_cancelled_in_mid_training(scene: Path, tmp_path: Path) -> None:
    stages: list[str] = []
    job = tiny_job(scene, steps=5000, outputs={"model": str(tmp_path / "model.safetensors")})
    with pytest.raises(Cancelled):
        run_training(
            job,
            progress=lambda event: stages.append(event.data.get("stage", "")),
            cancelled=lambda: stages.count("training") >= 3,
        )
    assert list(tmp_path.iterdir()) == []


def refused(scene: Path, tmp_path: Path, kind: type[Dis2Error], match: str, **changes: object) -> None:
    target = tmp_path / "model.safetensors"
    target.write_bytes(b"earlier")
    with pytest.raises(kind, match=match):
        run_training(tiny_job(scene, **{"outputs": {"model": str(target)}, **changes}))
    assert target.read_bytes() == b"earlier"
    target.unlink()


def test_what_cannot_be_trained_is_refused_in_one_sentence(scene: Path, tmp_path: Path) -> None:
    rasters = tiny_job(scene).inputs
    missing = {**rasters, "elevation": Source("no.tif")}
    refused(scene, tmp_path, UnreadableRaster, "There is no file no.tif", inputs=missing)
    one = Reference(str(scene / "labels.tif"), values=VALUES[:1])
    refused(scene, tmp_path, InputError, "one class alone, 'grass'", labels=one)
    none = Reference(str(scene / "labels.tif"), values=(ClassValue("7", "snow"), ClassValue("8", "ice")))
    refused(scene, tmp_path, NoValidData, "labels no pixel", labels=none)
    field = Reference(str(scene / "labels.geojson"), field="class")
    refused(scene, tmp_path, InputError, "no field 'class'", labels=field)
    away = write_polygons(tmp_path / "away.geojson", np.zeros((2, 2), dtype=int))
    away.write_text(away.read_text().replace("EPSG::2154", "EPSG::32633"))
    refused(scene, tmp_path, GridMismatch, "lie elsewhere", labels=Reference(str(away), "kind"))
    refused(scene, tmp_path, InputError, "is to be a model file", outputs={"model": str(tmp_path / "model.tif")})
    overwriting = {"model": str(tmp_path / "m.safetensors"), "report": str(tmp_path / "r.pdf")}
    refused(scene, tmp_path, InputError, "is to be a HTML file", outputs=overwriting)


def test_a_damaged_raster_is_told(scene: Path, tmp_path: Path) -> None:
    data = (scene / "rgb.tif").read_bytes()
    (tmp_path / "half.tif").write_bytes(data[: len(data) // 2])
    inputs = {**tiny_job(scene).inputs, "optical": Source(str(tmp_path / "half.tif"))}
    refused(scene, tmp_path, UnreadableRaster, "half.tif.* the file is damaged", inputs=inputs)


@pytest.mark.slow
def test_a_full_disk_is_told(scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **options: object) -> None:
        raise NoSpace("The disk is full.")

    monkeypatch.setattr(region, "save_model", full)
    refused(scene, tmp_path, NoSpace, "The disk is full")


def test_a_loss_that_is_no_number_is_told(scene: Path, tmp_path: Path) -> None:
    huge = np.full((1, SIDE, SIDE), np.float32(3e38))
    huge[0, :, ::2] *= -1
    path = write(tmp_path / "huge.tif", huge)
    inputs = {**tiny_job(scene).inputs, "elevation": Source(str(path), nodata="none")}  # else all of it is void
    refused(scene, tmp_path, TrainingDiverged, "not finite|loss is", inputs=inputs)


@pytest.mark.slow
def test_few_labels_train_without_a_test_and_say_so(scene: Path, tmp_path: Path) -> None:
    labels = np.full((1, SIDE, SIDE), 255, dtype=np.uint8)
    labels[0, 80:112, 80:112] = draw_labels()[80:112, 80:112]
    path = write(tmp_path / "few.tif", labels)
    events = Events()
    outputs = {"model": str(tmp_path / "few.safetensors"), "report": str(tmp_path / "few.html")}
    job = tiny_job(scene, labels=Reference(str(path), values=VALUES), outputs=outputs)
    result = run_training(job, progress=events)
    assert result.scores == {} and "Not tested" in load_model(outputs["model"]).card.notes
    assert "the model is not tested" in events.texts("warning") and "few pixels" in events.texts("warning")
    assert "not tested" in Path(outputs["report"]).read_text(encoding="utf-8")


def test_a_void_that_nobody_declared_is_the_void_declared(scene: Path, tmp_path: Path) -> None:
    with rasterio.open(scene / "ndsm.tif") as raster:
        heights = raster.read()
    heights[:, 8:24, 8:40] = -9999
    samples, events = [], Events()
    for name, nodata in (("declared", -9999), ("untold", None)):
        path = write(tmp_path / f"{name}.tif", heights, 2 * GSD, nodata=nodata)
        job = tiny_job(scene, inputs={**tiny_job(scene).inputs, "elevation": Source(str(path))})
        opened = Scene.open(job, None, Reporter(events))
        labels = read_labels(job.labels, opened.grid, Reporter(None))
        (tile,) = opened.read([Box(0, 0, 60, 90)], labels, complete=False, report=Reporter(events))
        samples.append(tile.sample)
    declared, untold = samples
    assert torch.equal(declared.valid["ndsm"], untold.valid["ndsm"]) and not declared.valid["ndsm"].all()
    assert torch.equal(declared.values["ndsm"], untold.values["ndsm"])
    assert "-9999" in events.texts("warning") and "untold.tif" in events.texts("warning")


@pytest.mark.slow
def test_a_hole_is_no_label(scene: Path, tmp_path: Path) -> None:
    """Where a raster has no data, nothing is tested; where none has any, nothing is trained."""
    with rasterio.open(scene / "ndsm.tif") as raster:
        heights = raster.read()
    heights[:, :, :32] = -9999
    path = write(tmp_path / "holes.tif", heights, 2 * GSD, nodata=-9999)
    inputs = {**tiny_job(scene).inputs, "elevation": Source(str(path))}
    job = tiny_job(scene, inputs=inputs, outputs={"model": str(tmp_path / "m.safetensors")})
    result = run_training(job)
    columns = slice(0, 60)  # all without heights, less what interpolation may fill
    test = result.plan.roles == Role.TEST
    assert result.full.reference.sum() < result.plan.pixels(Role.TEST).sum() or not test[:, columns].any()


@pytest.mark.slow
def test_more_modalities_and_bands_of_a_persons_choice(scene: Path, tmp_path: Path) -> None:
    radar = write(tmp_path / "radar.tif", np.random.default_rng(2).normal(-10, 3, (2, SIDE, SIDE)).astype(np.float32))
    rasters = tiny_job(scene).inputs
    inputs = {
        "optical": replace(rasters["optical"], bands=(2, 1)),
        "elevation": replace(rasters["elevation"], scale=(0.1, 0.0)),
        "sar": Source(str(radar)),
    }
    result = run_training(tiny_job(scene, inputs=inputs, outputs={"model": str(tmp_path / "three.safetensors")}))
    card = load_model(tmp_path / "three.safetensors").card
    assert [modality.name for modality in card.modalities] == ["optical", "ndsm", "sar"]
    assert [band.name for band in card.modalities[0].bands] == ["green", "red"]
    assert card.modalities[1].bands[0].mean == pytest.approx(0.3, abs=0.15)
    assert len(result.scores) == 7 and card.network["form"] == "shared"


def test_an_extent_limits_the_ground(scene: Path) -> None:
    half = (LEFT, TOP - SIDE * GSD, LEFT + SIDE * GSD / 2, TOP)
    codes = labels_of(tiny_job(scene, extent=half, extent_crs=CRS))
    assert codes.shape == (SIDE, SIDE // 2) and (codes == draw_labels()[:, : SIDE // 2]).all()


@pytest.mark.slow
def test_a_coarser_model(scene: Path, tmp_path: Path) -> None:
    job = tiny_job(scene, gsd=1.0, outputs={"model": str(tmp_path / "coarse.safetensors")})
    assert run_training(job).card.gsd == 1.0
    assert labels_of(job).shape == (SIDE // 2, SIDE // 2)


@pytest.mark.slow
def test_a_scene_beyond_the_memory_is_drawn_from(scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(region, "TRAINING_BYTES", 200_000)
    events = Events()
    run_training(tiny_job(scene, outputs={"model": str(tmp_path / "m.safetensors")}), progress=events)
    assert "too large for the memory" in events.texts("warning")


@pytest.mark.slow
def test_the_card_counts_what_was_used(scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory or data end, less is used than was planned."""
    limits = {"TRAINING_BYTES": 200_000, "TEST_PIXELS": 100, "VALIDATION_WINDOWS": 1}
    for name, limit in limits.items():
        monkeypatch.setattr(region, name, limit)
    result = run_training(tiny_job(scene, outputs={"model": str(tmp_path / "m.safetensors")}))
    card = load_model(tmp_path / "m.safetensors").card
    tested = int(result.full.reference.sum())
    assert 0 < tested < result.plan.pixels(Role.TEST).sum() and f"Tested on {tested:,} labelled pixels" in card.notes
    assert 0 < result.learned < result.plan.pixels(Role.TRAIN).sum()
    assert card.training_data.startswith(f"{result.learned:,} labelled pixels")
    chosen_on = int(result.curve[-1].scores[card.modality_names].reference.sum())
    assert chosen_on <= 32 * 32 and f"chosen on {chosen_on:,} other" in card.notes


def test_numbers_that_are_none_are_words(scene: Path, tmp_path: Path) -> None:
    path = write_polygons(tmp_path / "odd.geojson", draw_labels()[::16, ::16])
    data = json.loads(path.read_text())
    for feature in data["features"]:
        feature["properties"]["kind"] = ("--5", "9" * 5000, "7")[feature["properties"]["kind"]]
    path.write_text(json.dumps(data))
    ground = Scene.open(tiny_job(scene), None, Reporter())
    labels = read_labels(Reference(str(path), "kind"), ground.grid, Reporter())
    assert [item.name[:3] for item in labels.classes] == ["7", "--5", "999"]


@pytest.mark.slow
def test_it_runs_where_prediction_runs(scene: Path, tmp_path: Path) -> None:
    """A Python of torch, rasterio, safetensors and pyproj: nothing of what researchers install beside."""
    (tmp_path / "job.json").write_text(tiny_job(scene, outputs={"model": str(tmp_path / "m.safetensors")}).to_json())
    code = """
import sys
absent = {"lightning", "kornia", "jsonargparse", "yaml", "typer", "rich", "h5py", "torchmetrics", "torchvision"}
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ImportError(name)
sys.meta_path.insert(0, Absent())
from dis2_core.contract.other_jobs import read_job
from dis2_training.region.region import run_training
run_training(read_job(open(sys.argv[1]).read()))
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "job.json")], check=True, timeout=300)
    assert (tmp_path / "m.safetensors").exists()


@pytest.mark.slow
def test_the_command_line(scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from dis2_training.cli import main

    small = "--steps 2 --width 8 --window 32 --batch-size 2 --device cpu --threads 1 --held-out 0.3"
    rasters = f"--input optical={scene / 'rgb.tif'} --input elevation={scene / 'ndsm.tif'}"
    where = f"{rasters} --labels {scene / 'labels.geojson'}"
    what = f"--out {tmp_path / 'cli.safetensors'} --report {tmp_path / 'cli.html'} --value 0=grass --value 1=roof"
    assert main(["region", *where.split(), "--field", "kind", *what.split(), *small.split()]) == 0
    text = capsys.readouterr().out
    assert "mean IoU" in text and str(tmp_path / "cli.safetensors") in text
    assert load_model(tmp_path / "cli.safetensors").card.class_names == ("grass", "roof")
    assert main(["region", *where.split(), *what.split()]) == 2
    assert "--field" in " ".join(capsys.readouterr().err.split())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_model_is_a_success_where_nobody_listens(scene: Path, tmp_path: Path) -> None:
    small = "--steps 1 --width 8 --window 32 --batch-size 1 --device cpu --threads 1"
    rasters = f"--input optical={scene / 'rgb.tif'} --input elevation={scene / 'ndsm.tif'}"
    where = f"{rasters} --labels {scene / 'labels.tif'} --out {tmp_path / 'm.safetensors'}"
    code = "import sys; from dis2_training.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "region", *where.split(), *small.split()]
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0 and (tmp_path / "m.safetensors").exists(), done.stderr
    assert f"model: {tmp_path / 'm.safetensors'}" in done.stderr and "Traceback" not in done.stderr


def test_a_logged_training_runs_again(
    trained: TrainingResult, scene: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By ``dis2 run``, like any other job; the same job gives the same weights."""
    from dis2_core.cli import main

    outputs = {"model": str(tmp_path / "again.safetensors")}
    job = tiny_job(scene, outputs=outputs, steps=60, batch_size=4, name="mine", license="CC0-1.0")
    (tmp_path / "job.json").write_text(job.to_json())
    with pytest.raises(SystemExit) as exit_:
        main(["run", str(tmp_path / "job.json")])
    assert not exit_.value.code and outputs["model"] in capsys.readouterr().out
    first, again = (load_model(path).network.state_dict() for path in (trained.outputs["model"], outputs["model"]))
    assert all(torch.equal(first[name], again[name]) for name in first)


def test_names_and_colours_of_a_raster_are_its_own(scene: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "named.tif", draw_labels()[None])
    with rasterio.open(path, "r+") as raster:
        raster.write_colormap(1, {0: (1, 2, 3, 255), 1: (255, 0, 16, 255), 2: (9, 9, 9, 255)})
    names = "".join(f"<Category>{name}</Category>" for name in ("meadow", "house", "path"))
    text = f'<PAMDataset><PAMRasterBand band="1"><CategoryNames>{names}</CategoryNames></PAMRasterBand></PAMDataset>'
    Path(f"{path}.aux.xml").write_text(text)
    ground = Scene.open(tiny_job(scene), None, Reporter())
    labels = read_labels(Reference(str(path)), ground.grid, Reporter())
    assert [(item.name, item.color) for item in labels.classes] == [
        ("meadow", "#010203"),
        ("house", "#ff0010"),
        ("path", "#090909"),
    ]


def test_values_without_names_are_classes_in_order(scene: Path, tmp_path: Path) -> None:
    """Polygons come as they were drawn; a legend does not. 255 is what class rasters call no data."""
    codes = np.array([10, 2, 255])[draw_labels()].astype(np.uint8)
    path = write(tmp_path / "bare.tif", codes[None])
    ground = Scene.open(tiny_job(scene), None, Reporter())
    labels = read_labels(Reference(str(path)), ground.grid, Reporter())
    assert [item.name for item in labels.classes] == ["2", "10"]
    assert (labels.codes == np.array([1, 0, 255])[draw_labels()]).all()
    assert labels.pixels.tolist() == [(codes == 2).sum(), (codes == 10).sum()]


@pytest.mark.parametrize(("code", "kind"), [(-9999, "int16"), (65535, "uint16")])
def test_a_code_that_marks_missing_data_elsewhere_is_no_class_unless_it_is_named(
    scene: Path, tmp_path: Path, code: int, kind: str
) -> None:
    drawn = draw_labels()
    path = write(tmp_path / "untold.tif", np.array([10, 2, code])[drawn].astype(kind)[None])
    ground, events = Scene.open(tiny_job(scene), None, Reporter()), Events()
    labels = read_labels(Reference(str(path)), ground.grid, Reporter(events))
    assert [item.name for item in labels.classes] == ["2", "10"]
    assert (labels.codes == np.array([1, 0, 255])[drawn]).all()
    assert f"{code}=NAME" in events.texts("warning")
    meant = tuple(ClassValue(str(value), f"class {value}") for value in (10, 2, code))
    labels = read_labels(Reference(str(path), values=meant), ground.grid, Reporter(events := Events()))
    assert len(labels.classes) == 3 and events.texts("warning") == ""


def test_absolute_heights_are_told(scene: Path) -> None:
    job, band = tiny_job(scene), Band("height", 0, 1, -ANYTHING, ANYTHING, unit="m")
    opened = Scene.open(job, None, Reporter())
    labels = read_labels(job.labels, opened.grid, Reporter())
    tiles = opened.read([Box(0, 0, 60, 90)], labels, complete=False, report=Reporter())
    modality = Modality("ndsm", "elevation", "elevation", (band,))
    for height, told in ((0, False), (400, True)):
        for tile in tiles:
            tile.sample.values["ndsm"] += height
        events = Events()
        measured(modality, tiles, False, Reporter(events))
        assert ("absolute heights" in events.texts("warning")) == told


def test_on_a_graphics_card(scene: Path, tmp_path: Path) -> None:
    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    result = run_training(tiny_job(scene, device="cuda", outputs={"model": str(tmp_path / "m.safetensors")}))
    assert result.device.startswith("cuda")
