"""What the shared form is trained for: every scenario alike, at three scales."""

from __future__ import annotations

import torch

from dis2_core.network import DIS2Config, SharedDIS2
from dis2_training.data.sample import IGNORE
from dis2_training.methods.dis2.losses import segmentation_loss
from dis2_training.methods.registry import form_of, method_names
from dis2_training.methods.shared import COARSE_WEIGHT, SharedObjective, thinned

CONFIG = DIS2Config((("rgb", 3), ("ndsm", 1)), classes=3, window=(32, 32), width=8, form="shared")


def setting() -> tuple[SharedObjective, dict[str, torch.Tensor], torch.Tensor]:
    torch.manual_seed(0)
    objective = SharedObjective(SharedDIS2(CONFIG), cross_entropy=0.0).eval()
    return (
        objective,
        {"rgb": torch.randn(2, 3, 32, 32), "ndsm": torch.randn(2, 1, 32, 32)},
        torch.arange(2048).view(2, 32, 32) % 3,
    )


def test_every_scenario_weighs_the_same() -> None:
    objective, inputs, labels = setting()
    scenarios = CONFIG.scenarios()
    together = objective(inputs, labels, scenarios, 0.0)
    alone = [objective(inputs, labels, [scenario], 0.0) for scenario in scenarios]
    for name, term in together.items():
        torch.testing.assert_close(term, torch.stack([terms[name] for terms in alone]).mean(), rtol=1e-4, atol=1e-5)


def test_the_total_is_the_task_and_two_coarse_scales() -> None:
    objective, inputs, labels = setting()
    terms = objective(inputs, labels, [("rgb",)], 0.0)
    assert set(terms) == {"drawn", "stride_8", "stride_4", "total"}
    torch.testing.assert_close(terms["total"], terms["drawn"] + terms["stride_8"] + terms["stride_4"])
    output = objective.network.outputs(inputs, [("rgb",)])
    coarse = segmentation_loss(objective.coarse_heads[0](output.coarse[0]), labels[:, 4::8, 4::8])
    torch.testing.assert_close(terms["stride_8"], COARSE_WEIGHT * coarse)


def test_labels_are_thinned_to_the_middle_of_a_cell() -> None:
    labels = torch.arange(64).view(1, 8, 8)
    assert thinned(labels, 4).tolist() == [[[18, 22], [50, 54]]]


def test_ground_without_labels_costs_nothing_and_teaches_nothing() -> None:
    objective, inputs, labels = setting()
    terms = objective(inputs, torch.full_like(labels, IGNORE), CONFIG.scenarios(), 0.0)
    assert terms["total"] == 0
    terms["total"].backward()
    assert all(not parameter.grad.any() for parameter in objective.parameters() if parameter.grad is not None)


def test_all_other_methods_have_the_papers_form() -> None:
    """``dis2_shared_branch`` has one branch for all incomplete scenarios, and nothing else of the shared form."""
    assert [name for name in method_names(("rgb", "ndsm")) if form_of(name) == "shared"] == ["dis2_shared"]


def test_labels_may_differ_from_scenario_to_scenario() -> None:
    objective, inputs, labels = setting()
    scenarios = CONFIG.scenarios()
    every = torch.stack([labels, torch.full_like(labels, IGNORE), (labels + 1) % 3])
    together = objective(inputs, every, scenarios, 0.0)
    alone = [objective(inputs, own, [scenario], 0.0) for scenario, own in zip(scenarios, every, strict=True)]
    for name, term in together.items():
        torch.testing.assert_close(term, torch.stack([terms[name] for terms in alone]).mean(), rtol=1e-4, atol=1e-5)
