"""The report of training on a scene: how good the model is with and without each raster, and how that is known."""

from __future__ import annotations

from collections.abc import Sequence
from os.path import basename
from typing import TYPE_CHECKING

import numpy as np

from dis2_core.contract.card import scenario_name
from dis2_core.contract.other_jobs import TrainJob
from dis2_core.evaluation.metrics import Scores
from dis2_core.network import Scenario
from dis2_core.report import Percent, Report, Swatch
from dis2_core.report.charts import class_bars, line_chart, new_figure, scenario_bars, style

from .card import unlabelled_note
from .holdout import HoldOut, Role
from .outcome import TrainingResult

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: What ground was for, in words, and its colour in the plan.
USES = {
    Role.TRAIN: ("training", "#0072b2"),
    Role.VALIDATION: ("choice of weights", "#009e73"),
    Role.TEST: ("test", "#e69f00"),
    Role.GAP: ("kept empty between", "#d9dfe5"),
}
#: Loss terms of both forms, in words.
LOSSES = {"full": "with all rasters", "missing": "with some", "drawn": "mean of all scenarios"}
MOST_BARS = 3  # scenarios in the chart of classes


def region_report(result: TrainingResult, job: TrainJob) -> Report:
    """Tell what came of a run."""
    card = result.card
    report = Report(f"The model {card.name}", f"{len(card.classes)} classes at {card.gsd:g} m a pixel")
    report.lead(_answer(result))
    if result.scores:
        _add_scores(report, result)
    _add_ground(report, result)
    _add_curve(report, result)
    if result.warnings:
        report.heading("To keep in mind").bullets(result.warnings)
    return report.heading("What was done").facts(_facts(result, job)).paragraph(card.notes)


def _answer(result: TrainingResult) -> str:
    """The first sentence: what a person wants to know."""
    if result.full is None:
        return "The model was trained but not tested: no labels could be kept apart. How good it is is not known."
    learner = "this training" if result.inherited else "it"
    right = (
        f"On ground that {learner} never saw, the model gives {result.full.overall_accuracy:.0%} of the pixels the "
        "class that they are labelled with"
    )
    less = sorted(list(result.scores.items())[1:], key=lambda item: -item[1].miou)
    if not less:
        return f"{right} (mean IoU {result.full.miou:.2f})."
    parts = "; ".join(f"{score.miou:.2f} {_with(scenario)}" for scenario, score in less[:MOST_BARS])
    return f"{right}, when it has all rasters (mean IoU {result.full.miou:.2f}). With less its mean IoU is {parts}."


def _with(scenario: Scenario) -> str:
    return f"with {scenario[0]} alone" if len(scenario) == 1 else f"with {' and '.join(scenario)}"


def _add_scores(report: Report, result: TrainingResult) -> None:
    scores = {scenario_name(scenario): score for scenario, score in result.scores.items()}
    bars = {name: {"mIoU": score.miou, "accuracy": score.overall_accuracy} for name, score in scores.items()}
    report.heading("With and without each raster" if len(scores) > 1 else "How good it is")
    report.figure(
        scenario_bars(bars, highlight=next(iter(scores))),
        "Mean IoU and overall accuracy on the test ground, by the rasters that the model was given.",
    )
    report.heading("Class by class")
    shown = dict(list(scores.items())[:MOST_BARS])
    names = result.card.class_names
    report.figure(
        class_bars(names, {name: score.iou for name, score in shown.items()}, xlabel="IoU"),
        "Intersection over union of each class on the test ground.",
    )
    tested = next(iter(scores.values())).reference
    report.table(
        ["class", *(f"IoU {name}" for name in scores), "test pixels"],
        [
            [Swatch(item.color, item.name), *(_share(score, index) for score in scores.values()), int(tested[index])]
            for index, item in enumerate(result.card.classes)
        ],
        "Classes with few test pixels have scores that mean little.",
    )


def _share(score: Scores, index: int) -> Percent:
    return Percent(float(score.iou[index]) if score.reference[index] else None)


def _add_ground(report: Report, result: TrainingResult) -> None:
    """What was labelled, and which part of it was for what."""
    area = result.card.gsd**2
    pixels = {role: result.plan.pixels(role) for role in USES}
    used = [role for role in USES if pixels[role].any()]
    report.heading("What it learned from")
    report.table(
        ["class", "labelled, m²", *(USES[role][0] for role in used)],
        [
            [
                Swatch(item.color, item.name),
                round(sum(float(counts[index]) for counts in pixels.values()) * area),
                *(int(pixels[role][index]) for role in used),
            ]
            for index, item in enumerate(result.card.classes)
        ],
        "Labelled ground of each class, and its pixels by what they were for.",
    )
    for sentence in unlabelled_note(result):
        report.paragraph(sentence)
    report.figure(
        plan_chart(result.plan, used),
        "Which labelled ground was for what. No training window shows a pixel within half a window of the test ground.",
    )


def plan_chart(plan: HoldOut, used: Sequence[Role]) -> Figure:
    """The scene from above: the cells that hold labels, coloured by what they were for."""
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Patch

    cells = np.ones((*plan.roles.shape, 3))
    labelled = plan.counts.any(axis=2)
    for role, (_, color) in USES.items():
        cells[labelled & (plan.roles == role)] = to_rgb(color)
    height, width = plan.lattice.rows[-1], plan.lattice.cols[-1]
    with style():
        figure, axes = new_figure(5.0, max(1.5, min(7.0, 5.0 * height / width)))
        axes.imshow(cells, interpolation="nearest", aspect=(height / cells.shape[0]) / (width / cells.shape[1]))
        axes.set_axis_off()
        figure.legend(
            handles=[Patch(facecolor=USES[role][1], label=USES[role][0]) for role in used],
            loc="outside lower center",
            ncols=2,
        )
    return figure


def _add_curve(report: Report, result: TrainingResult) -> None:
    steps = [epoch.steps for epoch in result.curve]
    losses = {
        words: [epoch.terms.get(name, float("nan")) for epoch in result.curve]
        for name, words in LOSSES.items()
        if any(name in epoch.terms for epoch in result.curve)
    }
    report.heading("How training went")
    report.figure(line_chart(steps, losses, xlabel="steps", ylabel="loss"), "Segmentation loss on the training ground.")
    if result.curve[-1].scores:
        curves = {
            scenario_name(scenario): [epoch.scores[scenario].miou for epoch in result.curve]
            for scenario in result.curve[-1].scores
        }
        report.figure(
            line_chart(steps, curves, xlabel="steps", ylabel="mean IoU"),
            f"Mean IoU on the ground that chose the weights: those after {result.chosen} steps.",
        )


def _facts(result: TrainingResult, job: TrainJob) -> dict[str, object]:
    card = result.card
    return {
        "rasters": ", ".join(f"{slot}: {basename(source.path)}" for slot, source in job.inputs.items()),
        "labels": (job.labels.name or basename(job.labels.path))
        + (f", field {job.labels.field}" if job.labels.field else ""),
        "start": result.inherited or "from nothing",
        "window": f"{card.window[0]} pixels ({card.window[0] * card.gsd:g} m)",
        "width": card.network["width"],
        "steps": f"{result.steps} of {job.batch_size} windows each",
        "device": f"{result.device}, {result.precision}",
        "seconds": f"{result.seconds:,.0f}",
        "seed": job.seed,
        "licence": card.license,
        "attribution": card.attribution,
    }
