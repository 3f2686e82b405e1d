"""The results as Markdown for people and as CSV for programs."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from dis2_core.run.jobfolder import whole_file

from ..methods.registry import DIS2_METHOD, SHARED_METHOD, SINGLE
from ..scoring.bootstrap import Difference
from .plan import BenchmarkRecipe
from .results import AVERAGES, AVG, FEW_SEEDS, MISSING, Average, Measure, Results, Spread, short
from .run_scores import RunScores

NOT_RUN = "*not run*"
FEW_TILES = 30  # percentile intervals were bold under the null in 17 % of the cases at 5 tiles, 9 % at 15, 4 % at 70
NOTHING = "–"  # the method has nothing to say in this scenario

_TITLES = {
    "dis2": "**DIS2**",
    "dis2_shared": "**DIS2, shared**",
    "dis2_no_kd": "DIS2 without distillation",
    "dis2_no_diversity": "DIS2 without the diversity term",
    "dis2_no_class_attention": "DIS2 without class attention",
    "dis2_no_hf": "DIS2 without hierarchical fusion",
    "dis2_no_transformer": "DIS2 without the transformer",
    "dis2_no_compensation": "DIS2 without compensatory encoders (nor the diversity term)",
    "dis2_equal_scenarios": "DIS2, scenarios weigh alike, no distillation",
    "dis2_shared_branch": "DIS2, one missing branch for all",
    "concat": "concatenation",
    "concat_dropout": "concatenation, modality dropout",
    "shaspec": "ShaSpec in 2-D",
    "mmformer": "mmFormer in 2-D",
    "anyseg": "AnySeg",
    "cmx": "CMX, modality dropout",
    "m3l": "M3L",
    "hallucination": "hallucination",
    "ensemble": "ensemble of the single networks",
}


def title(method: str) -> str:
    """What a method is called in a table."""
    return f"{method.removeprefix(SINGLE)} alone" if method.startswith(SINGLE) else _TITLES.get(method, method)


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
    benchmark, test = results.benchmark, results.tests[0]
    facts = test.facts
    model, schedule = facts.recipe["model"], facts.recipe["schedule"]
    devices = " and ".join(dict.fromkeys(test.facts.device for test in results.tests))
    windows = schedule["batch_size"] * schedule["accumulate"]
    how = (
        f"Width {model['width']}, windows of {model['window']} pixels, {_how_long(results, windows)}, seeds "
        f"{', '.join(map(str, benchmark.seeds))}; trained on {devices}. Scores are of maps of {len(test.tiles)} whole "
        f"test tiles (split '{benchmark.test.split}', overlap {benchmark.test.overlap:g}), all pixels pooled in one "
        "confusion matrix a scenario and seed: mean ± standard deviation over the seeds. Weights were chosen on the "
        f"split '{benchmark.recipe.data.validation}'."
    )
    own = [f"{changes}: {', '.join(methods)}." for changes, methods in _changes(benchmark).items()]
    return [how, "\n".join(f"- {text}" for text in (*own, *benchmark.caveats))]


def _how_long(results: Results, windows: int) -> str:
    benchmark = results.benchmark
    if benchmark.minutes is None:
        return f"{results.tests[0].facts.steps:,} steps of {windows} windows, the same for every method"
    steps = (
        f"{name_of(method)} {benchmark.steps[method]:,}" for method in results.methods if method in benchmark.steps
    )
    return (
        f"{benchmark.minutes:g} CPU minutes of training and validation for every method, in steps of {windows} windows "
        f"as measured beforehand: {', '.join(steps)}"
    )


def _changes(benchmark: BenchmarkRecipe) -> dict[str, list[str]]:
    """The titles of the methods that have values of their own, by those values."""
    found: dict[str, list[str]] = {}
    for method, changes in benchmark.changes.items():
        found.setdefault(", ".join(f"{name} {value}" for name, value in changes.items()), []).append(title(method))
    return found


def _accuracy(results: Results) -> list[str]:
    blocks = [("mIoU", lambda scores: scores.miou)]
    if results.focus is not None:
        blocks.insert(0, (results.statistic_name, results.measure))
    blocks += [("mean F1", lambda s: s.mean_f1), ("overall accuracy", lambda s: s.overall_accuracy)]
    (name, measure), *others = blocks
    return [
        f"## Accuracy\n\n{_how_averaged(results)}",
        _scenario_table(results, results.benchmark.methods, name, measure),
        *(_scenario_table(results, results.methods, name, measure) for name, measure in others),
        _table(("ECE", *results.scenarios), (_row(results, m, results.calibration) for m in results.methods)),
    ]


def _how_averaged(results: Results) -> str:
    return (
        f"Avg is the mean over all {len(results.scenarios)} scenarios; E what to expect where each modality is missing "
        f"with a probability of {MISSING:g}, independently, and not all are."
    )


def _scenario_table(results: Results, methods: Sequence[str], name: str, measure: Measure) -> str:
    def cells(method: str, condition: str) -> Spread | None:
        return results.spread(method, condition, measure)

    full, *missing = results.scenarios
    header = (name, *results.scenarios, *AVERAGES, *(f"drop to {scenario}" for scenario in missing))
    rows = []
    for method in methods:
        spreads = {scenario: cells(method, scenario) for scenario in results.scenarios}
        drops = [_drop(spreads[full], spreads[scenario]) if method in results.methods else "" for scenario in missing]
        means = [_mean(results, method, average, measure) for average in AVERAGES]
        rows.append((*_row(results, method, cells), *means, *(() if method.startswith(SINGLE) else drops)))
    return _table(header, rows)


def _mean(results: Results, method: str, average: Average, measure: Measure) -> str:
    if method not in results.methods:
        return NOT_RUN
    return str(results.average(method, average, measure) or NOTHING)


def _drop(full: Spread | None, missing: Spread | None) -> str:
    return short(full.mean - missing.mean) if full and missing else NOTHING


def _row(results: Results, method: str, cell: Callable[[str, str], Spread | None]) -> tuple[str, ...]:
    if method not in results.methods:
        return (title(method), *(NOT_RUN for _ in results.scenarios))
    own = results.scenarios if not method.startswith(SINGLE) else (method.removeprefix(SINGLE),)
    found = {scenario: cell(method, scenario) for scenario in own}
    return (title(method), *(str(found[s]) if found.get(s) else NOTHING for s in results.scenarios))


def _comparisons(results: Results) -> list[str]:
    """Each method against the reference, DIS2 in each form against the rest, each against what is trained alone."""
    reference = results.benchmark.reference
    several = [method for method in results.methods if not method.startswith(SINGLE)]
    tables = []
    others = [method for method in several if method != reference]
    if reference in results.methods and others:
        header = (f"ahead of {title(reference)} by", *results.scenarios, *_mean_columns(results))
        tables.append(_table(header, ((title(m), *_differences_by_scenario(results, m, reference)) for m in others)))
    for ours in (method for method in (SHARED_METHOD, DIS2_METHOD) if method in results.methods):
        if rivals := [method for method in others if method != ours]:
            header = (f"how far {title(ours)} is ahead of", *results.scenarios, *_mean_columns(results))
            tables.append(_table(header, ((title(m), *_differences_by_scenario(results, ours, m)) for m in rivals)))
    floors = {scenario: floor for scenario in results.scenarios if (floor := results.floor(scenario))}
    if floors and several:
        header = ("ahead of the single modality by", *floors)
        rows = ((title(m), *(_difference(results, m, floor, s) for s, floor in floors.items())) for m in several)
        tables.append(_table(header, rows))
    return [f"## Compared\n\n{_how_compared(results)}", *tables] if tables else []


def _differences_by_scenario(results: Results, method: str, other: str) -> list[str]:
    seeds = results.count_common_seeds(method, other, *results.scenarios)
    means = [results.average_difference(method, other), results.average_difference(method, other, over_seeds=True)]
    cells = [_cell(results, found, seeds) for found in means[: len(_mean_columns(results))]]
    return [*(_difference(results, method, other, scenario) for scenario in results.scenarios), *cells]


def _mean_columns(results: Results) -> tuple[str, ...]:
    """The columns of a comparison behind the scenarios: seeds are drawn where there are enough, and tiles as well."""
    enough = len(results.benchmark.seeds) >= FEW_SEEDS and len(results.tests[0].tiles) >= FEW_TILES
    return (AVG, f"{AVG}, over seeds and tiles") if enough else (AVG,)


def _how_compared(results: Results) -> str:
    if len(results.tests[0].tiles) < FEW_TILES:
        return (
            f"Differences in {results.statistic_name}. With fewer than {FEW_TILES} test tiles a bootstrap's interval "
            "is too narrow: none is given, and no difference here is called significant."
        )
    return (
        f"Differences in {results.statistic_name}: paired bootstrap over the test tiles, 10,000 resamples, 95 % "
        "interval and two-sided p; the seeds are taken as they are, but for the column that draws them as well (its "
        "interval is still too narrow with three). Bold: the interval leaves 0 out. Tiles of one scene are not "
        "independent, which makes the intervals narrower than they should be."
    )


def _difference(results: Results, method: str, other: str, condition: str) -> str:
    common = results.count_common_seeds(method, other, condition)
    return _cell(results, results.difference(method, other, condition), common)


def _cell(results: Results, found: Difference | None, common: int) -> str:
    if found is None:
        return NOTHING
    sign = "+" if found.estimate >= 0 else ""
    text = f"{sign}{short(found.estimate)}"
    planned = len(results.benchmark.seeds)
    seeds = f" ({common} of {planned} seeds)" if common < planned else ""
    if len(results.tests[0].tiles) < FEW_TILES:
        return f"{text}{seeds}"
    interval = f"({short(found.low)} to {short(found.high)}, p {found.p:.2g}){seeds}"
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
        "Patches are a quarter of a tile's side, clouds up to a fifth. Shifts are in pixels, resolution in times "
        "larger pixels."
    )
    return [text, _table(header, rows)]


def _cost(results: Results) -> list[str]:
    flops = (f"GFLOP, {scenario}" for scenario in results.scenarios)
    busy = "CPU" if _on_cpu(results) else "wall"
    header = ("cost", "parameters", *flops, "ms a window, full", f"training, {busy} minutes")
    rows = [_cost_row(results, method) for method in results.methods]
    devices = " and ".join(dict.fromkeys(test.facts.test_device for test in results.tests))
    text = (
        "## Cost\n\nGFLOP of one window, 2 for each multiply-add, the transformer counted. Milliseconds of one window "
        f"by itself on {devices}, the least of all seeds; other work shared it, and a factor below 2 says little. "
        "Training includes its validations; an ensemble's is that of its single networks together."
    )
    return [text, _table(header, rows)]


def _on_cpu(results: Results) -> bool:
    """Whether CPU time says what training cost: nothing ran elsewhere."""
    return all(test.facts.recipe["workers"] == 0 and "cpu" in test.facts.device.lower() for test in results.tests)


def _cost_row(results: Results, method: str) -> tuple[str, ...]:
    facts = [test.facts for test in results.of(method)]
    own = (method.removeprefix(SINGLE),) if method.startswith(SINGLE) else results.scenarios
    flops = [f"{facts[0].gflop[s]:.3f}" if s in own else NOTHING for s in results.scenarios]
    milliseconds = 1000 * min(item.seconds_a_window[own[0]] for item in facts)
    seconds = [item.cpu_seconds if _on_cpu(results) else item.seconds for item in facts]
    minutes = sum(seconds) / len(seconds) / 60
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


def _csv_rows(results: Results, test: RunScores) -> Iterable[dict[str, Any]]:
    """A row for every condition, and one for each mean over the scenarios."""
    facts = test.facts
    run = {"method": facts.method, "width": facts.width, "seed": facts.seed}
    training = {
        "parameters": facts.parameters,
        "steps": facts.steps,
        "training_seconds": round(facts.seconds),
        "training_cpu_seconds": round(facts.cpu_seconds),
        "validation_miou": "" if math.isnan(facts.validation_miou) else round(facts.validation_miou, 4),
    }
    for condition in test.conditions:
        scenario = condition.partition(", ")[0]
        yield {
            **run,
            "scenario": condition,
            **_rounded(_shares(results, test, condition)),
            "ece": round(test.calibration_error(condition), 4),
            "gflop": facts.gflop[scenario],
            "seconds_a_window": facts.seconds_a_window[scenario],
            **training,
        }
    if all(test.has(scenario) for scenario in results.scenarios):
        shares = [_shares(results, test, scenario) for scenario in results.scenarios]
        for average in AVERAGES:
            weights = results.weights(average)
            means = {name: float(weights @ [item[name] for item in shares]) for name in shares[0]}
            yield {**run, "scenario": average, **_rounded(means), **training}


def _shares(results: Results, test: RunScores, condition: str) -> dict[str, float]:
    scores = test.scores(condition)
    focus = {f"{results.focus_name}_iou": results.measure(scores)} if results.focus is not None else {}
    return {"miou": scores.miou, **focus, "f1": scores.mean_f1, "oa": scores.overall_accuracy}


def _rounded(shares: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in shares.items()}
