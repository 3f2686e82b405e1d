"""Folder data sets, and the windows that training and validation take from them.

A data set is a folder that anyone can make with GIS tools::

    dataset.yaml                     what the modalities and the classes are
    <split>/<modality>/<name>.tif    pixel values in the units of dataset.yaml; nodata is a hole
    <split>/labels/<name>.tif        class codes 0..K-1, 255 where not labelled

PNG works as well. All rasters of one name have one size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import rasterio
import torch
import yaml
from rasterio.errors import RasterioError
from torch.utils.data import Dataset

from dis2_core.card import Band, LandClass, Modality
from dis2_core.errors import InputError, UnreadableRaster, WrongBands

from .augmentation import resample
from .sample import IGNORE, Sample

SUFFIXES = (".tif", ".tiff", ".png")
POSITIONS_PER_CLASS = 20_000  # a tile remembers at most so many places of a class


@dataclass(frozen=True)
class Description:
    """What ``dataset.yaml`` says.

    Attributes:
        modalities: With statistics where the file gives them; ``band_statistics`` measures them.
        classes: The classes 0..K-1.
        gsd: Ground sample distance in metres.
        attribution: Whom to name for the imagery.
        license: The terms of the imagery.
        description: What the data are, for a person.
    """

    modalities: tuple[Modality, ...]
    classes: tuple[LandClass, ...]
    gsd: float
    attribution: str = ""
    license: str = ""
    description: str = ""

    @property
    def modality_names(self) -> tuple[str, ...]:
        """Names of the modalities, in order."""
        return tuple(modality.name for modality in self.modalities)

    def write(self, folder: Path) -> None:
        """Write ``dataset.yaml``."""
        data = asdict(self)
        data["modalities"] = [dict(item, bands=list(item["bands"])) for item in data["modalities"]]
        data["classes"] = list(data["classes"])
        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
        (folder / "dataset.yaml").write_text(text, encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Description:
        """Read ``dataset.yaml``.

        Raises:
            InputError: It is missing or incomplete.
        """
        path = folder / "dataset.yaml"
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            return cls(
                modalities=tuple(_modality(item) for item in data.pop("modalities")),
                classes=tuple(LandClass(**item) for item in data.pop("classes")),
                **data,
            )
        except FileNotFoundError:
            raise InputError(
                f"{path} is missing.", "Write it (docs/training.md shows one), or run `dis2-train prepare`."
            ) from None
        except (yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
            raise InputError(f"{path} is incomplete or damaged ({type(error).__name__}: {error}).") from error


def _modality(item: dict[str, Any]) -> Modality:
    statistics = {"mean": 0.0, "std": 1.0}
    return Modality(**{**item, "bands": tuple(Band(**{**statistics, **band}) for band in item["bands"])})


class Tile(Protocol):
    """An annotated piece of ground; loaders of other data sets provide their own."""

    name: str
    size: tuple[int, int]

    def read(self, row: int, col: int, height: int, width: int) -> Sample:
        """Cut a window; what lies outside the tile is neither valid nor labelled."""
        ...


@dataclass(frozen=True)
class MemoryTile:
    """A tile whose pixels are all in memory."""

    name: str
    sample: Sample

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.sample.size

    def read(self, row: int, col: int, height: int, width: int) -> Sample:
        """Cut a window; what lies outside the tile is neither valid nor labelled."""
        return self.sample.crop(row, col, height, width)


@dataclass(frozen=True)
class RasterTile:
    """A tile that is read from its files, window by window.

    Attributes:
        name: File name without suffix.
        modalities: What the files are expected to hold.
        files: Path by modality name, and the label file as ``labels``.
        size: (height, width) in pixels.
    """

    name: str
    modalities: tuple[Modality, ...]
    files: dict[str, Path]
    size: tuple[int, int] = field(default=(0, 0))

    def read(self, row: int, col: int, height: int, width: int) -> Sample:
        """Read a window; what lies outside the tile is neither valid nor labelled."""
        top, left = max(row, 0), max(col, 0)
        bottom, right = min(row + height, self.size[0]), min(col + width, self.size[1])
        window = rasterio.windows.Window(left, top, right - left, bottom - top)
        values, valid = {}, {}
        for modality in self.modalities:
            with _open(self.files[modality.name]) as raster:
                pixels = raster.read(window=window, out_dtype="float32")
                mask = raster.read_masks(window=window).all(axis=0) & np.isfinite(pixels).all(axis=0)
            values[modality.name] = torch.from_numpy(np.where(mask, pixels, np.float32(0)))
            valid[modality.name] = torch.from_numpy(mask)
        with _open(self.files["labels"]) as raster:
            labels = torch.from_numpy(raster.read(1, window=window).astype(np.int64))
        return Sample(values, valid, labels).crop(row - top, col - left, height, width)

    def in_memory(self) -> MemoryTile:
        """Read the whole tile."""
        return MemoryTile(self.name, self.read(0, 0, *self.size))


def _open(path: Path) -> rasterio.DatasetReader:
    try:
        return rasterio.open(path)
    except RasterioError as error:
        raise UnreadableRaster(f"{path} cannot be read as a raster ({error}).") from error


class FolderDataset:
    """One split of a folder data set.

    Args:
        folder: Holds ``dataset.yaml`` and the splits.
        split: Name of a sub-folder, e.g. ``train``.

    Raises:
        InputError: A file is missing, or rasters of one tile differ in size.
        WrongBands: A raster has not the bands of its modality.
    """

    def __init__(self, folder: str | Path, split: str) -> None:
        self.folder = Path(folder)
        self.split = split
        self.description = Description.read(self.folder)
        self.tiles = [self._tile(name) for name in self._names()]

    def _names(self) -> list[str]:
        labels = self.folder / self.split / "labels"
        names = sorted(path.stem for path in labels.glob("*") if path.suffix.lower() in SUFFIXES)
        if not names:
            raise InputError(
                f"{labels} holds no label raster.", "A data set has <split>/labels/<name>.tif for every tile."
            )
        return names

    def _tile(self, name: str) -> RasterTile:
        modalities = self.description.modalities
        files = {kind: self._file(kind, name) for kind in (*self.description.modality_names, "labels")}
        sizes = {}
        for kind, path in files.items():
            with _open(path) as raster:
                sizes[kind] = raster.shape
                expected = 1 if kind == "labels" else len(modalities[list(files).index(kind)].bands)
                if raster.count != expected:
                    raise WrongBands(f"{path} has {raster.count} bands; dataset.yaml calls for {expected}.")
        if len(set(sizes.values())) > 1:
            raise InputError(
                f"The rasters of tile '{name}' in {self.folder / self.split} differ in size: {sizes}.",
                "Bring them onto one grid first.",
            )
        return RasterTile(name, modalities, files, sizes["labels"])

    def _file(self, kind: str, name: str) -> Path:
        for suffix in SUFFIXES:
            path = self.folder / self.split / kind / f"{name}{suffix}"
            if path.exists():
                return path
        raise InputError(f"{self.folder / self.split / kind / name}.tif is missing.")

    def in_memory(self) -> list[MemoryTile]:
        """Read all tiles.

        Raises:
            InputError: A label is no class code.
        """
        tiles = [tile.in_memory() for tile in self.tiles]
        for tile in tiles:
            check_labels(tile, len(self.description.classes))
        return tiles


def check_labels(tile: MemoryTile, classes: int) -> None:
    """Raise InputError where a label is neither 0..classes-1 nor ``IGNORE``."""
    codes = np.unique(tile.sample.labels.numpy())
    if wrong := [int(code) for code in codes if code != IGNORE and not 0 <= code < classes]:
        raise InputError(
            f"The labels of tile '{tile.name}' hold {wrong[0]}; dataset.yaml has the classes 0..{classes - 1}.",
            f"Recode them; {IGNORE} stands for not labelled.",
        )


def band_statistics(tiles: Sequence[MemoryTile], modality: Modality) -> Modality:
    """Measure mean and standard deviation of each band over the valid pixels.

    Returns:
        The modality with these statistics.
    """
    pixels = np.concatenate(
        [tile.sample.values[modality.name][:, tile.sample.valid[modality.name]].double().numpy() for tile in tiles],
        axis=1,
    )  # (C, pixels)
    if pixels.shape[1] == 0:
        raise InputError(f"Modality '{modality.name}' has no valid pixel in the training tiles.")
    bands = [
        Band(**{**asdict(band), "mean": float(values.mean()), "std": max(float(values.std()), 1e-6)})
        for band, values in zip(modality.bands, pixels, strict=True)
    ]
    return Modality(modality.name, modality.kind, modality.slot, tuple(bands), modality.description)


def class_pixels(tiles: Sequence[MemoryTile], classes: int) -> np.ndarray:
    """Count labelled pixels: (K,) int64."""
    counts = np.zeros(classes, dtype=np.int64)
    for tile in tiles:
        labels = tile.sample.labels.numpy()
        counts += np.bincount(labels[labels != IGNORE], minlength=classes)
    return counts


class RandomWindows(Dataset[Sample]):
    """Windows at random places; item i is a pure function of (seed, i).

    Half of them (``class_aware``) are drawn around a pixel of a class that is drawn first, all
    classes alike, so that rare classes are seen as often as common ones.

    Args:
        tiles: Where windows are cut.
        classes: Number of classes K.
        size: Window side in pixels.
        count: Number of windows.
        seed: Of the drawing.
        class_aware: Share of windows drawn around a class.
        scale: Range of the factor by which a larger or smaller piece of ground is cut and then
            resampled to the window; heights keep their metres.
        augment: Done to each window, with the window's own random generator.
    """

    def __init__(
        self,
        tiles: Sequence[MemoryTile],
        classes: int,
        size: int,
        count: int,
        seed: int = 0,
        class_aware: float = 0.5,
        scale: tuple[float, float] = (1.0, 1.0),
        augment: Callable[[Sample, np.random.Generator], Sample] | None = None,
    ) -> None:
        self.tiles = tiles
        self.size = size
        self.count = count
        self.seed = seed
        self.class_aware = class_aware
        self.scale = scale
        self.augment = augment
        self.areas = np.array([tile.size[0] * tile.size[1] for tile in tiles], dtype=float)
        self.places = self._places(classes)

    def _places(self, classes: int) -> list[np.ndarray]:
        """For every class that occurs, (n, 3) places: tile, row, column."""
        rng = np.random.default_rng(self.seed)
        places: list[list[np.ndarray]] = [[] for _ in range(classes)]
        for index, tile in enumerate(self.tiles):
            labels = tile.sample.labels.numpy()
            for code in np.unique(labels[labels != IGNORE]):
                found = np.argwhere(labels == code)
                if len(found) > POSITIONS_PER_CLASS:
                    found = rng.choice(found, POSITIONS_PER_CLASS, replace=False, shuffle=False)
                places[code].append(np.insert(found, 0, index, axis=1))
        return [np.concatenate(found) for found in places if found]

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Sample:
        if not 0 <= index < self.count:
            raise IndexError(index)
        rng = np.random.default_rng((self.seed, index))
        sample = self._cut(rng)
        return self.augment(sample, rng) if self.augment else sample

    def _cut(self, rng: np.random.Generator) -> Sample:
        if self.places and rng.random() < self.class_aware:
            places = self.places[rng.integers(len(self.places))]
            number, *place = (int(value) for value in places[rng.integers(len(places))])
        else:
            number, place = int(rng.choice(len(self.tiles), p=self.areas / self.areas.sum())), [None, None]
        tile = self.tiles[number]
        factor = float(np.exp(rng.uniform(*np.log(self.scale))))
        side = min(round(self.size * factor), max(self.size, min(tile.size)))
        row, col = (_start(rng, side, length, at) for length, at in zip(tile.size, place, strict=True))
        return resample(tile.read(row, col, side, side), (self.size, self.size))


def _start(rng: np.random.Generator, side: int, length: int, at: int | None) -> int:
    """Draw a window's first row or column: inside the tile, and over ``at`` where that is given."""
    if length <= side:
        return -int(rng.integers(side - length + 1))  # a tile smaller than the window moves inside it
    low, high = (0, length - side) if at is None else (max(at - side + 1, 0), min(at, length - side))
    return int(rng.integers(low, high + 1))


def grid_windows(tiles: Sequence[Tile], size: int) -> list[Sample]:
    """Windows side by side, each labelled pixel in exactly one of them.

    The last window of a row or column is anchored inside the tile; where it covers its neighbour
    again, its labels are ``IGNORE``. Windows without a label are left out.
    """
    windows = []
    for tile in tiles:
        for row in _starts(tile.size[0], size):
            for col in _starts(tile.size[1], size):
                sample = tile.read(row, col, size, size)
                labels = sample.labels.clone()
                labels[: -row % size] = IGNORE
                labels[:, : -col % size] = IGNORE
                if (labels != IGNORE).any():
                    windows.append(Sample(sample.values, sample.valid, labels))
    return windows


def _starts(length: int, size: int) -> list[int]:
    return [*range(0, max(length - size, 0), size), max(length - size, 0)]
