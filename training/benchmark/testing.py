"""The test of one trained network: whole tiles, all conditions, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from dis2_core import Model
from dis2_core.card import scenario_name
from dis2_core.metrics import ConfusionMatrix
from dis2_core.network import Scenario

from ..calibration import Calibration
from ..cost import count_parameters, gflop, seconds_a_window
from ..data import MemoryTile, write_raster
from ..methods import SINGLE
from ..tile_prediction import TileMap, TilePredictor
from .conditions import CLEAN, Condition, conditions
from .plan import TestRecipe


def conditions_of(model: Model, method: str, test: TestRecipe) -> list[Condition]:
    """The conditions in which a method has something to say: of a single modality there is one."""
    if method.startswith(SINGLE):
        return [Condition((method.removeprefix(SINGLE),))]
    return conditions(model.card, test)


def map_and_count(
    model: Model,
    tiles: Sequence[MemoryTile],
    wanted: Sequence[Condition],
    overlap: float,
    maps: Path | None = None,
    step: Callable[[float], None] = lambda fraction: None,
) -> tuple[np.ndarray, np.ndarray]:
    """Map all tiles in all conditions and count.

    Args:
        model: In evaluation mode.
        tiles: The test tiles.
        wanted: The conditions.
        overlap: Fraction of a window that neighbours share.
        maps: Folder for the maps of the clean scenarios, ``<scenario>/<tile>.tif``; None: they are not kept.
        step: Told the fraction done, before each tile; may raise to stop.

    Returns:
        ``counts`` and ``bins`` as ``TestScores`` has them.
    """
    predictor = TilePredictor(model.network, model.card, overlap)
    counts = np.zeros((len(wanted), len(tiles), *ConfusionMatrix(model.card.class_names).counts.shape), dtype=np.int64)
    calibrations = [Calibration() for _ in wanted]
    for number, tile in enumerate(tiles):
        step(number / len(tiles))
        for index, condition in enumerate(wanted):
            found = _predict(predictor, tile, number, condition)
            matrix = ConfusionMatrix(model.card.class_names)
            matrix.update(found.classes, tile.labels)
            counts[index, number] = matrix.counts
            labels = tile.sample.labels.where(found.covered, 255)
            calibrations[index].update(found.probabilities[None], labels[None])
            if maps and condition.kind == CLEAN:
                write_raster(maps / condition.name / f"{tile.name}.tif", found.classes.numpy()[None], tile.grid)
    return counts, np.stack([_bins(calibration) for calibration in calibrations])


def _predict(predictor: TilePredictor, tile: MemoryTile, number: int, condition: Condition) -> TileMap:
    """Map a tile; what happens to it is drawn by its number, alike for all methods."""
    sample = tile.sample
    if condition.degradation:
        sample = condition.degradation(sample, seed=number)
    return predictor.predict(sample, condition.scenario)


def _bins(calibration: Calibration) -> np.ndarray:
    return torch.stack([calibration.counts, calibration.right, calibration.confidence]).numpy()


def costs(model: Model, scenarios: Sequence[Scenario]) -> tuple[int, dict[str, float], dict[str, float]]:
    """Parameters, and GFLOP and seconds a window by scenario."""
    network, device = model.network, next(model.network.parameters()).device

    def window(scenario: Scenario) -> dict[str, Tensor]:
        shape = {name: (1, len(model.card.modality(name).bands), *model.card.window) for name in scenario}
        return {name: torch.zeros(size, device=device) for name, size in shape.items()}

    flops = {scenario_name(scenario): round(gflop(network, window(scenario)), 4) for scenario in scenarios}
    seconds = {scenario_name(s): round(seconds_a_window(network, window(s)), 5) for s in scenarios}
    return count_parameters(network), flops, seconds
