"""Where the pixels of a tile come from: bands of rasters, HDF5 arrays, differences, label codes and colours.

A layer is read window by window. What it returns is in the units of the data set's description, with
a mask of what is valid: loaders say here, once, what a zero, a code or a decimetre means.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.windows import Window

from dis2_core.contract.errors import InputError, UnreadableRaster, WrongBands
from dis2_core.contract.segment_job import Source
from dis2_core.rasters.grid import Grid
from dis2_core.rasters.opening import open_dataset, unreadable
from dis2_core.rasters.values.units import tag_scaling
from dis2_core.rasters.values.voids import VoidRules, read_values

from .sample import IGNORE

_UNKNOWN = -1  # no class, no ignore value


@dataclass(frozen=True)
class Box:
    """A window in pixels."""

    row: int
    col: int
    height: int
    width: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns."""
        return slice(self.row, self.row + self.height), slice(self.col, self.col + self.width)

    def inside(self, size: tuple[int, int]) -> Box:
        """The part of it that lies in a raster of ``size`` (height, width); empty where none does."""
        row, col = min(max(self.row, 0), size[0]), min(max(self.col, 0), size[1])
        bottom, right = min(self.row + self.height, size[0]), min(self.col + self.width, size[1])
        return Box(row, col, max(bottom - row, 0), max(right - col, 0))


class Layer(Protocol):
    """The bands of one modality of one tile."""

    @property
    def grid(self) -> Grid:
        """Size and, where the file says so, place."""
        ...

    def read(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Read a window inside it: values (C, H, W) float32 and where they are valid (H, W) bool."""
        ...


class LabelLayer(Protocol):
    """The labels of one tile."""

    @property
    def grid(self) -> Grid:
        """Size and, where the file says so, place."""
        ...

    def read(self, box: Box) -> np.ndarray:
        """Read a window inside it: (H, W) int64, classes or ``IGNORE``."""
        ...


def open_raster(path: Path) -> rasterio.DatasetReader:
    """Open a raster, without a warning where it has no georeference: many data sets have none.

    Raises:
        UnreadableRaster: It is missing, no raster, or damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return open_dataset(str(path))


@dataclass(frozen=True)
class RasterLayer:
    """Bands of a raster file.

    Attributes:
        path: The file.
        bands: Their numbers, from 1.
        count: Bands that the file must have; None takes any number.
        scale: Factor to the unit of the description.
        floor: Values below it are holes, whatever the file declares.
        masked: Whether what the file declares as nodata is a hole; in label files it may be a class.
        zero_is_hole: Groups of positions in ``bands``; a pixel that is 0 throughout a group is a hole.
    """

    path: Path
    bands: tuple[int, ...] = (1,)
    count: int | None = None
    scale: float = 1.0
    floor: float | None = None
    masked: bool = True
    zero_is_hole: tuple[tuple[int, ...], ...] = ()

    @cached_property
    def grid(self) -> Grid:
        """Size and, where the file says so, place."""
        with open_raster(self.path) as raster:
            if self.count not in (None, raster.count) or raster.count < max(self.bands):
                expected = self.count or f"at least {max(self.bands)}"
                raise WrongBands(f"{self.path} has {raster.count} bands; the data set calls for {expected}.")
            return Grid(raster.crs.to_wkt() if raster.crs else None, raster.transform, raster.height, raster.width)

    @property
    def plain(self) -> bool:
        """Whether the file as it is holds what the layer gives, and nothing else."""
        all_bands = self.count is not None and self.bands == tuple(range(1, self.count + 1))
        return all_bands and self.scale == 1 and self.floor is None and not self.zero_is_hole

    def read(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Read a window inside it; see ``Layer``."""
        window = Window(box.col, box.row, box.width, box.height)
        with open_raster(self.path) as raster:
            try:
                values, _ = read_values(raster, self._rules(raster), window)
            except RasterioError as error:
                raise unreadable(str(self.path), f"rows {box.row} to {box.row + box.height}", error) from error
        valid = ~np.isnan(values[0])
        if self.floor is not None:
            valid &= (values >= self.floor).all(axis=0)
        for group in self.zero_is_hole:
            valid &= (values[list(group)] != 0).any(axis=0)
        return np.where(valid, values * np.float32(self.scale), np.float32(0)), valid

    def _rules(self, raster: rasterio.DatasetReader) -> VoidRules:
        """What makes a pixel void in prediction does so here, after the scale and offset that the file states.

        What is not masked holds codes, which are neither void nor scaled.
        """
        heeded, scaling = ("none", "none"), ((1.0, 0.0),) * len(self.bands)
        if self.masked:
            heeded, scaling = ("any", "auto"), tuple(tag_scaling(str(self.path), raster, band) for band in self.bands)
        return VoidRules(Source(str(self.path), self.bands, None, *heeded), self.bands, scaling)


@dataclass(frozen=True)
class StackedLayer:
    """The bands of several layers of one size, one after the other."""

    layers: tuple[Layer, ...]

    @property
    def grid(self) -> Grid:
        """That of the first."""
        return self.layers[0].grid

    def read(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Read a window inside it; valid where all layers are."""
        parts = [layer.read(box) for layer in self.layers]
        valid = np.logical_and.reduce([valid for _, valid in parts])
        return np.concatenate([values for values, _ in parts]) * valid, valid


@dataclass(frozen=True)
class AbsentLayer:
    """A modality that a tile lacks.

    Attributes:
        beside: A layer that the tile has.
        bands: How many it would have.
    """

    beside: Layer
    bands: int = 1

    @property
    def grid(self) -> Grid:
        """That of the layer beside it."""
        return self.beside.grid

    def read(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Nothing is valid; see ``Layer``."""
        return np.zeros((self.bands, box.height, box.width), np.float32), np.zeros((box.height, box.width), bool)


@dataclass(frozen=True)
class DifferenceLayer:
    """The first band of a layer minus its second: a surface minus its terrain."""

    layer: Layer

    @property
    def grid(self) -> Grid:
        """That of the layer."""
        return self.layer.grid

    def read(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Read a window inside it; see ``Layer``."""
        values, valid = self.layer.read(box)
        return values[:1] - values[1:2], valid


@dataclass(frozen=True)
class AboveLowGround:
    """Heights above the tile's low ground, which is the lowest percent of its heights.

    Takes what absolute heights give away, the place, out of them. On slopes it is no height above ground.
    """

    layer: Layer

    @cached_property
    def ground(self) -> float:
        """The height that becomes 0."""
        values, valid = self.layer.read(Box(0, 0, *self.grid.shape))
        return float(np.percentile(values[0][valid], 1)) if valid.any() else 0.0

    @property
    def grid(self) -> Grid:
        """That of the layer."""
        return self.layer.grid

    def read(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Read a window inside it; see ``Layer``."""
        values, valid = self.layer.read(box)
        return np.where(valid, values - np.float32(self.ground), np.float32(0)), valid


@dataclass(frozen=True)
class Hdf5Layer:
    """An array of an HDF5 file: (H, W), or (H, W, C) with the bands last.

    Attributes:
        path: The file.
        key: Name of the array in it.
        bands: Number of bands that it must have.
        nodata: A value that marks holes.
    """

    path: Path
    key: str
    bands: int = 1
    nodata: float | None = None

    @cached_property
    def grid(self) -> Grid:
        """Size; HDF5 arrays say no place."""
        with self._open() as file:
            shape = self._array(file).shape
        if (1 if len(shape) == 2 else shape[-1]) != self.bands or len(shape) not in (2, 3):
            raise WrongBands(f"'{self.key}' in {self.path} has shape {shape}; it is to have {self.bands} bands, last.")
        return Grid(None, Affine.identity(), int(shape[0]), int(shape[1]))

    def read(self, box: Box) -> tuple[np.ndarray, np.ndarray]:
        """Read a window inside it; see ``Layer``."""
        with self._open() as file:
            values = self._array(file)[box.slices].astype(np.float32)
        values = values.reshape(box.height, box.width, self.bands).transpose(2, 0, 1)
        valid = np.isfinite(values).all(axis=0)
        if self.nodata is not None:
            valid &= (values != self.nodata).all(axis=0)
        return np.where(valid, values, np.float32(0)), valid

    def _open(self) -> Any:
        try:
            return _h5py().File(self.path, "r")
        except OSError as error:
            raise UnreadableRaster(f"{self.path} cannot be read as HDF5 ({error}).") from error

    def _array(self, file: Any) -> Any:
        if not isinstance(found := file.get(self.key), _h5py().Dataset):
            raise UnreadableRaster(f"{self.path} holds no array '{self.key}', but {', '.join(file) or 'nothing'}.")
        return found


def _h5py() -> ModuleType:
    try:
        import h5py
    except ImportError:
        raise InputError(
            "This data set is made of HDF5 files, and the package h5py is not installed.",
            "Install it: pip install h5py",
        ) from None
    return h5py


@dataclass(frozen=True)
class CodedLabels:
    """Labels as numbers in one band.

    Attributes:
        layer: Holds the codes.
        codes: Class by code, 0..255, ``IGNORE`` where a code means no class; None takes the codes as classes.
        others: What codes that are not named become; None makes them an error.
    """

    layer: Layer
    codes: Mapping[int, int] | None = None
    others: int | None = None

    @property
    def grid(self) -> Grid:
        """That of the layer."""
        return self.layer.grid

    def read(self, box: Box) -> np.ndarray:
        """Read a window inside it: (H, W) int64, classes or ``IGNORE``."""
        values, valid = self.layer.read(box)
        found = values[0].astype(np.int64)  # (H, W)
        if self.codes is None:
            if found.max(initial=0) > IGNORE:  # sets of classes begin there, which a file cannot mean
                raise InputError(f"{self._name} holds the code {found.max()}; labels are 0 to {IGNORE}.")
            return np.where(valid, found, IGNORE)
        labels = np.where((found >= 0) & (found < len(self._table)), self._table[found.clip(0, 255)], self._other)
        labels[~valid] = IGNORE
        if (unknown := labels == _UNKNOWN).any():
            raise InputError(f"{self._name} holds the code {found[unknown][0]}; known are {sorted(self.codes)}.")
        return labels

    @property
    def _name(self) -> str:
        return str(getattr(self.layer, "path", "The label file"))

    @property
    def _other(self) -> int:
        return _UNKNOWN if self.others is None else self.others

    @cached_property
    def _table(self) -> np.ndarray:
        """Class by code, (256,) int64."""
        table = np.full(256, self._other, dtype=np.int64)
        for code, label in (self.codes or {}).items():
            table[code] = label
        return table


@dataclass(frozen=True)
class ColouredLabels:
    """Labels as colours whose channels are each dark or bright; black is not labelled.

    Channels are told apart at half brightness, because published files are not clean: some are
    compressed with loss, some have 252 for 255.

    Attributes:
        layer: Holds red, green and blue.
        colours: Class by colour, each channel 0 or 255.
    """

    layer: Layer
    colours: Mapping[tuple[int, int, int], int]

    @property
    def grid(self) -> Grid:
        """That of the layer."""
        return self.layer.grid

    def read(self, box: Box) -> np.ndarray:
        """Read a window inside it: (H, W) int64, classes or ``IGNORE``."""
        values, valid = self.layer.read(box)
        corner = np.tensordot((4, 2, 1), values > 127, axes=1)  # (H, W), 0..7
        table = np.full(8, IGNORE, dtype=np.int64)
        for (red, green, blue), label in self.colours.items():
            table[4 * (red > 127) + 2 * (green > 127) + (blue > 127)] = label
        return np.where(valid, table[corner], IGNORE)


def padded(array: np.ndarray, box: Box, part: Box, fill: float) -> np.ndarray:
    """Put what was read of ``part`` into an array of ``box``, ``fill`` around it; the last two axes are space."""
    if part == box:
        return array
    whole = np.full((*array.shape[:-2], box.height, box.width), fill, dtype=array.dtype)
    inner = Box(part.row - box.row, part.col - box.col, part.height, part.width)
    whole[(..., *inner.slices)] = array
    return whole
