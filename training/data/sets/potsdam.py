"""ISPRS Potsdam: 38 tiles of 6000 x 6000 pixels of 5 cm, orthophoto and height.

As its archives unpack, folders doubled or not::

    2_Ortho_RGB/top_potsdam_2_10_RGB.tif              tile numbers as they are
    1_DSM_normalisation/dsm_potsdam_02_10_normalized_lastools.jpg    ... and with a zero before
    1_DSM/dsm_potsdam_02_10.tif
    5_Labels_all/top_potsdam_2_10_label.tif
    5_Labels_all_noBoundary/top_potsdam_2_10_label_noBoundary.tif    eroded: black along boundaries
"""

from __future__ import annotations

from pathlib import Path

from dis2_core.contract.errors import InputError

from ..dataset import TileDataset
from ..layers import ColouredLabels, Layer, RasterLayer
from ..tiles import RasterTile
from .files import Files, check_split
from .isprs import DECIMETRES, colours, describe

TITLE = "ISPRS Potsdam"
TRAIN = tuple(f"{row}_{col}" for row in range(2, 8) for col in range(10 if row < 6 else 7, 13))  # the official 24
VALIDATION = ("2_11", "5_11", "7_12")  # of the 24, from three sides of the city
TEST = ("2_13", "2_14", "3_13", "3_14", *(f"{row}_{col}" for row in (4, 5, 6) for col in (13, 14, 15)), "7_13")
NAMES = {"train": tuple(tile for tile in TRAIN if tile not in VALIDATION), "validation": VALIDATION, "test": TEST}

#: Folder, ending and number of bands of each orthophoto, and the numbers of the bands that are taken.
ORTHOPHOTOS = {
    "rgb": ("2_Ortho_RGB", "RGB", 3, "RGB"),
    "irrg": ("3_Ortho_IRRG", "IRRG", 3, "IRG"),
    "rgbi": ("4_Ortho_RGBIR", "RGBIR", 4, "RGBI"),
}
LABELS = ("5_Labels_all", "5_Labels_for_participants")
ERODED_LABELS = ("5_Labels_all_noBoundary", "5_Labels_for_participants_no_Boundary")
LOWEST = -32000.0  # what surface models have below it, near -32767, is no height


def read(
    folder: str | Path,
    split: str,
    optical: str = "rgb",
    height: str = "ndsm",
    eroded: bool = False,
    clutter: bool = False,
) -> TileDataset:
    """Read a split.

    Args:
        folder: Where the archives were unpacked.
        split: ``train`` (21 of the official 24), ``validation`` (the other 3) or ``test`` (the official 14).
        optical: ``rgb``, ``irrg`` or ``rgbi``.
        height: ``ndsm``, metres above ground, or ``dsm``, metres above the sea.
        eroded: Labels without a border of 3 pixels around every object.
        clutter: Six classes instead of five; without it clutter is not labelled.
    """
    check_split(split)
    if optical not in ORTHOPHOTOS or height not in ("ndsm", "dsm"):
        raise InputError(f"{TITLE} has no optical '{optical}' with height '{height}'.", "See docs/data.md.")
    files = Files(folder, TITLE, (".tif", ".jpg"))
    bands = ORTHOPHOTOS[optical][3]
    description = describe("Potsdam", 0.05, bands, height, eroded, clutter, "ISPRS Potsdam (BSF Swissphoto)")
    image, elevation = description.modality_names
    tiles = []
    for name in NAMES[split]:
        layers = {image: _orthophoto(files, name, optical), elevation: _height(files, name, height)}
        # One height model is a pixel short.
        tiles.append(RasterTile(name, layers, _labels(files, name, eroded, clutter), slack=1))
    return TileDataset(folder, split, description, tiles)


def _orthophoto(files: Files, name: str, optical: str) -> Layer:
    folder, ending, count, _ = ORTHOPHOTOS[optical]
    return RasterLayer(files.get(f"top_potsdam_{name}_{ending}.tif", folder), tuple(range(1, count + 1)), count)


def _height(files: Files, name: str, height: str) -> Layer:
    padded = "_".join(f"{int(number):02}" for number in name.split("_"))
    if height == "dsm":
        path = files.get([f"dsm_potsdam_{tile}.tif" for tile in (padded, name)], "1_DSM")
        return RasterLayer(path, count=1, floor=LOWEST)
    names = [f"dsm_potsdam_{tile}_normalized_lastools.jpg" for tile in (padded, name)]
    return RasterLayer(files.get(names, "1_DSM_normalisation"), count=1, scale=DECIMETRES)


def _labels(files: Files, name: str, eroded: bool, clutter: bool) -> ColouredLabels:
    ending = "label_noBoundary" if eroded else "label"
    path = files.get(f"top_potsdam_{name}_{ending}.tif", ERODED_LABELS if eroded else LABELS)
    return ColouredLabels(RasterLayer(path, (1, 2, 3), 3, masked=False), colours(clutter))
