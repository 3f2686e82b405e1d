"""From an ONNX graph and a card to a model file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..contract.card import ONNX, ModelCard
from ..contract.errors import InvalidCard, InvalidModelFile, ModelNotFound
from ..contract.untrusted import Refused, parse_json, read_text, refusals
from .file import save_graph
from .onnx_graph import metadata, read_graph
from .onnx_network import OnnxNetwork

MAX_CARD = 8_000_000  # bytes, as in a model file


def import_onnx(path: Path, output: Path, card: Path | None = None) -> ModelCard:
    """Write a model file of a graph, and return its card.

    Args:
        path: The graph; its weights may lie in files of its folder.
        output: The model file.
        card: A card as JSON (``docs/model_file.md``), whose ``dis2:network`` says how the graph is fed (``Wiring``);
            None: the one that ``dis2 export`` wrote into the graph.

    Raises:
        ModelNotFound: The graph cannot be read.
        InvalidModelFile: It is refused, or onnxruntime cannot run it.
        InvalidCard: The card is damaged, or describes another graph.
        ResourceError: The packages are not installed.
        OutputNotWritable, NoSpace: The file cannot be written.
    """
    try:
        model = read_graph(path)
    except OSError as error:
        raise ModelNotFound(f"The graph {path} cannot be read ({error.strerror or error}).") from error
    except Refused as error:
        raise InvalidModelFile(
            f"The graph {path} is refused: {error}.", "Ask for one that is whole and plain ONNX."
        ) from error
    told = _read_card(card) if card else _own_card(metadata(model), path)
    graph: bytes = model.SerializeToString()
    OnnxNetwork(graph, told).require_answer()
    save_graph(output, graph, told)
    return told


def _read_card(path: Path) -> ModelCard:
    with refusals(f"The card {path}", InvalidCard):
        data = parse_json(read_text(path, MAX_CARD), exact=True)
    if not isinstance(data, Mapping):
        raise InvalidCard(f"The card {path} is no JSON object.")
    card = ModelCard.from_json(data.get("card", data))
    return replace(card, network={**card.network, "form": ONNX})


def _own_card(notes: Mapping[str, str], path: Path) -> ModelCard:
    """The card that ``dis2 export`` wrote: the graph takes values as they are, and returns probabilities."""
    if "dis2:card" not in notes:
        raise InvalidCard(f"The graph {path} has no card of DIS2 in it.", "Write one, and give it: --card CARD.json.")
    with refusals(f"The card in {path}", InvalidCard):
        data: Any = parse_json(notes["dis2:card"], exact=True)
        if not isinstance(data, dict):
            raise Refused("it is no JSON object")
        scenario = str(data.pop("dis2:scenario", ""))
    card = replace(ModelCard.from_json(data), temperatures={})  # the graph has heeded them
    network = {"form": ONNX, "values": "raw", "result": "probabilities"}
    if not scenario:
        return replace(card, network={**network, "missing": "availability"})
    taken = tuple(item for item in card.modalities if item.name in scenario.split("+"))
    metrics = {name: scores for name, scores in card.metrics.items() if name == scenario}
    return replace(card, modalities=taken, network=network, metrics=metrics)
