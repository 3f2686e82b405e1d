"""GAMUS: aerial RGB and height above ground, tiles of 1024 x 1024 pixels, in HDF5.

As it unpacks; the ending of images differs between cities::

    images/train/DC_01_25_RGB.h5     or …_IMG.h5       key ``image``, (H, W, 3) uint8
    heights/train/DC_01_25_AGL.h5                      key ``image``, (H, W) float32, metres; -5 is no height
    classes/train/DC_01_25_CLS.h5                      key ``image``, (H, W)
"""

from __future__ import annotations

import re
from pathlib import Path

from dis2_core.contract.card import Band, LandClass, Modality

from ..dataset import TileDataset
from ..description import Description
from ..layers import CodedLabels, Hdf5Layer
from ..sample import IGNORE
from ..tiles import RasterTile
from .files import Files, check_split

TITLE = "GAMUS"
FOLDERS = {"train": "train", "validation": "val", "test": "test"}
VOID = -5.0  # metres, where no height was measured
CODES = {0: IGNORE, **{code: code - 1 for code in range(1, 7)}}  # 0, others: under 0.2 % of the pixels
DESCRIPTION = Description(
    modalities=(
        Modality(
            "rgb",
            "optical",
            "optical",
            tuple(Band(name, 0.0, 1.0, 0.0, 255.0, f"{name}, digital number") for name in ("red", "green", "blue")),
            "Aerial photo, 8 bit",
        ),
        Modality(
            "ndsm",
            "elevation",
            "elevation",
            (Band("height", 0.0, 1.0, -5.0, 200.0, "height above ground", "m"),),
            "Height above ground",
        ),
    ),
    classes=(
        LandClass("ground", "#c8b090"),
        LandClass("low vegetation", "#9acd32"),
        LandClass("building", "#d73027"),
        LandClass("water", "#3f7fbf"),
        LandClass("road", "#808080"),
        LandClass("tree", "#1a7a2e"),
    ),
    gsd=0.33,
    attribution="GAMUS, Xiong et al. 2023",
    license="CC-BY-4.0",
    description="GAMUS, six classes, others not labelled",
)
_IMAGE = re.compile(r"^(.+?)_?(RGB|IMG)\.h5$", re.IGNORECASE)


def read(folder: str | Path, split: str) -> TileDataset:
    """Read a split: ``train``, ``validation`` (their ``val``) or ``test``."""
    check_split(split)
    files = Files(folder, TITLE, (".h5",))
    part = FOLDERS[split]
    tiles = []
    for image in files.within("images"):
        match = _IMAGE.match(image.name)
        if not match or image.parent.name.lower() != part:
            continue
        name = match[1]
        layers = {
            "rgb": Hdf5Layer(image, "image", 3),
            "ndsm": Hdf5Layer(files.get(f"{name}_AGL.h5", "heights"), "image", nodata=VOID),
        }
        labels = Hdf5Layer(files.get(f"{name}_CLS.h5", "classes"), "image")
        tiles.append(RasterTile(name, layers, CodedLabels(labels, CODES)))
    if not tiles:
        files.get("*_RGB.h5", f"images/{part}")
    return TileDataset(folder, split, DESCRIPTION, tiles)
