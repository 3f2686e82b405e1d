"""EarthMiss: 0.6 m RGB and SAR of thirteen cities, 1024 x 1024 pixels, made for missing modalities.

As it unpacks, a folder a city::

    Nanjing/images/RGB/x.tif    Nanjing/images/SAR/x_SAR.tif    Nanjing/masks/x_mask.tif

Masks are float32, 1 to 8, 0 where not labelled. Copies that a file manager made, ``x (1).tif``, are left out.
"""

from __future__ import annotations

import re
from pathlib import Path

from dis2_core.contract.card import Band, LandClass, Modality

from ..dataset import TileDataset
from ..description import Description
from ..layers import CodedLabels, RasterLayer
from ..sample import IGNORE
from ..tiles import RasterTile
from .files import Files, check_split

TITLE = "EarthMiss"
VALIDATION = ("australia-porthedland", "america-pake", "russian-engels")
TEST = ("america-newyork", "japan-hakodate", "peru-callao")  # the official split; the other seven train
CODES = {0: IGNORE, **{code: code - 1 for code in range(1, 9)}}
DESCRIPTION = Description(
    modalities=(
        Modality(
            "rgb",
            "optical",
            "optical",
            tuple(Band(name, 0.0, 1.0, 0.0, 255.0, f"{name}, digital number") for name in ("red", "green", "blue")),
            "Optical image, 8 bit",
        ),
        Modality(
            "sar",
            "sar",
            "sar",
            (Band("amplitude", 0.0, 1.0, 0.0, 255.0, "amplitude, digital number"),),
            "SAR image, 8 bit",
        ),
    ),
    classes=(
        LandClass("background", "#ffffff"),
        LandClass("building", "#ff0000"),
        LandClass("road", "#ffff00"),
        LandClass("water", "#0000ff"),
        LandClass("barren", "#9f81b7"),
        LandClass("forest", "#00ff00"),
        LandClass("agricultural", "#ffc380"),
        LandClass("playground", "#a500a5"),
    ),
    gsd=0.6,
    attribution="EarthMiss, Zenodo 17231107",
    license="",
    description="EarthMiss, eight classes, official split by city",
)
_COPY = re.compile(r"\s*\(\d+\)")


def read(folder: str | Path, split: str) -> TileDataset:
    """Read a split, whole cities each: ``train`` (7), ``validation`` (3) or ``test`` (3)."""
    check_split(split)
    files = Files(folder, TITLE)
    tiles = []
    for image in files.within("RGB"):
        if image.parent.name.lower() != "rgb":
            continue
        city = image.parents[2]
        original = image.with_name(_COPY.sub("", image.name))
        if _split(city.name.lower()) != split or (original != image and original.exists()):
            continue
        sar = files.get((f"{image.stem}_SAR.tif", image.name), "SAR", below=city)
        mask = files.get((f"{image.stem}_mask.tif", image.name), "masks", below=city)
        layers = {"rgb": RasterLayer(image, (1, 2, 3), 3), "sar": RasterLayer(sar, count=1)}
        labels = CodedLabels(RasterLayer(mask, count=1, masked=False), CODES)
        tiles.append(RasterTile(f"{city.name}_{image.stem}", layers, labels))
    return TileDataset(folder, split, DESCRIPTION, tiles)


def _split(city: str) -> str:
    return "test" if city in TEST else "validation" if city in VALIDATION else "train"
