"""Is one method better than another, or were the patches kind to it? A paired bootstrap over patches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from dis2_core.contract.errors import InputError

Array = npt.NDArray[np.float64]

#: Confusion matrices (..., K, K + 1) as ``ConfusionMatrix.counts`` -> scores (...).
Statistic = Callable[[Array], Array]

_BLOCK = 1000  # resamples at a time, to bound memory


@dataclass(frozen=True)
class Difference:
    """How much the first method is ahead of the second.

    Attributes:
        estimate: Score of the first minus score of the second, over all patches.
        low, high: Percentile interval of the resampled differences.
        p: Two-sided: how rarely a resample contradicts the estimate's sign; at least 2 / (resamples + 1).
    """

    estimate: float
    low: float
    high: float
    p: float

    @property
    def significant(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0


def class_iou(counts: Array, index: int) -> Array:
    """IoU of one class: (..., K, K + 1) -> (...); NaN where it occurs neither in the reference nor in the map."""
    hits = counts[..., index, index]
    union = counts[..., index, :].sum(-1) + counts[..., :, index].sum(-1) - hits
    with np.errstate(invalid="ignore", divide="ignore"):
        iou: Array = hits / union
    return iou


def miou(counts: Array) -> Array:
    """Mean IoU over the classes that occur in the reference: (..., K, K + 1) -> (...); NaN where none does."""
    classes = counts.shape[-2]
    iou = np.stack([class_iou(counts, index) for index in range(classes)], axis=-1)
    present = counts.sum(-1) > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: Array = np.where(present, iou, 0).sum(-1) / present.sum(-1)
    return mean


def iou_of(index: int) -> Statistic:
    """The IoU of a class as a statistic, e.g. that of flood."""
    return partial(class_iou, index=index)


def paired_bootstrap(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    statistic: Statistic = miou,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Difference:
    """Compare two methods on the same patches.

    Patches are drawn with replacement, the same ones for both methods and all their seeds. A score is pooled:
    that of the sum of the drawn patches' confusion matrices; where there are several seeds, the mean of theirs.
    What is uncertain here is the choice of patches; the training seeds are taken as they are.

    Args:
        first: (patches, K, K + 1) or (seeds, patches, K, K + 1) confusion matrices.
        second: Likewise of the other method; the seeds may be more or fewer, the patches are the same ones.
        statistic: The score, ``miou`` or ``iou_of(class)``.
        resamples: How often patches are drawn.
        confidence: Of the interval.
        seed: Of the draws.

    Raises:
        InputError: The matrices do not belong together.
    """
    ours, theirs = _with_seeds(first), _with_seeds(second)
    if ours.shape[1:] != theirs.shape[1:]:
        raise InputError(
            f"The methods were scored on other patches or classes: matrices of shape {ours.shape[1:]} "
            f"and {theirs.shape[1:]}.",
            "Compare scores of the same test set.",
        )
    patches = ours.shape[1]
    estimate = _difference(np.ones((1, patches)), ours, theirs, statistic)[0]
    rng = np.random.default_rng(seed)
    blocks = [min(_BLOCK, resamples - start) for start in range(0, resamples, _BLOCK)]
    even = np.full(patches, 1 / patches)
    drawn = [rng.multinomial(patches, even, size=size).astype(np.float64) for size in blocks]
    differences = np.concatenate([_difference(times, ours, theirs, statistic) for times in drawn])
    low, high = np.nanquantile(differences, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Difference(float(estimate), float(low), float(high), _p_value(differences))


def _with_seeds(counts: npt.ArrayLike) -> Array:
    matrices = np.asarray(counts, dtype=np.float64)
    if matrices.ndim == 3:
        matrices = matrices[None]
    if matrices.ndim != 4 or 0 in matrices.shape or matrices.shape[-1] != matrices.shape[-2] + 1:
        raise InputError(
            f"Confusion matrices are (seeds, patches, K, K + 1), not {matrices.shape}.",
            "Give ConfusionMatrix.counts, a matrix a patch.",
        )
    return matrices


def _difference(times: Array, first: Array, second: Array, statistic: Statistic) -> Array:
    """(R, patches) how often each patch counts -> (R,) differences of the seeds' mean scores."""
    ours, theirs = (
        statistic(np.einsum("rn,snij->rsij", times, counts, optimize=True)).mean(axis=1) for counts in (first, second)
    )
    difference: Array = ours - theirs
    return difference


def _p_value(differences: Array) -> float:
    """Twice the smaller share of resamples on a side of 0, the observed sample counted as one of them."""
    smaller = min(int((differences <= 0).sum()), int((differences >= 0).sum()))
    return min(1.0, 2 * (smaller + 1) / (len(differences) + 1))
