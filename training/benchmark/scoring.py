"""The test of one trained network: whole tiles, all conditions, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from dis2_core import Model
from dis2_core.evaluation.metrics import ConfusionMatrix

from ..data.sample import IGNORE
from ..data.tiles import MemoryTile, write_raster
from ..methods.registry import SINGLE
from ..scoring.calibration import Calibration
from ..scoring.tile_prediction import TilePredictor
from .conditions import CLEAN, Condition, conditions
from .plan import ScoringRecipe


def conditions_of(model: Model, method: str, test: ScoringRecipe) -> list[Condition]:
    """The conditions in which a method has something to say: of a single modality there is one."""
    if method.startswith(SINGLE):
        return [Condition((method.removeprefix(SINGLE),))]
    return conditions(model.card, test)


def map_and_count(
    model: Model,
    tiles: Sequence[MemoryTile],
    wanted: Sequence[Condition],
    overlap: float = 0.5,
    maps: Path | None = None,
    step: Callable[[float], None] = lambda fraction: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Map all tiles in all conditions and count.

    What happens to a tile is drawn by its number, alike for all methods.

    Args:
        model: In evaluation mode.
        tiles: The test tiles.
        wanted: The conditions.
        overlap: Fraction of a window that neighbours share.
        maps: Folder for the maps of the clean scenarios, ``<scenario>/<tile>.tif``; None: they are not kept.
        step: Told the fraction done, before each tile; may raise to stop.

    Returns:
        ``counts`` and ``bins`` as ``RunScores`` has them.
    """
    predictor = TilePredictor(model.network, model.card, overlap)
    matrices = [[ConfusionMatrix(model.card.class_names) for _ in tiles] for _ in wanted]
    calibrations = [Calibration() for _ in wanted]
    for number, tile in enumerate(tiles):
        step(number / len(tiles))
        sample, labels = tile.sample, tile.exact_labels
        for index, condition in enumerate(wanted):
            seen = condition.degradation(sample, seed=number) if condition.degradation else sample
            found = predictor.predict(seen, condition.scenario)
            matrices[index][number].update(found.classes, labels)
            calibrations[index].update(found.probabilities[None], labels.where(found.covered, IGNORE)[None])
            if maps and condition.kind == CLEAN:
                write_raster(maps / condition.name / f"{tile.name}.tif", found.classes.numpy()[None], tile.grid)
    counts = np.stack([np.stack([matrix.counts for matrix in row]) for row in matrices])
    return counts, torch.stack([calibration.bins for calibration in calibrations]).numpy()
