"""The training loop, to be read top to bottom."""

from __future__ import annotations

import copy
import csv
import dataclasses
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from dis2_core import DIS2Config, ModelCard, save_model
from dis2_core.card import scenario_name
from dis2_core.errors import Dis2Error, InputError
from dis2_core.metrics import Scores
from dis2_core.network import Scenario
from dis2_core.reporting import Listener, Reporter

from .accelerator import Accelerator
from .augmentation import Augmentation
from .data import Description, MemoryTile, RandomWindows, band_statistics, grid_windows
from .evaluation import card_metrics, score_windows
from .method_file import save_method
from .methods import DIS2_METHOD, answers, build
from .recipe import OptimizerRecipe, Recipe, distillation_weight, full_only_steps, learning_rate, share_done
from .sample import Sample, normalise, stack


class TrainingDiverged(Dis2Error):
    """The loss is no finite number any more."""

    code = "training-diverged"


@dataclasses.dataclass(frozen=True)
class Ground:
    """What is trained on, all in memory.

    Attributes:
        description: Modalities with their statistics, classes, ground sample distance.
        tiles: Where training windows are drawn.
        validation: Windows that choose the model, the same ones each time; none: nothing is chosen.
    """

    description: Description
    tiles: list[MemoryTile]
    validation: list[Sample]

    @classmethod
    def of_folder(cls, recipe: Recipe) -> Ground:
        """Read the splits of the recipe's folder data set and measure its statistics.

        Raises:
            InputError: The data set does not fit the recipe.
        """
        data = recipe.data.open(recipe.data.train)
        tiles = data.in_memory()
        measured = tuple(band_statistics(tiles, modality) for modality in data.description.modalities)
        apart = recipe.data.open(recipe.data.validation).in_memory()
        validation = grid_windows(apart, recipe.model.window)
        if not validation:
            raise InputError(
                f"No pixel of the split '{recipe.data.validation}' in {recipe.data.folder} is labelled.",
                "A model is chosen by its scores there: label some of it, or name another split.",
            )
        return cls(dataclasses.replace(data.description, modalities=measured), tiles, validation)


@dataclasses.dataclass
class Training:
    """What a run holds in its hands.

    Attributes:
        card: Describes the network; metrics are added when it is saved.
        objective: The network with its losses, set up by the accelerator.
        average: Moving average of the network's weights; what is validated and saved.
        optimizer: Set up by the accelerator.
        batches: Endless only as far as the schedule goes: steps x accumulate batches.
        validation: The windows that validate, the same ones each time.
        scenarios: Those in which the method has something to say.
    """

    card: ModelCard
    objective: nn.Module
    average: WeightAverage
    optimizer: torch.optim.Optimizer
    batches: Iterator[Sample]
    validation: list[Sample]
    scenarios: list[Scenario]


@dataclasses.dataclass(frozen=True)
class Epoch:
    """How far training has come.

    Attributes:
        steps: Optimizer steps so far.
        terms: Mean of each loss term since the epoch before.
        scores: Of the averaged weights on the validation windows, by scenario; empty where there are none.
    """

    steps: int
    terms: dict[str, float]
    scores: dict[Scenario, Scores]

    @property
    def miou(self) -> float:
        """Mean, over the scenarios, of the mean IoU; what models are chosen by. NaN without validation."""
        return float(np.mean([score.miou for score in self.scores.values()])) if self.scores else math.nan


def fit(
    recipe: Recipe,
    out: Path,
    *,
    progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Path:
    """Train a model on a data set and keep the best one.

    The best is the one with the highest mean, over all scenarios, of the mean IoU on the validation
    split. Its file carries its validation scores.

    Args:
        recipe: What to do.
        out: Folder for ``model.safetensors`` (the best), ``state.pt`` (the last state) and
            ``log.csv`` (a row an epoch).
        progress: Gets events of the types progress and info.
        cancelled: Is asked at every step; True stops the run, and what was kept so far stays.

    Returns:
        The path of the model file.

    Raises:
        InputError: The data set does not fit the recipe.
        TrainingDiverged: The loss became infinite or no number.
        Cancelled: The run was stopped.
    """
    from lightning.fabric import Fabric  # seconds, which nobody waits for who trains on a single device

    fabric = Fabric(accelerator=recipe.device, devices=1, precision=recipe.precision)
    fabric.launch()
    torch.manual_seed(recipe.seed)
    out.mkdir(parents=True, exist_ok=True)
    ground = Ground.of_folder(recipe)
    card = build_card(recipe, ground.description)
    objective = build(recipe.method, DIS2Config.from_card(card), recipe.cross_entropy)
    training = set_up(recipe, fabric, ground, card, objective)
    report = Reporter(progress, cancelled)
    best, path = -math.inf, out / "model.safetensors"
    log = Log(out / "log.csv")
    for epoch in train(recipe, fabric, training, report):
        log.write(epoch, recipe)
        save_state(out / "state.pt", epoch.steps, training)
        if epoch.miou > best:
            best = epoch.miou
            save_best(path, recipe.method, training, epoch.scores)
        report.info(f"step {epoch.steps}: mean IoU over scenarios {epoch.miou:.4f}, best {best:.4f}")
    return path


def train(
    recipe: Recipe,
    accelerator: Accelerator,
    training: Training,
    report: Reporter,
    span: tuple[float, float] = (0.0, 1.0),
) -> Iterator[Epoch]:
    """Train, and pause after each epoch with what has been reached.

    Args:
        recipe: How.
        accelerator: Where; the one that ``training`` was set up with.
        training: From ``set_up``.
        report: Told of every step, and asked whether to go on.
        span: The fractions of the whole run at which training begins and ends.

    Raises:
        TrainingDiverged: The loss became infinite or no number.
        Cancelled: The run was stopped.
    """
    scenarios = draw_scenarios(recipe, training.card)
    terms: list[dict[str, float]] = []
    for step in range(recipe.schedule.steps):
        report.check()
        report.progress(span[0] + (span[1] - span[0]) * share_done(step, recipe), "training")
        if 0 < step == full_only_steps(recipe):
            branch_out(training)
        terms.append(train_step(step, recipe, accelerator, training, scenarios))
        if (step + 1) % recipe.schedule.steps_per_epoch:
            continue
        network = training.average.network.eval()
        yield Epoch(step + 1, mean_terms(terms), _validate(network, training, report) if training.validation else {})
        terms.clear()


def _validate(network: nn.Module, training: Training, report: Reporter) -> dict[Scenario, Scores]:
    return score_windows(network, training.card, training.validation, check=report.check, scenarios=training.scenarios)


def train_step(
    step: int, recipe: Recipe, accelerator: Accelerator, training: Training, scenarios: Iterator[Scenario]
) -> dict[str, float]:
    """One optimizer step over ``accumulate`` batches; returns the mean of each loss term."""
    for group in training.optimizer.param_groups:
        group["lr"] = learning_rate(step, recipe)
    accumulate = recipe.schedule.accumulate
    full_only = step < full_only_steps(recipe)
    means: dict[str, float] = defaultdict(float)
    training.objective.train()
    for number in range(accumulate):
        batch = next(training.batches)
        inputs = {name: accelerator.to_device(x) for name, x in normalise(batch, training.card.modalities).items()}
        labels = accelerator.to_device(batch.labels)
        with accelerator.no_backward_sync(training.objective, enabled=number + 1 < accumulate):
            scenario = None if full_only else next(scenarios)
            with accelerator.autocast():
                terms = training.objective(inputs, labels, scenario, distillation_weight(step, recipe))
            accelerator.backward(terms["total"] / accumulate)
        for name, term in terms.items():
            means[name] += float(term.detach()) / accumulate
    if not math.isfinite(means["total"]):
        raise _diverged(f"The loss is {means['total']} at step {step}: {dict(means)}.")
    if recipe.optimizer.clip is not None:
        try:
            accelerator.clip_gradients(training.objective, training.optimizer, max_norm=recipe.optimizer.clip)
        except RuntimeError as error:
            if "non-finite" not in str(error):
                raise
            raise _diverged(f"A gradient is not finite at step {step}: {dict(means)}.") from error
    training.optimizer.step()
    training.optimizer.zero_grad(set_to_none=True)
    training.average.update(step)
    return means


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


def set_up(recipe: Recipe, accelerator: Accelerator, ground: Ground, card: ModelCard, objective: nn.Module) -> Training:
    """Put everything around an objective that its training needs.

    Args:
        recipe: How it is trained.
        accelerator: Where.
        ground: What it is trained on.
        card: Describes the network; see ``build_card``.
        objective: With its network, new or to go on with; see ``methods.build``.
    """
    schedule = recipe.schedule
    windows = RandomWindows(
        ground.tiles,
        len(card.classes),
        recipe.model.window,
        schedule.steps * schedule.accumulate * schedule.batch_size,
        recipe.seed,
        recipe.data.class_aware,
        recipe.augmentation.scale,
        Augmentation(recipe.augmentation, card.modalities),
    )
    loader = DataLoader(windows, schedule.batch_size, num_workers=recipe.workers, collate_fn=stack)
    objective.to(memory_format=torch.channels_last)  # faster convolutions on a CPU
    optimizer = build_optimizer(objective, recipe.optimizer)
    average = WeightAverage(objective.network, recipe.optimizer.ema)
    objective, optimizer = accelerator.setup(objective, optimizer)
    average.network.to(accelerator.device)
    scenarios = [scenario for scenario in card.scenarios() if answers(recipe.method, scenario)]
    return Training(card, objective, average, optimizer, iter(loader), ground.validation, scenarios)


def build_card(recipe: Recipe, description: Description) -> ModelCard:
    """The card of the model that will be: what the data set and the recipe say."""
    model = recipe.model
    config = DIS2Config(
        modalities=tuple((modality.name, len(modality.bands)) for modality in description.modalities),
        classes=len(description.classes),
        window=(model.window, model.window),
        width=model.width,
        decoder_width=model.decoder_width or 0,
        dropout=model.dropout,
    )
    return ModelCard(
        name=model.name,
        modalities=description.modalities,
        classes=description.classes,
        window=config.window,
        gsd=description.gsd,
        network=config.card_entries(),
        description=model.description,
        license=model.license,
        attribution=description.attribution,
        training_data=model.training_data or description.description,
        notes=model.notes,
        created=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


def build_optimizer(objective: nn.Module, recipe: OptimizerRecipe) -> torch.optim.Optimizer:
    """AdamW or SGD; norms, biases and other vectors do not decay."""
    parameters = list(objective.parameters())
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    if recipe.name == "sgd":
        nesterov = recipe.momentum > 0
        return torch.optim.SGD(groups, lr=recipe.lr, momentum=recipe.momentum, nesterov=nesterov)
    return torch.optim.AdamW(groups, lr=recipe.lr)


def draw_scenarios(recipe: Recipe, card: ModelCard) -> Iterator[Scenario]:
    """Draw one incomplete scenario a batch, for ever.

    Raises:
        InputError: The recipe names a scenario that the data set has not.
    """
    names = {scenario_name(scenario): scenario for scenario in card.scenarios()[1:]}
    shares = recipe.scenarios or dict.fromkeys(names, 1.0)
    if unknown := sorted(set(shares) - set(names)):
        raise InputError(f"The recipe's scenario '{unknown[0]}' is none of {', '.join(names)}.")
    weights = np.array(list(shares.values()), dtype=float)
    rng = np.random.default_rng((recipe.seed, 1))
    drawn = [names[name] for name in shares]

    def draw() -> Iterator[Scenario]:
        while True:
            yield drawn[rng.choice(len(drawn), p=weights / weights.sum())]

    return draw()


class WeightAverage:
    """An exponential moving average of a network's weights and statistics.

    Young averages forget faster, (1 + step) / (10 + step), so that the random start is soon gone.

    Args:
        source: The network that is trained.
        decay: Of the average; None copies the weights.
    """

    def __init__(self, source: nn.Module, decay: float | None) -> None:
        self.source = source
        self.decay = decay
        self.network = copy.deepcopy(source).requires_grad_(False)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take in the weights after an optimizer step, counted from 0."""
        decay = min(self.decay or 0.0, (1 + step) / (10 + step))
        source = self.source.state_dict()
        for name, mean in self.network.state_dict().items():
            if mean.is_floating_point():
                mean.lerp_(source[name], 1 - decay)
            else:
                mean.copy_(source[name])


def save_best(path: Path, method: str, training: Training, scores: dict[Scenario, Scores]) -> None:
    """Write the model file with its validation scores; ``publish`` puts others in their place."""
    card = dataclasses.replace(training.card, metrics=card_metrics(scores))
    if method == DIS2_METHOD:
        save_model(path, training.average.network, card)
    else:
        save_method(path, method, training.average.network, card)


def save_state(path: Path, steps: int, training: Training) -> None:
    """Write weights and optimizer after so many steps; ``torch.load(weights_only=True)`` reads it."""
    state = {
        "step": steps - 1,
        "objective": training.objective.state_dict(),
        "average": training.average.network.state_dict(),
        "optimizer": training.optimizer.state_dict(),
    }
    torch.save(state, path)


class Log:
    """A CSV file with a row an epoch: rates, mean loss terms, validation scores."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.started = time.monotonic()
        self.rows: list[dict[str, str]] = []

    def write(self, epoch: Epoch, recipe: Recipe) -> None:
        """Write the epoch's row."""
        row = {
            "step": epoch.steps,
            "seconds": round(time.monotonic() - self.started, 1),
            "lr": learning_rate(epoch.steps - 1, recipe),
            "distillation_weight": distillation_weight(epoch.steps - 1, recipe),
            **epoch.terms,
        }
        for scenario, score in epoch.scores.items():
            row[f"miou {scenario_name(scenario)}"] = score.miou
            row[f"oa {scenario_name(scenario)}"] = score.overall_accuracy
        self.rows.append({key: f"{value:.6g}" for key, value in row.items()})
        self._save()

    def _save(self) -> None:
        """Write all rows: later ones may have columns that the first had not."""
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        with self.path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(self.rows)
