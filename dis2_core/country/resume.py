"""A run on one raster through units: what is finished stays, whatever breaks it off."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..contract.catalogue import read_card
from ..contract.country_jobs import ResumeJob, WorkJob
from ..contract.errors import NoValidData
from ..contract.segment_job import Event
from ..prediction.planning import files_read
from ..rasters.areas import write_area_table
from ..rasters.geotiff import Storage
from ..rasters.opening import gdal_environment
from ..run.jobfolder import JobFolder
from ..run.reporting import Listener, Reporter
from ..run.targets import check_targets
from .join import Joined, JoinResult, Totals, finished_units
from .plan import Plan
from .planning import run_plan
from .units import UnitFiles
from .work import run_work

WORK = (0.02, 0.9)  # parts of the progress between which units are made


def run_resumed(
    job: ResumeJob, *, progress: Listener | None = None, cancelled: Callable[[], bool] | None = None
) -> JoinResult:
    """Segment rasters unit by unit, put the map together, and take the units away.

    Raises:
        Dis2Error: As ``run_job`` does; what is finished stays in the folder beside the map.
    """
    run, folder = job.run, Path(job.folder).absolute()
    report = Reporter(progress, cancelled)
    targets = {name: Path(path).absolute() for name, path in run.outputs.items()}
    with gdal_environment():
        check_targets(targets, files_read(run))
    run_plan(job.plan(), progress=_parts(report), cancelled=cancelled)
    work = WorkJob(str(folder), "1/1", device=run.device, threads=run.threads, max_memory=run.max_memory)
    run_work(work, progress=_parts(report), cancelled=cancelled)
    plan, files = Plan.read(folder), UnitFiles(folder)
    units = finished_units(plan, files, partial=False)
    card = read_card(plan.model)
    totals = Totals.of(plan, card, files, units)
    if not sum(line.pixels for line in totals.areas[:-1]):
        raise NoValidData("No pixel of the region has data.", "Check the inputs' nodata values and the extent.")
    with gdal_environment(), JobFolder(run.outputs, files_read(run), report.warning) as made:
        Joined(plan, card, files, units).copy(made, Storage.of(run.creation_options, run.format), report)
        if "areas" in made.targets:
            write_area_table(made.part("areas"), totals.areas)
        report.check()
        made.commit()
    shutil.rmtree(folder, ignore_errors=True)
    outputs = {name: str(path) for name, path in made.targets.items()}
    for name, path in outputs.items():
        report.artifact(name, path)
    report.progress(1, "finishing")
    return JoinResult(outputs, totals.areas, totals.scenarios, len(units), 0, totals.seconds, totals.device)


def _parts(report: Reporter) -> Listener:
    """A listener that tells the progress of a step as a part of the whole, and leaves files out that do not stay."""

    def listen(event: Event) -> None:
        if event.type == "progress":
            begin, end = WORK if event.data["stage"] == "working" else (0.0, WORK[0])
            fraction = begin + (end - begin) * float(event.data["fraction"])
            report.progress(fraction, str(event.data["stage"]), str(event.data.get("detail", "")))
        elif event.type != "artifact":
            report.pass_on(replace(event))

    return listen
