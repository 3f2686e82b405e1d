"""The commands of ``dis2-train``: look data over, prepare them, fit, evaluate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from jsonargparse import Namespace

from dis2_core import load_model, save_model
from dis2_core.cli.console import Display, display_for_people
from dis2_core.cli.failures import hush_libraries, report
from dis2_core.cli.streams import check_stdout, forgive_stdout, steady_streams
from dis2_core.contract.errors import InputError
from dis2_core.run.interrupts import interruptible, stopping_at_once

from .benchmark.command import benchmark_parser, run_benchmark
from .data.check.datacheck import check_dataset
from .data.dataset import TileDataset
from .data.familiarity import measured_familiarity, spread_windows
from .data.sets import DATASETS, open_dataset, prepare
from .distilling.comparison import Standing, compared
from .distilling.distil import distil
from .distilling.recipe import DistilRecipe
from .fitting.accelerator import is_first_process
from .fitting.fit import fit
from .fitting.recipe import Recipe, RunRecipe
from .options.arguments import Parser, recipe_file
from .pretraining.pretrain import pretrain
from .pretraining.recipe import PretrainRecipe
from .region.command import region_parser, run_region
from .scoring.evaluation import calibrate, evaluate, load_trained, publish, table

R = TypeVar("R", bound=RunRecipe)


def recipe_parser(kind: type[RunRecipe] = Recipe) -> Parser:
    """The parser of recipes; every value can be overridden, e.g. ``--optimizer.lr 3e-4``."""
    what = {
        Recipe: "Train a model from a recipe.",
        PretrainRecipe: "Let encoders learn without labels.",
        DistilRecipe: "Let a small model learn from larger ones.",
    }
    parser = Parser(description=what[kind])
    parser.add_argument("--config", action=recipe_file(kind), help="recipe: a YAML file, or a shipped name")
    parser.add_class_arguments(kind, None)
    return parser


def read_recipe(arguments: Sequence[str]) -> Recipe:
    """Build a recipe from ``--config FILE`` and overrides."""
    return to_recipe(recipe_parser().parse_args(list(arguments)))


def to_recipe(options: Namespace) -> Recipe:
    """Build the recipe that parsed options describe."""
    return _filled(Recipe, options)


def to_pretraining(options: Namespace) -> PretrainRecipe:
    """Build the recipe of a pre-training that parsed options describe."""
    return _filled(PretrainRecipe, options)


def to_student(options: Namespace) -> DistilRecipe:
    """Build the recipe of a student that parsed options describe."""
    return _filled(DistilRecipe, options)


def _filled(kind: type[R], options: Namespace) -> R:
    options = options.clone()
    for name in ("config", "out", "resume", "test"):  # the command's own
        options.pop(name, None)
    return kind(**vars(recipe_parser(kind).instantiate(options)))


def build_parser() -> Parser:
    """The parser of ``dis2-train``."""
    fitting, pretraining, distilling = map(recipe_parser, (Recipe, PretrainRecipe, DistilRecipe))
    for running, what in ((fitting, "the model"), (pretraining, "the encoders"), (distilling, "the student")):
        running.add_argument("--out", type=Path, required=True, help=f"folder for {what}, the state and the log")
        running.add_argument("--resume", action="store_true", help="go on with the run in the folder, if there is one")

    distilling.add_argument("--test", default="test", help="split on which student and teachers are compared")

    preparing = Parser(description="Turn a data set as distributed into a folder data set.")
    preparing.add_argument("dataset", choices=[name for name in DATASETS if name != "folder"])
    preparing.add_argument("source", type=Path, help="folder of the data set as distributed")
    preparing.add_argument("out", type=Path, help="folder to write")

    evaluating = _on_ground("Score a model in every scenario.", model="shipped name, model file, or a benchmark's")
    evaluating.add_argument("--split", default="test")
    evaluating.add_argument(
        "--whole-tiles", action="store_true", help="score maps of whole tiles instead of single windows"
    )
    evaluating.add_argument(
        "--tta", action="store_true", help="the mean over eight ways to see a window, as dis2 segment --tta d4"
    )
    evaluating.add_argument("--publish", type=Path, help="write a copy of the model with these scores in its card")
    evaluating.add_argument("--name", default="", help="of the model that --publish writes")
    evaluating.add_argument("--note", default="", help="added to the card's notes with --publish")

    knowing = _on_ground(
        "Let a model know what the ground looks like that it was trained on.",
        data="where the data set lies that it was trained on",
    )
    knowing.add_argument("--train", default="train", help="split that it was trained on")
    knowing.add_argument("--validation", default="validation", help="split that tells what is usual beside it")
    knowing.add_argument("--out", type=Path, required=True, help="model file to write")

    calibrating = _on_ground("Make a model as sure as it is right on ground that it was not trained on.")
    calibrating.add_argument("--split", default="validation", help="split that was not trained on")
    calibrating.add_argument("--out", type=Path, required=True, help="model file to write")

    parser = Parser(prog="dis2-train", description="Train and evaluate DIS2 models.")
    commands = parser.add_subcommands(dest="command")
    looking = Parser(description="Data sets.")
    commands.add_subcommand("data", looking)
    looking.add_subcommands(dest="task").add_subcommand("check", check_parser())
    commands.add_subcommand("prepare", preparing)
    commands.add_subcommand("pretrain", pretraining)
    commands.add_subcommand("fit", fitting)
    commands.add_subcommand("distil", distilling)
    commands.add_subcommand("evaluate", evaluating)
    commands.add_subcommand("familiarity", knowing)
    commands.add_subcommand("calibrate", calibrating)
    commands.add_subcommand("benchmark", benchmark_parser())
    commands.add_subcommand("region", region_parser())
    return parser


def _on_ground(what: str, model: str = "shipped name, or model file", data: str = "where the data set lies") -> Parser:
    """The parser of a command that looks at a data set with a model; ``_opened`` opens its splits."""
    parser = Parser(description=what)
    parser.add_argument("--model", required=True, help=model)
    parser.add_argument("--data", type=Path, required=True, help=data)
    parser.add_argument("--dataset", choices=list(DATASETS), default="folder", help="which one it is")
    parser.add_argument("--options", type=dict[str, Any], default={}, help="the data set's own, as JSON")
    return parser


def check_parser() -> Parser:
    """The parser of ``dis2-train data check``."""
    checking = Parser(description="Look a data set over: contents, classes, what splits share, a sheet.")
    checking.add_argument("dataset", choices=list(DATASETS), help="which one it is")
    checking.add_argument("folder", type=Path, help="where it was unpacked")
    checking.add_argument("--sheet", type=Path, help="contact sheet; default: <dataset>_sheet.png here")
    checking.add_argument("--limit", type=int, help="tiles a split that are read, evenly spaced; default: all")
    checking.add_argument("--options", type=dict[str, Any], default={}, help="the data set's own, as JSON")
    return checking


@steady_streams()
def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    commands = {
        "data": _data,
        "prepare": _prepare,
        "pretrain": _pretrain,
        "fit": _fit,
        "distil": _distil,
        "evaluate": _evaluate,
        "familiarity": _familiarity,
        "calibrate": _calibrate,
        "benchmark": run_benchmark,
        "region": run_region,
    }
    try:
        with stopping_at_once():
            hush_libraries()
            options = _parsed(arguments)
            commands[options.command](options[options.command])
            check_stdout()
    except (Exception, KeyboardInterrupt) as error:
        return report(error)
    return 0


def _parsed(arguments: Sequence[str] | None) -> Namespace:
    try:
        return build_parser().parse_args(arguments)
    except SystemExit as end:
        if not end.code:  # help was asked for
            check_stdout()
        raise


def _data(options: Namespace) -> None:
    options = options.check
    sheet = options.sheet or Path(f"{options.dataset}_sheet.png")
    print(check_dataset(options.dataset, options.folder, sheet, options.limit, options.options))


def _prepare(options: Namespace) -> None:
    counts = prepare(options.dataset, options.source, options.out)
    for split, pixels in counts.items():
        print(f"{split}: " + ", ".join(f"{name} {count:,}" for name, count in pixels.items()))
    forgive_stdout()


def _pretrain(options: Namespace) -> None:
    _carry_out(pretrain, to_pretraining(options), options)


def _fit(options: Namespace) -> None:
    _carry_out(fit, to_recipe(options), options)


def _distil(options: Namespace) -> None:
    recipe = to_student(options)
    dataset = recipe.data.open(options.test)  # now: what is missing is told before hours of training
    path = _carry_out(distil, recipe, options)
    if is_first_process():
        print(compared([Standing.of(name, load_model(name), dataset) for name in (*recipe.teachers, str(path))]))
        forgive_stdout()


def _carry_out(run: Callable[..., Path], recipe: RunRecipe, options: Namespace) -> Path:
    with interruptible() as cancelled, _display() as display:
        path = run(recipe, options.out, resume=options.resume, progress=display, cancelled=cancelled)
    if is_first_process():
        print(path)
        forgive_stdout()
    return path


def _display() -> Display:
    """What shows how a run goes; of several processes, the first alone has anything to show."""
    if not is_first_process():
        return Display()
    return display_for_people()


def _opened(options: Namespace, split: str) -> TileDataset:
    """A split of the data set that the options of ``_on_ground`` name."""
    return open_dataset(options.dataset, options.data, split, **options.options)


def _evaluate(options: Namespace) -> None:
    model = load_trained(options.model)
    dataset = _opened(options, options.split)
    scores = evaluate(model, dataset, options.whole_tiles, options.tta)
    print(table(scores))
    if options.publish:
        publish(model, options.publish, scores, options.note, options.name)
        forgive_stdout()  # what was asked for is there


def _familiarity(options: Namespace) -> None:
    model = load_model(options.model)
    splits = (options.train, options.validation)
    grounds = [_opened(options, split).in_memory() for split in splits]
    looks = [spread_windows(ground, model.card.gsd) for ground in grounds]
    familiarity = measured_familiarity(model.card.modalities, *looks)
    if familiarity is None:
        raise InputError(f"A modality of {model.card.name} has no data in {' or '.join(splits)}.", "Name other splits.")
    save_model(options.out, model.network, model.card, familiarity=familiarity)
    print(options.out)
    forgive_stdout()


def _calibrate(options: Namespace) -> None:
    model = load_model(options.model)
    card = calibrate(model, _opened(options, options.split))
    save_model(options.out, model.network, card, familiarity=model.familiarity)
    for scenario, value in card.temperatures.items():
        print(f"{scenario}: {value:g}")
    print(options.out)
    forgive_stdout()
