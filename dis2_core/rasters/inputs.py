"""What a raster file holds, and whether a model can take it: everything known before a pixel is read.

Files come from strangers: sizes and types are checked here, before memory is taken.
"""

from __future__ import annotations

import math
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyproj
import rasterio
from affine import Affine
from pyproj.exceptions import ProjError
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.errors import NodataShadowWarning, NotGeoreferencedWarning, RasterioError

from ..contract.card import Modality, ModelCard
from ..contract.errors import GridMismatch, InputError, NoInput, UnknownModality, UnreadableRaster, WrongBands
from ..contract.segment_job import Event, Source
from .crs import same_crs
from .grid import Grid
from .ranges import range_warning
from .survey import Survey, survey
from .voids import VoidRules

MAX_SIDE = 10_000_000  # pixels; the Earth at 4 m
MAX_BLOCK = 1 << 30  # bytes; GDAL unpacks a whole block to read one pixel of it

#: GDAL's block cache would take 5 % of the machine's memory; sidecar files are looked for one by one.
GDAL_OPTIONS = {"GDAL_CACHEMAX": 128, "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE"}

_SCHEME = re.compile(r"^(/vsi|<|[A-Za-z][A-Za-z0-9_+.-]+:)")  # one letter and a colon is a Windows drive


@dataclass(frozen=True)
class RasterInput:
    """One input raster, examined and found usable. Plain values: no file stays open.

    Attributes:
        source: Where it comes from.
        modality: What the model takes it for.
        grid: Its own pixels; ``grid.crs`` is the horizontal CRS, None where the file has none.
        bands: 1-based numbers of the bands to read, in the order of the card's bands.
        scaling: (a, b) per band: value = a * stored + b.
        remarks: ``info`` and ``warning`` events about the file.
        survey: What a look at its pixels told; None where nobody looked.
    """

    source: Source
    modality: Modality
    grid: Grid
    bands: tuple[int, ...]
    scaling: tuple[tuple[float, float], ...]
    remarks: tuple[Event, ...] = ()
    survey: Survey | None = None

    @property
    def rules(self) -> VoidRules:
        """How its void pixels are told from the others."""
        plain = VoidRules(self.source, self.bands, self.scaling)
        if self.survey is None:
            return plain
        return replace(plain, fills=self.survey.fills, black_is_void=self.survey.black_is_void)

    @property
    def path(self) -> str:
        """The file, as the user gave it."""
        return self.source.path


def open_inputs(job_inputs: Mapping[str, Source], card: ModelCard) -> list[RasterInput]:
    """Examine the rasters of a job, in card order, and whether their values are those that the model knows.

    Raises:
        NoInput: The job has no input.
        UnknownModality: The card has no modality of a name.
        UnreadableRaster: A file is missing, no raster, or damaged.
        WrongBands: A raster has not the bands that the card calls for.
        GridMismatch: Some inputs have a CRS and some not, or none has and their sizes differ.
    """
    takes = "; ".join(modality.label for modality in card.modalities)
    if not job_inputs:
        raise NoInput("No input raster was given.", f"Model '{card.name}' takes one or more of: {takes}.")
    if unknown := sorted(set(job_inputs) - set(card.modality_names)):
        raise UnknownModality(f"Model '{card.name}' takes no modality '{unknown[0]}'.", f"It takes: {takes}.")
    present = [modality for modality in card.modalities if modality.name in job_inputs]
    return [_judged(item) for item in examine([(job_inputs[modality.name], modality) for modality in present])]


def _judged(item: RasterInput) -> RasterInput:
    """The input with a remark where its values cannot be what the model takes them for."""
    if item.survey is None:
        return item
    warning = range_warning(item.survey.tallies, item.modality, item.source, item.scaling[0])
    return item if warning is None else replace(item, remarks=(*item.remarks, warning))


def examine(sources: Sequence[tuple[Source, Modality]]) -> list[RasterInput]:
    """Examine rasters of one place, whatever for; see ``open_inputs``."""
    return _reconciled([describe(source, modality) for source, modality in sources])


def describe(source: Source, modality: Modality) -> RasterInput:
    """Examine one raster; see ``open_inputs``."""
    with opened(source.path) as dataset:
        bands, remarks = _choose_bands(source, modality, dataset)
        _check_types(source.path, modality, dataset, bands)
        _check_mask(source, dataset.count)
        grid = _grid_of(source.path, dataset)
        scaling = tuple(_scaling(source, dataset, band) for band in bands)
        seen = survey(dataset, modality, VoidRules(source, bands, scaling))
        return RasterInput(source, modality, grid, bands, scaling, (*remarks, *seen.remarks), seen)


def read_grid(path: str) -> Grid:
    """Return the grid of any raster.

    Raises:
        UnreadableRaster: The file is missing, no raster, or damaged.
    """
    with opened(path) as dataset:
        return _grid_of(path, dataset)


@contextmanager
def gdal_environment() -> Iterator[None]:
    """GDAL's options for as long as the ``with`` block lasts, and rasterio not warning of what we heed.

    Plain pixels are a case of ours, and nodata is regarded beside alpha: neither is news to the user.
    """
    with rasterio.Env(**GDAL_OPTIONS), warnings.catch_warnings():
        for category in (NotGeoreferencedWarning, NodataShadowWarning):
            warnings.simplefilter("ignore", category)
        yield


@contextmanager
def opened(path: str) -> Iterator[rasterio.DatasetReader]:
    """Open a raster for as long as the ``with`` block lasts; see ``open_dataset``."""
    with rasterio.Env(**GDAL_OPTIONS), open_dataset(path) as dataset:
        yield dataset


def open_dataset(path: str) -> rasterio.DatasetReader:
    """Open a raster and check the sizes that it declares.

    Raises:
        UnreadableRaster: The file is missing, no raster, damaged, or too large to be true.
    """
    try:
        dataset = rasterio.open(path, sharing=False)
    except (RasterioError, ValueError, OSError) as error:
        raise _cannot_open(path, str(error)) from error
    try:
        _check_sizes(path, dataset)
    except InputError:
        dataset.close()
        raise
    return dataset


def damaged(path: str, detail: str) -> UnreadableRaster:
    """The error of a file that GDAL opens but cannot read."""
    return UnreadableRaster(
        f"{path} is damaged: {detail}", "Fetch the file again; an interrupted copy is the usual cause."
    )


def _cannot_open(path: str, detail: str) -> UnreadableRaster:
    """Missing, forbidden, empty, no raster or damaged: each calls for something else."""
    if not _SCHEME.match(path):
        file = Path(path)
        if not file.exists():
            return UnreadableRaster(f"There is no file {path}.", "Check the path.")
        if not os.access(file, os.R_OK):
            return UnreadableRaster(f"{path} may not be read by this user.", "Change its permissions.")
        if file.is_file() and file.stat().st_size == 0:
            return UnreadableRaster(f"{path} is empty.", "Fetch the file again.")
    if "not recognized as being in a supported file format" in detail or Path(path).is_dir():
        return UnreadableRaster(f"{path} is not a raster that GDAL can read.", "Give a GeoTIFF, say.")
    if _SCHEME.match(path):
        return UnreadableRaster(f"{path} cannot be opened: {detail}", "Check the name.")
    return damaged(path, detail)


def _check_sizes(path: str, dataset: rasterio.DatasetReader) -> None:
    if dataset.count == 0:
        inside = ", ".join(dataset.subdatasets[:3])
        hint = f"Give one of the rasters that it contains: {inside}." if inside else "Give another file."
        raise UnreadableRaster(f"{path} holds no raster band.", hint)
    if not (0 < dataset.height <= MAX_SIDE and 0 < dataset.width <= MAX_SIDE):
        raise UnreadableRaster(
            f"{path} declares {dataset.width} × {dataset.height} pixels; at most {MAX_SIDE} a side are read.",
            "Cut the region out first, with gdal_translate -projwin, say.",
        )
    for (rows, cols), dtype in zip(dataset.block_shapes, dataset.dtypes, strict=True):
        if rows * cols * _itemsize(dtype) > MAX_BLOCK:
            raise UnreadableRaster(
                f"{path} is stored in blocks of {cols} × {rows} pixels, too large to read piece by piece.",
                "Rewrite it with gdal_translate -co TILED=YES.",
            )


def _itemsize(dtype: str) -> int:
    return 4 if dtype == "complex_int16" else int(np.dtype(dtype).itemsize)


def _choose_bands(
    source: Source, modality: Modality, dataset: rasterio.DatasetReader
) -> tuple[tuple[int, ...], tuple[Event, ...]]:
    """The bands that the source names, or the first ones that hold data: a mask does not, and alpha is one."""
    needed = len(modality.bands)
    masks = {source.mask_band}
    if source.mask == "auto":
        masks = {band for band in dataset.indexes if dataset.colorinterp[band - 1] == ColorInterp.alpha}
    present = [band for band in dataset.indexes if band not in masks]
    if source.bands:
        _check_named_bands(source, modality, dataset.count)
        return source.bands, ()
    if modality.kind in ("optical", "spectral") and dataset.colorinterp[0] == ColorInterp.palette:
        raise WrongBands(
            f"{source.path} holds numbers of palette colours, not measured values.",
            "Expand the palette first: gdal_translate -expand rgb, or 'PCT to RGB' in QGIS.",
        )
    if len(present) < needed:
        raise WrongBands(
            f"{source.path} has {_count(len(present), 'band')}; the model expects {needed}: {modality.label}.",
            "Give a raster with these bands; bands in separate files are joined with gdalbuildvrt -separate.",
        )
    chosen = tuple(present[:needed])
    if len(present) == needed:
        return chosen, ()
    text = (
        f"{source.path} has {len(present)} bands; {modality.label} is read from "
        f"{', '.join(map(str, chosen))}. Choose others with --bands {modality.name}=…"
    )
    return chosen, (Event("info", {"text": text}),)


def _check_named_bands(source: Source, modality: Modality, count: int) -> None:
    if len(source.bands) != len(modality.bands):
        raise WrongBands(
            f"{_count(len(source.bands), 'band')} chosen for {source.path}; the model expects "
            f"{len(modality.bands)}: {modality.label}.",
            "Name one band of the file for each band of the model.",
        )
    if max(source.bands) > count:
        raise WrongBands(
            f"{source.path} has {_count(count, 'band')} and so no band {max(source.bands)}.",
            f"Choose among 1 to {count} for {modality.label}.",
        )


def _check_mask(source: Source, count: int) -> None:
    if source.mask_band is not None and source.mask_band > count:
        raise WrongBands(
            f"{source.path} has {_count(count, 'band')} and so no band {source.mask_band} to be its mask.",
            "Name a band of the file, or say none.",
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _check_types(path: str, modality: Modality, dataset: rasterio.DatasetReader, bands: Sequence[int]) -> None:
    if any(dataset.dtypes[band - 1].startswith("complex") for band in bands):
        raise WrongBands(
            f"{path} holds complex numbers; the model expects real ones: {modality.label}.",
            "Compute amplitude or intensity first.",
        )


def _scaling(source: Source, dataset: rasterio.DatasetReader, band: int) -> tuple[float, float]:
    scale, offset = source.scale or (dataset.scales[band - 1], dataset.offsets[band - 1])
    if not (math.isfinite(scale) and math.isfinite(offset) and scale != 0):
        raise damaged(source.path, f"band {band} declares scale {scale} and offset {offset}.")
    return float(scale), float(offset)


def _grid_of(path: str, dataset: rasterio.DatasetReader) -> Grid:
    transform = dataset.transform
    if not all(map(math.isfinite, transform[:6])) or transform.determinant == 0:
        raise damaged(path, "its geotransform is not one that pixels can have.")
    if not dataset.crs and dataset.gcps[0]:
        raise GridMismatch(f"{path} has ground control points instead of a grid.", "Rectify it first with gdalwarp.")
    crs = _horizontal_crs(path, dataset.crs) if dataset.crs else None
    return Grid(crs, Affine(*transform[:6]), dataset.height, dataset.width)


def _horizontal_crs(path: str, crs: CRS) -> str | None:
    """WKT without a vertical part, which would shift heights; None for a drawing's local coordinates."""
    wkt = str(crs.to_wkt())
    try:
        parsed = pyproj.CRS.from_wkt(wkt)
    except ProjError as error:
        raise GridMismatch(
            f"{path} has a CRS that PROJ does not understand: {error}", "Assign the right CRS with gdal_edit.py -a_srs."
        ) from error
    if parsed.is_engineering:
        return None
    return str(parsed.sub_crs_list[0].to_wkt()) if parsed.is_compound else wkt


def _reconciled(inputs: list[RasterInput]) -> list[RasterInput]:
    """One spelling for each CRS, or one pixel grid for all."""
    lacking = [item.path for item in inputs if item.grid.crs is None]
    if len(lacking) == len(inputs):
        return _on_one_pixel_grid(inputs)
    if lacking:
        raise GridMismatch(
            f"{', '.join(lacking)} has no CRS, but other inputs have one.",
            "Assign a CRS to it, with gdal_edit.py -a_srs or 'Assign projection' in QGIS.",
        )
    known: list[str] = []
    for item in inputs:
        if item.grid.crs is not None and not any(same_crs(item.grid.crs, crs) for crs in known):
            known.append(item.grid.crs)
    return [
        replace(item, grid=replace(item.grid, crs=next(crs for crs in known if same_crs(item.grid.crs or "", crs))))
        for item in inputs
    ]


def _on_one_pixel_grid(inputs: list[RasterInput]) -> list[RasterInput]:
    """Rasters without CRS: of one size, and nothing may say that they lie in different places."""
    first = inputs[0]
    placed = [item for item in inputs if not item.grid.transform.is_identity] or [first]
    grid = placed[0].grid
    for item in inputs:
        if item.grid.shape != first.grid.shape:
            sizes = ", ".join(f"{i.path} ({i.grid.width} × {i.grid.height})" for i in (first, item))
            raise GridMismatch(f"The inputs have no CRS and differ in size: {sizes}.", "Assign a CRS to each of them.")
    for item in placed:
        if not item.grid.same_pixels(grid):
            raise GridMismatch(
                f"{placed[0].path} and {item.path} have no CRS, and their world coordinates differ.",
                "Assign a CRS to each of them.",
            )
    return [replace(item, grid=grid) for item in inputs]
