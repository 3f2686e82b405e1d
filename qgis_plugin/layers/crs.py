"""CRS: boxes from one to another, what a unit is on the ground, and how messages and other processes name them."""

from __future__ import annotations

import math

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsDistanceArea,
    QgsPointXY,
    QgsRectangle,
    QgsReferencedRectangle,
)

from ..dis2_core.contract.errors import GridMismatch
from ..words.translation import tr


def box_in(
    region: QgsReferencedRectangle, crs: QgsCoordinateReferenceSystem, transforms: QgsCoordinateTransformContext
) -> QgsRectangle:
    """Return the box in ``crs`` around a region.

    Raises:
        GridMismatch: There is no way from one CRS to the other.
    """
    if not (region.crs().isValid() and crs.isValid()) or region.crs() == crs:
        return QgsRectangle(region)
    transform = QgsCoordinateTransform(region.crs(), crs, transforms)
    if not transform.isValid():  # it would hand back what it is given
        raise _no_way(region.crs(), crs)
    try:
        box = transform.transformBoundingBox(QgsRectangle(region))
    except QgsCsException as error:
        raise _no_way(region.crs(), crs) from error
    if not box.isFinite() or box.isEmpty():
        raise _no_way(region.crs(), crs)
    return box


def metres_per_unit(
    crs: QgsCoordinateReferenceSystem, place: QgsPointXY, transforms: QgsCoordinateTransformContext
) -> tuple[float, float]:
    """Return the metres on the ground that a unit of ``crs`` covers at ``place``, eastward and northward.

    Raises:
        GridMismatch: The CRS is not tied to the ground there.
    """
    measure = distance_area(crs, transforms)
    step = 1e-5 if crs.isGeographic() else 1.0
    x, y = place.x(), place.y()
    try:
        across = measure.measureLine(QgsPointXY(x - step, y), QgsPointXY(x + step, y)) / (2 * step)
        down = measure.measureLine(QgsPointXY(x, y - step), QgsPointXY(x, y + step)) / (2 * step)
    except QgsCsException as error:
        raise _not_on_ground(crs) from error
    if not all(math.isfinite(length) and length > 0 for length in (across, down)):
        raise _not_on_ground(crs)
    return across, down


def distance_area(crs: QgsCoordinateReferenceSystem, transforms: QgsCoordinateTransformContext) -> QgsDistanceArea:
    """Return what measures on the ellipsoid of a CRS, whatever the project's is."""
    measure = QgsDistanceArea()
    measure.setSourceCrs(crs, transforms)
    measure.setEllipsoid(crs.ellipsoidAcronym())
    return measure


def crs_name(crs: QgsCoordinateReferenceSystem) -> str:
    """``EPSG:2056 (CH1903+ / LV95)``, for messages."""
    names = [name for name in (crs.authid(), crs.description()) if name]
    return f"{names[0]} ({names[1]})" if len(names) == 2 else names[0] if names else tr("unknown CRS")


def crs_text(crs: QgsCoordinateReferenceSystem) -> str:
    """A CRS as another process knows it: one that a person made has a number in QGIS alone (``USER:100000``)."""
    authority = crs.authid()
    return authority if authority and not authority.startswith("USER:") else crs_wkt(crs)


def crs_wkt(crs: QgsCoordinateReferenceSystem) -> str:
    """WKT of 2019, which holds every CRS; QGIS's default, that of 2001, has no words for a rotated pole."""
    return crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED)


def _no_way(source: QgsCoordinateReferenceSystem, target: QgsCoordinateReferenceSystem) -> GridMismatch:
    return GridMismatch(
        tr("The extent in {} cannot be expressed in {}.").format(crs_name(source), crs_name(target)),
        tr("Give an extent in a CRS of the same part of the Earth, that of the raster for example."),
    )


def _not_on_ground(crs: QgsCoordinateReferenceSystem) -> GridMismatch:
    return GridMismatch(
        tr("{} says nothing about the ground here.").format(crs_name(crs)), tr("Check the CRS of the layer.")
    )
