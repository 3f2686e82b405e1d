"""Collars: what a photo has where it has nothing, black or white from the edge of the raster inwards."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rasterio.windows import Window

from ...contract.segment_job import Event
from .validity import Mask, small_regions
from .voids import in_percent

FEW = 16  # pixels that are not worth a word
COLLAR = 0.002  # of the pixels; less black at the edge is none
WHITE = 255  # of bytes
DARK = 3  # in all bands: a night, not a collar, where there is much of it


class Edges(NamedTuple):
    """What of a window is joined, within it, to the edge of the raster.

    Attributes:
        black: (rows, W); 0 in all bands.
        rim: (rows, W); nearly 0: what JPEG makes of a collar's border.
        white: (rows, W); 255 in all bands of bytes.
    """

    black: Mask
    rim: Mask
    white: Mask

    @classmethod
    def none(cls, shown: Mask) -> Edges:
        """Nothing, as of heights."""
        return cls(*(np.zeros(shown.shape, dtype=np.bool_) for _ in range(3)))

    @classmethod
    def of(cls, stored: NDArray[Any], shown: Mask, window: Window, size: tuple[int, int]) -> Edges:
        """Look at a window.

        Args:
            stored: (C, rows, W) as the file has it.
            shown: (rows, W); what masks and alpha let through.
            window: Where it lies.
            size: Height and width of the raster.
        """
        black = ~stored.any(axis=0) & shown
        edge = _joined_to_edge(black, window, *size)
        nearly = (stored.max(axis=0) <= DARK * _unit(stored)) & shown if edge.any() else edge
        bright = (stored == WHITE).all(axis=0) & shown if stored.dtype == np.uint8 else np.zeros_like(black)
        return cls(edge, _joined_to_edge(nearly, window, *size) & ~black, _joined_to_edge(bright, window, *size))


def is_collar(stored: NDArray[Any], void: Mask, edge: Mask, rim: Mask) -> bool:
    """Whether the black at the edge is a collar: more than a trifle, and darkness is rare beside and beyond it."""
    collar = edge & ~void
    if collar.sum() <= max(FEW, COLLAR * collar.size):
        return False
    brightest = stored.max(axis=0)
    dark = (brightest <= DARK * _unit(stored)) & (brightest > 0) & ~void
    return bool((dark & ~rim).sum() < collar.sum() / 10 and (dark & rim).sum() < collar.sum() / 3)


def may_be_white_collar(stored: NDArray[Any], edge: Mask) -> bool:
    """Whether white at the edge may be a collar; a roof is white as well, so that only a person can tell."""
    lowest = stored.min(axis=0)
    nearly = (lowest >= WHITE - DARK) & (lowest < WHITE)
    return bool(edge.sum() > max(FEW, COLLAR * edge.size) and nearly.sum() < edge.sum() / 10)


def black_inside_warning(name: str, path: str, share: float) -> Event:
    """The warning (code ``black-inside``) of what may be a hole in a photo, and is kept as data."""
    text = (
        f"{in_percent(share)} of the pixels of {path} are 0 in all bands, away from the edge, and hardly any are "
        f"nearly black: they are taken for what the photo shows. If they mark missing data, say --nodata {name}=all,0."
    )
    return Event("warning", {"code": "black-inside", "text": text})


def white_edge_warning(name: str, path: str, share: float) -> Event:
    """The warning (code ``white-edge``) of what may be a collar, and is kept as data."""
    text = (
        f"{in_percent(share)} of the pixels of {path} are {WHITE} in all bands, from the edge inwards, and are taken "
        f"for what the photo shows. If they are a collar, say --nodata {name}=all,{WHITE}."
    )
    return Event("warning", {"code": "white-edge", "text": text})


def _joined_to_edge(black: Mask, window: Window, height: int, width: int) -> Mask:
    """The black regions of a window, specks apart, that touch the edge of the raster."""
    if not black.any():
        return black
    seed = np.zeros_like(black)
    seed[0] = window.row_off == 0
    seed[-1] |= window.row_off + window.height >= height
    seed[:, 0] |= window.col_off == 0
    seed[:, -1] |= window.col_off + window.width >= width
    joined = black & seed
    while True:  # along rows and columns in turn, a whole run at a time
        grown = _along_runs(_along_runs(joined, black).T, black.T).T
        if np.array_equal(grown, joined):
            return np.asarray(grown & ~small_regions(np.ascontiguousarray(grown), FEW))
        joined = grown


def _along_runs(joined: Mask, black: Mask) -> Mask:
    """Every horizontal run of black pixels of which one is joined."""
    run = np.cumsum(np.diff(black, axis=1, prepend=False), axis=1) + np.arange(len(black))[:, None] * (
        2 * black.shape[1]
    )
    hit = np.zeros(int(run.max()) + 1, dtype=np.bool_)
    hit[run[joined]] = True
    return np.asarray(hit[run] & black)


def _unit(stored: NDArray[Any]) -> float:
    """The step of a byte, in numbers whose white is what the brightest of them is."""
    return max(float(np.nanmax(stored)), 0.0) / 255 if stored.dtype.kind == "f" else 1.0
