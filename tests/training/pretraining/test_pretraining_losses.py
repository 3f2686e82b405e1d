from __future__ import annotations

import math

import pytest
import torch

from dis2_training.pretraining.losses import contrast, independence, modality_classification, reconstruction


def test_reconstruction_counts_masked_places_alone_and_leaves_the_target_alone() -> None:
    predicted = torch.zeros(1, 3, 2, requires_grad=True)
    target = torch.tensor([[[1.0, 3.0], [100.0, 100.0], [2.0, 2.0]]], requires_grad=True)
    loss = reconstruction(predicted, target, torch.tensor([[True, False, True]]))
    assert float(loss.detach()) == pytest.approx((5 + 4) / 2)
    loss.backward()
    assert target.grad is None and predicted.grad is not None and (predicted.grad[0, 1] == 0).all()
    assert float(reconstruction(predicted, target, torch.zeros(1, 3, dtype=torch.bool)).detach()) == 0


def test_contrast_by_hand() -> None:
    tokens = torch.eye(2)[None]
    assert float(contrast(tokens, 5 * tokens, 1.0)) == pytest.approx(math.log(1 + math.exp(-1)))
    assert float(contrast(tokens, tokens.flip(1), 1.0)) == pytest.approx(math.log(1 + math.exp(1)))
    assert float(contrast(torch.ones(3, 8, 4), torch.ones(3, 8, 4))) == pytest.approx(math.log(8), rel=1e-5)
    one, other = torch.randn(2, 5, 7), torch.randn(2, 5, 7)
    assert float(contrast(one, other)) == pytest.approx(float(contrast(other, one)), rel=1e-5)


def test_independence_by_hand() -> None:
    one = torch.tensor([[[1.0], [-1.0], [3.0]]])  # centred 0, -2, 2
    other = torch.tensor([[[0.0], [4.0], [2.0]]])  # centred -2, 2, 0
    assert float(independence(one, other)) == pytest.approx((-4) ** 2 / 2**2)
    assert float(independence(one, torch.full((1, 3, 2), 7.0))) == 0
    assert float(independence(one + 10, other - 3)) == pytest.approx(4.0)


def test_modality_classification_by_hand() -> None:
    assert float(modality_classification(torch.zeros(4, 3), 1)) == pytest.approx(math.log(2))
    assert float(modality_classification(torch.tensor([[-30.0, 30.0]]), 1)) < 1e-6
