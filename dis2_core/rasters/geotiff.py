"""GeoTIFFs: how their bytes are stored, and a writer of rows from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from rasterio._err import CPLE_BaseError  # of overviews, which rasterio lets through as it is
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile
from rasterio.shutil import copy
from rasterio.windows import Window

from ..contract.errors import InputError, NoSpace
from ..run.disk import shown, translated_errors
from .grid import Grid

BLOCK = 512  # pixels a side of a tile
CLASSIC_TIFF = 4_000_000_000  # bytes; offsets have 32 bits there

#: The compressions that keep every value as it is, each with the options that it heeds.
CODECS = {
    "DEFLATE": ("PREDICTOR", "ZLEVEL"),
    "LZW": ("PREDICTOR",),
    "NONE": (),
    "PACKBITS": (),
    "ZSTD": ("PREDICTOR", "ZSTD_LEVEL"),
}
_CHOICES = {
    "BIGTIFF": ("YES", "NO", "IF_NEEDED", "IF_SAFER"),
    "COMPRESS": tuple(CODECS),
    "PREDICTOR": ("1", "2", "3"),
}
_RANGES = {"BLOCKSIZE": (128, 4096), "NUM_THREADS": (1, 256), "ZLEVEL": (1, 9), "ZSTD_LEVEL": (1, 22)}
_TILE_UNIT = 16  # pixels; what the side of a TIFF's tile is a multiple of

Values = npt.NDArray[Any]
_Writer = TypeVar("_Writer", bound="GeoTiffWriter")


@dataclass(frozen=True)
class Storage:
    """How a raster is stored; see ``of``.

    Attributes:
        options: Creation options in capitals that replace our choice.
        cog: Whether the file is a cloud optimized GeoTIFF: overviews first, blocks in order.
    """

    options: Mapping[str, str] = field(default_factory=dict)
    cog: bool = False

    @classmethod
    def of(cls, options: Mapping[str, str], form: str = "GTiff") -> Storage:
        """Check what a person asks for.

        Args:
            options: Some of ``segment_job.CREATION_OPTIONS``.
            form: One of ``segment_job.FORMATS``.

        Raises:
            InputError: A value is none that the option can have, the options contradict each other, or
                this GDAL lacks the compression.
        """
        storage = cls({name.upper(): value.strip().upper() for name, value in options.items()}, form == "COG")
        for name, value in storage.options.items():
            _check_value(name, value)
        for name in sorted({"PREDICTOR", "ZLEVEL", "ZSTD_LEVEL"} & set(storage.options)):
            if name not in CODECS[storage.compression]:
                fitting = ", ".join(codec for codec, heeded in CODECS.items() if name in heeded)
                raise InputError(
                    f"The creation option {name} has no effect with COMPRESS={storage.compression}.",
                    f"Leave it out, or compress with {fitting}.",
                )
        if storage.cog and storage.compression == "PACKBITS":
            raise InputError("A COG cannot be compressed with PACKBITS.", "Use DEFLATE, LZW or ZSTD.")
        _check_codec(storage)
        return storage

    @property
    def compression(self) -> str:
        """GDAL's name of the compression."""
        return self.options.get("COMPRESS", "DEFLATE")

    @property
    def block(self) -> int:
        """Pixels a side of a tile."""
        return int(self.options.get("BLOCKSIZE", BLOCK))

    def require(self, grid: Grid, bands: int, dtype: str) -> None:
        """Check that a raster can be stored like this.

        Raises:
            InputError: It cannot: the predictor is for other numbers, or the file may outgrow its offsets.
        """
        if self.options.get("PREDICTOR") == "3" and np.dtype(dtype).kind != "f":
            raise InputError(
                "PREDICTOR=3 is for floating-point numbers; the raster holds whole ones.",
                "Use PREDICTOR=2, or leave it out.",
            )
        size = grid.height * grid.width * bands * np.dtype(dtype).itemsize * 4 // 3  # with overviews
        bigtiff = self.options.get("BIGTIFF", "IF_SAFER")
        unsafe = bigtiff == "NO" or (bigtiff == "IF_NEEDED" and self.compression != "NONE")
        if unsafe and size > CLASSIC_TIFF:
            raise InputError(
                f"With BIGTIFF={bigtiff} a file ends at 4 GB; the raster has {size / 1e9:,.1f} GB uncompressed.",
                "Leave BIGTIFF out, or set it to YES.",
            )

    def profile(self, dtype: str) -> dict[str, Any]:
        """Return GDAL's creation options."""
        choice = {"TILED": "YES", "INTERLEAVE": "BAND", "BIGTIFF": "IF_SAFER", "COMPRESS": "DEFLATE"}
        if np.dtype(dtype).kind == "f" and "PREDICTOR" in CODECS[self.compression]:
            choice["PREDICTOR"] = "3"
        given = {name: value for name, value in self.options.items() if name != "BLOCKSIZE"}
        return {**choice, **given, "BLOCKXSIZE": self.block, "BLOCKYSIZE": self.block}

    def cog_profile(self, dtype: str, resampling: Resampling) -> dict[str, Any]:
        """Return the creation options of GDAL's COG driver, which names some of them otherwise."""
        predictors = {"1": "NO", "2": "STANDARD", "3": "FLOATING_POINT"}
        predictor = self.profile(dtype).get("PREDICTOR", "1")
        choice = {
            "COMPRESS": self.compression,
            "BLOCKSIZE": self.block,
            "BIGTIFF": self.options.get("BIGTIFF", "IF_SAFER"),
            "OVERVIEW_RESAMPLING": resampling.name.upper(),
            "OVERVIEWS": "IGNORE_EXISTING",
        }
        if "PREDICTOR" in CODECS[self.compression]:
            choice["PREDICTOR"] = predictors[predictor]
        levels = [self.options[name] for name in ("ZLEVEL", "ZSTD_LEVEL") if name in self.options]
        choice |= {"LEVEL": levels[0]} if levels else {}
        threads = self.options.get("NUM_THREADS")
        return {**choice, **({"NUM_THREADS": threads} if threads else {})}


class GeoTiffWriter:
    """Writes a GeoTIFF from top to bottom; ``finish`` completes it, leaving without that abandons it.

    Rows are collected until they fill a row of tiles: every tile is compressed once, and an error of
    the disk shows at once instead of when the file is closed.

    Args:
        path: The file.
        grid: Its pixels.
        bands: Names of its bands.
        dtype: Of its numbers.
        nodata: The number that stands for none.
        tags: Notes for its metadata.
        storage: How it is stored.

    Attributes:
        file: The open file, for what is particular to a raster.
    """

    def __init__(
        self,
        path: Path,
        grid: Grid,
        bands: Sequence[str],
        *,
        dtype: str,
        nodata: float | None = None,
        tags: Mapping[str, str] | None = None,
        storage: Storage | None = None,
    ) -> None:
        storage = storage or Storage()
        self._path = path
        self._storage = storage
        self._made = path.with_name(f"{path.stem}.rows.tif") if storage.cog else path  # a COG is written at once
        self._dtype = dtype
        self._grid = grid
        self._block = storage.block
        self._row = 0
        self._pending: list[Values] = []
        place = {"height": grid.height, "width": grid.width, "crs": grid.crs, "transform": grid.transform}
        kind = {"driver": "GTiff", "count": len(bands), "dtype": dtype, "nodata": nodata}
        profile = {**storage.profile(dtype), **({"COMPRESS": "LZW"} if storage.cog else {})}
        if storage.cog:
            profile = {name: value for name, value in profile.items() if name not in ("ZLEVEL", "ZSTD_LEVEL")}
        with write_errors(path):
            self.file: Any = rasterio.open(self._made, "w", **kind, **place, **profile)
            self.file.update_tags(**(tags or {}))
            for index, name in enumerate(bands, start=1):
                self.file.set_band_description(index, name)

    def __enter__(self: _Writer) -> _Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.file.closed:
            self.file.close()

    def write(self, rows: Values) -> None:
        """Append rows (bands, rows, width).

        Raises:
            NoSpace: The disk is full.
        """
        self._pending.append(rows)
        waiting = sum(part.shape[1] for part in self._pending)
        last = self._row + waiting >= self._grid.height
        complete = waiting if last else waiting - waiting % self._block
        if complete:
            self._flush(np.concatenate(self._pending, axis=1), complete)

    def finish(self, resampling: Resampling) -> None:
        """Add overviews and close.

        Raises:
            NoSpace: The disk is full.
        """
        with write_errors(self._path):
            factors = [] if self._storage.cog else overview_factors(self._grid, self._block)
            if factors:
                self.file.build_overviews(factors, resampling)
        self._close(len(factors))
        if self._storage.cog:
            with write_errors(self._path):
                copy(self._made, self._path, driver="COG", **self._storage.cog_profile(self._dtype, resampling))
                require_whole(self._path)
            self._made.unlink()

    def seal(self) -> None:
        """Close the file as it is: a raster that is read again and then thrown away needs no more.

        Raises:
            NoSpace: The disk is full.
        """
        self._close(0)

    def _close(self, overviews: int) -> None:
        with write_errors(self._path):
            self.file.close()
            require_whole(self._made, overviews)

    def _flush(self, rows: Values, complete: int) -> None:
        window = Window(0, self._row, self._grid.width, complete)
        with write_errors(self._path):
            self.file.write(rows[:, :complete], window=window)
        self._row += complete
        self._pending = [rows[:, complete:].copy()]


def overview_factors(grid: Grid, block: int = BLOCK) -> Sequence[int]:
    """Powers of two until the whole raster fits into a tile."""
    factors: list[int] = []
    while max(grid.shape) > block << len(factors):
        factors.append(2 << len(factors))
    return factors


@contextmanager
def write_errors(path: Path) -> Iterator[None]:
    """GDAL does not say why a write failed; for a file that could be created it is the disk."""
    with translated_errors(path):
        try:
            yield
        except (RasterioError, CPLE_BaseError) as error:  # before OSError, which some of these are as well
            cause = error.__cause__ or error
            raise NoSpace(
                f"{shown(path)} could not be written to its end ({cause}): the disk is full, or a quota is used up.",
                "Free some space, or choose another folder.",
            ) from error


def require_whole(path: Path, overviews: int = 0) -> None:
    """Check that all tiles lie within the file, those of overviews too: GDAL keeps silent when the last writes fail.

    Args:
        path: The file.
        overviews: How many it is to have at least.

    Raises:
        NoSpace: Something is missing.
    """
    with rasterio.open(path) as file:
        found = len(file.overviews(1))
    levels = (_is_whole(path, level) for level in (None, *range(found)))
    if found < overviews or not all(levels):
        raise NoSpace(
            f"The end of {shown(path)} is missing: no space, no quota, or a file may not be so large.",
            "Free some space, or choose another folder.",
        )


def _is_whole(path: Path, level: int | None) -> bool:
    """Whether the tiles of a raster, or of one of its overviews, lie within its file."""
    size = path.stat().st_size
    with rasterio.open(path) if level is None else rasterio.open(path, overview_level=level) as file:
        rows, cols = (-(-length // side) for length, side in zip(file.shape, file.block_shapes[0], strict=True))
    with rasterio.open(path) as file:
        for band, row, col in product(file.indexes, range(rows), range(cols)):
            begin = file.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=band, ovr=level)
            length = file.get_tag_item(f"BLOCK_SIZE_{col}_{row}", "TIFF", bidx=band, ovr=level)
            if not begin or not length or int(begin) + int(length) > size:
                return False
    return True


def _check_value(name: str, value: str) -> None:
    """Raise InputError unless an option can have a value."""
    if name in _CHOICES:
        possible, expected = value in _CHOICES[name], f"It is one of {', '.join(_CHOICES[name])}."
    else:
        low, high = _RANGES[name]
        possible = value.isdecimal() and low <= int(value) <= high
        expected = f"It is a whole number from {low} to {high}."
        if name == "NUM_THREADS":
            possible, expected = possible or value == "ALL_CPUS", f"{expected[:-1]}, or ALL_CPUS."
        if name == "BLOCKSIZE":
            possible = possible and int(value) % _TILE_UNIT == 0
            expected = f"{expected[:-1]}, a multiple of {_TILE_UNIT}: rasters are stored in square tiles."
    if not possible:
        raise InputError(f"The creation option {name}={value} is not possible.", expected)


def _check_codec(storage: Storage) -> None:
    """Let GDAL say whether it was built with the compression."""
    pixel = {"count": 1, "width": 1, "height": 1, "dtype": "uint8", "transform": Affine(1, 0, 0, 0, -1, 1)}
    try:
        with MemoryFile() as memory, memory.open(driver="GTiff", **pixel, COMPRESS=storage.compression):
            pass
    except RasterioError as error:
        raise InputError(
            f"This GDAL cannot write COMPRESS={storage.compression} ({error}).", "Use DEFLATE or LZW."
        ) from error
