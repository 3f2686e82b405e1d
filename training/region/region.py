"""From layers to a model: a person's rasters and labels in; a model file, its scores and a report out."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import torch

from dis2_core import DIS2Config, Model, ModelCard, save_model
from dis2_core.contract.errors import Cancelled, NoValidData, ResourceError
from dis2_core.contract.other_jobs import EFFORTS, IMAGENET, TRAINING_OUTPUTS, TrainJob, effort
from dis2_core.evaluation.metrics import Scores
from dis2_core.network import Scenario, SegmentationNetwork, build_network
from dis2_core.rasters.opening import gdal_environment
from dis2_core.rasters.sources import files_behind
from dis2_core.report import require_packages
from dis2_core.run.device import cpu_threads, default_threads, describe_device, is_out_of_memory
from dis2_core.run.jobfolder import JobFolder
from dis2_core.run.reporting import Listener, Reporter

from ..data.dataset import class_pixels
from ..data.description import Description
from ..data.familiarity import measured_familiarity, spread_windows
from ..data.sample import Sample
from ..data.tiles import MemoryTile
from ..data.windows import grid_windows
from ..fitting.accelerator import SingleDevice
from ..fitting.ground import Ground
from ..fitting.loop import Epoch, epochs, losses_of
from ..fitting.pace import Clock
from ..fitting.preparation import build_card, set_up
from ..fitting.recipe import Recipe
from ..methods.registry import objective
from ..scoring.evaluation import card_metrics, score_windows
from ..scoring.temperature import fitted_temperatures
from ..start.beginning import Beginning, Start, with_terms
from ..start.opening import open_start
from .card import described
from .holdout import Box, HoldOut, Role, hold_out
from .labels import Labels, read_labels
from .modalities import measured
from .outcome import TrainingResult
from .recipe import fitted, region_recipe, window_of
from .report import region_report
from .scene import Scene
from .telling import (
    PRECISIONS,
    efforts_in_words,
    enough_in_words,
    limit_in_words,
    plan_in_words,
    time_in_words,
    time_is_up_in_words,
)
from .thinning import affordable, area
from .timing import LEAST_STEPS, measure_speed
from .unlabelled import Unlabelled, read_unlabelled

TRAINING_BYTES = 1 << 30  # of training tiles in memory
TEST_PIXELS = 1 << 22
VALIDATION_WINDOWS = 32  # looked at after every epoch
READ, TRAINED = 0.05, 0.95  # of the run, when all is read and when all is trained


def run_training(
    job: TrainJob,
    *,
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
    enough: Callable[[], bool] | None = None,
) -> TrainingResult:
    """Train a model on a scene and test it on ground apart: its outputs appear whole, or none does.

    Args:
        job: What to do.
        progress: Gets events of the types progress, info, warning and artifact.
        cancelled: Is asked at every step; True stops the run.
        enough: Is asked at every step; True ends training, and the best model so far is tested and kept.

    Raises:
        InputError: A raster, the labels or an option cannot be used (its subclasses say which).
        ModelError: The model to start from cannot be used.
        TrainingDiverged: The loss became infinite or no number.
        NoDevice, NoSpace, ResourceError: The machine lacks something.
        Cancelled: The run was stopped by ``cancelled`` or Ctrl-C.
    """
    started = time.monotonic()
    report = Reporter(progress, cancelled, enough)
    report.progress(0, "reading")
    targets = {name: job.outputs[name] for name in TRAINING_OUTPUTS if name in job.outputs}
    try:
        with (
            gdal_environment(),
            cpu_threads(job.threads or default_threads()),
            _memory_errors(),
            JobFolder(targets, _files(job)) as folder,
        ):
            if "report" in targets:
                require_packages()
            result, model = RegionRun.of(job, report).execute()
            report.progress(1, "writing")
            result = replace(result, seconds=round(time.monotonic() - started, 1))
            save_model(folder.part("model"), model.network, model.card, familiarity=model.familiarity)
            if "report" in targets:
                region_report(result, job).write(folder.part("report"))
            for name, path in folder.commit():
                report.artifact(name, str(path))
    except KeyboardInterrupt:
        raise Cancelled("The run was interrupted.", "Nothing was written.") from None
    return result


@dataclass
class RegionRun:
    """One run, from rasters to a tested network.

    Attributes:
        job: What to do.
        report: Told of everything, and asked whether to go on.
        start: What training starts from.
        scene: The rasters.
        labels: What is known of the ground.
        plan: Which ground is for what.
        clock: Since when it is at work.
    """

    job: TrainJob
    report: Reporter
    start: Start | None
    scene: Scene
    labels: Labels
    plan: HoldOut
    clock: Clock = field(default_factory=Clock)

    @classmethod
    def of(cls, job: TrainJob, report: Reporter) -> RegionRun:
        """Examine what the job names."""
        clock = Clock()
        start = open_start(job.start) if job.start else None
        card = start.card if start else None
        scene = Scene.open(job, card, report)
        labels = read_labels(job.labels, scene.grid, report, many_classes=job.many_classes)
        plan = hold_out(labels.codes, len(labels.classes), window_of(job, card), job.held_out)
        return cls(job, report, start, scene, labels, plan, clock)

    @property
    def window(self) -> int:
        """Side of the windows in pixels."""
        return window_of(self.job, self.start.card if self.start else None)

    def execute(self) -> tuple[TrainingResult, Model]:
        """Train and test."""
        accelerator = SingleDevice(self.job.device)
        torch.manual_seed(self.job.seed)
        ground, unlabelled = self._ground(), self._unlabelled()
        card, recipe, network, begun = self._begin(ground.description)
        precision = PRECISIONS.get(accelerator.precision, accelerator.precision)
        self.report.info(f"Training on {describe_device(accelerator.device)}, in {precision}.")
        ground = replace(ground, unlabelled=unlabelled.tiles)
        recipe = self._timed(recipe, accelerator, ground, card, network)
        network, curve, chosen = self._train(recipe, accelerator, ground, card, network)
        card = replace(card, temperatures=fitted_temperatures(network, card, ground.held_out, check=self.report.check))
        scores = self._test(network, card)
        result = TrainingResult(
            outputs=dict(self.job.outputs),
            card=replace(card, metrics=card_metrics(scores)),
            scores=scores,
            plan=self.plan,
            learned=int(class_pixels(ground.tiles, len(card.classes)).sum()),
            unlabelled=unlabelled.pixels,
            curve=tuple(curve),
            chosen=chosen,
            steps=curve[-1].steps,
            inherited=str(begun),
            device=describe_device(accelerator.device),
            precision=accelerator.precision,
            seconds=0.0,
            warnings=tuple(self.report.warnings),
        )
        result = replace(result, card=described(result, self.job))
        return result, Model(result.card, network.cpu(), familiarity=ground.familiarity)

    def _ground(self) -> Ground:
        """Read what trains and what validates, and measure it."""
        scene = self.scene
        boxes = self._boxes(Role.TRAIN, self._budget)
        tiles = scene.read(boxes, self.labels, complete=False, report=self.report)
        self._check_classes(tiles)
        modalities = tuple(
            measured(modality, tiles, scene.stored_as_bytes(modality.name), self.report)
            for modality in scene.modalities
        )
        self.report.progress(READ / 2, "reading")
        description = Description(modalities, self.labels.classes, scene.gsd, self.job.attribution, self.job.license)
        windows = self._windows(Role.VALIDATION)[:VALIDATION_WINDOWS]
        validate = partial(score_windows, windows=windows) if windows else None
        familiarity = measured_familiarity(modalities, spread_windows(tiles, scene.gsd), windows)
        return Ground(description, tiles, validate, familiarity=familiarity, held_out=windows)

    @property
    def _budget(self) -> int:
        """Pixels that windows are drawn from."""
        return TRAINING_BYTES // self.scene.pixel_bytes

    def _unlabelled(self) -> Unlabelled:
        """Read what nobody has labelled, off all that is held out, if that is wanted."""
        if not self.job.unlabelled:
            return Unlabelled([], 0)
        return read_unlabelled(
            self.scene, self.labels, self.plan, self.window // 2, self._budget, self.job.seed, self.report
        )

    def _check_classes(self, tiles: list[MemoryTile]) -> None:
        """Raise NoValidData unless two classes can be trained; warn of those that cannot."""
        counts = class_pixels(tiles, len(self.labels.classes))
        for line in plan_in_words(self.labels, self.plan, counts):
            self.report.info(line)
        if (counts > 0).sum() < 2:
            raise NoValidData(
                "Fewer than two classes are labelled where the rasters have data.", "Label more ground inside them."
            )
        if lost := [item.name for item, count in zip(self.labels.classes, counts, strict=True) if count == 0]:
            self.report.warning(f"Nothing is left to learn {', '.join(lost)} from: label more of it.", "classes")

    def _begin(self, description: Description) -> tuple[ModelCard, Recipe, SegmentationNetwork, Beginning]:
        """The card, how to train, the network, and what it knows already."""
        start = self.start
        card = build_card(region_recipe(self.job, description, start, branches=False), description)
        if start is not None:
            card = with_terms(start, like(start.card, card) if start.card else card)
        network = build_network(DIS2Config.from_card(card))
        begun = start.begin(network, card) if start else Beginning()
        if start is not None:
            self.report.info(str(begun))
        return card, region_recipe(self.job, description, start, branches=begun.branches), network, begun

    def _timed(
        self, recipe: Recipe, accelerator: SingleDevice, ground: Ground, card: ModelCard, network: SegmentationNetwork
    ) -> Recipe:
        """Tell how long training will take, and return the recipe with as many steps as the time limit allows."""
        minutes = self.job.minutes
        if not minutes and recipe.schedule.steps < LEAST_STEPS:
            return recipe
        speed = measure_speed(recipe, accelerator, ground, card, network, self.report)
        if minutes:
            steps = speed.steps_within(60 * minutes - self.clock.wall, recipe)
            if steps < recipe.schedule.steps:
                recipe = fitted(recipe, steps)
                self.report.info(limit_in_words(minutes, recipe.schedule.steps))
        self.report.info(time_in_words(recipe.schedule.steps, speed.seconds(recipe.schedule.steps, recipe)))
        if same := _efforts(self.job.start, card.network["width"]):
            self.report.info(efforts_in_words({name: speed.seconds(steps, recipe) for name, steps in same.items()}))
        return recipe

    def _train(
        self, recipe: Recipe, accelerator: SingleDevice, ground: Ground, card: ModelCard, network: SegmentationNetwork
    ) -> tuple[SegmentationNetwork, list[Epoch], int]:
        """Return the trained network, how it went, and the step at which it was best on the validation ground."""
        learning = objective(recipe.method, network, recipe.cross_entropy)
        training = set_up(recipe, accelerator, ground, card, learning)
        average = training.average.network
        best, chosen, weights = -math.inf, 0, None
        curve = []
        losses = losses_of(recipe, accelerator, training)
        for epoch in epochs(recipe, accelerator, training, losses, self.report, (READ, TRAINED)):
            curve.append(epoch)
            self.report.info(_progress_line(epoch, recipe))
            if epoch.miou > best:
                best, chosen, weights = epoch.miou, epoch.steps, copy.deepcopy(average.state_dict())
            if self.job.minutes and self.clock.wall > 60 * self.job.minutes and epoch.steps < recipe.schedule.steps:
                self.report.warning(time_is_up_in_words(epoch.steps, recipe.schedule.steps), "minutes")
                break
        if self.report.is_enough and curve[-1].steps < recipe.schedule.steps:
            self.report.warning(enough_in_words(curve[-1].steps, recipe.schedule.steps), "enough")
        if weights is not None:
            average.load_state_dict(weights)
        return average.eval(), curve, chosen or curve[-1].steps

    def _test(self, network: SegmentationNetwork, card: ModelCard) -> dict[Scenario, Scores]:
        """Score all scenarios on ground that was never looked at before."""
        self.report.progress(TRAINED, "testing")
        windows = self._windows(Role.TEST)
        if not windows:
            text = "The labels are too few or too close together to keep some for a test: the model is not tested."
            self.report.warning(text if self.job.held_out else "Nothing was held out: the model is not tested.", "test")
            return {}
        return score_windows(network, card, windows, check=self.report.check)

    def _windows(self, role: Role) -> list[Sample]:
        """The windows of ground that is held out, side by side, in an order drawn once."""
        boxes = self._boxes(role, TEST_PIXELS)
        tiles = self.scene.read(boxes, self.labels, complete=True, report=self.report)
        windows = grid_windows(tiles, self.window)
        order = np.random.default_rng((self.job.seed, int(role))).permutation(len(windows))
        return [windows[number] for number in order]

    def _boxes(self, role: Role, budget: int) -> list[Box]:
        """The rectangles of a role; where they are too many for the memory, some of them."""
        every = self.plan.boxes(role)
        boxes = affordable(self.plan, role, self.labels.codes, budget, self.job.seed)
        if area(boxes) < area(every):
            share = area(boxes) / area(every)
            self.report.warning(
                f"The scene is too large for the memory: {share:.0%} of its {role.name.lower()} ground is used, "
                "pieces drawn at random with every class among them.",
                "memory",
            )
        return boxes


def like(start: ModelCard, card: ModelCard) -> ModelCard:
    """The card with the network of another one, as far as its form, encoder, modalities and width allow."""
    if any(card.network.get(entry) != start.network.get(entry) for entry in ("form", "encoder", "width")):
        return card
    entries = dict(start.network)
    if len(card.modalities) != len(start.modalities):
        entries.pop("missing_branches", None)
    config = DIS2Config.from_card(replace(card, network=entries))
    return replace(card, network=config.card_entries())


def _efforts(start: str, width: int) -> dict[str, int]:
    """Steps of the efforts that train a network of this width."""
    every = {name: effort(name, start) for name in EFFORTS}
    return {name: chosen["steps"] or 0 for name, chosen in every.items() if chosen["width"] in (None, width)}


def _progress_line(epoch: Epoch, recipe: Recipe) -> str:
    line = f"Step {epoch.steps} of {recipe.schedule.steps}: loss {epoch.terms['total']:.2f}"
    return f"{line}, validation mIoU {epoch.miou:.3f} (mean of all scenarios)" if epoch.scores else line


def _files(job: TrainJob) -> list[str]:
    """What a run reads and must not write."""
    rasters = [*(source.path for source in job.inputs.values()), job.labels.path]
    return [*files_behind(rasters), *([job.start] if job.start and job.start != IMAGENET else [])]


@contextmanager
def _memory_errors() -> Iterator[None]:
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if isinstance(error, RuntimeError) and not is_out_of_memory(error):
            raise
        raise ResourceError(
            "The memory is full.", "Train with fewer windows a step, a smaller width, an extent, or on another device."
        ) from error
