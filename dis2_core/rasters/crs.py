"""Coordinate reference systems, as WKT: what they mean, whether two are one, from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pyproj
import rasterio.crs
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from ..contract.errors import GridMismatch

Coordinates = NDArray[np.float64]


@lru_cache(maxsize=32)
def parse_crs(crs: str) -> pyproj.CRS:
    """The CRS without a datum shift bound to it (``TOWGS84``), which hides the projection."""
    parsed = pyproj.CRS.from_wkt(crs)
    return parsed.source_crs if parsed.is_bound and parsed.source_crs else parsed


def crs_name(crs: str | None) -> str:
    """A CRS as a person knows it: ``EPSG:2154``, or its name."""
    if crs is None:
        return "no CRS"
    parsed = pyproj.CRS.from_wkt(crs)
    authority = parsed.to_authority()
    return ":".join(authority) if authority else str(parsed.name)


def same_crs(first: str, second: str) -> bool:
    """True where two WKT texts mean the same CRS, whatever its parts are called."""
    if first == second:
        return True
    a, b = rasterio.crs.CRS.from_wkt(first), rasterio.crs.CRS.from_wkt(second)
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
