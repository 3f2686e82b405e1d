"""What a data set is: what its modalities and classes are (``dataset.yaml``), its splits and their tiles.

One split of any data set is a ``TileDataset``: what it holds (``Description``) and its tiles.
``dis2_training.data.sets`` reads published sets; a ``FolderDataset`` is what anyone can make with GIS tools::

    dataset.yaml                     what the modalities and the classes are
    <split>/<modality>/<name>.tif    pixel values in the units of dataset.yaml; nodata is a hole
    <split>/labels/<name>.tif        class codes 0..K-1, 255 where not labelled

PNG works as well, and ``gt`` for ``labels``. All rasters of one name have one size.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from dis2_core.contract.card import MAX_CLASSES, MAX_MODALITIES, Band, LandClass, Modality
from dis2_core.contract.errors import InputError, InvalidCard
from dis2_core.contract.typed import WrongType, build
from dis2_core.contract.untrusted import refusals

from ..options.yaml_text import load_yaml
from .layers import CodedLabels, RasterLayer
from .sample import IGNORE
from .tiles import MemoryTile, RasterTile, Tile, write_raster

SUFFIXES = (".tif", ".tiff", ".png")
LABEL_FOLDERS = ("labels", "gt")


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

    def __post_init__(self) -> None:
        if not (math.isfinite(self.gsd) and self.gsd > 0):
            raise InvalidCard(f"The ground sample distance is {self.gsd}; it must be a positive number of metres.")
        for what, count, most in (
            ("modalities", len(self.modalities), MAX_MODALITIES),
            ("classes", len(self.classes), MAX_CLASSES),
        ):
            if not 1 <= count <= most:
                raise InvalidCard(f"It has {count} {what}; 1 to {most} can be learned.")
        if len(set(self.modality_names)) < len(self.modalities):
            raise InvalidCard(f"Two modalities share a name: {', '.join(self.modality_names)}.")

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
        path = folder / "dataset.yaml"
        if not path.exists():
            raise InputError(
                f"{path} is missing.", "Write it (docs/training.md shows one), or run `dis2-train prepare`."
            )
        with refusals(str(path)):
            data = load_yaml(path)
        try:
            return build(cls, _with_statistics(data))
        except (WrongType, InvalidCard) as error:
            raise InputError(f"{path} is incomplete or damaged: {error}", "docs/training.md shows one.") from error


def _with_statistics(data: Any) -> Any:
    """The description with statistics of all its bands; those that the file does not give are measured later."""
    try:
        for modality in data["modalities"]:
            modality["bands"] = [{"mean": 0.0, "std": 1.0, **band} for band in modality["bands"]]
    except (LookupError, TypeError):  # of another form: whoever checks the types says where
        pass
    return data


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
