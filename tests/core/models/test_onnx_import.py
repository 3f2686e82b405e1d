"""A graph of somebody else's runs through our windows as ours do; a hostile one is refused before it runs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import torch
from tiny_models import tiny_card

from dis2_core.contract.card import ModelCard
from dis2_core.contract.country_jobs import PlanJob, WorkJob
from dis2_core.contract.errors import Dis2Error, InvalidCard, InvalidModelFile, ModelNotFound, NoInput
from dis2_core.contract.segment_job import Source
from dis2_core.country.planning import run_plan
from dis2_core.country.worker import Worker
from dis2_core.models.file import load_model
from dis2_core.models.onnx_import import import_onnx
from dis2_core.prediction.segment import segment

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

CARD = tiny_card(network={})
#: Weights (K, bands) of a network that looks at single pixels: the oracle is one matrix product.
WEIGHTS = np.random.default_rng(5).normal(size=(3, 4)).astype(np.float32)


def graph(
    *,
    weights: np.ndarray = WEIGHTS,
    inputs: tuple[str, ...] = ("x",),
    batch: int | str = "n",
    availability: bool = False,
    softmax: bool = False,
) -> Any:
    """A 1 x 1 convolution over the bands, which stand in one input or in one a modality."""
    h = onnx.helper
    bands = {"rgb": 3, "ndsm": 1}
    known = [h.make_tensor_value_info(name, 1, [batch, bands.get(name, 4), 32, 32]) for name in inputs]
    nodes = [h.make_node("Concat", list(inputs), ["all"], axis=1)] if len(inputs) > 1 else []
    last = "all" if len(inputs) > 1 else inputs[0]
    constants = [onnx.numpy_helper.from_array(weights[:, :, None, None], "w")]
    if availability:  # whoever lacks the heights is told by 7 in class 0
        known.append(h.make_tensor_value_info("availability", 1, [batch, 2]))
        pick = np.zeros((2, 3), np.float32)
        pick[1, 0] = -7.0
        constants += [
            onnx.numpy_helper.from_array(pick, "pick"),
            onnx.numpy_helper.from_array(np.array([-1, 3, 1, 1]), "shape"),
        ]
        nodes += [
            h.make_node("MatMul", ["availability", "pick"], ["told"]),
            h.make_node("Reshape", ["told", "shape"], ["t"]),
        ]
    nodes.append(h.make_node("Conv", [last, "w"], ["y"]))
    answer = "y"
    if availability:
        nodes.append(h.make_node("Add", ["y", "t"], ["y2"]))
        answer = "y2"
    if softmax:
        nodes.append(h.make_node("Softmax", [answer], ["p"], axis=1))
        answer = "p"
    out = h.make_tensor_value_info(answer, 1, [batch, len(weights), 32, 32])
    model = h.make_model(h.make_graph(nodes, "g", known, [out], constants), opset_imports=[h.make_opsetid("", 18)])
    model.ir_version = 9
    return model


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., Path]:
    """Import a graph with a card, and return the model file."""

    def run(model: Any, card: ModelCard = CARD, **network: str) -> Path:
        onnx.save(model, tmp_path / "g.onnx")
        data = replace(card, network=network).to_json()
        (tmp_path / "card.json").write_text(json.dumps(data))
        import_onnx(tmp_path / "g.onnx", tmp_path / "m.safetensors", tmp_path / "card.json")
        return tmp_path / "m.safetensors"

    return run


@pytest.fixture
def scene(write_raster: Callable[..., str]) -> dict[str, str]:
    """Rasters of 70 x 90 pixels, the heights with a hole."""
    generator = np.random.default_rng(1)
    heights = generator.uniform(0, 20, (1, 70, 90)).astype(np.float32)
    heights[:, 20:50, 30:70] = -9999
    return {
        "rgb": write_raster("rgb.tif", generator.integers(1, 255, (3, 70, 90)).astype(np.uint8)),
        "ndsm": write_raster("ndsm.tif", heights, nodata=-9999),
    }


def segmented(files: dict[str, str], model: Path, path: Path) -> np.ndarray:
    segment(files, model, output=path, device="cpu", precision="fp32")
    with rasterio.open(path) as file:
        return np.asarray(file.read(1))


def logits(files: dict[str, str], weights: np.ndarray = WEIGHTS, *, raw: bool = False) -> np.ndarray:
    """What the pointwise network says of every pixel; 0 where a modality is missing."""
    stacked = np.zeros((4, 70, 90))
    for item, first in zip(CARD.modalities, (0, 3), strict=True):
        if item.name in files:
            with rasterio.open(files[item.name]) as file:
                values = file.read().astype(float)
            for i, band in enumerate(item.bands):
                known = np.where(values[i] == -9999, band.mean, values[i])
                stacked[first + i] = known if raw else (known - band.mean) / band.std
    return np.einsum("kc,chw->khw", weights, stacked)


@pytest.mark.parametrize("inputs", [("x",), ("rgb", "ndsm"), ("ndsm", "rgb")])
@pytest.mark.parametrize("batch", ["n", 1])
def test_a_foreign_graph_runs_through_our_windows(imported, scene, tmp_path, inputs, batch) -> None:
    """Where all modalities are, the map is that of one matrix product; elsewhere there is none."""
    weights = WEIGHTS if inputs[0] != "ndsm" else np.roll(WEIGHTS, 1, axis=1)  # it is fed by name, not by order
    path = imported(graph(weights=weights, inputs=inputs, batch=batch))
    found = segmented(scene, path, tmp_path / "map.tif")
    hole = np.zeros((70, 90), bool)
    hole[20:50, 30:70] = True
    assert (found[hole] == 255).all()
    np.testing.assert_array_equal(found[~hole], logits(scene).argmax(axis=0)[~hole])


def test_a_missing_modality_is_one_clear_error(imported, scene, tmp_path) -> None:
    path = imported(graph())
    with pytest.raises(NoInput, match=r"ndsm.*not made for missing"):
        segmented({"rgb": scene["rgb"]}, path, tmp_path / "map.tif")
    assert not (tmp_path / "map.tif").exists()


def test_zeros_stand_for_what_is_missing_where_the_card_says_so(imported, scene, tmp_path) -> None:
    path = imported(graph(), missing="zeros")
    alone = {"rgb": scene["rgb"]}
    np.testing.assert_array_equal(segmented(alone, path, tmp_path / "map.tif"), logits(alone).argmax(axis=0))


def test_availability_is_told_where_the_card_says_so(imported, scene, tmp_path) -> None:
    path = imported(graph(availability=True), missing="availability")
    alone = {"rgb": scene["rgb"]}
    np.testing.assert_array_equal(segmented(alone, path, tmp_path / "map.tif"), logits(alone).argmax(axis=0))
    model = load_model(path)
    windows = {"rgb": torch.zeros(2, 3, 32, 32), "ndsm": torch.zeros(2, 1, 32, 32)}
    assert (model.network(windows)[:, 0] == -7).all()
    assert (model.network({"rgb": windows["rgb"]})[:, 0] == 0).all()


def test_raw_values_and_probabilities(imported, scene, tmp_path) -> None:
    """A graph that normalises itself gets values in the card's units, and its softmax is not taken again."""
    weights = WEIGHTS / 100
    path = imported(graph(weights=weights, softmax=True), missing="zeros", values="raw", result="probabilities")
    segment(scene, path, output=tmp_path / "m.tif", probabilities=tmp_path / "p.tif", device="cpu", precision="fp32")
    wanted = np.exp(logits(scene, weights, raw=True))
    wanted /= wanted.sum(axis=0)
    with rasterio.open(tmp_path / "p.tif") as file:
        found = file.read() / 250
    full = np.ones((70, 90), bool)
    full[4:66, 14:86] = False  # within 16 pixels of the hole, two routes fade into each other
    np.testing.assert_allclose(found[:, full], wanted[:, full], atol=0.003)


def test_one_channel_is_the_second_of_two_classes(imported) -> None:
    card = replace(CARD, classes=CARD.classes[:2])
    network = load_model(imported(graph(weights=WEIGHTS[:1]), card)).network
    windows = {"rgb": torch.rand(1, 3, 32, 32), "ndsm": torch.rand(1, 1, 32, 32)}
    expected = np.einsum("c,bchw->bhw", WEIGHTS[0], torch.cat(list(windows.values()), dim=1).numpy())
    np.testing.assert_allclose(
        network(windows).softmax(dim=1)[:, 1], 1 / (1 + np.exp(-expected)), rtol=1e-5
    )  # the sigmoid


@pytest.mark.slow
def test_an_exported_model_comes_back(tmp_path, scene) -> None:
    """Out through ``dis2 export``, in again with the card that it carries: the same map, with and without heights."""
    pytest.importorskip("onnxscript")
    from tiny_models import save_tiny_model

    from dis2_core.models.export import export_model

    temperatures = {"rgb+ndsm": 3.0, "rgb": 0.5}  # in the graph by then, and not once more beside it
    network = {"form": "shared", "width": 8}
    ours = save_tiny_model(tmp_path / "ours.safetensors", network=network, temperatures=temperatures)
    export_model(str(ours), str(tmp_path / "g.onnx"), "onnx")
    import_onnx(tmp_path / "g.onnx", tmp_path / "back.safetensors")
    for files in (scene, {"rgb": scene["rgb"]}):
        before, after = (
            segmented(files, tmp_path / f"{name}.safetensors", tmp_path / f"{name}.tif") for name in ("ours", "back")
        )
        assert (before == after).mean() >= 0.9999
        sure = [confidences(files, tmp_path / f"{name}.safetensors", tmp_path / "c.tif") for name in ("ours", "back")]
        assert np.abs(sure[0] - sure[1]).max() <= 1  # percent


def confidences(files: dict[str, str], model: Path, path: Path) -> np.ndarray:
    segment(files, model, output=path.with_name("classes.tif"), confidence=path, threads=1)
    with rasterio.open(path) as raster:
        return raster.read(1).astype(int)


@pytest.mark.parametrize("threads", [1, 2])
def test_workers_of_units_give_the_graph_as_many_threads_as_they_have(imported, scene, tmp_path, threads) -> None:
    sources = {name: Source(path) for name, path in scene.items()}
    run_plan(PlanJob(str(imported(graph())), sources, str(tmp_path / "run")))
    worker = Worker(WorkJob(str(tmp_path / "run"), device="cpu", threads=threads))
    assert worker._model.network._session.get_session_options().intra_op_num_threads == threads


def with_external_weights(folder: Path, location: str, **changes: str) -> Path:
    """A graph whose weights lie in another file."""
    model = graph()
    (tensor,) = model.graph.initializer
    data = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = tensor.EXTERNAL
    told = {"location": location, "offset": "0", "length": str(len(data)), **changes}
    for key, value in told.items():
        tensor.external_data.add(key=key, value=value)
    (folder / "g.onnx").write_bytes(model.SerializeToString())
    (folder / "card.json").write_text(json.dumps(CARD.to_json()))
    return folder / "g.onnx"


def bring_in(folder: Path) -> ModelCard:
    return import_onnx(folder / "g.onnx", folder / "m.safetensors", folder / "card.json")


def test_weights_beside_the_graph_come_into_the_model_file(tmp_path) -> None:
    inside = tmp_path / "inside"
    (inside / "weights").mkdir(parents=True)
    (inside / "weights" / "w.bin").write_bytes(WEIGHTS.tobytes())
    with_external_weights(inside, "weights/w.bin")
    bring_in(inside)
    shutil.rmtree(inside / "weights")
    windows = {"rgb": torch.ones(1, 3, 32, 32), "ndsm": torch.ones(1, 1, 32, 32)}
    answer = load_model(inside / "m.safetensors").network(windows)
    np.testing.assert_allclose(answer[0, :, 0, 0], WEIGHTS.sum(axis=1), rtol=1e-5)


@pytest.mark.parametrize("location", ["../w.bin", "{outside}", "sub/../../w.bin", "link.bin", "..\\w.bin", ""])
def test_weights_from_elsewhere_are_refused(tmp_path, location) -> None:
    outside, inside = tmp_path / "w.bin", tmp_path / "inside"
    outside.write_bytes(WEIGHTS.tobytes())
    inside.mkdir()
    (inside / "link.bin").symlink_to(outside)
    with_external_weights(inside, location.format(outside=outside))
    with pytest.raises(InvalidModelFile, match="outside its folder"):
        bring_in(inside)


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"length": "12"}, "declares 48"), ({"offset": "8"}, "ends before"), ({"offset": "-4"}, "place")],
)
def test_weights_of_another_size_are_refused(tmp_path, changes, named) -> None:
    (tmp_path / "w.bin").write_bytes(WEIGHTS.tobytes())
    with_external_weights(tmp_path, "w.bin", **changes)
    with pytest.raises(InvalidModelFile, match=named):
        bring_in(tmp_path)


def promises_gigabytes(model: Any) -> None:
    model.graph.initializer[0].dims[0] = 1 << 40


def promises_more_than_numbers_can_say(model: Any) -> None:
    model.graph.initializer[0].dims[:] = [1 << 62] * 12


def has_endless_sides(model: Any) -> None:
    model.graph.initializer[0].dims[:] = [1] * 100_000


def needs_a_library(model: Any) -> None:
    model.graph.node[0].domain = "evil.ops"


def hides_a_library_in_a_branch(model: Any) -> None:
    h = onnx.helper
    body = h.make_graph([h.make_node("Bad", [], ["z"], domain="evil.ops")], "b", [], [])
    model.graph.node.append(h.make_node("If", ["c"], ["z2"], then_branch=body, else_branch=body))


def has_no_nodes(model: Any) -> None:
    del model.graph.node[:]


def is_no_sound_graph(model: Any) -> None:
    model.graph.node[0].input[0] = "nowhere"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (promises_gigabytes, "declares"),
        (promises_more_than_numbers_can_say, "more numbers"),
        (has_endless_sides, "100,000 sides"),
        (needs_a_library, r"evil\.ops::Conv.*library of code"),
        (hides_a_library_in_a_branch, r"evil\.ops::Bad"),
        (has_no_nodes, "no ONNX graph"),
        (is_no_sound_graph, "onnxruntime cannot run"),
    ],
)
def test_a_hostile_graph_is_refused(imported, change, named) -> None:
    model = graph()
    change(model)
    with pytest.raises(InvalidModelFile, match=named):
        imported(model)


@pytest.mark.parametrize("data", [b"", b"not onnx at all", b"\x0a" * 5000])
def test_what_is_no_graph_is_refused(tmp_path, data) -> None:
    (tmp_path / "g.onnx").write_bytes(data)
    (tmp_path / "card.json").write_text(json.dumps(CARD.to_json()))
    with pytest.raises(InvalidModelFile, match="refused"):
        bring_in(tmp_path)
    with pytest.raises(ModelNotFound):
        import_onnx(tmp_path / "none.onnx", tmp_path / "m.safetensors", tmp_path / "card.json")


@pytest.mark.parametrize(
    ("model", "network", "named"),
    [
        ({"weights": WEIGHTS[:2]}, {}, r"\(1, 2, 32, 32\).*\(1, 3, 32, 32\)"),
        ({"inputs": ("rgb", "sar")}, {}, "rgb, sar"),
        ({"weights": np.ones((3, 5), np.float32)}, {}, "fails|cannot run|any x"),
        ({"batch": 4}, {}, "4 x 4 x 32 x 32"),
        ({}, {"missing": "availability"}, "no input 'availability'"),
        ({}, {"missing": "guess"}, "'guess'"),
        ({}, {"colour": "red"}, "colour"),
    ],
)
def test_a_card_of_another_graph_is_refused(imported, model, network, named) -> None:
    with pytest.raises((InvalidCard, InvalidModelFile), match=named):
        imported(graph(**model), **network)


def test_a_graph_without_a_card_asks_for_one(tmp_path) -> None:
    onnx.save(graph(), tmp_path / "g.onnx")
    with pytest.raises(InvalidCard, match="no card") as refused:
        import_onnx(tmp_path / "g.onnx", tmp_path / "m.safetensors")
    assert "--card" in refused.value.hint


def test_a_model_file_that_was_tampered_with_is_refused(imported, tmp_path) -> None:
    """The graph is looked through again when a model file is opened: it may come from a stranger, too."""
    from dis2_core.models.file import save_graph

    model = graph()
    needs_a_library(model)
    card = replace(CARD, network={"form": "onnx"})
    save_graph(tmp_path / "m.safetensors", model.SerializeToString(), card)
    with pytest.raises(Dis2Error, match=r"evil\.ops"):
        load_model(tmp_path / "m.safetensors")
