"""Coordinate reference systems, as WKT: what they mean, whether two are one, from one to the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyproj
import rasterio.crs
from numpy.typing import NDArray
from pyproj.exceptions import ProjError
from rasterio.errors import CRSError

from ..contract.errors import GridMismatch
from .libraries import words

Coordinates = NDArray[np.float64]


@lru_cache(maxsize=32)
def parse_crs(crs: str) -> pyproj.CRS:
    """The CRS without a datum shift bound to it (``TOWGS84``), which hides the projection."""
    parsed = pyproj.CRS.from_wkt(crs)
    return parsed.source_crs if parsed.is_bound and parsed.source_crs else parsed


@lru_cache(maxsize=32)
def full_turn(crs: str | None) -> float | None:
    """Units from a meridian once around the Earth to itself, where the first coordinate is a longitude; else None."""
    parsed = parse_crs(crs) if crs else None
    if parsed is None or not parsed.is_geographic:
        return None
    return 2 * math.pi / float(parsed.axis_info[0].unit_conversion_factor)


def near_meridian(longitudes: Coordinates, meridian: float, turn: float) -> Coordinates:
    """Longitudes by whole turns, so that each lies as near to a meridian as it can: 179.9° E is next to 179.9° W."""
    return np.asarray(longitudes - turn * np.round((longitudes - meridian) / turn))


def crs_name(crs: str | None) -> str:
    """A CRS as a person knows it: ``EPSG:2154``, or its name."""
    if crs is None:
        return "no CRS"
    parsed = pyproj.CRS.from_wkt(crs)
    authority = parsed.to_authority()
    return ":".join(authority) if authority else str(parsed.name)


def same_crs(first: str, second: str) -> bool:
    """True where two WKT texts mean the same CRS, whatever its parts are called.

    Raises:
        GridMismatch: PROJ does not understand one of them.
    """
    if first == second:
        return True
    try:
        a, b = rasterio.crs.CRS.from_wkt(first), rasterio.crs.CRS.from_wkt(second)
    except CRSError as error:
        raise GridMismatch(
            f"PROJ does not understand a CRS: {words(error)}", "Assign another with gdal_edit.py -a_srs."
        ) from error
    return bool(a == b or (a.to_epsg() is not None and a.to_epsg() == b.to_epsg()))


def project(
    points: tuple[Sequence[float] | Coordinates, Sequence[float] | Coordinates], source: str, target: str
) -> tuple[Coordinates, Coordinates]:
    """Coordinates (xs, ys) of one CRS in another, x eastward; infinite where it has none.

    Raises:
        GridMismatch: There is no way from one to the other.
    """
    xs, ys = (np.asarray(values, dtype=np.float64) for values in points)
    try:
        projected = _transformer(source, target).transform(xs, ys)
    except ProjError as error:
        raise GridMismatch(
            f"There is no transformation from {crs_name(source)} to {crs_name(target)}: {error}",
            "Reproject the inputs to one CRS first.",
        ) from error
    return np.asarray(projected[0]), np.asarray(projected[1])


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(parse_crs(source), parse_crs(target), always_xy=True)
