"""WHU-OPT-SAR: 100 scenes of 5556 x 3704 pixels of 5 m, Gaofen-1 optical and Gaofen-3 SAR.

As it unpacks::

    optical/NH49E001013.tif    sar/NH49E001013.tif    lbl/NH49E001013.tif

Optical images have red, green, blue and near infrared; labels are 0, 10, ..., 70, and 0 is background.
"""

from __future__ import annotations

from pathlib import Path

from dis2_core.contract.card import Band, LandClass, Modality

from ..dataset import TileDataset
from ..description import Description
from ..layers import CodedLabels, RasterLayer
from ..sample import IGNORE
from ..tiles import RasterTile
from .files import Files, check_split, drawn

TITLE = "WHU-OPT-SAR"
#: The authors' 20 test scenes ("The division of the dataset.txt"); the other 80 train.
_TEST_SHEETS = {
    "NH49E": "001014 001017 002012 002016 003014 003024 004011 005011 005019 006019 007014 008013 009017 010020 011024 "
    "012020 013010",
    "NH50E": "007002 011005 014003",
}
TEST = tuple(sheet + number for sheet, numbers in _TEST_SHEETS.items() for number in numbers.split())
VALIDATION_SHARE = 0.12  # of the other scenes
CODES = {0: IGNORE, **{10 * code: code - 1 for code in range(1, 8)}}
DESCRIPTION = Description(
    modalities=(
        Modality(
            "optical",
            "optical",
            "optical",
            tuple(
                Band(name.replace(" ", "_"), 0.0, 1.0, 0.0, 255.0, f"{name}, digital number")
                for name in ("red", "green", "blue", "near infrared")
            ),
            "Gaofen-1",
        ),
        Modality(
            "sar",
            "sar",
            "sar",
            (Band("amplitude", 0.0, 1.0, 0.0, 255.0, "amplitude, digital number"),),
            "Gaofen-3",
        ),
    ),
    classes=(
        LandClass("farmland", "#e8d479"),
        LandClass("city", "#d7191c"),
        LandClass("village", "#f08a5d"),
        LandClass("water", "#2b83ba"),
        LandClass("forest", "#1a9641"),
        LandClass("road", "#6b6b6b"),
        LandClass("others", "#b8a9c9"),
    ),
    gsd=5.0,
    attribution="WHU-OPT-SAR, Li et al. 2022",
    license="research",
    description="WHU-OPT-SAR, seven classes, background not labelled, the authors' division by scene",
)


def read(folder: str | Path, split: str) -> TileDataset:
    """Read a split, whole scenes each: ``train``, ``validation`` (an eighth of the 80) or ``test`` (the 20)."""
    check_split(split)
    files = Files(folder, TITLE)
    tiles = []
    for optical in files.within("optical"):
        name = optical.stem
        if _split(name.upper()) != split:
            continue
        layers = {
            "optical": RasterLayer(optical, (1, 2, 3, 4), 4),
            "sar": RasterLayer(files.get(optical.name, "sar"), count=1),
        }
        mask = RasterLayer(files.get(optical.name, "lbl"), count=1, masked=False)
        tiles.append(RasterTile(name, layers, CodedLabels(mask, CODES)))
    if not tiles:
        files.get("NH*.tif", "optical")
    return TileDataset(folder, split, DESCRIPTION, tiles)


def _split(name: str) -> str:
    if name in TEST:
        return "test"
    return "validation" if drawn(name, VALIDATION_SHARE) else "train"
