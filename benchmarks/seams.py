r"""Which windows and which overlap are enough: what seams they leave, and what they cost.

    dis2 city c --seed 0
    dis2-train region --input optical=c/rgb.tif --input elevation=c/ndsm.tif --labels c/labels.tif --effort quick \
        --out m.safetensors
    OMP_NUM_THREADS=1 python benchmarks/seams.py m.safetensors c [--into docs/benchmarks.md]

Maps the city with windows of several sizes and overlaps. A map is compared with one of windows of 512 pixels that
share three quarters, pixel by pixel: everywhere, and within 8 pixels of the middle between two windows, where
seams are; and with the labels. A network of the paper's form takes one size of windows alone.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import rasterio
from report import table, take_in

from dis2_core import Model, load_model, segment
from dis2_core.evaluation.metrics import ConfusionMatrix
from dis2_core.rasters.grid import WindowPlan

SIDES, OVERLAPS = (64, 128, 256, 512), (0.0, 0.125, 0.25, 0.5)
REFERENCE = (512, 0.75)
NEAR = 8  # pixels from a seam
FILES = {"optical": "rgb.tif", "elevation": "ndsm.tif"}
COLUMNS = {
    "window": ("window", "d"),
    "overlap": ("overlap", "g"),
    "CPU s": ("seconds", ".1f"),
    "differs, %": ("everywhere", ".2f"),
    "along seams, %": ("seams", ".2f"),
    "mIoU": ("miou", ".4f"),
}


def main() -> None:
    """Map, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("city", type=Path, help="folder that 'dis2 city' made")
    parser.add_argument("--into", type=Path, help="document with a place for the table")
    args = parser.parse_args()
    model = load_model(args.model)
    rasters = {item.name: args.city / FILES[item.slot] for item in model.card.modalities}
    reference, _ = mapped(model, rasters, *REFERENCE)
    with rasterio.open(args.city / "labels.tif") as labels:
        truth = labels.read(1)
    rows = []
    for side, overlap in product(SIDES, OVERLAPS):
        classes, seconds = mapped(model, rasters, side, overlap)
        wrong, near = classes != reference, seams(classes.shape, side, overlap)
        rows.append(
            {
                "window": side,
                "overlap": overlap,
                "seconds": seconds,
                "everywhere": 100 * wrong.mean(),
                "seams": 100 * wrong[near].mean(),
                "miou": miou(classes, truth, model),
            }
        )
        print(rows[-1], flush=True)
    text = table(COLUMNS, rows)
    print(text)
    if args.into:
        take_in(args.into, "seams", text)


def mapped(model: Model, rasters: Mapping[str, Path], side: int, overlap: float) -> tuple[np.ndarray, float]:
    """The class map, and the CPU seconds that it took."""
    resized = replace(model, card=replace(model.card, window=(side, side)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "classes.tif"
        start = time.process_time()
        segment(rasters, resized, output=path, overlap=overlap, device="cpu", threads=1)
        seconds = time.process_time() - start
        with rasterio.open(path) as classes:
            return classes.read(1), seconds


def seams(shape: tuple[int, ...], side: int, overlap: float) -> np.ndarray:
    """(H, W) bool: what lies near the middle of what two neighbouring windows share."""
    near = np.zeros(shape, dtype=bool)
    plan = WindowPlan(shape[0], shape[1], (side, side), overlap)
    for axis, starts in enumerate((plan.rows, plan.cols)):
        lines = near if axis == 0 else near.T
        for before, after in pairwise(starts):
            middle = (before + side + after) // 2
            lines[max(0, middle - NEAR) : middle + NEAR] = True
    return near


def miou(classes: np.ndarray, truth: np.ndarray, model: Model) -> float:
    """Mean IoU over the classes of the labels."""
    matrix = ConfusionMatrix(model.card.class_names)
    matrix.update(classes, truth)
    return matrix.scores().miou


if __name__ == "__main__":
    main()
