"""PNG files small enough for a repository."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

MOST_BYTES = 150_000
PALETTES = (256, 192, 144, 112, 88, 64)  # colours, the first that is small enough
FLAT = 60  # pixels like those above and to the left that make a colour part of a legend rather than of a photo
SHARE = 0.5  # of a palette, at most, for such colours


def shrink(source: Path, target: Path, trimmed: bool = False) -> int:
    """Write a picture with a palette and return its size in bytes.

    Args:
        source: The picture as it was taken.
        target: Where it goes.
        trimmed: Whether empty rows at its end are cut off.

    Raises:
        ValueError: It stays too large.
    """
    with Image.open(source) as opened:
        picture = opened.convert("RGB")
    if trimmed:
        picture = _without_empty_end(picture)
    for colours in PALETTES:
        _with_palette(picture, colours).save(target, optimize=True)
        size = target.stat().st_size
        if size <= MOST_BYTES:
            return size
    raise ValueError(f"{target.name} has {size:,} bytes; {MOST_BYTES:,} is the limit")


def _with_palette(picture: Image.Image, colours: int) -> Image.Image:
    """Reduce the colours, but not the flat ones: the median cut alone would blend those of a legend."""
    pixels = np.asarray(picture).astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    flat = _flat_colours(pixels)[: int(SHARE * colours)]
    others = colours - len(flat)
    cut = picture.quantize(others, method=Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE)
    indices = np.array(cut)
    for index, colour in enumerate(flat, start=others):
        indices[pixels == colour] = index
    reduced = Image.fromarray(indices, "P")
    channels = [channel for colour in flat for channel in (colour >> 16, colour >> 8 & 255, colour & 255)]
    reduced.putpalette(cut.getpalette()[: 3 * others] + channels)
    return reduced


def _flat_colours(pixels: NDArray[np.uint32]) -> list[int]:
    """Colours of areas without a pattern, the largest first."""
    here = pixels[1:, 1:]
    alike = here[(here == pixels[:-1, 1:]) & (here == pixels[1:, :-1])]
    colours, counts = np.unique(alike, return_counts=True)
    order = np.argsort(counts)[::-1]
    return [int(colours[i]) for i in order if counts[i] >= FLAT]


def _without_empty_end(picture: Image.Image, margin: int = 16) -> Image.Image:
    """Cut off rows at the end that have the colour of the lower left corner."""
    corner = picture.getpixel((0, picture.height - 1))
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, corner)).getbbox()
    return picture.crop((0, 0, picture.width, min(picture.height, box[3] + margin))) if box else picture
