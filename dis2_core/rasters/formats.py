"""Which of GDAL's drivers may open a name, and the files beside it that GDAL would open unasked.

A file named as a picture is a picture. GDAL goes by content: a VRT or WMS text named ``.tif`` would ask a server, or
read any file. What draws on other files has to be named as such: ``.vrt``, an address, a connection string.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import rasterio

from ..contract.errors import UnreadableRaster

#: Drivers that read the named file and nothing beyond it but its own side files; some builds of GDAL lack some.
_PICTURES = (
    "AAIGrid ACE2 AIG AVIF BAG BIGGIF BMP BSB BT BYN CEOS COSAR DTED ECW EHdr ELAS ENVI ESAT FITS GFF GIF GPKG "
    "GRASSASCIIGrid GRIB GS7BG GSAG GSBG GTX GTiff GXF HDF4 HDF4Image HDF5 HDF5Image HEIF HF2 HFA JP2ECW JP2KAK "
    "JP2MrSID JP2OpenJPEG JPEG JPEGLS JPEGXL KEA L1B LAN LCP LIBERTIFF Leveller MBTiles MrSID NGSGEOID NITF NTv2 "
    "NWT_GRC NWT_GRD PCIDSK PCRaster PDS PNG PNM R RIK RMF ROI_PAC RRASTER RST Rasterlite S102 S104 S111 SAGA SGI "
    "SIGDEM SNAP_TIFF SRTMHGT Terragen TGA USGSDEM VICAR WEBP XPM XYZ ZMap netCDF"
)

#: Products of satellites: a folder, or a text in it that names its files.
_PRODUCTS = "DIMAP RS2 SAFE SAR_CEOS SENTINEL2 TSX Zarr"

#: Endings of descriptions of rasters that lie elsewhere.
DESCRIPTIONS = (".gti", ".mrf", ".vrt", ".wcs", ".wms", ".wmts", ".xml")

#: What GDAL opens beside a picture without asking what it is: after the name, and instead of its ending.
_BESIDE = (".msk", ".ovr", ".aux.xml")
_OF_STEM = (".aux", ".xml", ".IMD", ".RPB", "_rpc.txt", "_RPC.TXT")

_ADDRESS = re.compile(r"^(/vsi|[A-Za-z][A-Za-z0-9+.-]+://)")
_VIRTUAL = re.compile(r"vrt://", re.IGNORECASE)  # GDAL's short form of a VRT
_CONNECTION = re.compile(r"^(<|[A-Za-z][A-Za-z0-9_+.-]+:)")  # one letter and a colon is a Windows drive
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_ELSEWHERE = re.compile(r"[/\\<:]")


def is_file_name(path: str) -> bool:
    """Whether a name is that of a file or folder here: no address, no archive's member, no connection string."""
    return not (_ADDRESS.match(path) or (_CONNECTION.match(path) and not os.path.exists(path)))


def allowed_drivers(path: str) -> list[str] | None:
    """The drivers that may open a name; None: all, because the name says that it draws on what lies elsewhere."""
    if _VIRTUAL.match(path):
        return None
    if _CONNECTION.match(path) and not _ADDRESS.match(path) and not os.path.exists(path):
        return None
    name = path.split("?")[0] if _ADDRESS.match(path) else path
    if name.lower().endswith(DESCRIPTIONS):
        return None
    return f"{_PICTURES} {_PRODUCTS}".split() if os.path.isdir(path) else _PICTURES.split()


def describes_another(path: str) -> bool:
    """Whether a file that no driver opens is a text that describes a raster elsewhere."""
    if not (is_file_name(path) and os.path.isfile(path)):
        return False
    with Path(path).open("rb") as file:
        return file.read(512).lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<VRT", b"<GDAL", b"<WCS", b"<MRF", b"<GTI"))


def check_companions(path: str) -> None:
    """Check a file and what GDAL opens beside it: it waits at pipes, and takes masks and overviews by any driver.

    Raises:
        UnreadableRaster: One of them is a pipe or a device, or no picture.
    """
    if not is_file_name(path):
        return
    stem = os.path.splitext(path)[0]
    for name in (path, *(path + suffix for suffix in _BESIDE), *(stem + ending for ending in _OF_STEM)):
        require_file(name)
    for suffix, what in ((".msk", "mask"), (".ovr", "overviews")):
        companion = Path(path + suffix)
        if companion.is_file():
            with companion.open("rb") as file:
                start = file.read(4)
            if start not in _TIFF and not start.startswith(b"EHFA"):
                raise UnreadableRaster(
                    f"{companion}, which stands for the {what} of {path}, is no GeoTIFF.",
                    "Delete it, or fetch it again.",
                )
    _check_notes(Path(f"{path}.aux.xml"))


def require_file(path: str) -> None:
    """Check that a name is no pipe and no device: a read from one may never end, and GDAL opens whatever is there.

    Raises:
        UnreadableRaster: It is.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):  # not there, or no name that can be: whoever opens it says so
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise UnreadableRaster(f"{path} is no regular file but a pipe or a device.", "Copy what it holds into a file.")


def _check_notes(notes: Path) -> None:
    """Check that GDAL's notes end: it drops torn ones without a word, and with them CRS, nodata and units."""
    if notes.is_file():
        with notes.open("rb") as file:
            begins = file.read(512).lstrip().startswith(b"<PAMDataset")
            file.seek(max(0, notes.stat().st_size - 512))
            ends = file.read().rstrip().endswith((b"</PAMDataset>", b"/>"))
        if begins and not ends:
            raise UnreadableRaster(
                f"{notes} is damaged, bytes are missing: what it said of CRS, nodata and units is lost.",
                "Fetch it again, or delete it if nothing in it matters.",
            )


def check_references(path: str, dataset: rasterio.DatasetReader) -> None:
    """Check what a raster draws on: no pipes, and overviews beside it, which could be any file or address.

    Raises:
        UnreadableRaster: A source is a pipe or a device, or the overviews lie elsewhere.
    """
    if allowed_drivers(path) is None:
        for name in dataset.files:
            require_file(name)
    named = dataset.tags(ns="OVERVIEWS").get("OVERVIEW_FILE", "").removeprefix(":::BASE:::")
    if _ELSEWHERE.search(named):
        raise UnreadableRaster(
            f"{path} draws on another file for its overviews: {named[:100]}.",
            "Copy it with gdal_translate, which leaves them out.",
        )
