"""The commands ``dis2 evaluate``, ``dis2 sample`` and ``dis2 whatif``."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ..contract.errors import InputError
from ..contract.other_jobs import ClassValue, EvaluateJob, Reference, SampleJob, WhatIfJob
from ..contract.segment_job import Job, Source
from .arguments import (
    BandsOption,
    BatchSizeOption,
    CreationOption,
    DeviceOption,
    EventsOption,
    ExtentCrsOption,
    ExtentOption,
    FormatOption,
    GridOption,
    InputsOption,
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
    pairs,
    size_in_bytes,
    sources,
)
from .running import execute

FieldOption = Annotated[str, typer.Option(metavar="NAME", help="Field of the polygons or points that holds the class.")]
ReferenceCrsOption = Annotated[
    str, typer.Option(metavar="CRS", help="CRS of polygons or points, where the file does not say it.")
]
ReferenceBandOption = Annotated[int, typer.Option(help="Band of the reference raster.")]
ValueOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="VALUE=NAME", help="What a value of the reference means; those that are not named have no class."
    ),
]


def evaluate(
    classes: Annotated[str, typer.Argument(metavar="MAP", help="The class raster.")],
    reference: Annotated[str, typer.Option(metavar="FILE", help="A class raster, or polygons or points as GeoJSON.")],
    field: FieldOption = "",
    report: Annotated[str | None, typer.Option(metavar="FILE", help="Write a report, HTML.")] = None,
    matrix: Annotated[str | None, typer.Option(metavar="FILE", help="Write the confusion matrix, CSV.")] = None,
    scores: Annotated[str | None, typer.Option(metavar="FILE", help="Write the scores by class, CSV.")] = None,
    extent: ExtentOption = None,
    extent_crs: Annotated[str, typer.Option(metavar="CRS", help="CRS of --extent; default: the map's.")] = "",
    value: ValueOption = None,
    map_value: Annotated[
        list[str] | None, typer.Option(metavar="VALUE=NAME", help="What a value of the map means.")
    ] = None,
    band: Annotated[int, typer.Option(help="Band of the map.")] = 1,
    reference_band: ReferenceBandOption = 1,
    reference_crs: ReferenceCrsOption = "",
    nodata: NodataOption = None,
    mask: MaskOption = None,
    events: EventsOption = False,
) -> None:
    """Score a class map against a reference raster, polygons or points."""
    outputs = {"matrix": matrix, "scores": scores, "report": report}
    rasters = sources([f"map={classes}", f"reference={reference}"], [], [], nodata or [], mask or [])
    job = EvaluateJob(
        classes=classes,
        reference=_reference(rasters["reference"], field, reference_band, value, reference_crs),
        outputs={name: path for name, path in outputs.items() if path is not None},
        band=band,
        values=_values(map_value, "--map-value"),
        extent=extent,
        extent_crs=extent_crs,
        nodata=rasters["map"].nodata,
        mask=rasters["map"].mask,
    )
    execute(job, events=events)


def sample(
    classes: Annotated[str, typer.Argument(metavar="MAP", help="The class raster.")],
    out: Annotated[str, typer.Option(metavar="FILE", help="The points to write, GeoJSON.")],
    design: Annotated[str, typer.Option(help="stratified by the map's classes, or random.")] = "stratified",
    points: Annotated[int | None, typer.Option(help="How many; default: as many as --error asks for.")] = None,
    error: Annotated[float, typer.Option(help="Standard error of the overall accuracy that is wanted.")] = 0.02,
    expected: Annotated[float, typer.Option(help="Accuracy that is expected, for this.")] = 0.85,
    allocation: Annotated[str, typer.Option(help="proportional or equal.")] = "proportional",
    minimum: Annotated[int, typer.Option(help="Points in every class at least.")] = 50,
    field: Annotated[str, typer.Option(metavar="NAME", help="Field of the points to be filled in.")] = "class",
    map_value: Annotated[
        list[str] | None, typer.Option(metavar="VALUE=NAME", help="What a value of the map means.")
    ] = None,
    band: Annotated[int, typer.Option(help="Band of the map.")] = 1,
    seed: Annotated[int, typer.Option(help="Which points.")] = 0,
    nodata: NodataOption = None,
    mask: MaskOption = None,
    events: EventsOption = False,
) -> None:
    """Draw points of a class map, at which to look what is on the ground."""
    source = sources([f"map={classes}"], [], [], nodata or [], mask or [])["map"]
    job = SampleJob(
        classes=classes,
        output=out,
        band=band,
        values=_values(map_value, "--map-value"),
        design=design,
        points=points,
        error=error,
        expected=expected,
        allocation=allocation,
        minimum=minimum,
        field=field,
        seed=seed,
        nodata=source.nodata,
        mask=source.mask,
    )
    execute(job, events=events)


def whatif(
    model: ModelOption,
    out: Annotated[str, typer.Option(metavar="FOLDER", help="The folder to make: maps, table and report.")],
    inputs: InputsOption = None,
    reference: Annotated[
        str | None, typer.Option(metavar="FILE", help="Ground truth: a class raster, or polygons as GeoJSON.")
    ] = None,
    field: FieldOption = "",
    value: ValueOption = None,
    reference_band: ReferenceBandOption = 1,
    reference_crs: ReferenceCrsOption = "",
    extent: ExtentOption = None,
    extent_crs: ExtentCrsOption = "",
    grid: GridOption = "model",
    bands: BandsOption = None,
    scale: ScaleOption = None,
    nodata: NodataOption = None,
    mask: MaskOption = None,
    device: DeviceOption = "auto",
    overlap: OverlapOption = None,
    batch_size: BatchSizeOption = None,
    precision: PrecisionOption = "auto",
    threads: ThreadsOption = None,
    min_confidence: MinConfidenceOption = 0.0,
    creation: CreationOption = None,
    max_memory: MaxMemoryOption = None,
    format: FormatOption = "GTiff",
    tta: TtaOption = "none",
    events: EventsOption = False,
) -> None:
    """Tell what a map loses when a modality is left out."""
    files = [*(inputs or []), *([] if reference is None else [f"reference={reference}"])]
    rasters = sources(files, bands or [], scale or [], nodata or [], mask or [])
    truth = None
    if reference is not None:
        raster = rasters.pop("reference")
        if raster.bands or raster.scale is not None:
            raise InputError("--bands and --scale are for inputs.", "Choose the reference's band: --reference-band 2.")
        truth = _reference(raster, field, reference_band, value, reference_crs)
    run = Job(
        model=model,
        inputs=rasters,
        outputs={"classes": os.path.join(out, "classes.tif")},
        extent=extent,
        extent_crs=extent_crs,
        grid=grid,
        device=device,
        overlap=overlap,
        batch_size=batch_size,
        precision=precision,
        threads=threads,
        min_confidence=min_confidence,
        creation_options=creation_options(creation or []),
        max_memory=size_in_bytes(max_memory),
        format=format,
        tta=tta,
    )
    execute(WhatIfJob(run, out, truth), events=events)


def _reference(raster: Source, field: str, band: int, values: list[str] | None, crs: str) -> Reference:
    """The ground truth that a source and the options beside it name."""
    meanings = _values(values, "--value")
    return Reference(raster.path, field, band, meanings, crs, nodata=raster.nodata, mask=raster.mask)


def _values(arguments: list[str] | None, option: str) -> tuple[ClassValue, ...]:
    return tuple(ClassValue(*item) for item in pairs(arguments or [], option, "VALUE=NAME").items())
