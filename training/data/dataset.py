"""The splits of a data set and their tiles.

One split of any data set is a ``TileDataset``: what it holds (``Description``) and its tiles.
``dis2_training.data.sets`` reads published sets; a ``FolderDataset`` is what anyone can make with GIS tools::

    dataset.yaml                     what the modalities and the classes are
    <split>/<modality>/<name>.tif    pixel values in the units of dataset.yaml; nodata is a hole
    <split>/labels/<name>.tif        class codes 0..K-1, 255 where not labelled

PNG works as well, and ``gt`` for ``labels``. All rasters of one name have one size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from torch import Tensor

from dis2_core.contract.card import Band, Modality
from dis2_core.contract.errors import InputError

from .class_sets import is_set
from .description import Description
from .layers import AbsentLayer, CodedLabels, RasterLayer
from .sample import IGNORE
from .tiles import MemoryTile, RasterTile, Tile, write_raster

SUFFIXES = (".tif", ".tiff", ".png")
LABEL_FOLDERS = ("labels", "gt")


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
        labelled: Whether it has labels; without, its tiles are those of its first modality.

    Raises:
        InputError: A file is missing, or rasters of one tile differ in size.
        WrongBands: A raster has not the bands of its modality.
    """

    def __init__(self, folder: str | Path, split: str, labelled: bool = True) -> None:
        self.folder = Path(folder)
        self.split = split
        self.labelled = labelled
        self.description = Description.read(self.folder)
        super().__init__(folder, split, self.description, [self._tile(name) for name in self._names()])

    @property
    def _labels(self) -> str:
        """Name of the folder with the labels; the authors' is ``gt``."""
        return label_folder(self.folder / self.split) or "labels"

    def _names(self) -> list[str]:
        kind = self._labels if self.labelled else self.description.modality_names[0]
        folder = self.folder / self.split / kind
        names = sorted(path.stem for path in folder.glob("*") if path.suffix.lower() in SUFFIXES)
        if not names:
            what = "label raster" if self.labelled else "raster"
            raise InputError(f"{folder} holds no {what}.", f"A data set has <split>/{kind}/<name>.tif for every tile.")
        return names

    def _tile(self, name: str) -> RasterTile:
        layers = {}
        for modality in self.description.modalities:
            count = len(modality.bands)
            layers[modality.name] = RasterLayer(self._file(modality.name, name), tuple(range(1, count + 1)), count)
        tile = RasterTile(name, layers, self._known(name, next(iter(layers.values()))))
        _ = tile.grid  # says at once what does not fit
        return tile

    def _known(self, name: str, beside: RasterLayer) -> CodedLabels:
        if not self.labelled:
            return CodedLabels(AbsentLayer(beside))
        codes = self.description.labels if self.description.sets else None
        return CodedLabels(RasterLayer(self._file(self._labels, name), count=1, masked=False), codes)

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
        write_raster(folder / "labels" / f"{tile.name}.tif", dataset.description.coded(tile.labels)[None], tile.grid)
    dataset.description.write(out)
    names = dataset.description.class_names
    return dict(zip(names, class_pixels(tiles, len(names)).tolist(), strict=True))


def label_folder(split: Path) -> str | None:
    """Name of the sub-folder of a split that holds its labels, or None."""
    return next((name for name in LABEL_FOLDERS if (split / name).is_dir()), None)


def check_labels(tile: MemoryTile, classes: int) -> None:
    """Raise InputError where a label is neither 0..classes-1, nor a set of these, nor ``IGNORE``."""
    codes = [int(code) for code in np.unique(tile.labels.numpy())]
    if wrong := [code for code in codes if code != IGNORE and not (0 <= code < classes or is_set(code, classes))]:
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
    """Count pixels whose class is known: (K,) int64."""
    counts = np.zeros(classes, dtype=np.int64)
    for tile in tiles:
        labels = tile.exact_labels.numpy()
        counts += np.bincount(labels[labels != IGNORE], minlength=classes)
    return counts
