"""The command line: ``dis2 segment``, ``plan``, ``evaluate``, ``whatif``, ``ndsm``, ``city``, ``run``, ``info``, ….

Errors end in one line on stderr and the exit code of their class: 2 input, 3 model, 4 resources,
5 units that failed, 130 cancelled. Torch is imported by the commands that compute, not by ``--help`` or ``info``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ..contract.catalogue import find_model, read_header, sha256
from ..contract.country_jobs import ResumeJob
from ..contract.errors import Cancelled
from ..contract.other_jobs import read_job
from ..contract.segment_job import Event, Job, Work
from ..contract.untrusted import read_text, refusals
from ..contract.version import __version__
from ..run.interrupts import stopping_at_once
from ..run.machine.process import require_working_folder, settle_process
from . import country_commands, model_commands, report_commands, scene_commands
from .arguments import (
    AoiOption,
    BandsOption,
    BatchSizeOption,
    CreationOption,
    DeviceOption,
    DryRunOption,
    EventsOption,
    ExtentCrsOption,
    ExtentOption,
    FormatOption,
    GridOption,
    InputsOption,
    MaskOption,
    MaxMemoryOption,
    MinConfidenceOption,
    ModelOption,
    NodataOption,
    OverlapOption,
    PrecisionOption,
    ScaleOption,
    ThreadsOption,
    TtaOption,
    creation_options,
    size_in_bytes,
    sources,
)
from .console import card_json, print_card
from .failures import hush_libraries, report
from .running import execute
from .streams import check_stdout, steady_streams

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Segmentation of remote sensing rasters that stays good when a modality is missing.",
)

LONGEST_LOG = 32_000_000  # bytes of a file that holds a job, or the events of a run


@steady_streams()
def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code.

    Args:
        arguments: Instead of the process's own.
    """
    sys.exit(_exit_code(arguments))


def _exit_code(arguments: Sequence[str] | None) -> int:
    try:
        with stopping_at_once():
            hush_libraries()
            require_working_folder()
            settle_process()
            code = app(None if arguments is None else list(arguments), prog_name="dis2", standalone_mode=False)
            if code == Cancelled.exit_code:  # typer has swallowed an interrupt: a person is to hear of it
                raise KeyboardInterrupt
            check_stdout()
    except (Exception, KeyboardInterrupt) as error:
        return report(error)
    return code if isinstance(code, int) else 0


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
    model: ModelOption,
    output: Annotated[str, typer.Option(metavar="FILE", help="The class raster to write.")],
    inputs: InputsOption = None,
    confidence: Annotated[str | None, typer.Option(metavar="FILE", help="Also write confidence, 0-100.")] = None,
    probabilities: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also write the probability of every class.")
    ] = None,
    familiarity: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Also write how much the ground looks like that of training, 0-100."),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option(metavar="FILE", help="Also write which modalities each pixel had.")
    ] = None,
    areas: Annotated[str | None, typer.Option(metavar="FILE", help="Also write the area table, CSV.")] = None,
    extent: ExtentOption = None,
    extent_crs: ExtentCrsOption = "",
    grid: GridOption = "model",
    bands: BandsOption = None,
    scale: ScaleOption = None,
    nodata: NodataOption = None,
    mask: MaskOption = None,
    device: DeviceOption = "auto",
    overlap: OverlapOption = None,
    batch_size: BatchSizeOption = None,
    precision: PrecisionOption = "auto",
    threads: ThreadsOption = None,
    min_confidence: MinConfidenceOption = 0.0,
    creation: CreationOption = None,
    max_memory: MaxMemoryOption = None,
    format: FormatOption = "GTiff",
    aoi: AoiOption = "",
    tta: TtaOption = "none",
    resume: Annotated[
        bool, typer.Option("--resume", help="In units, going on where an earlier call was broken off.")
    ] = False,
    dry_run: DryRunOption = False,
    events: EventsOption = False,
) -> None:
    """Segment rasters with the modalities that there are."""
    outputs = {
        "areas": areas,
        "scenario": scenario,
        "probabilities": probabilities,
        "familiarity": familiarity,
        "confidence": confidence,
        "classes": output,
    }
    job = Job(
        model=model,
        inputs=sources(inputs or [], bands or [], scale or [], nodata or [], mask or []),
        outputs={name: path for name, path in outputs.items() if path is not None},
        extent=extent,
        extent_crs=extent_crs,
        grid=grid,
        device=device,
        overlap=overlap,
        batch_size=batch_size,
        precision=precision,
        threads=threads,
        min_confidence=min_confidence,
        creation_options=creation_options(creation or []),
        max_memory=size_in_bytes(max_memory),
        format=format,
        aoi=aoi,
        tta=tta,
    )
    execute(ResumeJob(job) if resume and not dry_run else job, events=events, dry_run=dry_run)


app.command()(report_commands.evaluate)
app.command()(report_commands.sample)
app.command()(report_commands.whatif)
app.command()(country_commands.plan)
app.command()(country_commands.work)
app.command()(country_commands.status)
app.command()(country_commands.join)
app.command()(scene_commands.ndsm)
app.command()(scene_commands.city)


@app.command()
def run(
    job: Annotated[Path, typer.Argument(metavar="JOB.json", help="A job, or what a run with --events printed.")],
    dry_run: DryRunOption = False,
    events: EventsOption = False,
) -> None:
    """Run a logged job again."""
    with refusals(f"The job {job}", hint="Give a job as JSON, or what a run with --events printed."):
        text = read_text(job, LONGEST_LOG)
    execute(_logged_job(text), events=events, dry_run=dry_run)


def _logged_job(text: str) -> Work:
    """The job in a file that holds it alone, or in the ``hello`` of a log of events."""
    hello = Event.from_line(text.partition("\n")[0])
    if hello is not None and hello.type == "hello" and "job" in hello.data:
        text = json.dumps(hello.data["job"])
    return read_job(text)


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


app.command()(model_commands.export)
app.command("import-onnx")(model_commands.import_onnx)
app.command("import-author")(model_commands.import_author)
