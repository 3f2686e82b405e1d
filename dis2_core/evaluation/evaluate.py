"""How good a class map is: confusion matrix, scores and a report, from a map and ground truth."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..contract.other_jobs import EVALUATION_OUTPUTS, EvaluateJob
from ..contract.segment_job import Event
from ..rasters.inputs import gdal_environment
from ..rasters.sources import files_behind
from ..report import require_packages
from ..run.disk import translated_errors
from ..run.jobfolder import JobFolder
from ..run.reporting import Listener, Reporter
from .comparison import ClassMap, Comparison, Coverage, compare
from .report import evaluation_report, summary

__all__ = ["ClassScore", "Evaluation", "run_evaluation"]

COMPARING_SHARE = 0.9  # of the progress


@dataclass(frozen=True)
class ClassScore:
    """One class in a comparison.

    Attributes:
        name, color: The class.
        reference_pixels, mapped_pixels: Of the compared pixels, those that the reference and the map give it.
        precision: Share of the mapped pixels that are right (user's accuracy); None where there are none.
        recall: Share of the reference pixels that are found (producer's accuracy); None where there are none.
        f1, iou: In [0, 1].
        reference_m2, mapped_m2: The areas; None where they are not known.
    """

    name: str
    color: str
    reference_pixels: int
    mapped_pixels: int
    precision: float | None
    recall: float | None
    f1: float | None
    iou: float | None
    reference_m2: float | None
    mapped_m2: float | None


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found.

    Attributes:
        outputs: Paths by output name.
        classes: The classes that occur in map or reference, and how well each is mapped.
        matrix: Pixels by reference class (row) and mapped class (column).
        square_metres: The same as areas; None where they are not known.
        overall_accuracy: Share of the compared pixels that are right.
        kappa: Cohen's kappa; None where the matrix does not give it.
        miou, mean_f1: Means over the classes of the reference.
        coverage: What was compared, and what not.
        by_name: Whether classes were matched by their names; else by their codes.
        seconds: Wall time.
        warnings: Texts of the warnings.
    """

    outputs: Mapping[str, str]
    classes: tuple[ClassScore, ...]
    matrix: tuple[tuple[int, ...], ...]
    square_metres: tuple[tuple[float, ...], ...] | None
    overall_accuracy: float
    kappa: float | None
    miou: float
    mean_f1: float
    coverage: Coverage
    by_name: bool
    seconds: float
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, comparison: Comparison, outputs: Mapping[str, str] | None = None) -> Evaluation:
        """Put a comparison into plain values."""
        scores, areas = comparison.scores, comparison.square_metres
        return cls(
            outputs=dict(outputs or {}),
            classes=class_scores(comparison),
            matrix=tuple(tuple(map(int, row[:-1])) for row in comparison.matrix.counts),
            square_metres=None if areas is None else tuple(tuple(map(float, row)) for row in areas),
            overall_accuracy=scores.overall_accuracy,
            kappa=_known(scores.kappa),
            miou=scores.miou,
            mean_f1=scores.mean_f1,
            coverage=comparison.coverage,
            by_name=comparison.by_name,
            seconds=0.0,
            warnings=comparison.remarks,
        )

    @property
    def summary(self) -> str:
        """The outcome in one or two sentences."""
        return summary(self)

    @property
    def table(self) -> list[list[str]]:
        """Scores by class as text, the header first."""
        rows = [["class", "reference px", "map px", "precision", "recall", "F1", "IoU"]]
        for item in self.classes:
            shares = (item.precision, item.recall, item.f1, item.iou)
            counts = (item.reference_pixels, item.mapped_pixels)
            rows.append([item.name, *(f"{count:,}" for count in counts), *(_share(share, 3) for share in shares)])
        rows.append(["mean", "", "", "", "", f"{self.mean_f1:.3f}", f"{self.miou:.3f}"])
        return rows

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        return {**asdict(self), "summary": self.summary}


def class_scores(comparison: Comparison) -> tuple[ClassScore, ...]:
    """The scores of a comparison class by class."""
    scores, areas = comparison.scores, comparison.square_metres
    return tuple(
        ClassScore(
            name=name,
            color=comparison.colors[index],
            reference_pixels=int(scores.reference[index]),
            mapped_pixels=int(scores.mapped[index]),
            precision=_known(scores.precision[index]),
            recall=_known(scores.recall[index]),
            f1=_known(scores.f1[index]),
            iou=_known(scores.iou[index]),
            reference_m2=None if areas is None else float(areas[index].sum()),
            mapped_m2=None if areas is None else float(areas[:, index].sum()),
        )
        for index, name in enumerate(scores.classes)
    )


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
        ClassMap(job.classes, job.band, job.values),
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
    """Write the scores by class as CSV."""
    header = ["class", "reference_pixels", "map_pixels", "precision", "recall", "f1", "iou", "reference_m2", "map_m2"]
    rows = [
        [
            *(item.name, item.reference_pixels, item.mapped_pixels),
            *map(_share, (item.precision, item.recall, item.f1, item.iou)),
            *map(_area, (item.reference_m2, item.mapped_m2)),
        ]
        for item in result.classes
    ]
    _write_csv(path, header, rows)


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _share(value: float | None, digits: int = 4) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _area(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
