"""Megapixels a CPU second of the stages around the network, each alone on one thread.

    python benchmarks/stages.py [--side 2048] [--rounds 3]

The least CPU time of a thread counts, which other work on the machine hardly changes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio
import torch
from rasterio.warp import Resampling, calculate_default_transform, reproject
from report import table
from scene import make_scene

from dis2_core import load_model
from dis2_core.contract.segment_job import Source
from dis2_core.prediction.holes import feather_weights
from dis2_core.rasters.georeference import read_grid
from dis2_core.rasters.reading import ModalityReader

OTHER_CRS = "EPSG:3857"  # turned against UTM by some degrees, and with other pixels


def cpu_seconds(run: Callable[[], object], rounds: int) -> float:
    """Least CPU time of this thread."""
    times = []
    for _ in range(rounds):
        start = time.thread_time()
        run()
        times.append(time.thread_time() - start)
    return min(times)


def into_another_crs(path: Path, target: Path) -> Path:
    """A raster in ``OTHER_CRS``."""
    with rasterio.open(path) as source:
        transform, width, height = calculate_default_transform(
            source.crs, OTHER_CRS, source.width, source.height, *source.bounds
        )
        profile = {**source.profile, "crs": OTHER_CRS, "transform": transform, "width": width, "height": height}
        values = np.full((source.count, height, width), -9999, dtype=source.dtypes[0])
        reproject(
            source.read(), values, src_transform=source.transform, src_crs=source.crs, dst_transform=transform,
            dst_crs=OTHER_CRS, resampling=Resampling.bilinear, dst_nodata=-9999,
        )  # fmt: skip
    with rasterio.open(target, "w", **{**profile, "nodata": -9999}) as file:
        file.write(values)
    return target


def reading(paths: dict[str, Path], side: int) -> dict[str, Callable[[], object]]:
    """Reading as it is, and onto another grid."""
    card = load_model("aerial-demo").card
    grid = read_grid(str(paths["rgb"]))

    def reader(modality: str, path: Path) -> Callable[[], None]:
        def read() -> None:  # with handles of its own, so that no block lies unpacked in a cache
            one = ModalityReader(Source(str(path)), card.modality(modality), grid)
            for top in range(0, side, 512):
                one.read(top, min(top + 512, side))
            one.close()

        return read

    return {
        "reading heights as they are": reader("ndsm", paths["ndsm"]),
        "reading a photo as it is": reader("rgb", paths["rgb"]),
        "warping heights, 1.3 times the pixels": reader("ndsm", paths["coarse"]),
        "warping heights with holes, 1.3 times the pixels": reader("ndsm", paths["holes"]),
        "warping heights from another CRS": reader("ndsm", paths["mercator"]),
    }


def feathering(side: int) -> dict[str, Callable[[], object]]:
    """The weights of two routes in windows with a hole."""
    windows = {}
    for size in (128, 512):
        availability = torch.full((max(1, side // size) ** 2, size, size), 3, dtype=torch.uint8)
        availability[:, size // 4 : size // 2, size // 3 :] = 1

        def run(availability: torch.Tensor = availability) -> None:
            for window in availability:
                feather_weights(window[None], (1, 3))

        windows[f"feathering windows of {size}"] = run
    return windows


def main() -> None:
    """Measure all stages and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--side", type=int, default=2048, help="pixels a side of the raster")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = make_scene(folder, args.side, args.side)
        for key, holes in (("coarse", False), ("holes", True)):
            (folder / key).mkdir()
            paths[key] = make_scene(folder / key, args.side, args.side, coarser=1.3, holes=holes)["ndsm"]
        paths["mercator"] = into_another_crs(paths["ndsm"], folder / "mercator.tif")
        stages = {**reading(paths, args.side), **feathering(args.side)}
        times = {stage: cpu_seconds(run, args.rounds) for stage, run in stages.items()}
    rows = [{"stage": stage, "rate": args.side**2 / 1e6 / seconds} for stage, seconds in times.items()]
    print(table({"stage": ("stage", ""), "Mpx a CPU second": ("rate", ".1f")}, rows))


if __name__ == "__main__":
    main()
