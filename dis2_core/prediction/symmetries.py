"""Test-time augmentation: windows turned and mirrored, and the mean of the answers, turned back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ..network import Scenario

Windows = Mapping[str, Tensor]
Answers = dict[Scenario, Tensor]


@dataclass(frozen=True)
class Symmetry:
    """A symmetry of the square: quarter turns, then, where ``mirrored``, left for right."""

    quarters: int
    mirrored: bool

    def there(self, x: Tensor) -> Tensor:
        """(B, C, H, W) seen so; an odd number of quarters makes it (B, C, W, H)."""
        x = torch.rot90(x, self.quarters, (2, 3))
        return x.flip(3) if self.mirrored else x

    def back(self, x: Tensor) -> Tensor:
        """What ``there`` did, undone."""
        x = x.flip(3) if self.mirrored else x
        return torch.rot90(x, -self.quarters, (2, 3))


def symmetries(window: tuple[int, int]) -> tuple[Symmetry, ...]:
    """The eight of a square window; the four of an oblong one, which cannot stand on its side."""
    quarters = range(4) if window[0] == window[1] else (0, 2)
    return tuple(Symmetry(turns, mirrored) for mirrored in (False, True) for turns in quarters)


def mean_answers(answer: Callable[[Windows], Answers], windows: Windows, among: tuple[Symmetry, ...]) -> Answers:
    """The mean of what is answered to windows seen in several ways.

    Args:
        answer: Gives the probabilities (B, K, H, W) of some scenarios.
        windows: (B, C_m, H, W) by modality.
        among: One or more ways to see them.
    """
    total: Answers = {}
    for one in among:
        seen = {name: one.there(x).contiguous(memory_format=torch.channels_last) for name, x in windows.items()}
        for scenario, probabilities in answer(seen).items():
            upright = one.back(probabilities)
            total[scenario] = upright if scenario not in total else total[scenario].add_(upright)
    return {scenario: answers.div_(len(among)) for scenario, answers in total.items()}
