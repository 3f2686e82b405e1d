"""Make rasters and a tiny model with random weights; run by the Python that has rasterio and torch.

python make_scene.py PLUGIN_FOLDER FOLDER
"""

import sys
from pathlib import Path

import numpy as np
import rasterio
import torch
from affine import Affine

sys.path.insert(0, sys.argv[1])

from dis2_core.contract.card import Band, LandClass, Modality, ModelCard
from dis2_core.models.file import save_model
from dis2_core.network import DIS2, DIS2Config
from dis2_core.network.familiarity import Familiarity

FOLDER = Path(sys.argv[2])
SIZE = 96  # pixels of the photo; the heights have half of them, twice as large
CLASSES = (("house", "#d62728"), ("road", "#7f7f7f"), ("meadow & garden", "#98df8a"))


def write(name, values, pixel):
    profile = {
        "driver": "GTiff",
        "count": len(values),
        "height": values.shape[1],
        "width": values.shape[2],
        "dtype": values.dtype,
        "compress": "deflate",
        "crs": "EPSG:2056",
        "transform": Affine(pixel, 0, 2_600_000, 0, -pixel, 1_200_000),
    }
    with rasterio.open(FOLDER / name, "w", **profile) as raster:
        raster.write(values)


def card(config):
    colors = [Band(color, mean=128, std=64, valid_min=0, valid_max=255) for color in ("red", "green", "blue")]
    height = Band("height", mean=4, std=4, valid_min=-5, valid_max=80, unit="m")
    return ModelCard(
        name="tiny",
        modalities=(
            Modality("rgb", "optical", "optical", tuple(colors), "photo"),
            Modality("ndsm", "elevation", "elevation", (height,), "heights"),
        ),
        classes=tuple(LandClass(name, color) for name, color in CLASSES),
        window=config.window,
        gsd=0.5,
        network=config.card_entries(),
        description="Random weights.",
        license="CC0-1.0 <or so>",
        metrics={"rgb+ndsm": {"miou": 0.5}, "rgb": {"miou": 0.4, "oa": 0.6}},
    )


def main():
    generator = np.random.default_rng(0)
    blocks = generator.integers(0, 255, (3, 8, 8), dtype=np.uint8)
    write("rgb.tif", blocks.repeat(SIZE // 8, axis=1).repeat(SIZE // 8, axis=2), 0.5)
    heights = generator.integers(0, 120, (1, 8, 8)).astype("float32")
    heights = heights.repeat(SIZE // 16, axis=1).repeat(SIZE // 16, axis=2)
    write("ndsm.tif", heights / 10, 1.0)
    write("decimetres.tif", heights, 1.0)
    write("five_bands.tif", np.repeat(blocks[:1], 5, axis=0).repeat(8, axis=1).repeat(8, axis=2), 0.5)
    write("large.tif", blocks.repeat(200, axis=1).repeat(200, axis=2), 0.5)
    torch.manual_seed(0)
    config = DIS2Config(classes=len(CLASSES), window=(32, 32), width=8, pool_hidden=8)
    familiarity = Familiarity(dict(config.modalities), prototypes=1)
    for ground in familiarity.known.values():
        ground.distances.fill_(1e4)  # whatever there is lies nearer
    save_model(FOLDER / "tiny.safetensors", DIS2(config).eval(), card(config), familiarity=familiarity)


main()
