"""Maps beside what they were made from: where people would rather look than read.

It shows pixels of the data set: it belongs into the folder of the runs and not into a repository.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from dis2_core.contract.errors import InputError

from ..data.check.contactsheet import PIXELS, coloured, draw_rows, pictures, spread
from ..data.tiles import Tile
from .plan import BenchmarkRecipe
from .results import Results
from .run_scores import MAPS
from .tables import name_of

TILES = 8
FILE = "gallery.png"


def draw_gallery(benchmark: BenchmarkRecipe, results: Results, out: Path) -> Path | None:
    """Draw some test tiles with the maps of DIS2 and of the reference; None where no maps were kept."""
    shown = (name for name in ("dis2", benchmark.reference) if name in results.methods)
    methods = [name for name in shown if (out / results.first_run(name) / MAPS).exists()]  # restored runs have none
    if not methods or not benchmark.test.maps:
        return None
    dataset = benchmark.recipe.data.open(benchmark.test.split)
    classes = dataset.description.classes
    rows = []
    for tile in spread(dataset.tiles, TILES):
        images = list(pictures(dataset.description, tile.in_memory().sample))
        maps = ((title, coloured(codes, classes)) for title, codes in _maps(methods, results, out, tile))
        rows.append((tile.name, [*images, *maps]))
    draw_rows(rows, classes, out / FILE)
    return out / FILE


def _maps(methods: list[str], results: Results, out: Path, tile: Tile) -> Iterator[tuple[str, np.ndarray]]:
    """Title and class codes, thinned to the size of a picture, of each method's first seed in each scenario."""
    for method in methods:
        folder = out / results.first_run(method) / MAPS
        for scenario in results.scenarios:
            codes = _read(folder / scenario / f"{tile.name}.tif")
            step = max(1, max(codes.shape) // PIXELS)
            yield f"{name_of(method)}\n{scenario}".replace(", ", ",\n"), codes[::step, ::step]


def _read(path: Path) -> np.ndarray:
    """The (H, W) class codes of a map. Raises InputError where it is missing or damaged."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NotGeoreferencedWarning)  # not every data set has a place
            with rasterio.open(path) as raster:
                codes: np.ndarray = raster.read(1)
    except RasterioError as error:
        raise InputError(
            f"The map {path} cannot be read ({error}).", "Delete the run's test.npz to make it again."
        ) from error
    return codes
