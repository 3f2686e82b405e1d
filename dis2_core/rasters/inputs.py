"""What a raster file holds, and whether a model can take it: everything known before a pixel is read.

Files come from strangers: sizes and types are checked here, before memory is taken.
"""

from __future__ import annotations

import math
import os
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
from rasterio.enums import ColorInterp, Interleaving
from rasterio.errors import NodataShadowWarning, NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from ..contract.card import Modality, ModelCard
from ..contract.errors import (
    Dis2Error,
    GridMismatch,
    InputError,
    NoInput,
    ResourceError,
    UnknownModality,
    UnreadableRaster,
    WrongBands,
)
from ..contract.names import check_names
from ..contract.segment_job import Event, Source
from .crs import crs_name, full_turn, near_meridian, project, same_crs
from .formats import allowed_drivers, check_companions, check_references, describes_another, is_file_name
from .grid import Grid, format_bounds, place
from .libraries import failure, require_proj, words
from .values.ranges import range_warning
from .values.survey import Survey, survey
from .values.units import card_scaling
from .values.voids import VoidRules

MAX_SIDE = 10_000_000  # pixels; the Earth at 4 m
MAX_BLOCK = 1 << 30  # bytes; GDAL unpacks a whole block, of all bands where they are interleaved, to read one pixel
PIXEL_SIZES = (1e-10, 1e7)  # CRS units; 0.01 mm in degrees, a quarter of the Earth's circumference in metres
SMALLEST = 1e-3  # units of a map projection; pixels below a millimetre are those of degrees

#: GDAL's block cache would take 5 % of the machine's memory; sidecar files are looked for one by one; where a PNG is
#: read as a whole GDAL does not notice that its end is missing.
GDAL_OPTIONS = {
    "GDAL_CACHEMAX": 128,
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",
}


@dataclass(frozen=True)
class RasterInput:
    """One input raster, examined and found usable. Plain values: no file stays open.

    Attributes:
        source: Where it comes from.
        modality: What the model takes it for.
        grid: Its own pixels; ``grid.crs`` is the horizontal CRS, None where the file has none.
        bands: 1-based numbers of the bands to read, in the order of the card's bands.
        scaling: (a, b) per band: value = a * stored + b, in the card's unit.
        remarks: ``info`` and ``warning`` events about the file.
        block: Bytes of one of its blocks, of all bands that are unpacked with it.
        survey: What a look at its pixels told; None where nobody looked.
    """

    source: Source
    modality: Modality
    grid: Grid
    bands: tuple[int, ...]
    scaling: tuple[tuple[float, float], ...]
    remarks: tuple[Event, ...] = ()
    block: int = 0
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
    return _on_one_side(_reconciled([describe(source, modality) for source, modality in sources]))


def describe(source: Source, modality: Modality) -> RasterInput:
    """Examine one raster; see ``open_inputs``."""
    with opened(source.path) as dataset:
        bands, remarks = _choose_bands(source, modality, dataset)
        _check_types(source.path, modality, dataset, bands)
        _check_mask(source, dataset.count)
        scaling, about_units = card_scaling(source, modality, dataset, bands)
        seen = survey(dataset, modality, VoidRules(source, bands, scaling))
        return RasterInput(
            source=source,
            modality=modality,
            grid=_grid_of(source.path, dataset),
            bands=bands,
            scaling=scaling,
            remarks=(*remarks, *about_units, *_remarks(source.path, dataset), *seen.remarks),
            block=block_size(dataset),
            survey=seen,
        )


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
    """Open a raster with a driver that its name allows, and check the sizes that it declares.

    Raises:
        UnreadableRaster: The file is missing, no raster, damaged, or too large to be true.
        ResourceError: PROJ does not work, or the process has too many files open.
    """
    check_names(path)
    require_proj()
    try:
        check_companions(path)
        with rasterio.Env(**GDAL_OPTIONS):
            dataset = DatasetReader(path, driver=allowed_drivers(path), sharing=False)
    except (RasterioError, ValueError, OSError) as error:
        raise _cannot_open(path, words(error)) from error
    try:
        _check_sizes(path, dataset)
        check_references(path, dataset)
    except InputError:
        dataset.close()
        raise
    return dataset


def unreadable(path: str, what: str, error: BaseException) -> InputError | ResourceError:
    """The error of a file that GDAL opens but cannot read, in GDAL's words.

    Args:
        path: The file.
        what: What cannot be read of it.
        error: What was raised.
    """
    hint = "Fetch the file again, or look at it with gdalinfo -checksum."
    return failure(f"{path}: {what} cannot be read: {words(error)}", hint, UnreadableRaster)


def _cannot_open(path: str, said: str) -> Dis2Error:
    """Missing, forbidden, empty, no raster or damaged: each calls for something else."""
    if is_file_name(path):
        file = Path(path)
        if not file.exists():
            return UnreadableRaster(f"There is no file {path}.", "Check the path.")
        if not os.access(file, os.R_OK):
            return UnreadableRaster(f"{path} may not be read by this user.", "Change its permissions.")
        if file.is_file() and file.stat().st_size == 0:
            return UnreadableRaster(f"{path} is empty.", "Fetch the file again.")
        if "not recognized" in said and describes_another(path):
            return UnreadableRaster(
                f"{path} is no picture: it describes a raster that lies elsewhere.",
                "If you trust it, give it a name that says so, one that ends in .vrt or .xml.",
            )
    if "not recognized as being in a supported file format" in said or Path(path).is_dir():
        return UnreadableRaster(f"{path} is not a raster that GDAL can read.", "Give a GeoTIFF, say.")
    return failure(f"{path} cannot be opened: {said}", "Check the name and the file.", UnreadableRaster)


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
    if (size := block_size(dataset)) > MAX_BLOCK:
        rows, cols = dataset.block_shapes[0]
        raise UnreadableRaster(
            f"{path} is stored in blocks of {cols} × {rows} pixels and {_count(dataset.count, 'band')}, "
            f"{size / 1e6:,.0f} MB each; at most {MAX_BLOCK / 1e6:,.0f} MB can be unpacked at once.",
            "Rewrite it with gdal_translate -co TILED=YES -co INTERLEAVE=BAND.",
        )


def block_size(dataset: rasterio.DatasetReader) -> int:
    """Bytes that GDAL unpacks in order to read one pixel of one band."""
    sizes = [
        rows * cols * _itemsize(dtype) for (rows, cols), dtype in zip(dataset.block_shapes, dataset.dtypes, strict=True)
    ]
    return sum(sizes) if dataset.interleaving == Interleaving.pixel else max(sizes)


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
    if (order := _declared_order(modality, dataset, present)) not in ((), chosen):
        return chosen, (_wrong_order(source.path, modality, chosen, order),)
    if len(present) == needed:
        return chosen, ()
    text = (
        f"{source.path} has {len(present)} bands; {modality.label} is read from "
        f"{', '.join(map(str, chosen))}. Choose others with --bands {modality.name}=…"
    )
    return chosen, (Event("info", {"text": text}),)


def _declared_order(modality: Modality, dataset: rasterio.DatasetReader, present: Sequence[int]) -> tuple[int, ...]:
    """The bands in the card's order, where its bands are colours and the file says which band is which; else none."""
    colours = {dataset.colorinterp[band - 1].name: band for band in reversed(present)}
    names = [band.name.casefold() for band in modality.bands]
    return tuple(colours[name] for name in names) if set(names) <= set(colours) & {"red", "green", "blue"} else ()


def _wrong_order(path: str, modality: Modality, chosen: Sequence[int], order: Sequence[int]) -> Event:
    names = ", ".join(band.name for band in modality.bands)
    read, said = (", ".join(map(str, bands)) for bands in (chosen, order))
    text = (
        f"{path} says that {names} are its bands {said}, but they are read from {read}. If the file is right, say "
        f"--bands {modality.name}={said.replace(' ', '')}; if it is not, the same option with {read.replace(' ', '')}."
    )
    return Event("warning", {"code": "band-order", "text": text})


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


def _remarks(path: str, dataset: rasterio.DatasetReader) -> tuple[Event, ...]:
    """What a person should know of where a file's pixels come from, and where they lie."""
    remarks = []
    if allowed_drivers(path) is None and (drawn_on := [name for name in dataset.files if not name.startswith(path)]):
        more = f" and {len(drawn_on) - 3} more" if len(drawn_on) > 3 else ""
        text = f"{path} draws on other files: {', '.join(drawn_on[:3])}{more}."
        remarks.append(Event("info", {"text": text}))
    if dataset.crs and _horizontal_crs(path, dataset.crs) is None:
        text = f"{path} has coordinates of its own, tied to no place on the ground: it is read as if it had no CRS."
        remarks.append(Event("warning", {"code": "crs", "text": text}))
    return tuple(remarks)


def _grid_of(path: str, dataset: rasterio.DatasetReader) -> Grid:
    transform = dataset.transform
    _check_place(path, dataset)
    crs = _horizontal_crs(path, dataset.crs) if dataset.crs else None
    grid = Grid(crs, Affine(*transform[:6]), dataset.height, dataset.width).straightened()
    _check_units(path, grid)
    return grid


def _check_units(path: str, grid: Grid) -> None:
    """Check that degrees are degrees and metres are metres: assigning the wrong CRS is the commonest mistake."""
    hint = "Its CRS is not the one that its coordinates are in: assign the right one with gdal_edit.py -a_srs."
    west, south, east, north = grid.bounds
    if (turn := full_turn(grid.crs)) is not None:
        span = max(-south, north, 0.0) / (turn / 4), max(-west, east, 0.0) / turn
        if span[0] > 1.01 or span[1] > 2:
            raise GridMismatch(
                f"{path} is in {crs_name(grid.crs)}, longitude and latitude, but lies at {format_bounds(grid.bounds)}: "
                "these are no degrees.",
                hint,
            )
    elif grid.crs is not None and min(grid.resolution) < SMALLEST:
        raise GridMismatch(
            f"{path} is in {crs_name(grid.crs)}, but its pixels are {min(grid.resolution):g} units large, at "
            f"{format_bounds(grid.bounds)}: these may be degrees.",
            hint,
        )


def _check_place(path: str, dataset: rasterio.DatasetReader) -> None:
    """Check that a raster's pixels lie somewhere, and have a size that pixels can have."""
    transform = dataset.transform
    if transform.is_identity and dataset.gcps[0]:
        raise GridMismatch(f"{path} has ground control points instead of a grid.", "Rectify it first with gdalwarp.")
    if transform.is_identity and dataset.rpcs is not None:
        raise GridMismatch(
            f"{path} has rational polynomial coefficients (RPC) instead of a grid.",
            "Rectify it first, with gdalwarp -rpc and a terrain model.",
        )
    if transform.is_identity and dataset.crs:
        raise GridMismatch(
            f"{path} has a CRS, but nothing says where its pixels lie in it.",
            "Give it its place with gdal_edit.py -a_ullr, or take the CRS away with -unsetsrs.",
        )
    sides = math.hypot(transform.a, transform.d), math.hypot(transform.b, transform.e)
    if not (all(map(math.isfinite, transform[:6])) and all(PIXEL_SIZES[0] <= side <= PIXEL_SIZES[1] for side in sides)):
        raise GridMismatch(
            f"{path} declares pixels of {sides[0]:g} × {sides[1]:g} units at {transform.c:g}, {transform.f:g}: "
            "no pixels have these.",
            "Set the right size and place with gdal_edit.py -a_ullr.",
        )
    if abs(transform.determinant) < 1e-6 * sides[0] * sides[1]:
        raise GridMismatch(
            f"{path} declares pixels without area: rows and columns run the same way.",
            "Set the right size and place with gdal_edit.py -a_gt.",
        )


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


def _on_one_side(inputs: list[RasterInput]) -> list[RasterInput]:
    """Longitudes by whole turns, so that all inputs lie near the first one, also across the date line."""
    first = inputs[0].grid
    if first.crs is None:
        return inputs
    return [replace(item, grid=_beside(item.grid, first, first.crs)) for item in inputs]


def _beside(grid: Grid, first: Grid, crs: str) -> Grid:
    turn = full_turn(grid.crs)
    if turn is None or grid.crs is None:
        return grid
    xs, ys = place(first.transform, first.width / 2, first.height / 2)
    meridian = project(([xs], [ys]), crs, grid.crs)[0] if grid.crs != crs else np.array([xs])
    middle = np.array([(grid.bounds[0] + grid.bounds[2]) / 2])
    shift = near_meridian(middle, float(meridian[0]), turn)[0] - middle[0] if np.isfinite(meridian[0]) else 0.0
    t = grid.transform
    return replace(grid, transform=Affine(t.a, t.b, t.c + shift, t.d, t.e, t.f)) if shift else grid


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
