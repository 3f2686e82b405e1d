"""The work on a region too large for one run: plan its units, work on them, join them, tell how it stands.

Like ``segment_job``: JSON, standard library alone, Python 3.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from .errors import ProtocolError
from .names import check_names
from .segment_job import OUTPUTS, Job, Source, Work, check_counts, check_device

BLOCK = 512  # pixels; the side of a unit is a multiple of it
SIDE = 8192  # pixels
ERRORS = ("stop", "skip")
INDICES = ("vrt", "gti", "cog")
UNIT_RASTERS = tuple(name for name in OUTPUTS if name != "areas")


@dataclass(frozen=True)
class PlanJob(Work):
    """A region cut into units.

    Attributes:
        model, inputs, extent, extent_crs, grid, overlap, batch_size, precision, min_confidence, creation_options, tta:
            As in ``Job``; but an input may be a folder of GeoTIFFs, a glob, or a list (CSV, GeoPackage, STAC items).
        folder: Where the plan goes, and what is made of it.
        outputs: The rasters that every unit gets (``UNIT_RASTERS``).
        aoi: Polygons (GeoPackage, GeoJSON), outside which the map is no data; empty: all.
        side: Pixels a side of a unit.
    """

    KIND: ClassVar[str] = "plan"

    model: str
    inputs: Mapping[str, Source]
    folder: str
    outputs: tuple[str, ...] = ("classes",)
    aoi: str = ""
    extent: tuple[float, float, float, float] | None = None
    extent_crs: str = ""
    grid: str = "model"
    overlap: float | None = None
    batch_size: int | None = None
    precision: str = "auto"
    min_confidence: float = 0.0
    creation_options: Mapping[str, str] = field(default_factory=dict)
    side: int = SIDE
    tta: str = "none"

    def __post_init__(self) -> None:
        check_names(self.folder, self.aoi or None)
        if strangers := sorted(set(self.outputs) - set(UNIT_RASTERS)):
            raise ProtocolError(f"Unknown output '{strangers[0]}'; outputs are {', '.join(UNIT_RASTERS)}.")
        if self.side < BLOCK or self.side % BLOCK:
            raise ProtocolError(f"The side of a unit must be a multiple of {BLOCK} pixels, not {self.side}.")
        self.job()  # which checks the rest

    @property
    def targets(self) -> tuple[str, ...]:
        """The folder."""
        return (self.folder,)

    def job(self, device: str = "auto", threads: int | None = None, max_memory: int | None = None) -> Job:
        """The run over the whole region that the units are parts of, by a worker with this device."""
        return Job(
            model=self.model,
            inputs=self.inputs,
            outputs={name: f"{name}.tif" for name in (*self.outputs, "classes")},
            aoi=self.aoi,
            extent=self.extent,
            extent_crs=self.extent_crs,
            grid=self.grid,
            device=device,
            overlap=self.overlap,
            batch_size=self.batch_size,
            precision=self.precision,
            threads=threads,
            min_confidence=self.min_confidence,
            creation_options=self.creation_options,
            max_memory=max_memory,
            format="COG",
            tta=self.tta,
        )


@dataclass(frozen=True)
class WorkJob(Work):
    """Units of a plan made, those that are missing.

    Attributes:
        folder: Of the plan.
        shard: ``3/64``: every 64th unit from the third; empty: what a scheduler's variables say, else all.
        dask: ``local``, or the address of a scheduler; empty: none.
        on_error: Whether a unit that fails ends the work (``stop``) or is left out (``skip``).
        retries: How often a unit is tried again.
        device, threads, max_memory: As in ``Job``.
    """

    KIND: ClassVar[str] = "work"

    folder: str
    shard: str = ""
    dask: str = ""
    on_error: str = "stop"
    retries: int = 2
    device: str = "auto"
    threads: int | None = None
    max_memory: int | None = None

    def __post_init__(self) -> None:
        check_names(self.folder)
        check_device(self.device)
        check_counts(threads=self.threads, max_memory=self.max_memory)
        if self.on_error not in ERRORS:
            raise ProtocolError(f"Unknown --on-error '{self.on_error}'; use {' or '.join(ERRORS)}.")
        if self.retries < 0:
            raise ProtocolError(f"The retries must be a whole number from 0, not {self.retries}.")
        if self.shard:
            read_shard(self.shard)

    @property
    def targets(self) -> tuple[str, ...]:
        """The folder."""
        return (self.folder,)


@dataclass(frozen=True)
class StatusJob(Work):
    """How far the units of a plan are.

    Attributes:
        folder: Of the plan.
    """

    KIND: ClassVar[str] = "status"

    folder: str

    def __post_init__(self) -> None:
        check_names(self.folder)


@dataclass(frozen=True)
class JoinJob(Work):
    """The units of a plan as one map.

    Attributes:
        folder: Of the plan.
        to: ``vrt`` or ``gti`` (an index of the units), or ``cog`` (one file).
        partial: Whether units may be missing; they are no data.
        stac: Whether a static STAC collection of the units is written, too.
        polygons: A GeoParquet file for the map as polygons; empty: none.
    """

    KIND: ClassVar[str] = "join"

    folder: str
    to: str = "vrt"
    partial: bool = False
    stac: bool = False
    polygons: str = ""

    def __post_init__(self) -> None:
        check_names(self.folder, self.polygons or None)
        if self.to not in INDICES:
            raise ProtocolError(f"Unknown --to '{self.to}'; use {', '.join(INDICES)}.")

    @property
    def targets(self) -> tuple[str, ...]:
        """The folder, and the polygons where they are wanted."""
        return (self.folder, *filter(None, (self.polygons,)))


def read_shard(text: str) -> tuple[int, int]:
    """(index from 0, count) of ``3/64``.

    Raises:
        ProtocolError: The text is no shard.
    """
    index, slash, count = text.partition("/")
    if not (slash and index.isdecimal() and count.isdecimal() and 1 <= int(index) <= int(count)):
        raise ProtocolError(f"'{text}' is no shard.", "Write 3/64: the third of 64, which are counted from 1.")
    return int(index) - 1, int(count)


@dataclass(frozen=True)
class ResumeJob(Work):
    """A segmentation run made of units, so that it goes on where it was broken off.

    Attributes:
        run: The run.
        side: Pixels a side of a unit.
    """

    KIND: ClassVar[str] = "resume"

    run: Job
    side: int = 2048

    @property
    def targets(self) -> tuple[str, ...]:
        """The files that the run writes."""
        return self.run.targets

    @property
    def folder(self) -> str:
        """Where units lie until all are there: beside the map, named as it."""
        return f"{self.run.outputs['classes']}.units"

    def plan(self) -> PlanJob:
        """The run as a plan."""
        run = self.run
        return PlanJob(
            model=run.model,
            inputs=run.inputs,
            folder=self.folder,
            outputs=tuple(name for name in UNIT_RASTERS if name in run.outputs),
            aoi=run.aoi,
            extent=run.extent,
            extent_crs=run.extent_crs,
            grid=run.grid,
            overlap=run.overlap,
            batch_size=run.batch_size,
            precision=run.precision,
            min_confidence=run.min_confidence,
            side=self.side,
            tta=run.tta,
        )
