"""Six classes from aerial photo and heights, joined from sources that tell different things apart.

A folder with ``flair2/`` (loose patches, see ``flair2_patches``), and where they are there ``aerial_ign_mini/`` and
``aerial_autzen/``; generated cities are drawn in memory. The last two sources were labelled with the help of
heights: their heights are left out, so that they teach the photo alone, and they take no part in a score. They know
*ground* as a whole, which is sealed, bare or grown over.

Tested are the other halves of the FLAIR patches and one patch as a whole, ``city``: cities of seeds of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from affine import Affine
from torch import Tensor

from dis2_core.contract.card import LandClass
from dis2_core.democity.city import draw_city
from dis2_core.rasters.grid import Grid

from ..class_sets import set_label
from ..dataset import TileDataset
from ..description import ClassSet, Description
from ..layers import AbsentLayer, CodedLabels, RasterLayer
from ..sample import IGNORE, Sample
from ..tiles import MemoryTile, RasterTile, Tile
from . import flair2_patches
from .files import check_split

SPLITS = ("train", "validation", "test", "city")
HELD_OUT = "IMG_000473"  # as a whole: its three classes lie in other patches, too
CITY_SEEDS = {"train": 1000, "validation": 2000, "city": 3000}  # the first of each split
VALIDATION_SIZE = 256  # pixels: a city has as much to say in the choice of a model as the patches have

BUILDING, SEALED, BARE, LOW, TREES, WATER = range(6)
CLASSES = (
    LandClass("building", "#b5473c"),
    LandClass("sealed ground", "#8b8f94"),
    LandClass("bare or unsealed ground", "#d9a76a"),
    LandClass("low vegetation", "#bfdc8a"),
    LandClass("trees and shrubs", "#57a05a"),
    LandClass("water", "#3f7fbf"),
)
NINE = (BUILDING, BARE, SEALED, BARE, WATER, TREES, TREES, TREES, LOW)  # the classes of FLAIR patches and of cities
GROUND = set_label((SEALED, BARE, LOW))

DESCRIPTION = Description(
    modalities=flair2_patches.DESCRIPTION.modalities,
    classes=CLASSES,
    gsd=0.2,
    attribution=(
        "Training imagery: IGN (FLAIR #2, LiDAR HD, orthophoto), Etalab Open Licence 2.0; "
        "Autzen Stadium LiDAR, Watershed Sciences Inc. 2010 / PDAL data, CC BY 4.0, colour NAIP 2009"
    ),
    license="etalab-2.0, CC-BY-4.0",
    description="Aerial patches of France and Oregon, and generated cities",
    sets=(ClassSet("ground", tuple(CLASSES[number].name for number in (SEALED, BARE, LOW))),),
)


def read(folder: str | Path, split: str, cities: int = 12, city_size: int = 768) -> TileDataset:
    """Read a split.

    Args:
        folder: Holds the sources, each in a folder of its own.
        split: ``train``, ``validation``, ``test``, or ``city``.
        cities: How many are drawn for ``train``, and a quarter as many, one at least, for ``city``; for ``validation``
            one that is no larger than what is labelled in the strips of the patches.
        city_size: Their height and width in pixels of .2 m.

    Raises:
        InputError: There is no such split, or no FLAIR patch.
    """
    check_split(split, SPLITS)
    folder = Path(folder)
    tiles: list[Tile] = [] if split == "city" else list(_patches(folder / "flair2", split))
    if split == "train":
        codes = {1: BUILDING, 2: TREES, 3: GROUND}
        tiles += _photos(folder / "aerial_ign_mini", "ign", ("_img.tif", "_lab.tif"), codes)
        tiles += _photos(folder / "aerial_autzen", "autzen", ("rgb.tif", "weak.tif"), {**codes, 5: WATER})
    if split == "validation":
        tiles += [CityTile(CITY_SEEDS[split], VALIDATION_SIZE)] * min(cities, 1)
    elif split in CITY_SEEDS:
        count = cities if split == "train" else max(cities // 4, min(cities, 1))
        tiles += [CityTile(CITY_SEEDS[split] + number, city_size) for number in range(count)]
    return TileDataset(folder, split, DESCRIPTION, tiles)


def _patches(folder: Path, split: str) -> Iterator[MemoryTile]:
    for patch in flair2_patches.read_patches(folder):
        if patch.name != HELD_OUT:
            patch = flair2_patches.parts(patch)[split]
        elif split != "test":
            continue
        yield _six(f"flair-{patch.name}", patch.sample, patch.grid)


def six_classes(labels: Tensor) -> Tensor:
    """Labels of FLAIR patches and of cities, int64, with the six classes in the place of their nine."""
    table = torch.full((IGNORE + 1,), IGNORE)
    table[: len(NINE)] = torch.tensor(NINE)
    return table[labels]


def _six(name: str, sample: Sample, grid: Grid | None = None) -> MemoryTile:
    return MemoryTile(name, replace(sample, labels=six_classes(sample.labels)), grid)


def _photos(folder: Path, name: str, ends: tuple[str, str], codes: Mapping[int, int]) -> Iterator[RasterTile]:
    """The tiles of a source whose labels come from heights: the photo and the labels, whose names end in ``ends``."""
    photo_end, labels_end = ends
    for labels in sorted(folder.glob(f"*{labels_end}")):
        photo = labels.with_name(labels.name.removesuffix(labels_end) + photo_end)
        rgb = RasterLayer(photo, (1, 2, 3), zero_is_hole=((0, 1, 2),))
        known = CodedLabels(RasterLayer(labels, count=1, masked=False), codes, others=IGNORE)
        yield RasterTile(f"{name}-{photo.stem}", {"rgb": rgb, "ndsm": AbsentLayer(rgb)}, known)


@dataclass(frozen=True)
class CityTile:
    """A generated city, drawn when it is looked at.

    Attributes:
        seed: Which one.
        side: Its height and width in pixels of .2 m.
    """

    seed: int
    side: int

    @property
    def name(self) -> str:
        """What it is called."""
        return f"city-{self.seed}"

    @property
    def grid(self) -> Grid:
        """Plain pixels."""
        return Grid(None, Affine.identity(), *self.size)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.side, self.side

    def read(self, row: int, col: int, height: int, width: int) -> Sample:
        """See ``Tile``; each call draws the city."""
        return self.in_memory().read(row, col, height, width)

    def in_memory(self) -> MemoryTile:
        """Draw it."""
        city = draw_city(self.side, self.seed)
        values = {"rgb": torch.from_numpy(city.rgb).float(), "ndsm": torch.from_numpy(city.ndsm)[None]}
        valid = dict.fromkeys(values, torch.ones(self.size, dtype=torch.bool))
        return _six(self.name, Sample(values, valid, torch.from_numpy(city.labels).long()))
