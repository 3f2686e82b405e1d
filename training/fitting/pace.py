"""How fast a run is, and how long it has taken."""

from __future__ import annotations

import math
import time


class Pace:
    """Windows a second, from now on."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._windows = 0

    def add(self, windows: int) -> None:
        """Count windows that were trained on."""
        self._windows += windows

    @property
    def rate(self) -> float:
        """Windows a second; NaN before the first."""
        elapsed = time.monotonic() - self._started
        return self._windows / elapsed if self._windows and elapsed else math.nan

    def __str__(self) -> str:
        return f"{self.rate:.3g} windows/s" if self._windows else ""


class Clock:
    """The time of a run over all its starts.

    Args:
        wall: Seconds that earlier starts took.
        cpu: Seconds that their processors were busy.
    """

    def __init__(self, wall: float = 0.0, cpu: float = 0.0) -> None:
        self._wall = time.monotonic() - wall
        self._cpu = time.process_time() - cpu

    @property
    def wall(self) -> float:
        """Seconds."""
        return time.monotonic() - self._wall

    @property
    def cpu(self) -> float:
        """Seconds that this process kept processors busy, all its threads together; ``workers`` are not in it."""
        return time.process_time() - self._cpu
