"""Tiles: annotated pieces of ground, in memory or read from their files window by window."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import rasterio
import torch
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning
from torch import Tensor

from dis2_core.contract.errors import InputError
from dis2_core.rasters.alignment import ground_resolution
from dis2_core.rasters.grid import Grid

from .class_sets import exact
from .layers import Box, LabelLayer, Layer, RasterLayer, padded
from .sample import IGNORE, Sample

SAME_SIZE = 0.05  # of pixels: a projection's scale, or a rounded declaration, is no other resolution
MOST_APART = 16  # times: beyond, a window is a few pixels of a tile, or all of it is


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
        """(H, W) classes, sets of classes or ``IGNORE``, uint8 where they fit."""
        return self._pixels.labels

    @property
    def exact_labels(self) -> Tensor:
        """(H, W) classes; ``IGNORE``, too, where a pixel is known as one of several."""
        return exact(self.labels)

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


def magnification(tile: Tile, gsd: float) -> float:
    """How many pixels of a tile a pixel of ``gsd`` metres is wide; 1 where the tile does not say, or hardly differs."""
    if tile.grid.crs is None or tile.grid.transform == Affine.identity():
        return 1.0
    size = math.sqrt(math.prod(ground_resolution(tile.grid)))
    ratio = gsd / size
    if not 1 / MOST_APART <= ratio <= MOST_APART:
        raise InputError(
            f"The pixels of tile '{tile.name}' are {size:.3g} m wide, those of the data set {gsd:g} m (gsd).",
            f"Leave it out, or give a gsd that differs by less than {MOST_APART} times.",
        )
    return ratio if abs(math.log(ratio)) > SAME_SIZE else 1.0


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
