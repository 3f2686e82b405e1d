"""What a GPU does with it, in one go: its tests, windows, a whole raster, short memory, a short training.

    make gpu
    python benchmarks/gpu.py [--device cuda] [--only windows,raster] [--into docs/benchmarks.md]

Writes ``build/gpu/gpu.json`` and the same as tables, ``gpu.md``, after every section, so that a machine that
is taken away leaves what was measured. A section that fails says so there, and the others are run. After
``--minutes`` none is begun.

On a bare machine, which has torch but no package index: ``make gpu-wheels`` elsewhere, then ``make gpu-bare``.
"""

from __future__ import annotations

import argparse
import copy
import json
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import torch
from report import ROOT, machine, table, take_in
from scene import GSD, make_scene
from segment_overhead import Timed
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile

from dis2_core import DIS2Config, Model, load_model, segment
from dis2_core.contract.errors import NoDevice
from dis2_core.democity import draw_city
from dis2_core.democity.classes import CLASSES
from dis2_core.network import build_network
from dis2_core.rasters.grid import Grid
from dis2_core.run.device import choose_device, default_batch_size, describe_device
from dis2_training.data.description import Description
from dis2_training.data.tiles import write_raster
from dis2_training.fitting.fit import fit
from dis2_training.fitting.log import read_log
from dis2_training.fitting.recipe import DataRecipe, ModelRecipe, Recipe, ScheduleRecipe
from dis2_training.scoring.cost import seconds_a_window

FORMS = {"paper": "dis2", "shared": "dis2_shared"}  # and the method that trains each
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Sizes:
    """How large everything is.

    Attributes:
        window, width: Of the networks that are timed; the authors' by default.
        side: Of the whole raster, in pixels.
        rounds: Passes that are timed; the fastest counts.
        training_window, training_width, epochs, windows: Of the short training, an epoch of so many windows.
    """

    window: int = 512
    width: int = 32
    side: int = 8192
    rounds: int = 20
    training_window: int = 256
    training_width: int = 16
    epochs: int = 8
    windows: int = 320


TINY = Sizes(64, 8, 160, 1, 32, 8, 1, 16)


def models(sizes: Sizes) -> dict[str, Model]:
    """An untrained model of each form: speed does not depend on weights."""
    card = load_model("aerial-demo").card
    torch.manual_seed(0)
    made = {}
    for form in FORMS:
        window = (sizes.window, sizes.window)
        config = DIS2Config(classes=len(card.classes), window=window, width=sizes.width, form=form)
        described = replace(card, window=window, network=config.card_entries())
        made[form] = Model(described, build_network(config).eval())
    return made


def cuda_tests(device: torch.device, sizes: Sizes) -> dict[str, Any]:
    """Run the tests that need a CUDA device, and no others."""
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    files = [str(path) for path in paths if "pytest.mark.cuda" in path.read_text(encoding="utf-8")]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "cuda", "-p", "no:cacheprovider", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    if done.returncode:
        raise RuntimeError(f"Tests failed.\n{done.stdout[-6000:]}{done.stderr[-2000:]}")
    return {"outcome": done.stdout.strip().splitlines()[-1].strip("= ")}


def windows(device: torch.device, sizes: Sizes) -> list[dict[str, Any]]:
    """Seconds a window, for both forms, both precisions, one window and a full batch at a time."""
    rows = []
    for form, model in models(sizes).items():
        model.settle(device)
        for name, precision in PRECISIONS.items():
            network = copy.deepcopy(model.network).to(precision)
            for batch in dict.fromkeys((1, default_batch_size(device, model.card.window))):
                inputs = {
                    item.name: torch.rand(batch, len(item.bands), *model.card.window, device=device, dtype=precision)
                    for item in model.card.modalities
                }
                inputs = {key: x.contiguous(memory_format=torch.channels_last) for key, x in inputs.items()}
                _forget_peak(device)
                seconds = seconds_a_window(network, inputs, sizes.rounds)
                row = {"form": form, "precision": name, "batch": batch, "ms": 1000 * seconds}
                rows.append({**row, "windows_per_second": 1 / seconds, "memory_mb": _peak(device)})
    return rows


def whole_raster(device: torch.device, sizes: Sizes) -> list[dict[str, Any]]:
    """Megapixels a second of ``segment``, at half overlap, and the share of the time that the device is busy."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = make_scene(folder, sizes.side, sizes.side)
        (folder / "small").mkdir()
        small = make_scene(folder / "small", 2 * sizes.window, 2 * sizes.window)
        for form, model in models(sizes).items():
            clock = Timed(model.network)
            run = _Run(replace(model, network=clock), folder / "classes.tif", device)
            run(small)  # kernels are chosen and memory is taken at the first pass
            _forget_peak(device)
            clock.clock[0] = 0.0
            started, cpu = time.perf_counter(), time.process_time()
            result = run(paths)
            wall, cpu = time.perf_counter() - started, time.process_time() - cpu
            row = {"form": form, "precision": result.precision, "windows": result.windows, "seconds": wall}
            row |= {"megapixels": sizes.side**2 / 1e6, "cpu_seconds": cpu, "memory_mb": _peak(device)}
            busy = _busy_seconds(lambda run=run: run(paths)) if device.type == "cuda" else clock.clock[0]
            rows.append({**row, "megapixels_per_second": row["megapixels"] / wall, "busy": busy / wall})
    return rows


def short_memory(device: torch.device, sizes: Sizes) -> dict[str, Any]:
    """Let a run have half the memory that it takes: batches become smaller, the map stays."""
    model = models(sizes)["paper"]
    batch = max(4, default_batch_size(device, model.card.window))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = make_scene(folder, sizes.window, sizes.window * (batch + 1) // 2)
        _forget_peak(device)
        run = _Run(model, folder / "before.tif", device, batch)
        run(paths)
        taken = torch.cuda.max_memory_reserved(device) if device.type == "cuda" else 0
        short = _Run(model, folder / "after.tif", device, batch)
        with _limited(device, taken // 2):
            short(paths)
        with rasterio.open(run.target) as before, rasterio.open(short.target) as after:
            same = float(np.mean(before.read(1) == after.read(1)))
    told = [text for text in short.told if text.startswith("Memory is short")]
    if taken and not told:
        raise RuntimeError(f"Half of {taken} bytes was enough: no batch became smaller.")
    return {"batch": batch, "taken_mb": taken / 1e6, "told": told, "same_class": same}


def short_training(device: torch.device, sizes: Sizes) -> list[dict[str, Any]]:
    """Train both forms for a moment on one generated city, and score them on another."""
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_cities(folder / "data", max(2 * sizes.training_window, 64))
        for form, method in FORMS.items():
            recipe = Recipe(
                data=DataRecipe(str(folder / "data"), validation_overlap=0),
                model=ModelRecipe(form, window=sizes.training_window, width=sizes.training_width),
                schedule=ScheduleRecipe(epochs=sizes.epochs, windows_per_epoch=sizes.windows, batch_size=16),
                method=method,
                device=device.type,
                precision="bf16-mixed" if device.type == "cuda" else "32-true",
            )
            _forget_peak(device)
            fit(recipe, folder / form)
            last = read_log(folder / form)[-1]
            scores = {key.removeprefix("miou "): float(value) for key, value in last.items() if key.startswith("miou ")}
            row = {"form": form, "precision": recipe.precision, "steps": int(last["step"])}
            row |= {"seconds": float(last["seconds"]), "windows_per_second": float(last["windows_per_second"])}
            rows.append({**row, "miou": scores, "memory_mb": _peak(device)})
    return rows


class _Run:
    """``segment`` with one model and one target; what it tells is kept."""

    def __init__(self, model: Model, target: Path, device: torch.device, batch: int | None = None) -> None:
        self.target = target
        self.told: list[str] = []
        self._model, self._device, self._batch = model, device, batch

    def __call__(self, paths: dict[str, Path]) -> Any:
        return segment(
            paths,
            self._model,
            output=self.target,
            device=str(self._device),
            batch_size=self._batch,
            threads=1 if self._device.type == "cpu" else None,  # else windows run side by side, and so do their clocks
            progress=lambda event: self.told.append(event.data.get("text", "")),
        )


def _busy_seconds(run: Callable[[], Any]) -> float:
    """Seconds in which at least one kernel or copy is at work on the device."""
    with profile(activities=[ProfilerActivity.CUDA]) as profiler:
        run()
    events = [event for event in profiler.events() if event.device_type == DeviceType.CUDA]
    busy, end = 0.0, 0.0
    for start, stop in sorted((event.time_range.start, event.time_range.end) for event in events):
        busy += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return busy / 1e6


@contextmanager
def _limited(device: torch.device, limit: int) -> Iterator[None]:
    """Let this process have so many bytes of a GPU; a CPU has no memory of its own that could be limited."""
    if device.type != "cuda":
        yield
        return
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(device).total_memory
    torch.cuda.set_per_process_memory_fraction(limit / total, device)
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0, device)


def _forget_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def _peak(device: torch.device) -> float | None:
    """Megabytes of a GPU's memory that tensors took at most; None: not measured."""
    return torch.cuda.max_memory_allocated(device) / 1e6 if device.type == "cuda" else None


def _write_cities(folder: Path, side: int) -> None:
    """A data set of two generated cities, one to train on and one to score on."""
    card = load_model("aerial-demo").card
    for seed, split in enumerate(("train", "validation")):
        city = draw_city(side, seed)
        grid = Grid(None, rasterio.Affine.scale(GSD, -GSD), side, side)
        for kind, pixels in {"rgb": city.rgb, "ndsm": city.ndsm[None], "labels": city.labels[None]}.items():
            write_raster(folder / split / kind / "city.tif", pixels, grid)
    Description(card.modalities, CLASSES, GSD, attribution="generated").write(folder)


SECTIONS: dict[str, Callable[[torch.device, Sizes], Any]] = {
    "tests": cuda_tests,
    "windows": windows,
    "raster": whole_raster,
    "memory": short_memory,
    "training": short_training,
}


def page(results: dict[str, Any]) -> str:
    """The results as Markdown: a sentence on the machine, and a table a section."""
    about = results["machine"]
    parts = [
        f"`make gpu`, {about['date']}, commit {about['commit']}: {about['device']}, {about['cores']} CPU cores, "
        f"torch {about['torch']}."
    ]
    for name, values in results["sections"].items():
        parts.append(values if isinstance(values, str) else PAGES[name](values))
    return "\n\n".join(parts) + "\n"


def _memory_page(values: dict[str, Any]) -> str:
    same = f"{100 * values['same_class']:.3f} % of the pixels have the same class"
    if not values["taken_mb"]:
        return f"Short memory: {NOT_MEASURED}, a CPU has none of its own; {same} in two runs."
    told = " ".join(values["told"])
    return f"With half of the {values['taken_mb']:,.0f} MB that batches of {values['batch']} take: {told} {same}."


def _training_page(rows: list[dict[str, Any]]) -> str:
    scores = {f"mIoU {name}": (f"mIoU {name}", ".3f") for name in rows[0]["miou"]}
    flat = [{**row, **{f"mIoU {name}": value for name, value in row["miou"].items()}} for row in rows]
    return table({**TRAINING, **scores}, flat)


FORM = {"form": ("form", ""), "precision": ("precision", "")}
MEMORY = {"MB on the device": ("memory_mb", ",.0f")}
WINDOWS = {
    **FORM,
    "windows a batch": ("batch", ""),
    "ms a window": ("ms", ".2f"),
    "windows a second": ("windows_per_second", ".1f"),
    **MEMORY,
}
RASTER = {
    **FORM,
    "Mpx": ("megapixels", ".1f"),
    "windows": ("windows", ""),
    "s": ("seconds", ".1f"),
    "Mpx a second": ("megapixels_per_second", ".2f"),
    "CPU s": ("cpu_seconds", ".1f"),
    "device busy": ("busy", ".0%"),
    **MEMORY,
}
TRAINING = {
    **FORM,
    "steps": ("steps", ""),
    "s": ("seconds", ".1f"),
    "windows a second": ("windows_per_second", ".1f"),
    **MEMORY,
}
PAGES: dict[str, Callable[[Any], str]] = {
    "tests": lambda values: f"Tests that need a CUDA device: {values['outcome']}.",
    "windows": partial(table, WINDOWS),
    "raster": partial(table, RASTER),
    "memory": _memory_page,
    "training": _training_page,
}


def measure(device: torch.device, sizes: Sizes, names: list[str], minutes: float, out: Path) -> dict[str, Any]:
    """Run the sections one after the other and write down what there is after each."""
    results: dict[str, Any] = {"machine": machine(device), "sections": {}}
    end = time.monotonic() + 60 * minutes
    for name in names:
        started = time.monotonic()
        if started > end:
            results["sections"][name] = f"{name}: {NOT_MEASURED}, the time was up."
        else:
            try:
                results["sections"][name] = SECTIONS[name](device, sizes)
            except Exception as error:  # told here, in the page and by the exit code; the others are worth having
                traceback.print_exc()
                results["sections"][name] = f"{name}: failed, {type(error).__name__}: {str(error).splitlines()[0]}"
        print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
        (out / "gpu.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        (out / "gpu.md").write_text(page(results), encoding="utf-8")
    return results


def main() -> int:
    """Measure, write, and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, separated by commas")
    parser.add_argument("--tiny", action="store_true", help="sizes of a test, whose figures mean nothing")
    parser.add_argument("--minutes", type=float, default=5, help="after which no section is begun")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "gpu")
    parser.add_argument("--into", type=Path, help="a document whose part on the GPU is written anew")
    args = parser.parse_args()
    names = args.only.split(",")
    if unknown := [name for name in names if name not in SECTIONS]:
        parser.error(f"there is no section '{unknown[0]}'; there are {', '.join(SECTIONS)}")
    try:
        device = choose_device(args.device)
    except NoDevice as error:
        parser.exit(2, f"{error.message} {error.hint}\n")
    print(f"Device: {describe_device(device)}", flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    results = measure(device, TINY if args.tiny else Sizes(), names, args.minutes, args.out)
    print(page(results))
    if args.into:
        take_in(args.into, "gpu", page(results))
    failed = [name for name, values in results["sections"].items() if isinstance(values, str) and "failed" in values]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
