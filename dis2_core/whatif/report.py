"""The report of a what-if run."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import rasterio

from ..contract.card import NODATA, UNCERTAIN
from ..contract.styles import UNCERTAIN_CATEGORY
from ..evaluation.report import CHART_CLASSES
from ..evaluation.result import ground
from ..report.cells import Percent, Quantity, Swatch
from ..report.charts import heat_map, scenario_bars
from ..report.document import Picture, Report
from ..run.provenance import base_name, without_query

if TYPE_CHECKING:
    from ..contract.other_jobs import WhatIfJob
    from .dependence import ClassChange
    from .result import Scenario, WhatIf

PICTURE = 420  # pixels of the longer side
PALE = (236, 239, 242)  # of what stays the same
UNSURE = (150, 150, 150)  # of what becomes uncertain, beside it

Codes = npt.NDArray[np.uint8]


def whatif_report(result: WhatIf, job: WhatIfJob, folder: Path) -> Report:
    """Tell what the map loses without each modality, the answer first.

    Args:
        result: What was found.
        job: What was asked.
        folder: Where the maps lie now.
    """
    report = Report("What if a modality were missing?", _subtitle(result, job))
    for sentence in result.sentences:
        report.lead(sentence)
    for warning in result.warnings:
        report.note(warning)
    _add_scenarios(report, result)
    _add_classes(report, result)
    _add_pictures(report, result, folder)
    for scenario in result.one_left_out:
        _add_changes(report, scenario, result)
    _add_facts(report, result, job)
    return report


def _subtitle(result: WhatIf, job: WhatIfJob) -> str:
    files = ", ".join(base_name(job.run.inputs[name].path) for name in result.scenarios[0].modalities)
    return f"Model {result.model} on {files}"


def _add_scenarios(report: Report, result: WhatIf) -> None:
    scored = any(scenario.evaluation for scenario in result.scenarios)
    header = ["Available", "Left out", "Same as the full map", "No data"]
    rows: list[list[object]] = []
    for item in result.scenarios:
        change = item.change
        left_out = ", ".join(result.labels[name] for name in item.left_out) or "nothing"
        row: list[object] = [
            item.name,
            left_out,
            Percent(change.kept),
            Percent(_share(change.lost_pixels, change.full_pixels)),
        ]
        if scored:
            row += [item.evaluation.miou, item.evaluation.overall_accuracy] if item.evaluation else [None, None]
        rows.append(row)
    report.heading("How far the map changes")
    report.table(
        [*header, *(["Mean IoU", "Overall accuracy"] if scored else [])],
        rows,
        "Shares of the pixels that have a class in the full map."
        + ("" if scored else " Agreement says how far the map changes, not how good it is: that takes a reference."),
    )
    if scored:
        scores = {item.name: {"mean IoU": item.evaluation.miou} for item in result.scenarios if item.evaluation}
        chart = scenario_bars(scores, highlight=result.scenarios[0].name, xlabel="mean IoU against the reference")
        report.figure(chart, "Mean IoU by what is available; the dashed line is the map from everything.")


def _add_classes(report: Report, result: WhatIf) -> None:
    others = result.scenarios[1:]
    present = [index for index, item in enumerate(result.scenarios[0].change.classes) if item.full_pixels]
    if not (others and present and len(present) <= CHART_CLASSES):
        return
    shares = np.array(
        [[_kept(scenario.change.classes[index]) for scenario in others] for index in present], dtype=np.float64
    )
    names = [result.scenarios[0].change.classes[index].name for index in present]
    report.heading("Which classes depend on what")
    chart = heat_map(
        shares,
        names,
        [scenario.name for scenario in others],
        row_title="class of the full map",
        column_title="available",
    )
    report.figure(
        chart,
        "How many percent of each class stay the same. The paler, the more the class depends on what is left out.",
    )


def _add_pictures(report: Report, result: WhatIf, folder: Path) -> None:
    maps = {item.name: _thumbnail(folder / Path(item.outputs["classes"]).name) for item in result.scenarios}
    full = maps[result.scenarios[0].name]
    colors = [item.color for item in result.scenarios[0].change.classes]
    report.heading("The maps")
    report.gallery(
        Picture(_png(_painted(maps[item.name], colors)), item.name, _picture_text(item, result))
        for item in result.scenarios
    )
    classes = [Swatch(item.color, item.name) for item in result.scenarios[0].change.classes]
    unsure = (
        [Swatch(UNCERTAIN_CATEGORY.color, UNCERTAIN_CATEGORY.name)]
        if any((codes == UNCERTAIN).any() for codes in maps.values())
        else []
    )
    report.legend([*classes, *unsure])
    if result.scenarios[1:]:
        report.gallery(
            (
                Picture(_png(_painted(maps[item.name], colors, same_as=full)), f"Changed: {item.name}")
                for item in result.scenarios[1:]
            ),
            "Pale: as in the full map. In colour: what has changed, in the class that it has become; grey: uncertain.",
        )


def _picture_text(scenario: Scenario, result: WhatIf) -> str:
    if not scenario.left_out:
        return "everything"
    return "without " + ", ".join(result.labels[name] for name in scenario.left_out)


def _add_changes(report: Report, scenario: Scenario, result: WhatIf) -> None:
    """What becomes of every class where one modality is left out."""
    report.heading(f"Without {result.labels[scenario.left_out[0]]}")
    areas = scenario.change.classes[0].full_m2 is not None
    rows: list[list[object]] = []
    for item in scenario.change.classes:
        if not (item.full_pixels or item.scenario_pixels):
            continue
        turned = (
            f"{item.turned_into} ({Percent(_share(item.turned_pixels, item.full_pixels))})"
            if item.turned_pixels
            else "–"
        )
        rows.append([Swatch(item.color, item.name), *_amounts(item), Percent(item.kept), turned])
    unit = "" if areas else " (pixels)"
    report.table(
        ["Class", f"Full map{unit}", f"Without it{unit}", "Change", "Stays the same", "Becomes mostly"],
        rows,
        "Change: of the class's total. It may be small although much of the class has moved elsewhere.",
    )


def _amounts(item: ClassChange) -> list[object]:
    change = Quantity("–")
    if item.full_pixels:
        change = Quantity(f"{100 * (item.scenario_pixels / item.full_pixels - 1):+.0f} %")
    if item.full_m2 is None or item.scenario_m2 is None:
        return [item.full_pixels, item.scenario_pixels, change]
    return [Quantity(ground(item.full_m2)), Quantity(ground(item.scenario_m2)), change]


def _add_facts(report: Report, result: WhatIf, job: WhatIfJob) -> None:
    used = {result.labels[name]: without_query(job.run.inputs[name].path) for name in result.scenarios[0].modalities}
    report.heading("How this was made")
    report.facts(
        {
            "Model": result.model,
            "Checksum": result.sha256,
            **used,
            "Reference": "" if job.reference is None else job.reference.name or without_query(job.reference.path),
            "Device": result.device,
            "Duration": f"{result.seconds:,.0f} s",
            "Maps": ", ".join(Path(item.outputs["classes"]).name for item in result.scenarios),
        }
    )
    report.paragraph(
        "Every map lies on the pixels of the full one; the same model made them all, from what it was given."
    )


def _thumbnail(path: Path) -> Codes:
    """A class map made small, from its overviews."""
    with rasterio.open(path) as file:
        shrink = max(1.0, max(file.shape) / PICTURE)
        codes: Codes = file.read(1, out_shape=tuple(max(1, round(side / shrink)) for side in file.shape))
    return codes


def _painted(codes: Codes, colors: Sequence[str], same_as: Codes | None = None) -> npt.NDArray[np.uint8]:
    """A map (H, W, 4) in its classes' colours; transparent without data, pale where it is the same."""
    table = np.zeros((256, 4), dtype=np.uint8)
    for code, color in enumerate(colors):
        table[code] = (*bytes.fromhex(color[1:]), 255)
    table[UNCERTAIN] = (*bytes.fromhex(UNCERTAIN_CATEGORY.color[1:]), 255)
    picture = table[codes]
    if same_as is not None:
        picture[codes == UNCERTAIN] = (*UNSURE, 255)
        picture[(codes == same_as) & (codes != NODATA)] = (*PALE, 255)
    return picture


def _png(picture: npt.NDArray[np.uint8]) -> bytes:
    from matplotlib.image import imsave

    file = BytesIO()
    imsave(file, picture, format="png")
    return file.getvalue()


def _kept(item: ClassChange) -> float:
    return float("nan") if item.kept is None else item.kept


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
