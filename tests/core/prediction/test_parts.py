"""A part of a region is made exactly as the run over the whole region makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import save_tiny_model

from dis2_core.contract.segment_job import Job, Source
from dis2_core.models.file import load_model
from dis2_core.prediction.pipeline import Run
from dis2_core.prediction.planning import prepare
from dis2_core.rasters.grid import WindowPlan
from dis2_core.rasters.opening import gdal_environment
from dis2_core.run.reporting import Reporter

Scene = Callable[..., dict[str, str]]
NAMES = ("classes", "confidence", "familiarity", "probabilities", "scenario")


@given(
    size=st.integers(1, 200), window=st.integers(4, 40), overlap=st.sampled_from([0.0, 0.3, 0.5, 0.75]), data=st.data()
)
def test_a_part_has_the_windows_that_reach_it(size: int, window: int, overlap: float, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, size - 1))
    last = data.draw(st.integers(first + 1, size))
    whole = WindowPlan(size, size, (window, window), overlap)
    part = replace(whole, part=(first, 0, last, size))
    touching = [start for start in whole.rows if any(start <= row < start + window for row in range(first, last))]
    assert list(part.rows) == touching
    assert part.cols == whole.cols == whole.all_cols
    top, left, bottom, right = part.read
    assert (left, right) == (0, size) and top <= first and bottom >= last


def holed(scene: Scene, write: Callable[..., str], height: int, width: int) -> dict[str, str]:
    """Rasters with specks, large holes, and places where nothing is, so that windows take several routes."""
    generator = np.random.default_rng(5)
    rgb = generator.integers(1, 256, (3, height, width), dtype=np.uint8)
    ndsm = generator.uniform(0, 20, (1, height, width)).astype(np.float32)
    ndsm[:, generator.random((height, width)) < 0.01] = -9999
    ndsm[:, 25:75, 40:105] = -9999
    rgb[:, 60:, 90:125] = 0
    return {"rgb": write("rgb.tif", rgb, nodata=0), "ndsm": write("ndsm.tif", ndsm, nodata=-9999)}


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., dict[str, np.ndarray]]:
    """The rasters of a job, whole or put together from parts of a side, made in shuffled order."""
    model = load_model(save_tiny_model(tmp_path / "tiny.safetensors", familiar=True))

    def make(paths: dict[str, str], side: int | None = None, **options: object) -> dict[str, np.ndarray]:
        job = Job(
            model=str(tmp_path / "tiny.safetensors"),
            inputs={name: Source(path) for name, path in paths.items()},
            outputs={name: str(tmp_path / f"{name}.tif") for name in NAMES},
            device="cpu",
            **options,  # type: ignore[arg-type]
        )
        with gdal_environment():
            setup = replace(prepare(job, model.card), whole_batches=True)
            height, width = setup.alignment.output.shape
            step = side or max(height, width)
            boxes = [
                (row, col, min(row + step, height), min(col + step, width))
                for row in range(0, height, step)
                for col in range(0, width, step)
            ]
            rasters: dict[str, np.ndarray] = {}
            for number, box in enumerate(np.random.default_rng(1).permutation(boxes).tolist()):
                folder = tmp_path / f"{side}-{number}"
                folder.mkdir(exist_ok=True)
                run = Run(setup.within(tuple(box)) if side else setup, model, Reporter())
                run.make_rasters(
                    {name: folder / f"{name}.tif" for name in NAMES}, lambda name, at=folder: at / f"s_{name}.tif", {}
                )
                for name in NAMES:
                    with rasterio.open(folder / f"{name}.tif") as file:
                        values = file.read()
                    whole = rasters.setdefault(name, np.zeros((len(values), height, width), np.uint8))
                    whole[:, box[0] : box[2], box[1] : box[3]] = values
        return rasters

    return make


def assert_same(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    for name in NAMES:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("options", [{}, {"overlap": 0.7}, {"overlap": 0.0}, {"batch_size": 3}], ids=str)
def test_parts_are_cut_out_of_the_whole(scene: Scene, write_raster, made, options) -> None:
    paths = holed(scene, write_raster, 100, 160)
    whole = made(paths, **options)
    assert len(np.unique(whole["scenario"])) == 4  # both, each alone, and nothing
    assert_same(made(paths, 64, **options), whole)


@pytest.mark.slow
@pytest.mark.parametrize(("grid", "side"), [("model", 48), ("0.7", 64), ("2.3", 24), ("finest", 64)])
def test_parts_are_those_of_the_whole_where_all_is_resampled(write_raster, made, grid: str, side: int) -> None:
    generator = np.random.default_rng(6)
    rgb = write_raster("rgb.tif", generator.integers(1, 256, (3, 130, 155), dtype=np.uint8), transform=PLACE)
    ndsm = generator.uniform(0, 20, (1, 60, 70)).astype(np.float32)
    ndsm[:, 15:30, 20:45] = -9999
    inputs = {"rgb": rgb, "ndsm": write_raster("ndsm.tif", ndsm, nodata=-9999, transform=TURNED)}
    assert_same(made(inputs, side, grid=grid), made(inputs, grid=grid))


PLACE = Affine(0.8, 0, 400_000, 0, -0.8, 5_000_000)
TURNED = Affine(1.7, 0.2, 400_003.3, 0.2, -1.7, 4_999_990)


@pytest.mark.slow
def test_parts_smaller_than_a_block_of_the_file_and_rasters_smaller_than_a_window(scene: Scene, made) -> None:
    paths = scene(20, 45, hole=True)
    assert_same(made(paths, 16), made(paths))
