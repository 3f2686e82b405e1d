"""What training can start from: which weights arrive where, and what is refused."""

from __future__ import annotations

import os
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
import safetensors.torch
import torch
from baseline_tester import tiny_card

from dis2_core import DIS2Config, save_model
from dis2_core.contract.card import ModelCard
from dis2_core.contract.encoders import KEY, describe_encoders, holds_encoders
from dis2_core.contract.errors import InputError, InvalidModelFile, ModelNotFound
from dis2_core.network import SegmentationNetwork, build_network
from dis2_core.network.encoder import build_encoders
from dis2_training.start import imagenet
from dis2_training.start.beginning import with_terms
from dis2_training.start.encoder_file import Encoders, load_encoders, save_encoders
from dis2_training.start.imagenet import ImageNetStart
from dis2_training.start.opening import open_start


def installed() -> bool:
    try:
        return bool(distribution(imagenet.PACKAGE))
    except PackageNotFoundError:
        return False


published = pytest.mark.skipif(not installed(), reason=f"no package {imagenet.PACKAGE}")
ENCODERS = Encoders("dis2", 8, {"sar": 2, "optical": 3}, attribution="ESA", about="Made by a test.")


def card_of(**entries: object) -> ModelCard:
    return replace(tiny_card(), network={"form": "shared", "width": 8, **entries})


def network_of(card: ModelCard, seed: int = 0) -> SegmentationNetwork:
    torch.manual_seed(seed)
    return build_network(DIS2Config.from_card(card))


def write_encoders(path: Path) -> dict[str, torch.Tensor]:
    """Write random encoders; return their weights."""
    torch.manual_seed(7)
    modules = build_encoders(ENCODERS.config())
    save_encoders(path, ENCODERS, modules)
    return {f"encoders.{name}": value for name, value in modules.state_dict().items()}


@published
@pytest.mark.slow
def test_photographs_are_known_to_every_encoder_and_to_nothing_else() -> None:
    """With three bands the first kernels are the published ones, with two their mean in the same sum."""
    start, card = open_start("imagenet"), card_of(encoder="efficientnet_lite0")
    network, before = network_of(card), network_of(card).state_dict()
    begun = start.begin(network, card)
    after, weights = network.state_dict(), ImageNetStart.installed().weights
    assert torch.equal(after["encoders.optical.stem.conv.weight"], weights["_conv_stem.weight"])
    sar = after["encoders.sar.stem.conv.weight"]
    torch.testing.assert_close(sar.sum(1), weights["_conv_stem.weight"].sum(1), rtol=1e-4, atol=1e-6)
    changed = [name for name, value in after.items() if not torch.equal(value, before[name])]
    assert changed and all(name.startswith("encoders.") and ".adapters." not in name for name in changed)
    size = sum(value.numel() for name, value in after.items() if ".stem." in name or ".blocks." in name)
    assert begun.taken == pytest.approx(size / sum(value.numel() for value in after.values()))
    assert str(begun) == f"{begun.taken:.0%} of the weights come from ImageNet."
    assert "Apache-2.0" in with_terms(start, card).attribution


@published
def test_other_encoders_cannot_start_from_photographs() -> None:
    with pytest.raises(InputError, match="efficientnet_lite0 alone"):
        open_start("imagenet").begin(network_of(card_of()), card_of())


@published
def test_another_file_than_the_published_one_is_not_unpickled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imagenet, "SHA256", "0" * 64)
    with pytest.raises(InvalidModelFile, match="not the published file"):
        open_start("imagenet")


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imagenet, "PACKAGE", "weights-that-nobody-has")
    with pytest.raises(InputError, match="weights-that-nobody-has, which is not installed") as error:
        open_start("imagenet")
    assert "dis2[imagenet]" in error.value.hint


def test_encoders_arrive_by_modality(tmp_path: Path) -> None:
    """What both know is taken, to the bit; a modality that the file does not know is new."""
    path = tmp_path / "encoders.safetensors"
    weights = write_encoders(path)
    card = replace(card_of(), modalities=(*card_of().modalities[:1], replace(card_of().modalities[1], name="radar")))
    network = network_of(card)
    begun = open_start(str(path)).begin(network, card)
    after = network.state_dict()
    for name, value in weights.items():
        if name.startswith("encoders.optical.") and not name.endswith("num_batches_tracked"):
            assert torch.equal(after[name], value)
    assert begun.new == ("encoders.radar",) and 0 < begun.taken < 1
    assert begun.origin == "the encoders in encoders.safetensors"
    assert with_terms(open_start(str(path)), card).attribution == "ESA"


@pytest.mark.parametrize("entries", [{"width": 16}, {"encoder": "efficientnet_lite0"}])
def test_encoders_that_do_not_fit_are_refused(tmp_path: Path, entries: dict[str, object]) -> None:
    write_encoders(tmp_path / "encoders.safetensors")
    card = card_of(**entries)
    with pytest.raises(InputError, match=r"dis2 of width 8 for optical \(3\), sar \(2\)"):
        open_start(str(tmp_path / "encoders.safetensors")).begin(network_of(card), card)


def test_a_file_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "encoders.safetensors"
    weights = write_encoders(path)
    first = path.read_bytes()
    found = load_encoders(path)
    assert found.encoders == replace(ENCODERS, modalities=dict(sorted(ENCODERS.modalities.items())))
    assert all(torch.equal(value, weights[name]) for name, value in found.weights.items())
    assert (found.encoder, found.width, found.card) == ("dis2", 8, None)
    write_encoders(path)
    assert path.read_bytes() == first and [item.name for item in tmp_path.iterdir()] == [path.name]


def test_files_of_strangers_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "encoders.safetensors"
    weights = write_encoders(path)
    good = path.read_bytes()
    stored = {name: value for name, value in weights.items() if not name.endswith("num_batches_tracked")}

    def refused(match: str, about: str | None = None, **changes: torch.Tensor) -> None:
        metadata = None if about is None else {KEY: about}
        path.write_bytes(safetensors.torch.save({**stored, **changes}, metadata))
        with pytest.raises(InvalidModelFile, match=match):
            load_encoders(path)

    about = '{"encoder": "dis2", "width": 8, "modalities": {"optical": 3, "sar": 2}}'
    path.write_bytes(safetensors.torch.save(stored, {KEY: about}))
    assert load_encoders(path).encoders.modalities == {"optical": 3, "sar": 2}
    assert describe_encoders(path).modalities == {"optical": 3, "sar": 2}
    refused("holds no encoders")
    refused("Unknown key", about.replace("width", "depth"))
    refused("missing, unknown or of another shape", about.replace("8", "4096"))
    refused("width of 1000000000", about.replace("8", "1000000000"))
    refused("1 to 64 bands", about.replace(": 3", ": 1000000000"))
    refused("no encoder 'vgg'", about.replace('"dis2"', '"vgg"'))
    refused("1 to 5 modalities", about.replace('{"optical": 3, "sar": 2}', "{}"))
    refused("missing, unknown or of another shape", about, **{"encoders.sar.e9": torch.zeros(2)})
    refused("value that is not finite", about, **{"encoders.sar.e1.bias": torch.full((8,), torch.nan)})
    refused("damaged", '{"encoder": ' + "[" * 5000)
    path.write_bytes(good[: len(good) // 2])
    assert holds_encoders(path)  # by its metadata: that it is damaged is told of a file of encoders
    with pytest.raises(InvalidModelFile, match="damaged"):
        load_encoders(path)
    with pytest.raises(ModelNotFound):
        load_encoders(tmp_path / "none.safetensors")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.safetensors")
    assert not holds_encoders(tmp_path / "pipe.safetensors")


def test_a_model_file_is_no_file_of_encoders(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_model(path, network_of(card_of()), card_of(), torch.float32)
    assert not holds_encoders(path)
    network = network_of(card_of(), seed=1)
    begun = open_start(str(path)).begin(network, card_of())
    assert str(begun) == "100% of the weights come from the start model." and begun.new == ()
    expected = network_of(card_of()).state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in network.state_dict().items())
