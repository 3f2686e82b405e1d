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
from rasterio.vrt import WarpedVRT

from ..contract.card import NODATA, ModelCard
from ..contract.styles import (
    Category,
    category_names,
    class_categories,
    palette_style,
    ramp_style,
    scenario_categories,
)
from ..rasters.geotiff import BLOCK, GeoTiffWriter, Storage, write_errors
from ..rasters.grid import Box, Grid
from ..rasters.mosaic import Mosaic, Tile
from ..run.disk import translated_errors
from ..run.targets import STYLE

Bytes = npt.NDArray[np.uint8]

#: What stands for a confidence, a familiarity and a probability of 1.
CONFIDENCE_MAXIMUM = 100
FAMILIARITY_MAXIMUM = 100
PROBABILITY_MAXIMUM = 250

RASTERS = ("scenario", "probabilities", "familiarity", "confidence", "classes")


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


def layouts(card: ModelCard, *, uncertain: bool = False) -> dict[str, Layout]:
    """The rasters that a run can write, by output name.

    Args:
        card: The model's card.
        uncertain: Whether the class raster may hold *uncertain* pixels.
    """
    return {
        "scenario": Layout(("modalities",), scenario_categories(card), kept=0.2),
        "probabilities": Layout(card.class_names, maximum=PROBABILITY_MAXIMUM, kept=0.6),
        "familiarity": Layout(("familiarity (%)",), maximum=FAMILIARITY_MAXIMUM, kept=0.3),
        "confidence": Layout(("confidence (%)",), maximum=CONFIDENCE_MAXIMUM, kept=0.8),
        "classes": Layout(("class",), class_categories(card, uncertain=uncertain), kept=0.4),
    }


def estimated_size(layout: Layout, grid: Grid, storage: Storage | None = None) -> int:
    """Bytes that a raster will about take on the disk, overviews included."""
    kept = 1.0 if storage is not None and storage.compression in ("NONE", "PACKBITS") else layout.kept
    return int(grid.height * grid.width * len(layout.bands) * kept * 4 / 3)


class RasterWriter(GeoTiffWriter):
    """Writes one of the outputs with its colours, and beside it its style and names; see ``GeoTiffWriter``.

    Args:
        path: The file; its style and names are written beside it.
        grid: Its pixels.
        layout: What it holds.
        tags: Notes for the file's metadata.
        storage: How it is stored.
    """

    def __init__(
        self, path: Path, grid: Grid, layout: Layout, tags: Mapping[str, str], storage: Storage | None = None
    ) -> None:
        super().__init__(path, grid, layout.bands, dtype="uint8", nodata=NODATA, tags=tags, storage=storage)
        self._layout = layout
        with write_errors(path):
            if layout.categories:
                colors = {item.value: item.rgba for item in layout.categories}
                self.file.write_colormap(1, {**colors, NODATA: (0, 0, 0, 0)})
            if layout.maximum == PROBABILITY_MAXIMUM:
                self.file.scales = [1 / PROBABILITY_MAXIMUM] * len(layout.bands)

    def finish(self, resampling: Resampling | None = None) -> None:
        """Add overviews and side files, and close.

        Raises:
            NoSpace: The disk is full.
        """
        super().finish(resampling or self._layout.overview_resampling)
        write_side_files(self._path, self._layout.style, self._layout.categories)


def write_side_files(path: Path, style: str, categories: Sequence[Category] = ()) -> None:
    """Write the style of a raster and the names of its values beside it; no style: the one that is there stays.

    Raises:
        NoSpace: The disk is full.
    """
    with translated_errors(path):
        if style:
            path.with_suffix(STYLE).write_text(style, encoding="utf-8")
        if categories:
            names = path.with_name(path.name + ".aux.xml")
            names.write_text(category_names(categories), encoding="utf-8")


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
        known: What each of them holds; see ``layouts``.
        tags: Notes for their metadata.
        storage: How they are stored.
    """

    def __init__(
        self,
        paths: Mapping[str, Path],
        grid: Grid,
        known: Mapping[str, Layout],
        tags: Mapping[str, str],
        storage: Storage | None = None,
    ) -> None:
        self._writers: dict[str, RasterWriter] = {}
        try:
            for name, path in paths.items():
                self._writers[name] = RasterWriter(path, grid, known[name], tags, storage)
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


def warped_rows(
    paths: Mapping[str, Path], source: Grid, target: Grid, card: ModelCard, part: Box | None = None
) -> Iterator[MapRows]:
    """Bring the rasters of a run onto another grid, ``BLOCK`` rows at a time.

    Classes and scenarios take the nearest pixel, quantities are interpolated; nodata is where the
    classes have it. GDAL places the pixels of what it warps at once by interpolation along its rows: the
    blocks lie on a fixed lattice, so that a pixel does not depend on what else is asked for.

    Args:
        paths: Rasters on ``source`` by output name.
        source: The grid that they were made on.
        target: The grid to bring them to.
        card: The model's card.
        part: The pixels of the target that are wanted; None: all. Rows are counted from their first.
    """
    known = layouts(card)
    top, left, bottom, right = part or (0, 0, target.height, target.width)
    with _opened(paths) as files:
        for row in range(top // BLOCK * BLOCK, bottom, BLOCK):
            first, last = max(row, top), min(row + BLOCK, bottom)
            rasters = {
                name: _warped_row(file, target, known[name], row, (left, right))[:, first - row : last - row]
                for name, file in files.items()
            }
            nothing = rasters["classes"] == NODATA
            values = {name: np.where(nothing, NODATA, raster) for name, raster in rasters.items()}
            yield MapRows(first - top, values)


def _warped_row(file: Any, target: Grid, layout: Layout, row: int, columns: tuple[int, int]) -> Bytes:
    """A row of blocks of the target from its first wanted column to the last."""
    left, right = columns
    begin, height = left // BLOCK * BLOCK, min(BLOCK, target.height - row)
    blocks = [
        _warped(file, target.window(row, col, height, min(BLOCK, target.width - col)), layout)
        for col in range(begin, right, BLOCK)
    ]
    return np.concatenate(blocks, axis=2)[:, :, left - begin : right - begin]


def framed(path: Path, whole: Grid, place: tuple[int, int]) -> Path:
    """A VRT beside a raster that shows it where it belongs in a larger one; all else is no data.

    Args:
        path: The raster.
        whole: The pixels of the larger one.
        place: Row and column of the raster's first pixel.
    """
    with rasterio.open(path) as part:
        nodata, kinds, (height, width) = part.nodata, part.dtypes, part.shape
    frame = Mosaic(whole, kinds, (nodata,) * len(kinds))
    vrt = path.with_suffix(".vrt")
    frame.write(vrt, [Tile(path.name, *place, height, width)], relative=True)
    return vrt


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
