"""Ground without labels: all of it that may be looked at, and nothing of what is held out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_scene import BLOCK, GSD, SIDE, draw_labels, tiny_job, write, write_scene

from dis2_core import load_model
from dis2_core.contract.other_jobs import TrainJob
from dis2_core.contract.segment_job import Event
from dis2_core.run.reporting import Reporter
from dis2_training.data.sample import IGNORE
from dis2_training.region.command import region_job, region_parser
from dis2_training.region.holdout import HoldOut, Role, grown, hold_out
from dis2_training.region.region import RegionRun, run_training
from dis2_training.region.unlabelled import Unlabelled, open_boxes, read_unlabelled

WINDOW = 16
KNOWN = np.s_[32:128, 48:144]  # of the tiny scene: where it is labelled here
BURIED = 250  # red of held-out ground, a value that the photo has nowhere else


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """The tiny scene with labels in its middle alone, every second block of them."""
    folder = write_scene(tmp_path)
    write(folder / "labels.tif", few_labels()[None], nodata=IGNORE)
    return folder


def few_labels() -> np.ndarray:
    codes = np.full((SIDE, SIDE), IGNORE, dtype=np.uint8)
    codes[KNOWN] = draw_labels()[KNOWN]
    rows, cols = np.indices(codes.shape) // BLOCK
    codes[(rows + cols) % 4 == 0] = IGNORE
    return codes


def read(job: TrainJob, budget: int = 1 << 30) -> tuple[RegionRun, Unlabelled]:
    run = RegionRun.of(job, Reporter())
    return run, read_unlabelled(run.scene, run.labels, run.plan, 16, budget, 0, run.report)


def held_out(plan: HoldOut) -> np.ndarray:
    """Pixels of the ground that tests or chooses."""
    rows, cols = np.diff(plan.lattice.rows), np.diff(plan.lattice.cols)
    return np.isin(plan.roles, (Role.TEST, Role.VALIDATION)).repeat(rows, axis=0).repeat(cols, axis=1)


def around(pixels: np.ndarray, reach: int) -> np.ndarray:
    """The pixels, and all within a reach of them."""
    for _ in range(reach):
        pixels = grown(pixels)
    return pixels


@st.composite
def patches(draw: st.DrawFn) -> np.ndarray:
    height, width = draw(st.integers(16, 90)), draw(st.integers(16, 90))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    codes = np.where(rng.random((height // 7 + 1, width // 7 + 1)) < 0.6, rng.integers(0, 3), IGNORE)
    codes[0, 0] = 0
    return np.kron(codes, np.ones((7, 7), dtype=int))[:height, :width].astype(np.uint8)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(patches(), st.tuples(st.integers(0, 60), st.integers(0, 60)), st.tuples(st.integers(0, 60), st.integers(0, 60)))
def test_all_is_open_that_is_neither_labelled_nor_near_what_is_held_out(
    codes: np.ndarray, place: tuple[int, int], beyond: tuple[int, int]
) -> None:
    plan = hold_out(codes, 3, WINDOW, 0.3)
    shape = tuple(first + length + more for first, length, more in zip(place, codes.shape, beyond, strict=True))
    labelled = np.pad(codes != IGNORE, [*zip(place, beyond, strict=True)])
    apart = np.pad(held_out(plan), [*zip(place, beyond, strict=True)])
    opened = np.zeros(shape, dtype=bool)
    for row, col, height, width in open_boxes(plan, place, shape, WINDOW // 2):
        assert row >= 0 and row + height <= shape[0] and col >= 0 and col + width <= shape[1]
        opened[row : row + height, col : col + width] = True
    assert not (opened & around(apart, WINDOW // 2)).any()
    cell = WINDOW  # no cell is longer
    assert opened[~labelled & ~around(apart, cell)].all()


def test_pixels_and_labels_of_held_out_ground_are_not_read(scene: Path) -> None:
    run, before = read(tiny_job(scene))
    apart = np.zeros((SIDE, SIDE), dtype=bool)
    row, col = run.scene.grid.offset_of(run.labels.grid)
    apart[row : row + run.labels.grid.height, col : col + run.labels.grid.width] = held_out(run.plan)
    assert apart[few_labels() != IGNORE].any()
    with rasterio.open(scene / "rgb.tif", "r+") as raster:
        red = raster.read(1)
        assert red[~apart].max() < BURIED
        raster.write(np.where(apart, BURIED, red).astype(np.uint8), 1)
    _, after = read(tiny_job(scene))
    assert all(tile.values("rgb")[0].max() < BURIED for tile in after.tiles)
    assert all((tile.labels == IGNORE).all() for tile in after.tiles)
    assert after.pixels == before.pixels


def test_each_open_pixel_is_counted_once(scene: Path) -> None:
    """All of the scene without labels, if nothing is held out, less what no raster shows."""
    void = np.zeros((SIDE, SIDE), dtype=bool)
    void[: SIDE // 4] = True
    with rasterio.open(scene / "ndsm.tif", "r+") as raster:
        heights = raster.read(1)
        heights[void[::2, ::2]] = -9999
        raster.write(heights, 1)
    run, found = read(replace(tiny_job(scene, held_out=0.0), inputs={"elevation": tiny_job(scene).inputs["elevation"]}))
    codes = few_labels().reshape(SIDE // 2, 2, SIDE // 2, 2)[:, 0, :, 0]  # the model has the pixels of the heights
    assert run.scene.gsd == 2 * GSD
    assert found.pixels == ((codes == IGNORE) & ~void[::2, ::2]).sum()


def test_of_more_than_the_memory_holds_some_is_drawn(scene: Path) -> None:
    _, every = read(tiny_job(scene))
    _, some = read(tiny_job(scene), budget=every.pixels // 2)
    assert 0 < some.pixels <= every.pixels // 2


def test_where_all_is_labelled_it_is_said(tmp_path: Path) -> None:
    run, found = read(tiny_job(write_scene(tmp_path)))
    assert found == Unlabelled([], 0)
    assert run.report.warnings == ["All ground with data is labelled or held out: no unlabelled ground takes part."]


@pytest.mark.slow
@pytest.mark.parametrize(("slots", "start"), [(("optical", "elevation"), ""), (("optical",), "aerial-demo")])
def test_a_run_learns_from_it_and_says_so(scene: Path, tmp_path: Path, slots: tuple[str, ...], start: str) -> None:
    events: list[Event] = []
    outputs = {"model": str(tmp_path / "m.safetensors"), "report": str(tmp_path / "m.html")}
    job = tiny_job(scene, outputs=outputs, unlabelled=True, start=start, width=None if start else 8)
    job = replace(job, inputs={slot: job.inputs[slot] for slot in slots})
    result = run_training(job, progress=events.append)
    sentence = "ha of unlabelled ground take part; held-out ground does not."
    assert any(sentence in event.data.get("text", "") for event in events)
    assert (
        f"{result.unlabelled * result.card.gsd**2 / 1e4:.3g} {sentence}"
        in load_model(outputs["model"]).card.training_data
    )
    assert sentence in Path(outputs["report"]).read_text(encoding="utf-8")
    assert result.to_json()["unlabelled"] == result.unlabelled > 0


@pytest.mark.slow
def test_the_unlabelled_ground_is_priced_with_the_labelled_one(scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prices: list[int] = []
    monkeypatch.setattr("dis2_training.region.scene.require_memory", lambda size, *_: prices.append(size))
    run, found = read(tiny_job(scene))
    assert prices == [run.scene.pixel_bytes * sum(tile.size[0] * tile.size[1] for tile in found.tiles)]


def test_the_option_is_a_part_of_the_job() -> None:
    words = ["--input", "optical=a.tif", "--labels", "l.tif", "--out", "m.safetensors"]
    assert not region_job(region_parser().parse_args(words)).unlabelled
    assert region_job(region_parser().parse_args([*words, "--unlabelled"])).unlabelled
