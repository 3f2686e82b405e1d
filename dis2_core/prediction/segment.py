"""From rasters to a map: ``segment`` for Python, ``run_job`` for whoever has a job."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..contract.errors import Cancelled, InputError
from ..contract.segment_job import Job, Source
from ..models.file import Model
from ..rasters.opening import gdal_environment
from ..run.device import cpu_threads, translated_device_errors
from ..run.reporting import Listener, Reporter
from .pipeline import Run
from .planning import JobPlan, plan_job
from .result import SegmentationResult

__all__ = ["JobPlan", "SegmentationResult", "plan_job", "run_job", "segment"]

PathLike = str | os.PathLike[str]

MEMORY_ADVICE = (
    "It does not hold a strip of the raster as wide as it is: run it in parts with an extent, without "
    "probabilities, or on another device."
)


def segment(
    inputs: Mapping[str, PathLike | Source],
    model: PathLike | Model,
    *,
    output: PathLike,
    confidence: PathLike | None = None,
    familiarity: PathLike | None = None,
    probabilities: PathLike | None = None,
    scenario: PathLike | None = None,
    areas: PathLike | None = None,
    extent: tuple[float, float, float, float] | None = None,
    extent_crs: str = "",
    grid: PathLike = "model",
    bands: Mapping[str, Sequence[int]] | None = None,
    scale: Mapping[str, tuple[float, float]] | None = None,
    nodata: Mapping[str, str] | None = None,
    mask: Mapping[str, str] | None = None,
    device: str = "auto",
    overlap: float | None = None,
    batch_size: int | None = None,
    precision: str = "auto",
    threads: int | None = None,
    min_confidence: float = 0.0,
    creation_options: Mapping[str, str] | None = None,
    max_memory: int | None = None,
    format: str = "GTiff",
    aoi: PathLike = "",
    tta: str = "none",
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SegmentationResult:
    """Segment rasters, any modality of which may be missing.

    Args:
        inputs: Rasters by modality name.
        model: A shipped model's name, a model file, or a loaded model.
        output: The class map, a GeoTIFF.
        confidence: GeoTIFF of the probability of the class, 0 to 100.
        familiarity: GeoTIFF of how much the ground looks like that of training, 0 to 100: the share of held-out
            training ground that is at least as unusual.
        probabilities: GeoTIFF of the probabilities of all classes, 0 to 250 with the scale 1/250.
        scenario: GeoTIFF of the modalities that each pixel had: a bit mask in the card's order.
        areas: CSV of the area of each class.
        extent: (xmin, ymin, xmax, ymax) to which the run is limited.
        extent_crs: CRS of the extent; empty: that of the first input, in the model's order.
        grid: ``model`` (the model's ground sample distance), ``finest``, a pixel size in metres, or a
            raster's path.
        bands: 1-based band numbers by modality name.
        scale: (a, b) by modality name: value = a * stored + b.
        nodata: When no-data values make a pixel void, by modality name; see ``Source.nodata``.
        mask: What else does, by modality name; see ``Source.mask``.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.
        overlap: Fraction of a window that neighbours share, 0 to 0.75; None: the model's.
        batch_size: Windows a forward pass; None: chosen for the device.
        precision: ``auto``, ``fp32`` or ``bf16``.
        threads: Windows at once on a CPU, each on a thread of its own; None: as many as cores are free.
        min_confidence: Below this probability of the winning class, 0 to 1, a pixel is *uncertain* (254).
        creation_options: How the GeoTIFFs are stored, e.g. ``{"COMPRESS": "ZSTD"}``; see
            ``segment_job.CREATION_OPTIONS``.
        max_memory: Bytes that the rows in work may take; None: what the machine has left.
        format: ``GTiff``, or ``COG`` for cloud optimized GeoTIFFs.
        aoi: Polygons (GeoPackage, GeoJSON), outside which the map is no data; without an extent the run is limited
            to the box around them.
        tta: ``d4``: the mean over the eight symmetries of the square, for eight times the time; or ``none``.
        progress: Gets ``segment_job.Event`` objects: progress, info, warning, artifact.
        cancelled: Is asked between batches; True stops the run.

    Returns:
        What was done.

    Raises:
        Dis2Error: See ``run_job``.
    """
    outputs = {
        "classes": output,
        "familiarity": familiarity,
        "confidence": confidence,
        "probabilities": probabilities,
        "scenario": scenario,
        "areas": areas,
    }
    choices = {"bands": bands or {}, "scale": scale or {}, "nodata": nodata or {}, "mask": mask or {}}
    for option, given in choices.items():
        if stray := sorted(set(given) - set(inputs)):
            raise InputError(f"{option} is given for '{stray[0]}', for which there is no input.")
    sources = {name: _source(name, item, choices) for name, item in inputs.items()}
    loaded = model if isinstance(model, Model) else None
    job = Job(
        model=str(loaded.path or loaded.card.name) if loaded else os.fspath(model),  # type: ignore[arg-type]
        inputs=sources,
        outputs={name: os.fspath(path) for name, path in outputs.items() if path is not None},
        extent=extent,
        extent_crs=extent_crs,
        grid=os.fspath(grid),
        device=device,
        overlap=overlap,
        batch_size=batch_size,
        precision=precision,
        threads=threads,
        min_confidence=min_confidence,
        creation_options=dict(creation_options or {}),
        max_memory=max_memory,
        format=format,
        aoi=os.fspath(aoi),
        tta=tta,
    )
    return run_job(job, model=loaded, progress=progress, cancelled=cancelled)


def run_job(
    job: Job,
    *,
    model: Model | None = None,
    leave_out: Sequence[str] = (),
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SegmentationResult:
    """Run a job: all its outputs appear whole, or none does and earlier files stay.

    Args:
        job: What to do.
        model: A loaded model, to be used instead of the job's.
        leave_out: Modalities that count as missing although they are given; the grids stay those of all.
        progress: Gets events of the types progress, info, warning and artifact.
        cancelled: Is asked between batches; True stops the run.

    Raises:
        InputError: An input, an output or an option cannot be used (its subclasses say which).
        NoValidData: No pixel has data.
        ModelError: The model cannot be used.
        NoDevice, DeviceLost, NoSpace, ResourceError: The machine lacks something.
        Cancelled: The run was stopped by ``cancelled`` or Ctrl-C.
    """
    started = time.monotonic()
    report = Reporter(progress, cancelled)
    report.progress(0, "reading")
    try:
        with gdal_environment(), cpu_threads(job.threads), translated_device_errors(MEMORY_ADVICE):
            result = Run.of(job, model, report, leave_out).execute()
    except KeyboardInterrupt:
        raise Cancelled("The run was interrupted.", "Nothing was written.") from None
    return replace(result, seconds=round(time.monotonic() - started, 3))


def _source(name: str, item: PathLike | Source, choices: Mapping[str, Mapping[str, Any]]) -> Source:
    """The source of one modality, with what was chosen for it."""
    source = item if isinstance(item, Source) else Source(os.fspath(item))
    chosen = {option: given[name] for option, given in choices.items() if name in given}
    if "bands" in chosen:
        chosen["bands"] = tuple(chosen["bands"])
    return replace(source, **chosen)
