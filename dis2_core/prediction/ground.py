"""How much of a region looks unlike the ground of training, by windows that lie beside each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import torch

from ..contract.card import ModelCard
from ..network.familiarity import UNUSUAL, Familiarity
from ..rasters.grid import WindowPlan
from .strips import StripRows

AT_ONCE = 8  # windows: more are slower on a CPU


class Ground:
    """Looks at the ground as it goes by, at most once.

    The network sees most pixels several times, where windows overlap. To know whether a region is familiar it does
    to leave those windows out that overlap with one that was looked at.

    Args:
        familiarity: On the device of the strip.
        card: The model's card.
        plan: Where the network's windows lie.
        inside: Given a first row and a number of rows, says which pixels of the plan's columns count, bool (rows,
            columns); None: all.
    """

    def __init__(
        self,
        familiarity: Familiarity,
        card: ModelCard,
        plan: WindowPlan,
        inside: Callable[[int, int], npt.NDArray[np.bool_]] | None = None,
    ) -> None:
        self._familiarity = familiarity
        self._card = card
        self._cols = list(beside(plan.cols, plan.window[1]))
        self._rows = set(beside(plan.rows, plan.window[0]))
        self._inside = inside
        self._looked_at = 0
        self._unlike = 0

    @property
    def unlike(self) -> float | None:
        """Share of the pixels with data that look unlike the ground of training; None: none was looked at."""
        return self._unlike / self._looked_at if self._looked_at else None

    def look(self, top: int, rows: StripRows) -> None:
        """Look at the windows that begin in a row, those of them that are due."""
        if top in self._rows:
            for start in range(0, len(self._cols), AT_ONCE):
                self._look(top, rows, self._cols[start : start + AT_ONCE])

    def _look(self, top: int, rows: StripRows, cols: list[int]) -> None:
        there = rows.cut_availability(cols)  # (B, height, width)
        counted = there > 0
        if self._inside is not None:
            inside = self._inside(top, rows.window[0])
            for window, col in zip(counted, cols, strict=True):
                part = inside[:, col - rows.left : col - rows.left + rows.window[1]]
                window[: part.shape[0], : part.shape[1]] &= torch.from_numpy(part)
        if not counted.any():
            return
        windows = {name: rows.cut(name, cols) for name in rows.values}
        device = next(iter(windows.values())).device
        masks = {name: self._card.scenario_mask([name]) for name in windows}
        familiar = self._familiarity(windows, {name: ((there & mask) > 0).to(device) for name, mask in masks.items()})
        self._looked_at += int(counted.sum())
        self._unlike += int(((familiar < UNUSUAL) & counted.to(device)).sum())


def beside(starts: tuple[int, ...], size: int) -> Iterator[int]:
    """Those of increasing starts that lie at least ``size`` after the one before."""
    free = starts[0]
    for start in starts:
        if start >= free:
            free = start + size
            yield start
