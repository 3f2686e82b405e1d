"""OMBRIA: 694 pairs of Sentinel-1 and Sentinel-2 chips before and after floods, 256 x 256 pixels of 10 m.

As its repository unpacks, or as one raster a modality::

    OmbriaS2/train/BEFORE/S2_before_0545.png    AFTER/S2_after_0545.png    MASK/S2_mask_0545.png
    OmbriaS1/train/BEFORE/S1_before_0545.png    AFTER/S1_after_0545.png

    train/optical/0545.tif (before, after)    train/sar/0545.tif    train/labels/0545.tif

Chips are cut side by side from few scenes, without a georeference, and the published split scatters
the test over the same scenes: nearly every test chip continues a training chip (``dis2-train data check``).
A score on it says how well a method fills gaps in floods it has seen. With ``splits: scene_disjoint`` no scene
lies in two splits (``ombria_scenes``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal, get_args

from dis2_core.contract.card import Band, LandClass, Modality
from dis2_core.contract.errors import InputError

from ..dataset import TileDataset
from ..description import Description
from ..layers import CodedLabels, Layer, RasterLayer, StackedLayer
from ..tiles import RasterTile
from .files import Files, check_split, drawn
from .ombria_scenes import few_labels, scene_split

Splits = Literal["published", "scene_disjoint"]

TITLE = "OMBRIA"
VALIDATION_SHARE = 0.1  # of the published training chips, scattered as the published test is
OPTICAL = tuple(f"{date}_{band}" for date in ("before", "after") for band in (1, 2, 3))
EDGE = ((0, 1, 2), (3, 4, 5))  # all three bands of a date zero: beyond the edge of its scene
CODES = {0: 0, 1: 1, 255: 1}  # the repository's masks are black and white


def _of_the_composite(name: str) -> str:
    """What ``before_1`` is, as far as it is published."""
    when, _, channel = name.partition("_")
    return f"Sentinel-2 {when} the event, channel {channel} of OMBRIA's 8-bit composite"


def _intensity(when: str) -> str:
    return f"Sentinel-1 intensity {when} the event, in 8 bit as OMBRIA has it"


DESCRIPTION = Description(
    modalities=(
        Modality(
            "optical",
            "optical",
            "optical",
            tuple(Band(name, 0.0, 1.0, 0.0, 255.0, _of_the_composite(name)) for name in OPTICAL),
            "Sentinel-2 before and after, three bands each, 8 bit",
        ),
        Modality(
            "sar",
            "sar",
            "sar",
            tuple(Band(name, 0.0, 1.0, 0.0, 255.0, _intensity(name)) for name in ("before", "after")),
            "Sentinel-1 before and after, 8 bit",
        ),
    ),
    classes=(LandClass("not flooded", "#d9cfa3"), LandClass("flooded", "#2b6cb0")),
    gsd=10.0,
    attribution="OMBRIA, Drakonakis et al. 2022; contains modified Copernicus Sentinel data",
    license="",
    description="OMBRIA, published split, chips of the same scenes in training and test",
)
DISJOINT = replace(DESCRIPTION, description="OMBRIA, scene-disjoint split, no scene in two of its parts")


def read(
    folder: str | Path, split: str, splits: Splits = "published", labels: float = 1.0, draw: int = 0
) -> TileDataset:
    """Read a split.

    Args:
        folder: Where OMBRIA was unpacked.
        split: ``train``, ``validation`` or ``test``.
        splits: ``published``: train and validation share the published 624 chips, test is the published 70;
            ``scene_disjoint``: all 694 chips, no scene in two splits.
        labels: Share of the training chips that are read, whole scenes of them: what few labels are worth.
        draw: Which scenes these are.

    Raises:
        InputError: There is no such split, or a file is missing.
    """
    check_split(split)
    if splits not in get_args(Splits):
        raise InputError(f"'ombria' has no splits '{splits}'.", f"It has {' and '.join(get_args(Splits))}.")
    if not 0 < labels <= 1:
        raise InputError(f"'ombria' has labels {labels}; it must be over 0 and at most 1.")
    files = Files(folder, TITLE, (".tif", ".png"))
    tiles = _disjoint(files, split) if splits == "scene_disjoint" else _as_published(files, split)
    if split == "train" and labels < 1:
        kept = few_labels([tile.name for tile in tiles], labels, draw)
        tiles = [tile for tile in tiles if tile.name in kept]
    return TileDataset(folder, split, DISJOINT if splits == "scene_disjoint" else DESCRIPTION, tiles)


def _disjoint(files: Files, split: str) -> list[RasterTile]:
    tiles = [tile for part in ("train", "test") for tile in _published(files, part)]
    return sorted((tile for tile in tiles if scene_split(tile.name) == split), key=lambda tile: tile.name)


def _as_published(files: Files, split: str) -> list[RasterTile]:
    chips = _published(files, "test" if split == "test" else "train")
    return [tile for tile in chips if split == "test" or drawn(tile.name, VALIDATION_SHARE) == (split == "validation")]


def _published(files: Files, part: str) -> Iterator[RasterTile]:
    """Chips of a published part, ``train`` or ``test``."""
    return _chips(files, part) if files.within("OmbriaS2") else _rasters(files, part)


def _rasters(files: Files, published: str) -> Iterator[RasterTile]:
    """Chips as one raster a modality."""
    folder = files.folder / published
    for path in sorted((folder / "labels").glob("*.tif")):
        optical, sar = (files.get(path.name, below=folder / kind) for kind in ("optical", "sar"))
        layers = {
            "optical": RasterLayer(optical, tuple(range(1, 7)), 6, zero_is_hole=EDGE),
            "sar": RasterLayer(sar, (1, 2), 2),
        }
        yield RasterTile(path.stem, layers, CodedLabels(RasterLayer(path, count=1, masked=False), CODES))


def _chips(files: Files, published: str) -> Iterator[RasterTile]:
    """Chips as the repository has them: a file a date."""
    for mask in files.within("OmbriaS2"):
        if mask.parent.name.upper() != "MASK" or mask.parent.parent.name.lower() != published:
            continue
        number = mask.stem.split("_")[-1]
        yield RasterTile(
            number,
            {"optical": _dates(files, mask, "S2", number), "sar": _dates(files, mask, "S1", number)},
            CodedLabels(RasterLayer(mask, masked=False), CODES),
        )


def _dates(files: Files, mask: Path, sensor: str, number: str) -> Layer:
    split = mask.parent.parent.name
    below = next(path.parents[2] for path in files.within(f"Ombria{sensor}") if path.parents[1].name == split) / split
    paths = [files.get(f"{sensor}_{date}_{number}.png", below=below) for date in ("before", "after")]
    if sensor == "S1":
        return StackedLayer(tuple(RasterLayer(path) for path in paths))
    return StackedLayer(tuple(RasterLayer(path, (1, 2, 3), zero_is_hole=((0, 1, 2),)) for path in paths))
