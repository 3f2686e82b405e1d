"""The report of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..report.cells import Percent, Quantity, Swatch
from ..report.charts import class_bars, confusion_chart
from ..report.document import Report
from ..run.provenance import base_name, without_query
from .result import ground

if TYPE_CHECKING:
    from ..contract.other_jobs import EvaluateJob
    from .result import Evaluation

CHART_CLASSES = 30  # more of them are told in the table alone


def evaluation_report(result: Evaluation, job: EvaluateJob) -> Report:
    """Tell how good a map is, the answer first."""
    against = job.reference.name or base_name(job.reference.path)
    report = Report("Accuracy of a class map", f"{base_name(job.classes)} against {against}")
    report.lead(result.summary)
    report.figures(
        {
            "Overall accuracy": Percent(result.overall_accuracy),
            "Mean IoU": result.miou,
            "Mean F1": result.mean_f1,
            "Kappa": result.kappa,
        }
    )
    for warning in result.warnings:
        report.note(warning)
    _add_sample(report, result)
    _add_classes(report, result)
    _add_confusion(report, result)
    _add_coverage(report, result, job)
    return report


def _add_sample(report: Report, result: Evaluation) -> None:
    """What points say, in the form in which papers and inventories want it."""
    if result.sample is None:
        return
    report.heading("Accuracies and areas, estimated from points")
    header, *rows = result.estimates
    overall = [["overall", *[""] * (len(header) - 1)]]
    overall[0][1] = f"{100 * result.sample.overall:.1f} %"
    if result.sample.overall_ci is not None:
        overall[0][1] += f" ± {100 * result.sample.overall_ci:.1f} %"
    report.table(
        header,
        [*rows, *overall],
        "With 95 % confidence intervals, weighted by the area of each class of the map (Olofsson et al. 2014, Good "
        "practices for estimating area and assessing accuracy of land change). User's accuracy: of what the map gives "
        "the class, the share that is right. Producer's accuracy: of what the class covers, the share that the map "
        "finds. The area is that on the ground, not that of the map. All this holds for points that were drawn at "
        "random, from the whole map or from each of its classes, and not for points that somebody chose.",
    )


def _add_classes(report: Report, result: Evaluation) -> None:
    areas = result.square_metres is not None
    header = ["Class", "IoU", "F1", "Precision", "Recall"]
    unit = "pixels" if result.sample is None else "points"
    header += ["Reference", "Map"] if areas else [f"Reference {unit}", f"Map {unit}"]
    rows: list[list[object]] = []
    for item in result.classes:
        amounts: list[object] = [item.reference_pixels, item.mapped_pixels]
        if item.reference_m2 is not None and item.mapped_m2 is not None:
            amounts = [Quantity(ground(item.reference_m2)), Quantity(ground(item.mapped_m2))]
        shares = [Percent(value) for value in (item.iou, item.f1, item.precision, item.recall)]
        rows.append([Swatch(item.color, item.name), *shares, *amounts])
    report.heading("How well each class is mapped")
    report.table(
        header,
        rows,
        "IoU: what map and reference both give the class, as a share of what either gives it. Precision (user's "
        "accuracy): the share of the class in the map that is right. Recall (producer's accuracy): the share of "
        "the class on the ground that the map finds. F1: their harmonic mean.",
    )
    if 1 < len(result.classes) <= CHART_CLASSES:
        values = [float("nan") if item.iou is None else item.iou for item in result.classes]
        names, colors = [item.name for item in result.classes], [item.color for item in result.classes]
        report.figure(class_bars(names, {"IoU": values}, colors=colors, xlabel="IoU"), "IoU by class.")


def _add_confusion(report: Report, result: Evaluation) -> None:
    names = [item.name for item in result.classes]
    report.heading("What is taken for what")
    if len(names) <= CHART_CLASSES:
        chart = confusion_chart(np.array(result.matrix), names, names)
        report.figure(
            chart,
            "Each row is a class on the ground: how many percent of it the map gives each class. The diagonal is the "
            "recall.",
        )
    header = ["Reference \\ map", *names, "All"]
    rows = [[name, *row, sum(row)] for name, row in zip(names, result.matrix, strict=True)]
    columns = [sum(column) for column in zip(*result.matrix, strict=True)]
    unit = "Pixels." if result.sample is None else "Points."
    report.table(header, [*rows, ["All", *columns, sum(columns)]], unit)


def _add_coverage(report: Report, result: Evaluation, job: EvaluateJob) -> None:
    coverage = result.coverage
    labelled = max(coverage.labelled, 1)
    report.heading("What was compared")
    report.table(
        ["", "Pixels", "Share"],
        [
            ["Region where map and reference lie", coverage.pixels, Percent(1.0)],
            [
                "… without a class in the reference",
                coverage.not_labelled,
                Percent(coverage.not_labelled / coverage.pixels),
            ],
            ["With a class in the reference", coverage.labelled, Percent(coverage.labelled / coverage.pixels)],
            ["… compared", coverage.compared, Percent(coverage.compared / labelled)],
            ["… without data in the map", coverage.nodata, Percent(coverage.nodata / labelled)],
            ["… called uncertain by the map", coverage.uncertain, Percent(coverage.uncertain / labelled)],
        ],
        "Shares of the region above, of the pixels with a class in the reference below. Scores are of the compared "
        "pixels alone.",
    )
    report.facts(
        {
            "Map": without_query(job.classes),
            "Reference": job.reference.name or without_query(job.reference.path),
            "Class field": job.reference.field,
            "Classes matched by": "name" if result.by_name else "code",
            "Limited to": "" if job.extent is None else " ".join(f"{value:.10g}" for value in job.extent),
        }
    )
