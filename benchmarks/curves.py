"""Scores over the share of the labels: a table and a picture of what several benchmarks counted.

    python benchmarks/curves.py docs/benchmarks/few_labels_*.npz --focus flooded [--into docs/benchmarks.md]
                                [--picture docs/benchmarks/few_labels.png]

Each file is the ``counts.npz`` of a benchmark whose recipe says ``data.options: {labels: SHARE}``; all labels where it
says nothing. IoU of the class in focus, all test tiles pooled, by scenario, and the mean of the scenarios.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from report import table, take_in

from dis2_training.benchmark.published import read_counts
from dis2_training.benchmark.results import Spread
from dis2_training.benchmark.run_scores import RunScores
from dis2_training.benchmark.tables import name_of

MEAN = "mean"

#: The runs of each method, by share of the labels and method.
Curves = dict[tuple[float, str], list[RunScores]]


def main() -> None:
    """Read, pool, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts", type=Path, nargs="+")
    parser.add_argument("--focus", required=True, help="class whose IoU is told")
    parser.add_argument("--into", type=Path, help="document with a place for the table")
    parser.add_argument("--picture", type=Path, help="PNG to draw")
    args = parser.parse_args()
    curves = by_share(test for path in args.counts for test in read_counts(path))
    text = as_table(curves, args.focus)
    print(text)
    if args.into:
        take_in(args.into, "curves", text)
    if args.picture:
        drawn(curves, args.focus).savefig(args.picture, format="png", dpi=130)


def by_share(tests: Iterable[RunScores]) -> Curves:
    """Runs in the order of the share of the labels."""
    found: Curves = {}
    for test in sorted(tests, key=labelled):
        found.setdefault((labelled(test), test.facts.method), []).append(test)
    return found


def labelled(test: RunScores) -> float:
    """The share of the labels that a run learned from."""
    return float(test.facts.recipe["data"]["options"].get("labels", 1.0))


def scores(test: RunScores, focus: str) -> dict[str, float]:
    """IoU of a class by scenario, and the mean of the scenarios."""
    number = test.classes.index(focus)
    found = {name: float(test.scores(name).iou[number]) for name in test.conditions}
    return {**found, MEAN: float(np.mean(list(found.values())))}


def as_table(curves: Curves, focus: str) -> str:
    """A row for every share and method, mean ± standard deviation over the seeds."""
    rows = []
    for (share, method), tests in curves.items():
        spreads = {name: str(Spread(values, len(values))) for name, values in over_seeds(tests, focus).items()}
        seconds = float(np.mean([test.facts.cpu_seconds for test in tests]))
        rows.append({"labels": share, "row": name_of(method), "seeds": len(tests), **spreads, "CPU s": seconds})
    formats = {"labels": ".0%", "seeds": "d", "CPU s": ".0f"}
    return table({name: (name, formats.get(name, "s")) for name in rows[0]}, rows)


def over_seeds(tests: Sequence[RunScores], focus: str) -> dict[str, tuple[float, ...]]:
    """The scores of each seed, by scenario."""
    each = [scores(test, focus) for test in tests]
    return {name: tuple(seed[name] for seed in each) for name in each[0]}


def drawn(curves: Curves, focus: str) -> Figure:
    """A panel a scenario, a line a method, a dot a seed."""
    points = {key: over_seeds(tests, focus) for key, tests in curves.items()}
    names = list(next(iter(points.values())))
    figure = Figure(figsize=(4 * len(names), 4.2), layout="constrained")
    axes = figure.subplots(1, len(names), sharey=True)
    for axis, name in zip(axes, names, strict=True):
        for number, method in enumerate(dict.fromkeys(method for _, method in curves)):
            own = {100 * share: values[name] for (share, other), values in points.items() if other == method}
            colour, means = f"C{number}", [float(np.mean(values)) for values in own.values()]
            for percent, values in own.items():
                axis.plot([percent] * len(values), values, "o", color=colour, alpha=0.4, markersize=4)
            axis.plot(list(own), means, color=colour, marker="_", label=name_of(method))
        ticks = sorted({100 * share for share, _ in curves})
        axis.set(title=name, xlabel="% of the labels", xscale="log")
        axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].set_ylabel(f"IoU of {focus}")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=7)
    return figure


if __name__ == "__main__":
    main()
