"""What a raster consists of: the files that GDAL reads for it, none of which a run may overwrite."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from ..contract.errors import UnreadableRaster
from .opening import opened


def files_behind(paths: Iterable[str]) -> tuple[str, ...]:
    """All files of some rasters: themselves, what GDAL reads beside them, and the sources of VRTs, of nested ones, too.

    What is no raster, or cannot be opened, stands for itself alone.
    """
    found = dict.fromkeys(paths)
    waiting = list(found)
    while waiting:
        new = [file for file in _files_of(waiting.pop()) if file not in found]
        found.update(dict.fromkeys(new))
        waiting += [file for file in new if file.lower().endswith(".vrt")]
    return tuple(found)


def _files_of(path: str) -> list[str]:
    with suppress(UnreadableRaster), opened(path) as dataset:  # whoever needs it says what is wrong with it
        return list(dataset.files)
    return []
