"""Areas for people: rounded to what a map of pixels can know."""

from __future__ import annotations

from .numbers import number_text

DIGITS = 3  # that a boundary of pixels leaves of an area, at best
HECTARE = 10_000.0  # square metres


def area_text(square_metres: float) -> str:
    """Return an area to three digits, as the locale writes it: ``75.8 m²``, ``12,300 m² (1.23 ha)``, ``4,560 ha``."""
    if square_metres >= 100 * HECTARE:
        return f"{_rounded(square_metres / HECTARE)} ha"
    text = f"{_rounded(square_metres)} m²"
    return f"{text} ({_rounded(square_metres / HECTARE)} ha)" if square_metres >= HECTARE / 10 else text


def _rounded(number: float) -> str:
    """Three digits, the others as zeros, the thousands parted."""
    rounded = float(f"{number:.{DIGITS}g}")
    return number_text(rounded, ",.0f" if rounded >= 100 else "g")
