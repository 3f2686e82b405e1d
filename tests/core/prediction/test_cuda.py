"""A run on a GPU against the same run on the CPU, and what it does when the GPU's memory is short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from tiny_models import tiny_card

from dis2_core import load_model, segment
from dis2_core.contract.errors import ResourceError
from dis2_core.contract.segment_job import Event
from dis2_core.democity import make_city
from dis2_core.models.file import Model
from dis2_core.network import DIS2Config, build_network

pytestmark = pytest.mark.cuda
CUDA = torch.device("cuda", 0)


@pytest.fixture(autouse=True)
def float32_that_is_float32() -> Iterator[None]:
    """Convolutions of CUDA round to TF32 unless they are told not to."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    yield
    torch.backends.cudnn.allow_tf32 = before


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Photo and heights, a hole in the heights, so that windows are mixed."""
    paths = make_city(tmp_path_factory.mktemp("city"), size=256)
    with rasterio.open(paths["ndsm"], "r+") as raster:
        heights = raster.read()
        heights[:, 90:200, 60:130] = -9999
        raster.nodata = -9999
        raster.write(heights)
    return {name: paths[name] for name in ("rgb", "ndsm")}


def untrained(form: str) -> Model:
    card = tiny_card(window=(64, 64), network={"form": form, "width": 8} if form == "shared" else tiny_card().network)
    torch.manual_seed(0)
    return Model(card, build_network(DIS2Config.from_card(card)).eval())


@contextmanager
def memory_limited_to(size: int) -> Iterator[None]:
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(CUDA).total_memory
    torch.cuda.set_per_process_memory_fraction(size / total, CUDA)
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, CUDA)


def band(path: Path) -> np.ndarray:
    with rasterio.open(path) as raster:
        return raster.read(1)


@pytest.mark.parametrize("form", ["paper", "shared"])
def test_both_forms_give_the_logits_of_the_cpu(form: str) -> None:
    model = untrained(form)
    inputs = {item.name: torch.randn(3, len(item.bands), 64, 64) for item in model.card.modalities}
    scenarios = list(model.card.scenarios())
    with torch.inference_mode():
        expected = model.network.forward_scenarios(inputs, scenarios)
        found = model.network.to(CUDA).forward_scenarios({key: x.to(CUDA) for key, x in inputs.items()}, scenarios)
    for scenario in scenarios:
        torch.testing.assert_close(found[scenario].cpu(), expected[scenario], rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("precision", "same"), [("fp32", 0.999), ("bf16", 0.97)])
def test_a_map_is_that_of_the_cpu(city: dict[str, Path], tmp_path: Path, precision: str, same: float) -> None:
    for device in ("cpu", "cuda"):
        wanted = precision if device == "cuda" else "fp32"
        outputs = {"output": tmp_path / f"{device}.tif", "scenario": tmp_path / f"{device}_scenario.tif"}
        segment(city, "aerial-demo", device=device, precision=wanted, **outputs)
    assert np.array_equal(band(tmp_path / "cpu_scenario.tif"), band(tmp_path / "cuda_scenario.tif"))
    assert np.mean(band(tmp_path / "cpu.tif") == band(tmp_path / "cuda.tif")) >= same


def test_short_memory_makes_batches_smaller_and_the_same_map(city: dict[str, Path], tmp_path: Path) -> None:
    def run(name: str) -> list[str]:
        told: list[Event] = []
        options = {"device": "cuda", "precision": "fp32", "batch_size": 64, "progress": told.append}
        segment(city, load_model("aerial-demo"), output=tmp_path / name, overlap=0.75, **options)
        return [event.data["text"] for event in told if "Memory is short" in event.data.get("text", "")]

    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(CUDA)
    assert not run("enough.tif")
    with memory_limited_to(torch.cuda.max_memory_reserved(CUDA) // 2):
        assert run("short.tif")
    assert np.mean(band(tmp_path / "enough.tif") == band(tmp_path / "short.tif")) >= 0.999


def test_too_little_memory_for_one_window_is_said(scene: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    paths = scene()
    with memory_limited_to(1), pytest.raises(ResourceError):
        segment(paths, untrained("paper"), output=tmp_path / "map.tif", device="cuda")
    assert not (tmp_path / "map.tif").exists()
