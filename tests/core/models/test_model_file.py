"""A model goes into one file and comes back the same; anything else is refused before memory is taken."""

from __future__ import annotations

import json
import os
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from tiny_models import modality, save_tiny_model, tiny_card, tiny_familiarity, tiny_network

from dis2_core.contract.catalogue import CARD_KEY, read_header, sha256
from dis2_core.contract.errors import InvalidCard, InvalidModelFile, ModelNotFound, OutputNotWritable
from dis2_core.models.file import load_model, save_model

CARD = tiny_card(metrics={"rgb": {"miou": 0.25}})


@pytest.fixture(scope="module")
def network() -> Any:
    return tiny_network(CARD)


@pytest.fixture
def path(tmp_path: Path, network: Any) -> Path:
    save_model(tmp_path / "m.safetensors", network, CARD, torch.float32)
    return tmp_path / "m.safetensors"


def inputs() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {
        "rgb": torch.randn(2, 3, 32, 32, generator=generator),
        "ndsm": torch.randn(2, 1, 32, 32, generator=generator),
    }


def rewrite(path: Path, change: Any = None, card: dict[str, Any] | None = None) -> Path:
    """Change tensors or card of a model file behind ``save_model``'s back."""
    weights = safetensors.torch.load_file(path)
    if change is not None:
        change(weights)
    text = json.dumps(CARD.to_json() if card is None else card)
    safetensors.torch.save_file(weights, path, metadata={CARD_KEY: text})
    return path


def test_what_ground_looks_like_comes_back(tmp_path: Path, network: Any, path: Path) -> None:
    known = tiny_familiarity(CARD)
    save_model(tmp_path / "known.safetensors", network, CARD, torch.float32, familiarity=known)
    model = load_model(tmp_path / "known.safetensors")
    assert model.card == replace(CARD, familiarity=5) and model.familiarity is not None
    valid = {name: torch.ones(2, 32, 32, dtype=torch.bool) for name in inputs()}
    assert torch.equal(model.familiarity(inputs(), valid), known(inputs(), valid))
    assert load_model(path).familiarity is None


@pytest.mark.parametrize("count", [4, 6, 0])
def test_looks_that_the_card_does_not_speak_of_are_refused(tmp_path: Path, count: int) -> None:
    path = save_tiny_model(tmp_path / "known.safetensors", familiar=True)
    rewrite(path, card=replace(CARD, familiarity=count).to_json())
    with pytest.raises(InvalidModelFile, match="familiarity"):
        load_model(path)


@pytest.mark.parametrize("count", [-1, 4097])
def test_so_many_looks_are_no_sense(count: int) -> None:
    with pytest.raises(InvalidCard, match="looks of ground"):
        replace(CARD, familiarity=count)


@torch.no_grad()
def test_a_float32_file_gives_the_same_network(path: Path, network: Any) -> None:
    model = load_model(path)
    assert model.card == CARD and model.path == path and model.sha256 == sha256(path)
    assert not model.network.training
    for scenario in CARD.scenarios():
        given = {name: inputs()[name] for name in scenario}
        assert torch.equal(model.network(given), network(given))


def test_a_float16_file_holds_the_rounded_weights(tmp_path: Path, network: Any, path: Path) -> None:
    half = tmp_path / "half.safetensors"
    save_model(half, network, CARD)
    assert half.stat().st_size < 0.6 * path.stat().st_size
    loaded = load_model(half).network.state_dict()
    for name, weight in network.state_dict().items():
        assert loaded[name].dtype == (torch.float32 if weight.is_floating_point() else torch.int64)
        if weight.is_floating_point():
            assert torch.equal(loaded[name], weight.half().float())


def test_a_loaded_network_lives_on_no_file_and_can_be_trained_on(path: Path) -> None:
    network = load_model(path).network
    tensors = [*network.parameters(), *network.buffers()]
    assert {tensor.device.type for tensor in tensors} == {"cpu"}
    assert all(parameter.requires_grad for parameter in network.parameters())
    before = [tensor.clone() for tensor in tensors]
    path.write_bytes(bytes(path.stat().st_size))
    assert all(torch.equal(old, new) for old, new in zip(before, tensors, strict=True))
    network.train()(inputs()).sum().backward()


def test_loading_leaves_the_random_state_alone(path: Path) -> None:
    before = torch.random.get_rng_state()
    load_model(path)
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_file_is_what_prediction_needs_and_nothing_else(path: Path, network: Any) -> None:
    floating = {name for name, value in network.state_dict().items() if value.is_floating_point()}
    assert set(read_header(path).tensors) == floating
    assert not any(word in name for name in floating for word in ("auxiliary", "scale_heads", "num_batches"))
    with safetensors.safe_open(path, "pt") as stream:
        assert set(stream.metadata()) == {CARD_KEY}


def test_the_same_model_gives_the_same_bytes(tmp_path: Path, network: Any) -> None:
    card = replace(CARD, network=dict(reversed(list(CARD.network.items()))))
    save_model(tmp_path / "a", network, CARD)
    save_model(tmp_path / "b", network, card)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.slow
def test_three_modalities_round_trip(tmp_path: Path) -> None:
    names = ("optical", "elevation", "sar")
    card = tiny_card(modalities=tuple(modality(name, name, "x") for name in names))
    save_model(tmp_path / "m", tiny_network(card), card, torch.float32)
    model = load_model(tmp_path / "m")
    logits = model.network({"sar": torch.zeros(1, 1, 32, 32)})
    assert logits.shape == (1, 3, 32, 32) and torch.isfinite(logits).all()


NAME = "encoders.rgb.e1.weight"
CHANGES = {
    "missing": (lambda w: w.pop(NAME), "no tensor 'encoders.rgb.e1.weight'"),
    "unexpected": (lambda w: w.update(surprise=torch.zeros(3)), "'surprise'"),
    "another shape": (lambda w: w.update({NAME: torch.zeros(8, 4, 4, 4)}), r"\(8, 4, 4, 4\).*\(8, 3, 4, 4\)"),
    "integers": (lambda w: w.update({NAME: w[NAME].to(torch.int32)}), "I32"),
    "double precision": (lambda w: w.update({NAME: w[NAME].double()}), "F64"),
    "NaN": (lambda w: w[NAME].fill_(torch.nan), "encoders.rgb.e1.weight.*not finite"),
    "infinite": (lambda w: w[NAME].fill_(torch.inf), "encoders.rgb.e1.weight.*not finite"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_files_that_are_not_their_cards_are_refused(case: str, path: Path) -> None:
    change, words = CHANGES[case]
    with pytest.raises(InvalidModelFile, match=words) as caught:
        load_model(rewrite(path, change))
    assert str(path) in caught.value.message


@pytest.mark.parametrize(
    ("key", "value", "error_class"),
    [
        ("width", 4096, InvalidModelFile),
        ("layers", 4096, InvalidCard),
        ("pool_hidden", 4096, InvalidModelFile),
        ("heads", 7, InvalidCard),
        ("width", 10**9, InvalidCard),
        ("width", "8", InvalidCard),
        ("width", True, InvalidCard),
        ("dropout", 7.5, InvalidCard),
        ("surprise", 1, InvalidCard),
    ],
)
def test_cards_that_dream_of_other_networks_cost_no_memory(
    key: str, value: Any, error_class: type[Exception], path: Path
) -> None:
    card = CARD.to_json()
    rewrite(path, card={**card, "dis2:network": {**card["dis2:network"], key: value}})
    tracemalloc.start()
    with pytest.raises(error_class):
        load_model(path)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_a_card_with_another_window_is_refused(path: Path) -> None:
    with pytest.raises(InvalidModelFile, match="positions"):
        load_model(rewrite(path, card={**CARD.to_json(), "dis2:window": [4096, 4096]}))


def test_a_truncated_file_is_refused(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(InvalidModelFile, match=r"m\.safetensors"):
        load_model(path)


def test_a_model_that_is_not_there_is_told() -> None:
    with pytest.raises(ModelNotFound, match="nonsense"):
        load_model("nonsense")


def test_a_card_of_another_network_cannot_be_saved(tmp_path: Path, network: Any) -> None:
    card = replace(CARD, classes=CARD.classes[:2])
    with pytest.raises(InvalidModelFile, match="card"):
        save_model(tmp_path / "m.safetensors", network, card)
    assert not list(tmp_path.iterdir())


def test_weights_beyond_float16_are_refused_and_the_earlier_file_stays(path: Path) -> None:
    network = tiny_network(CARD)
    before = path.read_bytes()
    with torch.no_grad():
        next(network.parameters()).fill_(1e6)
    with pytest.raises(InvalidModelFile, match="not finite") as caught:
        save_model(path, network, CARD)
    assert "float32" in caught.value.hint
    assert path.read_bytes() == before
    save_model(path, network, CARD, torch.float32)
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, network: Any) -> None:
    with pytest.raises(OutputNotWritable, match="gone"):
        save_model(tmp_path / "gone" / "m.safetensors", network, CARD)


def test_a_failed_rename_leaves_nothing(tmp_path: Path, network: Any) -> None:
    target = tmp_path / "m.safetensors"
    target.mkdir()
    with pytest.raises(OutputNotWritable):
        save_model(target, network, CARD)
    assert os.listdir(tmp_path) == ["m.safetensors"]


def test_only_two_types_are_written(tmp_path: Path, network: Any) -> None:
    with pytest.raises(InvalidModelFile, match="bfloat16"):
        save_model(tmp_path / "m", network, CARD, torch.bfloat16)


def test_a_helper_model_is_loadable(tmp_path: Path) -> None:
    assert load_model(save_tiny_model(tmp_path / "tiny.safetensors", name="other")).card.name == "other"
