"""Which band of a file each band of a model gets: what the file says of its bands decides, their order only otherwise.

The library asks with rasterio and QGIS with GDAL; both describe a file's bands as ``FileBand``, so that a person sees
before a run what the run will read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Optional

from .card import Modality

#: Parts of the spectrum in micrometres: where one begins, its middle, where it ends.
_SPECTRUM = {
    "coastal": (0.40, 0.43, 0.45),
    "blue": (0.45, 0.48, 0.52),
    "green": (0.52, 0.56, 0.60),
    "red": (0.60, 0.66, 0.69),
    "red edge": (0.69, 0.72, 0.76),
    "nir": (0.76, 0.84, 1.00),
    "swir": (1.30, 1.65, 2.60),
}

#: What people call them, the longer names first: a red edge is no red. Sentinel-2's B02 is written with its zero.
_WORDS = {
    "red edge": r"red ?edge|re [1-4]",
    "swir": r"swir ?[0-9]*|short ?wave infra ?red",
    "nir": r"n?ir|near ?infra ?red|infra ?red|(nahes )?infra ?rot|proche infra ?rouge|infra ?rouge|b08",
    "coastal": r"coastal( aerosol| blue)?",
    "red": r"red|rot|rouge|b04",
    "green": r"green|gruen|grün|vert|b03",
    "blue": r"blue|blau|bleu|b02",
}
_LETTERS = {"r": "red", "g": "green", "b": "blue", "n": "nir"}

#: What GDAL calls a band's colour, where that names a part of the spectrum.
_COLORS = {
    **{name: name for name in ("red", "green", "blue", "nir", "coastal", "swir")},
    "rededge": "red edge",
}
_DISPLAYED = {"red", "green", "blue"}

SHOWN = 12  # bands of a model that a sentence lists


@dataclass(frozen=True)
class FileBand:
    """One band of data, as its file describes it.

    Attributes:
        number: From 1.
        name: Its description; empty where there is none.
        color: GDAL's word for its colour in small letters, such as ``red``, ``gray``, ``undefined``.
        wavelength: Of its middle, in micrometres.
    """

    number: int
    name: str = ""
    color: str = ""
    wavelength: Optional[float] = None

    @property
    def meaning(self) -> str:
        """The part of the spectrum: by its name, else its wavelength, else its colour; empty where nothing says it.

        Names are what somebody wrote; colours are often what a program assumed of any three bands.
        """
        return _meaning(self.name) or _at(self.wavelength) or _COLORS.get(self.color, "")

    @property
    def label(self) -> str:
        """Number and name: ``band 4 (B04)``."""
        name = self.name or (self.color if self.color in _COLORS else "")
        return f"band {self.number} ({name})" if name else f"band {self.number}"


@dataclass(frozen=True)
class BandChoice:
    """Which bands are read.

    Attributes:
        bands: In the order of the model's bands.
        how: ``chosen`` by a person, by what the file ``says``, or by their ``order``.
        contradictions: (position in ``bands``, what the file says of that band instead).
        alternative: What the file says the bands are, where they were chosen otherwise; empty where it does not say.
    """

    bands: tuple[FileBand, ...]
    how: str
    contradictions: tuple[tuple[int, str], ...] = ()
    alternative: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of the bands, from 1."""
        return tuple(band.number for band in self.bands)


def choose_bands(modality: Modality, present: Sequence[FileBand], chosen: Sequence[int] = ()) -> BandChoice:
    """Choose a file's bands for a modality.

    Args:
        modality: What the model takes.
        present: The bands of the file that hold data, at least as many as the modality has.
        chosen: Numbers that a person has named, which count whatever the file says.
    """
    said = _named(modality, present) or _meant(modality, present)
    by_number = {band.number: band for band in present}
    if chosen:
        bands, how = tuple(by_number.get(number, FileBand(number)) for number in chosen), "chosen"
    elif said:
        bands, how = said, "says"
    else:
        bands, how = tuple(present[: len(modality.bands)]), "order"
    against = () if bands == said else _contradictions(modality, present, bands)
    return BandChoice(bands, how, against, tuple(band.number for band in said) if against else ())


def wavelength(tags: Mapping[str, str]) -> Optional[float]:
    """The wavelength in micrometres that a band's metadata tell, of GDAL's, ENVI's or Sentinel-2's spelling."""
    found = {key.casefold(): value for key, value in tags.items()}
    unit = found.get("wavelength_units", found.get("wavelength_unit", "")).casefold()
    try:
        if "central_wavelength_um" in found:
            return float(found["central_wavelength_um"])
        value = float(found["wavelength"])
    except (KeyError, ValueError):
        return None
    in_nanometres = unit.startswith(("nm", "nano")) or (not unit and value > 100)
    return value / 1000 if in_nanometres else value if not unit or unit.startswith(("um", "µm", "micro")) else None


def looks_like_photo(present: Sequence[FileBand]) -> bool:
    """Whether a file says that it holds colours: red, green and blue."""
    return {band.meaning for band in present} >= _DISPLAYED


def _named(modality: Modality, present: Sequence[FileBand]) -> tuple[FileBand, ...]:
    """Bands that are called what the model calls them, if all are and none twice."""
    return _found([_plain(band.name) for band in modality.bands], [(_plain(band.name), band) for band in present])


def _meant(modality: Modality, present: Sequence[FileBand]) -> tuple[FileBand, ...]:
    """Bands that mean what the model's names mean, if all do and none twice; of a spectrometer's the nearest."""
    wanted = [_meaning(band.name) for band in modality.bands]
    return _found(wanted, [(band.meaning, band) for band in present])


def _found(wanted: Sequence[str], present: Sequence[tuple[str, FileBand]]) -> tuple[FileBand, ...]:
    if len(set(wanted)) < len(wanted) or not all(wanted):
        return ()
    found = []
    for word in wanted:
        bands = [band for name, band in present if name == word]
        if len(bands) > 1 and word in _SPECTRUM and all(band.wavelength for band in bands):
            bands = [min(bands, key=lambda band: abs((band.wavelength or 0) - _SPECTRUM[word][1]))]
        if len(bands) != 1:
            return ()
        found += bands
    return tuple(found)


def _contradictions(
    modality: Modality, present: Sequence[FileBand], bands: Sequence[FileBand]
) -> tuple[tuple[int, str], ...]:
    """Where the file says that a band is something else.

    Any three bands are called red, green and blue in order to be displayed: that says nothing of a model of others.
    """
    wanted = [_meaning(band.name) for band in modality.bands]
    names = [_plain(band.name) for band in modality.bands]
    meanings = {band.meaning for band in present} - {""}
    only_displayed = all(not (_meaning(band.name) or band.wavelength) for band in present) and meanings <= _DISPLAYED
    if only_displayed and not set(wanted) <= _DISPLAYED:
        return ()
    return tuple(
        (position, band.meaning)
        for position, (name, word, band) in enumerate(zip(names, wanted, bands))
        if word and band.meaning and band.meaning != word and _plain(band.name) != name
    )


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", name.casefold()))


def _meaning(name: str) -> str:
    """The part of the spectrum that a name names; empty where it names none, or several."""
    rest = _plain(name)
    if not rest:  # as most bands of most files
        return ""
    if rest in _LETTERS:
        return _LETTERS[rest]
    found = []
    for meaning, words in _WORDS.items():
        rest, count = re.subn(rf"\b(?:{words})\b", "", rest)
        found += [meaning] * bool(count)
    return found[0] if len(found) == 1 else ""


def _at(micrometres: Optional[float]) -> str:
    if micrometres is None:
        return ""
    return next((name for name, (low, _, high) in _SPECTRUM.items() if low <= micrometres < high), "")
