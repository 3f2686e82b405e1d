from __future__ import annotations

import pytest
import torch

from dis2_core import DIS2, DIS2Config
from dis2_training.data.sample import IGNORE
from dis2_training.methods.cross_entropy import CrossEntropyObjective, cross_entropy
from dis2_training.methods.dis2.losses import segmentation_loss
from dis2_training.methods.dis2.objective import Objective


def test_it_is_the_mean_over_labelled_pixels() -> None:
    logits, labels = torch.randn(2, 3, 4, 4), torch.randint(0, 3, (2, 4, 4))
    labels[0, :2] = IGNORE
    p = logits.softmax(dim=1)
    known = [
        -p[b, labels[b, i, j], i, j].log() for b in range(2) for i in range(4) for j in range(4) if labels[b, i, j] < 3
    ]
    assert cross_entropy(logits, labels).item() == pytest.approx(torch.stack(known).mean().item(), rel=1e-5)


def test_without_a_label_it_costs_nothing() -> None:
    logits = torch.randn(1, 3, 4, 4, requires_grad=True)
    loss = cross_entropy(logits, torch.full((1, 4, 4), IGNORE))
    loss.backward()
    assert loss.item() == 0 and torch.equal(logits.grad, torch.zeros_like(logits))


def test_a_class_that_fell_below_the_floor_comes_back() -> None:
    """Why the term is there: in a window of one class, the published losses give it up."""
    labels = torch.zeros(1, 8, 8, dtype=torch.int64)

    def pull(loss: object) -> float:
        logits = torch.zeros(1, 3, 8, 8)
        logits[:, 0] = -9.0
        logits.requires_grad_()
        loss(logits, labels).backward()
        return logits.grad[:, 0].abs().sum().item()

    assert pull(segmentation_loss) < 1e-3
    assert pull(cross_entropy) > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("incomplete", [[], [("rgb",)], [("ndsm",)], [("rgb",), ("ndsm",)]])
def test_the_other_terms_are_the_published_ones(incomplete: list[tuple[str, ...]]) -> None:
    torch.manual_seed(0)
    network = DIS2(DIS2Config(classes=3, window=(32, 32), width=8, dropout=0.0))
    inputs = {"rgb": torch.randn(2, 3, 32, 32), "ndsm": torch.randn(2, 1, 32, 32)}
    labels = torch.randint(0, 3, (2, 32, 32))
    published = Objective(network)
    ours = CrossEntropyObjective(network, weight=0.5)
    ours.load_state_dict(published.state_dict())
    expected = published(inputs, labels, incomplete, 5.0)
    found = ours(inputs, labels, incomplete, 5.0)
    extra = set(found) - set(expected)
    assert extra == ({"full_cross_entropy", "missing_cross_entropy"} if incomplete else {"full_cross_entropy"})
    assert found["total"].item() == pytest.approx(
        expected["total"].item() + sum(found[name].item() for name in extra), rel=1e-5
    )
    ours.weight = 0
    assert set(ours(inputs, labels, incomplete, 5.0)) == set(expected)
