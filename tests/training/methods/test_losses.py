"""The loss terms beyond the golden files: ignored pixels, clamps, and mathematical invariants."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from dis2_core.network import DIS2, DIS2Config
from dis2_training.methods.dis2.losses import (
    IGNORE,
    distillation_kl,
    pixel_unit_mse,
    segmentation_loss,
    squared_cosine,
    unit_mse,
)
from dis2_training.methods.dis2.objective import Objective

CONFIG = DIS2Config(classes=3, window=(32, 32), width=8, dropout=0.0)


def labels(seed: int = 0, size: int = 8) -> torch.Tensor:
    return torch.randint(0, 3, (2, size, size), generator=torch.Generator().manual_seed(seed))


def logits(seed: int = 1, size: int = 8) -> torch.Tensor:
    return torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(seed))


def one_hot(classes: torch.Tensor) -> torch.Tensor:
    return F.one_hot(classes, 3).movedim(-1, 1).float()


def test_a_perfect_prediction_costs_nothing():
    perfect = 200.0 * one_hot(labels())
    assert segmentation_loss(perfect, labels()).item() == pytest.approx(0.0, abs=1e-6)


def test_cross_entropy_is_clamped_and_has_no_gradient_below_the_clamp():
    """One image, one class present in half of it: w = 1/2, so WCE of an all-wrong answer is -ln(.005) / 2 / K."""
    truth = torch.zeros(1, 4, 4, dtype=torch.int64)
    truth[:, :2] = 1
    wrong = (-200.0 * one_hot(truth)).requires_grad_()
    loss = segmentation_loss(wrong, truth)
    assert loss.item() == pytest.approx(-math.log(0.005) / 2 / 3 + 1.0, rel=1e-5)
    loss.backward()
    assert wrong.grad.abs().max().item() == 0.0


def test_ignored_pixels_count_nowhere():
    """Equal to the loss of the upper half alone, whatever stands in the lower half."""
    truth, scores = labels(), logits()
    half = segmentation_loss(scores[:, :, :4], truth[:, :4])
    truth[:, 4:] = IGNORE
    assert segmentation_loss(scores, truth).item() == pytest.approx(half.item(), rel=1e-6)
    for term in (distillation_kl, pixel_unit_mse):
        other = logits(2)
        expected = term(scores[:, :, :4], other[:, :, :4], truth[:, :4])
        assert term(scores, other, truth).item() == pytest.approx(expected.item(), rel=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_autocast_changes_no_segmentation_loss(dtype: torch.dtype):
    """Logits as a network gives them under autocast: the loss and its gradient are those of float32."""
    scores = logits().to(dtype)
    values, gradients = [], []
    for enabled in (False, True):
        given = (scores if enabled else scores.float()).clone().requires_grad_()
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            loss = segmentation_loss(given, labels())
        loss.backward()
        assert loss.dtype == torch.float32
        values.append(loss.detach())
        gradients.append(given.grad.to(dtype))
    torch.testing.assert_close(values[1], values[0], rtol=0, atol=0)
    torch.testing.assert_close(gradients[1], gradients[0], rtol=0, atol=0)


def test_no_valid_pixel_costs_nothing_and_gives_no_nan():
    nothing = torch.full((2, 8, 8), IGNORE)
    scores = logits().requires_grad_()
    loss = segmentation_loss(scores, nothing) + distillation_kl(scores, logits(2), nothing)
    loss.backward()
    assert loss.item() == 0.0
    assert scores.grad.abs().max().item() == 0.0


def test_distillation_is_zero_for_equal_logits_and_positive_otherwise():
    assert distillation_kl(logits(), logits(), labels()).item() == pytest.approx(0.0, abs=1e-7)
    assert distillation_kl(logits(), logits(2), labels()).item() > 0


def test_squared_cosine_of_parallel_and_orthogonal_vectors():
    a = torch.tensor([[1.0, 0.0], [0.0, 2.0]])
    assert squared_cosine(a, -3 * a).item() == pytest.approx(1.0)
    assert squared_cosine(a, a.flip(1)).item() == pytest.approx(0.0)


def inputs(config: DIS2Config) -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return {name: torch.randn(2, bands, *config.window) for name, bands in config.modalities}


def test_the_full_branch_is_not_pulled_by_the_distillation():
    objective = Objective(DIS2(CONFIG)).eval()
    terms = objective(inputs(CONFIG), labels(size=32), [("rgb",)], distillation=5.0)
    terms["distillation"].backward()
    touched = {
        name.split(".")[2] for name, p in objective.named_parameters() if p.grad is not None and "branches" in name
    }
    assert touched == {"without_ndsm"}
    assert all(p.grad is None for p in objective.fused_pools["full"].parameters())


def test_without_an_incomplete_scenario_the_full_branch_alone_is_trained():
    terms = Objective(DIS2(CONFIG))(inputs(CONFIG), labels(size=32), [], distillation=5.0)
    assert set(terms) == {"full", "auxiliary_rgb", "auxiliary_ndsm", "full_scales", "total"}


@pytest.mark.parametrize("scenario", [("rgb",), ("ndsm", "sar"), ("rgb", "sar")])
def test_three_modalities_train_in_every_incomplete_scenario(scenario):
    config = DIS2Config(modalities=(("rgb", 3), ("ndsm", 1), ("sar", 2)), classes=3, window=(32, 32), width=8)
    objective = Objective(DIS2(config))
    terms = objective(inputs(config), labels(size=32), [scenario], distillation=1.0)
    terms["total"].backward()
    assert terms["total"].isfinite()
    assert objective.network.branches["incomplete"].fusion.availability.grad.abs().sum() > 0


@pytest.mark.slow
def test_a_few_steps_lower_the_total():
    torch.manual_seed(0)
    objective = Objective(DIS2(CONFIG))
    batch, truth = inputs(CONFIG), labels(size=32)
    optimizer = torch.optim.AdamW(objective.parameters(), lr=3e-3)
    totals = []
    for _ in range(30):
        total = objective(batch, truth, [("rgb",)], distillation=1.0)["total"]
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        totals.append(total.item())
    assert totals[-1] < 0.9 * totals[0]


def test_unit_vectors_are_compared_as_if_they_were_written_out():
    """Values and gradients of the definition; a pixel without a direction is compared as the zero vector."""
    torch.manual_seed(5)
    student, teacher = torch.randn(2, 6, 8, 8, dtype=torch.double), torch.randn(2, 6, 8, 8, dtype=torch.double)
    student[0, :, 0, 0] = 0
    teacher[1, :, 3] = 0
    truth = torch.randint(0, 3, (2, 8, 8))
    truth[0, 5] = IGNORE
    found, expected = (student.float().requires_grad_() for _ in range(2))
    term = pixel_unit_mse(found, teacher.float(), truth)
    squares = (F.normalize(expected, dim=1, eps=1e-6) - F.normalize(teacher.float(), dim=1, eps=1e-6)).square()
    mean = squares.movedim(1, -1)[truth != IGNORE].mean()
    torch.testing.assert_close(term, mean, rtol=1e-5, atol=1e-7)
    term.backward()
    mean.backward()
    moving = torch.ones(2, 1, 8, 8, dtype=torch.bool)
    moving[0, :, 0, 0] = False  # at 0 the definition's gradient is 1 / eps times too large to be of use
    torch.testing.assert_close(found.grad * moving, expected.grad * moving, rtol=1e-4, atol=1e-7)
    assert found.grad.isfinite().all()


def test_several_incomplete_scenarios_count_with_their_mean():
    torch.manual_seed(0)
    objective = Objective(DIS2(CONFIG)).eval()
    batch, truth = inputs(CONFIG), labels(size=32)
    one, other, both = (
        objective(batch, truth, incomplete, distillation=2.0)
        for incomplete in ([("rgb",)], [("ndsm",)], [("rgb",), ("ndsm",)])
    )
    for name in ("missing", "missing_scales", "distillation", "diversity", "total"):
        torch.testing.assert_close(both[name], (one[name] + other[name]) / 2, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("closeness", [1e-1, 1e-3])
def test_autocast_does_not_round_what_is_nearly_alike(closeness: float) -> None:
    """The terms of distillation and disentanglement inside autocast, on float32 maps, against outside."""
    torch.manual_seed(1)
    teacher = torch.randn(2, 16, 8, 8)
    student = teacher + closeness * torch.randn(2, 16, 8, 8)
    truth = torch.zeros(2, 8, 8, dtype=torch.long)
    vectors = student.mean(dim=(2, 3)), teacher.mean(dim=(2, 3))

    def terms() -> list[torch.Tensor]:
        maps = pixel_unit_mse(student, teacher, truth), distillation_kl(student, teacher, truth)
        return [*maps, unit_mse(*vectors), squared_cosine(*vectors)]

    with torch.autocast("cpu", torch.bfloat16):
        inside = terms()
    for found, expected in zip(inside, terms(), strict=True):
        assert found.dtype == torch.float32
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-9)
