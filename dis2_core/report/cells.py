"""What a table cell can be beside text and numbers, and how each becomes text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_COLOR = re.compile(r"^#[0-9a-fA-F]{6}$")


@dataclass(frozen=True)
class Percent:
    """A share, 0 to 1, shown in percent with a bar behind it.

    Attributes:
        share: NaN or None: unknown, shown as a dash.
        digits: Behind the point.
    """

    share: float | None
    digits: int = 1

    @property
    def known(self) -> bool:
        """Whether there is a number to show."""
        return self.share is not None and math.isfinite(self.share)

    @property
    def width(self) -> float:
        """Length of the bar in percent."""
        return round(100 * min(max(self.share or 0.0, 0.0), 1.0), 1) if self.known else 0.0

    def __str__(self) -> str:
        return f"{100 * self.share:.{self.digits}f} %" if self.known and self.share is not None else "–"


@dataclass(frozen=True)
class Swatch:
    """A class: its colour ``#rrggbb`` and its name. What is no colour is left out."""

    color: str
    name: str

    @property
    def has_color(self) -> bool:
        """Whether the colour can be shown: it goes into a style attribute."""
        return bool(_COLOR.match(self.color))

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Quantity:
    """A number with its unit, already as text: it belongs to the right edge of its column."""

    text: str

    def __str__(self) -> str:
        return self.text


def cell_text(value: object) -> str:
    """A cell as text: thousands grouped, three digits behind the point, a dash for what is unknown."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.3f}" if isinstance(value, float) else str(value)


def is_number(value: object) -> bool:
    """Whether a cell belongs to the right edge of its column."""
    return value is None or (isinstance(value, (int, float, Percent, Quantity)) and not isinstance(value, bool))
