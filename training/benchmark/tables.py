"""The results as Markdown for people and as CSV for programs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from dis2_core.jobfolder import whole_file
from dis2_core.metrics import Scores

from ..methods import SINGLE
from .results import Results, Spread, short
from .test_scores import TestScores

NOT_RUN = "*not run*"
NOTHING = "–"  # the method has nothing to say in this scenario

_TITLES = {
    "dis2": "**DIS2**",
    "dis2_no_kd": "DIS2 without distillation",
    "dis2_no_diversity": "DIS2 without the diversity term",
    "dis2_no_class_attention": "DIS2 without class attention",
    "dis2_no_hf": "DIS2 without hierarchical fusion",
    "dis2_shared_branch": "DIS2, one missing branch for all",
    "concat": "concatenation",
    "concat_dropout": "concatenation, modality dropout",
    "shaspec": "ShaSpec in 2-D",
    "mmformer": "mmFormer in 2-D",
    "hallucination": "hallucination",
}


def title(method: str) -> str:
    """What a method is called in a table."""
    return f"{method.removeprefix(SINGLE)} alone" if method.startswith(SINGLE) else _TITLES[method]


def name_of(method: str) -> str:
    """What a method is called where there is no Markdown."""
    return title(method).replace("*", "")


def markdown(results: Results) -> str:
    """The whole report: caveats, accuracy, comparisons, degradations, curves, cost."""
    benchmark = results.benchmark
    parts = [f"# {benchmark.title or benchmark.name}", *_head(results), *_accuracy(results), *_comparisons(results)]
    if between := [name for name in results.conditions if name not in results.scenarios]:
        parts += _degradations(results, between)
    return "\n\n".join([*parts, *_cost(results)]) + "\n"


def _head(results: Results) -> list[str]:
    test = results.tests[0]
    seeds = ", ".join(str(seed) for seed in results.benchmark.seeds)
    how = (
        f"Scores of maps of {len(test.tiles)} whole test tiles, overlap {results.benchmark.test.overlap:g}, all pixels "
        f"pooled in one confusion matrix a scenario and seed. Mean ± standard deviation over the seeds {seeds}. "
        f"Every choice was made on the validation part of the training split; the test was scored once a run."
    )
    return [how, *(f"- {text}" for text in results.benchmark.caveats)]


def _accuracy(results: Results) -> list[str]:
    blocks = [("mIoU", lambda scores: scores.miou)]
    if results.focus is not None:
        blocks.insert(0, (results.statistic_name, results.measure))
    blocks += [("mean F1", lambda s: s.mean_f1), ("overall accuracy", lambda s: s.overall_accuracy)]
    tables = [f"## Accuracy\n\n{_scenario_table(results, name, measure)}" for name, measure in blocks[:1]]
    tables += [_scenario_table(results, name, measure) for name, measure in blocks[1:]]
    return [
        *tables,
        _table(("ECE", *results.scenarios), (_row(results, m, results.calibration) for m in _rows(results))),
    ]


def _scenario_table(results: Results, name: str, measure: Callable[[Scores], float]) -> str:
    def cells(method: str, condition: str) -> Spread | None:
        return results.spread(method, condition, measure)

    full, *missing = results.scenarios
    header = (name, *results.scenarios, *(f"drop to {scenario}" for scenario in missing))
    rows = []
    for method in _rows(results):
        spreads = {scenario: cells(method, scenario) for scenario in results.scenarios}
        drops = [_drop(spreads[full], spreads[scenario]) if method in results.methods else "" for scenario in missing]
        rows.append((*_row(results, method, cells), *(() if method.startswith(SINGLE) else drops)))
    return _table(header, rows)


def _drop(full: Spread | None, missing: Spread | None) -> str:
    return short(full.mean - missing.mean) if full and missing else NOTHING


def _rows(results: Results) -> list[str]:
    """Methods that were asked for and those that are only planned."""
    return list(dict.fromkeys((*results.benchmark.methods, *results.benchmark.planned)))


def _row(results: Results, method: str, cell: Callable[[str, str], Spread | None]) -> tuple[str, ...]:
    if method not in results.methods:
        return (title(method), *(NOT_RUN for _ in results.scenarios))
    own = results.scenarios if not method.startswith(SINGLE) else (method.removeprefix(SINGLE),)
    found = {scenario: cell(method, scenario) for scenario in own}
    return (title(method), *(str(found[s]) if found.get(s) else NOTHING for s in results.scenarios))


def _comparisons(results: Results) -> list[str]:
    """Each method against the reference, and DIS2 against the network that only ever saw what a scenario has."""
    reference = results.benchmark.reference
    parts = []
    if reference in results.methods:
        others = [method for method in results.methods if method != reference and not method.startswith(SINGLE)]
        header = (f"ahead of {title(reference)} by", *results.scenarios)
        rows = [(title(m), *(_difference(results, m, reference, s) for s in results.scenarios)) for m in others]
        parts.append(
            f"## Compared\n\nDifferences in {results.statistic_name}: paired bootstrap over the test tiles, "
            "10,000 resamples, 95 % interval and two-sided p; the seeds are taken as they are. Bold: the interval "
            f"leaves 0 out.\n\n{_table(header, rows)}"
        )
    floors = {scenario: results.floor(scenario) for scenario in results.scenarios}
    if any(floors.values()):
        header = ("ahead of the single modality by", *(scenario for scenario, floor in floors.items() if floor))
        rows = [
            (title(m), *(_difference(results, m, floor, s) for s, floor in floors.items() if floor))
            for m in results.methods
            if not m.startswith(SINGLE)
        ]
        parts.append(_table(header, rows))
    return parts


def _difference(results: Results, method: str, other: str, condition: str) -> str:
    found = results.difference(method, other, condition)
    if found is None:
        return NOTHING
    sign = "+" if found.estimate >= 0 else ""
    text = f"{sign}{short(found.estimate)}"
    interval = f"({short(found.low)} to {short(found.high)}, p {found.p:.2g})"
    return f"**{text}** {interval}" if found.significant else f"{text} {interval}"


def _degradations(results: Results, between: Sequence[str]) -> list[str]:
    degraded = results.benchmark.test.degraded
    methods = [method for method in results.methods if not method.startswith(SINGLE)]
    header = (f"{results.statistic_name}: {degraded} with", *(title(method) for method in methods))
    rows = [
        (name.partition(", ")[2], *(str(results.spread(m, name, results.measure) or NOTHING) for m in methods))
        for name in (results.scenarios[0], *between)
    ]
    rows[0] = ("nothing done to it", *rows[0][1:])
    text = (
        f"## Between full and missing\n\nAll modalities are given; {degraded} alone suffers. Covered pixels count as "
        "missing, as a cloud mask would have them; noise, in standard deviations of a band, is not announced. "
        "Shifts are in pixels, resolution in times larger pixels."
    )
    return [text, _table(header, rows)]


def _cost(results: Results) -> list[str]:
    header = (
        "cost",
        "parameters",
        *(f"GFLOP, {s}" for s in results.scenarios),
        "ms a window, full",
        "training, CPU min",
    )
    rows = [_cost_row(results, method) for method in results.methods]
    text = (
        "## Cost\n\nGFLOP of one window, 2 for each multiply-add, the transformer counted. Milliseconds are of a "
        "machine shared with other work: compare them within the table alone."
    )
    return [text, _table(header, rows)]


def _cost_row(results: Results, method: str) -> tuple[str, ...]:
    facts = [test.facts for test in results.of(method)]
    own = (method.removeprefix(SINGLE),) if method.startswith(SINGLE) else results.scenarios
    flops = [f"{facts[0].gflop[s]:.3f}" if s in own else NOTHING for s in results.scenarios]
    milliseconds = 1000 * min(item.seconds_a_window[own[0]] for item in facts)
    minutes = sum(item.training_seconds for item in facts) / len(facts) / 60
    return (title(method), f"{facts[0].parameters:,}", *flops, f"{milliseconds:.1f}", f"{minutes:.1f}")


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    padded = [(*row, *[""] * (len(header) - len(row))) for row in rows]
    lines = [header, ["---"] * len(header), *padded]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_csv(results: Results, path: Path) -> None:
    """Write a row for every run and condition."""
    with whole_file(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        rows = [row for test in results.tests for row in _csv_rows(results, test)]
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _csv_rows(results: Results, test: TestScores) -> Iterable[dict[str, Any]]:
    facts = test.facts
    for condition in test.conditions:
        scores, scenario = test.scores(condition), condition.partition(", ")[0]
        focus = {f"{results.focus_name}_iou": round(results.measure(scores), 4)} if results.focus is not None else {}
        yield {
            "method": facts.method,
            "width": facts.width,
            "seed": facts.seed,
            "scenario": condition,
            "miou": round(scores.miou, 4),
            **focus,
            "f1": round(scores.mean_f1, 4),
            "oa": round(scores.overall_accuracy, 4),
            "ece": round(test.calibration_error(condition), 4),
            "parameters": facts.parameters,
            "gflop": facts.gflop[scenario],
            "seconds_a_window": facts.seconds_a_window[scenario],
            "steps": facts.steps,
            "training_cpu_seconds": round(facts.training_seconds),
            "validation_miou": round(facts.validation_miou, 4),
        }
