"""The shared form: one trunk for all scenarios, and an answer that depends on a pixel's surroundings alone."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from dis2_core.contract.errors import GridMismatch, InvalidCard, UnknownModality
from dis2_core.network import DIS2, DIS2Config, SharedDIS2, build_network
from dis2_core.network.folding import fold_norms

FIVE = (("rgb", 3), ("ndsm", 1), ("sar", 2), ("nir", 1), ("thermal", 1))
TWO = DIS2Config(FIVE[:2], classes=3, window=(32, 48), width=8, form="shared")


def network(config: DIS2Config, seed: int = 0) -> SharedDIS2:
    """A network whose batch norms have seen something."""
    torch.manual_seed(seed)
    net = SharedDIS2(config).eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
            nn.init.uniform_(module.weight, 0.5, 2.0)
    return net


def windows(config: DIS2Config, size: tuple[int, int] | None = None, seed: int = 1) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.randn(2, bands, *(size or config.window), generator=generator) for name, bands in config.modalities
    }


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_scenario_answers_as_it_does_alone(count: int) -> None:
    config = replace(TWO, modalities=FIVE[:count])
    net, inputs = network(config), windows(config)
    answers = net.forward_scenarios(inputs, config.scenarios())
    assert list(answers) == config.scenarios()
    assert len(answers) == 2**count - 1
    for scenario, answer in answers.items():
        alone = net({name: inputs[name] for name in scenario})
        assert alone.shape == (2, 3, 32, 48)
        torch.testing.assert_close(answer, alone, rtol=1e-4, atol=1e-4)


def test_maps_need_less_overlap_than_those_of_the_papers_form() -> None:
    assert (TWO.overlap, replace(TWO, form="paper").overlap) == (0.25, 0.5)


def test_a_missing_modality_is_not_looked_at_and_their_order_is_none() -> None:
    config = replace(TWO, modalities=FIVE[:3])
    net, inputs = network(config), windows(config)
    before = net.forward_scenarios(inputs, [("rgb", "sar")])["rgb", "sar"]
    inputs["ndsm"] = torch.full_like(inputs["ndsm"], torch.nan)
    torch.testing.assert_close(net.forward_scenarios(inputs, [("rgb", "sar")])["rgb", "sar"], before, rtol=0, atol=0)
    turned = net({"sar": inputs["sar"], "rgb": inputs["rgb"]})
    torch.testing.assert_close(turned, before, rtol=1e-4, atol=1e-4)


def test_two_modalities_that_say_the_same_weigh_as_one_does() -> None:
    """What is available is averaged: a copy with the same weights changes nothing."""
    config = replace(TWO, modalities=(("a", 2), ("b", 2)))
    net, inputs = network(config), windows(config)
    net.encoders["b"], net.projections["b"] = net.encoders["a"], net.projections["a"]
    inputs["b"] = inputs["a"]
    torch.testing.assert_close(net(inputs), net({"a": inputs["a"]}), rtol=1e-4, atol=1e-4)


def test_gradients_reach_the_encoders_that_a_scenario_needs_and_no_other() -> None:
    net = network(TWO)
    net.forward_scenarios(windows(TWO), [("ndsm",)])["ndsm",].square().mean().backward()
    assert all(parameter.grad is not None for parameter in net.encoders["ndsm"].parameters())
    assert all(parameter.grad is None for parameter in net.encoders["rgb"].parameters())


def test_the_window_does_not_matter_far_from_its_border() -> None:
    """A larger window, elsewhere by a multiple of 16 pixels, gives the same answer where borders are far away."""
    config = replace(TWO, width=2)
    net, inputs = network(config), windows(config, (512, 512))
    whole = net(inputs)
    part = net({name: x[..., 64:448, 64:448] for name, x in inputs.items()})
    border = 160
    inner = part[..., border:-border, border:-border]
    torch.testing.assert_close(inner, whole[..., 64 + border : 448 - border, 64 + border : 448 - border])
    assert (part - whole[..., 64:448, 64:448]).abs().max() > 1e-3  # near the border it does


@pytest.mark.parametrize("size", [(40, 48), (8, 16)])
def test_windows_are_multiples_of_the_stride(size: tuple[int, int]) -> None:
    with pytest.raises(GridMismatch, match="multiples of 16"):
        network(TWO)(windows(TWO, size))


def test_modalities_have_windows_of_one_size() -> None:
    inputs = windows(TWO)
    inputs["ndsm"] = inputs["ndsm"][..., :16]
    with pytest.raises(GridMismatch, match="windows of different sizes"):
        network(TWO)(inputs)


def test_a_scenario_needs_what_is_given() -> None:
    inputs = windows(TWO)
    del inputs["ndsm"]
    with pytest.raises(UnknownModality):
        network(TWO).forward_scenarios(inputs, [("ndsm",)])


def test_folded_norms_leave_the_numbers_as_they_are() -> None:
    net, inputs = network(TWO), windows(TWO)
    folded = fold_norms(copy.deepcopy(net))
    assert not any(isinstance(module, nn.BatchNorm2d) for module in folded.modules())
    torch.testing.assert_close(folded(inputs), net(inputs), rtol=1e-4, atol=1e-4)


def test_norms_of_the_paper_form_fold_too() -> None:
    torch.manual_seed(0)
    net = DIS2(DIS2Config(FIVE[:2], classes=3, window=(32, 48), width=8)).eval()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean)
    inputs = windows(TWO)
    torch.testing.assert_close(fold_norms(copy.deepcopy(net))(inputs), net(inputs), rtol=1e-4, atol=1e-4)


def gflop(classes: int, form: str = "shared") -> float:
    """Of a window of 128 pixels at width 16, batch norms not counted; shapes alone, no memory is taken."""
    config = DIS2Config((("rgb", 3), ("ndsm", 1)), classes=classes, window=(128, 128), width=16, form=form)
    with torch.device("meta"):
        net = build_network(config).eval()
        inputs = {name: torch.empty(1, bands, 128, 128) for name, bands in config.modalities}
    with FlopCounterMode(display=False) as counter:
        net(inputs)
    return counter.get_total_flops() / 1e9


def test_operations_are_few_and_hardly_grow_with_the_classes() -> None:
    assert gflop(9) <= 0.6
    assert gflop(9) <= gflop(9, "paper") / 5
    assert gflop(20) <= 1.2 * gflop(2)


@pytest.mark.parametrize("change", [{"form": "paper"}, {"form": "round"}, {"modalities": ()}])
def test_impossible_configurations_are_refused(change: dict[str, object]) -> None:
    single = replace(TWO, modalities=FIVE[:1])
    with pytest.raises(InvalidCard):
        replace(single, **change)
