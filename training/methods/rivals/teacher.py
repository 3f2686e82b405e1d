"""A mean teacher: a moving average of the network that learns, which sees all modalities and is not trained."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from ..base import Baseline, DrawingObjective
from ..moving_average import follow

DECAY = 0.99  # as M3L has published it; a young average forgets faster: min(1 - 1 / (steps + 1), .99)

Student = TypeVar("Student", bound=Baseline)


class MeanTeacher(nn.Module, Generic[Student]):
    """The teacher of a student; in evaluation mode always, so that it has one answer, and without gradients.

    Args:
        student: Whose weights it begins with.

    Attributes:
        network: With the averaged weights.
        steps: How often it has moved: a part of the run's state, which goes on where it stopped.
    """

    network: Student
    steps: Tensor

    def __init__(self, student: Student) -> None:
        super().__init__()
        self.network = copy.deepcopy(student).requires_grad_(False).eval()
        self.register_buffer("steps", torch.tensor(0))

    def train(self, mode: bool = True) -> MeanTeacher[Student]:
        """Stay in evaluation mode, whatever the student does."""
        return super().train(False)

    def follow(self, student: Student) -> None:
        """Move towards the student; called with every batch, before it is learned from."""
        follow(self.network, student, min(1 - 1 / (int(self.steps) + 1), DECAY))
        self.steps += 1


class TaughtObjective(DrawingObjective, Generic[Student]):
    """An objective whose network has a mean teacher."""

    network: Student

    def __init__(self, network: Student, cross_entropy: float) -> None:
        super().__init__(network, cross_entropy)
        self.teacher = MeanTeacher(network)

    def moved_teacher(self) -> Student:
        """The teacher of a batch; in training it has come nearer to the network first."""
        if self.training:
            self.teacher.follow(self.network)
        return self.teacher.network
