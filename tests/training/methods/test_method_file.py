from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import safetensors.torch
import torch
from baseline_tester import BaselineTester

from dis2_core import load_model
from dis2_core.contract.errors import InputError, InvalidCard, InvalidModelFile, ModelNotFound, OutputNotWritable
from dis2_training.methods.file import CARD_KEY, METHOD_KEY, load_method, save_method


@pytest.fixture
def tester() -> BaselineTester:
    torch.set_num_threads(1)
    return BaselineTester("concat")


@pytest.fixture
def saved(tester: BaselineTester, tmp_path: Path) -> Path:
    path = tmp_path / "concat.safetensors"
    save_method(path, "concat", tester.objective.network, tester.card)
    return path


def test_a_model_file_it_is_not(saved: Path) -> None:
    with pytest.raises(InvalidModelFile, match="no model card"):
        load_model(saved)


def test_nothing_but_the_file_is_left(saved: Path) -> None:
    assert list(saved.parent.iterdir()) == [saved]


def test_a_network_of_another_method_or_card_is_not_saved(tester: BaselineTester, tmp_path: Path) -> None:
    network = tester.objective.network
    with pytest.raises(InvalidModelFile, match="not 'shaspec'"):
        save_method(tmp_path / "x.safetensors", "shaspec", network, tester.card)
    with pytest.raises(InvalidModelFile, match="size mismatch"):
        wider = replace(tester.card, network={**tester.card.network, "width": 16})
        save_method(tmp_path / "x.safetensors", "concat", network, wider)
    with pytest.raises(InputError, match="no method 'unet'"):
        save_method(tmp_path / "x.safetensors", "unet", network, tester.card)
    with pytest.raises(OutputNotWritable, match="gone"):
        save_method(tmp_path / "gone" / "x.safetensors", "concat", network, tester.card)
    assert not list(tmp_path.iterdir())


def test_files_that_hold_no_method_are_refused(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound):
        load_method(tmp_path / "none.safetensors")
    for content in (b"", saved.read_bytes()[:-100], b"\x80\x04pickle", b"\xff" * 64):
        (tmp_path / "damaged").write_bytes(content)
        with pytest.raises(InvalidModelFile, match="damaged"):
            load_method(tmp_path / "damaged")
    safetensors.torch.save_file({"x": torch.zeros(1)}, tmp_path / "other", {"format": "pt"})
    with pytest.raises(InvalidModelFile, match="no method"):
        load_method(tmp_path / "other")


@pytest.mark.parametrize(
    ("method", "card", "error"),
    [
        ("unet", None, InputError),
        ("concat", "[]", InvalidCard),
        ("concat", "{}", InvalidCard),
        ("concat", "{", InvalidModelFile),
        ("concat", "[" * 100_000, InvalidModelFile),
        ("shaspec", None, InvalidModelFile),
    ],
)
def test_metadata_from_a_stranger(saved: Path, method: str, card: str | None, error: type[Exception]) -> None:
    with safetensors.safe_open(saved, "pt") as stream:
        metadata = stream.metadata()
    weights = safetensors.torch.load_file(saved)
    metadata |= {METHOD_KEY: method, CARD_KEY: metadata[CARD_KEY] if card is None else card}
    safetensors.torch.save_file(weights, saved, metadata)
    with pytest.raises(error):
        load_method(saved)
