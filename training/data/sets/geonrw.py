"""GeoNRW: 7,782 tiles of 1000 x 1000 pixels of 1 m, orthophoto, first-return LiDAR height, ten classes.

As it unpacks, a folder a city::

    aachen/293_5628_rgb.jp2    aachen/293_5628_dem.tif    aachen/293_5628_seg.tif    aachen/293_5628_sar.tif

Heights are metres above the sea, so that they would tell a network where it is; by default they are
taken above the low ground of their tile. Few tiles have SAR.
"""

from __future__ import annotations

from pathlib import Path

from dis2_core.contract.card import Band, LandClass, Modality
from dis2_core.contract.errors import InputError

from ..dataset import TileDataset
from ..description import Description
from ..layers import AboveLowGround, CodedLabels, Layer, RasterLayer
from ..sample import IGNORE
from ..tiles import RasterTile
from .files import Files, check_split

TITLE = "GeoNRW"
TEST = ("duesseldorf", "herne", "neuss")  # the authors' split; all other cities train
VALIDATION = ("bochum", "krefeld")  # of the training cities, neighbours of the test's
CLASSES = (
    LandClass("forest", "#2ca02c"),
    LandClass("water", "#1f77b4"),
    LandClass("agricultural", "#8c564b"),
    LandClass("residential, commercial, industrial", "#7f7f7f"),
    LandClass("grassland, swamp, shrubbery", "#bcbd22"),
    LandClass("railway, train station", "#ff7f0e"),
    LandClass("highway, squares", "#9467bd"),
    LandClass("airport, shipyard", "#17becf"),
    LandClass("roads", "#d62728"),
    LandClass("buildings", "#e377c2"),
)
CODES = {0: IGNORE, **{code: code - 1 for code in range(1, 11)}}  # 0 is background

RGB = Modality(
    "rgb",
    "optical",
    "optical",
    tuple(Band(name, 0.0, 1.0, 0.0, 255.0, f"{name}, digital number") for name in ("red", "green", "blue")),
    "Orthophoto, 8 bit",
)
RELATIVE = Modality(
    "height",
    "elevation",
    "elevation",
    (Band("height", 0.0, 1.0, -5.0, 200.0, "height above the low ground of the tile", "m"),),
    "First LiDAR return",
)
ABSOLUTE = Modality(
    "dsm",
    "elevation",
    "elevation",
    (Band("height", 0.0, 1.0, -50.0, 900.0, "height above the sea", "m"),),
    "First LiDAR return, absolute",
)
SAR = Modality(
    "sar",
    "sar",
    "sar",
    (Band("amplitude", 0.0, 1.0, 0.0, 65535.0, "TerraSAR-X amplitude, digital number"),),
    "TerraSAR-X spotlight",
)
LOWEST = -1000.0  # metres; below it is no height


def read(folder: str | Path, split: str, height: str = "relative", sar: bool = False) -> TileDataset:
    """Read a split.

    Args:
        folder: Holds the folders of the cities.
        split: ``train``, ``validation`` (bochum and krefeld) or ``test`` (duesseldorf, herne and neuss).
        height: ``relative``, above the low ground of the tile, or ``absolute``, above the sea.
        sar: Whether SAR is a third modality; tiles without it are then left out.
    """
    check_split(split)
    if height not in ("relative", "absolute"):
        raise InputError(f"{TITLE} has no height '{height}'.", "It has relative and absolute.")
    files = Files(folder, TITLE, (".jp2", ".tif"))
    elevation = RELATIVE if height == "relative" else ABSOLUTE
    tiles = []
    for photo in (path for path in files.all if path.name.lower().endswith("_rgb.jp2")):
        if _split(photo.parent.name.lower()) != split:
            continue
        layers: dict[str, Layer] = {"rgb": RasterLayer(photo, (1, 2, 3), 3)}
        metres = RasterLayer(_beside(files, photo, "dem"), count=1, floor=LOWEST)
        layers[elevation.name] = AboveLowGround(metres) if height == "relative" else metres
        if sar:
            if not (path := files.find(_name(photo, "sar"), photo.parent.name)):
                continue
            layers["sar"] = RasterLayer(path, count=1)
        labels = CodedLabels(RasterLayer(_beside(files, photo, "seg"), count=1, masked=False), CODES)
        tiles.append(RasterTile(f"{photo.parent.name.lower()}_{photo.name[: -len('_rgb.jp2')]}", layers, labels))
    modalities = (RGB, elevation, SAR) if sar else (RGB, elevation)
    return TileDataset(folder, split, _describe(modalities), tiles)


def _split(city: str) -> str:
    return "test" if city in TEST else "validation" if city in VALIDATION else "train"


def _name(photo: Path, kind: str) -> str:
    return f"{photo.name[: -len('_rgb.jp2')]}_{kind}.tif"


def _beside(files: Files, photo: Path, kind: str) -> Path:
    return files.get(_name(photo, kind), photo.parent.name)


def _describe(modalities: tuple[Modality, ...]) -> Description:
    return Description(
        modalities=modalities,
        classes=CLASSES,
        gsd=1.0,
        attribution="Geobasis NRW; GeoNRW, Baier et al. 2020",
        license="dl-de/by-2-0",
        description="GeoNRW, background not labelled",
    )
