"""What the command line shows: progress, remarks, results and model cards.

No torch here. Whatever comes from a file is printed as plain text: neither control characters nor
markup in a stranger's card reach the terminal.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol, TextIO, cast

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from ..contract.card import Band, ModelCard, scenario_name
from ..contract.catalogue import ModelHeader
from ..contract.errors import Dis2Error, shortened
from ..contract.segment_job import Event, Work, error_event
from ..contract.version import __version__

if TYPE_CHECKING:
    from ..prediction.planning import JobPlan
    from ..prediction.result import SegmentationResult

_PLAIN_STEP = 0.1  # of a job between two lines where there is no terminal
_PLAIN_SECONDS = 30.0


class Outcome(Protocol):
    """What a runner returns, as far as every kind of job has it.

    A result may also have ``summary``, a text, and ``table``, rows of text of which the first is the
    header and the first column left-aligned.
    """

    def to_json(self) -> dict[str, Any]:
        """Return the result as plain data."""
        ...


def plain(text: object) -> str:
    """One line without control characters."""
    return "".join(character if character.isprintable() else " " for character in str(text)).strip()


def clock(seconds: float) -> str:
    """A duration as ``2:03`` or ``1:02:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def print_error(error: Dis2Error) -> None:
    """Print ``error: …`` and the hint to stderr."""
    print(f"error: {plain(error.message)}", file=sys.stderr)
    if error.hint:
        print(f"hint: {plain(error.hint)}", file=sys.stderr)


class Display:
    """Shows how a job goes. A context around the job, and its listener."""

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *exception: object) -> None:
        """Leave the terminal as it was."""

    def __call__(self, event: Event) -> None:
        """Show one event."""
        raise NotImplementedError

    def finish(self, result: Outcome) -> None:
        """Show what came of the job."""
        print_result(result)

    def show_plan(self, plan: JobPlan) -> None:
        """Show what a job would do."""
        print_plan(plan)

    def fail(self, error: Dis2Error) -> None:
        """Note that the job failed; ``main`` prints the error itself."""


class ProgressBar(Display):
    """A bar with the time left, for a person at a terminal."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[left]}", markup=False),
        )
        self._progress = Progress(*columns, console=self._console, transient=True)
        self._task = self._progress.add_task("starting", total=1.0, left="")

    def __enter__(self) -> Display:
        self._progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Take the bar away."""
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        """Move the bar, or print a remark above it."""
        if event.type == "progress":
            self._progress.update(
                self._task,
                completed=event.data["fraction"],
                description=plain(event.data["stage"]),
                left=_time_left(event),
            )
        elif remark := _remark(event):
            style = "yellow" if event.type == "warning" else ""
            self._console.print(remark, style=style, markup=False, soft_wrap=True)


class SparseLines(Display):
    """A line now and then, for a log file."""

    def __init__(self) -> None:
        self._stage = ""
        self._fraction = 0.0
        self._last = time.monotonic()

    def __call__(self, event: Event) -> None:
        """Print remarks, and progress where a stage begins or enough has happened since the last line."""
        if event.type != "progress":
            remark = _remark(event)
        else:
            remark = self._progress(str(event.data["stage"]), float(event.data["fraction"]), _time_left(event))
        if remark:
            print(remark, file=sys.stderr, flush=True)

    def _progress(self, stage: str, fraction: float, left: str) -> str:
        recent = time.monotonic() - self._last < _PLAIN_SECONDS and fraction - self._fraction < _PLAIN_STEP
        if stage == self._stage and recent:
            return ""
        self._stage, self._fraction, self._last = stage, fraction, time.monotonic()
        return f"{plain(stage)}: {fraction:.0%} {left}".strip()


class EventLines(Display):
    """JSON lines on stdout, for a program; whatever else prints goes to stderr meanwhile."""

    def __init__(self, job: Work) -> None:
        self._job = job
        self._stream: TextIO = sys.stdout

    def __enter__(self) -> Display:
        self._stream, sys.stdout = sys.stdout, sys.stderr
        job = json.loads(self._job.to_json())  # 'dis2 run' reads it from a log
        self(Event("hello", {"version": __version__, "pid": os.getpid(), "job": job}))
        return self

    def __exit__(self, *exception: object) -> None:
        """Give stdout back."""
        sys.stdout = self._stream

    def __call__(self, event: Event) -> None:
        """Print the event as a line."""
        print(event.to_line(), file=self._stream, flush=True)

    def finish(self, result: Outcome) -> None:
        """Print the ``result`` event."""
        self(Event("result", result.to_json()))

    def show_plan(self, plan: JobPlan) -> None:
        """Print the plan as a ``result`` event, marked ``dry_run``."""
        self(Event("result", {"dry_run": True, **plan.to_json()}))

    def fail(self, error: Dis2Error) -> None:
        """Print the ``error`` event."""
        self(error_event(error))


def choose_display(job: Work, events: bool) -> Display:
    """JSON lines where asked for, else a bar in a terminal and sparse lines elsewhere."""
    if events:
        return EventLines(job)
    return display_for_people()


def display_for_people() -> Display:
    """A bar in a terminal, sparse lines elsewhere."""
    return ProgressBar() if sys.stderr.isatty() else SparseLines()


def print_result(result: Outcome) -> None:
    """Print to stdout what came of a job of any kind."""
    if hasattr(result, "area_table"):
        print_segmentation(cast("SegmentationResult", result))
        return
    if summary := getattr(result, "summary", ""):
        print(plain(summary))
    header, *rows = getattr(result, "table", ()) or [()]
    if rows:
        table = _table(*map(plain, header), right_from=1)
        for row in rows:
            table.add_row(*(Text(plain(cell)) for cell in row))
        _stdout().print(table)
    for name, path in getattr(result, "outputs", {}).items():
        print(f"{name}: {path}")


def print_segmentation(result: SegmentationResult) -> None:
    """Print class areas, device, time and outputs to stdout."""
    table = _table("class", "pixels", "area", "share", right_from=1)
    for line in result.area_table:
        area = "" if line.square_metres is None else f"{line.square_metres:,.1f} m²"
        share = "" if line.percent is None else f"{line.percent:.1f} %"
        table.add_row(Text(plain(line.name)), f"{line.pixels:,}", area, share)
    console = _stdout()
    console.print(table)
    print(f"{clock(result.seconds)} on {result.device}")
    for name, path in result.outputs.items():
        print(f"{name}: {path}")


def print_plan(plan: JobPlan) -> None:
    """Print to stdout what a job would do, and that it did nothing."""
    for text in (*plan.notes, *(f"warning: {warning}" for warning in plan.warnings)):
        print(plain(text))
    height, width = plan.output_size
    facts = {
        "model": f"{plan.model}, {plan.windows:,} windows of {plan.window[0]} x {plan.window[1]} pixels",
        "map": f"{width:,} x {height:,} pixels of {plan.output_resolution[0]:g} x {plan.output_resolution[1]:g}",
        "device": f"{plan.device}, {plan.precision}, {plan.batch_size * plan.workers} windows at once",
        "memory": f"about {plan.memory / 1e6:,.0f} MB beside the model",
        "disk": ", ".join(f"{size / 1e6:,.1f} MB in {folder}" for folder, size in plan.disk.items()),
        **plan.modalities,
        "missing": ", ".join(plan.missing),
        **{f"would write {name}": path for name, path in plan.outputs.items()},
    }
    _print_facts(facts)


def print_card(header: ModelHeader, path: os.PathLike[str], digest: str) -> None:
    """Print a model's card to stdout, for a person."""
    card = header.card
    print(f"{plain(card.name)} {plain(card.version)}")
    for text in (card.description, card.notes):
        if text:
            print(plain(text))
    facts = {
        "window": f"{card.window[0]} x {card.window[1]} pixels of {card.gsd:g} m",
        "parameters": f"{header.parameters:,}",
        "licence": card.license,
        "attribution": card.attribution,
        "training data": card.training_data,
        "created": card.created,
        "file": f"{os.fspath(path)} ({header.size:,} bytes)",
        "sha256": digest,
    }
    print()
    _print_facts(facts)
    console = _stdout()
    for table in (_modality_table(card), _class_table(card), _score_table(card)):
        if table.row_count:
            print()
            console.print(table)


def card_json(header: ModelHeader, path: os.PathLike[str], digest: str) -> str:
    """Return a model's card and file as JSON, for a program."""
    facts = {
        "path": os.fspath(path),
        "size": header.size,
        "sha256": digest,
        "parameters": header.parameters,
        "card": header.card.to_json(),
    }
    return json.dumps(facts, indent=2)


def _print_facts(facts: Mapping[str, str]) -> None:
    width = max(map(len, facts)) + 2
    for name, fact in facts.items():
        if fact:
            print(f"{plain(name) + ':':<{width}}{plain(fact)}")


def _modality_table(card: ModelCard) -> Table:
    table = _table("modality", "kind", "band", "unit", "valid range", "mean ± std")
    for modality in card.modalities:
        for index, band in enumerate(modality.bands):
            names = (modality.name, modality.kind) if index == 0 else ("", "")
            table.add_row(*names, Text(plain(_band_label(band))), Text(plain(band.unit)), *_band_numbers(band))
    return table


def _band_label(band: Band) -> str:
    return f"{band.name}: {band.description}" if band.description else band.name


def _band_numbers(band: Band) -> tuple[str, str]:
    return f"{band.valid_min:g} to {band.valid_max:g}", f"{band.mean:.4g} ± {band.std:.4g}"


def _class_table(card: ModelCard) -> Table:
    table = _table("value", "class", "colour")
    for value, item in enumerate(card.classes):
        table.add_row(str(value), Text(plain(item.name)), Text.assemble(("██ ", item.color), item.color))
    return table


def _score_table(card: ModelCard) -> Table:
    """Scores by scenario, in the order of the card's scenarios, others after them."""
    known = [scenario_name(scenario) for scenario in card.scenarios()]
    order = [name for name in known if name in card.metrics]
    order += [name for name in card.metrics if name not in known]
    scores = list(dict.fromkeys(score for name in order for score in card.metrics[name]))
    table = _table("available", *(plain(score) for score in scores), right_from=1)
    for name in order:
        values = (card.metrics[name].get(score) for score in scores)
        table.add_row(Text(plain(name)), *("" if value is None else f"{value:.3f}" for value in values))
    return table


def _table(*columns: str, right_from: int | None = None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, column in enumerate(columns):
        right = right_from is not None and index >= right_from
        table.add_column(Text(column), justify="right" if right else "left")
    return table


def _stdout() -> Console:
    """A console of the terminal's width; wide in a pipe, so that no line is cut there."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def _time_left(event: Event) -> str:
    """The time left, after the detail where there is one."""
    seconds = event.data.get("seconds_left")
    left = "" if seconds is None else f"{clock(seconds)} left"
    return ", ".join(text for text in (plain(event.data.get("detail", "")), left) if text)


def _remark(event: Event) -> str:
    """A warning or a piece of news in one line; nothing for other events."""
    text = plain(shortened(str(event.data.get("text", ""))))
    return {"warning": f"warning: {text}", "info": text}.get(event.type, "")
