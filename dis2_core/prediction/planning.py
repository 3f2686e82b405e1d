"""What a run will do, settled before a pixel is read: inputs, grids, windows, device, memory and disk."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from ..contract.card import ModelCard
from ..contract.catalogue import find_model, read_card
from ..contract.errors import InputError
from ..contract.segment_job import OUTPUTS, Event, Job, reference_raster
from ..network import DIS2Config
from ..rasters.alignment import Alignment, align, resampling_ratio
from ..rasters.georeference import read_grid
from ..rasters.geotiff import Storage
from ..rasters.grid import Box, Grid, WindowPlan
from ..rasters.inputs import RasterInput, beside, open_inputs
from ..rasters.opening import BLOCK_CACHE
from ..rasters.reading import WarpPlan, choose_rows_per_chunk
from ..rasters.sources import files_behind
from ..rasters.vector.area import Area, Outlines
from ..run.device import (
    bounded_threads,
    choose_device,
    choose_precision,
    default_batch_size,
    default_threads,
    describe_device,
    slow_bfloat16,
)
from ..run.disk import require_space
from ..run.machine.memory import memory_bound, require_memory
from ..run.targets import check_targets
from .outputs import RASTERS, Layout, estimated_size, layouts

AREA_TABLE_SIZE = 100_000  # bytes at most
_LESS_MEMORY = (
    "Memory grows with the width of the map and with the blocks that files are stored in: run it in parts with "
    "--extent, give fewer --threads, or rewrite files in small tiles. --max-memory sets another bound."
)
_FLOAT = 4  # bytes
GRAPH_FLOATS = 512  # a pixel: what a U-Net of 64 channels holds at once; what a stranger's graph does, nobody knows
WIDE = 8  # batches in a row of windows, from which filling up the last one costs next to nothing


@dataclass(frozen=True)
class Setup:
    """A job whose inputs were examined and whose options were settled.

    Attributes:
        job: The job.
        card: The model's card.
        inputs: In card order.
        alignment: The grids, and what is told about them.
        windows: Where the network's windows lie on the working grid.
        storage: How the rasters are stored.
        device, precision, batch_size, workers: How the network is run; workers are batches at once.
        threads: That read the rasters.
        part: The pixels of the output grid that are made; None: all.
        whole_batches: Whether every batch has ``batch_size`` windows; see ``Inference``.
        area: Outside which the map is no data, in the CRS of the output grid; None: all is wanted.
    """

    job: Job
    card: ModelCard
    inputs: tuple[RasterInput, ...]
    alignment: Alignment
    windows: WindowPlan
    storage: Storage
    device: torch.device
    precision: torch.dtype
    batch_size: int
    workers: int
    threads: int
    part: Box | None = None
    whole_batches: bool = False
    area: Area | None = None

    @property
    def area_at_work(self) -> Area | None:
        """The area in the CRS of the working grid."""
        working, output = self.alignment.working, self.alignment.output
        if self.area is None or working.crs == output.crs:
            return self.area
        return Area.on(working, Outlines(self.job.aoi, str(output.crs), self.area.polygons))

    @property
    def remarks(self) -> list[Event]:
        """What was found before the work begins, and people should know."""
        of_inputs = [event for item in self.inputs for event in item.remarks]
        return [*of_inputs, *self.alignment.remarks, *self._remarks_on_precision()]

    def _remarks_on_precision(self) -> list[Event]:
        slow = self.precision == torch.bfloat16 and slow_bfloat16(self.device, "--precision fp32 or auto")
        return [Event("warning", {"code": "slow-precision", "text": slow})] if slow else []

    @property
    def margin(self) -> int:
        """Pixels of the working grid around one of the output grid that it is interpolated from."""
        ratio = 0.0 if self.same_grid else resampling_ratio(self.alignment.working, self.alignment.output)
        return 4 + 2 * math.ceil(ratio) if ratio else 0

    @property
    def output(self) -> Grid:
        """Where the map lies: the output grid, or the part of it that is made."""
        whole = self.alignment.output
        top, left, bottom, right = self.part or (0, 0, whole.height, whole.width)
        return whole.window(top, left, bottom - top, right - left)

    @property
    def names(self) -> tuple[str, ...]:
        """The modalities that are given, in card order."""
        return tuple(item.modality.name for item in self.inputs)

    @property
    def missing(self) -> tuple[str, ...]:
        """The modalities of the model that are not given."""
        return tuple(name for name in self.card.modality_names if name not in self.names)

    @property
    def same_grid(self) -> bool:
        """Whether the map lies on the grid that the network runs on."""
        return self.alignment.output.same_pixels(self.alignment.working)

    @property
    def targets(self) -> dict[str, str]:
        """Paths of the outputs, in the order in which they are renamed into place."""
        return {name: self.job.outputs[name] for name in OUTPUTS if name in self.job.outputs}

    @property
    def raster_names(self) -> tuple[str, ...]:
        """The outputs that are rasters, in the order of ``targets``."""
        return tuple(name for name in self.targets if name in RASTERS)

    @property
    def may_be_uncertain(self) -> bool:
        """Whether the class raster may hold *uncertain* pixels."""
        return self.job.min_confidence > 0

    @property
    def layouts(self) -> dict[str, Layout]:
        """What each of the rasters holds."""
        return layouts(self.card, uncertain=self.may_be_uncertain)

    @property
    def files(self) -> tuple[str, ...]:
        """The files that the run reads, the sources of VRTs included."""
        return files_read(self.job)

    @property
    def rows_per_chunk(self) -> int:
        """Rows that are read at a time."""
        bands = sum(len(item.modality.bands) for item in self.inputs)
        _, left, _, right = self.windows.read
        return choose_rows_per_chunk(right - left, bands)

    def without(self, names: Collection[str]) -> Setup:
        """Return the same run with less modalities; its grids stay what all of them call for."""
        return replace(self, inputs=tuple(item for item in self.inputs if item.modality.name not in names))

    def within(self, part: Box) -> Setup:
        """Return the run that makes only these pixels of the output grid, and exactly as the whole run would."""
        working = part if self.same_grid else self._needed(part)
        return replace(self, windows=replace(self.windows, part=working), part=part, whole_batches=True)

    def _needed(self, part: Box) -> Box:
        """The pixels of the working grid from which pixels of the output grid are interpolated."""
        top, left, bottom, right = part
        plan = WarpPlan.between(self.alignment.working, self.alignment.output)
        source = plan.source_window(self.alignment.output.window(top, left, bottom - top, right - left))
        row, col, height, width = source or (0, 0, 1, 1)
        return row, col, row + height, col + width

    def space(self) -> dict[Path, int]:
        """Bytes that the outputs and the scratch files will about need, by folder."""
        needed: dict[Path, int] = {}
        known = self.layouts
        for name, target in self.targets.items():
            size = AREA_TABLE_SIZE
            if name in known:
                size = estimated_size(known[name], self.output, self.storage)
                size += 0 if self.same_grid else estimated_size(known[name], self.alignment.working)
            folder = Path(os.path.abspath(target)).parent
            needed[folder] = needed.get(folder, 0) + size
        return needed

    def memory(self) -> int:
        """Bytes that the rows and windows in work take, on the CPU and the device together, without the weights.

        What windows take on a GPU does not count: batches there become smaller by themselves.
        """
        height, width = self.windows.window
        _, left, _, right = self.windows.read
        columns = max(right - left, width)
        bands = sum(len(item.modality.bands) for item in self.inputs)
        channels = len(self.card.classes) + ("familiarity" in self.raster_names)
        in_chunks = (4 + self.threads) * self.rows_per_chunk * bands * _FLOAT
        in_strip = 3 * (height + self.rows_per_chunk) * bands * _FLOAT
        in_map = height * (2 * channels * _FLOAT + len(self.raster_names) + channels)
        in_files = 2 * self.storage.block * (channels + 3)
        rows = columns * (in_chunks + in_strip + in_map + in_files)
        in_network = self.workers * self._batch_memory if self.device.type == "cpu" else 0
        return rows + in_network + max(self.unpacked(), BLOCK_CACHE)

    def modest(self) -> Setup:
        """Return the run with no more batches at once than memory has room for: one, where it has not even that."""
        bound = memory_bound(self.job.max_memory)
        if bound is None or self.device.type != "cpu":
            return self
        room = (bound - replace(self, workers=0).memory()) // self._batch_memory
        return replace(self, workers=max(1, min(self.workers, room)))

    @property
    def _batch_memory(self) -> int:
        if self.card.is_onnx:
            height, width = self.card.window
            return self.batch_size * height * width * GRAPH_FLOATS * _FLOAT
        return batch_memory(DIS2Config.from_card(self.card), self.batch_size)

    def unpacked(self) -> int:
        """Bytes that GDAL unpacks at once: each thread has handles of its own, and each handle a block and its copy."""
        return 2 * self.threads * max((item.block for item in self.inputs), default=0)


@dataclass(frozen=True)
class JobPlan:
    """What ``--dry-run`` shows.

    Attributes:
        model: The model's name.
        crs: Of the output grid, as WKT; None for plain pixels.
        output_size, working_size: (height, width) in pixels.
        output_resolution, working_resolution: Pixel sizes in CRS units.
        windows: How many windows the network runs over at most.
        window: Their (height, width).
        modalities: The file of each modality that is given.
        missing: The modalities that are not.
        device, precision, batch_size: How the network is run.
        workers: Batches at once, each on a thread of its own.
        memory: Bytes beside the weights, roughly.
        disk: Bytes of the outputs by folder, roughly.
        outputs: Paths by output name.
        notes: What else there is to know about inputs and grids.
        warnings: What may spoil the map.
    """

    model: str
    crs: str | None
    output_size: tuple[int, int]
    output_resolution: tuple[float, float]
    working_size: tuple[int, int]
    working_resolution: tuple[float, float]
    windows: int
    window: tuple[int, int]
    modalities: Mapping[str, str]
    missing: tuple[str, ...]
    device: str
    precision: str
    batch_size: int
    workers: int
    memory: int
    disk: Mapping[str, int]
    outputs: Mapping[str, str]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        return asdict(self)


def prepare(job: Job, card: ModelCard) -> Setup:
    """Examine the inputs of a job and settle its options.

    Raises:
        InputError: Of the kind that fits: no input, unknown modality, unreadable raster, wrong bands,
            grids that do not fit together, impossible creation options.
        NoDevice: The device that was asked for does not work.
        ResourceError: The rows in work would take more memory than there is, or than the job allows.
    """
    inputs, alignment, area = look(job, card)
    setup = settle(job, card, inputs, alignment, area).modest()
    bands = max(len(layout.bands) for name, layout in layouts(card).items() if name in job.outputs)
    setup.storage.require(setup.alignment.output, bands, "uint8")
    require_memory(setup.memory(), job.max_memory, _LESS_MEMORY)
    return setup


def look(job: Job, card: ModelCard) -> tuple[tuple[RasterInput, ...], Alignment, Area | None]:
    """Examine the inputs of a job, and choose its grids. Raises InputError as ``prepare`` does."""
    outlines = Outlines.read(job.aoi) if job.aoi else None
    inputs = tuple(open_inputs(job.inputs, card))
    if reference := reference_raster(job.grid):
        inputs = tuple(beside(inputs, read_grid(reference)))
    card.require(job.inputs)
    if "familiarity" in job.outputs and not card.familiarity:
        raise InputError(
            f"The model {card.name} does not know what its training ground looks like.",
            "Leave the familiarity out, or train the model anew: files made by this version know it.",
        )
    extent, extent_crs = job.extent, job.extent_crs
    if outlines is not None and extent is None and inputs[0].grid.crs is not None:
        extent, extent_crs = outlines.bounds_near(item.grid for item in inputs), outlines.crs
    alignment = align(inputs, card, extent=extent, extent_crs=extent_crs, grid=job.grid)
    if outlines is None:
        return inputs, alignment, None
    alignment = replace(alignment, remarks=(*alignment.remarks, *outlines.remarks))
    return inputs, alignment, Area.on(alignment.output, outlines)


def settle(
    job: Job, card: ModelCard, inputs: tuple[RasterInput, ...], alignment: Alignment, area: Area | None = None
) -> Setup:
    """Settle the options of a job of which inputs, grids and area are known.

    Raises:
        InputError: Impossible creation options, or a precision that the model does not take.
        NoDevice: The device that was asked for does not work.
    """
    device = choose_device(job.device)
    overlap = card.overlap if job.overlap is None else job.overlap
    windows = WindowPlan(alignment.working.height, alignment.working.width, card.window, overlap)
    batch_size = job.batch_size or default_batch_size(device, card.window)
    threads = bounded_threads(job.threads) if job.threads else default_threads()
    batches = len(windows.rows) * math.ceil(len(windows.cols) / batch_size)
    return Setup(
        job=job,
        card=card,
        inputs=inputs,
        alignment=alignment,
        windows=windows,
        storage=Storage.of(job.creation_options, job.format),
        device=device,
        precision=_precision(job, card, device),
        batch_size=batch_size,
        workers=1 if device.type != "cpu" or card.is_onnx else min(threads, batches),  # onnxruntime has its own threads
        threads=min(4, threads),
        whole_batches=len(windows.cols) >= WIDE * batch_size,
        area=area,
    )


def _precision(job: Job, card: ModelCard, device: torch.device) -> torch.dtype:
    """The job's precision; a graph of ONNX computes in that of its own, and its windows stay float32."""
    if not card.is_onnx:
        return choose_precision(job.precision, device)
    if job.precision == "bf16":
        raise InputError(
            f"'{card.name}' is a graph of ONNX, which computes as it was made.", "Use --precision fp32 or auto."
        )
    return torch.float32


def files_read(job: Job) -> tuple[str, ...]:
    """The files that a run reads, the sources of VRTs included."""
    rasters = [*(source.path for source in job.inputs.values()), reference_raster(job.grid)]
    return (*files_behind(filter(None, rasters)), *filter(None, (job.model, job.aoi)))


def batch_memory(config: DIS2Config, windows: int) -> int:
    """Bytes that windows take on their way through a network, roughly; an upper bound of what was measured.

    Of both forms, at widths 8 to 32, where windows need several scenarios; a single one takes a third less.
    """
    height, width = config.window
    return windows * height * width * (16 * config.width + 14 * config.classes) * _FLOAT


def plan_job(job: Job) -> JobPlan:
    """Return what ``run_job`` would do, without reading a pixel or writing a byte.

    Raises:
        Dis2Error: Whatever ``run_job`` would raise before it begins.
    """
    setup = prepare(job, read_card(find_model(job.model)))
    check_targets({name: Path(os.path.abspath(path)) for name, path in setup.targets.items()}, setup.files)
    require_space(setup.space())
    return describe(setup)


def describe(setup: Setup) -> JobPlan:
    """Put a setup into plain values."""
    working, output = setup.alignment.working, setup.alignment.output
    return JobPlan(
        model=setup.card.name,
        crs=output.crs,
        output_size=output.shape,
        output_resolution=output.resolution,
        working_size=working.shape,
        working_resolution=working.resolution,
        windows=len(setup.windows),
        window=setup.windows.window,
        modalities={item.modality.name: item.path for item in setup.inputs},
        missing=setup.missing,
        device=describe_device(setup.device),
        precision=precision_name(setup.precision),
        batch_size=setup.batch_size,
        workers=setup.workers,
        memory=setup.memory(),
        disk={str(folder): size for folder, size in setup.space().items()},
        outputs=setup.targets,
        notes=tuple(str(event.data["text"]) for event in setup.remarks if event.type == "info"),
        warnings=tuple(str(event.data["text"]) for event in setup.remarks if event.type == "warning"),
    )


def precision_name(precision: torch.dtype) -> str:
    """``bf16`` or ``fp32``."""
    return "bf16" if precision == torch.bfloat16 else "fp32"
