"""A look at a raster before it is read: pieces of it from edge to edge, for what its numbers are and mean.

Pieces are read at full resolution: overviews may have averaged a fill value into its neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import RasterioError
from rasterio.windows import Window

from ...contract.bands import SHOWN
from ...contract.card import Band, Modality
from ...contract.segment_job import Event
from .collars import FEW, Edges, black_inside_warning, is_collar, may_be_white_collar, white_edge_warning
from .ranges import BandTally, Tallies, no_tallies
from .repeats import KEPT, colour_warning, repeated_colour, repeated_numbers, repeated_warning
from .validity import Mask
from .voids import (
    HUGE,
    Fills,
    VoidRules,
    alpha_bands,
    band_nodata,
    collar_warning,
    hidden,
    in_percent,
    is_number,
    scale,
    span_of,
    undeclared_warning,
)

BUDGET = 1 << 20  # numbers that are looked at
PLACES = 5  # pieces in each direction, the outermost at the edges
LARGE_BLOCK = 1 << 22  # pixels; of larger blocks few are opened, each of them once
WORTH_A_WORD = 0.0005  # of the pixels
FAR = 10.0  # times the card's range, beyond which a number that repeats is no measurement
UNKNOWN = 1e29  # width of a range that was not measured yet

#: What programs write where they have nothing, and no measurement if all others are far from it.
USUAL = (
    *(-9999.0, -99999.0, -999.0, -9998.0, -999999.0, -99.0, -128.0, -32768.0, -32767.0, -2147483648.0, -2147483647.0),
    *(9999.0, 99999.0, 999.0, 999999.0, 255.0, 32767.0, 32768.0, 65535.0, 2147483647.0, 4294967295.0),
)
TINY = (1.1754943508222875e-38, 1e-38, 2.2250738585072014e-308)  # the smallest numbers of their types
NEVER_BELOW = 100.0  # heights above the ground are not all above this; absolute ones may be, and then 0 is none


@dataclass(frozen=True)
class Survey:
    """What a look at a raster told.

    Attributes:
        fills: Numbers per band that count as no data although nobody declared them.
        black_is_void: Whether pixels that are 0 in all bands are a collar.
        tallies: The measurements seen, band by band, without what may be none.
        told: The undeclared numbers that the remarks name.
        remarks: What makes pixels void, where it may surprise.
    """

    fills: tuple[Fills, ...]
    black_is_void: bool
    tallies: Tallies
    told: tuple[float, ...]
    remarks: tuple[Event, ...]


@dataclass(frozen=True)
class _Piece:
    """What was read of a window.

    Attributes:
        stored: (C, rows, W) as the file has it.
        nodata: (C, rows, W); where a band holds its declared no-data value.
        unmasked: (rows, W); what masks and alpha let through.
        edges: What lies at the raster's edge.
        weight: What the window stands for: pieces at the edge for less, because they crowd there.
    """

    stored: NDArray[Any]
    nodata: Mask
    unmasked: Mask
    edges: Edges
    weight: float


def survey(dataset: rasterio.DatasetReader, modality: Modality, rules: VoidRules) -> Survey:
    """Look at an open raster. What cannot be read is passed over: whoever reads it will say so."""
    alphas = alpha_bands(dataset, rules)  # before a read fails: rasterio raises its error again at the next question
    pieces = list(_pieces(dataset, modality, rules))
    if not pieces:
        nothing = tuple(Fills() for _ in rules.bands)
        return Survey(nothing, False, no_tallies(modality), (), ())
    stored = np.concatenate([piece.stored.reshape(len(rules.bands), -1) for piece in pieces], axis=1)
    nodata = np.concatenate([piece.nodata.reshape(len(rules.bands), -1) for piece in pieces], axis=1)
    shown = np.concatenate([piece.unmasked.ravel() for piece in pieces])
    edge, rim, white = (
        np.concatenate([mask.ravel() for mask in masks])
        for masks in zip(*(piece.edges for piece in pieces), strict=True)
    )
    weights = np.concatenate([np.full(piece.unmasked.size, piece.weight) for piece in pieces])
    weights /= weights.sum()
    void = ~shown | (nodata.all(axis=0) if rules.source.nodata_rule == "all" else nodata.any(axis=0))
    judged = rules.source.nodata_rule != "none"
    fills = tuple(
        _fills(raw[~(void | holds)], band, modality, scaling) if judged else Fills()
        for raw, holds, band, scaling in zip(stored, nodata, modality.bands, rules.scaling, strict=True)
    )
    black = judged and modality.kind != "elevation" and is_collar(stored, void, edge, rim)
    rules = replace(rules, fills=fills, black_is_void=black)
    told = _undeclared(stored, void, rules)
    undeclared = {number: _share(where, weights) for number, where in told.items()}
    sure = np.logical_or.reduce([void, *told.values()])
    colour, coloured = _colour(stored, sure, modality) if judged else ((), np.zeros_like(sure))
    doubtful = _doubtful(stored, sure | coloured | nodata, rules, modality) if judged else {}
    empty = (stored == stored[:1]).all(axis=0) & np.isin(stored[0], (0, 255))
    hidden = ~shown & ~empty & ~nodata.any(axis=0)
    partly = nodata.any(axis=0) & ~nodata.all(axis=0) & shown
    remarks = (
        *_undeclared_warnings(undeclared, rules, modality.name),
        *(
            repeated_warning(modality.name, rules.source.path, number, _share(where, weights))
            for number, where in doubtful.items()
        ),
        *((colour_warning(modality.name, rules.source.path, colour, _share(coloured, weights)),) if colour else ()),
        *_black_inside(stored, void, weights, rules, modality),
        *_white(stored, white & ~void, weights, rules, modality.name),
        *_in_one_band(partly, weights, rules, modality.name),
        *_masked(hidden, weights, rules, modality.name, alphas),
    )
    tallies = _tallies(stored, np.logical_or.reduce([void | coloured, *doubtful.values()]), rules, modality)
    return Survey(fills, black, tallies, tuple(undeclared), remarks)


def _pieces(dataset: rasterio.DatasetReader, modality: Modality, rules: VoidRules) -> Iterator[_Piece]:
    photo = modality.kind != "elevation" and len(rules.bands) > 1
    for window in windows(dataset.height, dataset.width, dataset.block_shapes[rules.bands[0] - 1], len(rules.bands)):
        try:
            stored = dataset.read(list(rules.bands), window=window)
            masked = hidden(dataset, rules, window)
            shown = np.ones(stored.shape[1:], dtype=np.bool_) if masked is None else ~masked
            nodata = np.zeros(stored.shape, dtype=np.bool_)
            if rules.source.nodata_rule != "none":
                for band, raw, holds in zip(rules.bands, stored, nodata, strict=True):
                    where = band_nodata(dataset, rules.source, band, raw, span_of(raw), window)
                    if where is not None:
                        holds |= where
        except RasterioError:
            continue  # the run reads it too, if it lies in its region, and tells of it then
        edges = Edges.of(stored, shown, window, (dataset.height, dataset.width)) if photo else Edges.none(shown)
        yield _Piece(stored, nodata, shown, edges, _weight(window, dataset.height, dataset.width))


def windows(height: int, width: int, block: tuple[int, int], bands: int) -> list[Window]:
    """The windows that are looked at: the whole of a small raster, else pieces of it from edge to edge."""
    if height * width * bands <= BUDGET:
        return [Window(0, 0, width, height)]
    rows, cols = (
        PLACES if block[0] * block[1] <= LARGE_BLOCK else min(PLACES, math.ceil(size / side))
        for size, side in zip((height, width), block, strict=True)
    )
    side = max(16, math.isqrt(BUDGET // (PLACES * PLACES * bands)))
    tall, wide = min(side, height), min(side, width)
    return [Window(col, row, wide, tall) for row in _spread(height - tall, rows) for col in _spread(width - wide, cols)]


def _weight(window: Window, height: int, width: int) -> float:
    """The share of a raster that a window stands for, in arbitrary units."""
    row_edge = window.row_off == 0 or window.row_off + window.height >= height
    col_edge = window.col_off == 0 or window.col_off + window.width >= width
    return (0.5 if row_edge else 1.0) * (0.5 if col_edge else 1.0)


def _spread(last: int, count: int) -> list[int]:
    """Whole numbers from 0 to ``last`` at even distances, without repetition."""
    if count == 1:
        return [last // 2]
    return sorted({round(last * step / (count - 1)) for step in range(count)})


def _fills(raw: NDArray[Any], band: Band, modality: Modality, scaling: tuple[float, float]) -> Fills:
    """The undeclared fill values of a band, from stored numbers that nothing declared makes void."""
    known = _KnownRange.of(band, modality, scaling)
    usual = [number for number in USUAL if _holds(raw.dtype, number)]
    numbers = raw[np.isfinite(raw)].astype(np.float64)
    numbers = numbers[np.abs(numbers) < HUGE]
    is_usual = np.isin(numbers, usual)
    bulk, met = _bulk(numbers[~is_usual]), set(numbers[is_usual].tolist())
    usual = [number for number in usual if number in met or _is_telling(number, raw.dtype)]
    found = {number for number in usual if known.excludes(number) and _is_isolated(number, bulk)}
    numbers = _without(numbers, found)
    repeated = _repeated(numbers, known)
    numbers = _without(numbers, repeated)
    found |= repeated
    low, high = _bulk(numbers)
    if modality.kind == "elevation" and (numbers == 0).sum() >= FEW:  # 0 is none where the land lies far above
        low, high = _bulk(numbers[numbers != 0])
        if low > NEVER_BELOW / abs(scaling[0]) and _is_isolated(0.0, (low, high)):
            found.add(0.0)
    tiny = tuple(number for number in TINY if is_number(raw, number).sum() >= FEW) if raw.dtype.kind == "f" else ()
    middle = (low + high) / 2 if math.isfinite(low + high) else 0.0
    below = tuple(sorted(number for number in found if number < middle))
    return Fills(below, tuple(sorted(found - set(below))), tiny)


def _without(numbers: NDArray[np.float64], left_out: set[float]) -> NDArray[np.float64]:
    return numbers[~np.isin(numbers, list(left_out))] if left_out else numbers


@dataclass(frozen=True)
class _KnownRange:
    """What the card knows of a band's values.

    Attributes:
        low, high: The valid range in stored numbers.
        trusted: Whether a number within it may still be a fill value: of heights, or before it is measured.
    """

    low: float
    high: float
    trusted: bool

    @classmethod
    def of(cls, band: Band, modality: Modality, scaling: tuple[float, float]) -> _KnownRange:
        low, high = sorted((limit - scaling[1]) / scaling[0] for limit in (band.valid_min, band.valid_max))
        wide = modality.kind == "elevation" or band.valid_max - band.valid_min > UNKNOWN
        return cls(low, high, not wide)

    def excludes(self, number: float) -> bool:
        """Whether a usual fill value can be one here."""
        return not (self.trusted and self.low <= number <= self.high)

    def is_far(self, number: float) -> bool:
        """Whether a number lies beyond ten times the range."""
        return abs(number - (self.low + self.high) / 2) > FAR / 2 * (self.high - self.low)


def _repeated(numbers: NDArray[np.float64], known: _KnownRange) -> set[float]:
    """Numbers beyond ten times the range that come again and again, with nothing near them."""
    found: set[float] = set()
    while numbers.size:
        for extreme in (float(numbers.min()), float(numbers.max())):
            others = numbers[numbers != extreme]
            if known.is_far(extreme) and 0 < others.size <= numbers.size - FEW and _is_isolated(extreme, _bulk(others)):
                found.add(extreme)
                numbers = others
                break
        else:
            return found
    return found


def _is_isolated(number: float, bulk: tuple[float, float]) -> bool:
    """Whether a number is farther from all others than they are among themselves."""
    low, high = bulk
    return not low - (high - low) <= number <= high + (high - low)


def _bulk(numbers: NDArray[np.float64]) -> tuple[float, float]:
    """Where measurements lie, spikes apart; NaN, which nothing is within, where there are none."""
    if numbers.size == 0:
        return math.nan, math.nan
    low, high = np.percentile(numbers, KEPT)
    return float(low), float(high)


def _is_telling(number: float, dtype: np.dtype[Any]) -> bool:
    """Whether a usual fill value says so by itself, where the pieces looked at have none: 999 m may be a contour."""
    return number < 0 or (dtype.kind in "iu" and dtype.itemsize > 1 and number == np.iinfo(dtype).max)


def _holds(dtype: np.dtype[Any], number: float) -> bool:
    """Whether a type can store a whole number."""
    if dtype.kind in "iu":
        return bool(np.iinfo(dtype).min <= number <= np.iinfo(dtype).max)
    return dtype.kind == "f"


def _undeclared(stored: NDArray[Any], void: Mask, rules: VoidRules) -> dict[float, Mask]:
    """The pixels by the number that makes them void by our own judgement."""
    told: dict[float, Mask] = {}
    for raw, fills in zip(stored, rules.fills, strict=True):
        for number, where in fills.found(raw):
            told[number] = told.get(number, np.False_) | (where & ~void)
        if raw.dtype.kind == "f" and rules.source.nodata_rule != "none":
            huge = np.isfinite(raw) & (np.abs(raw) >= HUGE) & ~void
            if huge.any():
                number = float(raw[huge][0])
                told[number] = told.get(number, np.False_) | huge
    if rules.black_is_void:
        told[0.0] = ~stored.any(axis=0) & ~void
    return {number: where for number, where in told.items() if where.any()}


def _doubtful(stored: NDArray[Any], known: Mask, rules: VoidRules, modality: Modality) -> dict[float, Mask]:
    """The pixels of numbers that may mark missing data, and are measurements for all that is known.

    Args:
        stored: (C, pixels).
        known: (C, pixels); what is void, or what the file calls no data in this band.
        rules: How void pixels are told.
        modality: What the model takes the raster for.
    """
    told: dict[float, Mask] = {}
    heights = modality.kind == "elevation"
    for raw, void, band in zip(stored, known, modality.bands, strict=True):
        numbers = raw[~void].astype(np.float64)
        within = not heights or band.valid_max - band.valid_min < UNKNOWN  # a lake has one height above the sea
        for number in repeated_numbers(numbers[np.isfinite(numbers)], heights=heights, within=within):
            told[number] = told.get(number, np.False_) | (is_number(raw, number) & ~void)
    return told


def _colour(stored: NDArray[Any], known: Mask, modality: Modality) -> tuple[tuple[int, ...], Mask]:
    """The colour of a photo that may mark missing data, and the pixels that have it; nothing, nowhere.

    Args:
        stored: (C, pixels).
        known: (pixels,); what is void.
        modality: What the model takes the raster for.
    """
    photo = modality.kind != "elevation" and 1 < len(stored) <= SHOWN and stored.dtype.kind in "iu"
    colour = repeated_colour(stored, known) if photo else ()
    if not colour:
        return (), np.zeros(known.shape, dtype=np.bool_)
    return colour, (stored == np.array(colour)[:, None]).all(axis=0) & ~known


def _undeclared_warnings(shares: Mapping[float, float], rules: VoidRules, name: str) -> Iterator[Event]:
    """A warning for each of them."""
    for number, share in shares.items():
        if rules.black_is_void and number == 0:
            yield collar_warning(name, rules.source.path, share)
        else:
            yield undeclared_warning(name, rules.source.path, number, share)


def _black_inside(
    stored: NDArray[Any], void: Mask, weights: NDArray[np.float64], rules: VoidRules, modality: Modality
) -> Iterator[Event]:
    """A warning of black that may be a hole: nowhere near the edge, and no night. Repeats tell of fractions."""
    photo = modality.kind != "elevation" and len(rules.bands) > 1 and stored.dtype.kind in "iu"
    if photo and rules.source.nodata_rule != "none" and not rules.black_is_void:
        black = ~stored.any(axis=0) & ~void
        if is_collar(stored, void, black, np.zeros_like(black)):
            yield black_inside_warning(modality.name, rules.source.path, _share(black, weights))


def _white(
    stored: NDArray[Any], edge: Mask, weights: NDArray[np.float64], rules: VoidRules, name: str
) -> Iterator[Event]:
    """A warning of white at the edge that may be a collar."""
    if rules.source.nodata_rule != "none" and may_be_white_collar(stored, edge):
        yield white_edge_warning(name, rules.source.path, _share(edge, weights))


def _in_one_band(partly: Mask, weights: NDArray[np.float64], rules: VoidRules, name: str) -> Iterator[Event]:
    """A warning where no data in one band alone makes pixels void."""
    if rules.source.nodata_rule == "any" and _worth_a_word(partly):
        text = (
            f"{in_percent(_share(partly, weights))} of the pixels of {rules.source.path} have the no-data value in "
            "some bands and a measurement in others: they are treated as no data. If these are measurements, too, "
            f"say --nodata {name}=all."
        )
        yield Event("warning", {"code": "nodata-in-one-band", "text": text})


def _masked(
    hidden: Mask, weights: NDArray[np.float64], rules: VoidRules, name: str, alphas: Sequence[int]
) -> Iterator[Event]:
    """A word where a mask hides pixels that hold something; a warning where it is a band that is called alpha."""
    if not _worth_a_word(hidden):
        return
    path = rules.source.path
    by_alpha = rules.source.mask == "auto" and bool(alphas)
    subject = f"Band {alphas[0]} of {path}, declared as alpha," if by_alpha else f"The mask of {path}"
    text = (
        f"{subject} hides {in_percent(_share(hidden, weights))} of the pixels although they hold values: they are "
        f"treated as no data. If it is no mask, say --mask {name}=none."
    )
    yield Event("warning" if by_alpha else "info", {"code": "masked-values", "text": text})


def _worth_a_word(where: Mask) -> bool:
    return bool(where.sum() > max(FEW, WORTH_A_WORD * where.size))


def _share(where: Mask, weights: NDArray[np.float64]) -> float:
    """Share of the raster, 0 to 1, from pixels of pieces of it."""
    return float(weights[where].sum())


def _tallies(stored: NDArray[Any], void: Mask, rules: VoidRules, modality: Modality) -> Tallies:
    """Count what is measured."""
    values = np.empty(stored.shape, dtype=np.float32)
    valid = ~void
    for plane, raw, scaling, fills in zip(values, stored, rules.scaling, rules.fills, strict=True):
        scale(raw, scaling, out=plane)
        valid &= np.isfinite(plane) & (np.abs(plane) < HUGE)
        for _, where in fills.found(raw):
            valid &= ~where
    if rules.black_is_void:
        valid &= stored.any(axis=0)
    return tuple(BandTally.of(plane[valid], band) for band, plane in zip(modality.bands, values, strict=True))
