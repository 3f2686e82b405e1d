"""Can I do without the LiDAR flight? One scene, segmented again and again with modalities left out in turn."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from ..contract.card import ModelCard, scenario_name
from ..contract.catalogue import find_model, read_card
from ..contract.errors import Cancelled, InputError, NoValidData
from ..contract.other_jobs import ClassValue, WhatIfJob
from ..contract.segment_job import Event, Job
from ..evaluation.comparison import ClassMap, check_reference, compare
from ..evaluation.result import Evaluation
from ..models.file import Model, load_model
from ..prediction.result import SegmentationResult
from ..prediction.segment import run_job
from ..rasters.opening import gdal_environment
from ..rasters.sources import files_behind
from ..report import require_packages
from ..run.disk import translated_errors
from ..run.reporting import Listener, Reporter
from ..run.resultfolder import ResultFolder
from .dependence import ClassChange, compare_maps
from .report import whatif_report
from .result import Scenario, WhatIf

KIND = "whatif"
TABLE, REPORT = "table.csv", "report.html"
EVERY_SUBSET = 3  # modalities up to which every subset is tried
SEGMENTING_SHARE = 0.85  # of the progress


def run_whatif(
    job: WhatIfJob, *, progress: Listener | None = None, cancelled: Callable[[], bool] | None = None
) -> WhatIf:
    """Run a job: the folder appears whole, or not at all and an earlier one stays.

    Args:
        job: What to do.
        progress: Gets events of the types progress, info, warning and artifact.
        cancelled: Is asked between batches; True stops the run.

    Raises:
        InputError: An input, the folder or an option cannot be used (its subclasses say which).
        NoValidData: No pixel has data, or none of the reference's lies on the map.
        ModelError: The model cannot be used.
        ResourceError: The machine lacks something, or Python the packages that make reports.
        Cancelled: The run was stopped by ``cancelled`` or Ctrl-C.
    """
    started = time.monotonic()
    report = Reporter(progress, cancelled)
    report.progress(0, "reading")
    require_packages()
    files = [source.path for source in job.run.inputs.values()]
    files += [] if job.reference is None else [job.reference.path]
    try:
        with gdal_environment(), ResultFolder(job.folder, KIND, files_behind(files)) as folder:
            result = _Series(job, folder, report, cancelled).execute()
            result = replace(result, seconds=round(time.monotonic() - started, 3))
            _write(folder.path, result, job)
            report.check()
            folder.commit()
    except KeyboardInterrupt:
        raise Cancelled("The run was interrupted.", "Nothing was written.") from None
    for name, path in result.outputs.items():
        report.artifact(name, path)
    report.progress(1, "finishing")
    return result


def scenarios(given: Sequence[str]) -> list[tuple[str, ...]]:
    """The sets of modalities that are tried, the full one first.

    Every subset of up to three modalities; of more, all but one and single ones.
    """
    sizes = range(len(given), 0, -1)
    if len(given) > EVERY_SUBSET:
        sizes_tried = {len(given), len(given) - 1, 1}
        return [subset for size in sizes if size in sizes_tried for subset in combinations(given, size)]
    return [subset for size in sizes for subset in combinations(given, size)]


class _Series:
    """The runs of a job, one after the other.

    Args:
        job: The job.
        folder: Where the maps are made.
        report: Who is told.
        cancelled: As ``run_job`` takes it.
    """

    def __init__(
        self, job: WhatIfJob, folder: ResultFolder, report: Reporter, cancelled: Callable[[], bool] | None
    ) -> None:
        self._job = job
        self._folder = folder
        self._report = report
        self._cancelled = cancelled
        self._card = read_card(find_model(job.run.model))
        self._given = tuple(name for name in self._card.modality_names if name in job.run.inputs)
        if len(self._given) < 2:
            takes = "; ".join(item.label for item in self._card.modalities)
            raise InputError(
                "At least two modalities are needed, of which one can be left out.",
                f"Model '{self._card.name}' takes: {takes}."
                if len(self._card.modalities) > 1
                else f"Model '{self._card.name}' takes {takes} alone: choose another model.",
            )
        if not self._card.takes_missing:
            raise InputError(
                f"Model '{self._card.name}' takes no missing modality: none can be left out.", "Choose another model."
            )
        if job.reference is not None:
            check_reference(job.reference)
        self._sets = scenarios(self._given)
        self._told: set[str] = set()

    def execute(self) -> WhatIf:
        """Make the maps and compare each with the full one."""
        model = load_model(self._job.run.model)
        full: SegmentationResult | None = None
        done: list[Scenario] = []
        for number, available in enumerate(self._sets):
            result = self._segment(number, available, model)
            if result is None:
                continue
            full = full or result
            self._report.progress(self._share(number + 1), f"comparing {scenario_name(available)}")
            done.append(self._compared(available, result.outputs, full.outputs["classes"]))
        if full is None:
            raise NoValidData("No pixel of the region has data.", "Check nodata values and the extent.")
        target = self._folder.target
        return WhatIf(
            outputs={"folder": str(target), "report": str(target / REPORT), "table": str(target / TABLE)},
            scenarios=tuple(replace(item, outputs=self._final(item.outputs)) for item in done),
            labels=labels(self._card, self._given),
            model=full.model,
            sha256=full.sha256,
            device=full.device,
            seconds=0.0,
            warnings=tuple(self._report.warnings),
        )

    def _segment(self, number: int, available: tuple[str, ...], model: Model) -> SegmentationResult | None:
        """Make one map; None where its modalities have no data at all."""
        left_out = [name for name in self._given if name not in available]

        def listen(event: Event) -> None:
            if event.type == "progress":
                fraction = self._share(number + float(event.data["fraction"]))
                self._report.progress(fraction, f"segmenting {scenario_name(available)}")
            elif event.type in ("info", "warning") and event.data["text"] not in self._told:
                self._told.add(str(event.data["text"]))
                self._report.pass_on(event)

        try:
            return run_job(
                self._run(available), model=model, leave_out=left_out, progress=listen, cancelled=self._cancelled
            )
        except NoValidData as error:
            if not left_out:
                raise
            text = f"There is no map from {scenario_name(available)}: {error.message}"
            self._report.pass_on(Event("warning", {"code": "no-valid-data", "text": text}))
            return None

    def _run(self, available: tuple[str, ...]) -> Job:
        """The job of one map."""
        paths = {}
        for name, path in self._job.run.outputs.items():
            file = Path(path)
            paths[name] = str(self._folder.path / f"{file.stem}_{scenario_name(available)}{file.suffix}")
        return replace(self._job.run, outputs=paths)

    def _compared(self, available: tuple[str, ...], outputs: Mapping[str, str], full: str) -> Scenario:
        return Scenario(
            name=scenario_name(available),
            modalities=available,
            left_out=tuple(name for name in self._given if name not in available),
            outputs=outputs,
            change=compare_maps(full, outputs["classes"], self._card.classes, self._report.check),
            evaluation=self._scored(outputs["classes"]),
        )

    def _scored(self, path: str) -> Evaluation | None:
        """Scores against the reference."""
        if self._job.reference is None:
            return None
        values = tuple(ClassValue(str(code), item.name, item.color) for code, item in enumerate(self._card.classes))
        truth, first = self._job.reference, "reference" not in self._told
        self._told.add("reference")  # what is noteworthy about it is told once
        report = self._report if first else Reporter(None, self._cancelled)
        found = Evaluation.of(compare(ClassMap(path, values=values), truth, report))
        for text in found.warnings if first else ():
            report.pass_on(Event("warning", {"code": "classes", "text": text}))
        return found

    def _share(self, runs: float) -> float:
        return SEGMENTING_SHARE * runs / len(self._sets)

    def _final(self, outputs: Mapping[str, str]) -> dict[str, str]:
        """Where files will be when the folder is in place."""
        return {name: str(self._folder.target / Path(path).name) for name, path in outputs.items()}


def labels(card: ModelCard, names: Sequence[str]) -> dict[str, str]:
    """Modalities as people call them: ``ndsm (elevation)``."""
    kinds = {name: card.modality(name).kind for name in names}
    return {name: name if kind in (name, "other") else f"{name} ({kind})" for name, kind in kinds.items()}


def _write(folder: Path, result: WhatIf, job: WhatIfJob) -> None:
    """Write table and report beside the maps."""
    with translated_errors(folder / TABLE):
        write_table(folder / TABLE, result)
    whatif_report(result, job, folder).write(folder / REPORT)


def write_table(path: Path, result: WhatIf) -> None:
    """Write what becomes of each class in each scenario as CSV; rows without a class are of the whole map."""
    header = ["available", "left_out", "class", "full_pixels", "kept_pixels", "kept_percent"]
    header += ["turned_into", "turned_percent", "full_m2", "scenario_m2", "change_m2", "iou"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for scenario in result.scenarios:
            place = [scenario.name, "+".join(scenario.left_out)]
            change, scores = scenario.change, scenario.evaluation
            miou = "" if scores is None else f"{scores.miou:.4f}"
            total = ["", change.full_pixels, change.kept_pixels, _percent(change.kept), "", "", "", "", "", miou]
            writer.writerow([*place, *total])
            iou = {} if scores is None else {item.name: item.iou for item in scores.classes}
            for item in change.classes:
                writer.writerow([*place, *_class_row(item), _number(iou.get(item.name), 4)])


def _class_row(item: ClassChange) -> list[object]:
    known = item.full_m2 is not None and item.scenario_m2 is not None
    difference = item.scenario_m2 - item.full_m2 if known else None  # type: ignore[operator]
    turned = item.turned_pixels / item.full_pixels if item.full_pixels else None
    return [
        *(item.name, item.full_pixels, item.kept_pixels, _percent(item.kept), item.turned_into, _percent(turned)),
        *(_number(area, 2) for area in (item.full_m2, item.scenario_m2, difference)),
    ]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.{digits}f}"
