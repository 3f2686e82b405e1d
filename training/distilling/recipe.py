"""What a recipe says of learning from other models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from dis2_core.contract.errors import InputError

from ..fitting.recipe import Recipe
from ..options.ranges import require_range


@dataclass(kw_only=True)
class DistilRecipe(Recipe):
    """The training of a student; see ``docs/training.md``.

    Of ``semi`` the split, its options and the share count: ground whose labels are not looked at, on which the teachers
    are all that the student has.

    Attributes:
        teachers: Shipped models or model files; of several the mean of their probabilities counts.
        imitation: Weight of what the teachers say, beside the labels'.
        labels: Weight of the labels; 0: the teachers alone teach.
    """

    method: Literal["dis2_shared"] = "dis2_shared"
    teachers: list[str] = field(default_factory=list)
    imitation: float = 1.0
    labels: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range("", self, imitation=(0, 1e6), labels=(0, 1e6))
        if self.semi.teachers:
            raise InputError("A student has no teachers of features (semi.teachers).", "Name models: --teachers.")
        if not self.teachers:
            raise InputError("There is no teacher.", "Name one or more models: --teachers '[aerial]'.")
