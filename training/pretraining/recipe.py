"""What a recipe says of a pre-training without labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..fitting.recipe import GradientRecipe, RunRecipe, StepsRecipe
from ..options.ranges import require_range
from .masking import RATIO, cross_modal_probability

WINDOWS = 256  # a step, for which the learning rate is given


@dataclass(kw_only=True)
class PretrainOptimizer(GradientRecipe):
    """How weights follow gradients: AdamW, with the published values but for ``clip`` and ``ema``.

    Attributes:
        lr: Peak learning rate of 256 windows a step; of others in proportion.
        betas: Of AdamW.
        ema: Decay of the moving average of the encoders, whose features are the target and which is saved.
    """

    lr: float = 1.5e-4
    betas: tuple[float, float] = (0.9, 0.95)
    ema: float | None = 0.99

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range("optimizer.", self, betas=(0, 0.9999))


@dataclass(kw_only=True)
class PretrainSchedule(StepsRecipe):
    """How long, and how the learning rate changes; ``warmup`` is that of 40 epochs of the published 500."""

    epochs: int = 500
    warmup: float = 0.08
    final: float = 0.0


@dataclass(kw_only=True)
class PretrainRecipe(RunRecipe):
    """The pre-training of encoders; see ``docs/pretraining.md``.

    Attributes:
        method: ``mssdf`` (arXiv 2506.09327).
        masked: Share of the blocks that is masked in all modalities alike.
        layers: Of the decoder, a transformer, which is thrown away at the end.
    """

    method: Literal["mssdf"] = "mssdf"
    optimizer: PretrainOptimizer = field(default_factory=PretrainOptimizer)
    schedule: PretrainSchedule = field(default_factory=PretrainSchedule)
    masked: float = RATIO
    layers: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range("", self, masked=(0.01, 0.99), layers=(1, 48))

    @property
    def peak_rate(self) -> float:
        """See the base class."""
        return self.optimizer.lr * self.schedule.batch_size * self.schedule.accumulate / WINDOWS

    def epoch_of(self, step: int) -> int:
        """Of an optimizer step; both count from 0."""
        return step // self.schedule.steps_per_epoch

    def values_at(self, step: int) -> dict[str, float]:
        """See the base class."""
        return {**super().values_at(step), "cross_modal": cross_modal_probability(self.epoch_of(step))}
