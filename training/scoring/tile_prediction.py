"""Maps of tiles in memory, made by the parts of ``dis2_core`` that make maps of rasters.

What is measured is what ships: the windows, their blending and the routes of partly missing pixels are
those of ``dis2_core.segment``, and so are the probabilities (``tests/training/scoring/test_tile_prediction.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from dis2_core import ModelCard
from dis2_core.contract.card import NODATA, Modality
from dis2_core.network import Scenario, SegmentationNetwork
from dis2_core.prediction.inference import Inference, probability_rows
from dis2_core.prediction.strips import Strip
from dis2_core.rasters.grid import WindowPlan
from dis2_core.rasters.values.validity import Chunk, fill_specks

from ..data.sample import Sample

BATCH_SIZE = 8  # windows a forward pass


@dataclass(frozen=True)
class TileMap:
    """What a network says of a tile.

    Attributes:
        probabilities: float32 (K, H, W), on the CPU; 0 where there are no data.
        covered: (H, W) bool: where at least one of the scenario's modalities has data, and the answer is a number.
    """

    probabilities: Tensor
    covered: Tensor

    @property
    def classes(self) -> Tensor:
        """(H, W) uint8: the most probable class, ``NODATA`` where there are no data."""
        return self.probabilities.argmax(dim=0).to(torch.uint8).where(self.covered, NODATA)


class TilePredictor:
    """Predicts tiles with one network.

    Args:
        network: In evaluation mode, float32, on any device.
        card: Its modalities, classes and window.
        overlap: Fraction of a window that neighbours share, 0 to 0.75.
    """

    def __init__(self, network: SegmentationNetwork, card: ModelCard, overlap: float = 0.5) -> None:
        self._card = card
        self._overlap = overlap
        self._device = next(network.parameters()).device
        self._inference = Inference(network, card, self._device, batch_size=BATCH_SIZE)

    @torch.inference_mode()
    def predict(self, tile: Sample, scenario: Scenario) -> TileMap:
        """Map a tile from some of its modalities.

        Args:
            tile: All of a tile, in the units of its bands.
            scenario: The modalities to pretend to have.
        """
        card, (height, width) = self._card, tile.size
        plan = WindowPlan(height, width, card.window, self._overlap)
        chunks = {name: _chunk(tile, card.modality(name)) for name in scenario}
        strip = Strip(iter([(0, height, chunks)]), card, scenario, plan, self._device)
        probabilities = torch.zeros(len(card.classes), height, width)
        covered = torch.zeros(height, width, dtype=torch.bool)
        for row, rows, availability in probability_rows(strip, self._inference, plan, card, self._device):
            place = slice(row, row + rows.shape[1])
            covered[place] = torch.from_numpy(availability > 0) & rows.isfinite().all(dim=0).cpu()
            probabilities[:, place] = rows.cpu().where(covered[place], 0.0)
        return TileMap(probabilities, covered)


def _chunk(tile: Sample, modality: Modality) -> Chunk:
    """One modality as prediction reads it: specks filled by interpolation, fill values in other holes."""
    values, valid = tile.values[modality.name].numpy().astype(np.float32), tile.valid[modality.name].numpy()
    if not valid.all():
        values = np.where(valid, values, np.float32(np.nan))
        fill_specks(values)
        valid = ~np.isnan(values[0])
        fills = np.array([band.fill_value for band in modality.bands], dtype=np.float32)
        values = np.where(valid, values, fills[:, None, None])
    return Chunk(values, valid)
