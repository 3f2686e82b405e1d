"""Which pixels of a layer count as no data: what a person has set in its properties, as a job says it.

QGIS takes a pixel of a band for void that has one of its *additional no data values*, or the file's own while *use
source no data* is on. A job names numbers for all bands together; where it cannot (ranges, bands that differ, jobs
without a word for it), a virtual raster gives what is void one number of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from qgis.core import (
    Qgis,
    QgsMultiBandColorRenderer,
    QgsRaster,
    QgsRasterDataProvider,
    QgsRasterLayer,
    QgsRasterRange,
    QgsSingleBandGrayRenderer,
)

Range = tuple[float, float]  # both ends belong to it; infinite where it has none

#: The renderers that QGIS begins with an opacity band where a file has one: without it, a person has taken it away.
_BEGIN_WITH_OPACITY = (QgsMultiBandColorRenderer, QgsSingleBandGrayRenderer)

_WHOLE = ("Byte", "Int8", "UInt16", "Int16", "UInt32", "Int32", "UInt64", "Int64")
_WHOLE_TYPES = [getattr(Qgis.DataType, name) for name in _WHOLE if hasattr(Qgis.DataType, name)]

#: A type that holds all values of another one, and a number beside them.
_WIDER = {"Byte": "Int16", "Int8": "Int16", "UInt16": "Int32", "Int16": "Int32", "Float32": "Float32"}
_BESIDE = {"Int16": -(2.0**15), "Int32": -(2.0**31), "Float32": -(2.0**127), "Float64": -(2.0**127)}


@dataclass(frozen=True)
class Voids:
    """What is void in a layer.

    Attributes:
        ranges: By band from the first; an empty tuple: nothing; None: what the file says, as for bands beyond.
        mask: As a job's source says it.
        rule: When these values make a pixel void, ``any`` or ``all``.
        stated: What a person has said for this run, instead of all that.
        baked: Whether a virtual raster has to say all of it, since the job has no word for it.
    """

    ranges: tuple[tuple[Range, ...] | None, ...] = ()
    mask: str = "auto"
    rule: str = "any"
    stated: str = ""
    baked: bool = False

    @property
    def nodata(self) -> str:
        """What a job's source says of it; empty where it has no word for it."""
        if self.stated:
            return self.stated
        bands = [band for number, band in enumerate(self.ranges, 1) if str(number) != self.mask]
        if all(band is None for band in bands):
            return self.rule
        first = bands[0]
        if first is None or any(band != first for band in bands) or any(low != high for low, high in first):
            return ""
        values = [_plain(low) for low, _ in first]
        return ",".join([*([self.rule] if self.rule != "any" else []), *values]) if values else "none"

    @property
    def need_baking(self) -> bool:
        """Whether a virtual raster has to say it; see ``bake``."""
        return bool(self.ranges) and (self.baked or not self.nodata)

    def chosen(self, nodata: str, mask: str) -> Voids:
        """What is void where a person has chosen something for this run; empty: nothing."""
        if nodata in ("", "any", "all"):
            return Voids(self.ranges, mask or self.mask, nodata or self.rule)
        return Voids((), mask or self.mask, stated=nodata)

    def bake(self, virtual: str) -> None:
        """Change a virtual raster so that what is void has the no-data value of its band."""
        tree = Xml.parse(virtual)
        for number, (band, ranges) in enumerate(zip(tree.getroot().findall("VRTRasterBand"), self.ranges), 1):
            if ranges is not None and str(number) != self.mask:
                _bake_band(band, ranges)
        tree.write(virtual, encoding="utf-8")


def layer_voids(layer: QgsRasterLayer, *, stored: bool) -> Voids:
    """Return what is void in a layer.

    Args:
        layer: Not one that shows pictures.
        stored: Whether numbers are those of the file; else those that QGIS shows, scaled as the file says.
    """
    provider = layer.dataProvider()
    numbers = range(1, provider.bandCount() + 1)
    alphas = [band for band in numbers if _is_alpha(provider, band)]
    ranges = tuple(None if band in alphas else _band_ranges(provider, band, stored) for band in numbers)
    return Voids(ranges if any(band is not None for band in ranges) else (), _mask(layer, alphas))


def _band_ranges(provider: QgsRasterDataProvider, band: int, stored: bool) -> tuple[Range, ...] | None:
    """What is void in a band; None: what the file says."""
    own = provider.userNoDataValues(band)
    is_declared = provider.sourceHasNoDataValue(band)
    if not own and (not is_declared or provider.useSourceNoDataValue(band)):
        return None
    scale, offset = (provider.bandScale(band), provider.bandOffset(band)) if stored else (1.0, 0.0)
    whole = provider.sourceDataType(band) in _WHOLE_TYPES
    found = [_closed(item, scale, offset, whole and stored) for item in own]
    if is_declared and provider.useSourceNoDataValue(band):
        value = provider.sourceNoDataValue(band)
        value = value if stored else value * provider.bandScale(band) + provider.bandOffset(band)
        found.append((value, value))
    return tuple(sorted({item for item in found if not item[0] > item[1]}))


def _closed(item: QgsRasterRange, scale: float, offset: float, whole: bool) -> Range:
    """A range of QGIS with both of its ends, in other units."""
    bounds = QgsRasterRange.BoundsType
    low = (item.min(), item.bounds() in (bounds.IncludeMax, bounds.Exclusive), -math.inf)
    high = (item.max(), item.bounds() in (bounds.IncludeMin, bounds.Exclusive), math.inf)
    ends = [((none if math.isnan(end) else end - offset) / scale, is_open) for end, is_open, none in (low, high)]
    (least, above), (most, below) = sorted(ends)
    return _inside(least, above, 1, whole), _inside(most, below, -1, whole)


def _inside(end: float, is_open: bool, inward: int, whole: bool) -> float:
    """The first number that belongs to a range, from one of its ends."""
    if not math.isfinite(end):
        return end
    if not whole:
        return math.nextafter(end, inward * math.inf) if is_open else end
    slack = 1e-3 if is_open else -1e-3  # what scaling there and back may cost
    number = math.floor(inward * end + slack) + 1 if is_open else math.ceil(inward * end + slack)
    return float(inward * number)


def _mask(layer: QgsRasterLayer, alphas: Sequence[int]) -> str:
    """The opacity band, where it is another one than the file says."""
    renderer = layer.renderer()
    if renderer is None:
        return "auto"
    band = renderer.alphaBand()
    if band > 0:
        return "auto" if band in alphas else str(band)
    return "none" if alphas and isinstance(renderer, _BEGIN_WITH_OPACITY) else "auto"


def _is_alpha(provider: QgsRasterDataProvider, band: int) -> bool:
    return provider.colorInterpretation(band) == QgsRaster.ColorInterpretation.AlphaBand


def _bake_band(band: Xml.Element, ranges: Iterable[Range]) -> None:
    """Give a band of a virtual raster a table from its values to themselves, but for those that are void."""
    kind = band.get("dataType", "")
    wider = _WIDER.get(kind, "Float64")
    void = _BESIDE[wider]
    band.set("dataType", wider)
    for old in band.findall("NoDataValue"):
        band.remove(old)
    Xml.SubElement(band, "NoDataValue").text = repr(void)
    for source in band.iter("SimpleSource"):
        source.tag = "ComplexSource"
        Xml.SubElement(source, "LUT").text = ",".join(f"{x!r}:{y!r}" for x, y in _table(ranges, void, kind in _WHOLE))


def _table(ranges: Iterable[Range], void: float, whole: bool) -> list[tuple[float, float]]:
    """Points between which GDAL interpolates; what is no number gets what the first one gets."""
    limit = abs(void)
    powers = [10.0**power for power in range(0, 38, 2) if 10.0**power < limit]  # no digits are lost between them
    points = {x: x for x in (*(-x for x in powers), 0.0, *powers, limit)}
    for low, high in _merged(ranges):
        before = low - 0.5 if whole else math.nextafter(low, -math.inf)
        after = high + 0.5 if whole else math.nextafter(high, math.inf)
        points = {x: y for x, y in points.items() if not before <= x <= after}
        if low > -limit:
            points |= {before: before, low: void}
        if high < limit:
            points |= {high: void, after: after}
    points = {x: y for x, y in points.items() if math.isfinite(x)}
    return [(-limit, void), *sorted(points.items())]


def _merged(ranges: Iterable[Range]) -> list[Range]:
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def _plain(number: float) -> str:
    """A number as people write it."""
    return str(int(number)) if math.isfinite(number) and number.is_integer() and abs(number) < 1e18 else repr(number)
