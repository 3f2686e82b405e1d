"""Heights above ground in figures: counted strip by strip, and judged."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..rasters.areas import PixelArea
from ..rasters.grid import Grid

Heights = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

STEP = 0.1  # metres; the accuracy of median and quantiles
REACH = 1000.0  # metres; what lies further from the ground counts as this far

#: From where heights above ground are hard to believe.
SWAPPED = -2.0  # metres; a median below it
ALOFT = 10.0  # metres; where the lowest ``LOW`` of all heights lies above it, there is no ground
TOWERING = 200.0  # metres; a median above it, or the highest 2 %
BURIED = -1.0  # metres; noise of two surveys stays above it
TOLERATED = 0.05  # share of heights below ``BURIED``; beyond it, more below than above means that the two are swapped
LOW, HIGH = 0.02, 0.98


@dataclass(frozen=True)
class Holes:
    """Pixels without a height, since one of the rasters has no data there.

    Attributes:
        pixels: How many.
        percent: Their share of the result.
        square_metres: Their area on the ground; None where there is no CRS.
        without_dsm, without_dtm: Pixels that lack the one and the other; some lack both.
    """

    pixels: int
    percent: float
    square_metres: float | None
    without_dsm: int
    without_dtm: int

    def __str__(self) -> str:
        area = "" if self.square_metres is None else f", {self.square_metres:,.1f} m²"
        return (
            f"{self.pixels:,} pixels, {self.percent:.2f} %{area} (the DSM has no data in {self.without_dsm:,}, "
            f"the DTM in {self.without_dtm:,})"
        )


@dataclass(frozen=True)
class NdsmResult:
    """What was done.

    Attributes:
        output: The GeoTIFF.
        size: Its (height, width) in pixels.
        pixels: Pixels with a height.
        holes: Those without.
        negative: Percent of the heights below 0 before they were limited.
        raised, lowered: Heights that were set to the lowest and to the highest that is allowed.
        minimum, mean, maximum: Of the heights before they were limited, in metres.
        median: The same to 0.1 m.
        seconds: Wall time.
        warnings: Texts of the warnings.
    """

    output: str
    size: tuple[int, int]
    pixels: int
    holes: Holes
    negative: float
    raised: int
    lowered: int
    minimum: float
    median: float
    mean: float
    maximum: float
    seconds: float
    warnings: tuple[str, ...]

    @property
    def outputs(self) -> dict[str, str]:
        """The path by name."""
        return {"ndsm": self.output}

    @property
    def summary(self) -> str:
        """The result in a line."""
        return (
            f"Heights from {_tenths(self.minimum)} to {_tenths(self.maximum)} m, half of them below "
            f"{_tenths(self.median)} m; {self.negative:.1f} % negative; without a height: {self.holes}."
        )

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return asdict(self)


class HeightTally:
    """Counts heights while they are made. How rows are cut into strips changes no figure.

    Args:
        grid: Of the result.
        lowest: What heights are limited to from below; None: they are not.
        highest: Likewise from above.
    """

    def __init__(self, grid: Grid, lowest: float | None = None, highest: float | None = None) -> None:
        self._grid = grid
        self._area = PixelArea(grid)
        self._lowest = -math.inf if lowest is None else lowest
        self._highest = math.inf if highest is None else highest
        self._bins = np.zeros(round(2 * REACH / STEP), dtype=np.int64)
        self._total = self._hole_area = 0.0
        self._negative = self._raised = self._lowered = self._without_dsm = self._without_dtm = 0
        self._minimum, self._maximum = math.inf, -math.inf

    @property
    def pixels(self) -> int:
        """Pixels with a height."""
        return int(self._bins.sum())

    def add(self, row: int, heights: Heights, in_dsm: Mask, in_dtm: Mask) -> None:
        """Count rows (rows, width), the first of them row ``row``; heights are NaN in holes, and not limited yet."""
        self._without_dsm += int(np.count_nonzero(~in_dsm))
        self._without_dtm += int(np.count_nonzero(~in_dtm))
        holes = np.isnan(heights)
        if self._area.known:
            self._hole_area += math.fsum(self._area.rows(row, row + len(heights)) * holes.sum(axis=1))
        for total in np.where(holes, 0, heights).sum(axis=1, dtype=np.float64).tolist():
            self._total += total
        known = heights[~holes]
        if known.size == 0:
            return
        self._minimum = min(self._minimum, float(known.min()))
        self._maximum = max(self._maximum, float(known.max()))
        self._negative += int(np.count_nonzero(known < 0))
        self._raised += int(np.count_nonzero(known < self._lowest))
        self._lowered += int(np.count_nonzero(known > self._highest))
        bins = np.clip(np.floor((known + REACH) / STEP), 0, len(self._bins) - 1).astype(np.intp)
        self._bins += np.bincount(bins, minlength=len(self._bins))

    def quantile(self, share: float) -> float:
        """The height below which ``share`` of all lie, to ``STEP`` metres."""
        index = int(np.searchsorted(np.cumsum(self._bins), share * self.pixels))
        return round((index + 0.5) * STEP - REACH, 2)

    def share_below(self, height: float) -> float:
        """The share of heights below one, to ``STEP`` metres."""
        return float(self._bins[: round((height + REACH) / STEP)].sum()) / max(1, self.pixels)

    def result(self, output: str, warnings: tuple[str, ...]) -> NdsmResult:
        """Put the figures together."""
        pixels, size = self.pixels, self._grid.height * self._grid.width
        holes = Holes(
            pixels=size - pixels,
            percent=100 * (size - pixels) / size,
            square_metres=self._hole_area if self._area.known else None,
            without_dsm=self._without_dsm,
            without_dtm=self._without_dtm,
        )
        return NdsmResult(
            output=output,
            size=self._grid.shape,
            pixels=pixels,
            holes=holes,
            negative=100 * self._negative / pixels,
            raised=self._raised,
            lowered=self._lowered,
            minimum=self._minimum,
            median=self.quantile(0.5),
            mean=self._total / pixels,
            maximum=self._maximum,
            seconds=0.0,
            warnings=warnings,
        )


def difference(surface: Heights, terrain: Heights, valid: Mask) -> Heights:
    """Surface less terrain, NaN where not both are valid."""
    with np.errstate(over="ignore", invalid="ignore"):
        heights = surface - terrain
    heights[~(valid & np.isfinite(heights))] = np.nan
    return heights


def suspicions(tally: HeightTally, dsm: str, dtm: str) -> list[str]:
    """What looks wrong about the heights, in the order of weight; one text at most."""
    median, low = tally.quantile(0.5), tally.quantile(LOW)
    buried = tally.share_below(BURIED)
    if median < SWAPPED:
        return [
            f"Half of {dsm} lies {-median:.1f} m and more below {dtm}: are the two swapped, or do they use "
            "different height systems?"
        ]
    if median > TOWERING or low > ALOFT:
        return [
            f"Hardly a pixel of {dsm} reaches the ground of {dtm} (half of the heights exceed {median:.1f} m, nearly "
            f"all {low:.1f} m): the two may use different height systems or units."
        ]
    if (high := tally.quantile(HIGH)) > TOWERING:
        return [
            f"{1 - HIGH:.0%} of {dsm} lie {high:.0f} m and more above {dtm}, which no house or tree does: are both in "
            "another unit than metres? If in centimetres, say --scale dsm=0.01,0 --scale dtm=0.01,0."
        ]
    if buried <= TOLERATED:
        return []
    if buried > 1 - tally.share_below(-BURIED):
        reason = "are the two swapped?"
    else:
        reason = "the two may be of different years, shifted, or of very different resolution."
    return [f"{buried:.1%} of {dsm} lie more than {-BURIED:g} m below {dtm}: {reason}"]


def _tenths(metres: float) -> str:
    """A height for people: no minus before a zero."""
    return f"{round(metres, 1) + 0.0:.1f}"
