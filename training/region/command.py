"""The command ``dis2-train region``: from a person's rasters and labels to a model."""

from __future__ import annotations

from pathlib import Path

from jsonargparse import Namespace

from dis2_core.cli.arguments import pairs, sources
from dis2_core.cli.console import clock, display_for_people
from dis2_core.cli.streams import forgive_stdout
from dis2_core.contract.card import SLOTS
from dis2_core.contract.errors import InputError
from dis2_core.contract.other_jobs import EFFORTS, IMAGENET, ClassValue, Reference, TrainJob, effort
from dis2_core.network.config import ENCODERS
from dis2_core.run.interrupts import interruptible

from ..options.arguments import Parser
from ..scoring.evaluation import table
from .modalities import NAMES
from .outcome import TrainingResult
from .region import run_training

VECTORS = (".geojson", ".json")


def region_parser() -> Parser:
    """The parser of the command."""
    parser = Parser(description="Train a model on rasters and labels of one scene, and test it apart.")
    parser.add_argument(
        "--input", action="append", default=[], metavar="SLOT=FILE", help=f"one or more; slots: {', '.join(SLOTS)}"
    )
    parser.add_argument("--bands", action="append", default=[], metavar="SLOT=4,1,2", help="bands to learn from")
    parser.add_argument("--scale", action="append", default=[], metavar="SLOT=A,B", help="value = A * stored + B")
    parser.add_argument(
        "--nodata", action="append", default=[], metavar="SLOT=any|all|VALUE|none", help="when a pixel is void"
    )
    parser.add_argument(
        "--mask", action="append", default=[], metavar="SLOT=auto|none|BAND", help="what masks the raster"
    )
    parser.add_argument("--labels", required=True, metavar="FILE", help="raster of class codes, or GeoJSON of polygons")
    parser.add_argument("--field", default="", help="the polygons' class field")
    parser.add_argument("--labels-crs", default="", metavar="CRS", help="of polygons; default: what the file says")
    parser.add_argument(
        "--value", action="append", default=[], metavar="VALUE=NAME", help="what a value means; others are unlabelled"
    )
    parser.add_argument(
        "--many-classes", action="store_true", help="the labels are classes, though they look like a photo or like ids"
    )
    parser.add_argument(
        "--unlabelled",
        action="store_true",
        help="learn from ground without labels, too: see docs/trainmodel.md first",
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="the model file to write")
    parser.add_argument("--report", default="", metavar="FILE", help="also write a report, HTML")
    parser.add_argument("--name", default="", help="of the model; default: that of its file")
    parser.add_argument(
        "--start",
        default="",
        metavar="START",
        help=f"what to start from: shipped model, model file, file of pretrained encoders, or {IMAGENET}",
    )
    parser.add_argument("--encoder", choices=list(ENCODERS), help="default: that of the start, or dis2")
    parser.add_argument("--encoder-rate", type=float, default=1.0, help="factor of its learning rate; 0: frozen")
    parser.add_argument(
        "--extent", type=float, nargs=4, metavar=("XMIN", "YMIN", "XMAX", "YMAX"), help="only this part"
    )
    parser.add_argument("--extent-crs", default="", metavar="CRS", help="of --extent; default: the first input's")
    parser.add_argument("--effort", choices=list(EFFORTS), default="normal", help="sets --steps and --width")
    parser.add_argument("--minutes", type=float, help="stop after so many, and keep the best so far")
    parser.add_argument("--steps", type=int, help="optimizer steps")
    parser.add_argument("--width", type=int, help="channels of the first level")
    parser.add_argument("--window", type=int, help="side of the training windows in pixels, a multiple of 16")
    parser.add_argument("--batch-size", type=int, default=8, help="windows a step")
    parser.add_argument("--gsd", type=float, help="metres a pixel of the model; default: the finest input's")
    parser.add_argument("--held-out", type=float, default=0.25, help="share of the labels kept for the test, 0-0.5")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:0 or mps")
    parser.add_argument("--threads", type=int, help="CPU threads; default: as many as cores are free")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--license", default="", help="of the model, for its card")
    parser.add_argument("--attribution", default="", help="whom to name for the data, for the card")
    return parser


def region_job(options: Namespace) -> TrainJob:
    """The job that parsed options describe.

    Raises:
        InputError: An option is not of its form.
    """
    chosen = {name: options[name] for name in ("steps", "width") if options[name]}
    is_vector = Path(options.labels).suffix.lower() in VECTORS
    if is_vector and not options.field:
        raise InputError(f"{options.labels} holds polygons.", "Name the field of the class with --field.")
    labels = Reference(options.labels, options.field, values=_values(options.value), crs=options.labels_crs)
    return TrainJob(
        inputs=sources(*(_by_slot(options[name]) for name in ("input", "bands", "scale", "nodata", "mask"))),
        labels=labels,
        outputs={"model": options.out, **({"report": options.report} if options.report else {})},
        name=options.name or Path(options.out).stem,
        start=options.start,
        encoder=options.encoder or "",
        encoder_rate=options.encoder_rate,
        extent=tuple(options.extent) if options.extent else None,
        extent_crs=options.extent_crs,
        gsd=options.gsd,
        window=options.window,
        **{**effort(options.effort, options.start), **chosen},
        minutes=options.minutes,
        batch_size=options.batch_size,
        held_out=options.held_out,
        device=options.device,
        threads=options.threads,
        seed=options.seed,
        license=options.license,
        attribution=options.attribution,
        many_classes=options.many_classes,
        unlabelled=options.unlabelled,
    )


def run_region(options: Namespace) -> None:
    """Train, and print the scores and what was written."""
    job = region_job(options)
    with interruptible() as cancelled, display_for_people() as display:
        result = run_training(job, progress=display, cancelled=cancelled)
    print(summary(result))
    forgive_stdout()


def summary(result: TrainingResult) -> str:
    """Scores by class and scenario, time and outputs as text."""
    scores = table(result.scores) if result.scores else "not tested"
    outputs = [f"{name}: {path}" for name, path in result.outputs.items()]
    return "\n".join([scores, f"{clock(result.seconds)} on {result.device}", *outputs])


def _by_slot(arguments: list[str]) -> list[str]:
    """``SLOT=…`` arguments, also where they name what goes there, as messages about a raster do: ``rgb``, ``ndsm``."""
    slots = {name: slot for slot, name in NAMES.items()}
    parts = [argument.partition("=") for argument in arguments]
    return [f"{slots.get(name, name)}{sign}{value}" for name, sign, value in parts]


def _values(arguments: list[str]) -> tuple[ClassValue, ...]:
    return tuple(ClassValue(value, name) for value, name in pairs(arguments, "--value", "VALUE=NAME").items())
