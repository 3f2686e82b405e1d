"""Both forms with the encoder that a card names: answers, files, and what does not go together."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_models import tiny_card
from torch import nn

from dis2_core import load_model, save_model
from dis2_core.contract.card import ModelCard
from dis2_core.contract.errors import InvalidCard, InvalidModelFile
from dis2_core.network import DIS2, DIS2Config, build_network
from dis2_core.network.efficientnet import EfficientNetLite0
from dis2_core.network.folding import fold_norms

FORMS = ("paper", "shared")
LITE = {
    "paper": DIS2Config(window=(32, 32), classes=3, width=8, heads=2, layers=1, encoder="efficientnet_lite0"),
    "shared": DIS2Config(window=(32, 32), classes=3, width=8, form="shared", encoder="efficientnet_lite0"),
}


def card_of(config: DIS2Config) -> ModelCard:
    return tiny_card(network=config.card_entries())


def settled(config: DIS2Config) -> nn.Module:
    """A network whose norms have seen something, so that folding them is no matter of zeros and ones."""
    torch.manual_seed(0)
    network = build_network(config)
    network({"rgb": torch.randn(4, 3, 32, 32), "ndsm": torch.randn(4, 1, 32, 32)})
    return network.eval()


@pytest.mark.parametrize("form", FORMS)
def test_a_card_names_the_encoder_unless_it_is_the_papers(form: str) -> None:
    config = LITE[form]
    assert card_of(config).network["encoder"] == "efficientnet_lite0"
    assert DIS2Config.from_card(card_of(config)) == config
    usual = replace(config, encoder="dis2")
    assert "encoder" not in usual.card_entries()
    assert DIS2Config.from_card(card_of(usual)) == usual


def test_unknown_encoders_are_refused() -> None:
    with pytest.raises(InvalidCard, match="no encoder 'resnet'"):
        DIS2Config.from_card(tiny_card(network={**LITE["shared"].card_entries(), "encoder": "resnet"}))
    with pytest.raises(InvalidCard, match="entry 'encoder' is 3"):
        DIS2Config.from_card(tiny_card(network={**LITE["shared"].card_entries(), "encoder": 3}))


@pytest.mark.parametrize("form", FORMS)
def test_every_encoder_of_a_network_is_of_the_kind_that_the_card_names(form: str) -> None:
    network = build_network(LITE[form])
    kinds = [type(encoder) for encoder in network.encoders.values()]
    kinds += [type(encoder) for encoder in network.compensatory.values()] if isinstance(network, DIS2) else []
    assert kinds == [EfficientNetLite0] * (4 if form == "paper" else 2)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_model_file_holds_all_that_prediction_needs(form: str, tmp_path: Path) -> None:
    """It answers as before, in every scenario, its norms folded or not."""
    config = LITE[form]
    network = settled(config)
    save_model(tmp_path / "lite.safetensors", network, card_of(config), torch.float32)
    model = load_model(tmp_path / "lite.safetensors")
    inputs = {"rgb": torch.randn(2, 3, 32, 32), "ndsm": torch.randn(2, 1, 32, 32)}
    folded = fold_norms(copy.deepcopy(model.network))
    encoders = folded.encoders.modules()  # type: ignore[operator, union-attr]
    assert not any(isinstance(module, nn.BatchNorm2d) for module in encoders)
    with torch.no_grad():
        for scenario in config.scenarios():
            given = {name: inputs[name] for name in scenario}
            expected = network(given)
            torch.testing.assert_close(model.network(given), expected)
            torch.testing.assert_close(folded(given), expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max()))


def test_the_authors_format_has_no_place_for_it() -> None:
    with pytest.raises(InvalidModelFile, match="efficientnet_lite0"):
        build_network(LITE["paper"]).to_author_state_dict()  # type: ignore[union-attr]
