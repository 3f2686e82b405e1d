"""Reading: every modality in rows of the working grid, aligned on the fly, with its validity.

A raster whose pixels are those of the grid is read as it is. Any other is read piece by piece, its
invalid pixels marked, and warped tile by tile. The tiles lie on a fixed lattice, so that how rows are
cut into chunks changes no value.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.warp import reproject
from rasterio.windows import Window

from ..contract.card import Modality
from ..contract.errors import GridMismatch, UnreadableRaster
from ..contract.segment_job import Event, Source
from .alignment import NOTICEABLE, mesh, resampling_ratio
from .crs import Coordinates
from .grid import Grid, place
from .inputs import RasterInput, describe
from .opening import GDAL_OPTIONS, open_dataset, unreadable
from .values.validity import HALO, SPECK, Chunk, Float, fill_specks
from .values.voids import VoidTally, read_values, undeclared_warning

TILE_ROWS, TILE_COLS = 128, 512  # pixels of the grid that are warped at once
TILE_SOURCE = 1 << 24  # pixels that may be read for one tile
READ_AHEAD = 2  # chunks that wait while one is used


class ModalityReader:
    """Reads one modality on a grid. Safe to use from several threads: each has its own handles.

    Args:
        source: Where the modality comes from: one of ``open_inputs``, or a ``Source``.
        modality: What the model takes it for.
        grid: The working grid.
        fill: Whether small holes are filled.
        columns: First and last (exclusive) of the grid's columns that are read; None: all. What is read of a
            column does not depend on it.

    Attributes:
        voids: What was read so far, and what of it counts as no data although nobody declared it.
    """

    def __init__(
        self,
        source: RasterInput | Source,
        modality: Modality,
        grid: Grid,
        *,
        fill: bool = True,
        columns: tuple[int, int] | None = None,
    ) -> None:
        self.raster = source if isinstance(source, RasterInput) else describe(source, modality)
        self.modality = modality
        self.grid = grid
        self._fill = fill
        self._columns = columns or (0, grid.width)
        self._offset = self.raster.grid.offset_of(grid)
        self._warp = None if self._offset is not None else WarpPlan.between(self.raster.grid, grid)
        self._local = threading.local()
        self._handles: list[rasterio.DatasetReader] = []
        self._lock = threading.Lock()
        self._rules = self.raster.rules
        self.voids = VoidTally()

    def read(self, row_start: int, row_stop: int) -> Chunk:
        """Read rows ``row_start`` to ``row_stop`` (exclusive) of the grid. How rows are cut changes no value.

        Raises:
            UnreadableRaster: The file is damaged.
            GridMismatch: The file's CRS cannot be transformed to the grid's.
        """
        with rasterio.Env(**GDAL_OPTIONS):
            values = self._filled(row_start, row_stop)
        valid = ~np.isnan(values[0])
        for band, plane in zip(self.modality.bands, values, strict=True):
            plane[~valid] = band.fill_value
        return Chunk(values, valid)

    def warnings(self) -> list[Event]:
        """What was found to be no data without being declared, and was not told when the raster was examined."""
        with self._lock:
            return untold(self.raster, self.voids)

    def close(self) -> None:
        """Close the handles of all threads. Reading again opens new ones."""
        with self._lock:
            for handle in self._handles:
                handle.close()
            self._handles.clear()
            self._local = threading.local()

    def _filled(self, start: int, stop: int) -> Float:
        """Aligned values with their specks filled; the rows around decide how far a hole goes on."""
        values = self._aligned(start, stop, *self._columns)
        holes = np.isnan(values[0])
        if not (self._fill and holes.any()) or (holes.all() and holes.size > SPECK):
            return values
        first, last = max(0, start - HALO), min(self.grid.height, stop + HALO)
        left, right = self._columns
        rows = [self._aligned(first, start, left, right), values, self._aligned(stop, last, left, right)]
        begin, end = max(0, left - HALO), min(self.grid.width, right + HALO)
        sides = [self._aligned(first, last, begin, left), self._aligned(first, last, right, end)]
        values = np.concatenate([sides[0], np.concatenate(rows, axis=1), sides[1]], axis=2)
        fill_specks(values)
        filled: Float = values[:, start - first : stop - first, left - begin : right - begin].copy()
        return filled

    def _aligned(self, start: int, stop: int, begin: int, end: int) -> Float:
        """(C, rows, columns) of the grid; NaN in all bands where one is invalid."""
        if self._offset is not None:
            row, col = self._offset
            return self._stored(row + start, col + begin, stop - start, end - begin)
        values = np.full((len(self.raster.bands), stop - start, end - begin), np.nan, dtype=np.float32)
        if self._warp is None or start == stop:
            return values
        height, width = self._warp.tile
        for top in range(start // height * height, stop, height):
            for left in range(begin // width * width, end, width):
                tile = self._tile(self._warp, top, left)
                first, last = max(start, top), min(stop, top + tile.shape[1])
                near, far = max(begin, left), min(end, left + tile.shape[2])
                inside = tile[:, first - top : last - top, near - left : far - left]
                values[:, first - start : last - start, near - begin : far - begin] = inside
        return values

    def _tile(self, plan: WarpPlan, top: int, left: int) -> Float:
        """Warp one tile of the lattice."""
        height, width = min(plan.tile[0], self.grid.height - top), min(plan.tile[1], self.grid.width - left)
        target = self.grid.window(top, left, height, width)
        tile = np.full((len(self.raster.bands), height, width), np.nan, dtype=np.float32)
        part = plan.source_window(target)
        if part is None:
            return tile
        values = self._stored(*part)
        holes = np.isnan(values[0])
        if holes.all():
            return tile
        void = math.nan if holes.any() else None  # the warper is twice as fast without
        try:
            reproject(
                values,
                tile,
                src_transform=self.raster.grid.window(*part).transform,
                src_crs=plan.source_crs,
                src_nodata=void,
                dst_transform=target.transform,
                dst_crs=plan.target_crs,
                dst_nodata=void,
                init_dest_nodata=void is not None,  # else what lies outside the source stays as it is, NaN
                resampling=plan.resampling,
                XSCALE=1,  # GDAL would guess them for each tile anew
                YSCALE=1,
            )
        except MemoryError:
            raise
        except Exception as error:  # what GDAL's warper raises has no public base class
            raise GridMismatch(
                f"{self.raster.path} cannot be brought onto the grid of the run: {error}",
                "Reproject it first with gdalwarp.",
            ) from error
        return tile

    def _stored(self, row: int, col: int, height: int, width: int) -> Float:
        """Pixels of the file, which may lie outside it, in the card's unit; NaN where invalid."""
        values = np.full((len(self.raster.bands), height, width), np.nan, dtype=np.float32)
        grid = self.raster.grid
        top, left = max(0, row), max(0, col)
        bottom, right = min(grid.height, row + height), min(grid.width, col + width)
        if top < bottom and left < right:
            inside = self._read_file(Window(left, top, right - left, bottom - top))
            values[:, top - row : bottom - row, left - col : right - col] = inside
        return values

    def _read_file(self, window: Window) -> Float:
        try:
            values, found = read_values(self._dataset(), self._rules, window)
        except RasterioError as error:
            rows = f"rows {window.row_off} to {window.row_off + window.height}"
            raise unreadable(self.raster.path, rows, error) from error
        with self._lock:
            self.voids.add(found)
        return values

    def _dataset(self) -> rasterio.DatasetReader:
        """This thread's own handle. Raises UnreadableRaster where another raster has taken the file's place."""
        if getattr(self._local, "dataset", None) is None:
            dataset = open_dataset(self.raster.path)
            if dataset.shape != self.raster.grid.shape or dataset.count < max(self.raster.bands):
                dataset.close()
                raise UnreadableRaster(
                    f"{self.raster.path} is another raster than when it was examined.",
                    "Let nothing change it while it is read, and run again.",
                )
            self._local.dataset = dataset
            with self._lock:
                self._handles.append(self._local.dataset)
        return self._local.dataset


def untold(raster: RasterInput, voids: VoidTally) -> list[Event]:
    """Warnings of undeclared fill values that the first look at a raster did not see."""
    told = raster.survey.told if raster.survey else ()
    return [
        undeclared_warning(raster.modality.name, raster.path, number, voids.share(number))
        for number, pixels in voids.numbers.items()
        if pixels and number not in told
    ]


@dataclass(frozen=True)
class WarpPlan:
    """How one raster is brought onto a grid that cuts the ground differently.

    Attributes:
        source, target: The grids.
        source_crs, target_crs: Their CRS, parsed once.
        ratio: Pixel size of the target over that of the source.
        tile: (rows, columns) of the target warped at once.
    """

    source: Grid
    target: Grid
    source_crs: CRS
    target_crs: CRS
    ratio: float
    tile: tuple[int, int]

    @classmethod
    def between(cls, source: Grid, target: Grid) -> WarpPlan:
        """How pixels of ``source`` are brought onto those of ``target``."""
        ratio = resampling_ratio(source, target)
        shrink = min(1.0, math.sqrt(TILE_SOURCE / (TILE_ROWS * TILE_COLS)) / ratio)
        return cls(
            source=source,
            target=target,
            source_crs=CRS.from_wkt(source.crs),
            target_crs=CRS.from_wkt(target.crs),
            ratio=ratio,
            tile=(max(1, int(TILE_ROWS * shrink)), max(1, int(TILE_COLS * shrink))),
        )

    @property
    def resampling(self) -> Resampling:
        """Averaging where many pixels become one, so that none is skipped."""
        return Resampling.average if self.ratio > NOTICEABLE else Resampling.bilinear

    def source_window(self, target: Grid) -> tuple[int, int, int, int] | None:
        """(row, col, height, width) of the source that a part of the target needs; None: nothing there."""
        middle = (self.source.bounds[0] + self.source.bounds[2]) / 2
        xs, ys = mesh(target, self.source.crs, middle)
        known = np.isfinite(xs) & np.isfinite(ys)
        if not known.any():
            return None
        cols, rows = place(~self.source.transform, xs[known], ys[known])
        top, bottom = self._margin(rows, self.source.height)
        left, right = self._margin(cols, self.source.width)
        return (top, left, bottom - top, right - left) if top < bottom and left < right else None

    def _margin(self, positions: Coordinates, size: int) -> tuple[int, int]:
        """First and last pixel with room for the kernel and for what bends between the mesh's points."""
        low, high = float(positions.min()), float(positions.max())
        room = 4 + 2 * math.ceil(self.ratio) + 0.02 * (high - low)
        return max(0, math.floor(low - room)), min(size, math.ceil(high + room))


class ChunkStream:
    """All modalities in chunks of rows, in order, read ahead by threads.

    ``for row_start, row_stop, chunks in stream``: ``chunks`` maps modality names to ``Chunk``. At most
    two chunks wait. Leaving the loop early is fine: use it as a context manager, or call ``close``.

    Args:
        readers: One for each available modality; the stream closes them.
        grid: The working grid.
        rows_per_chunk: See ``choose_rows_per_chunk``.
        threads: Reading threads.
        rows: First and last (exclusive) of the rows that are read; None: all.
    """

    def __init__(
        self,
        readers: Sequence[ModalityReader],
        grid: Grid,
        rows_per_chunk: int,
        threads: int = 2,
        rows: tuple[int, int] | None = None,
    ) -> None:
        self._readers = tuple(readers)
        self._first, self._last = rows or (0, grid.height)
        self._step = rows_per_chunk
        self._chunks = self._generate(threads)

    def __iter__(self) -> Iterator[tuple[int, int, dict[str, Chunk]]]:
        return self._chunks

    def __enter__(self) -> ChunkStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading ahead and close all files."""
        self._chunks.close()
        for reader in self._readers:
            reader.close()

    def _generate(self, threads: int) -> Generator[tuple[int, int, dict[str, Chunk]], None, None]:
        pool = ThreadPoolExecutor(threads, thread_name_prefix="dis2-read")
        waiting: deque[tuple[int, int, dict[str, Future[Chunk]]]] = deque()
        try:
            stop = self._first
            while stop < self._last:  # chunks end with a row of tiles, so that none is warped twice
                start, stop = stop, min((stop // self._step + 1) * self._step, self._last)
                futures = {reader.modality.name: pool.submit(reader.read, start, stop) for reader in self._readers}
                waiting.append((start, stop, futures))
                if len(waiting) > READ_AHEAD:
                    yield _arrived(*waiting.popleft())
            while waiting:
                yield _arrived(*waiting.popleft())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _arrived(start: int, stop: int, futures: dict[str, Future[Chunk]]) -> tuple[int, int, dict[str, Chunk]]:
    return start, stop, {name: future.result() for name, future in futures.items()}


def choose_rows_per_chunk(width: int, bands: int, *, budget: int = 16 << 20) -> int:
    """Rows so that a chunk of all modalities takes about ``budget`` bytes: a function of width, never height.

    Args:
        width: Columns of the working grid.
        bands: Bands of all available modalities together.
        budget: Bytes a chunk.

    Returns:
        128 (the rows of a tile) times a power of two, so that chunks end where blocks of files do; 2048 at most.
    """
    a_row = max(1, width) * (np.dtype(np.float32).itemsize * bands + bands)
    tiles = min(max(budget // (a_row * TILE_ROWS), 1), 16)
    return TILE_ROWS << (int(tiles).bit_length() - 1)
