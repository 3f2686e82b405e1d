"""Charts in one manner: matplotlib figures that go into a ``Report``.

Figures are made without pyplot, so that they may be made in any thread and need no closing. Ramps are
even in lightness and safe for the colour-blind; classes keep their own colours.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Numbers = npt.NDArray[np.float64]

#: For series that have no colour of their own: Okabe and Ito's, told apart with any colour vision.
PALETTE = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999")

INK, MUTED, LINE = "#1c2733", "#5b6875", "#d9dfe5"
RAMP = "Blues"  # one hue, light to dark: read in print and by anybody
WIDTH = 9.0  # inches; the page scales it

_STYLE: Mapping[str, Any] = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a class may be called '$x'
    "font.family": "sans-serif",
    "font.size": 10.0,
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
}


@contextmanager
def style(more: Mapping[str, Any] | None = None) -> Iterator[None]:
    """The house's manner for as long as the ``with`` block lasts: build figures in it."""
    import matplotlib

    settings: Any = {**_STYLE, **(more or {})}
    with matplotlib.rc_context(settings):
        yield


def new_figure(width: float = WIDTH, height: float = 4.0) -> tuple[Figure, Axes]:
    """An empty figure (inches) and its axes. Call it within ``style()``."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.add_subplot()


def heat_map(
    values: Numbers,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    row_title: str = "",
    column_title: str = "",
    texts: Sequence[Sequence[str]] | None = None,
) -> Figure:
    """A table of shares as colours, each with its number.

    Args:
        values: (rows, columns) from 0 to 1; NaN is left white.
        rows: Names of the rows.
        columns: Names of the columns.
        row_title: What the rows are.
        column_title: What the columns are.
        texts: Instead of the percentages.
    """
    with style():
        width = min(WIDTH, 2.6 + 0.72 * len(columns))
        figure, axes = new_figure(width, 0.9 + 0.42 * len(rows))
        edges = [np.arange(size + 1) - 0.5 for size in values.shape]
        axes.pcolormesh(edges[1], edges[0], values, cmap=RAMP, vmin=0, vmax=1, edgecolors="#fff", linewidth=2)
        axes.invert_yaxis()
        _name_ticks(axes, rows, columns)
        axes.set(xlabel=column_title, ylabel=row_title)
        size = 9 if len(columns) <= 12 else 6
        for (row, column), value in np.ndenumerate(values):
            if np.isfinite(value) or texts:
                text = texts[row][column] if texts else f"{100 * value:.0f}"
                color = "#fff" if value > 0.55 else INK if value >= 0.005 else "#9aa5b0"
                axes.text(column, row, text, ha="center", va="center", fontsize=size, color=color)
    return figure


def confusion_chart(
    counts: npt.NDArray[Any], reference: Sequence[str], mapped: Sequence[str], row_title: str = "reference"
) -> Figure:
    """A confusion matrix, each row in percent of its sum: the diagonal is the recall.

    Args:
        counts: (R, M) pixels, or areas.
        reference: Names of the rows.
        mapped: Names of the columns.
        row_title: What the rows are.
    """
    sums = counts.sum(axis=1, keepdims=True).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares: Numbers = np.asarray(counts / sums, dtype=np.float64)
    return heat_map(shares, reference, mapped, row_title=f"{row_title} (% of row)", column_title="map")


def class_bars(
    names: Sequence[str],
    series: Mapping[str, Sequence[float] | Numbers],
    *,
    colors: Sequence[str] | None = None,
    xlabel: str = "",
) -> Figure:
    """Horizontal bars by class, 0 to 1.

    Args:
        names: Of the classes, from top to bottom.
        series: Values by what they are, e.g. ``{"IoU": …, "F1": …}``; NaN has no bar.
        colors: Of the classes; used where there is one series.
        xlabel: Below the axis.
    """
    with style():
        figure, axes = new_figure(height=0.8 + len(names) * (0.16 + 0.22 * len(series)))
        thickness = 0.8 / max(1, len(series))
        for index, (label, values) in enumerate(series.items()):
            places: Numbers = np.arange(len(names), dtype=np.float64) + (index - (len(series) - 1) / 2) * thickness
            fill = list(colors) if colors and len(series) == 1 else PALETTE[index % len(PALETTE)]
            _bars(axes, places, np.asarray(values, dtype=np.float64), thickness * 0.9, fill, label)
        _share_axis(axes, names, xlabel)
        if len(series) > 1:
            figure.legend(loc="outside upper right", ncols=len(series))
    return figure


def scenario_bars(
    scores: Mapping[str, Mapping[str, float]], *, highlight: str | None = None, xlabel: str = ""
) -> Figure:
    """Scores by scenario as horizontal bars.

    Args:
        scores: By scenario and by score, e.g. ``{"rgb+ndsm": {"mIoU": 0.71}, "rgb": {"mIoU": 0.6}}``.
        highlight: The scenario to which the others are compared; a line stands at its first score.
        xlabel: Below the axis.
    """
    names = list(dict.fromkeys(name for values in scores.values() for name in values))
    series = {name: [values.get(name, float("nan")) for values in scores.values()] for name in names}
    with style():
        figure = class_bars(list(scores), series, xlabel=xlabel)
        if highlight is not None and highlight in scores and names:
            axes = figure.axes[0]
            axes.axvline(scores[highlight].get(names[0], float("nan")), color=INK, linewidth=1, linestyle=(0, (4, 3)))
    return figure


def line_chart(
    x: Sequence[float], series: Mapping[str, Sequence[float]], *, xlabel: str = "", ylabel: str = ""
) -> Figure:
    """Lines over a common axis, e.g. losses over training steps."""
    with style():
        figure, axes = new_figure(height=3.4)
        for index, (label, values) in enumerate(series.items()):
            axes.plot(x, values, color=PALETTE[index % len(PALETTE)], linewidth=1.8, label=label)
        axes.grid(axis="y")
        axes.set(xlabel=xlabel, ylabel=ylabel)
        if len(series) > 1:
            axes.legend()
    return figure


def _bars(axes: Axes, places: Numbers, values: Numbers, thickness: float, fill: str | list[str], label: str) -> None:
    axes.barh(places, np.nan_to_num(values), height=thickness, color=fill, label=label)
    patch = {"facecolor": axes.get_facecolor(), "edgecolor": "none", "pad": 0.8}  # lines pass behind the numbers
    for place, value in zip(places, values, strict=True):
        text = f"{value:.2f}" if np.isfinite(value) else "–"
        axes.text(np.nan_to_num(value) + 0.008, place, text, va="center", fontsize=9, color=MUTED, bbox=patch)


def _share_axis(axes: Axes, names: Sequence[str], xlabel: str) -> None:
    axes.set_yticks(range(len(names)), [_short(name) for name in names])
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.set_xlim(0, 1.06)
    axes.set_xticks(np.linspace(0, 1, 6))
    axes.set_xlabel(xlabel)
    axes.grid(axis="x")
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)


def _name_ticks(axes: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    labels = [textwrap.fill(_short(name), 11) for name in columns]
    steep = len(columns) > 10
    axes.set_xticks(range(len(columns)), labels, rotation=90 if steep else 0)
    axes.set_yticks(range(len(rows)), [_short(name) for name in rows])
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _short(name: str) -> str:
    """A stranger's name that leaves room for the chart."""
    return name if len(name) <= 28 else f"{name[:27]}…"
