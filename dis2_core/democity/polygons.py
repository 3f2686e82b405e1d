"""Labelled polygons, as a person would draw them for training: some blocks of ground, what is tiny left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import shapes, sieve

from ..rasters.grid import place
from .classes import CLASSES

CELL = 5  # pixels; polygons follow the centres of cells
SIDE = 30  # cells a side of a block; every second one is labelled, as on a chessboard
SMALLEST = 12  # cells; smaller patches become part of what surrounds them


def labelled_polygons(labels: NDArray[np.uint8], transform: Affine, epsg: int) -> str:
    """Polygons of a part of the labels as GeoJSON, with the fields ``class`` and ``value``.

    Args:
        labels: Class of every pixel, (size, size).
        transform: From pixels to the CRS.
        epsg: The CRS, written as GDAL and QGIS read it (RFC 7946 knows longitude and latitude alone).
    """
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    collection = {
        "type": "FeatureCollection",
        "name": "labels",
        "crs": crs,
        "features": list(_features(labels, transform)),
    }
    return json.dumps(collection) + "\n"


def cells(labels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Class of every cell without tiny patches, and whether it belongs to a block that is labelled."""
    centres = np.ascontiguousarray(labels[CELL // 2 :: CELL, CELL // 2 :: CELL])
    rows, cols = np.indices(centres.shape) // SIDE
    if centres.size > SMALLEST:  # GDAL does not sieve what is smaller
        centres = sieve(centres, SMALLEST, connectivity=4)
    return centres, (rows + cols) % 2 == 0


def _features(labels: NDArray[np.uint8], transform: Affine) -> Iterator[dict[str, Any]]:
    values, labelled = cells(labels)
    for geometry, value in shapes(values, mask=labelled, connectivity=4):
        rings = [[_point(transform, *corner) for corner in ring] for ring in geometry["coordinates"]]
        yield {
            "type": "Feature",
            "properties": {"class": CLASSES[int(value)].name, "value": int(value)},
            "geometry": {"type": "Polygon", "coordinates": rings},
        }


def _point(transform: Affine, col: float, row: float) -> tuple[float, float]:
    """The corner of a cell on the map."""
    x, y = place(transform, CELL * col, CELL * row)
    return round(x, 3), round(y, 3)
