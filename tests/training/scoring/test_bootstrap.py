from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from dis2_core.contract.errors import InputError
from dis2_core.evaluation.metrics import ConfusionMatrix
from dis2_training.scoring.bootstrap import average_of, class_iou, iou_of, miou, paired_bootstrap


def matrices(patches: int, skill: float, seed: int, classes: int = 2) -> np.ndarray:
    """Confusion matrices of a method that is right in a share ``skill`` of the pixels, patch by patch."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(patches):
        labels = rng.integers(0, classes, 200)
        wrong = rng.random(200) > np.clip(rng.normal(skill, 0.05), 0, 1)
        matrix = ConfusionMatrix([str(i) for i in range(classes)])
        matrix.update(np.where(wrong, (labels + 1) % classes, labels), labels)
        found.append(matrix.counts)
    return np.stack(found)


def test_statistics_are_those_of_the_scores() -> None:
    rng = np.random.default_rng(0)
    for trial in range(20):
        matrix = ConfusionMatrix(["a", "b", "c"])
        labels = rng.integers(0, 2 if trial % 3 == 0 else 3, 60)  # class c absent from the reference, at times
        matrix.update(rng.integers(0, 4, 60), labels)
        scores = matrix.scores()
        assert miou(matrix.counts) == pytest.approx(scores.miou)
        for index in range(3):
            assert class_iou(matrix.counts, index) == pytest.approx(scores.iou[index], nan_ok=True)


@pytest.mark.parametrize("statistic", [miou, iou_of(1)], ids=["miou", "iou"])
def test_all_resamples_of_four_patches(statistic) -> None:
    """With four patches the bootstrap distribution is known: 4^4 equally likely draws."""
    first, second = matrices(4, 0.8, seed=1), matrices(4, 0.7, seed=2)
    exact = np.array(
        [float(statistic(first[list(draw)].sum(0)) - statistic(second[list(draw)].sum(0)))
         for draw in product(range(4), repeat=4)]
    )  # fmt: skip
    found = paired_bootstrap(first, second, statistic, resamples=40_000)
    assert found.estimate == pytest.approx(float(statistic(first.sum(0)) - statistic(second.sum(0))))
    assert found.low == pytest.approx(np.quantile(exact, 0.025), abs=0.003)
    assert found.high == pytest.approx(np.quantile(exact, 0.975), abs=0.003)
    smaller = min((exact <= 0).mean(), (exact >= 0).mean())
    assert found.p == pytest.approx(2 * smaller, abs=0.005)


def test_the_interval_of_a_mean_is_the_normal_one() -> None:
    """Where every patch has as many pixels, accuracy is a mean: its bootstrap error is sigma / sqrt(n)."""

    def accuracy(counts: np.ndarray) -> np.ndarray:
        return np.trace(counts[..., :-1], axis1=-2, axis2=-1) / counts.sum((-2, -1))

    first, second = matrices(200, 0.8, seed=1), matrices(200, 0.75, seed=2)
    differences = accuracy(first) - accuracy(second)
    found = paired_bootstrap(first, second, accuracy)
    half = 1.96 * differences.std() / np.sqrt(len(differences))
    assert found.estimate == pytest.approx(differences.mean())
    assert found.low == pytest.approx(differences.mean() - half, abs=0.06 * half)
    assert found.high == pytest.approx(differences.mean() + half, abs=0.06 * half)
    assert found.significant and found.p < 0.01


def test_a_method_is_not_better_than_itself() -> None:
    same = matrices(20, 0.8, seed=1)
    found = paired_bootstrap(same, same, resamples=200)
    assert (found.estimate, found.low, found.high, found.p) == (0, 0, 0, 1)
    assert not found.significant


def test_pairing_sees_what_hard_patches_hide() -> None:
    """Patches differ much more than methods: the same draws for both leave the difference visible."""
    rng = np.random.default_rng(0)
    hard = rng.uniform(0.3, 0.95, 60)
    right = np.round(hard * 1000)
    pair = []
    for gain in (0, 10):
        counts = np.zeros((60, 2, 3))
        counts[:, 0, 0] = counts[:, 1, 1] = right + gain
        counts[:, 0, 1] = counts[:, 1, 0] = 1000 - right - gain
        pair.append(counts)
    worse, better = pair
    assert paired_bootstrap(better, worse).significant
    shuffled = worse[rng.permutation(60)]
    assert not paired_bootstrap(better, shuffled).significant


@pytest.mark.slow
def test_false_alarms_are_as_rare_as_promised() -> None:
    """Two equally good methods: an interval of 95 % leaves 0 out in about 5 % of the comparisons."""
    alarms = [
        paired_bootstrap(matrices(40, 0.8, 2 * i), matrices(40, 0.8, 2 * i + 1), resamples=300).significant
        for i in range(200)
    ]
    assert 0.01 <= np.mean(alarms) <= 0.12


def test_the_seed_decides_alone() -> None:
    first, second = matrices(15, 0.8, 1), matrices(15, 0.78, 2)
    assert paired_bootstrap(first, second, seed=4) == paired_bootstrap(first, second, seed=4)
    assert paired_bootstrap(first, second, seed=4) != paired_bootstrap(first, second, seed=5)
    forth, back = paired_bootstrap(first, second), paired_bootstrap(second, first)
    assert (back.estimate, back.low, back.high) == pytest.approx((-forth.estimate, -forth.high, -forth.low))


def test_training_seeds_are_averaged() -> None:
    runs = np.stack([matrices(10, skill, seed) for seed, skill in enumerate((0.7, 0.8, 0.9))])
    other = matrices(10, 0.75, 9)
    found = paired_bootstrap(runs, other)
    expected = np.mean([miou(run.sum(0)) for run in runs]) - miou(other.sum(0))
    assert found.estimate == pytest.approx(expected)
    assert paired_bootstrap(np.stack([other, other]), other).estimate == pytest.approx(0)


@pytest.mark.parametrize(
    ("first", "second"),
    [((5, 2, 3), (6, 2, 3)), ((5, 2, 3), (5, 3, 4)), ((5, 2, 2), (5, 2, 2)), ((2, 3), (2, 3)), ((0, 2, 3), (0, 2, 3))],
)
def test_matrices_that_do_not_belong_together_are_refused(first, second) -> None:
    with pytest.raises(InputError, match="matrices"):
        paired_bootstrap(np.ones(first), np.ones(second))


def test_the_average_of_scenarios_is_that_of_their_scores() -> None:
    scenarios = np.stack([matrices(12, skill, seed) for seed, skill in enumerate((0.9, 0.7, 0.6))], axis=1)[None]
    other = np.stack([matrices(12, skill, seed) for seed, skill in enumerate((0.8, 0.7, 0.5), 5)], axis=1)[None]
    weights = (6, 3, 1)
    found = paired_bootstrap(scenarios, other, average_of(iou_of(1), weights), resamples=200)
    scores = [[float(iou_of(1)(x[0, :, s].sum(0))) for s in range(3)] for x in (scenarios, other)]
    means = [np.average(row, weights=weights) for row in scores]
    assert found.estimate == pytest.approx(means[0] - means[1])
    same, one = np.repeat(scenarios[:, :, :1], 3, axis=2), other[:, :, [1, 1, 1]]
    averaged = paired_bootstrap(same, one, average_of(miou, [1] * 3), resamples=200)
    alone = paired_bootstrap(scenarios[:, :, 0], other[:, :, 1], resamples=200)
    assert (averaged.low, averaged.high, averaged.p) == pytest.approx((alone.low, alone.high, alone.p))


def test_all_draws_of_three_seeds() -> None:
    """Of patches that are all alike the seeds alone decide: 27 equally likely draws, each with its mean."""
    gains = (0, 40, 100)
    runs = np.zeros((3, 6, 2, 3))
    runs[:, :, 0, 0] = runs[:, :, 1, 1] = np.array([500 + gain for gain in gains])[:, None]
    runs[:, :, 0, 1] = runs[:, :, 1, 0] = np.array([500 - gain for gain in gains])[:, None]
    base = np.repeat(runs[:1], 3, axis=0)
    gained = miou(runs[:, 0]) - miou(base[:, 0])
    found = paired_bootstrap(runs, base, over_seeds=True, resamples=20_000)
    assert found.estimate == pytest.approx(gained.mean())
    # three times the same seed is one draw of 27, more than 2.5 %
    assert (found.low, found.high) == pytest.approx((gained.min(), gained.max()))
    assert found.p == pytest.approx(2 / 27, abs=0.01)  # three times the seed without a gain
    as_they_are = paired_bootstrap(runs, base)
    assert (as_they_are.low, as_they_are.high) == pytest.approx((gained.mean(),) * 2)


def test_seeds_that_are_drawn_together_are_as_many() -> None:
    runs = np.stack([matrices(5, 0.8, seed) for seed in range(3)])
    with pytest.raises(InputError, match="of 3 and of 2 seeds"):
        paired_bootstrap(runs, runs[:2], over_seeds=True)
