"""A run in a folder, in one go or in several, whatever it trains."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol

from dis2_core.contract.errors import Cancelled
from dis2_core.run.device import slow_bfloat16
from dis2_core.run.reporting import Listener, Reporter

from .accelerator import Accelerator, agreed, is_first_process, launch, part_at_exit
from .checkpoint import ADJUSTABLE, Checkpoint, Course, adjusted, find_checkpoint
from .loop import Epoch, Losses, TrainingDiverged, epochs
from .pace import Clock
from .preparation import Training
from .recipe import RunRecipe, share_done
from .run_folder import STATE, RunFolder, alone_in, require_saved


class Work(Protocol):
    """What a run is made for."""

    saves: str  #: name of the file that comes of it

    @property
    def recipe(self) -> RunRecipe:
        """How it is done."""
        ...

    def prepare(self, accelerator: Accelerator, checkpoint: Checkpoint | None, report: Reporter) -> Training:
        """Read the data and build what is trained; put a state, or what it starts from, into it where there is one."""
        ...

    def losses(self, accelerator: Accelerator, training: Training) -> Losses:
        """What it is trained for."""
        ...

    def save(self, path: Path, training: Training, epoch: Epoch) -> None:
        """Write the file."""
        ...


def carry_out(
    work: Work,
    out: Path,
    *,
    resume: bool = False,
    adjustable: Collection[str] = ADJUSTABLE,
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Do a work in a folder, from its beginning or from where it was left.

    After every epoch the folder holds all that it takes to go on: a run that is stopped or killed and started
    again with ``resume`` computes, on the same machine, exactly what it would have computed.

    Args:
        work: What to do.
        out: Folder for the file that comes of it, ``state.pt`` (the last state), ``log.csv`` (a row an epoch),
            ``tensorboard/`` (the same, where TensorBoard is installed), ``recipe.yaml`` and ``run.json`` (every
            start, with versions, device and commit).
        resume: Go on with the run in the folder, if there is one. One that is finished is left as it is. The
            recipe must be that of before, but for where it runs, for texts, and for what is adjustable.
        adjustable: Values of the recipe that a run may go on with changed; it tells of them.
        progress: Gets events of the types progress, info and warning.
        cancelled: Is asked at every step; True stops the run, and what was kept so far stays.

    Returns:
        The path of the file that came of it.

    Raises:
        InputError: The data set does not fit the recipe, or the folder holds a run that this one cannot go on with.
        UnreadableRaster: A file of the data set is damaged.
        AlreadyRunning: Another run is in the folder.
        OutputNotWritable, NoSpace: A file of the folder cannot be written; the earlier state stays.
        TrainingDiverged: The loss became infinite or no number; the state before that stays.
        Cancelled: The run was stopped.
    """
    recipe, path = work.recipe, out / work.saves
    with ExitStack() as stack:
        if recipe.in_one_process or is_first_process():
            stack.enter_context(alone_in(out))  # before anything is read: another run may be about to replace it
        checkpoint = find_checkpoint(out / STATE, recipe, resume, adjustable)
        course, changed = (checkpoint.course, adjusted(checkpoint, recipe)) if checkpoint else (Course(), {})
        if course.steps:
            require_saved(path)
        if course.finished:
            return path
        clock = Clock(course.seconds, course.cpu_seconds)
        fabric = launch(recipe)
        report = Reporter(progress if fabric.global_rank == 0 else None, agreed(fabric, cancelled))
        training = work.prepare(fabric, checkpoint, report)
        del checkpoint  # its tensors have been copied
        folder = None
        if fabric.global_rank == 0:
            folder = stack.enter_context(RunFolder(out, recipe, course, clock))
            folder.describe(fabric, course, changed)
        _tell_start(recipe, course, changed, report)
        if recipe.precision.startswith("bf16") and (slow := slow_bfloat16(fabric.device, "--precision auto")):
            report.warning(slow, "slow-precision")
        stack.enter_context(_advice(out, recipe, course))
        losses = work.losses(fabric, training)
        for epoch in epochs(recipe, fabric, training, losses, report, start=course.steps):
            score = fabric.broadcast(epoch.miou if epoch.scores else None)  # the first process alone has validated
            course.take(epoch.steps, score, recipe.schedule)
            if folder:
                if course.best_steps == epoch.steps:
                    work.save(path, training, epoch)
                folder.keep(epoch, course, training)
            report.info(_outcome(epoch, course, score))
            if course.finished:
                break
        if course.steps < recipe.schedule.steps:
            idle = (course.steps - course.best_steps) // recipe.schedule.steps_per_epoch
            report.info(f"No better score for {idle} epochs: stopped.")
        part_at_exit()
    return path


def _tell_start(recipe: RunRecipe, course: Course, changed: Mapping[str, tuple[Any, Any]], report: Reporter) -> None:
    """Tell from where a run goes on, and with what changed."""
    report.progress(share_done(course.steps, recipe), "starting")  # the time left is that of the steps to come
    if course.steps:
        report.info(f"Going on after step {course.steps} of {recipe.schedule.steps}.")
    for name, (before, now) in changed.items():
        report.warning(f"{name} was {before} and is {now} from here on.", "recipe")


def _outcome(epoch: Epoch, course: Course, score: float | None) -> str:
    if score is None:
        return f"step {epoch.steps}: loss {epoch.terms['total']:.4f}"
    return f"step {epoch.steps}: mean IoU over scenarios {score:.4f}, best {course.best:.4f}"


@contextmanager
def _advice(out: Path, recipe: RunRecipe, course: Course) -> Iterator[None]:
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
