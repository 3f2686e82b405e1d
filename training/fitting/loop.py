"""The training loop, to be read top to bottom."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor

from dis2_core.contract.errors import InputError
from dis2_core.evaluation.metrics import Scores
from dis2_core.network import Scenario
from dis2_core.run.device import widest_float
from dis2_core.run.reporting import Reporter

from ..data.sample import IGNORE, Sample, by_shown, joined, normalise, taught
from ..semi.pseudo_labels import pseudo_labels, seen
from ..semi.views import Views, cutmix
from .accelerator import Accelerator
from .draws import ScenarioDraws, seed_dropout
from .pace import Pace
from .preparation import Training
from .recipe import Recipe, RunRecipe, distillation_weight, learning_rate, share_done

#: ``(step, batch)`` to the loss terms of this process' share of a batch, ``total`` among them: scalars with a gradient.
#: Steps and batches are counted through the run.
Losses = Callable[[int, int], dict[str, Tensor]]


class TrainingDiverged(InputError):
    """The loss is no finite number any more."""

    code = "training-diverged"


@dataclass(frozen=True)
class Epoch:
    """How far training has come.

    Attributes:
        steps: Optimizer steps so far.
        terms: Mean of each loss term since the epoch before, over all processes.
        scores: Of the averaged weights on the validation ground, by scenario; empty where there are none, and
            in all processes but the first.
        rate: Windows that were trained on a second, by all processes together, without validation.
    """

    steps: int
    terms: dict[str, float]
    scores: dict[Scenario, Scores]
    rate: float = math.nan

    @property
    def miou(self) -> float:
        """Mean, over the scenarios, of the mean IoU; what models are chosen by. NaN without validation."""
        return float(np.mean([score.miou for score in self.scores.values()])) if self.scores else math.nan


def epochs(
    recipe: RunRecipe,
    accelerator: Accelerator,
    training: Training,
    losses: Losses,
    report: Reporter,
    span: tuple[float, float] = (0.0, 1.0),
    start: int = 0,
) -> Iterator[Epoch]:
    """Train, and pause after each epoch with what has been reached.

    Args:
        recipe: How.
        accelerator: Where; the one that ``training`` was set up with.
        training: From ``set_up``, or another that stands ready.
        losses: What is trained for.
        report: Told of every step, and asked whether to go on; where it is enough, an epoch ends with the step.
        span: The fractions of the whole run at which training begins and ends.
        start: Optimizer steps that were done before, whole epochs; ``training`` was set up with it.

    Raises:
        TrainingDiverged: The loss became infinite or no number.
        Cancelled: The run was stopped.
    """
    schedule = recipe.schedule
    terms: list[dict[str, float]] = []
    pace = Pace()
    for step in range(start, schedule.steps):
        report.check()
        report.progress(span[0] + (span[1] - span[0]) * share_done(step, recipe), "training", str(pace))
        if 0 < step == schedule.full_only_steps:
            branch_out(training)
        terms.append(train_step(step, recipe, accelerator, training, losses))
        pace.add(schedule.batch_size * schedule.accumulate)
        is_last = report.is_enough
        if (step + 1) % schedule.steps_per_epoch and not is_last:
            continue
        rate = pace.rate
        yield Epoch(step + 1, mean_terms(terms), validate(accelerator, training, report), rate)
        if is_last:
            return
        terms.clear()
        pace = Pace()


def validate(accelerator: Accelerator, training: Training, report: Reporter) -> dict[Scenario, Scores]:
    """Score the averaged weights. The first process does, for all of them."""
    if accelerator.global_rank > 0 or training.validate is None:
        return {}
    check = report.check if accelerator.world_size == 1 else None  # the others are not there to be asked
    network = training.average.network.eval()
    return training.validate(network, training.card, check=check, scenarios=training.scenarios)


def train_step(
    step: int, recipe: RunRecipe, accelerator: Accelerator, training: Training, losses: Losses
) -> dict[str, float]:
    """One optimizer step over ``accumulate`` batches; returns the mean of each loss term."""
    for group in training.optimizer.param_groups:
        group["lr"] = learning_rate(step, recipe) * group.get("rate", 1.0)
    accumulate = recipe.schedule.accumulate
    training.objective.train()
    every = []
    for number in range(accumulate):
        with accelerator.no_backward_sync(training.objective, enabled=number + 1 < accumulate):
            terms = losses(step, step * accumulate + number)
            accelerator.backward(terms["total"] / accumulate)
        every.append({name: term.detach() for name, term in terms.items()})
    means = _over_processes(every, accelerator)
    if not math.isfinite(means["total"]):
        raise _diverged(f"The loss is {means['total']} at step {step}: {means}.")
    if recipe.optimizer.clip is not None:
        try:
            accelerator.clip_gradients(training.objective, training.optimizer, max_norm=recipe.optimizer.clip)
        except RuntimeError as error:
            if "non-finite" not in str(error):
                raise
            raise _diverged(f"A gradient is not finite at step {step}: {means}.") from error
    training.optimizer.step()
    training.optimizer.zero_grad(set_to_none=True)
    training.average.update(step)
    return means


def losses_of(recipe: Recipe, accelerator: Accelerator, training: Training) -> Losses:
    """What a model is trained for."""
    draws = ScenarioDraws(recipe, training.card, with_full=training.objective.draws_full)
    return partial(_losses, recipe=recipe, accelerator=accelerator, training=training, draws=draws)


def _losses(
    step: int, batch: int, *, recipe: Recipe, accelerator: Accelerator, training: Training, draws: ScenarioDraws
) -> dict[str, Tensor]:
    sample = next(training.batches)
    if training.unlabelled is not None:
        sample = joined(sample, self_labelled(next(training.unlabelled), recipe, accelerator, training))
    inputs = accelerator.to_device(normalise(sample, training.card.modalities))
    scenarios = draws.of_batch(batch, full_only=step < recipe.schedule.full_only_steps)
    labels = taught(sample, scenarios) if training.objective.labels_by_scenario else sample.labels
    seed_dropout(recipe.seed, batch * accelerator.world_size + accelerator.global_rank)
    features = training.teachers.features(sample)
    knowledge = {"features": features, "weight": recipe.semi.distillation} if features else {}
    with accelerator.autocast():
        terms: dict[str, Tensor] = training.objective(
            inputs, accelerator.to_device(labels), scenarios, distillation_weight(step, recipe), **knowledge
        )
    return terms


def self_labelled(views: Views, recipe: Recipe, accelerator: Accelerator, training: Training) -> Sample:
    """Strong views of windows without labels, and for labels what the averaged weights say of the weak views."""
    inputs = accelerator.to_device(normalise(views.weak, training.card.modalities))
    labels = torch.full_like(views.weak.labels, IGNORE)
    with accelerator.autocast():
        for scenario, rows in by_shown(views.weak, list(inputs)):
            part = {name: inputs[name][rows] for name in scenario}
            labels[rows] = pseudo_labels(training.average.network.eval(), part, recipe.semi.confidence).cpu()
    labels = torch.where(seen(views.weak), labels, IGNORE)
    return cutmix(replace(views.strong, labels=labels), recipe.semi.cutmix, (recipe.seed, views.number))


def _over_processes(every: list[dict[str, Tensor]], accelerator: Accelerator) -> dict[str, float]:
    """Mean of each term over batches and processes; one transfer from the device, and all processes agree."""
    names = list(every[0])  # the batches of a step have the same terms
    exact = widest_float(accelerator.device)
    values = torch.stack([torch.stack([terms[name].to(exact) for name in names]) for terms in every])  # (A, N)
    means = accelerator.all_reduce(values.mean(dim=0))
    return dict(zip(names, means.tolist(), strict=True))


def _diverged(text: str) -> TrainingDiverged:
    return TrainingDiverged(text, "Lower the learning rate, or clip gradients (optimizer.clip).")


@torch.no_grad()
def branch_out(training: Training) -> None:
    """Start the branches of incomplete scenarios, and their scale heads, as copies of the full one's.

    Baselines have no branches: nothing happens.
    """
    source = training.average.source
    if not hasattr(source, "branches"):
        return
    for parts in (source.branches, training.average.network.branches, training.objective.scale_heads):
        for name, part in parts.items():
            if name != "full":
                state = part.state_dict()  # a shared branch has an availability embedding, the full one has not
                part.load_state_dict({**state, **parts["full"].state_dict()})


def mean_terms(terms: list[dict[str, float]]) -> dict[str, float]:
    """Mean of each loss term over the steps that had it."""
    names = dict.fromkeys(name for step in terms for name in step)
    return {name: float(np.mean([step[name] for step in terms if name in step])) for name in names}
