"""The network's contract: shapes, scenarios, gradients, errors, and the invariants of its parts."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from dis2_core.contract.card import Band, LandClass, Modality, ModelCard
from dis2_core.contract.errors import GridMismatch, InvalidCard, NoInput, UnknownModality, WrongBands
from dis2_core.network import DIS2, DIS2Config
from dis2_core.network.classwise import ClassAttention
from dis2_core.network.fusion import resize_positions
from dis2_core.network.layers import AttentionPool, whole_sample_norm

TWO = DIS2Config(classes=3, window=(32, 48), width=8)
THREE = replace(TWO, modalities=(("rgb", 3), ("ndsm", 1), ("sar", 2)), missing_branches=None)


def windows(config: DIS2Config, batch: int = 2, seed: int = 0) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(batch, bands, *config.window, generator=generator) for name, bands in config.modalities}


def network(config: DIS2Config) -> DIS2:
    torch.manual_seed(1)
    return DIS2(config).eval()


@pytest.mark.slow
@pytest.mark.parametrize("config", [TWO, replace(TWO, missing_branches="shared"), THREE])
def test_every_scenario_answers_with_logits_of_the_window(config):
    net, inputs = network(config), windows(config)
    assert len(config.scenarios()) == 2 ** len(config.names) - 1
    answers = net.forward_scenarios(inputs, config.scenarios())
    for scenario in config.scenarios():
        alone = net({name: inputs[name] for name in scenario})
        assert alone.shape == (2, 3, 32, 48)
        torch.testing.assert_close(answers[scenario], alone, rtol=0, atol=1e-5)
    assert len({round(answer.double().sum().item(), 6) for answer in answers.values()}) == len(answers)


@pytest.mark.slow
@pytest.mark.parametrize("config", [TWO, THREE])
def test_a_missing_modality_is_not_looked_at(config):
    net, inputs = network(config), windows(config)
    scenario = config.names[:-1]
    before = net.forward_scenarios(inputs, [scenario])[scenario]
    inputs[config.names[-1]] = torch.full_like(inputs[config.names[-1]], torch.nan)
    torch.testing.assert_close(net.forward_scenarios(inputs, [scenario])[scenario], before, rtol=0, atol=0)


@pytest.mark.parametrize("scenario", THREE.scenarios())
def test_gradients_reach_the_encoders_a_scenario_needs_and_no_other(scenario):
    net = network(THREE)
    net.forward_scenarios(windows(THREE), [scenario])[scenario].square().mean().backward()
    complete = len(scenario) == 3
    for name in THREE.names:
        assert has_gradient(net.encoders[name]) == (name in scenario)
        assert has_gradient(net.compensatory[name]) == (name in scenario and not complete)
    assert has_gradient(net.branches["full"]) == complete
    assert has_gradient(net.branches["incomplete"]) == (not complete)


def has_gradient(module: torch.nn.Module) -> bool:
    return any(p.grad is not None and p.grad.abs().sum() > 0 for p in module.parameters())


def test_a_window_does_not_depend_on_its_batch_mates():
    net, inputs = network(TWO), windows(TWO, batch=3)
    alone = net({name: window[1:2] for name, window in inputs.items()})
    torch.testing.assert_close(net(inputs)[1:2], alone, rtol=0, atol=1e-5)


def test_folded_and_looped_decoding_are_the_same_numbers():
    decoder = network(TWO).branches["full"].decoder
    attended = torch.randn(2, 3, 64, 2, 3)
    skips = [torch.randn(2, 8, 16, 24), torch.randn(2, 16, 8, 12), torch.randn(2, 32, 4, 6)]
    for folded, looped in zip(
        decoder._decode_folded(attended, skips), decoder._decode_in_turn(attended, skips), strict=True
    ):
        assert len(folded) == len(looped) == 3
        torch.testing.assert_close(torch.stack(folded), torch.stack(looped), rtol=0, atol=1e-5)


def test_parameters_are_as_many_as_the_authors():
    """The golden notes give 12,822,596 at 512 px, with the training parts; prediction has fewer."""
    from dis2_training.methods.dis2.objective import Objective

    state = Objective(DIS2(DIS2Config())).to_author_state_dict()
    statistics = ("running_mean", "running_var", "num_batches_tracked")
    assert len(state) == 616
    assert sum(t.numel() for name, t in state.items() if not name.endswith(statistics)) == 12_822_596


def test_whole_sample_norm_is_an_unbatched_instance_norm_3d():
    x = torch.randn(4, 6, 8, 10)
    torch.testing.assert_close(whole_sample_norm(x), torch.nn.InstanceNorm3d(4)(x), rtol=0, atol=1e-5)


def test_class_attention_reweights_with_weights_that_sum_to_one():
    attention = ClassAttention(classes=5, channels=16)
    ones = torch.ones(2, 16, 4, 4)
    torch.testing.assert_close(attention(ones).sum(dim=(3, 4)), torch.ones(2, 5, 16))


def test_attention_pool_of_a_constant_is_the_constant():
    pooled = AttentionPool(channels=4, hidden=8)(torch.full((2, 4, 6, 6), 3.0))
    torch.testing.assert_close(pooled, torch.full((2, 4), 3.0))


def test_positions_of_the_same_window_stay_and_constant_ones_stay_constant():
    positions = torch.randn(1, 12, 5)
    torch.testing.assert_close(resize_positions(positions, (3, 4), (3, 4)), positions)
    torch.testing.assert_close(resize_positions(torch.ones(1, 12, 5), (3, 4), (5, 2)), torch.ones(1, 10, 5))


def test_positions_are_laid_out_row_major():
    rows = torch.arange(4.0)[:, None].expand(4, 6).reshape(1, 24, 1)
    resized = resize_positions(rows, (4, 6), (8, 6)).reshape(8, 6)
    assert (resized.diff(dim=0) >= 0).all()
    torch.testing.assert_close(resized, F.pad(resized[:, :1], (0, 5), mode="replicate"))


@pytest.mark.slow
def test_another_window_keeps_all_other_weights():
    net = network(TWO)
    wider = net.with_window((64, 64))
    assert wider({"rgb": torch.randn(1, 3, 64, 64)}).shape == (1, 3, 64, 64)
    for key, value in net.state_dict().items():
        if ".positions." not in key:
            torch.testing.assert_close(wider.state_dict()[key], value, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("inputs", "error", "says"),
    [
        ({}, NoInput, "rgb (3 bands), ndsm (1 bands)"),
        ({"sar": torch.zeros(1, 1, 32, 48)}, UnknownModality, "'sar'"),
        ({"rgb": torch.zeros(1, 4, 32, 48)}, WrongBands, "(batch, 3, height, width)"),
        ({"rgb": torch.zeros(3, 32, 48)}, WrongBands, "(batch, 3, height, width)"),
        ({"rgb": torch.zeros(1, 3, 48, 32)}, GridMismatch, "(32, 48)"),
        ({"rgb": torch.zeros(1, 3, 32, 48), "ndsm": torch.zeros(2, 1, 32, 48)}, GridMismatch, "batches"),
    ],
)
def test_wrong_inputs_are_told_what_is_expected(inputs, error, says):
    with pytest.raises(error) as caught:
        network(TWO)(inputs)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"modalities": (("rgb", 3),)},
        {"modalities": (("rgb", 3), ("rgb", 1))},
        {"modalities": (("rgb", 3), ("items", 1))},
        {"window": (30, 32)},
        {"classes": 1},
        {"heads": 7},
        {"missing_branches": "none"},
        {"modalities": THREE.modalities, "missing_branches": "per_modality"},
    ],
)
def test_impossible_configurations_are_refused(change):
    with pytest.raises(InvalidCard):
        replace(TWO, **change)


def card(**network_entries) -> ModelCard:
    band = Band(name="b", mean=0.0, std=1.0, valid_min=0.0, valid_max=1.0)
    return ModelCard(
        name="m",
        modalities=(
            Modality("rgb", "optical", "optical", (band,) * 3),
            Modality("ndsm", "elevation", "elevation", (band,)),
        ),
        classes=tuple(LandClass(name, "#000000") for name in "abc"),
        window=(32, 48),
        gsd=0.2,
        network=network_entries,
    )


def test_a_card_gives_back_the_configuration_that_it_was_made_of():
    assert DIS2Config.from_card(card(**TWO.card_entries())) == TWO


def test_a_dropout_of_zero_is_one_that_a_card_may_hold():
    assert DIS2Config.from_card(card(dropout=0)).dropout == 0


@pytest.mark.parametrize(
    "entries", [{"dropout": 1.5}, {"width": "8"}, {"width": 10**9}, {"width": True}, {"depth": 3}, {"heads": 0}]
)
def test_a_card_from_a_stranger_cannot_ask_for_nonsense(entries):
    with pytest.raises(InvalidCard):
        DIS2Config.from_card(card(**entries))
