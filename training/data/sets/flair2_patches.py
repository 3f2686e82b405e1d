"""Loose FLAIR #2 aerial patches: halves inside the patches, because there are few.

A patch is cut into a left and a right half with a gap between them. The half with more classes
trains (the left one on a tie); the other is the test, and is not looked at before the end. Inside
the training half a strip of rows, again with gaps, is labelled for validation alone. Its pixels
stay in the training tile as unlabelled surroundings, so that no window is cut smaller.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from dis2_core.contract.card import Band, LandClass, Modality
from dis2_core.contract.errors import InputError
from dis2_core.evaluation.metrics import FEW_PIXELS

from ..dataset import TileDataset
from ..description import Description
from ..layers import CodedLabels, RasterLayer
from ..sample import IGNORE
from ..tiles import MemoryTile, RasterTile
from .files import check_split

GAP = 16  # pixels between what trains, what validates and what tests
STRIP = 64  # rows of the validation strip
BANDS = 5  # of a patch
METRES_PER_STEP = 0.2  # of the 8-bit height: what the provider's notes say, not verified

#: FLAIR code, name and colour; other codes are not labelled.
CLASSES = (
    (1, "building", "#b5473c"),
    (2, "pervious surface", "#cdbfa3"),
    (3, "impervious surface", "#8b8f94"),
    (4, "bare soil", "#d9a76a"),
    (5, "water", "#3f7fbf"),
    (6, "coniferous", "#1f5b3a"),
    (7, "deciduous", "#57a05a"),
    (8, "brushwood", "#8fae4a"),
    (10, "herbaceous vegetation", "#bfdc8a"),
)
CODES = {code: index for index, (code, _, _) in enumerate(CLASSES)}

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
            (Band("height", 0.0, 1.0, -5.0, 120.0, "height above ground (surface minus terrain)", "m"),),
            "Height above ground",
        ),
    ),
    classes=tuple(LandClass(name, color) for _, name, color in CLASSES),
    gsd=0.2,
    attribution="Training imagery: IGN, FLAIR #2, Etalab Open Licence 2.0",
    license="etalab-2.0",
    description="Aerial patches of FLAIR #2, each split into halves with a 16 pixel gap",
)


def read(folder: str | Path, split: str) -> TileDataset:
    """Read a split of loose patches.

    Args:
        folder: Holds ``IMG_*_img.tif`` (red, green, blue, near infrared, height) and ``IMG_*_msk.tif``.
        split: ``train``, ``validation`` or ``test``.

    Raises:
        InputError: There is no patch, or no such split.
    """
    check_split(split)
    return TileDataset(folder, split, DESCRIPTION, [parts(patch)[split] for patch in read_patches(folder)])


def read_patches(folder: str | Path) -> list[MemoryTile]:
    """Read all patches of a folder. Raises InputError where there is none."""
    images = sorted(Path(folder).glob("IMG_*_img.tif"))
    if not images:
        raise InputError(f"{folder} holds no IMG_*_img.tif.", "Name the folder with the FLAIR #2 patches.")
    return [read_patch(image) for image in images]


def read_patch(image: Path) -> MemoryTile:
    """Read a patch and the mask beside it.

    Raises:
        UnreadableRaster: One of the two is missing or damaged.
        WrongBands: The patch has not the bands of FLAIR #2.
    """
    mask = image.with_name(image.name.replace("_img", "_msk"))
    layers = {
        "rgb": RasterLayer(image, (1, 2, 3), BANDS),
        "ndsm": RasterLayer(image, (BANDS,), BANDS, METRES_PER_STEP),
    }
    labels = CodedLabels(RasterLayer(mask, count=1, masked=False), CODES, others=IGNORE)
    return RasterTile(image.stem.removesuffix("_img"), layers, labels).in_memory()


def training_half(labels: np.ndarray) -> tuple[slice, slice]:
    """Columns of the half that trains and of the half that tests."""
    middle = labels.shape[1] // 2
    left, right = slice(0, middle - GAP // 2), slice(middle + GAP // 2, labels.shape[1])
    more = len(_present(labels[:, right])) > len(_present(labels[:, left]))
    return (right, left) if more else (left, right)


def validation_rows(labels: np.ndarray) -> slice:
    """Rows of the validation strip in a training half.

    The one that holds most classes in numbers that mean something while most of each stays for
    training; the uppermost of several.
    """

    def worth(top: int) -> int:
        strip = _counts(labels[top : top + STRIP])
        rest = _counts(np.delete(labels, slice(max(top - GAP, 0), top + STRIP + GAP), axis=0))
        return int(((strip >= FEW_PIXELS) & (rest > strip)).sum())

    tops = range(0, labels.shape[0] - STRIP + 1, GAP)
    top = max(tops, key=worth)
    return slice(top, top + STRIP)


def _counts(labels: np.ndarray) -> np.ndarray:
    return np.bincount(labels[labels != IGNORE], minlength=len(CLASSES))


def _present(labels: np.ndarray) -> np.ndarray:
    return np.flatnonzero(_counts(labels))


def parts(patch: MemoryTile) -> dict[str, MemoryTile]:
    """Cut a patch into what trains, what validates and what tests."""
    whole = patch.labels.numpy()
    train, test = training_half(whole)
    rows = validation_rows(whole[:, train])
    training, validation = whole[:, train].copy(), np.full_like(whole[:, train], IGNORE)
    training[max(rows.start - GAP, 0) : rows.stop + GAP] = IGNORE
    validation[rows] = whole[rows, train]
    return {
        "train": _part(patch, train, training),
        "validation": _part(patch, train, validation),
        "test": _part(patch, test, whole[:, test]),
    }


def _part(patch: MemoryTile, columns: slice, labels: np.ndarray) -> MemoryTile:
    window = (0, columns.start, patch.size[0], columns.stop - columns.start)
    sample = replace(patch.read(*window), labels=torch.from_numpy(labels.astype(np.int64)))
    return MemoryTile(patch.name, sample, patch.grid.window(*window))
