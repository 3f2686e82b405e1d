"""Recipes: everything that determines a training run, as dataclasses that a YAML file fills."""

from __future__ import annotations

import json
import math
from dataclasses import MISSING, asdict, dataclass, field, fields, is_dataclass
from typing import Any, Literal

from dis2_core.contract.errors import InputError
from dis2_core.network.config import STRIDE

from ..data.augmentation import AugmentationRecipe
from ..data.dataset import TileDataset
from ..data.sets import open_dataset
from ..options.ranges import require_range
from ..semi.recipe import SemiRecipe

MAX_WIDTH = 4096  # of a layer, as in model files
MAX_WINDOW = 4096  # pixels
MAX_BATCH = 65_536
MAX_EPOCHS = 1_000_000
MAX_WINDOWS = 100_000_000  # an epoch


@dataclass
class SourceRecipe:
    """What is trained on, whatever is trained.

    Attributes:
        folder: Where the data set lies.
        dataset: Which one it is (``dis2_training.data.sets.DATASETS``): ``folder``, ``potsdam``, ``ombria``, …
        options: The data set's own, e.g. ``eroded: true`` for ``potsdam``.
        train: Name of the split that is trained on.
        weights: How often windows of some tiles are drawn beside others of the same area, by the beginning of the
            tiles' names; the longest that fits counts, 1 where none does.
    """

    folder: str
    dataset: str = "folder"
    options: dict[str, Any] = field(default_factory=dict)
    train: str = "train"
    weights: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if wrong := [name for name, weight in self.weights.items() if not 0 < weight <= 1e6]:
            raise InputError(f"data.weights of '{wrong[0]}' is {self.weights[wrong[0]]}; it must be over 0.")

    def weight(self, name: str) -> float:
        """How often windows of a tile are drawn."""
        begins = [begin for begin in self.weights if name.startswith(begin)]
        return self.weights[max(begins, key=len)] if begins else 1.0

    def open(self, split: str) -> TileDataset:
        """Open a split of the data set. Raises InputError where there is none, or a file is missing."""
        return open_dataset(self.dataset, self.folder, split, **self.options)


@dataclass
class DataRecipe(SourceRecipe):
    """What a model is trained on and chosen by.

    Attributes:
        validation: Name of the split that the model is selected by; no part of it is trained on.
        class_aware: Share of windows that are drawn around a pixel of a class drawn first.
        validation_overlap: Fraction of a window that neighbours share when validation tiles are mapped; 0 takes a
            quarter of the time of 0.5.
    """

    validation: str = "validation"
    class_aware: float = 0.5
    validation_overlap: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range("data.", self, class_aware=(0, 1), validation_overlap=(0, 0.75))

    def open_unlabelled(self, semi: SemiRecipe) -> TileDataset:
        """Open the split whose labels are not looked at. Raises InputError as ``open`` does."""
        return open_dataset(self.dataset, self.folder, semi.split, **semi.options)


@dataclass(kw_only=True)
class EncoderRecipe:
    """The encoders, which whatever is trained has.

    Attributes:
        window: Side of the window in pixels, a multiple of 16.
        width: Channels of the first encoder level.
        encoder: ``dis2``, the paper's, or ``efficientnet_lite0``, which takes half as long again or more.
        start: What the first weights are: ``imagenet`` (of ``efficientnet_lite0``), a file of pretrained encoders
            (``save_encoders``), a model file or a shipped model; empty: drawn.
    """

    window: int = 512
    width: int = 32
    encoder: Literal["dis2", "efficientnet_lite0"] = "dis2"
    start: str = ""

    def __post_init__(self) -> None:
        require_range("model.", self, window=(STRIDE, MAX_WINDOW), width=(1, MAX_WIDTH))
        if self.window % STRIDE:
            raise InputError(f"model.window is {self.window}; it must be a multiple of {STRIDE}.")


@dataclass
class ModelRecipe(EncoderRecipe):
    """The network, and what its card says beyond what the data set knows.

    Attributes:
        name: Short name of the model.
        decoder_width: Channels that each class contributes at full resolution; None: width / 8.
        pool_hidden: Hidden width of the attention pools.
        dropout: Of the transformer.
        description, license, training_data, notes: For the card.
    """

    name: str
    decoder_width: int | None = None
    pool_hidden: int = 128
    dropout: float = 0.1
    description: str = ""
    license: str = ""
    training_data: str = ""
    notes: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        sizes = dict.fromkeys(("decoder_width", "pool_hidden"), (1, MAX_WIDTH))
        require_range("model.", self, dropout=(0, 0.99), **sizes)


@dataclass(kw_only=True)
class GradientRecipe:
    """How weights follow gradients, whatever is trained.

    Attributes:
        lr: Peak learning rate.
        weight_decay: Applied to matrices and convolutions, not to norms and biases.
        clip: Largest gradient norm, or None.
        ema: Decay of the moving average of weights that is validated and saved; None saves the weights.
    """

    lr: float = 1e-3
    weight_decay: float = 0.05
    clip: float | None = 1.0
    ema: float | None = 0.995

    def __post_init__(self) -> None:
        require_range("optimizer.", self, lr=(0, 1e38), weight_decay=(0, 1000), clip=(0, 1e9), ema=(0, 1))


@dataclass
class OptimizerRecipe(GradientRecipe):
    """How the weights of a model do.

    Attributes:
        name: ``adamw`` or ``sgd`` (with Nesterov momentum).
        encoder_rate: Factor of the rate for the encoders, but for the convolutions that adapt their maps; 0: frozen,
            their norms measure the data nevertheless.
        momentum: Of SGD.
    """

    name: Literal["adamw", "sgd"] = "adamw"
    encoder_rate: float = 1.0
    momentum: float = 0.9

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range("optimizer.", self, encoder_rate=(0, 1), momentum=(0, 1))


@dataclass(kw_only=True)
class StepsRecipe:
    """How long, and how the learning rate changes from step to step, whatever is trained.

    Attributes:
        epochs: After each the state is kept, and a model is validated.
        windows_per_epoch: Random windows an epoch.
        batch_size: Windows a batch, of all processes together; see ``RunRecipe.devices``.
        accumulate: Batches an optimizer step.
        kind: ``cosine`` with warm-up, or ``warm_restarts``.
        warmup: Share of the steps with a rising rate.
        restart_every: Optimizer steps between warm restarts.
        final: Learning rate at the end, as a share of the peak.
    """

    epochs: int = 50
    windows_per_epoch: int = 400
    batch_size: int = 8
    accumulate: int = 1
    kind: Literal["cosine", "warm_restarts"] = "cosine"
    warmup: float = 0.05
    restart_every: int = 15
    final: float = 0.01

    def __post_init__(self) -> None:
        batches = dict.fromkeys(("batch_size", "accumulate"), (1, MAX_BATCH))
        windows = dict.fromkeys(("windows_per_epoch", "restart_every"), (1, MAX_WINDOWS))
        require_range("schedule.", self, epochs=(1, MAX_EPOCHS), warmup=(0, 1), final=(0, 1), **batches, **windows)

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps an epoch."""
        return max(1, self.windows_per_epoch // (self.batch_size * self.accumulate))

    @property
    def steps(self) -> int:
        """Optimizer steps in all."""
        return self.epochs * self.steps_per_epoch

    @property
    def full_only_steps(self) -> int:
        """Optimizer steps, at the beginning, that train the full branch alone."""
        return 0

    def ended(self, steps: int, idle: int) -> bool:
        """Whether nothing is left to do after so many steps, of which the last ones brought no better score."""
        return steps == self.steps


@dataclass
class ScheduleRecipe(StepsRecipe):
    """What else a model's training follows.

    Attributes:
        full_only: Share of the steps in which the full branch alone is trained. The branches of
            incomplete scenarios then start as copies of it: half the cost of a step until then, and
            they need not learn from nothing what they have in common. 0 is the authors' way.
        incomplete: Incomplete scenarios that a batch trains beside the full one: ``one`` that is drawn, as
            published, or ``all``: dearer, and a branch need not wait for its turn. A method that does not train
            the full one with every batch draws one of all, or trains all.
        patience: Training stops after so many epochs without a better selection score; None: never.
    """

    full_only: float = 0.0
    incomplete: Literal["one", "all"] = "one"
    patience: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range("schedule.", self, full_only=(0, 1), patience=(1, MAX_EPOCHS))

    @property
    def full_only_steps(self) -> int:
        """See the base class."""
        return round(self.full_only * self.steps)

    def ended(self, steps: int, idle: int) -> bool:
        """See the base class."""
        patience = math.inf if self.patience is None else self.patience * self.steps_per_epoch
        return super().ended(steps, idle) or idle >= patience


@dataclass
class DistillationRecipe:
    """When the missing branches start to imitate the full one, and how much.

    Attributes:
        weight: The largest weight (lambda).
        start: Share of the run after which it starts; an untrained teacher teaches noise.
        ramp: Share of the run over which it rises linearly.
        from_epoch: The authors' switch instead: full weight from this epoch (from 0) on.
    """

    weight: float = 5.0
    start: float = 0.2
    ramp: float = 0.2
    from_epoch: int | None = None

    def __post_init__(self) -> None:
        require_range("distillation.", self, weight=(0, 1e6), start=(0, 1), ramp=(0, 1), from_epoch=(0, MAX_EPOCHS))


@dataclass(kw_only=True)
class RunRecipe:
    """What every run has, whatever it trains.

    Attributes:
        recipe: Name of the recipe; says in logs what was run.
        method: By which it is trained.
        data: What is trained on.
        model: What is trained.
        optimizer: How.
        schedule: How long.
        augmentation: How windows are varied.
        seed: Of everything that is drawn.
        device: Fabric's accelerator: ``auto``, ``cpu``, ``cuda``, ``mps``.
        devices: Processes a machine, each with a device of its own; ``auto``: as many as there are. Each takes
            its share of every batch. To batch norm and to losses that pool over a batch (Dice) the share is the
            batch: ``n`` processes compute what one does that accumulates ``n`` batches of a share each, but for
            the running statistics of batch norm, which see the first process' share alone.
        nodes: Machines; all of them see the data and the folder of the run.
        strategy: Fabric's; ``auto``: one process, or data parallel that bears branches without a part in a step.
        precision: Fabric's precision, e.g. ``32-true``, ``bf16-mixed``; ``auto``: the latter where the device computes
            with bfloat16 instead of imitating it. ``run.json`` says which it was.
        workers: Processes that cut windows; 0 cuts them in this one.
    """

    recipe: str = "default"
    method: str
    data: SourceRecipe
    model: EncoderRecipe
    optimizer: GradientRecipe = field(default_factory=GradientRecipe)
    schedule: StepsRecipe = field(default_factory=StepsRecipe)
    augmentation: AugmentationRecipe = field(default_factory=AugmentationRecipe)
    seed: int = 0
    device: str = "auto"
    devices: int | str = 1
    nodes: int = 1
    strategy: str = "auto"
    precision: str = "32-true"
    workers: int = 0

    def __post_init__(self) -> None:
        require_range("", self, seed=(0, 2**63 - 1), nodes=(1, 4096), workers=(0, 256))
        if isinstance(self.devices, int):
            require_range("", self, devices=(1, 1024))
        elif self.devices != "auto":
            raise InputError(f"devices is '{self.devices}'; it must be a number of processes, or auto.")
        if self.precision.startswith("64"):
            raise InputError(f"precision is '{self.precision}'; weights are averaged in float32.", "Use 32-true.")

    @property
    def in_one_process(self) -> bool:
        """Whether one process trains, on one machine."""
        return (self.devices, self.nodes) == (1, 1)

    @property
    def peak_rate(self) -> float:
        """The highest learning rate."""
        return self.optimizer.lr

    def values_at(self, step: int) -> dict[str, float]:
        """What changes from step to step, counted from 0, by its name in the log."""
        return {"lr": learning_rate(step, self)}


@dataclass(kw_only=True)
class Recipe(RunRecipe):
    """The training of a model.

    Attributes:
        method: ``dis2``, an ablation or a baseline (``dis2_training.methods.registry``).
        distillation: When the missing branches imitate the full one.
        semi: Ground without labels that is learned from, too.
        cross_entropy: Weight of plain cross-entropy beside the published losses
            (``dis2_training.methods.cross_entropy``).
        scenarios: Weight of each incomplete scenario, by the modalities that are available (``rgb+ndsm``), where
            one is drawn; empty: all alike. Where the full one is drawn with them it has their mean weight.
    """

    data: DataRecipe
    model: ModelRecipe
    optimizer: OptimizerRecipe = field(default_factory=OptimizerRecipe)
    schedule: ScheduleRecipe = field(default_factory=ScheduleRecipe)
    method: str = "dis2"
    distillation: DistillationRecipe = field(default_factory=DistillationRecipe)
    semi: SemiRecipe = field(default_factory=SemiRecipe)
    cross_entropy: float = 1.0
    scenarios: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range("", self, cross_entropy=(0, 1e6))
        if wrong := [name for name, weight in self.scenarios.items() if not 0 <= weight <= 1e6]:
            raise InputError(
                f"The weight of scenario '{wrong[0]}' is {self.scenarios[wrong[0]]}; it must be 0 or more."
            )

    def values_at(self, step: int) -> dict[str, float]:
        """See the base class."""
        return {**super().values_at(step), "distillation_weight": distillation_weight(step, self)}


def plain(recipe: RunRecipe) -> dict[str, Any]:
    """The recipe as JSON and YAML hold it."""
    return _as_json(asdict(recipe))


def defaults(recipe: RunRecipe) -> dict[str, Any]:
    """What a recipe's values are where nobody gives them, as ``plain`` has them; what must be given is left out.

    A recipe of an earlier version lacks the values that came later. They stand for how it was made all the same, since
    the default of a new value is what was done before there was one.
    """
    return _as_json(_defaults(recipe))


def _defaults(part: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in fields(part):
        if item.default is not MISSING:
            found[item.name] = item.default
        elif item.default_factory is not MISSING:
            default = item.default_factory()
            found[item.name] = asdict(default) if is_dataclass(default) else default
        elif is_dataclass(value := getattr(part, item.name)):
            found[item.name] = _defaults(value)
    return found


def _as_json(values: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return found


def learning_rate(step: int, recipe: RunRecipe) -> float:
    """Learning rate of an optimizer step, counted from 0."""
    schedule, peak = recipe.schedule, recipe.peak_rate
    if schedule.kind == "warm_restarts":
        position = (step % schedule.restart_every) / schedule.restart_every
    else:
        warmup = max(1, round(schedule.warmup * schedule.steps))
        if step < warmup:
            return peak * (step + 1) / warmup
        position = (step - warmup) / max(1, schedule.steps - warmup)
    cosine = 0.5 * (1 + math.cos(math.pi * position))
    return peak * (schedule.final + (1 - schedule.final) * cosine)


def share_done(step: int, recipe: RunRecipe) -> float:
    """Share of the work before an optimizer step: one with a second branch costs about twice as much."""
    first, steps = recipe.schedule.full_only_steps, recipe.schedule.steps
    return (min(step, first) + 2 * max(step - first, 0)) / (first + 2 * (steps - first))


def distillation_weight(step: int, recipe: Recipe) -> float:
    """Weight of the distillation at an optimizer step, counted from 0."""
    distillation, schedule = recipe.distillation, recipe.schedule
    if distillation.from_epoch is not None:
        return distillation.weight if step // schedule.steps_per_epoch >= distillation.from_epoch else 0.0
    progress = step / schedule.steps - distillation.start
    if progress < 0:
        return 0.0
    return distillation.weight * (min(1.0, progress / distillation.ramp) if distillation.ramp else 1.0)
