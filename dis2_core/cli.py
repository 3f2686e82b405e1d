"""The command line: ``dis2 segment``, ``run``, ``info`` and ``import-author``.

Errors end in one line on stderr and the exit code of their class: 2 input, 3 model, 4 resources,
130 cancelled. Torch is imported by the commands that compute, not by ``--help`` or ``info``.
"""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from .catalogue import find_model, read_header, sha256
from .console import card_json, choose_display, print_card, print_error
from .errors import Cancelled, Dis2Error, InputError, ResourceError
from .protocol import Event, Job, Source
from .version import __version__

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Segmentation of remote sensing rasters that stays good when a modality is missing.",
)

#: What typer raises for a wrong command line: click's UsageError, wherever this typer keeps it.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]

Window = tuple[int, int]
Extent = tuple[float, float, float, float]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code.

    Args:
        arguments: Instead of the process's own.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a class name must not fail for a console without its letters
    try:
        code = app(None if arguments is None else list(arguments), prog_name="dis2", standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:
        described = _describe(error)
        if os.environ.get("DIS2_DEBUG") == "1":
            traceback.print_exc()
        print_error(described)
        code = described.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _describe(error: BaseException) -> Dis2Error:
    """Any exception as an error that tells what to do."""
    if isinstance(error, Dis2Error):
        return error
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        return Cancelled("Cancelled.")
    if isinstance(error, _USAGE_ERROR):
        format_message: Callable[[], str] = getattr(error, "format_message", error.__str__)
        return InputError(format_message(), "'dis2 --help' and 'dis2 COMMAND --help' list the options.")
    if isinstance(error, MemoryError):
        return ResourceError("The memory is full.", "Close other programs, or give a smaller --batch-size.")
    first_line = str(error).partition("\n")[0]
    return Dis2Error(
        f"This is a bug in DIS2 ({type(error).__name__}: {first_line}).",
        "Please report it; with DIS2_DEBUG=1 in the environment it shows where it happened.",
    )


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version.")] = False,
) -> None:
    if version:
        print(f"dis2 {__version__}")
        raise typer.Exit()
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def segment(
    model: Annotated[str, typer.Option(help="A shipped model's name, or a model file.")],
    output: Annotated[str, typer.Option(metavar="FILE", help="The class raster to write.")],
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="NAME=FILE", help="A modality and its raster; leave out what is missing."),
    ] = None,
    confidence: Annotated[str | None, typer.Option(metavar="FILE", help="Also write confidence, 0-100.")] = None,
    probabilities: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also write the probability of every class.")
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also write which modalities each pixel had.")
    ] = None,
    areas: Annotated[str | None, typer.Option(metavar="FILE", help="Also write the area table, CSV.")] = None,
    extent: Annotated[Extent | None, typer.Option(metavar="XMIN YMIN XMAX YMAX", help="Only this part.")] = None,
    extent_crs: Annotated[str, typer.Option(metavar="CRS", help="CRS of --extent; default: the first input's.")] = "",
    grid: Annotated[
        str,
        typer.Option(metavar="model|finest|FILE", help="Output pixels: the model's, the finest input's, a raster's."),
    ] = "model",
    bands: Annotated[
        list[str] | None, typer.Option(metavar="NAME=4,1,2", help="Bands to take, in the model's order.")
    ] = None,
    scale: Annotated[
        list[str] | None, typer.Option(metavar="NAME=A,B", help="Value = A * stored + B, in the model's unit.")
    ] = None,
    device: Annotated[str, typer.Option(metavar="auto|cpu|cuda", help="Where to compute.")] = "auto",
    overlap: Annotated[float, typer.Option(help="Share of a window that neighbours have in common, 0-0.75.")] = 0.5,
    batch_size: Annotated[int | None, typer.Option(help="Windows at once; default: fits the device.")] = None,
    precision: Annotated[str, typer.Option(metavar="auto|fp32|bf16", help="Of the arithmetic.")] = "auto",
    threads: Annotated[int | None, typer.Option(help="CPU threads; default: all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and tell what would be done.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Print JSON lines on stdout.")] = False,
) -> None:
    """Segment rasters with the modalities that there are."""
    outputs = {
        "areas": areas,
        "scenario": scenario,
        "probabilities": probabilities,
        "confidence": confidence,
        "classes": output,
    }
    job = Job(
        model=model,
        inputs=_sources(inputs or [], bands or [], scale or []),
        outputs={name: path for name, path in outputs.items() if path is not None},
        extent=extent,
        extent_crs=extent_crs,
        grid=grid,
        device=device,
        overlap=overlap,
        batch_size=batch_size,
        precision=precision,
        threads=threads,
    )
    _execute(job, dry_run, events)


@app.command()
def run(
    job: Annotated[Path, typer.Argument(metavar="JOB.json", help="A job, or what a run with --events printed.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and tell what would be done.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Print JSON lines on stdout.")] = False,
) -> None:
    """Run a logged job again."""
    try:
        text = job.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"The job {job} cannot be read ({error}).") from error
    _execute(_logged_job(text), dry_run, events)


def _logged_job(text: str) -> Job:
    """The job in a file that holds it alone, or in the ``hello`` of a log of events."""
    hello = Event.from_line(text.partition("\n")[0])
    if hello is not None and hello.type == "hello" and "job" in hello.data:
        text = json.dumps(hello.data["job"])
    return Job.from_json(text)


@app.command()
def info(
    model: Annotated[str, typer.Argument(help="A shipped model's name, or a model file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show a model's card: what it takes, what it returns, how good it is."""
    path = find_model(model)
    header = read_header(path)
    if as_json:
        print(card_json(header, path, sha256(path)))
    else:
        print_card(header, path, sha256(path))


@app.command("import-author")
def import_author(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint of the authors' DIS2.")],
    output: Annotated[Path, typer.Argument(help="The model file to write.")],
    name: Annotated[str, typer.Option(help="The model's name.")] = "",
    gsd: Annotated[float, typer.Option(help="Metres a pixel that it was trained at; Potsdam's by default.")] = 0.05,
    window: Annotated[Window | None, typer.Option(metavar="H W", help="Pixels; default: a square.")] = None,
    heads: Annotated[int, typer.Option(help="Attention heads, which the weights do not tell.")] = 8,
    classes: Annotated[str, typer.Option(metavar="A,B,...", help="Class names, in order.")] = "",
    rgb: Annotated[str, typer.Option(metavar="A,B,...", help="Band names of the optical modality.")] = "",
    ndsm: Annotated[str, typer.Option(metavar="A,...", help="Band names of the height modality.")] = "",
) -> None:
    """Turn an authors' checkpoint into a model file. Its inputs are scaled to 0..1, as the authors' are."""
    from .author_import import import_checkpoint

    card = import_checkpoint(
        checkpoint,
        output,
        name=name or output.stem,
        gsd=gsd,
        window=window,
        heads=heads,
        class_names=_names(classes),
        band_names={"rgb": _names(rgb), "ndsm": _names(ndsm)},
    )
    print(f"{output}: {len(card.classes)} classes, window {card.window[0]} x {card.window[1]}, {card.gsd:g} m")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",")) if text else ()


def _sources(inputs: Sequence[str], bands: Sequence[str], scales: Sequence[str]) -> dict[str, Source]:
    """Sources by modality from ``NAME=…`` arguments."""
    files = _pairs(inputs, "--input", "NAME=FILE")
    band_lists = _pairs(bands, "--bands", "NAME=4,1,2")
    scalings = _pairs(scales, "--scale", "NAME=A,B")
    for option, given in (("--bands", band_lists), ("--scale", scalings)):
        if stray := sorted(set(given) - set(files)):
            raise InputError(f"{option} names '{stray[0]}', for which there is no --input.")
    return {
        name: Source(path, _bands(name, band_lists.get(name)), _scale(name, scalings.get(name)))
        for name, path in files.items()
    }


def _pairs(arguments: Sequence[str], option: str, form: str) -> dict[str, str]:
    """``NAME=VALUE`` arguments by name; the value may hold ``=``."""
    pairs: dict[str, str] = {}
    for argument in arguments:
        name, separator, value = argument.partition("=")
        if not (name and separator and value):
            raise InputError(f"'{argument}' is no {option}.", f"Write {option} {form}.")
        if name in pairs:
            raise InputError(f"{option} is given twice for '{name}'.", "Give every modality once.")
        pairs[name] = value
    return pairs


def _bands(name: str, text: str | None) -> tuple[int, ...]:
    try:
        return tuple(int(band) for band in text.split(",")) if text else ()
    except ValueError:
        raise InputError(f"'{text}' are no band numbers of '{name}'.", f"Write --bands {name}=4,1,2.") from None


def _scale(name: str, text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        factor, offset = (float(number) for number in text.split(","))
    except ValueError:
        raise InputError(f"'{text}' is no scale of '{name}'.", f"Write --scale {name}=0.1,0.") from None
    return factor, offset


def _execute(job: Job, dry_run: bool, events: bool) -> None:
    """Run or plan a job and show how it goes."""
    with _interruptible() as cancelled, choose_display(job, events) as display:
        try:
            from .prediction import plan_job, run_job  # torch, whose import must not be interrupted

            if dry_run:
                display.show_plan(plan_job(job))
                return
            result = run_job(job, progress=display, cancelled=cancelled)
        except (Exception, KeyboardInterrupt) as error:
            display.fail(_describe(error))
            raise
    display.finish(result)


@contextmanager
def _interruptible() -> Iterator[Callable[[], bool]]:
    """Let Ctrl-C and SIGTERM ask to stop, so that the job tidies up; a second one does not wait.

    Yields:
        Whether one of them came.
    """
    stopped = threading.Event()

    def stop(number: int, frame: object) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    signals = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in signals}
    try:
        yield stopped.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
