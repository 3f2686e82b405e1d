"""The ensemble: a mean of probabilities, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from baseline_tester import SIZES, THREE, TWO, WINDOW, tiny_card

from dis2_core import DIS2Config
from dis2_core.contract.errors import InputError, NoInput, UnknownModality
from dis2_training.methods.ensemble import Ensemble
from dis2_training.methods.file import load_method, save_method
from dis2_training.methods.registry import ENSEMBLE, answers, build, build_network, method_names


def ensemble(modalities: tuple[tuple[str, int], ...] = TWO) -> tuple[Ensemble, dict[str, torch.Tensor]]:
    torch.manual_seed(0)
    network = Ensemble(DIS2Config(modalities=modalities, classes=3, window=(WINDOW, WINDOW), **SIZES)).eval()
    return network, {name: torch.randn(2, bands, WINDOW, WINDOW) for name, bands in modalities}


@pytest.mark.parametrize("modalities", [TWO, THREE], ids=["two", "three"])
@torch.no_grad()
def test_its_probabilities_are_the_mean_of_its_members_over_what_is_available(modalities) -> None:
    network, inputs = ensemble(modalities)
    for scenario in network.config.scenarios():
        given = {name: inputs[name] for name in scenario}
        each = [network.members[name]({name: inputs[name]}).softmax(dim=1) for name in scenario]
        expected = torch.stack(each).mean(dim=0)
        torch.testing.assert_close(network(given).softmax(dim=1), expected)
        together = network.forward_scenarios(inputs, [scenario])[scenario]  # what is missing is not asked
        torch.testing.assert_close(together, network(given), rtol=0, atol=0)


@torch.no_grad()
def test_a_member_that_is_sure_of_the_wrong_class_is_one_voice_of_two() -> None:
    """Probabilities near 0 stay finite, in bfloat16 as well."""
    network, inputs = ensemble()
    for name, sure in (("optical", 0), ("sar", 1)):
        classify = network.members[name].decoder.classify
        classify.weight.zero_()
        classify.bias.copy_(torch.tensor([300.0 * (index == sure) for index in range(3)]))
    for dtype in (torch.float32, torch.bfloat16):
        logits = network.to(dtype)({name: x.to(dtype) for name, x in inputs.items()})
        expected = torch.tensor([0.5, 0.5, 0.0])[None, :, None, None].expand(2, 3, WINDOW, WINDOW)
        torch.testing.assert_close(logits.float().softmax(dim=1), expected, rtol=0, atol=5e-3)


def test_it_is_named_and_put_into_a_file_and_never_trained(tmp_path: Path) -> None:
    config = DIS2Config.from_card(tiny_card())
    assert ENSEMBLE in method_names(config.names) and all(answers(ENSEMBLE, s) for s in config.scenarios())
    with pytest.raises(InputError, match="not trained") as refused:
        build(ENSEMBLE, config)
    assert "single_optical, single_sar" in refused.value.hint
    network = build_network(ENSEMBLE, config).eval()
    save_method(tmp_path / "ensemble.safetensors", ENSEMBLE, network, tiny_card())
    method, model = load_method(tmp_path / "ensemble.safetensors")
    inputs = {name: torch.randn(1, bands, WINDOW, WINDOW) for name, bands in TWO}
    assert method == ENSEMBLE
    torch.testing.assert_close(model.network(inputs), network(inputs), rtol=0, atol=0)


def test_inputs_that_it_does_not_know_are_refused() -> None:
    network, _ = ensemble()
    with pytest.raises(NoInput):
        network({})
    with pytest.raises(UnknownModality, match="lidar"):
        network({"lidar": torch.zeros(1, 1, WINDOW, WINDOW)})
