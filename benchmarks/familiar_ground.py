r"""Does the familiarity tell ground that a model knows from ground that it does not, and what does it cost?

    dis2-train prepare flair2 flair2 build/flair2
    dis2 city c --seed 11 --size 640
    OMP_NUM_THREADS=1 python benchmarks/familiar_ground.py build/flair2 --other zurich c [--into docs/benchmarks.md]

Maps the held-out halves of the patches that ``aerial-demo`` was trained on, as they are and spoilt, and scenes from
elsewhere, from both rasters and from either alone. A folder holds ``rgb.tif`` and ``ndsm.tif``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import rasterio
import torch
from report import table, take_in

from dis2_core import DIS2Config, Model, load_model, segment
from dis2_core.contract.card import NODATA
from dis2_core.network import build_network
from dis2_core.network.familiarity import UNUSUAL

MODEL = "aerial-demo"
Change = Callable[[np.ndarray], np.ndarray]
#: Of one of the rasters, by what is done to it.
SPOILT: Mapping[str, tuple[str, Change]] = {
    "red and blue swapped": ("rgb", lambda photo: photo[::-1]),
    "photo half as bright": ("rgb", lambda photo: photo // 2),
    "photo is noise": ("rgb", lambda photo: np.random.default_rng(0).integers(1, 256, photo.shape).astype(np.uint8)),
    "heights in decimetres": ("ndsm", lambda heights: heights * 10),
    "heights are noise": ("ndsm", lambda heights: np.random.default_rng(0).uniform(0, 20, heights.shape)),
}
SCENARIOS = {"both": ("rgb", "ndsm"), "photo": ("rgb",), "height": ("ndsm",)}
COLUMNS = {"ground": ("ground", "s"), **{f"unlike, %: {name}": (name, ".0f") for name in SCENARIOS}}


def main() -> None:
    """Map, judge, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("flair", type=Path, help="folder that 'dis2-train prepare flair2' made")
    parser.add_argument("--other", type=Path, nargs="*", default=[], help="folders of scenes from elsewhere")
    parser.add_argument("--into", type=Path, help="document with a place for the table")
    args = parser.parse_args()
    model = load_model(MODEL)
    held_out = [
        {name: path.parent.parent / name / path.name for name in ("rgb", "ndsm", "labels")}
        for path in sorted((args.flair / "test" / "rgb").glob("*.tif"))
    ]
    rows = [row("held-out halves of the patches", model, held_out)]
    with tempfile.TemporaryDirectory() as folder:
        for number, (text, (name, change)) in enumerate(SPOILT.items()):
            spoilt = [
                spoil(rasters, name, change, Path(folder, f"{number}-{i}.tif")) for i, rasters in enumerate(held_out)
            ]
            rows.append(row(text, model, spoilt))
        for scene in args.other:
            rows.append(row(scene.name, model, [{name: scene / f"{name}.tif" for name in ("rgb", "ndsm")}]))
        text = "\n".join([table(COLUMNS, rows), "", errors(model, held_out), "", cost(model)])
    print(text)
    if args.into:
        take_in(args.into, "familiar-ground", text)


def row(text: str, model: Model, scenes: Sequence[Mapping[str, Path]]) -> dict[str, object]:
    """Percent of the ground that is unlike that of training, by scenario."""
    shares = {
        scenario: np.concatenate([mapped(model, {name: scene[name] for name in names})[0] for scene in scenes])
        for scenario, names in SCENARIOS.items()
    }
    found = {name: 100 * float((values < 100 * UNUSUAL).mean()) for name, values in shares.items()}
    print(text, found, flush=True)
    return {"ground": text, **found}


def mapped(model: Model, rasters: Mapping[str, Path]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Familiarity, confidence and class of the pixels that have data, (N,) each."""
    with tempfile.TemporaryDirectory() as folder:
        paths = {name: Path(folder, f"{name}.tif") for name in ("familiarity", "confidence", "output")}
        segment(rasters, model, device="cpu", overlap=0, **paths)
        found = [read(path)[0] for path in paths.values()]
    valid = found[2] != NODATA
    return found[0][valid], found[1][valid], found[2][valid]


def spoil(rasters: Mapping[str, Path], name: str, change: Change, path: Path) -> Mapping[str, Path]:
    """The rasters with one of them changed."""
    with rasterio.open(rasters[name]) as file:
        profile, values = file.profile, file.read()
        void = file.dataset_mask() == 0
    changed = change(values).astype(values.dtype)
    changed[:, void] = values[:, void]
    with rasterio.open(path, "w", **profile) as file:
        file.write(changed)
    return {**rasters, name: path}


def errors(model: Model, scenes: Sequence[Mapping[str, Path]]) -> str:
    """How well familiarity and confidence tell wrong pixels from right ones."""
    parts = []
    for scene in scenes:
        found = mapped(model, {name: scene[name] for name in SCENARIOS["both"]})
        labels = read(scene["labels"])[0].ravel()
        known = labels != NODATA
        parts.append([*(values[known] for values in found), labels[known]])
    familiarity, confidence, classes, labels = (np.concatenate(values) for values in zip(*parts, strict=True))
    wrong = classes != labels
    return (
        f"Wrong pixels of the held-out halves ({wrong.mean():.0%}): area under the ROC curve of low familiarity "
        f"{area(-1.0 * familiarity, wrong):.3f}, of low confidence {area(-1.0 * confidence, wrong):.3f}."
    )


def area(score: np.ndarray, positive: np.ndarray) -> float:
    """Area under the ROC curve: how often a positive has the larger score; ties count half."""
    _, places, counts = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[places]
    positives = int(positive.sum())
    return float((rank[positive].sum() - positives * (positives + 1) / 2) / (positives * (len(score) - positives)))


def cost(model: Model) -> str:
    """CPU time of the familiarity of a window, beside that of networks."""
    card = replace(model.card, network={"form": "shared", "width": 16})
    shared = Model(card, build_network(DIS2Config.from_card(card)).eval())
    shared.settle(torch.device("cpu"))
    side = card.window[0]
    windows = {item.name: torch.randn(1, len(item.bands), side, side) for item in card.modalities}
    valid = {name: torch.ones(1, side, side, dtype=torch.bool) for name in windows}
    known = model.familiarity
    if known is None:
        raise SystemExit(f"{MODEL} knows no ground.")
    seconds: dict[str, list[float]] = {"known": [], "shared": []}
    with torch.inference_mode():
        for _ in range(20):
            for name, run in (("known", lambda: known(windows, valid)), ("shared", lambda: shared.network(windows))):
                start = time.process_time()
                run()
                seconds[name].append(time.process_time() - start)
    one, other = (1000 * float(np.median(values)) for values in seconds.values())
    return f"A window of {side} pixels: {one:.1f} ms beside {other:.1f} ms of a network of the shared form of width 16."


def read(path: Path) -> np.ndarray:
    """All bands."""
    with rasterio.open(path) as file:
        values: np.ndarray = file.read()
    return values


if __name__ == "__main__":
    main()
