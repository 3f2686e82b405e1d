"""Data sets, their tiles, and the windows that training and validation take from them.

One split of any data set is a ``TileDataset``: what it holds (``Description``) and its tiles.
``dis2_training.data.sets`` reads published sets; a ``FolderDataset`` is what anyone can make with GIS tools::

    dataset.yaml                     what the modalities and the classes are
    <split>/<modality>/<name>.tif    pixel values in the units of dataset.yaml; nodata is a hole
    <split>/labels/<name>.tif        class codes 0..K-1, 255 where not labelled

PNG works as well, and ``gt`` for ``labels``. All rasters of one name have one size.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import rasterio
import torch
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from torch import Tensor
from torch.utils.data import Dataset

from dis2_core.contract.card import Band, LandClass, Modality
from dis2_core.contract.errors import InputError
from dis2_core.rasters.grid import Grid

from .augmentation import resample
from .layers import Box, CodedLabels, LabelLayer, Layer, RasterLayer, padded
from .sample import IGNORE, Sample

SUFFIXES = (".tif", ".tiff", ".png")
LABEL_FOLDERS = ("labels", "gt")
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
        import yaml  # here: what trains inside QGIS has it not, and reads no such file

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
        import yaml

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
    """An annotated piece of ground."""

    @property
    def name(self) -> str:
        """What it is called; unique in its split."""
        ...

    @property
    def grid(self) -> Grid:
        """Size, and place where the files say so."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        ...

    def read(self, row: int, col: int, height: int, width: int) -> Sample:
        """Cut a window; what lies outside the tile is neither valid nor labelled."""
        ...

    def in_memory(self) -> MemoryTile:
        """Read the whole tile."""
        ...

    def rasters(self, folder: Path) -> dict[str, Path]:
        """Files by modality that prediction can read; written to ``folder`` where the set's own will not do."""
        ...


class MemoryTile:
    """A tile whose pixels are all in memory, as bytes where that loses nothing.

    Args:
        name: What it is called.
        sample: Its pixels.
        grid: Its place, if it has one.
    """

    def __init__(self, name: str, sample: Sample, grid: Grid | None = None) -> None:
        self.name = name
        self.grid = grid or Grid(None, Affine.identity(), *sample.size)
        self._pixels = Sample(
            {key: _as_bytes(values) for key, values in sample.values.items()}, sample.valid, _as_bytes(sample.labels)
        )

    @property
    def sample(self) -> Sample:
        """All its pixels."""
        return _expanded(self._pixels)

    def values(self, name: str) -> Tensor:
        """(C, H, W) values of a modality, uint8 where that loses nothing."""
        return self._pixels.values[name]

    def valid(self, name: str) -> Tensor:
        """(H, W) bool: where a modality has a value."""
        return self._pixels.valid[name]

    @property
    def labels(self) -> Tensor:
        """(H, W) classes or ``IGNORE``, uint8 where they fit."""
        return self._pixels.labels

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self._pixels.size

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        tensors = (*self._pixels.values.values(), *self._pixels.valid.values(), self._pixels.labels)
        return sum(tensor.nbytes for tensor in tensors)

    def read(self, row: int, col: int, height: int, width: int) -> Sample:
        """Cut a window; what lies outside the tile is neither valid nor labelled."""
        return _expanded(self._pixels.crop(row, col, height, width))

    def in_memory(self) -> MemoryTile:
        """Return itself."""
        return self

    def rasters(self, folder: Path) -> dict[str, Path]:
        """Write a GeoTIFF for each modality and return their paths."""
        return {name: write_modality(self, name, folder) for name in self._pixels.values}


def _as_bytes(tensor: Tensor) -> Tensor:
    """The tensor as uint8 if that loses nothing, else as it is."""
    if tensor.dtype == torch.uint8 or tensor.numel() == 0:
        return tensor
    low, high = tensor.aminmax()
    if not (low >= 0 and high <= 255):  # also where one is NaN
        return tensor
    small = tensor.to(torch.uint8)
    return small if torch.equal(small.to(tensor.dtype), tensor) else tensor


def _expanded(sample: Sample) -> Sample:
    """The sample with the types that ``Sample`` promises."""
    values = {name: values.float() for name, values in sample.values.items()}
    return Sample(values, sample.valid, sample.labels.long())


@dataclass(frozen=True)
class RasterTile:
    """A tile that is read from its files, window by window.

    Attributes:
        name: What it is called.
        layers: By modality name.
        labels: The labels; their size is the tile's.
        slack: Pixels by which other layers may be smaller; what is missing is a hole.
    """

    name: str
    layers: Mapping[str, Layer]
    labels: LabelLayer
    slack: int = 0

    @cached_property
    def grid(self) -> Grid:
        """Size, and place where a file says so.

        Raises:
            InputError: The layers differ in size.
        """
        grids = {name: layer.grid for name, layer in (*self.layers.items(), ("labels", self.labels))}
        height, width = grids["labels"].shape
        if any(
            abs(height - grid.height) > self.slack or abs(width - grid.width) > self.slack for grid in grids.values()
        ):
            sizes = ", ".join(f"{name} {grid.height} x {grid.width}" for name, grid in grids.items())
            raise InputError(
                f"The rasters of tile '{self.name}' differ in size: {sizes}.", "Bring them onto one grid first."
            )
        placed = next((grid for grid in grids.values() if is_placed(grid)), grids["labels"])
        return Grid(placed.crs, placed.transform, height, width)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.grid.shape

    def read(self, row: int, col: int, height: int, width: int) -> Sample:
        """Read a window; what lies outside the tile is neither valid nor labelled."""
        box = Box(row, col, height, width)
        inside = box.inside(self.size)
        values, valid = {}, {}
        for name, layer in self.layers.items():
            part = inside.inside(layer.grid.shape)
            pixels, mask = layer.read(part)
            values[name] = torch.from_numpy(padded(pixels, box, part, 0))
            valid[name] = torch.from_numpy(padded(mask, box, part, False))
        labels = padded(self.labels.read(inside), box, inside, IGNORE)
        return Sample(values, valid, torch.from_numpy(labels))

    def in_memory(self) -> MemoryTile:
        """Read the whole tile."""
        return MemoryTile(self.name, self.read(0, 0, *self.size), self.grid)

    def rasters(self, folder: Path) -> dict[str, Path]:
        """The files of its layers, or GeoTIFFs written to ``folder`` where these need to be converted."""
        return {name: self._raster(name, layer, folder) for name, layer in self.layers.items()}

    def _raster(self, name: str, layer: Layer, folder: Path) -> Path:
        if isinstance(layer, RasterLayer) and layer.plain and layer.grid.shape == self.size:
            return layer.path
        return write_modality(self, name, folder)


def is_placed(grid: Grid) -> bool:
    """Whether a grid lies somewhere, rather than being plain pixels."""
    return grid.crs is not None or grid.transform != Affine.identity()


def write_modality(tile: Tile, name: str, folder: Path) -> Path:
    """Write one modality of a tile as ``<folder>/<name>/<tile>.tif``: bytes or float32, nodata in holes."""
    sample = tile.read(0, 0, *tile.size)
    values, valid = sample.values[name], sample.valid[name]
    if valid.all():
        return write_raster(folder / name / f"{tile.name}.tif", _as_bytes(values).numpy(), tile.grid)
    pixels = np.where(valid.numpy(), values.numpy(), np.float32(np.nan))
    return write_raster(folder / name / f"{tile.name}.tif", pixels, tile.grid, nodata=float("nan"))


def write_raster(path: Path, pixels: np.ndarray, grid: Grid, **options: Any) -> Path:
    """Write (C, H, W) pixels as a compressed GeoTIFF on a grid, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    place = {"crs": grid.crs, "transform": grid.transform} if is_placed(grid) else {}
    count, height, width = pixels.shape
    shape = {"count": count, "height": height, "width": width, "dtype": pixels.dtype}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="GTiff", compress="deflate", **shape, **place, **options) as raster:
            raster.write(pixels)
    return path


class TileDataset:
    """One split of a data set.

    Args:
        folder: Where it lies, for messages.
        split: Name of the split.
        description: What its tiles hold.
        tiles: The tiles.

    Raises:
        InputError: There is no tile.
    """

    def __init__(self, folder: str | Path, split: str, description: Description, tiles: Sequence[Tile]) -> None:
        self.folder = Path(folder)
        self.split = split
        self.description = description
        self.tiles = tiles
        if not tiles:
            raise InputError(f"{self.folder} holds no tile of the split '{split}'.")

    def in_memory(self) -> list[MemoryTile]:
        """Read all tiles. Raises InputError where a label is no class code."""
        return list(self.loaded())

    def loaded(self) -> Iterator[MemoryTile]:
        """Read one tile after the other. Raises InputError where a label is no class code."""
        for tile in self.tiles:
            loaded = tile.in_memory()
            check_labels(loaded, len(self.description.classes))
            yield loaded


class FolderDataset(TileDataset):
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
        super().__init__(folder, split, self.description, [self._tile(name) for name in self._names()])

    @property
    def _labels(self) -> str:
        """Name of the folder with the labels; the authors' is ``gt``."""
        return label_folder(self.folder / self.split) or "labels"

    def _names(self) -> list[str]:
        labels = self.folder / self.split / self._labels
        names = sorted(path.stem for path in labels.glob("*") if path.suffix.lower() in SUFFIXES)
        if not names:
            raise InputError(
                f"{labels} holds no label raster.", "A data set has <split>/labels/<name>.tif for every tile."
            )
        return names

    def _tile(self, name: str) -> RasterTile:
        layers = {}
        for modality in self.description.modalities:
            count = len(modality.bands)
            layers[modality.name] = RasterLayer(self._file(modality.name, name), tuple(range(1, count + 1)), count)
        labels = RasterLayer(self._file(self._labels, name), count=1, masked=False)
        tile = RasterTile(name, layers, CodedLabels(labels))
        _ = tile.grid  # says at once what does not fit
        return tile

    def _file(self, kind: str, name: str) -> Path:
        for suffix in SUFFIXES:
            path = self.folder / self.split / kind / f"{name}{suffix}"
            if path.exists():
                return path
        raise InputError(f"{self.folder / self.split / kind / name}.tif is missing.")


def write_folder(dataset: TileDataset, out: Path) -> dict[str, int]:
    """Write a split of any data set as one of a folder data set, ``dataset.yaml`` with it.

    Returns:
        Labelled pixels by class.
    """
    folder = out / dataset.split
    tiles = dataset.in_memory()
    for tile in tiles:
        tile.rasters(folder)
        write_raster(folder / "labels" / f"{tile.name}.tif", tile.labels.numpy().astype(np.uint8)[None], tile.grid)
    dataset.description.write(out)
    names = [item.name for item in dataset.description.classes]
    return dict(zip(names, class_pixels(tiles, len(names)).tolist(), strict=True))


def label_folder(split: Path) -> str | None:
    """Name of the sub-folder of a split that holds its labels, or None."""
    return next((name for name in LABEL_FOLDERS if (split / name).is_dir()), None)


def check_labels(tile: MemoryTile, classes: int) -> None:
    """Raise InputError where a label is neither 0..classes-1 nor ``IGNORE``."""
    codes = np.unique(tile.labels.numpy())
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
    count = sum(int(tile.valid(modality.name).sum()) for tile in tiles)
    if count == 0:
        raise InputError(f"Modality '{modality.name}' has no valid pixel in the training tiles.")
    mean = sum(_pixels(tile, modality.name).sum(dim=1) for tile in tiles) / count  # (C,)
    variance = sum((_pixels(tile, modality.name) - mean[:, None]).square().sum(dim=1) for tile in tiles) / count
    bands = [
        Band(**{**asdict(band), "mean": float(mean[i]), "std": max(float(variance[i]) ** 0.5, 1e-6)})
        for i, band in enumerate(modality.bands)
    ]
    return Modality(modality.name, modality.kind, modality.slot, tuple(bands), modality.description)


def _pixels(tile: MemoryTile, name: str) -> Tensor:
    """Valid pixels of a modality, (C, n) float64."""
    return tile.values(name)[:, tile.valid(name)].double()


def class_pixels(tiles: Sequence[MemoryTile], classes: int) -> np.ndarray:
    """Count labelled pixels: (K,) int64."""
    counts = np.zeros(classes, dtype=np.int64)
    for tile in tiles:
        labels = tile.labels.numpy()
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
            labels = tile.labels.numpy()
            for code in np.unique(labels[labels != IGNORE]):
                found = np.flatnonzero(labels == code)
                if len(found) > POSITIONS_PER_CLASS:
                    found = rng.choice(found, POSITIONS_PER_CLASS, replace=False, shuffle=False)
                rows, cols = np.divmod(found, labels.shape[1])
                places[code].append(np.stack([np.full_like(rows, index), rows, cols], axis=1))
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
