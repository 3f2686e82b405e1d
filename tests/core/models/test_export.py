"""A model leaves as a graph that needs nothing of ours, and says what the model says."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tiny_models import save_tiny_model, tiny_card

from dis2_core import cli
from dis2_core.contract.card import ModelCard
from dis2_core.contract.errors import InputError, OutputNotWritable
from dis2_core.models.export import export_model
from dis2_core.models.file import load_model, save_model
from dis2_core.network import DIS2Config, build_network

CLASSES = tiny_card().classes[:2]  # the paper's form has a decoder a class
FORMS = {
    "paper": tiny_card(classes=CLASSES),
    "shared": tiny_card(
        classes=CLASSES, network={"form": "shared", "width": 8}, temperatures={"rgb+ndsm": 1.5, "rgb": 0.5, "ndsm": 4.0}
    ),
}
MASKS = torch.tensor([[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=FORMS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model file of each form."""
    card = FORMS[request.param]
    torch.manual_seed(3)
    path = tmp_path_factory.mktemp(request.param) / "m.safetensors"
    save_model(path, build_network(DIS2Config.from_card(card)), card, torch.float32)
    return path


def values(count: int, seed: int = 0) -> dict[str, torch.Tensor]:
    """Windows of each modality in the card's units."""
    generator = torch.Generator().manual_seed(seed)
    return {
        "rgb": 255 * torch.rand(count, 3, 32, 32, generator=generator),
        "ndsm": 20 * torch.rand(count, 1, 32, 32, generator=generator),
    }


@torch.no_grad()
def expected(path: Path, given: dict[str, torch.Tensor]) -> np.ndarray:
    """Probabilities of the model itself, of windows normalised by the card, at its temperature."""
    model = load_model(path)
    windows = {}
    for name, window in given.items():
        bands = model.card.modality(name).bands
        mean = torch.tensor([band.mean for band in bands])[:, None, None]
        std = torch.tensor([band.std for band in bands])[:, None, None]
        windows[name] = (window - mean) / std
    return np.asarray((model.network(windows) / model.card.temperature(tuple(given))).softmax(dim=1))


def onnx_session(path: Path) -> Any:
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    return runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


def assert_same(found: np.ndarray, wanted: np.ndarray) -> None:
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert (found.argmax(axis=1) == wanted.argmax(axis=1)).mean() >= 0.9999


def test_a_graph_of_torch_needs_torch_alone(model: Path, tmp_path: Path) -> None:
    (path,) = export_model(str(model), str(tmp_path / "m.pt2"), "pt2", "rgb")
    given = values(3)["rgb"]
    torch.save(given, tmp_path / "in.pt")
    code = (
        "import sys, torch\n"
        "extra = {'dis2_card.json': ''}\n"
        "torch.set_num_threads(1)\n"
        f"graph = torch.export.load({str(path)!r}, extra_files=extra).module()\n"
        f"torch.save(graph(torch.load({str(tmp_path / 'in.pt')!r})), {str(tmp_path / 'out.pt')!r})\n"
        "assert not [name for name in sys.modules if name.startswith('dis2')]\n"
        "print(extra['dis2_card.json'])"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert_same(torch.load(tmp_path / "out.pt").detach().numpy(), expected(model, {"rgb": given}))
    card = json.loads(done.stdout)
    assert card["dis2:scenario"] == "rgb" and ModelCard.from_json(card) == load_model(model).card


@pytest.fixture(scope="module")
def whole(model: Path) -> Path:
    """The ONNX of the full scenario."""
    pytest.importorskip("onnxscript")
    return export_model(str(model), str(model.with_name("whole.onnx")), "onnx", "ndsm+rgb")[0]


def test_onnx_says_what_the_model_says(model: Path, whole: Path) -> None:
    session = onnx_session(whole)
    assert [item.name for item in session.get_inputs()] == ["values"]
    for count in (1, 3):
        given = values(count)
        (found,) = session.run(None, {"values": torch.cat(list(given.values()), dim=1).numpy()})
        assert_same(found, expected(model, given))


def assert_told(answer: Callable[[torch.Tensor, torch.Tensor], np.ndarray], model: Path) -> None:
    """A graph of all scenarios answers each window as the model answers to what is there."""
    given = values(len(MASKS))
    stacked = torch.cat(list(given.values()), dim=1)
    stacked[1, 3] = np.nan  # where nothing is, anything may stand
    stacked[2, :3] = np.inf
    found = answer(stacked, MASKS)
    for i, mask in enumerate(MASKS):
        there = {name: given[name][i : i + 1] for name, flag in zip(given, mask, strict=True) if flag}
        assert_same(found[i : i + 1], expected(model, there))


def test_one_graph_of_torch_is_told_what_there_is(model: Path, tmp_path: Path) -> None:
    (path,) = export_model(str(model), str(tmp_path / "m.pt2"), "pt2")
    graph = torch.export.load(path).module()
    assert_told(lambda given, there: graph(given, there).detach().numpy(), model)


def test_one_graph_of_onnx_is_told_what_there_is(model: Path, tmp_path: Path) -> None:
    """Of the shared form alone: the paper's, which is the same graph of torch, takes half a minute to translate."""
    if load_model(model).card.network.get("form") != "shared":
        pytest.skip("takes half a minute")
    pytest.importorskip("onnxscript")
    (path,) = export_model(str(model), str(tmp_path / "m.onnx"), "onnx")
    session = onnx_session(path)
    assert_told(
        lambda given, there: session.run(None, {"values": given.numpy(), "availability": there.numpy()})[0], model
    )


def test_deepness_finds_what_it_looks_for(model: Path, whole: Path) -> None:
    """The keys of its documentation; each value is JSON. It feeds a graph (value / 255 - mean) / deviation."""
    session = onnx_session(whole)
    told = {key: json.loads(value) for key, value in session.get_modelmeta().custom_metadata_map.items()}
    assert told["model_type"] == "Segmentor"
    assert told["class_names"] == {"0": "building", "1": "low vegetation"}
    assert told["resolution"] == 100 and told["tiles_size"] == told["tile_size"] == 32
    (item,), (answer,) = session.get_inputs(), session.get_outputs()
    assert item.shape == ["batch", 4, 32, 32] and answer.shape == ["batch", 2, 32, 32]
    mean, std = np.array(told["standardization_mean"]), np.array(told["standardization_std"])
    stored = np.array([0.0, 17.0, 255.0, 12.5])
    np.testing.assert_allclose((stored / 255 - mean) / std, stored)
    assert ModelCard.from_json(told["dis2:card"]) == load_model(model).card


def test_onnx_names_nothing_of_this_machine(whole: Path) -> None:
    assert str(Path(cli.__file__).parents[1]).encode() not in whole.read_bytes()


def test_the_command_writes_a_graph_each_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_tiny_model(tmp_path / "m.safetensors", network={"form": "shared", "width": 8})
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as exit_:
        cli.main(["export", "m.safetensors", "--to", "pt2", "--scenario", "all"])
    assert not exit_.value.code
    assert capsys.readouterr().out.split() == ["tiny.rgb+ndsm.pt2", "tiny.rgb.pt2", "tiny.ndsm.pt2"]
    paths = [*tmp_path.glob("*.pt2")]
    assert len(paths) == 3
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            written = b"".join(archive.read(name) for name in archive.namelist())
        assert str(Path(cli.__file__).parents[1]).encode() not in written  # nothing of this machine


def test_graphs_of_all_scenarios_appear_together(tmp_path: Path) -> None:
    """What stands in the way of one is told before anything is traced."""
    path = save_tiny_model(tmp_path / "m.safetensors", network={"form": "shared", "width": 8})
    (tmp_path / "out.ndsm.pt2").mkdir()
    with pytest.raises(OutputNotWritable, match=r"out\.ndsm\.pt2 is a folder"):
        export_model(str(path), str(tmp_path / "out.pt2"), "pt2", "all")
    assert {item.name for item in tmp_path.iterdir()} == {"m.safetensors", "out.ndsm.pt2"}
    with pytest.raises(InputError, match="would overwrite the input"):
        export_model(str(path), str(path), "pt2")


@pytest.mark.parametrize(("to", "scenario", "named"), [("tflite", "", "tflite"), ("pt2", "rgb+sar", "sar")])
def test_what_cannot_be_exported_is_named(tmp_path: Path, to: str, scenario: str, named: str) -> None:
    path = save_tiny_model(tmp_path / "m.safetensors")
    with pytest.raises(InputError, match=named):
        export_model(str(path), "", to, scenario)
