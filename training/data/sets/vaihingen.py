"""ISPRS Vaihingen: 33 tiles of several sizes, 9 cm, infrared orthophoto and height.

As its archives unpack::

    top/top_mosaic_09cm_area1.tif                       near infrared, red, green
    dsm/dsm_09cm_matching_area1.tif                     absolute heights
    ndsm/dsm_09cm_matching_area1_normalized.jpg         8-bit decimetres, distributed apart
    gts_for_participants/top_mosaic_09cm_area1.tif      or the archive ground_truth_COMPLETE
    gts_eroded_for_participants/top_mosaic_09cm_area1_noBoundary.tif
"""

from __future__ import annotations

from pathlib import Path

from dis2_core.contract.errors import InputError

from ..dataset import TileDataset
from ..layers import ColouredLabels, Layer, RasterLayer
from ..tiles import RasterTile
from .files import Files, check_split
from .isprs import DECIMETRES, colours, describe

TITLE = "ISPRS Vaihingen"
TRAIN = (1, 3, 5, 7, 11, 13, 15, 17, 21, 23, 26, 28, 30, 32, 34, 37)  # the official 16
VALIDATION = (15, 30)  # of the 16
TEST = (2, 4, 6, 8, 10, 12, 14, 16, 20, 22, 24, 27, 29, 31, 33, 35, 38)
AREAS = {"train": tuple(area for area in TRAIN if area not in VALIDATION), "validation": VALIDATION, "test": TEST}
SLACK = 1  # pixels by which height models may be short


def read(
    folder: str | Path, split: str, height: str = "ndsm", eroded: bool = False, clutter: bool = False
) -> TileDataset:
    """Read a split.

    Args:
        folder: Where the archives were unpacked.
        split: ``train`` (14 of the official 16), ``validation`` (the other 2) or ``test`` (the official 17).
        height: ``ndsm``, metres above ground, or ``dsm``, metres above the sea.
        eroded: Labels without a border of 3 pixels around every object.
        clutter: Six classes instead of five; without it clutter is not labelled.
    """
    check_split(split)
    if height not in ("ndsm", "dsm"):
        raise InputError(f"{TITLE} has no height '{height}'.", "It has ndsm and dsm.")
    files = Files(folder, TITLE, (".tif", ".jpg"))
    description = describe("Vaihingen", 0.09, "IRG", height, eroded, clutter, "ISPRS Vaihingen (DGPF, Cramer 2010)")
    image, elevation = description.modality_names
    tiles = []
    for area in AREAS[split]:
        photo = RasterLayer(files.get(f"top_mosaic_09cm_area{area}.tif", "top"), (1, 2, 3), 3)
        layers = {image: photo, elevation: _height(files, area, height)}
        tiles.append(RasterTile(f"area{area}", layers, _labels(files, area, eroded, clutter), SLACK))
    return TileDataset(folder, split, description, tiles)


def _height(files: Files, area: int, height: str) -> Layer:
    if height == "dsm":
        return RasterLayer(files.get(f"dsm_09cm_matching_area{area}.tif", "dsm"), count=1)
    return RasterLayer(files.get(f"dsm_09cm_matching_area{area}_normalized.jpg"), count=1, scale=DECIMETRES)


def _labels(files: Files, area: int, eroded: bool, clutter: bool) -> ColouredLabels:
    """The label file: of the orthophoto's own name, so the folder tells them apart."""
    name = f"top_mosaic_09cm_area{area}{'_noBoundary' if eroded else ''}.tif"
    found = [path for path in files.all if path.name.lower() == name.lower() and path.parent.name.lower() != "top"]
    folder = "gts_eroded_for_participants" if eroded else "gts_for_participants"
    path = found[0] if found else files.get(name, folder)
    return ColouredLabels(RasterLayer(path, (1, 2, 3), 3, masked=False), colours(clutter))
