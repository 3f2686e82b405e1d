"""The terms of the DIS2 loss, as functions of tensors.

Written from the paper's method and checked against the published code (``tests/golden``). ``labels``
are (B, H, W) class indices, or sets of classes (``data.class_sets``); pixels with ``IGNORE`` count nowhere, and
a batch without a valid pixel costs 0, which the published code does not have. Every term is computed in float32, also
under autocast: vectors that are compared are nearly alike, and bfloat16 knows a probability to two digits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ...data.class_sets import targets
from ...data.sample import IGNORE

_LOG_FLOOR = math.log(0.005)  # probabilities are clamped at 0.005; below it a pixel has no gradient
_EPS = 1e-7
_UNIT_EPS = 1e-6  # below it a vector has no direction
_TINY = 1e-24  # the root of 0 has no gradient


def segmentation_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Weighted cross-entropy plus Dice: (B, K, H, W) logits, (B, H, W) labels -> scalar."""
    valid = (labels != IGNORE)[:, None]  # (B, 1, H, W)
    log_p = logits.float().log_softmax(dim=1)  # a CPU's autocast leaves bfloat16 as it comes
    target = targets(labels, log_p)  # (B, K, H, W), zero where ignored
    return _weighted_cross_entropy(log_p, target, valid) + _dice(log_p.exp() * valid, target)


def _weighted_cross_entropy(log_p: Tensor, target: Tensor, valid: Tensor) -> Tensor:
    """Mean of -w t ln p over valid pixels and classes; a class rare in its image weighs more."""
    pixels = target.sum(dim=(2, 3), keepdim=True)  # n_bc
    weight = 1 - pixels / (pixels.sum(dim=1, keepdim=True) + _EPS)
    cost = -weight * target * log_p.clamp(min=_LOG_FLOOR)
    return cost.sum() / (valid.sum() * target.shape[1]).clamp(min=1)


def _dice(p: Tensor, target: Tensor) -> Tensor:
    """One minus the Dice overlap, sums pooled over batch and space, mean over the classes."""
    over = (0, 2, 3)
    overlap = 2 * (p * target).sum(over) / (p.sum(over) + target.sum(over) + _EPS)
    return torch.where(target.sum() > 0, 1 - overlap.mean(), 0 * overlap.sum())


def unit_mse(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean squared difference of unit vectors: (B, C), (B, C) -> scalar."""
    return F.mse_loss(_unit(student.float()), _unit(teacher.float()))


def pixel_unit_mse(student: Tensor, teacher: Tensor, labels: Tensor) -> Tensor:
    """Likewise for each valid pixel's vector: (B, C, H, W) twice -> scalar.

    Written out as |n(s)|² + |n(t)|² - 2 n(s)·n(t): the unit vectors themselves, six more maps of this size in
    forward and backward pass, took a seventh of a training step on a CPU.
    """
    student, teacher = student.float(), teacher.float()
    squares = [x.square().sum(dim=1) for x in (student, teacher)]  # (B, H, W)
    lengths = [(square + _TINY).sqrt().clamp(min=_UNIT_EPS) for square in squares]
    units = [square / length.square() for square, length in zip(squares, lengths, strict=True)]
    cosine = (student * teacher).sum(dim=1) / (lengths[0] * lengths[1])  # no product of matrices: autocast rounds it
    return _valid_mean((units[0] + units[1] - 2 * cosine)[:, None], labels) / student.shape[1]


def distillation_kl(student: Tensor, teacher: Tensor, labels: Tensor, temperature: float = 2.0) -> Tensor:
    """T^2 times the mean of q (ln q - ln p) over elements of valid pixels; p student's, q teacher's logits at T."""
    log_p = (student.float() / temperature).log_softmax(dim=1)
    log_q = (teacher.float() / temperature).log_softmax(dim=1)
    return temperature**2 * _valid_mean(log_q.exp() * (log_q - log_p), labels)


def squared_cosine(a: Tensor, b: Tensor) -> Tensor:
    """Mean over the batch of cos^2 between (B, C) and (B, C): 0 where they are orthogonal."""
    return F.cosine_similarity(a.float(), b.float(), dim=1).square().mean()


def terms_mean(scenarios: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each term over scenarios that have the same terms; none for no scenario."""
    names = scenarios[0] if scenarios else ()
    return {name: torch.stack([terms[name] for terms in scenarios]).mean() for name in names}


def _unit(x: Tensor) -> Tensor:
    return F.normalize(x, dim=1, eps=_UNIT_EPS)


def _valid_mean(x: Tensor, labels: Tensor) -> Tensor:
    """Mean of (B, C, H, W) over channels and valid pixels; 0 where there is no valid pixel."""
    valid = (labels != IGNORE)[:, None]
    return (x * valid).sum() / (valid.sum() * x.shape[1]).clamp(min=1)
