"""FLAIR #2 aerial patches as a folder data set: halves inside the patches, because there are few.

A patch is cut into a left and a right half with a gap between them. The half with more classes
trains (the left one on a tie); the other is the test, and is not looked at before the end. Inside
the training half a strip of rows, again with gaps, is labelled for validation alone. Its pixels
stay in the training tile as unlabelled surroundings, so that no window is cut smaller.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window, transform

from dis2_core.card import Band, LandClass, Modality
from dis2_core.errors import InputError, UnreadableRaster, WrongBands

from .data import Description, FolderDataset, class_pixels
from .metrics import FEW_PIXELS
from .sample import IGNORE

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


@dataclass(frozen=True)
class Patch:
    """One FLAIR patch: rgb (3, H, W) uint8, height (1, H, W) float32 in metres, labels (H, W) uint8."""

    name: str
    rgb: np.ndarray
    height: np.ndarray
    labels: np.ndarray
    profile: dict[str, object]


def prepare(source: Path, out: Path) -> dict[str, dict[str, int]]:
    """Write the splits ``train``, ``validation`` and ``test`` and ``dataset.yaml``.

    Args:
        source: Folder with ``IMG_*_img.tif`` (red, green, blue, near infrared, height) and
            ``IMG_*_msk.tif``.
        out: Folder to write.

    Returns:
        Labelled pixels by split and class.

    Raises:
        InputError: ``source`` holds no patch.
    """
    images = sorted(source.glob("IMG_*_img.tif"))
    if not images:
        raise InputError(f"{source} holds no IMG_*_img.tif.", "Name the folder with the FLAIR #2 patches.")
    for image in images:
        _write_patch(read_patch(image), out)
    DESCRIPTION.write(out)
    return {split: _count(out, split) for split in ("train", "validation", "test")}


def read_patch(image: Path) -> Patch:
    """Read a patch and the mask beside it.

    Raises:
        UnreadableRaster: One of the two is missing or damaged.
        WrongBands: The patch has not the bands of FLAIR #2.
    """
    mask = image.with_name(image.name.replace("_img", "_msk"))
    try:
        with rasterio.open(image) as raster:
            if raster.count != BANDS:
                raise WrongBands(
                    f"{image} has {raster.count} bands; an aerial patch of FLAIR #2 has {BANDS}.",
                    "They are red, green, blue, near infrared and height.",
                )
            pixels = raster.read()
            profile = {"crs": raster.crs, "transform": raster.transform}
        with rasterio.open(mask) as raster:
            codes = raster.read(1)
    except RasterioError as error:
        raise UnreadableRaster(f"{image} or its mask cannot be read ({error}).") from error
    lookup = np.full(256, IGNORE, dtype=np.uint8)
    for index, (code, _, _) in enumerate(CLASSES):
        lookup[code] = index
    height = pixels[4:5].astype(np.float32) * np.float32(METRES_PER_STEP)
    return Patch(image.stem.removesuffix("_img"), pixels[:3], height, lookup[codes], profile)


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


def _write_patch(patch: Patch, out: Path) -> None:
    train, test = training_half(patch.labels)
    rows = validation_rows(patch.labels[:, train])
    labels = patch.labels[:, train]
    training, validation = labels.copy(), np.full_like(labels, IGNORE)
    training[max(rows.start - GAP, 0) : rows.stop + GAP] = IGNORE
    validation[rows] = labels[rows]
    _write_tile(patch, train, training, out / "train")
    _write_tile(patch, train, validation, out / "validation")
    _write_tile(patch, test, patch.labels[:, test], out / "test")


def _write_tile(patch: Patch, columns: slice, labels: np.ndarray, folder: Path) -> None:
    rasters = {"rgb": patch.rgb[:, :, columns], "ndsm": patch.height[:, :, columns], "labels": labels[None]}
    window = Window(columns.start, 0, columns.stop - columns.start, labels.shape[0])
    for kind, pixels in rasters.items():
        path = folder / kind / f"{patch.name}.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        bands, height, width = pixels.shape
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=bands,
            height=height,
            width=width,
            dtype=pixels.dtype,
            crs=patch.profile["crs"],
            transform=transform(window, patch.profile["transform"]),
            compress="deflate",
        ) as raster:
            raster.write(pixels)


def _count(out: Path, split: str) -> dict[str, int]:
    counts = class_pixels(FolderDataset(out, split).in_memory(), len(CLASSES))
    return {name: int(count) for (_, name, _), count in zip(CLASSES, counts, strict=True)}
