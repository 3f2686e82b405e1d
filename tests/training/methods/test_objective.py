"""The method against what the authors' own network computes (tests/golden)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from dis2_training.methods.dis2.objective import Objective

GOLDEN = Path(__file__).parents[2] / "golden"
sys.path.insert(0, str(GOLDEN))
import weights_recipe  # noqa: E402

WINDOWS = [(64, 0), (128, 1)]
ROUTES = {"full": ("rgb", "ndsm"), "rgb_only": ("rgb",), "ndsm_only": ("ndsm",)}
TERMS = {
    "total": "total_loss",
    "full": "full_loss",
    "auxiliary_rgb": "rgb_loss",
    "auxiliary_ndsm": "ndsm_loss",
    "missing": "missing_loss",
    "distillation": "kl_loss",
    "diversity": "diversity_loss",
    "full_scales": "full_scale_loss",
    "missing_scales": "miss_scale_loss",
}
_BRANCH = {"full": "full", "miss_ndsm": "without_ndsm", "miss_rgb": "without_rgb"}
#: The modules of ours that are one top-level module of the authors'.
MODULES = {
    "rgb_encoder": ["network.encoders.rgb", "auxiliary.rgb"],
    "ndsm_encoder": ["network.encoders.ndsm", "auxiliary.ndsm"],
    "rgb_else": ["network.compensatory.rgb"],
    "ndsm_else": ["network.compensatory.ndsm"],
    **{f"{theirs}_fuse": [f"network.branches.{ours}.fusion"] for theirs, ours in _BRANCH.items()},
    **{f"{theirs}_classwise_attention": [f"network.branches.{ours}.attention"] for theirs, ours in _BRANCH.items()},
    **{
        f"{theirs}_classwise_decoder": [f"network.branches.{ours}.decoder", f"scale_heads.{ours}"]
        for theirs, ours in _BRANCH.items()
    },
    "full_fusion_pool": ["fused_pools.full"],
    "miss_ndsm_fuse_pool": ["fused_pools.without_ndsm"],
    "miss_rgb_fuse_pool": ["fused_pools.without_rgb"],
    "rgb_dist_pool": ["own_pools.rgb"],
    "ndsm_dist_pool": ["own_pools.ndsm"],
    "rgb_else_pool": ["compensatory_pools.rgb"],
    "ndsm_else_pool": ["compensatory_pools.ndsm"],
}


def author_state(window: int, seed: int) -> dict[str, torch.Tensor]:
    arrays = weights_recipe.author_state_dict(window, seed)
    return {name: torch.from_numpy(np.asarray(array)) for name, array in arrays.items()}


def golden_objective(window: int, seed: int) -> tuple[Objective, dict[str, torch.Tensor], torch.Tensor]:
    objective = Objective.from_author_state_dict(author_state(window, seed)).eval()
    batch = torch.from_numpy(weights_recipe.input_batch(window, seed))
    labels = torch.from_numpy(weights_recipe.label_batch(window, seed))
    return objective, {"rgb": batch[:, :3], "ndsm": batch[:, 3:]}, labels


@pytest.mark.slow
@pytest.mark.parametrize(("window", "seed"), WINDOWS)
@pytest.mark.parametrize("route", ROUTES)
def test_probabilities_are_the_authors(window, seed, route):
    objective, inputs, _ = golden_objective(window, seed)
    expected = np.load(GOLDEN / f"author_outputs_w{window}_s{seed}.npz")[f"prob_{route}"]
    with torch.no_grad():
        logits = objective.network({name: inputs[name] for name in ROUTES[route]})
    np.testing.assert_allclose(logits.softmax(dim=1).numpy(), expected, rtol=0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize(("window", "seed"), WINDOWS)
@pytest.mark.parametrize("route", ["rgb_only", "ndsm_only"])
@pytest.mark.parametrize(("epoch", "weight"), [(0, 0.0), (6, 5.0)])
def test_losses_and_gradients_are_the_authors(window, seed, route, epoch, weight):
    objective, inputs, labels = golden_objective(window, seed)
    golden = json.loads((GOLDEN / f"author_losses_w{window}_s{seed}.json").read_text())[f"{route}_epoch{epoch}"]
    terms = objective(inputs, labels, [ROUTES[route]], distillation=weight)
    assert set(terms) == set(TERMS)
    for ours, theirs in TERMS.items():
        assert terms[ours].item() == pytest.approx(golden[theirs], rel=1e-4), ours
    terms["total"].backward()
    for theirs, norm in golden["grad_norm"].items():
        assert gradient_norm(objective, MODULES[theirs]) == pytest.approx(norm or 0.0, rel=1e-3, abs=1e-9), theirs


def gradient_norm(objective: Objective, modules: list[str]) -> float:
    gradients = [p.grad for name in modules for p in objective.get_submodule(name).parameters() if p.grad is not None]
    return torch.stack([g.norm() for g in gradients]).norm().item() if gradients else 0.0


def test_every_entry_of_the_authors_checkpoint_survives_a_round_trip():
    state = author_state(64, 0)
    back = Objective.from_author_state_dict(state).to_author_state_dict()
    assert set(back) == set(state)
    for name, tensor in state.items():
        never_used = name.endswith(".query") or ".seg_d4." in name or ".e1_conv_up." in name
        torch.testing.assert_close(back[name], torch.zeros_like(tensor) if never_used else tensor, rtol=0, atol=0)
