"""Whether the values of a raster can be what the model takes them for: range, level and spread, band by band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...contract.card import Band, Modality
from ...contract.segment_job import Event, Source
from .validity import Chunk

SAMPLES = 100_000  # pixels of a chunk that are counted
ENOUGH = 1000  # samples of a band, from which level and spread say something

SUSPICIOUS_SHARE = 0.2  # of a band's samples out of range, from which a warning is due
IMPOSSIBLE_SHARE = 0.01  # the same, where the range is that of a type (0 to 255): nothing can lie outside
TALL = 4.5  # standard deviations above the mean: what a hundredth of the heights of a place seldom exceeds
TALL_SHARE = 0.01  # of the samples, from which heights are too tall to be true
NARROW = 8.0  # a range that is so many times wider than all values is another unit's
FULL_SCALES = (1.0, 255.0, 1023.0, 2047.0, 4095.0, 10_000.0, 16_383.0, 65_535.0)  # what white is stored as
ROOM = 1.02  # above full scale, for resampling that overshoots
GLINT = 3.0  # reflectance of roofs and waves that mirror the sun: more than white
TYPICAL = 0.45  # standard deviation of the heights of a place, in those of the card; told from eleven real scenes

ONLY_SOME = "The other bands fit as they are, and --scale changes all of them: mend the file, or choose other --bands."

Scaling = tuple[float, float]


@dataclass(frozen=True)
class BandTally:
    """Samples of one band, in the card's unit; tallies add up.

    Attributes:
        samples: Values counted.
        below, above: Those under and over the valid range.
        tall: Those that lie ``TALL`` standard deviations above the mean of the card.
        broken: Those that are no whole numbers.
        uneven: Those that are no whole thousandths.
        in_feet: Those of them that are whole thousandths when multiplied by 0.3048.
        minimum, maximum: Of all samples.
        total, squares: Sums of the samples and of their squares.
    """

    samples: int = 0
    below: int = 0
    above: int = 0
    tall: int = 0
    broken: int = 0
    uneven: int = 0
    in_feet: int = 0
    minimum: float = math.inf
    maximum: float = -math.inf
    total: float = 0.0
    squares: float = 0.0

    @classmethod
    def of(cls, values: np.ndarray, band: Band) -> BandTally:
        """Count valid values of a band, of any shape."""
        if values.size == 0:
            return cls()
        seen = values.astype(np.float64).ravel()
        broken = seen[seen != np.rint(seen)]
        uneven = broken[_leaves_steps(broken)]
        return cls(
            samples=seen.size,
            below=int((seen < band.valid_min).sum()),
            above=int((seen > band.valid_max).sum()),
            tall=int((seen > band.mean + TALL * band.std).sum()),
            broken=broken.size,
            uneven=uneven.size,
            in_feet=int((~_leaves_steps(0.3048 * uneven)).sum()),
            minimum=float(seen.min()),
            maximum=float(seen.max()),
            total=float(seen.sum()),
            squares=float(seen @ seen),
        )

    @property
    def share(self) -> float:
        """Share of the samples outside the range, 0 to 1."""
        return (self.below + self.above) / self.samples if self.samples else 0.0

    @property
    def mean(self) -> float:
        """Mean of the samples."""
        return self.total / self.samples if self.samples else math.nan

    @property
    def std(self) -> float:
        """Standard deviation of the samples."""
        return math.sqrt(max(self.squares / self.samples - self.mean**2, 0.0)) if self.samples else math.nan

    def __add__(self, other: BandTally) -> BandTally:
        return BandTally(
            self.samples + other.samples,
            self.below + other.below,
            self.above + other.above,
            self.tall + other.tall,
            self.broken + other.broken,
            self.uneven + other.uneven,
            self.in_feet + other.in_feet,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
            self.total + other.total,
            self.squares + other.squares,
        )


def _leaves_steps(values: np.ndarray) -> np.ndarray:
    """Where values are no whole thousandths, within what float32 can tell of heights."""
    steps = 1000 * values
    return np.asarray(np.abs(steps - np.rint(steps)) > 0.02)


Tallies = tuple[BandTally, ...]


def no_tallies(modality: Modality) -> Tallies:
    """Tallies of a modality before anything is counted."""
    return tuple(BandTally() for _ in modality.bands)


def add_tallies(first: Tallies, second: Tallies) -> Tallies:
    """Tallies of the same bands, added up."""
    return tuple(one + other for one, other in zip(first, second, strict=True))


def tallies_of(chunk: Chunk, modality: Modality) -> Tallies:
    """Count a regular subsample of the valid values of a chunk, band by band."""
    step = max(1, int((chunk.valid.size / SAMPLES) ** 0.5))
    valid = chunk.valid[::step, ::step]
    return tuple(
        BandTally.of(values[valid], band)
        for band, values in zip(modality.bands, chunk.values[:, ::step, ::step], strict=True)
    )


def range_warning(
    tallies: Sequence[BandTally], modality: Modality, source: Source, scaling: Scaling = (1, 0)
) -> Event | None:
    """The warning (code ``value-range``) that values cannot be what the model takes them for, with the likely cause.

    Args:
        tallies: Of each band.
        modality: What the model takes the values for.
        source: The file; a scale that was chosen for it is trusted as far as the range allows.
        scaling: How stored numbers became values; options that are proposed start from what is stored.

    Returns:
        The event; None where there is nothing to warn of.
    """
    found = [
        (band, tally, cause)
        for band, tally in zip(modality.bands, tallies, strict=True)
        if tally.samples and (cause := _cause(tally, band, modality, source, scaling))
    ]
    if not found:
        return None
    seen = "; ".join(_seen(band, tally, len(modality.bands) > 1) for band, tally, _ in found[:3])
    more = f"; and {len(found) - 3} bands more" if len(found) > 3 else ""
    causes = list(dict.fromkeys(cause for *_, cause in found))
    advice = causes[0] if len(found) == len(modality.bands) else f"{causes[0]} {ONLY_SOME}"
    text = f"{source.path} does not hold what the model knows as {modality.name}: {seen}{more}. {advice}"
    return Event("warning", {"code": "value-range", "text": text})


def _seen(band: Band, tally: BandTally, named: bool) -> str:
    unit = f" {band.unit}" if band.unit else ""
    name = f"{band.name} is " if named else ""
    seen, mean = f"{name}{_plain(tally.minimum)} to {_plain(tally.maximum)}", _plain(tally.mean)
    known, usual = f"{_plain(band.valid_min)} to {_plain(band.valid_max)}{unit}", _plain(band.mean)
    if tally.share:
        return f"{seen}, mean {mean}, {tally.share:.0%} of it outside, where {known}, mean {usual}, is expected"
    return f"{seen}, mean {mean}, where {known}, mean {usual}, is expected"


def _plain(number: float) -> str:
    """Three digits, or whole."""
    return f"{number + 0.0:.0f}" if abs(number) >= 1000 else f"{number + 0.0:.3g}"


def _cause(tally: BandTally, band: Band, modality: Modality, source: Source, scaling: Scaling) -> str:
    """What is the matter with a band, and what mends it; empty: nothing."""
    if modality.kind == "elevation":
        judged = source.scale is None and tally.samples >= ENOUGH
        return _cause_of_heights(tally, band, modality.name, scaling, judged)
    if _leaves_range(tally, band):
        return _cause_outside(tally, band, modality, scaling)
    return _cause_inside(tally, band, modality, scaling, source.scale is None) if tally.samples >= ENOUGH else ""


def _leaves_range(tally: BandTally, band: Band) -> bool:
    whole_type = band.valid_min == 0 and band.valid_max in FULL_SCALES
    return tally.share > (IMPOSSIBLE_SHARE if whole_type and tally.samples >= ENOUGH else SUSPICIOUS_SHARE)


def _cause_outside(tally: BandTally, band: Band, modality: Modality, scaling: Scaling) -> str:
    if tally.minimum <= -999 and tally.below > tally.above:
        return f"Likely {tally.minimum:g} marks missing data: say --nodata {modality.name}={tally.minimum:g}."
    if _is_swapped(tally, band):
        return f"Likely the sign is swapped: use {_option(modality.name, -1, scaling)}."
    if modality.kind == "sar":
        return (
            "Likely decibels and linear intensity are mixed up, or another scaling: convert them, or rescale with "
            f"--scale {modality.name}=a,b."
        )
    if tally.minimum >= 0 and band.valid_min >= 0 and tally.maximum > ROOM * band.valid_max:
        return _other_full_scale(_full_scale(tally.maximum), band, modality, scaling)
    return f"Likely the values are scaled differently: rescale with --scale {modality.name}=a,b."


def _cause_inside(tally: BandTally, band: Band, modality: Modality, scaling: Scaling, judged: bool) -> str:
    """Values that a range hides because it is far wider: a photo from 0 to 1, intensity for decibels."""
    if modality.kind != "sar" and band.valid_min >= 0:
        return _cause_of_darkness(tally, band, modality, scaling, judged)
    if modality.kind == "sar" and _is_narrow(tally, band) and abs(tally.mean - band.mean) > 2 * band.std:
        return (
            "Likely decibels and linear intensity are mixed up: convert them, "
            f"or rescale with --scale {modality.name}=a,b."
        )
    return ""


def _is_narrow(tally: BandTally, band: Band) -> bool:
    """Whether values differ, but hardly, for what the card knows."""
    spread, span = tally.maximum - tally.minimum, band.valid_max - band.valid_min
    return 0 < spread <= span / NARROW and tally.std <= band.std / NARROW


def _cause_of_darkness(tally: BandTally, band: Band, modality: Modality, scaling: Scaling, judged: bool) -> str:
    """A photo whose white is a small number. Whole numbers may be a night; what is no whole number was computed."""
    stored, known = _full_scale(tally.maximum), _full_scale(band.valid_max)
    computed = 2 * tally.broken > tally.samples
    if _is_narrow(tally, band) and abs(tally.minimum) <= tally.maximum:
        if computed and tally.maximum <= GLINT:
            stored = 1.0
        bytes_for_more = stored == 255 and tally.maximum > 127 and not tally.broken  # else a dark scene
        if known >= NARROW * stored and (stored == 1 or bytes_for_more):
            return _other_full_scale(stored, band, modality, scaling)
        if computed:
            return f"Likely the values are scaled differently: rescale with --scale {modality.name}=a,b."
    in_percent = computed and tally.maximum <= ROOM * 100 and tally.mean < band.mean - band.std
    if judged and in_percent and known == 255 and tally.maximum > known / NARROW:
        return f"Likely this is imagery in percent: rescale with {_option(modality.name, known / 100, scaling)}."
    return ""


def _other_full_scale(stored: float, band: Band, modality: Modality, scaling: Scaling) -> str:
    """White is another number than the model knows."""
    known = _full_scale(band.valid_max)
    names = {1.0: "0 to 1", 255.0: "8-bit", 10_000.0: "0 to 10000"}
    theirs, ours = (names.get(scale, "16-bit") for scale in (stored, known))
    option = _option(modality.name, known / stored, scaling)
    return f"Likely this is {theirs} imagery and the model was trained with {ours}: rescale with {option}."


def _full_scale(maximum: float) -> float:
    """What white is likely stored as, where the largest value is this."""
    return next((scale for scale in FULL_SCALES if maximum <= ROOM * scale), maximum)


def _is_swapped(tally: BandTally, band: Band) -> bool:
    """Whether the values fit with the other sign."""
    low, high = -tally.maximum, -tally.minimum
    fits = low >= band.valid_min and high <= band.valid_max
    return fits and abs(-tally.mean - band.mean) < 2 * band.std


def _cause_of_heights(tally: BandTally, band: Band, name: str, scaling: Scaling, judged: bool) -> str:
    """Heights above the ground begin near 0 whatever their unit; absolute ones do not.

    Args:
        tally: The heights.
        band: What the card knows of them.
        name: Of the modality.
        scaling: How stored numbers became heights.
        judged: Whether level and spread count, beside the range.
    """
    spread, high = tally.maximum - tally.minimum, band.valid_max
    if tally.share > SUSPICIOUS_SHARE and tally.minimum <= -999 and tally.below > tally.above:
        return f"Likely {tally.minimum:g} marks missing data: say --nodata {name}={tally.minimum:g}."
    if judged and _is_upside_down(tally):
        return f"Likely the ground was subtracted the wrong way round: use {_option(name, -1, scaling)}."
    above_ground = band.valid_min <= 0 <= band.mean + band.std
    if above_ground and (tally.minimum > high or (tally.mean > high and spread < high - band.valid_min)):
        return _absolute()
    if above_ground and judged and tally.minimum > band.mean + band.std:
        return _absolute()
    if tally.share > SUSPICIOUS_SHARE or (judged and _is_tall(tally)):
        return _likely_unit(tally, band, name, scaling)
    if judged and tally.below > TALL_SHARE * tally.samples:
        return (
            f"Likely {tally.minimum:g} m marks missing data, which --nodata {name}=VALUE declares as it is stored, "
            "or the terrain lies above the surface."
        )
    if judged and (tally.minimum, tally.maximum) == (0, 1) and tally.broken:
        return f"Likely the heights were normalised to 0 to 1: use --scale {name}=H,0, where H is the height of 1."
    return ""


def _is_tall(tally: BandTally) -> bool:
    return tally.tall > TALL_SHARE * tally.samples or tally.above > TALL_SHARE / 2 * tally.samples


def _is_upside_down(tally: BandTally) -> bool:
    """Whether heights go down as far as they should go up."""
    return tally.below > TALL_SHARE * tally.samples and -tally.minimum > 4 * max(tally.maximum, 0) and tally.mean < 0


def _absolute() -> str:
    return (
        "Likely these are absolute heights (a DSM) and the model expects heights above the ground: "
        "subtract the terrain (nDSM = DSM - DTM, with dis2 ndsm)."
    )


def _likely_unit(tally: BandTally, band: Band, name: str, scaling: Scaling) -> str:
    """The units that make the spread of the heights most like that of a place, the likeliest first."""
    units = {0.1: "decimetres", 0.01: "centimetres", 0.001: "millimetres"}
    if tally.broken or scaling[0] != 1:
        units[0.3048] = "feet"
    elif tally.minimum >= 0 and tally.maximum <= 255:
        units[0.2] = "steps of 0.2 m"
    else:
        units[0.3048] = "feet"
    wanted = math.log(TYPICAL * band.std / max(tally.std, 1e-9))
    best, second = sorted(units, key=lambda factor: abs(math.log(factor) - wanted))[:2]
    return (
        f"Likely the heights are in {units[best]}: use {_option(name, best, scaling)} (if in {units[second]}, "
        f"{_option(name, second, scaling)}). If they are absolute heights (a DSM), subtract the terrain first "
        "(nDSM = DSM - DTM)."
    )


def _option(name: str, factor: float, scaling: Scaling) -> str:
    """The option that multiplies the values, told for stored numbers."""
    a, b = factor * scaling[0], factor * scaling[1] + 0.0  # never -0
    return f"--scale {name}={a:.4g},{b:.4g}"
