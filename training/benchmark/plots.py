"""The results as pictures: scenarios, robustness, learning."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dis2_core.run.jobfolder import whole_file

from ..fitting.log import FILE as LOG
from ..fitting.log import read_log
from ..methods.registry import DIS2_METHOD, SHARED_METHOD, SINGLE
from .results import Results
from .tables import name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHADES = (
    *("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b", "#17becf", "#7f7f7f", "#bcbd22", "#000000", "#005f56"),
    *("#9ecae1", "#a1d99b", "#c5b0d5", "#c49c94", "#fdd0a2"),
)
_REDS = {DIS2_METHOD: "#7b1c20", SHARED_METHOD: "#e31a1c"}
_CURVES = {"shift": "shift, pixels", "resolution": "pixels larger by"}


def draw_all(results: Results, out: Path) -> None:
    """Draw every picture that there are results for."""
    figures = {"scenarios": _scenarios(results)}
    if any(_has_log(results, method, out) for method in results.methods):  # published counts come without
        figures["learning"] = _learning(results, out)
    if any(_steps(results, kind) for kind in _CURVES):
        figures["robustness"] = _robustness(results)
    for name, figure in figures.items():
        _save(figure, out / f"{name}.png")


def _scenarios(results: Results) -> Figure:
    """A panel a scenario, a line a method: a dot a seed, a bar at the mean."""
    figure, axes = _panels(len(results.scenarios), 0.6 + 0.34 * len(results.methods), sharey=True)
    for axis, scenario in zip(axes, results.scenarios, strict=True):
        for row, method in enumerate(results.methods):
            if method.startswith(SINGLE) and method.removeprefix(SINGLE) != scenario:
                continue
            if spread := results.spread(method, scenario, results.measure):
                colour = _line(results.methods, method)["color"]
                axis.plot(spread.values, [row] * len(spread.values), "o", color=colour, alpha=0.5, markersize=5)
                axis.plot([spread.mean] * 2, [row - 0.32, row + 0.32], color=colour, linewidth=2.5)
        axis.set(title=scenario, xlabel=results.statistic_name, ylim=(len(results.methods) - 0.5, -0.5))
        axis.grid(axis="x", alpha=0.3)
    axes[0].set_yticks(range(len(results.methods)), [name_of(method) for method in results.methods])
    return figure


def _robustness(results: Results) -> Figure:
    """Draw mIoU against the steps of each curve."""
    figure, axes = _panels(len(_CURVES), height=4.2)
    full = results.scenarios[0]
    for axis, (kind, label) in zip(axes, _CURVES.items(), strict=True):
        start = 0 if kind == "shift" else 1
        for method in results.methods:
            points = {start: results.spread(method, full, lambda scores: scores.miou)}
            for step in _steps(results, kind):
                points[step] = results.spread(method, f"{full}, {kind} {step}", lambda scores: scores.miou)
            known = {step: spread for step, spread in points.items() if spread}
            if method.startswith(SINGLE) or len(known) < 2:
                continue
            means = [spread.mean for spread in known.values()]
            axis.plot(
                list(known), means, marker="o", markersize=3, label=name_of(method), **_line(results.methods, method)
            )
        axis.set(xlabel=f"{results.benchmark.test.degraded}: {label}", ylabel="mIoU")
        axis.grid(alpha=0.3)
    _legend(figure, axes)
    return figure


def _learning(results: Results, out: Path) -> Figure:
    """Validation mIoU of each scenario while the first seed was trained."""
    figure, axes = _panels(len(results.scenarios), height=3.8)
    for method in results.methods:
        if not _has_log(results, method, out):  # an ensemble learns nothing
            continue
        log = read_log(out / results.first_run(method))
        for axis, scenario in zip(axes, results.scenarios, strict=True):
            if f"miou {scenario}" in log[-1] and (not method.startswith(SINGLE) or scenario == method[len(SINGLE) :]):
                steps = [int(row["step"]) for row in log]
                scores = [float(row[f"miou {scenario}"]) for row in log]
                axis.plot(steps, scores, label=name_of(method), **_line(results.methods, method))
    for axis, scenario in zip(axes, results.scenarios, strict=True):
        axis.set(title=scenario, xlabel="step", ylabel="validation mIoU")
        axis.grid(alpha=0.3)
    _legend(figure, axes)
    return figure


def _has_log(results: Results, method: str, out: Path) -> bool:
    return (out / results.first_run(method) / LOG).exists()


def _steps(results: Results, kind: str) -> list[int]:
    mark = f", {kind} "
    return sorted(int(name.partition(mark)[2]) for name in results.conditions if mark in name)


def _panels(count: int, height: float, sharey: bool = False) -> tuple[Figure, Sequence[Axes]]:
    from matplotlib.figure import Figure  # a second, which nobody waits for who only trains

    figure = Figure(figsize=(4 * count, height), layout="constrained")
    return figure, list(figure.subplots(1, count, squeeze=False, sharey=sharey)[0])


def _legend(figure: Figure, axes: Sequence[Axes]) -> None:
    """One legend below all panels, where it hides nothing."""
    lines = {label: line for axis in axes for line, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(lines.values(), lines.keys(), loc="outside lower center", ncols=4, fontsize=7)


def _line(methods: Sequence[str], method: str) -> dict[str, str]:
    """DIS2 in reds of its own, the others in shades that no red is among; its ablations dashed."""
    if method in _REDS:
        return {"color": _REDS[method], "linestyle": "-"}
    ablation = method.startswith(DIS2_METHOD)
    alike = [name for name in methods if name not in _REDS and name.startswith(DIS2_METHOD) == ablation]
    return {"color": _SHADES[alike.index(method) % len(_SHADES)], "linestyle": "--" if ablation else "-"}


def _save(figure: Figure, path: Path) -> None:
    with whole_file(path) as part:
        figure.savefig(part, format="png", dpi=130)
