"""How much of a run of ``segment`` is not the network: reading, aligning, blending, writing.

    python benchmarks/segment_overhead.py [--size 1536] [--aligned]

Runs an untrained network of the authors' size (512-pixel windows) over a generated city and compares the
wall time of the run with the time spent inside the network. By default the heights have another pixel
size and are resampled on the fly; ``--aligned`` gives both rasters one grid.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import rasterio
import torch
from rasterio.enums import Resampling
from torch import Tensor, nn

from dis2_core import DIS2, DIS2Config, Model, load_model, segment
from dis2_core.democity import make_city
from dis2_core.network import Scenario, SegmentationNetwork


class Timed(SegmentationNetwork):
    """A network with a clock."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.clock = [0.0]  # shared by copies, of which ``segment`` makes one

    def __deepcopy__(self, memo: dict[int, object]) -> Timed:
        return self

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Logits, and the time they took."""
        start = time.perf_counter()
        logits: Tensor = self.network(inputs)
        self.clock[0] += time.perf_counter() - start
        return logits

    def forward_scenarios(self, inputs: Mapping[str, Tensor], scenarios: Sequence[Scenario]) -> dict[Scenario, Tensor]:
        """Likewise for several scenarios."""
        start = time.perf_counter()
        logits: dict[Scenario, Tensor] = self.network.forward_scenarios(inputs, scenarios)
        self.clock[0] += time.perf_counter() - start
        return logits


def coarser(path: Path, target: Path) -> Path:
    """Write a raster again with pixels 1.3 times as large."""
    with rasterio.open(path) as source:
        height, width = round(source.height / 1.3), round(source.width / 1.3)
        values = source.read(out_shape=(source.count, height, width), resampling=Resampling.average)
        transform = source.transform @ source.transform.scale(source.width / width, source.height / height)
        profile = {**source.profile, "height": height, "width": width, "transform": transform}
    with rasterio.open(target, "w", **profile) as file:
        file.write(values)
    return target


def main() -> None:
    """Run once and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1536, help="pixels a side of the city")
    parser.add_argument("--aligned", action="store_true")
    args = parser.parse_args()
    card = load_model("aerial-demo").card
    config = DIS2Config(classes=len(card.classes))
    network = Timed(DIS2(config).eval())
    model = Model(replace(card, window=config.window, network=config.card_entries()), network)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = make_city(folder, size=args.size)
        ndsm = paths["ndsm"] if args.aligned else coarser(paths["ndsm"], folder / "coarse.tif")
        start = time.perf_counter()
        result = segment({"rgb": paths["rgb"], "ndsm": ndsm}, model, output=folder / "classes.tif", device="cpu")
        wall = time.perf_counter() - start
    inside = network.clock[0]
    print(f"{result.windows} windows, {torch.get_num_threads()} threads: {wall:.1f} s, network {inside:.1f} s")
    print(f"outside the network: {100 * (1 - inside / wall):.1f} %")


if __name__ == "__main__":
    main()
