"""What a person may give for an input: one raster, or many in a folder, a glob, a list, a STAC item collection."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..contract.card import Modality
from ..contract.segment_job import Source
from ..rasters.formats import is_file_name
from ..rasters.grid import Box, Grid
from ..rasters.mosaic import Mosaic, Tile
from ..rasters.reading import TILE_COLS, TILE_ROWS, WarpPlan
from ..rasters.sources import files_behind
from ..rasters.values.validity import HALO
from .plan import FileState, PlannedInput
from .states import state_of

ASKED = 16  # addresses of which a server is asked before each unit


@dataclass(frozen=True)
class Found:
    """What an input consists of.

    Attributes:
        source: A raster to be examined: the only one, or the mosaic of several.
        files: What is read, as it was found.
        tiles: Places of several rasters on their mosaic; empty: one raster.
        common: What the mosaic's tiles have in common, as plain values; None: one raster.
    """

    source: Source
    files: Sequence[FileState]
    tiles: Sequence[Tile] = ()
    common: Mapping[str, Any] | None = None


def find(source: Source, modality: Modality, folder: Path) -> Found:
    """Find out what an input consists of."""
    path = os.path.abspath(source.path) if is_file_name(source.path) else source.path
    files = files_behind([path])
    return Found(replace(source, path=path), [state_of(file) for file in files])


def source_within(planned: PlannedInput, part: Grid, place: Path) -> tuple[Source, list[FileState]]:
    """Where a modality comes from for a part of the working grid, and the files that are read there.

    Args:
        planned: The input.
        part: The part.
        place: Where a VRT of the tiles that reach the part may be written.
    """
    if planned.mosaic is None:
        return planned.source, _worth_a_look(planned.files)
    grid = planned.grid.grid
    box = _pixels_for(grid, part)
    tiles = [Tile(*tile) for tile in planned.tiles]
    near = [tile for tile in tiles if box and _meets(tile, box)]
    read_mosaic(grid, planned.mosaic).write(place, near)
    known = {file.path: file for file in planned.files}
    return replace(planned.source, path=str(place)), [known[tile.path] for tile in near if tile.path in known]


def _worth_a_look(files: Sequence[FileState]) -> list[FileState]:
    """The files that can be looked at before each unit: those here, and a few that a server has to be asked for."""
    addresses = [file for file in files if not is_file_name(file.path)]
    return [file for file in files if is_file_name(file.path)] + (addresses if len(addresses) <= ASKED else [])


def _pixels_for(grid: Grid, part: Grid) -> Box | None:
    """The pixels of a raster that a part of the working grid is made of, specks' surroundings included."""
    around = part.window(-HALO, -HALO, part.height + 2 * HALO, part.width + 2 * HALO)
    if (offset := grid.offset_of(around)) is not None:
        return offset[0], offset[1], offset[0] + around.height, offset[1] + around.width
    tile = around.window(-TILE_ROWS, -TILE_COLS, around.height + 2 * TILE_ROWS, around.width + 2 * TILE_COLS)
    found = WarpPlan.between(grid, part).source_window(tile)
    return (found[0], found[1], found[0] + found[2], found[1] + found[3]) if found else None


def _meets(tile: Tile, box: Box) -> bool:
    top, left, bottom, right = box
    return tile.row < bottom and tile.row + tile.height > top and tile.col < right and tile.col + tile.width > left


def read_mosaic(grid: Grid, common: Mapping[str, Any]) -> Mosaic:
    """The mosaic that ``plain_mosaic`` has put into plain values."""
    return Mosaic(grid, **common)
