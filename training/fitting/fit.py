"""A training run in a folder: from a recipe to the best model, in one go or in several."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch

from dis2_core import DIS2Config, ModelCard
from dis2_core.contract.errors import Cancelled, InputError
from dis2_core.contract.other_jobs import IMAGENET
from dis2_core.network import SegmentationNetwork
from dis2_core.run.device import slow_bfloat16
from dis2_core.run.reporting import Listener, Reporter

from ..methods.registry import MODEL_METHODS, build_network, objective
from ..start.beginning import with_terms
from ..start.opening import open_start
from .accelerator import Accelerator, agreed, is_first_process, launch, part_at_exit
from .checkpoint import ADJUSTABLE, Checkpoint, Course, adjusted, find_checkpoint, require_same_data
from .ground import Ground
from .loop import TrainingDiverged, train
from .pace import Clock
from .preparation import Training, build_card, set_up
from .recipe import Recipe, share_done
from .run_folder import MODEL, STATE, RunFolder, alone_in, require_model


def fit(
    recipe: Recipe,
    out: Path,
    *,
    resume: bool = False,
    adjustable: Collection[str] = ADJUSTABLE,
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Train a model on a data set and keep the best one.

    The best is the one with the highest mean, over all scenarios, of the mean IoU on the validation
    split. Its file carries its validation scores.

    After every epoch the folder holds all that it takes to go on: a run that is stopped or killed and started
    again with ``resume`` computes, on the same machine, exactly what it would have computed.

    Args:
        recipe: What to do.
        out: Folder for ``model.safetensors`` (the best), ``state.pt`` (the last state), ``log.csv`` (a row an
            epoch), ``tensorboard/`` (the same, where TensorBoard is installed), ``recipe.yaml`` and ``run.json``
            (every start, with versions, device and commit).
        resume: Go on with the run in the folder, if there is one. One that is finished is left as it is. The
            recipe must be that of before, but for where it runs, for texts, and for what is adjustable.
        adjustable: Values of the recipe that a run may go on with changed; it tells of them.
        progress: Gets events of the types progress, info and warning.
        cancelled: Is asked at every step; True stops the run, and what was kept so far stays.

    Returns:
        The path of the model file.

    Raises:
        InputError: The data set does not fit the recipe, or the folder holds a run that this one cannot go on with.
        UnreadableRaster: A file of the data set is damaged.
        AlreadyRunning: Another run is in the folder.
        OutputNotWritable, NoSpace: A file of the folder cannot be written; the earlier state stays.
        TrainingDiverged: The loss became infinite or no number; the state before that stays.
        Cancelled: The run was stopped.
    """
    with ExitStack() as stack:
        if recipe.in_one_process or is_first_process():
            stack.enter_context(alone_in(out))  # before anything is read: another run may be about to replace it
        checkpoint = find_checkpoint(out / STATE, recipe, resume, adjustable)
        course, changed = (checkpoint.course, adjusted(checkpoint, recipe)) if checkpoint else (Course(), {})
        if course.steps:
            require_model(out)
        if course.finished:
            return out / MODEL
        clock = Clock(course.seconds, course.cpu_seconds)
        fabric = launch(recipe)
        report = Reporter(progress if fabric.global_rank == 0 else None, agreed(fabric, cancelled))
        training = prepare(recipe, fabric, checkpoint, report)
        del checkpoint  # its tensors have been copied
        folder = None
        if fabric.global_rank == 0:
            folder = stack.enter_context(RunFolder(out, recipe, course, clock))
            folder.describe(fabric, course, changed)
        tell_start(recipe, course, changed, report)
        if recipe.precision.startswith("bf16") and (slow := slow_bfloat16(fabric.device, "--precision auto")):
            report.warning(slow, "slow-precision")
        stack.enter_context(advice(out, recipe, course))
        for epoch in train(recipe, fabric, training, report, start=course.steps):
            score = fabric.broadcast(epoch.miou)  # the first process alone has validated
            course.take(epoch.steps, score, recipe.schedule)
            if folder:
                folder.keep(epoch, course, training)
            report.info(f"step {epoch.steps}: mean IoU over scenarios {score:.4f}, best {course.best:.4f}")
            if course.finished:
                break
        if course.steps < recipe.schedule.steps:
            report.info(f"No better score for {recipe.schedule.patience} epochs: stopped.")
        part_at_exit()
    return out / MODEL


def prepare(recipe: Recipe, accelerator: Accelerator, checkpoint: Checkpoint | None, report: Reporter) -> Training:
    """Read the data, build the network, and put a state, or what it starts from, into it where there is one."""
    torch.manual_seed(recipe.seed)  # of the first weights, which are alike in all processes
    ground = Ground.of_folder(recipe)
    card = build_card(recipe, ground.description)
    if checkpoint:
        card = require_same_data(checkpoint, card, recipe.data.folder)
    network = build_network(recipe.method, DIS2Config.from_card(card))
    if recipe.model.start and not checkpoint:
        card = begin(network, card, recipe, report)
    learning = objective(recipe.method, network, recipe.cross_entropy)
    training = set_up(recipe, accelerator, ground, card, learning, checkpoint.course.steps if checkpoint else 0)
    if checkpoint:
        checkpoint.restore(training)
    return training


def begin(network: SegmentationNetwork, card: ModelCard, recipe: Recipe, report: Reporter) -> ModelCard:
    """Put what a run starts from into its network; return the card with those whom it names.

    Raises:
        InputError: It does not fit, or is not there.
        ModelError: Its file is damaged, or there is none.
    """
    start = open_start(recipe.model.start)
    if start.card and recipe.method not in MODEL_METHODS:
        raise InputError(
            f"'{recipe.method}' cannot start from a model, but from encoders.",
            f"Set model.start to {IMAGENET} or to a file of encoders.",
        )
    begun = start.begin(network, card)
    report.info(str(begun))
    return with_terms(start, card)


def tell_start(recipe: Recipe, course: Course, changed: Mapping[str, tuple[Any, Any]], report: Reporter) -> None:
    """Tell from where a run goes on, and with what changed."""
    report.progress(share_done(course.steps, recipe), "starting")  # the time left is that of the steps to come
    if course.steps:
        report.info(f"Going on after step {course.steps} of {recipe.schedule.steps}.")
    for name, (before, now) in changed.items():
        report.warning(f"{name} was {before} and is {now} from here on.", "recipe")


@contextmanager
def advice(out: Path, recipe: Recipe, course: Course) -> Iterator[None]:
    """Say in errors of the block what is kept, and how to go on from there."""
    try:
        yield
    except TrainingDiverged as error:
        rate = f"--optimizer.lr {recipe.optimizer.lr / 3:.2g}"
        hint = f"{_kept(course, out)} Go on from it at a smaller rate: --resume {rate}." if course.steps else error.hint
        raise TrainingDiverged(error.message, hint) from error
    except Cancelled as error:
        hint = f"{_kept(course, out)} Go on with --resume." if course.steps else "No epoch was complete: none is kept."
        raise Cancelled(error.message, hint) from error


def _kept(course: Course, out: Path) -> str:
    return f"The state after step {course.steps} is kept in {out}."
