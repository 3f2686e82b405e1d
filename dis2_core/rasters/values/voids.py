"""What makes a pixel void: no-data values, masks and alpha bands, and numbers that are no measurement."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.windows import Window

from ...contract.segment_job import Event, Source
from .validity import Float, Mask

HUGE = 1e19  # nothing that is measured is larger; programs mark voids with 1e20, 9.97e36, -3.4e38


@dataclass(frozen=True)
class Fills:
    """Stored numbers of one band that nobody declared and that are no measurement.

    Attributes:
        below, above: Those under and over all measurements.
        among: Those that only their bits tell from a measurement.
    """

    below: tuple[float, ...] = ()
    above: tuple[float, ...] = ()
    among: tuple[float, ...] = ()

    def found(self, raw: NDArray[Any], span: tuple[float, float] | None = None) -> Iterator[tuple[float, Mask]]:
        """The numbers that a band holds, and where.

        Args:
            raw: Stored numbers.
            span: From ``span_of``, where it is known.
        """
        if not (self.below or self.above or self.among) or raw.size == 0:
            return
        low, high = span or span_of(raw)
        numbers = [number for number in self.below if not low > number]
        numbers += [number for number in self.above if not high < number]
        for number in (*numbers, *self.among):
            if (where := is_number(raw, number)).any():
                yield number, where


def span_of(raw: NDArray[Any]) -> tuple[float, float]:
    """The smallest and the largest number; NaN where there is one. Two passes, faster than any comparison."""
    return (float(raw.min()), float(raw.max())) if raw.size else (math.nan, math.nan)


@dataclass(frozen=True)
class VoidRules:
    """How the void pixels of one raster are told from the others.

    Attributes:
        source: Says what of the file's own words counts.
        bands: 1-based numbers of the bands that are read.
        scaling: (a, b) per band: value = a * stored + b.
        fills: Per band; none where the raster was not surveyed.
        black_is_void: Whether pixels that are 0 in all bands are a collar.
    """

    source: Source
    bands: tuple[int, ...]
    scaling: tuple[tuple[float, float], ...]
    fills: tuple[Fills, ...] = ()
    black_is_void: bool = False


@dataclass
class VoidTally:
    """Pixels that were read, and those of them that only our own judgement made void, by their number."""

    pixels: int = 0
    numbers: Counter[float] = field(default_factory=Counter)

    def count(self, number: float, where: Mask, void: Mask | None) -> None:
        """Count the pixels of a number that are not void for another reason."""
        pixels = where if void is None else where & ~void
        self.numbers[number] += int(np.count_nonzero(pixels))

    def add(self, other: VoidTally) -> None:
        """Add what another reading found."""
        self.pixels += other.pixels
        self.numbers.update(other.numbers)

    def share(self, number: float) -> float:
        """Share of the pixels that hold a number, 0 to 1."""
        return self.numbers[number] / self.pixels if self.pixels else 0.0


def read_values(dataset: rasterio.DatasetReader, rules: VoidRules, window: Window) -> tuple[Float, VoidTally]:
    """Read a window that lies inside a raster.

    Returns:
        (C, rows, W) in the card's unit, NaN in all bands where the pixel is void; what was found there.

    Raises:
        RasterioError: The file is damaged.
    """
    stored = dataset.read(list(rules.bands), window=window)
    spans = [span_of(raw) for raw in stored]
    nothing = void(dataset, rules, stored, spans, window)
    values = np.empty(stored.shape, dtype=np.float32)
    tally = VoidTally(values[0].size)
    for plane, raw, span, scaling in zip(values, stored, spans, rules.scaling, strict=True):
        scale(raw, scaling, out=plane)
        if not _is_small(span, scaling):
            nothing = _joined(nothing, _no_measurement(plane, raw, nothing, rules, tally))
    for raw, span, fills in zip(stored, spans, rules.fills, strict=False):
        for number, where in fills.found(raw, span):
            tally.count(number, where, nothing)
            nothing = _joined(nothing, where)
    if rules.black_is_void and all(low <= 0 for low, _ in spans):
        black = ~stored.any(axis=0)
        tally.count(0, black, nothing)
        nothing = _joined(nothing, black)
    if nothing is not None and nothing.any():
        np.copyto(values, np.nan, where=nothing)
    return values, tally


def void(
    dataset: rasterio.DatasetReader,
    rules: VoidRules,
    stored: NDArray[Any],
    spans: Sequence[tuple[float, float]],
    window: Window,
) -> Mask | None:
    """(rows, W): where a file's own words, or a person's, make a pixel void; None: nowhere.

    Args:
        dataset: The file.
        rules: What of its words counts.
        stored: (C, rows, W) of the bands that are read.
        spans: Smallest and largest number of each.
        window: Where it lies.
    """
    return _joined(hidden(dataset, rules, window), declared_void(dataset, rules, stored, spans, window))


def _joined(first: Mask | None, second: Mask | None) -> Mask | None:
    """Where either is; None: nowhere."""
    if first is None or second is None:
        return second if first is None else first
    return first | second


def _is_small(span: tuple[float, float], scaling: tuple[float, float]) -> bool:
    """Whether all numbers are finite and no more than something measured."""
    return all(abs(number * scaling[0] + scaling[1]) < HUGE for number in span)


def _no_measurement(plane: Float, raw: NDArray[Any], void: Mask | None, rules: VoidRules, tally: VoidTally) -> Mask:
    """Where a value is not finite, or too large for anything; the large ones are counted by their number."""
    with np.errstate(invalid="ignore"):
        bad: Mask = ~(np.abs(plane) < (np.inf if rules.source.nodata_rule == "none" else HUGE))
    large = bad & np.isfinite(raw)
    if large.any():
        tally.count(float(raw[large][0]), large, void)
    return bad


def scale(raw: NDArray[Any], scaling: tuple[float, float], out: Float) -> None:
    """Turn stored numbers into the card's unit; what float32 cannot hold becomes infinite."""
    factor, offset = scaling
    with np.errstate(over="ignore", invalid="ignore"):
        out[:] = raw if scaling == (1, 0) else raw * np.float64(factor) + offset


def hidden(dataset: rasterio.DatasetReader, rules: VoidRules, window: Window) -> Mask | None:
    """(rows, W): what masks and alpha bands hide (GDAL alone would heed the first of them); None: nothing.

    Alpha that is read as a band is data: near infrared in fourth place is often declared so.
    """
    if rules.source.mask == "none":
        return None
    if rules.source.mask_band is not None:
        return ~np.asarray(dataset.read(rules.source.mask_band, window=window) > 0)
    together: Mask | None = None
    flags_of_all = dataset.mask_flag_enums  # of all bands, made anew whenever it is asked
    for band in rules.bands:
        flags = flags_of_all[band - 1]
        plain = flags in ([MaskFlags.all_valid], [MaskFlags.nodata])  # nodata is heeded by ``declared_void``
        if not plain and MaskFlags.alpha not in flags:
            together = _joined(together, dataset.read_masks(band, window=window) == 0)
        if MaskFlags.per_dataset in flags:
            break
    for band in alpha_bands(dataset, rules):
        together = _joined(together, ~np.asarray(dataset.read(band, window=window) > 0))
    return together


def alpha_bands(dataset: rasterio.DatasetReader, rules: VoidRules) -> list[int]:
    """The bands that the file declares as alpha and that are not read as data."""
    return [
        band
        for band, meaning in zip(dataset.indexes, dataset.colorinterp, strict=True)
        if meaning == ColorInterp.alpha and band not in rules.bands
    ]


def declared_void(
    dataset: rasterio.DatasetReader,
    rules: VoidRules,
    stored: NDArray[Any],
    spans: Sequence[tuple[float, float]],
    window: Window,
) -> Mask | None:
    """(rows, W): where declared no-data values make a pixel void by the source's rule; None: nowhere."""
    if rules.source.nodata_rule == "none":
        return None
    everywhere = rules.source.nodata_rule == "all"
    together: Mask | None = None
    for band, raw, span in zip(rules.bands, stored, spans, strict=True):
        where = band_nodata(dataset, rules.source, band, raw, span, window)
        if where is None and everywhere:
            return None
        if where is not None:
            together = where if together is None else (together & where if everywhere else together | where)
    return together


def band_nodata(
    dataset: rasterio.DatasetReader,
    source: Source,
    band: int,
    raw: NDArray[Any],
    span: tuple[float, float],
    window: Window,
) -> Mask | None:
    """(rows, W): where a band holds a number that means no data; None: nowhere.

    What a person chose is compared as it is. What the file declares is compared by GDAL, which allows for
    tags that were rounded when they were written; it is asked only where a number comes near.
    """
    if source.nodata_values:
        chosen: Mask = np.logical_or.reduce([is_number(raw, number) for number in source.nodata_values])
        return chosen
    nodata = dataset.nodatavals[band - 1]
    if nodata is None or math.isnan(nodata) or raw.size == 0:  # NaN is void without being declared
        return None
    low, high = span
    room = 1e-5 * abs(nodata)  # wider than GDAL's own
    if low > nodata + room or high < nodata - room:
        return None
    if raw.dtype.kind != "f" or dataset.mask_flag_enums[band - 1] != [MaskFlags.nodata]:
        return is_number(raw, nodata)
    told: Mask = dataset.read_masks(band, window=window) == 0
    return told


def is_number(raw: NDArray[Any], number: float) -> Mask:
    """Where stored numbers are a given one, as exactly as their type can hold it."""
    if isinstance(number, float) and math.isnan(number):
        return np.isnan(raw) if raw.dtype.kind == "f" else np.zeros(raw.shape, dtype=np.bool_)
    if raw.dtype.kind in "iu":
        if float(number).is_integer():
            return np.asarray(raw == int(number))
        return np.zeros(raw.shape, dtype=np.bool_)
    with np.errstate(over="ignore", under="ignore"):
        stored = np.float64(number).astype(raw.dtype)
    if stored == 0 and number != 0:  # too small for the type
        return np.zeros(raw.shape, dtype=np.bool_)
    return np.asarray(raw == stored)


def undeclared_warning(name: str, path: str, number: float, share: float) -> Event:
    """The warning (code ``undeclared-nodata``) that a number counts as no data although nobody declared it."""
    text = (
        f"{in_percent(share)} of the pixels of {path} are {number:g}, which is no measurement: they are treated as no "
        f"data. Declare it with gdal_edit.py -a_nodata {number:g}, or keep it as data with --nodata {name}=none."
    )
    return Event("warning", {"code": "undeclared-nodata", "text": text})


def collar_warning(name: str, path: str, share: float) -> Event:
    """The warning (code ``undeclared-nodata``) that a black collar counts as no data."""
    text = (
        f"{in_percent(share)} of the pixels of {path} are 0 in all bands, from the edge inwards: a collar, treated as "
        f"no data. Declare it with --nodata {name}=all,0, or keep it as data with --nodata {name}=none."
    )
    return Event("warning", {"code": "undeclared-nodata", "text": text})


def in_percent(share: float) -> str:
    """``3.2 %``; what is there is never called 0."""
    return f"{share:.1%}".replace("%", " %") if share >= 0.001 else "Less than 0.1 %"
