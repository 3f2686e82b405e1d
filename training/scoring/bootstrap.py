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
#: What ``average_of`` makes takes (..., S, K, K + 1).
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


def average_of(statistic: Statistic, weights: npt.ArrayLike) -> Statistic:
    """A weighted mean of a statistic over scenarios: (..., S, K, K + 1) -> (...).

    Args:
        statistic: Of one scenario.
        weights: (S,), by which each scenario counts; their sum is taken for 1.
    """
    shares = np.asarray(weights, dtype=np.float64)
    return partial(_weighted, statistic=statistic, shares=shares / shares.sum())


def _weighted(counts: Array, statistic: Statistic, shares: Array) -> Array:
    mean: Array = statistic(counts) @ shares
    return mean


def paired_bootstrap(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    statistic: Statistic = miou,
    resamples: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
    over_seeds: bool = False,
) -> Difference:
    """Compare two methods on the same patches.

    Patches are drawn with replacement, the same ones for both methods and all their seeds. A score is pooled:
    that of the sum of the drawn patches' confusion matrices; where there are several seeds, the mean of theirs.
    What is uncertain is the choice of patches; the training seeds are taken as they are, or drawn with replacement as
    well. Of few seeds that interval is still too narrow: the deviation of n of them comes out sqrt((n - 1) / n) of what
    it is.

    Args:
        first: (patches, K, K + 1) or (seeds, patches, K, K + 1) confusion matrices; of a statistic over scenarios
            (seeds, patches, S, K, K + 1).
        second: Likewise of the other method; the seeds may be more or fewer, the patches are the same ones.
        statistic: The score: ``miou``, ``iou_of(class)``, or ``average_of`` one of them.
        resamples: How often patches are drawn.
        confidence: Of the interval.
        seed: Of the draws.
        over_seeds: Whether seeds are drawn, too, the same ones for both methods, which have the same number then.

    Raises:
        InputError: The matrices do not belong together.
    """
    ours, theirs = _with_seeds(first), _with_seeds(second)
    _require_pair(ours, theirs, over_seeds)
    seeds, patches = ours.shape[:2]
    estimate = _differences(np.ones((1, patches)), ours, theirs, statistic, None)[0]
    rng = np.random.default_rng(seed)
    blocks = [min(_BLOCK, resamples - start) for start in range(0, resamples, _BLOCK)]
    drawn = [_draws(rng, patches, size) for size in blocks]
    runs = [_draws(rng, seeds, size) if over_seeds else None for size in blocks]
    pairs = zip(drawn, runs, strict=True)
    differences = np.concatenate([_differences(times, ours, theirs, statistic, runs) for times, runs in pairs])
    low, high = np.nanquantile(differences, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Difference(float(estimate), float(low), float(high), _p_value(differences))


def _require_pair(ours: Array, theirs: Array, over_seeds: bool) -> None:
    if ours.shape[1:] != theirs.shape[1:]:
        raise InputError(
            f"The methods were scored on other patches or classes: matrices of shape {ours.shape[1:]} "
            f"and {theirs.shape[1:]}.",
            "Compare scores of the same test set.",
        )
    if over_seeds and len(ours) != len(theirs):
        raise InputError(
            f"The methods have matrices of {len(ours)} and of {len(theirs)} seeds, which cannot be drawn together.",
            "Compare the seeds that both have.",
        )


def _draws(rng: np.random.Generator, items: int, resamples: int) -> Array:
    """(R, items): how often each counts in each resample."""
    return rng.multinomial(items, np.full(items, 1 / items), size=resamples).astype(np.float64)


def _with_seeds(counts: npt.ArrayLike) -> Array:
    matrices = np.asarray(counts, dtype=np.float64)
    if matrices.ndim == 3:
        matrices = matrices[None]
    if matrices.ndim not in (4, 5) or 0 in matrices.shape or matrices.shape[-1] != matrices.shape[-2] + 1:
        raise InputError(
            f"Confusion matrices are (seeds, patches, K, K + 1), not {matrices.shape}.",
            "Give ConfusionMatrix.counts, a matrix a patch.",
        )
    return matrices


def _differences(times: Array, first: Array, second: Array, statistic: Statistic, runs: Array | None) -> Array:
    """(R, patches) how often each patch counts -> (R,) differences of the seeds' mean scores.

    ``runs`` is (R, seeds), how often each seed counts; None: once.
    """
    ours, theirs = (
        _seed_mean(statistic(np.einsum("rn,sn...->rs...", times, counts, optimize=True)), runs)
        for counts in (first, second)
    )
    difference: Array = ours - theirs
    return difference


def _seed_mean(scores: Array, runs: Array | None) -> Array:
    """(R, seeds) -> (R,)."""
    mean: Array = scores.mean(axis=1) if runs is None else (scores * runs).sum(axis=1) / runs.sum(axis=1)
    return mean


def _p_value(differences: Array) -> float:
    """Twice the smaller share of resamples on a side of 0, the observed sample counted as one of them."""
    smaller = min(int((differences <= 0).sum()), int((differences >= 0).sum()))
    return min(1.0, 2 * (smaller + 1) / (len(differences) + 1))
