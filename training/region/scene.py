"""A scene: rasters of any grid as one ground, read piece by piece into memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from dis2_core.contract.card import SLOTS, Modality, ModelCard
from dis2_core.contract.errors import GridMismatch, InputError
from dis2_core.contract.other_jobs import TrainJob
from dis2_core.rasters.alignment import (
    NOTICEABLE,
    footprints,
    ground_resolution,
    intersection,
    resampling_ratio,
    working_grid,
)
from dis2_core.rasters.grid import Grid
from dis2_core.rasters.inputs import RasterInput, examine
from dis2_core.rasters.opening import opened
from dis2_core.rasters.reading import ModalityReader, untold
from dis2_core.rasters.values.validity import Chunk
from dis2_core.rasters.values.voids import VoidTally
from dis2_core.run.machine.memory import require_memory
from dis2_core.run.reporting import Reporter

from ..data.sample import IGNORE, Sample
from ..data.tiles import MemoryTile
from .holdout import Box, masked
from .labels import Labels
from .modalities import describe
from .thinning import area

ROWS = 256  # that are read at a time, so that a person need not wait to cancel


@dataclass(frozen=True)
class Scene:
    """The inputs of a training run on one grid.

    Attributes:
        inputs: One for each slot that is filled, in the order of the slots.
        grid: The ground that all of them show.
        gsd: Its ground sample distance in metres.
    """

    inputs: tuple[RasterInput, ...]
    grid: Grid
    gsd: float

    @classmethod
    def open(cls, job: TrainJob, start: ModelCard | None, report: Reporter) -> Scene:
        """Examine the rasters of a job and choose the grid; nothing is read yet.

        Raises:
            InputError: There is none, one cannot be used, or they do not show the same ground.
        """
        if not job.inputs:
            raise InputError("There is no raster to learn from.", "Give a raster of the ground that is labelled.")
        sources = [(job.inputs[slot], describe(slot, job.inputs[slot], start)) for slot in SLOTS if slot in job.inputs]
        inputs = examine(sources)
        for item in inputs:
            for remark in item.remarks:
                report.pass_on(remark)
        gsd = job.gsd or (start.gsd if start else _finest(inputs))
        working = working_grid(inputs, gsd, extent=job.extent, extent_crs=job.extent_crs)
        scene = cls(tuple(inputs), _shared(working, inputs), gsd)
        for item in inputs:
            report.info(scene.describe(item))
        return scene

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """What the rasters are taken for."""
        return tuple(item.modality for item in self.inputs)

    @property
    def pixel_bytes(self) -> int:
        """Bytes in memory that a pixel takes at most, with its label."""
        return sum(4 * len(modality.bands) + 1 for modality in self.modalities) + 1

    def describe(self, item: RasterInput) -> str:
        """What happens to an input, in a sentence."""
        label = f"{item.modality.slot}: {item.path} is taken for {item.modality.label}"
        if self.grid.offset_of(item.grid) is not None:
            return f"{label}, its pixels as they are."
        ratio = resampling_ratio(item.grid, self.grid)
        how = "averaged" if ratio > NOTICEABLE else "interpolated"
        return f"{label}, {how} from {self.gsd / ratio:.3g} m to {self.gsd:.3g} m."

    def stored_as_bytes(self, name: str) -> bool:
        """Whether the values of a modality are bytes as they stand in the file."""
        item = next(item for item in self.inputs if item.modality.name == name)
        with opened(item.path) as dataset:
            bytes_alone = all(dataset.dtypes[band - 1] == "uint8" for band in item.bands)
        return bytes_alone and set(item.scaling) == {(1.0, 0.0)}

    def read(self, boxes: Sequence[Box], labels: Labels, *, complete: bool, report: Reporter) -> list[MemoryTile]:
        """Read pieces of the ground, values and labels.

        Args:
            boxes: On the grid of the labels, which is a part of the scene's. Where they overlap, the
                first one has the labels.
            labels: From ``read_labels``.
            complete: Whether labels count only where every modality has data; else where any has.
            report: Asked whether to go on.
        """
        seen = np.zeros(labels.codes.shape, dtype=np.bool_)
        codes = (masked(labels.codes, seen, box) for box in boxes)
        return self.tiles(boxes, labels.grid, codes, complete=complete, report=report)

    def tiles(
        self,
        boxes: Sequence[Box],
        ground: Grid,
        codes: Iterable[NDArray[np.uint8]],
        *,
        complete: bool,
        report: Reporter,
    ) -> list[MemoryTile]:
        """Read pieces of the ground with codes of their pixels.

        Args:
            boxes: On ``ground``, which is a part of the scene's grid.
            ground: Where they lie.
            codes: (h, w) for each box.
            complete: Whether codes count only where every modality has data; else where any has.
            report: Asked whether to go on.
        """
        require_memory(
            self.pixel_bytes * area(boxes), None, "Give an extent, or a coarser ground sample distance (gsd)."
        )
        voids = [VoidTally() for _ in self.inputs]
        tiles = [
            self._tile(box, ground, marks, complete, voids, report) for box, marks in zip(boxes, codes, strict=True)
        ]
        for event in (event for item, found in zip(self.inputs, voids, strict=True) for event in untold(item, found)):
            report.pass_on(event)
        return tiles

    def _tile(
        self,
        box: Box,
        ground: Grid,
        codes: NDArray[np.uint8],
        complete: bool,
        voids: Sequence[VoidTally],
        report: Reporter,
    ) -> MemoryTile:
        grid = ground.window(*box)
        values, valid = {}, {}
        for item, found in zip(self.inputs, voids, strict=True):
            reader = ModalityReader(item, item.modality, grid)
            chunks = list(_chunks(reader, report))
            found.add(reader.voids)
            values[item.modality.name] = torch.from_numpy(np.concatenate([chunk.values for chunk in chunks], axis=1))
            valid[item.modality.name] = torch.from_numpy(np.concatenate([chunk.valid for chunk in chunks]))
        masks = torch.stack(list(valid.values()))
        usable = masks.all(dim=0) if complete else masks.any(dim=0)
        known = torch.from_numpy(codes).where(usable, torch.tensor(IGNORE, dtype=torch.uint8))
        return MemoryTile(f"{box.row}-{box.col}", Sample(values, valid, known), grid)


def _chunks(reader: ModalityReader, report: Reporter) -> Iterator[Chunk]:
    try:
        for start in range(0, reader.grid.height, ROWS):
            report.check()
            yield reader.read(start, min(start + ROWS, reader.grid.height))
    finally:
        reader.close()


def _finest(inputs: Sequence[RasterInput]) -> float:
    """Ground sample distance of the finest raster in metres, to three digits."""
    if inputs[0].grid.crs is None:
        raise GridMismatch(
            f"{inputs[0].path} has no CRS, so the size of its pixels on the ground is not known.",
            "Give the ground sample distance (gsd) in metres, or assign a CRS.",
        )
    finest = min(math.sqrt(math.prod(ground_resolution(item.grid))) for item in inputs)
    return float(f"{finest:.3g}")


def _shared(working: Grid, inputs: Sequence[RasterInput]) -> Grid:
    """The part of a grid that all inputs cover."""
    if working.crs is None:
        return working
    shared = working.bounds
    for item, box in zip(inputs, footprints(inputs, working.crs), strict=True):
        common = intersection(shared, box)
        if common is None:
            raise GridMismatch(
                f"{item.path} does not reach where the other inputs are.",
                "Give rasters of the same ground, and an extent that all of them cover.",
            )
        shared = common
    return working.crop(shared)
