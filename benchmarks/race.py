"""``dis2 segment`` against what people use to make maps of large rasters: the same weights, raster and overlap.

    make race
    python benchmarks/race.py [--rows 2000] [--columns 2000] [--network pointwise|aerial-demo] [--rounds 3]
                              [--only "ours;MONAI"] [--into docs/benchmarks.md]

Every contestant reads the two rasters, normalises them, runs the network over windows and writes the classes as a
deflated GeoTIFF, in a process of its own with one thread, which has loaded its packages and the model before the clock
starts. Ours is the library's ``segment``, called in that process: what ``dis2 segment`` calls. It writes overviews and
a style as well. They take turns; least CPU time, least wall time, and least memory above the loaded model count.

``pointwise`` is a network that looks at single pixels: what the frame alone costs, and an oracle, since every correct
stitcher gives the map of the whole image. A contestant that is not installed is left out, and the table says so.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
import torch
from report import ROOT, machine, table, take_in
from rivals import PACKAGES, RIVALS, Map
from scene import make_scene
from torch import Tensor

from dis2_core import Model, load_model, segment
from dis2_core.run.machine.memory import available_memory

sys.path.append(str(ROOT / "tests" / "core"))
from pointwise import Pointwise

OURS = "ours"
NETWORKS = ("pointwise", "aerial-demo")
STRIP = 512  # rows of the oracle at a time
SPARE = 2 << 30  # bytes that contestants leave to the machine
TOO_LARGE = 77  # exit code of a contestant that needs more memory than there is


def model_of(network: str) -> Model:
    """The model that all contestants run; the pointwise one has the card, and so the window, of the other."""
    model = load_model("aerial-demo")
    if network == "pointwise":
        return replace(model, network=Pointwise(model.card).eval(), sha256="", path=None)
    return model


def stack(paths: dict[str, Path], model: Model, rows: tuple[int, int] | None = None) -> Tensor:
    """The rasters, or some rows of them, as the network takes them: float32 (C, rows, columns)."""
    planes = []
    for item in model.card.modalities:
        with rasterio.open(paths[item.name]) as raster:
            window = ((0, raster.height), (0, raster.width)) if rows is None else (rows, (0, raster.width))
            values = torch.from_numpy(raster.read(window=window, out_dtype="float32"))
        for plane, band in zip(values, item.bands, strict=True):
            planes.append(plane.sub_(band.mean).div_(band.std))
    return torch.stack(planes)


def free_memory() -> int:
    """Bytes that a contestant may take without this machine being starved."""
    available = available_memory()
    return sys.maxsize if available is None else max(available - SPARE, SPARE)


class Predict:
    """The network as the rivals call it: all bands in one tensor, probabilities out."""

    def __init__(self, model: Model) -> None:
        self._network = model.network
        self._ends = np.cumsum([len(item.bands) for item in model.card.modalities]).tolist()
        self._names = model.card.modality_names

    def __call__(self, windows: Tensor) -> Tensor:
        """Windows (B, C, h, w) -> (B, K, h, w)."""
        starts = [0, *self._ends[:-1]]
        parts = {n: windows[:, a:b] for n, a, b in zip(self._names, starts, self._ends, strict=True)}
        answer: Tensor = self._network(parts).softmax(dim=1)
        return answer


def write_map(path: Path, like: Path, classes: Map) -> None:
    """Write a map as ours is written: deflated tiles."""
    with rasterio.open(like) as source:
        profile = {"crs": source.crs, "transform": source.transform, "height": source.height, "width": source.width}
    tiles = {"tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "deflate"}
    with rasterio.open(path, "w", driver="GTiff", count=1, dtype="uint8", **profile, **tiles) as file:
        file.write(classes, 1)


def compete(name: str, network: str, paths: dict[str, Path], target: Path, limit: int) -> dict[str, float]:
    """Run one contestant in this process; return CPU and wall seconds and bytes above the loaded model.

    Raises:
        MemoryError, RuntimeError: It asks for more bytes than the limit.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    torch.set_num_threads(1)
    model = model_of(network)
    if name in PACKAGES:
        __import__(PACKAGES[name] if name != "pytorch-toolbelt" else "cv2")
    if name != OURS:
        model.settle(torch.device("cpu"))  # norms folded for all
    before = _forget_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    if name == OURS:
        segment(paths, model, output=target, device="cpu", precision="fp32", threads=1, overlap=0.5)
    else:
        with torch.inference_mode():
            window, classes = model.card.window[0], len(model.card.classes)
            write_map(target, paths["rgb"], RIVALS[name](stack(paths, model), Predict(model), window, classes))
    return {
        "cpu_seconds": time.process_time() - cpu,
        "seconds": time.perf_counter() - wall,
        "memory": _peak() - before,
    }


def _forget_peak() -> int:
    """Let the kernel count the largest resident size anew, and return the present one."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return _peak()  # what the imports took at most is in every figure then, and is taken off
    return _peak()


def _peak() -> int:
    """Largest resident size so far, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return 1024 * int(lines["VmHWM"].split()[0])
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def oracle_agreement(target: Path, paths: dict[str, Path], model: Model) -> float:
    """Share of a map's pixels that have the class of the whole image, which is looked at strip by strip."""
    predict, same = Predict(model), 0
    with rasterio.open(target) as raster, torch.inference_mode():
        for top in range(0, raster.height, STRIP):
            rows = (top, min(top + STRIP, raster.height))
            expected = predict(stack(paths, model, rows)[None])[0].argmax(dim=0).numpy()
            same += int(np.count_nonzero(raster.read(1, window=(rows, (0, raster.width))) == expected))
        return same / (raster.height * raster.width)


def agreement(target: Path, other: Path) -> float:
    """Share of the pixels of two maps that have the same class."""
    return float(np.mean(_band(target) == _band(other)))


def _band(path: Path) -> npt.NDArray[np.uint8]:
    with rasterio.open(path) as raster:
        return raster.read(1)


def race(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Let the contestants take turns, and return a row each."""
    names = [name for name in (OURS, *RIVALS) if not args.only or name in args.only.split(";")]
    there = [name for name in names if name not in PACKAGES or find_spec(PACKAGES[name])]
    print(f"not installed: {', '.join(sorted(set(names) - set(there))) or 'none'}", flush=True)
    model, figures = model_of(args.network), {name: [] for name in there}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = make_scene(folder, args.rows, args.columns)
        targets = {name: folder / f"map{number}.tif" for number, name in enumerate(there)}
        for _ in range(args.rounds):
            for name in list(figures):
                figure = _in_a_process(name, args, paths, targets[name])
                print(name, json.dumps(figure), flush=True)
                if figure is None:
                    del figures[name]
                else:
                    figures[name].append(figure)
        rows = []
        for name, measured in figures.items():
            row = {key: min(figure[key] for figure in measured) for key in measured[0]}
            same = {"oracle": None, "as_ours": None}
            if args.network == "pointwise":
                same["oracle"] = oracle_agreement(targets[name], paths, model)
            if OURS in figures:
                same["as_ours"] = agreement(targets[name], targets[OURS])
            rows.append({"name": name, **row, **same, "memory_mb": row["memory"] / 1e6})
    for row in rows:
        row["ratio"] = row["cpu_seconds"] / rows[0]["cpu_seconds"]
    empty = dict.fromkeys(rows[0])
    return [*rows, *({**empty, "name": name} for name in there if name not in figures)]


def _in_a_process(name: str, args: argparse.Namespace, paths: dict[str, Path], target: Path) -> dict[str, float] | None:
    """What ``compete`` measures; None where the contestant needs more memory than there is."""
    command = [sys.executable, __file__, "--compete", name, "--network", args.network, "--target", str(target)]
    command += [f"--{key}={path}" for key, path in paths.items()] + [f"--memory={args.memory}"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode == TOO_LARGE:
        return None
    if done.returncode:
        raise RuntimeError(f"{name} failed.\n{done.stderr[-4000:]}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


COLUMNS = {
    "contestant": ("name", ""),
    "CPU s": ("cpu_seconds", ".1f"),
    "to ours": ("ratio", ".2f"),
    "wall s": ("seconds", ".1f"),
    "MB above the model": ("memory_mb", ",.0f"),
    "pixels as the whole image": ("oracle", ".4%"),
    "pixels as ours": ("as_ours", ".4%"),
}


def page(args: argparse.Namespace, rows: list[dict[str, Any]], about: dict[str, Any]) -> str:
    """The race as Markdown."""
    size = f"--rows {args.rows} --columns {args.columns} --rounds {args.rounds}"
    too_large = [row["name"] for row in rows if row["memory"] is None]
    beyond = f"\nAsked for more than the {args.memory / 1e9:.0f} GB that were free: {', '.join(too_large)}.\n"
    return (
        f"`python benchmarks/race.py --network {args.network} {size}`, {about['date']}, commit {about['commit']}, "
        f"torch {about['torch']}, one thread of {about['cores']} cores:\n\n{table(COLUMNS, rows)}\n"
        f"{beyond if too_large else ''}"
    )


def plot(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """CPU seconds and memory of every contestant that got through, as bars."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    rows = [row for row in rows if row["memory"] is not None]
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 0.45 * len(rows) + 1), layout="constrained", sharey=True)
    names = [row["name"] for row in rows]
    colours = ["#1f78b4" if name == OURS else "#b0b0b0" for name in names]
    for axis, key, title in zip(axes, ("cpu_seconds", "memory_mb"), ("CPU seconds", "MB above the model"), strict=True):
        bars = axis.barh(names, [row[key] for row in rows], color=colours)
        axis.bar_label(bars, fmt="%.0f" if key == "memory_mb" else "%.1f", padding=3)
        axis.set_title(title)
        axis.spines[["top", "right"]].set_visible(False)
        axis.margins(x=0.15)
    axes[0].invert_yaxis()
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def main() -> None:
    """Race, or compete in a race."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--columns", type=int, default=2000)
    parser.add_argument("--network", choices=NETWORKS, default="pointwise")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="contestants, separated by semicolons")
    parser.add_argument("--memory", type=int, default=free_memory(), help="bytes a contestant may take")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "race-results")
    parser.add_argument("--into", type=Path, help="a document whose part on this race is written anew")
    parser.add_argument("--compete", help=argparse.SUPPRESS)
    for name in ("rgb", "ndsm", "target"):
        parser.add_argument(f"--{name}", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.compete:
        paths = {"rgb": args.rgb, "ndsm": args.ndsm}
        try:
            print(json.dumps(compete(args.compete, args.network, paths, args.target, args.memory)))
        except (MemoryError, RuntimeError) as error:  # NumPy's and torch's
            if isinstance(error, RuntimeError) and "allocate memory" not in str(error):
                raise
            raise SystemExit(TOO_LARGE) from None
        return
    args.out.mkdir(parents=True, exist_ok=True)
    rows, about = race(args), machine(torch.device("cpu"))
    name = f"race-{args.network}-{args.rows}x{args.columns}"
    (args.out / f"{name}.json").write_text(json.dumps({"machine": about, "rows": rows}, indent=1) + "\n")
    (args.out / f"{name}.md").write_text(page(args, rows, about))
    plot(rows, args.out / f"{name}.png")
    print(page(args, rows, about))
    if args.into:
        take_in(args.into, name, page(args, rows, about))


if __name__ == "__main__":
    main()
