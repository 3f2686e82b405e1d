"""What a recipe says of ground without labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..data.augmentation import AugmentationRecipe
from ..options.ranges import require_range


def _strong() -> AugmentationRecipe:
    return AugmentationRecipe(
        d4=False, scale=(1.0, 1.0), coarsen=0.5, coarsest=4.0, colour=0.5, height_gain=0.2, height_noise=0.3, holes=0.5
    )


@dataclass
class SemiRecipe:
    """Ground without labels that is learned from beside the labelled one; see ``docs/training.md``.

    Attributes:
        split: Name of the split that is looked at; its labels are not. Empty: none, and nothing of this counts.
        options: The data set's for this split, instead of ``data.options``: where those say ``labels: 0.05``, none here
            makes all of the split unlabelled ground.
        share: Windows without labels in a batch, as a share of those with labels.
        confidence: Probability from which on what the teacher says is a label.
        cutmix: Probability that a window has a rectangle of another one.
        teachers: Of features of the first modality (``FrozenTeachers``): ``imagenet``, ``random``, files of encoders.
            All windows are learned from with them, those with labels, too, whether there is a split without or not.
        distillation: Weight of their features beside what the labels and pseudo-labels say.
        strong: How the windows are varied for the student, after ``augmentation`` has varied them for both; what
            would move pixels (``d4``, ``scale``, ``shift``) is not done.
    """

    split: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    share: float = 1.0
    confidence: float = 0.95
    cutmix: float = 0.5
    teachers: list[str] = field(default_factory=list)
    distillation: float = 1.0
    strong: AugmentationRecipe = field(default_factory=_strong)

    def __post_init__(self) -> None:
        require_range("semi.", self, share=(0, 64), confidence=(0, 1), cutmix=(0, 1), distillation=(0, 1e6))
