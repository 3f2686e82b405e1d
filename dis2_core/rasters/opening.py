"""Opening a raster: with a driver that its name allows, and sizes that can be true.

Files come from strangers: what they declare is checked here, before memory is taken.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import rasterio
from rasterio.enums import Interleaving
from rasterio.errors import NodataShadowWarning, NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader

from ..contract.errors import Dis2Error, InputError, ResourceError, UnreadableRaster
from ..contract.names import check_names
from .formats import allowed_drivers, check_companions, check_references, describes_another, is_file_name
from .libraries import failure, require_proj, words

MAX_SIDE = 10_000_000  # pixels; the Earth at 4 m
MAX_BLOCK = 1 << 30  # bytes; GDAL unpacks a whole block, of all bands where they are interleaved, to read one pixel

BLOCK_CACHE = 32 << 20  # bytes, of all files together; GDAL alone would take 5 % of the machine's memory

#: rasterio takes the size of the cache in bytes, unlike GDAL's own option; sidecar files are looked for one by one;
#: where a PNG is read as a whole GDAL does not notice that its end is missing. A server that is overloaded is asked
#: again, one that says nothing for half a minute is given up; what came of an answer that was torn off is not kept for
#: the next try.
GDAL_OPTIONS = {
    "GDAL_CACHEMAX": BLOCK_CACHE,
    "GDAL_DISABLE_READDIR_ON_OPEN": "TRUE",
    "GDAL_PNG_WHOLE_IMAGE_OPTIM": "NO",
    "GDAL_HTTP_MAX_RETRY": 3,
    "GDAL_HTTP_RETRY_DELAY": 1,
    "GDAL_HTTP_CONNECTTIMEOUT": 15,
    "GDAL_HTTP_LOW_SPEED_LIMIT": 1,
    "GDAL_HTTP_LOW_SPEED_TIME": 30,
    "CPL_VSIL_CURL_NON_CACHED": "/vsicurl/:/vsis3/:/vsigs/:/vsiaz/",
}


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
            f"{path} is stored in blocks of {cols} × {rows} pixels and {counted(dataset.count, 'band')}, "
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


def counted(number: int, noun: str) -> str:
    """``1 band``, ``2 bands``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
