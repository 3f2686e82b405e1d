"""What a person may give for an input: one raster, or many in a folder, a glob or a list."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from glob import glob
from pathlib import Path
from typing import Any

import numpy as np
from rasterio.enums import MaskFlags

from ...contract.card import Modality
from ...contract.errors import InputError
from ...contract.segment_job import Source
from ...rasters.crs import full_turn, same_crs
from ...rasters.formats import is_file_name
from ...rasters.georeference import grid_of, read_grid
from ...rasters.grid import Box, Grid
from ...rasters.mosaic import Mosaic, Tile
from ...rasters.opening import opened
from ...rasters.reading import TILE_COLS, TILE_ROWS, WarpPlan
from ...rasters.sources import files_behind
from ...rasters.values.validity import HALO
from ...run.targets import RASTER_SUFFIXES
from ..plan import FileState, PlannedInput
from .lists import listed_in
from .states import state_of

OPENED = 16  # rasters that are opened at once
MEANINGS = ("red", "green", "blue", "alpha", "gray")
NO_TURN = 1e-9  # of a turn, by which numbers of one place may differ
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
    """Find out what an input consists of.

    Args:
        source: A raster, a folder of GeoTIFFs, a glob, or a list (``lists``).
        modality: What the model takes it for.
        folder: Of the run, where the index of several rasters goes.

    Raises:
        InputError: There is no raster, or several do not lie on one lattice.
    """
    path = os.path.abspath(source.path) if is_file_name(source.path) else source.path
    several = _gathered(path)
    if several is None:
        several = listed_in(path, modality.name)
    if several is None:
        return Found(replace(source, path=path), [state_of(file) for file in files_behind([path])])
    if not several:
        raise InputError(f"There is no raster in {path}.", "Give a folder of GeoTIFFs, or a glob: tiles/*.jp2.")
    return _mosaic(source, several, folder / "inputs" / f"{modality.name}.vrt")


def _gathered(path: str) -> list[str] | None:
    """The rasters that a folder or a glob stands for; None: it is one raster."""
    if is_file_name(path) and os.path.isdir(path) and not _is_product(path):
        return sorted(str(file) for file in Path(path).iterdir() if file.suffix.lower() in RASTER_SUFFIXES)
    if is_file_name(path) and not os.path.exists(path) and any(mark in path for mark in "*?["):
        return sorted(file for file in glob(path, recursive=True) if os.path.isfile(file))
    return None


def _is_product(path: str) -> bool:
    """Whether a folder is one raster, as the products of some satellites are."""
    try:
        read_grid(path)
    except InputError:
        return False
    return True


def _mosaic(source: Source, paths: Sequence[str], vrt: Path) -> Found:
    """Several rasters of one lattice as one."""
    with ThreadPoolExecutor(OPENED) as pool:
        known = list(pool.map(_header, paths))
    crs, common = known[0][0].crs, known[0][1]
    grids = _on_one_side([replace(grid, crs=crs) if same_crs(grid.crs or "", crs or "") else grid for grid, _ in known])
    first, tiles = grids[0], []
    for path, grid, (_, has) in zip(paths, grids, known, strict=True):
        offset = first.offset_of(grid)
        if offset is None or (has["dtypes"], has["nodata"]) != (common["dtypes"], common["nodata"]):
            raise InputError(
                f"{path} has other pixels, bands, CRS or no-data values than {paths[0]}.",
                "Give rasters of one lattice; or a VRT or GTI of all, which GDAL brings together.",
            )
        tiles.append(Tile(path, *offset, grid.height, grid.width))
    top, left = min(tile.row for tile in tiles), min(tile.col for tile in tiles)
    bottom, right = max(tile.row + tile.height for tile in tiles), max(tile.col + tile.width for tile in tiles)
    tiles = [replace(tile, row=tile.row - top, col=tile.col - left) for tile in tiles]
    masked = source.mask != "none"
    common = {**common, "covered": True, "meanings": common["meanings"] if masked else ()}
    vrt.parent.mkdir(exist_ok=True)
    read_mosaic(first.window(top, left, bottom - top, right - left), common).write(vrt, tiles)
    mask = source.mask if masked else "auto"  # of the mosaic, which knows where tiles lie and nothing else
    return Found(replace(source, path=str(vrt), mask=mask), [state_of(path) for path in paths], tiles, common)


def _on_one_side(grids: Sequence[Grid]) -> Sequence[Grid]:
    """Longitudes by whole turns, so that tiles on both sides of the date line are neighbours: the shorter way round."""
    turn = full_turn(grids[0].crs)
    if turn is None or any(grid.crs != grids[0].crs for grid in grids):
        return grids
    lefts = np.array([grid.bounds[0] for grid in grids])
    around = np.sort(lefts % turn)
    gaps = np.diff(around, append=around[0] + turn)
    start = around[(int(gaps.argmax()) + 1) % len(around)]
    turns = -np.floor((lefts - start) / turn + NO_TURN)
    if np.ptp(lefts) <= np.ptp(lefts + turn * turns) + NO_TURN * turn:
        return grids
    return [grid.shifted(turn * count) for grid, count in zip(grids, turns.tolist(), strict=True)]


def _header(path: str) -> tuple[Grid, dict[str, Any]]:
    """The grid of a raster, and what a mosaic of its like has in common."""
    with opened(path) as dataset:
        if any(MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags for flags in dataset.mask_flag_enums):
            raise InputError(
                f"{path} has a mask of its own, which several rasters together would lose.",
                "Make one raster of them with gdalbuildvrt, and give that.",
            )
        nodata = [None if value is None or math.isnan(value) else float(value) for value in dataset.nodatavals]
        meanings = [item.name.capitalize() if item.name in MEANINGS else "" for item in dataset.colorinterp]
        common = {"dtypes": list(dataset.dtypes), "nodata": nodata, "meanings": meanings, "block": 0}
        return grid_of(path, dataset), common


def source_within(planned: PlannedInput, part: Grid, place: Path) -> tuple[Source, list[FileState]]:
    """Where a modality comes from for a part of the working grid, and the files that are read there.

    Args:
        planned: The input.
        part: The part.
        place: Where a VRT of the tiles that reach the part may be written.
    """
    if planned.mosaic is None:
        return planned.source, _worth_a_look(planned.files)
    near = _tiles_near(planned, part)
    read_mosaic(planned.grid.grid, planned.mosaic).write(place, near)
    known = {file.path: file for file in planned.files}
    return replace(planned.source, path=str(place)), [known[tile.path] for tile in near if tile.path in known]


def files_within(planned: PlannedInput, part: Grid) -> list[str]:
    """The rasters of an input that a part of the working grid is made of, as they were given."""
    return [planned.source.path] if planned.mosaic is None else [tile.path for tile in _tiles_near(planned, part)]


def _tiles_near(planned: PlannedInput, part: Grid) -> list[Tile]:
    """The tiles of several that a part of the working grid is made of."""
    box = _pixels_for(planned.grid.grid, part)
    return [tile for tile in (Tile(*tile) for tile in planned.tiles) if box and _meets(tile, box)]


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
