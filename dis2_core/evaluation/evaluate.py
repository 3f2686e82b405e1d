"""How good a class map is: confusion matrix, scores and a report, from a map and ground truth."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..contract.other_jobs import EVALUATION_OUTPUTS, EvaluateJob
from ..contract.segment_job import Event
from ..rasters.opening import gdal_environment
from ..rasters.sources import files_behind
from ..report import require_packages
from ..run.disk import translated_errors
from ..run.jobfolder import JobFolder
from ..run.reporting import Listener, Reporter
from .comparison import ClassMap, Comparison, compare
from .report import evaluation_report
from .result import Evaluation

COMPARING_SHARE = 0.9  # of the progress


def run_evaluation(
    job: EvaluateJob,
    *,
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Evaluation:
    """Compare a map with its reference; all outputs appear whole, or none does.

    Args:
        job: What to compare.
        progress: Gets events of the types progress, info, warning and artifact.
        cancelled: Is asked between strips; True stops the run.

    Raises:
        InputError: Map, reference or outputs cannot be used (its subclasses say why).
        NoValidData: There is nothing to compare.
        ResourceError: A report is wanted and the packages that make it are missing.
        Cancelled: The run was stopped by ``cancelled``.
    """
    started = time.monotonic()
    report = Reporter(progress, cancelled)
    report.progress(0, "comparing")
    if "report" in job.outputs:
        require_packages()
    targets = {name: job.outputs[name] for name in EVALUATION_OUTPUTS if name in job.outputs}
    with gdal_environment(), JobFolder(targets, files_behind((job.classes, job.reference.path))) as folder:
        comparison = _compare(job, report)
        result = replace(Evaluation.of(comparison, targets), warnings=tuple(dict.fromkeys(report.warnings)))
        _write(folder, job, result, report)
        report.check()
        for name, path in folder.commit():
            report.artifact(name, str(path))
    report.progress(1, "finishing")
    return replace(result, seconds=round(time.monotonic() - started, 3))


def _compare(job: EvaluateJob, report: Reporter) -> Comparison:
    comparison = compare(
        ClassMap(job.classes, job.band, job.values, job.nodata, job.mask),
        job.reference,
        report,
        extent=job.extent,
        extent_crs=job.extent_crs,
        progress=lambda fraction: report.progress(COMPARING_SHARE * fraction, "comparing"),
    )
    how = "names" if comparison.by_name else "codes"
    report.info(f"Classes of map and reference are matched by their {how}.")
    for text in comparison.remarks:
        report.pass_on(Event("warning", {"code": "classes", "text": text}))
    return comparison


def _write(folder: JobFolder, job: EvaluateJob, result: Evaluation, report: Reporter) -> None:
    report.progress(COMPARING_SHARE, "writing")
    if "matrix" in folder.targets:
        with translated_errors(folder.targets["matrix"]):
            write_matrix(folder.part("matrix"), result)
    if "scores" in folder.targets:
        with translated_errors(folder.targets["scores"]):
            write_scores(folder.part("scores"), result)
    if "report" in folder.targets:
        evaluation_report(result, job).write(folder.part("report"))


def write_matrix(path: Path, result: Evaluation) -> None:
    """Write the confusion matrix as CSV: a row a reference class, pixels and then areas by mapped class."""
    names = [item.name for item in result.classes]
    header = ["reference", *names]
    if result.square_metres is not None:
        header += [f"{name} (m2)" for name in names]
    rows: list[list[object]] = []
    for index, name in enumerate(names):
        areas = [] if result.square_metres is None else [f"{area:.2f}" for area in result.square_metres[index]]
        rows.append([name, *result.matrix[index], *areas])
    _write_csv(path, header, rows)


def write_scores(path: Path, result: Evaluation) -> None:
    """Write the scores by class as CSV; of points with half the widths of 95 % confidence intervals."""
    unit = "pixels" if result.sample is None else "points"
    header = ["class", f"reference_{unit}", f"map_{unit}", "precision", "recall", "f1", "iou", "reference_m2", "map_m2"]
    rows: list[list[object]] = [
        [
            *(item.name, item.reference_pixels, item.mapped_pixels),
            *map(_share, (item.precision, item.recall, item.f1, item.iou)),
            *map(_area, (item.reference_m2, item.mapped_m2)),
        ]
        for item in result.classes
    ]
    if result.sample is not None:
        header += ["precision_ci95", "recall_ci95", "share", "share_ci95", "reference_m2_ci95"]
        for row, item in zip(rows, result.sample.classes, strict=True):
            row += map(_share, (item.users_ci, item.producers_ci, item.share, item.share_ci))
            row.append(_area(item.square_metres_ci))
    _write_csv(path, header, rows)


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _area(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
