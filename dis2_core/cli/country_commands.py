"""The commands ``dis2 plan``, ``work``, ``status`` and ``join``."""

from __future__ import annotations

from typing import Annotated

import typer

from ..contract.country_jobs import SIDE, JoinJob, PlanJob, StatusJob, WorkJob
from .arguments import (
    AoiOption,
    BandsOption,
    BatchSizeOption,
    CreationOption,
    DeviceOption,
    EventsOption,
    ExtentCrsOption,
    ExtentOption,
    GridOption,
    MaskOption,
    MaxMemoryOption,
    MinConfidenceOption,
    ModelOption,
    NodataOption,
    OverlapOption,
    PrecisionOption,
    ScaleOption,
    ThreadsOption,
    TtaOption,
    creation_options,
    size_in_bytes,
    sources,
)
from .running import execute

FolderArgument = Annotated[str, typer.Argument(metavar="RUN", help="The folder of the plan.")]


def plan(
    model: ModelOption,
    out: Annotated[str, typer.Option(metavar="RUN", help="The folder for the plan and what is made of it.")],
    inputs: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            "-i",
            metavar="NAME=FILES",
            help="A modality and its raster, VRT, GTI, folder, glob, or list (CSV, GeoPackage, STAC items).",
        ),
    ] = None,
    outputs: Annotated[
        str, typer.Option(metavar="A,B,...", help="Of classes, confidence, familiarity, probabilities, scenario.")
    ] = "classes",
    aoi: AoiOption = "",
    extent: ExtentOption = None,
    extent_crs: ExtentCrsOption = "",
    grid: GridOption = "model",
    bands: BandsOption = None,
    scale: ScaleOption = None,
    nodata: NodataOption = None,
    mask: MaskOption = None,
    overlap: OverlapOption = None,
    batch_size: BatchSizeOption = None,
    precision: PrecisionOption = "auto",
    min_confidence: MinConfidenceOption = 0.0,
    creation: CreationOption = None,
    tta: TtaOption = "none",
    side: Annotated[int, typer.Option(help="Pixels a side of a unit, a multiple of 512.")] = SIDE,
    events: EventsOption = False,
) -> None:
    """Cut a region that is too large for one run into units."""
    job = PlanJob(
        model=model,
        inputs=sources(inputs or [], bands or [], scale or [], nodata or [], mask or []),
        folder=out,
        outputs=tuple(name.strip() for name in outputs.split(",")),
        aoi=aoi,
        extent=extent,
        extent_crs=extent_crs,
        grid=grid,
        overlap=overlap,
        batch_size=batch_size,
        precision=precision,
        min_confidence=min_confidence,
        creation_options=creation_options(creation or []),
        side=side,
        tta=tta,
    )
    execute(job, events=events)


def work(
    folder: FolderArgument,
    shard: Annotated[
        str, typer.Option(metavar="3/64", help="Every 64th unit from the third; default: what the scheduler says.")
    ] = "",
    dask: Annotated[str, typer.Option(metavar="local|ADDRESS", help="Let the workers of a Dask cluster do it.")] = "",
    on_error: Annotated[str, typer.Option(metavar="stop|skip", help="What becomes of the rest.")] = "stop",
    retries: Annotated[int, typer.Option(help="How often a unit is tried again.")] = 2,
    device: DeviceOption = "auto",
    threads: ThreadsOption = None,
    max_memory: MaxMemoryOption = None,
    events: EventsOption = False,
) -> None:
    """Make the units of a plan that are missing. Call it again after whatever broke it off."""
    job = WorkJob(folder, shard, dask, on_error, retries, device, threads, size_in_bytes(max_memory))
    execute(job, events=events)


def status(folder: FolderArgument, events: EventsOption = False) -> None:
    """Tell how far the units of a plan are, and what failed."""
    execute(StatusJob(folder), events=events)


def join(
    folder: FolderArgument,
    to: Annotated[
        str, typer.Option(metavar="vrt|gti|cog", help="An index of the units, or one cloud optimized file.")
    ] = "vrt",
    partial: Annotated[bool, typer.Option("--partial", help="Join what there is; the rest is no data.")] = False,
    stac: Annotated[bool, typer.Option("--stac", help="Also write a STAC collection with an item a unit.")] = False,
    polygons: Annotated[
        str, typer.Option(metavar="FILE.parquet", help="Also write the classes as polygons, GeoParquet.")
    ] = "",
    events: EventsOption = False,
) -> None:
    """Put the units of a plan together."""
    execute(JoinJob(folder, to, partial, stac, polygons), events=events)
