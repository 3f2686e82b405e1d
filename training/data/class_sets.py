"""Labels that know a pixel's class only as one of several: *ground* is paved, bare or grown over.

Sources differ in what they tell apart. Such a label is a number too: ``FIRST`` plus a bit for every class that it may
be, so that tiles, windows and batches carry it like any other. Losses learn from it what it says, that the classes of
the set together are what is there (the marginal likelihood); it never scores, and no window is drawn around it.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor

from dis2_core.evaluation.metrics import IGNORE

FIRST = 256  #: labels from here on are sets
MOST_CLASSES = 52  #: of a data set with such labels: their numbers are exact as float64


def set_label(classes: Iterable[int]) -> int:
    """The label of a pixel that is one of these classes."""
    return FIRST + sum(1 << number for number in set(classes))


def is_set(label: int, classes: int) -> bool:
    """Whether a label stands for some of so many classes."""
    return FIRST < label < FIRST + (1 << classes)


def exact(labels: Tensor) -> Tensor:
    """Labels of a single class as they are, ``IGNORE`` where a pixel has none or is one of several."""
    return torch.where(labels >= FIRST, IGNORE, labels) if has_sets(labels) else labels


def targets(labels: Tensor, log_p: Tensor) -> Tensor:
    """What a loss compares probabilities with.

    Of a set it is how the network itself divides the set among its classes, which takes no part in the gradient:
    with this target the gradient of cross-entropy is that of -ln of the sum of the set's probabilities, and any other
    loss for exact labels can be used as it is.

    Args:
        labels: (B, H, W) classes, sets or ``IGNORE``.
        log_p: (B, K, H, W) the logarithms of the probabilities.

    Returns:
        (B, K, H, W) float32 that sum to 1 over the classes, or to 0 where there is no label.
    """
    known = (labels != IGNORE) & (labels < FIRST)
    encoded = F.one_hot(labels.where(known, 0), log_p.shape[1]).movedim(-1, 1)
    target = (encoded * known[:, None]).float()
    return target + _shares(labels, log_p.detach()) if has_sets(labels) else target


def _shares(labels: Tensor, log_p: Tensor) -> Tensor:
    """(B, K, H, W): the probabilities within the set of each pixel, 0 where it has none."""
    numbers = torch.arange(log_p.shape[1], device=labels.device).view(1, -1, 1, 1)
    several = (labels >= FIRST)[:, None]  # (B, 1, H, W)
    member = several & ((labels - FIRST)[:, None] >> numbers & 1).bool()
    within = log_p.float().masked_fill(~member, -torch.inf).where(several, 0.0).softmax(dim=1)
    return within * several


def has_sets(labels: Tensor) -> bool:
    """Whether any pixel is known as one of several classes."""
    return labels.dtype != torch.uint8 and bool((labels >= FIRST).any())
