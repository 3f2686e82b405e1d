"""What ties a raster to the ground: its CRS and the place and size of its pixels, which must be possible ones."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import rasterio
from affine import Affine
from pyproj.exceptions import ProjError
from rasterio.crs import CRS

from ..contract.errors import GridMismatch
from .crs import crs_name, full_turn, near_meridian, project
from .grid import Bounds, Grid, format_bounds, place
from .opening import opened

PIXEL_SIZES = (1e-10, 1e7)  # CRS units; 0.01 mm in degrees, a quarter of the Earth's circumference in metres
SMALLEST = 1e-3  # units of a map projection; pixels below a millimetre are those of degrees


def read_grid(path: str) -> Grid:
    """Return the grid of any raster.

    Raises:
        UnreadableRaster: The file is missing, no raster, or damaged.
    """
    with opened(path) as dataset:
        return grid_of(path, dataset)


def grid_beside(grid: Grid, other: Grid) -> Grid:
    """A grid by whole turns around the Earth, so that it lies near another one, also across the date line."""
    turn = full_turn(grid.crs)
    if turn is None or grid.crs is None or other.crs is None:
        return grid
    xs, ys = place(other.transform, other.width / 2, other.height / 2)
    meridian = project(([xs], [ys]), other.crs, grid.crs)[0] if grid.crs != other.crs else np.array([xs])
    middle = np.array([(grid.bounds[0] + grid.bounds[2]) / 2])
    shift = near_meridian(middle, float(meridian[0]), turn)[0] - middle[0] if np.isfinite(meridian[0]) else 0.0
    return grid.shifted(shift) if shift else grid


def box_beside(box: Bounds, other: Bounds, crs: str | None) -> Bounds:
    """A box by whole turns around the Earth, so that it lies as near to another one as it can."""
    turn = full_turn(crs)
    if turn is None:
        return box
    xmin, ymin, xmax, ymax = box
    shift = turn * round((other[0] + other[2] - xmin - xmax) / 2 / turn)
    return xmin + shift, ymin, xmax + shift, ymax


def grid_of(path: str, dataset: rasterio.DatasetReader) -> Grid:
    """The grid of an open raster. Raises GridMismatch where it lies nowhere, or has pixels of no possible size."""
    transform = dataset.transform
    _check_place(path, dataset)
    crs = horizontal_crs(path, dataset.crs) if dataset.crs else None
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
            "Give it its place with gdal_edit.py -a_ullr, or take the CRS away with gdal_edit.py -unsetsrs.",
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


def horizontal_crs(path: str, crs: CRS) -> str | None:
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
