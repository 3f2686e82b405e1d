"""The rasters of a run: GeoTIFFs with nodata, colours, names, overviews and a note of where they come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from .card import NODATA, ModelCard
from .errors import NoSpace
from .grid import Grid
from .jobfolder import translated_errors
from .styles import (
    Category,
    category_names,
    class_categories,
    palette_style,
    ramp_style,
    scenario_categories,
)

Bytes = npt.NDArray[np.uint8]

#: What stands for a confidence of 1 and a probability of 1.
CONFIDENCE_MAXIMUM = 100
PROBABILITY_MAXIMUM = 250

BLOCK = 512  # pixels a side of a tile
RASTERS = ("scenario", "probabilities", "confidence", "classes")


@dataclass(frozen=True)
class Layout:
    """What is particular to one of the outputs.

    Attributes:
        bands: Names of the bands.
        categories: Names and colours of the values; none for a quantity.
        maximum: The value that stands for 1; None for categories.
        kept: Guess of the part of the raw bytes that compression leaves, for the space check.
    """

    bands: tuple[str, ...]
    categories: tuple[Category, ...] = ()
    maximum: int | None = None
    kept: float = 1.0

    @property
    def style(self) -> str:
        """The QGIS style."""
        return palette_style(self.categories) if self.categories else ramp_style(self.maximum or 1)

    @property
    def resampling(self) -> Resampling:
        """How the raster is brought onto another grid."""
        return Resampling.nearest if self.categories else Resampling.bilinear

    @property
    def overview_resampling(self) -> Resampling:
        """How the raster is made coarser."""
        return Resampling.mode if self.categories else Resampling.average


def layouts(card: ModelCard) -> dict[str, Layout]:
    """The rasters that a run can write, by output name."""
    return {
        "scenario": Layout(("modalities",), scenario_categories(card), kept=0.2),
        "probabilities": Layout(card.class_names, maximum=PROBABILITY_MAXIMUM, kept=0.6),
        "confidence": Layout(("confidence (%)",), maximum=CONFIDENCE_MAXIMUM, kept=0.8),
        "classes": Layout(("class",), class_categories(card), kept=0.4),
    }


def estimated_size(layout: Layout, grid: Grid) -> int:
    """Bytes that a raster will about take on the disk, overviews included."""
    return int(grid.height * grid.width * len(layout.bands) * layout.kept * 4 / 3)


class RasterWriter:
    """Writes a GeoTIFF from top to bottom; ``finish`` completes it, leaving without that abandons it.

    Rows are collected until they fill a row of tiles: every tile is compressed once, and an error of
    the disk shows at once instead of when the file is closed.

    Args:
        path: The file; its style and names are written beside it.
        grid: Its pixels.
        layout: What it holds.
        tags: Notes for the file's metadata.
    """

    def __init__(self, path: Path, grid: Grid, layout: Layout, tags: Mapping[str, str]) -> None:
        self._path = path
        self._grid = grid
        self._layout = layout
        self._row = 0
        self._pending: list[Bytes] = []
        with _write_errors(path):
            self._file = rasterio.open(path, "w", **_profile(grid, len(layout.bands)))
            self._describe(tags)

    def __enter__(self) -> RasterWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._file.closed:
            self._file.close()

    def write(self, rows: Bytes) -> None:
        """Append rows (bands, rows, width).

        Raises:
            NoSpace: The disk is full.
        """
        self._pending.append(rows)
        waiting = sum(part.shape[1] for part in self._pending)
        last = self._row + waiting >= self._grid.height
        complete = waiting if last else waiting - waiting % BLOCK
        if complete:
            self._flush(np.concatenate(self._pending, axis=1), complete)

    def finish(self) -> None:
        """Add overviews, side files and close.

        Raises:
            NoSpace: The disk is full.
        """
        with _write_errors(self._path):
            if factors := _overview_factors(self._grid):
                self._file.build_overviews(factors, self._layout.overview_resampling)
        self.seal()
        with translated_errors(self._path):
            self._path.with_suffix(".qml").write_text(self._layout.style, encoding="utf-8")
            if self._layout.categories:
                names = self._path.with_name(self._path.name + ".aux.xml")
                names.write_text(category_names(self._layout.categories), encoding="utf-8")

    def seal(self) -> None:
        """Close the file as it is: a raster that is read again and then thrown away needs no more.

        Raises:
            NoSpace: The disk is full.
        """
        with _write_errors(self._path):
            self._file.close()
            _require_whole(self._path)

    def _flush(self, rows: Bytes, complete: int) -> None:
        window = Window(0, self._row, self._grid.width, complete)
        with _write_errors(self._path):
            self._file.write(rows[:, :complete], window=window)
        self._row += complete
        self._pending = [rows[:, complete:].copy()]

    def _describe(self, tags: Mapping[str, str]) -> None:
        self._file.update_tags(**tags)
        for index, name in enumerate(self._layout.bands, start=1):
            self._file.set_band_description(index, name)
        if self._layout.categories:
            colors = {item.value: item.rgba for item in self._layout.categories}
            self._file.write_colormap(1, {**colors, NODATA: (0, 0, 0, 0)})
        if self._layout.maximum == PROBABILITY_MAXIMUM:
            self._file.scales = [1 / PROBABILITY_MAXIMUM] * len(self._layout.bands)


@dataclass
class MapRows:
    """Finished rows of a run's rasters: uint8 (bands, rows, width) by output name."""

    row: int
    rasters: dict[str, Bytes]

    @property
    def classes(self) -> Bytes:
        """The class map (rows, width)."""
        classes: Bytes = self.rasters["classes"][0]
        return classes


class MapWriter:
    """The rasters of a run side by side.

    Args:
        paths: By output name.
        grid: Of all of them.
        card: The model's card.
        tags: Notes for their metadata.
    """

    def __init__(self, paths: Mapping[str, Path], grid: Grid, card: ModelCard, tags: Mapping[str, str]) -> None:
        self._writers: dict[str, RasterWriter] = {}
        self._known = layouts(card)
        try:
            for name, path in paths.items():
                self._writers[name] = RasterWriter(path, grid, self._known[name], tags)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> MapWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, rows: MapRows) -> None:
        """Append rows to every raster."""
        for name, writer in self._writers.items():
            writer.write(rows.rasters[name])

    def finish(self) -> Iterator[str]:
        """Complete the rasters one by one and yield their names."""
        for name, writer in self._writers.items():
            writer.finish()
            yield name

    def seal(self) -> None:
        """Close all files as they are; see ``RasterWriter.seal``."""
        for writer in self._writers.values():
            writer.seal()

    def close(self) -> None:
        """Close all files, whole or not."""
        for writer in self._writers.values():
            writer.__exit__(None, None, None)


def warped_rows(paths: Mapping[str, Path], source: Grid, target: Grid, card: ModelCard) -> Iterator[MapRows]:
    """Bring the rasters of a run onto another grid, ``BLOCK`` rows at a time.

    Classes and scenarios take the nearest pixel, quantities are interpolated; nodata is where the
    classes have it.

    Args:
        paths: Rasters on ``source`` by output name.
        source: The grid that they were made on.
        target: The grid to bring them to.
        card: The model's card.
    """
    known = layouts(card)
    with _opened(paths) as files:
        for row in range(0, target.height, BLOCK):
            part = target.window(row, 0, min(BLOCK, target.height - row), target.width)
            rasters = {name: _warped(file, part, known[name]) for name, file in files.items()}
            nothing = rasters["classes"] == NODATA
            yield MapRows(row, {name: np.where(nothing, NODATA, values) for name, values in rasters.items()})


def _warped(file: Any, part: Grid, layout: Layout) -> Bytes:
    options = {
        "crs": part.crs,
        "transform": part.transform,
        "height": part.height,
        "width": part.width,
        "resampling": layout.resampling,
        "nodata": NODATA,
        "src_nodata": NODATA,
    }
    with WarpedVRT(file, **options) as warped:
        rows: Bytes = warped.read()
    return rows


@contextmanager
def _opened(paths: Mapping[str, Path]) -> Iterator[dict[str, Any]]:
    files = {}
    try:
        for name, path in paths.items():
            files[name] = rasterio.open(path)
        yield files
    finally:
        for file in files.values():
            file.close()


def _profile(grid: Grid, bands: int) -> dict[str, Any]:
    return {
        "driver": "GTiff",
        "dtype": "uint8",
        "count": bands,
        "height": grid.height,
        "width": grid.width,
        "crs": grid.crs,
        "transform": grid.transform,
        "nodata": NODATA,
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "compress": "deflate",
        "interleave": "band",
        "bigtiff": "IF_SAFER",
    }


def _overview_factors(grid: Grid) -> Sequence[int]:
    """Powers of two until the whole raster fits into a tile."""
    factors: list[int] = []
    while max(grid.shape) > BLOCK << len(factors):
        factors.append(2 << len(factors))
    return factors


@contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    """GDAL does not say why a write failed; for a file that could be created it is the disk."""
    with translated_errors(path):
        try:
            yield
        except RasterioError as error:  # before OSError, which some of these are as well
            cause = error.__cause__ or error
            raise NoSpace(
                f"{path} could not be written to its end ({cause}): the disk is full, or a quota is used up.",
                "Free some space, or choose another folder.",
            ) from error


def _require_whole(path: Path) -> None:
    """Check that all tiles lie within the file: GDAL keeps silent when the last writes fail.

    Raises:
        NoSpace: They do not.
    """
    size = path.stat().st_size
    with rasterio.open(path) as file:
        height, width = file.block_shapes[0]
        for band in file.indexes:
            for row in range(-(-file.height // height)):
                for col in range(-(-file.width // width)):
                    begin = file.get_tag_item(f"BLOCK_OFFSET_{col}_{row}", "TIFF", bidx=band)
                    length = file.get_tag_item(f"BLOCK_SIZE_{col}_{row}", "TIFF", bidx=band)
                    if not begin or not length or int(begin) + int(length) > size:
                        raise NoSpace(f"The end of {path} is missing.", "Free some space, or choose another folder.")
