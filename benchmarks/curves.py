"""Scores over the share of the labels: a table and a picture of what several benchmarks counted.

    python benchmarks/curves.py docs/benchmarks/few_labels_*.npz --focus flooded [--into docs/benchmarks.md]
                                [--picture docs/benchmarks/few_labels.png]

Each file is the ``counts.npz`` of a benchmark whose recipe says ``data.options: {labels: SHARE}``; all labels where it
says nothing. IoU of the class in focus, all test tiles pooled, by scenario, and the mean of the scenarios.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from report import table, take_in

from dis2_training.benchmark.published import read_counts
from dis2_training.benchmark.results import Spread
from dis2_training.benchmark.run_scores import RunScores
from dis2_training.benchmark.tables import name_of

MEAN = "mean"

#: By share of the labels and method: the scores of each seed by scenario, the mean of the scenarios, and CPU seconds.
Curves = dict[tuple[float, str], list[dict[str, float]]]


def main() -> None:
    """Read, pool, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts", type=Path, nargs="+")
    parser.add_argument("--focus", required=True, help="class whose IoU is told")
    parser.add_argument("--into", type=Path, help="document with a place for the table")
    parser.add_argument("--picture", type=Path, help="PNG to draw")
    args = parser.parse_args()
    curves = pooled((test for path in args.counts for test in read_counts(path)), args.focus)
    text = as_table(curves)
    print(text)
    if args.into:
        take_in(args.into, "curves", text)
    if args.picture:
        drawn(curves, args.focus).savefig(args.picture, format="png", dpi=130)


def pooled(tests: Iterable[RunScores], focus: str) -> Curves:
    """The scores of all runs."""
    found: Curves = {}
    for test in tests:
        share = float(test.facts.recipe["data"]["options"].get("labels", 1.0))
        number = test.classes.index(focus)
        scores = {name: float(test.scores(name).iou[number]) for name in test.conditions}
        row = {**scores, MEAN: float(np.mean(list(scores.values()))), "CPU s": test.facts.cpu_seconds}
        found.setdefault((share, test.facts.method), []).append(row)
    return dict(sorted(found.items(), key=lambda item: item[0][0]))


def as_table(curves: Curves) -> str:
    """A row for every share and method, mean ± standard deviation over the seeds."""
    names = list(next(iter(curves.values()))[0])
    rows: list[Mapping[str, object]] = []
    for (share, method), seeds in curves.items():
        scores = {name: str(Spread(tuple(row[name] for row in seeds), len(seeds))) for name in names[:-1]}
        seconds = float(np.mean([row["CPU s"] for row in seeds]))
        rows.append({"labels": share, "row": name_of(method), "seeds": len(seeds), **scores, "CPU s": seconds})
    columns = {"labels": ("labels", ".0%"), "row": ("row", "s"), "seeds": ("seeds", "d")}
    columns |= {name: (name, "s") for name in names[:-1]}
    return table({**columns, "CPU s": ("CPU s", ".0f")}, rows)


def drawn(curves: Curves, focus: str) -> Figure:
    """A panel a scenario, a line a method, a dot a seed."""
    names = list(next(iter(curves.values()))[0])[:-1]
    figure = Figure(figsize=(4 * len(names), 4.2), layout="constrained")
    axes = figure.subplots(1, len(names), sharey=True)
    methods = list(dict.fromkeys(method for _, method in curves))
    for axis, name in zip(axes, names, strict=True):
        for number, method in enumerate(methods):
            points = {share: [row[name] for row in seeds] for (share, own), seeds in curves.items() if own == method}
            for share, values in points.items():
                axis.plot([100 * share] * len(values), values, "o", color=f"C{number}", alpha=0.4, markersize=4)
            means = [float(np.mean(values)) for values in points.values()]
            axis.plot([100 * share for share in points], means, color=f"C{number}", marker="_", label=name_of(method))
        axis.set(title=name, xlabel="% of the labels", xscale="log")
        ticks = sorted({100 * share for share, _ in curves})
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks], minor=False)
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].set_ylabel(f"IoU of {focus}")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(methods))
    return figure


if __name__ == "__main__":
    main()
