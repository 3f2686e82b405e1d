from __future__ import annotations

import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import multiclass_f1_score, multiclass_jaccard_index

from dis2_core.evaluation.metrics import IGNORE, ConfusionMatrix

NAMES = ("grass", "roof", "road", "water")


@pytest.fixture
def pixels() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    labels = torch.randint(0, 4, (3, 40, 50), generator=generator)
    noise = torch.rand(labels.shape, generator=generator)
    mapped = torch.where(noise < 0.6, labels, torch.randint(0, 4, labels.shape, generator=generator))
    labels[noise > 0.9] = IGNORE
    return mapped, labels


def test_scores_are_torchmetrics(pixels: tuple[torch.Tensor, torch.Tensor]) -> None:
    mapped, labels = pixels
    matrix = ConfusionMatrix(NAMES)
    for one, other in zip(mapped, labels, strict=True):
        matrix.update(one, other)
    scores = matrix.scores()
    options = {"num_classes": 4, "ignore_index": IGNORE, "average": "none"}
    assert np.allclose(scores.iou, multiclass_jaccard_index(mapped, labels, **options), atol=1e-6)
    assert np.allclose(scores.f1, multiclass_f1_score(mapped, labels, **options), atol=1e-6)


def test_scores_are_a_pixel_count(pixels: tuple[torch.Tensor, torch.Tensor]) -> None:
    mapped, labels = (item.numpy() for item in pixels)
    matrix = ConfusionMatrix(NAMES)
    matrix.update(mapped, labels)
    scores = matrix.scores()
    known = labels != IGNORE
    assert scores.overall_accuracy == pytest.approx((mapped == labels)[known].mean())
    for code in range(4):
        a, b = (mapped == code) & known, (labels == code) & known
        assert scores.iou[code] == pytest.approx((a & b).sum() / (a | b).sum())
        assert scores.reference[code] == b.sum()
    assert scores.miou == pytest.approx(scores.iou.mean())


def test_absent_classes_take_no_part_in_the_mean() -> None:
    matrix = ConfusionMatrix(NAMES)
    matrix.update(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0]))
    scores = matrix.scores()
    assert scores.miou == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert np.isnan(scores.iou[3]) and set(scores.to_card()) == {"miou", "oa", "iou grass", "iou roof"}


def test_a_code_that_is_no_class_is_wrong() -> None:
    matrix = ConfusionMatrix(NAMES)
    matrix.update(np.array([0, 255]), np.array([0, 0]))
    assert matrix.scores().overall_accuracy == 0.5
    assert matrix.scores().iou[0] == 0.5


def test_classes_with_few_pixels_are_named() -> None:
    matrix = ConfusionMatrix(NAMES)
    labels = np.repeat([0, 1, 2], [500, 499, 1])
    matrix.update(labels, labels)
    assert matrix.scores().few == ("roof", "road")
