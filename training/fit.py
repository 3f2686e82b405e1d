"""The training loop, to be read top to bottom."""

from __future__ import annotations

import copy
import csv
import dataclasses
import math
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import torch
from lightning.fabric import Fabric
from rich.console import Console
from rich.progress import Progress
from torch import nn
from torch.utils.data import DataLoader

from dis2_core import DIS2, DIS2Config, ModelCard, save_model
from dis2_core.card import Modality, scenario_name
from dis2_core.errors import Dis2Error, InputError
from dis2_core.network import Scenario

from .augmentation import Augmentation
from .cross_entropy import CrossEntropyObjective
from .data import FolderDataset, RandomWindows, band_statistics, grid_windows
from .evaluation import card_metrics, score_windows
from .metrics import Scores
from .recipe import OptimizerRecipe, Recipe, distillation_weight, full_only_steps, learning_rate
from .sample import Sample, normalise, stack


class TrainingDiverged(Dis2Error):
    """The loss is no finite number any more."""

    code = "training-diverged"


@dataclasses.dataclass
class Training:
    """What a run holds in its hands.

    Attributes:
        card: Describes the network; metrics are added when it is saved.
        objective: The network with its losses, set up by Fabric.
        average: Moving average of the network's weights; what is validated and saved.
        optimizer: Set up by Fabric.
        batches: Endless only as far as the schedule goes: steps x accumulate batches.
        validation: The windows that validate, the same ones each time.
    """

    card: ModelCard
    objective: nn.Module
    average: WeightAverage
    optimizer: torch.optim.Optimizer
    batches: Iterator[Sample]
    validation: list[Sample]


def fit(recipe: Recipe, out: Path) -> Path:
    """Train a model and keep the best one.

    The best is the one with the highest mean, over all scenarios, of the mean IoU on the validation
    split. Its file carries its validation scores.

    Args:
        recipe: What to do.
        out: Folder for ``model.safetensors`` (the best), ``state.pt`` (the last state) and
            ``log.csv`` (a row an epoch).

    Returns:
        The path of the model file.

    Raises:
        InputError: The data set does not fit the recipe.
        TrainingDiverged: The loss became infinite or no number.
    """
    fabric = Fabric(accelerator=recipe.device, devices=1, precision=recipe.precision)
    fabric.launch()
    torch.manual_seed(recipe.seed)
    out.mkdir(parents=True, exist_ok=True)
    training = set_up(recipe, fabric)
    scenarios = draw_scenarios(recipe, training.card)
    best, path = -math.inf, out / "model.safetensors"
    log = Log(out / "log.csv")

    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(recipe.model.name, total=recipe.schedule.steps)
        for step in range(recipe.schedule.steps):
            if 0 < step == full_only_steps(recipe):
                branch_out(training)
            log.add(train_step(step, recipe, fabric, training, scenarios))
            progress.advance(task)
            if (step + 1) % recipe.schedule.steps_per_epoch:
                continue
            scores = score_windows(training.average.network.eval(), training.card, training.validation)
            mean = float(np.mean([score.miou for score in scores.values()]))
            log.write(step, recipe, scores)
            save_state(out / "state.pt", step, training)
            if mean > best:
                best = mean
                save_best(path, training, scores)
            progress.console.print(f"step {step + 1}: mean IoU over scenarios {mean:.4f}, best {best:.4f}")
    return path


def train_step(
    step: int, recipe: Recipe, fabric: Fabric, training: Training, scenarios: Iterator[Scenario]
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
        inputs = {name: fabric.to_device(x) for name, x in normalise(batch, training.card.modalities).items()}
        labels = fabric.to_device(batch.labels)
        with fabric.no_backward_sync(training.objective, enabled=number + 1 < accumulate):
            scenario = None if full_only else next(scenarios)
            terms = training.objective(inputs, labels, scenario, distillation_weight(step, recipe))
            fabric.backward(terms["total"] / accumulate)
        for name, term in terms.items():
            means[name] += float(term.detach()) / accumulate
    if not math.isfinite(means["total"]):
        raise TrainingDiverged(
            f"The loss is {means['total']} at step {step}: {dict(means)}.",
            "Lower the learning rate, or clip gradients (optimizer.clip).",
        )
    if recipe.optimizer.clip is not None:
        fabric.clip_gradients(training.objective, training.optimizer, max_norm=recipe.optimizer.clip)
    training.optimizer.step()
    training.optimizer.zero_grad(set_to_none=True)
    training.average.update(step)
    return means


@torch.no_grad()
def branch_out(training: Training) -> None:
    """Start the branches of incomplete scenarios, and their scale heads, as copies of the full one's."""
    source = training.average.source
    for parts in (source.branches, training.average.network.branches, training.objective.scale_heads):
        for name, part in parts.items():
            if name != "full":
                state = part.state_dict()  # a shared branch has an availability embedding, the full one has not
                part.load_state_dict({**state, **parts["full"].state_dict()})


def set_up(recipe: Recipe, fabric: Fabric) -> Training:
    """Read the data, build the network and everything around it."""
    data = FolderDataset(recipe.data.folder, recipe.data.train)
    tiles = data.in_memory()
    card = build_card(recipe, data, [band_statistics(tiles, modality) for modality in data.description.modalities])
    held_out = grid_windows(FolderDataset(recipe.data.folder, recipe.data.validation).in_memory(), recipe.model.window)
    if not held_out:
        raise InputError(
            f"No pixel of the split '{recipe.data.validation}' in {recipe.data.folder} is labelled.",
            "A model is chosen by its scores there: label some of it, or name another split.",
        )
    schedule = recipe.schedule
    windows = RandomWindows(
        tiles,
        len(card.classes),
        recipe.model.window,
        schedule.steps * schedule.accumulate * schedule.batch_size,
        recipe.seed,
        recipe.data.class_aware,
        recipe.augmentation.scale,
        Augmentation(recipe.augmentation, card.modalities),
    )
    loader = DataLoader(windows, schedule.batch_size, num_workers=recipe.workers, collate_fn=stack)
    objective = CrossEntropyObjective(DIS2(DIS2Config.from_card(card)), recipe.cross_entropy)
    objective.to(memory_format=torch.channels_last)  # faster convolutions on a CPU
    optimizer = build_optimizer(objective, recipe.optimizer)
    average = WeightAverage(objective.network, recipe.optimizer.ema)
    objective, optimizer = fabric.setup(objective, optimizer)
    average.network.to(fabric.device)
    return Training(card, objective, average, optimizer, iter(loader), held_out)


def build_card(recipe: Recipe, data: FolderDataset, modalities: list[Modality]) -> ModelCard:
    """The card of the model that will be: what the data set and the recipe say."""
    description, model = data.description, recipe.model
    config = DIS2Config(
        modalities=tuple((modality.name, len(modality.bands)) for modality in modalities),
        classes=len(description.classes),
        window=(model.window, model.window),
        width=model.width,
        decoder_width=model.decoder_width or 0,
        dropout=model.dropout,
    )
    return ModelCard(
        name=model.name,
        modalities=tuple(modalities),
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


def save_best(path: Path, training: Training, scores: dict[Scenario, Scores]) -> None:
    """Write the model file with its validation scores; ``publish`` puts others in their place."""
    card = dataclasses.replace(training.card, metrics=card_metrics(scores))
    save_model(path, training.average.network, card)


def save_state(path: Path, step: int, training: Training) -> None:
    """Write weights and optimizer; ``torch.load(weights_only=True)`` reads it."""
    state = {
        "step": step,
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
        self.terms: list[dict[str, float]] = []
        self.rows: list[dict[str, str]] = []

    def add(self, terms: dict[str, float]) -> None:
        """Keep a step's loss terms until the row is written."""
        self.terms.append(terms)

    def write(self, step: int, recipe: Recipe, scores: dict[Scenario, Scores]) -> None:
        """Write the epoch's row."""
        names = {name: None for terms in self.terms for name in terms}
        means = {name: float(np.mean([terms[name] for terms in self.terms if name in terms])) for name in names}
        row = {
            "step": step + 1,
            "seconds": round(time.monotonic() - self.started, 1),
            "lr": learning_rate(step, recipe),
            "distillation_weight": distillation_weight(step, recipe),
            **means,
        }
        for scenario, score in scores.items():
            row[f"miou {scenario_name(scenario)}"] = score.miou
            row[f"oa {scenario_name(scenario)}"] = score.overall_accuracy
        self.rows.append({key: f"{value:.6g}" for key, value in row.items()})
        self.terms.clear()
        self._save()

    def _save(self) -> None:
        """Write all rows: later ones may have columns that the first had not."""
        columns = list(dict.fromkeys(name for row in self.rows for name in row))
        with self.path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(self.rows)
