"""A model is one safetensors file: the weights that prediction needs, and the card in the metadata."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor

from ..contract.card import ModelCard
from ..contract.catalogue import CARD_KEY, GRAPH, ModelHeader, find_model, read_header
from ..contract.errors import InvalidCard, InvalidModelFile, ModelNotFound
from ..contract.untrusted import Refused, read_bytes, refusals
from ..network import DIS2Config, SegmentationNetwork, build_network
from ..network.familiarity import Familiarity
from ..run.jobfolder import whole_file
from .onnx_graph import parse_graph
from .onnx_network import OnnxNetwork

Shape = tuple[int, ...]

#: Batch norm counts its training steps here: an integer that prediction never reads. Not stored.
_COUNTER = "num_batches_tracked"

_FAMILIARITY = "familiarity."  # before the names of its tensors


@dataclass
class Model:
    """A network that is ready to predict, with its card.

    Attributes:
        card: What the network takes and returns.
        network: In evaluation mode, float32.
        sha256: Of the file it came from; empty where there was none.
        path: That file.
        familiarity: Knows what its training ground looks like; None: it was not measured.
    """

    card: ModelCard
    network: SegmentationNetwork
    sha256: str = ""
    path: Path | None = None
    familiarity: Familiarity | None = None

    def settle(self, device: torch.device) -> None:
        """Bring the network, in place, into the form in which it predicts: every run does it alike, to the last bit.

        Its batch norms are folded: it can be trained and saved no more.
        """
        self.network.settle(device)
        if self.familiarity is not None:
            self.familiarity.to(device)


def load_model(name_or_path: str | os.PathLike[str]) -> Model:
    """Load a shipped model by name, or a model file.

    The header must hold exactly the tensors that its card calls for before any weight is read.

    Returns:
        The model on the CPU, float32, in evaluation mode.

    Raises:
        ModelNotFound: Neither a shipped model nor a file has this name.
        InvalidModelFile: The file is no model file, damaged, or not what its card describes.
        InvalidCard: The card is damaged or contradicts itself.
    """
    path = find_model(name_or_path)
    header = read_header(path)
    if header.card.is_onnx:
        return _load_graph(path, header)
    if any(dtype == "U8" for dtype, _ in header.tensors.values()):
        raise InvalidModelFile(f"{path} holds bytes where weights are called for.", "Ask for the model file again.")
    network = _blueprint(header.card, most_layers=len(header.tensors))
    familiarity = _familiarity(header.card)
    expected = {**_stored_shapes(network), **_looks(familiarity)}
    _compare(expected, {name: shape for name, (_, shape) in header.tensors.items()}, f"{path} holds")
    with refusals(f"The model file {path}", ModelNotFound):
        data = read_bytes(path, header.size)  # all at once: the hash is of the very bytes that become the weights
    try:
        weights = {name: weight.to(torch.float32, copy=True) for name, weight in safetensors.torch.load(data).items()}
        known = {name: weights.pop(name) for name in _looks(familiarity)}
        network.load_state_dict({**_counters(network), **weights}, assign=True)
        if familiarity is not None:
            looks = {name.removeprefix(_FAMILIARITY): value for name, value in known.items()}
            familiarity.load_state_dict(looks, assign=True)
    except (safetensors.SafetensorError, RuntimeError) as error:
        raise InvalidModelFile(f"{path} is damaged ({error}).", "Ask for the model file again.") from error
    _require_finite({**weights, **known}, f"{path} is damaged:", "Ask for the model file again.")
    return Model(header.card, network.eval(), hashlib.sha256(data).hexdigest(), path, familiarity)


def save_model(
    path: str | os.PathLike[str],
    network: SegmentationNetwork,
    card: ModelCard,
    dtype: torch.dtype = torch.float16,
    familiarity: Familiarity | None = None,
) -> None:
    """Write a model file; the same weights and card give the same bytes.

    The file appears whole or not at all, and an earlier one stays until then.

    Args:
        path: Ends in ``.safetensors`` by convention.
        network: What prediction needs, and nothing else, on any device.
        card: Must describe the network: modalities, classes, window and ``DIS2Config.card_entries()``.
        dtype: float16 (half the size) or float32.
        familiarity: What its training ground looks like; the card in the file says that it is there.

    Raises:
        InvalidCard: The card describes another network.
        InvalidModelFile: A weight is not finite, or not in float16.
        OutputNotWritable, NoSpace: The file cannot be written.
    """
    if dtype not in (torch.float16, torch.float32):
        raise InvalidModelFile(f"Model files hold float16 or float32, not {dtype}.")
    card = replace(card, familiarity=familiarity.prototypes if familiarity else 0)
    weights = {name: value.detach() for name, value in network.state_dict().items() if _is_stored(name)}
    expected = {**_stored_shapes(_blueprint(card, most_layers=len(weights))), **_looks(_familiarity(card))}
    if familiarity is not None:
        weights |= {_FAMILIARITY + name: value for name, value in familiarity.state_dict().items()}
    _compare(expected, {name: tuple(value.shape) for name, value in weights.items()}, "The network has")
    stored = {name: value.to("cpu", dtype, copy=True).contiguous() for name, value in weights.items()}
    _require_finite(stored, "The network cannot be saved:", "Save it as float32, or train it again.")
    text = json.dumps(card.to_json(), ensure_ascii=False, allow_nan=False, sort_keys=True)
    _write_beside(Path(path), safetensors.torch.save(stored, metadata={CARD_KEY: text}))


def save_graph(path: str | os.PathLike[str], graph: bytes, card: ModelCard) -> None:
    """Write a model file of a graph of ONNX. Raises OutputNotWritable, NoSpace."""
    data = {GRAPH: torch.frombuffer(bytearray(graph), dtype=torch.uint8)}
    text = json.dumps(card.to_json(), ensure_ascii=False, allow_nan=False, sort_keys=True)
    _write_beside(Path(path), safetensors.torch.save(data, metadata={CARD_KEY: text}))


def _load_graph(path: Path, header: ModelHeader) -> Model:
    """A model whose network is a graph of ONNX; see ``load_model``."""
    if [(name, dtype) for name, (dtype, _) in header.tensors.items()] != [(GRAPH, "U8")]:
        raise InvalidModelFile(f"{path} holds no graph, which its card calls for.", "Ask for the model file again.")
    with refusals(f"The model file {path}", ModelNotFound):
        data = read_bytes(path, header.size)
    graph = safetensors.torch.load(data)[GRAPH].numpy().tobytes()
    try:
        parse_graph(graph)
    except Refused as error:
        raise InvalidModelFile(f"The graph in {path} is refused: {error}.", "Ask for the model file again.") from error
    return Model(header.card, OnnxNetwork(graph, header.card).eval(), hashlib.sha256(data).hexdigest(), path)


def _blueprint(card: ModelCard, most_layers: int) -> SegmentationNetwork:
    """The card's network without memory for its weights, whatever sizes the card dreams of.

    Raises:
        InvalidCard: No network is like that.
    """
    config = DIS2Config.from_card(card)
    if config.layers > most_layers:
        raise InvalidCard(f"The card calls for {config.layers} layers, more than there are tensors.")
    try:
        with torch.device("meta"):
            return build_network(config)
    except (ValueError, RuntimeError, AssertionError, OverflowError) as error:
        raise InvalidCard(f"No network can be built as the card describes it ({error}).") from error


def _familiarity(card: ModelCard) -> Familiarity | None:
    """What the card's model remembers of its training ground, without memory for it."""
    if not card.familiarity:
        return None
    with torch.device("meta"):
        return Familiarity({item.name: len(item.bands) for item in card.modalities}, card.familiarity)


def _looks(familiarity: Familiarity | None) -> dict[str, Shape]:
    """The tensors that hold it in a file."""
    state = familiarity.state_dict() if familiarity is not None else {}
    return {_FAMILIARITY + name: tuple(value.shape) for name, value in state.items()}


def _is_stored(name: str) -> bool:
    return not name.endswith(_COUNTER)


def _stored_shapes(network: SegmentationNetwork) -> dict[str, Shape]:
    return {name: tuple(value.shape) for name, value in network.state_dict().items() if _is_stored(name)}


def _counters(network: SegmentationNetwork) -> dict[str, Tensor]:
    return {name: torch.tensor(0) for name in network.state_dict() if not _is_stored(name)}


def _compare(expected: Mapping[str, Shape], found: Mapping[str, Shape], subject: str) -> None:
    """Raise InvalidModelFile that names the first difference between two sets of tensors."""
    hint = "Weights and card must come from the same model."
    if missing := sorted(set(expected) - set(found)):
        raise InvalidModelFile(f"{subject} no tensor '{missing[0]}', which its card calls for.", hint)
    if unexpected := sorted(set(found) - set(expected)):
        raise InvalidModelFile(f"{subject} a tensor {unexpected[0][:80]!a} unknown to its card.", hint)
    for name, shape in expected.items():
        if found[name] != shape:
            raise InvalidModelFile(
                f"{subject} tensor '{name}' with shape {found[name]}; its card calls for {shape}.", hint
            )


def _require_finite(weights: Mapping[str, Tensor], subject: str, hint: str) -> None:
    for name, weight in weights.items():
        if not torch.isfinite(weight).all():
            raise InvalidModelFile(f"{subject} tensor '{name}' has a value that is not finite.", hint)


def _write_beside(path: Path, data: bytes) -> None:
    """Write next to ``path``, then rename: nobody ever sees half a file."""
    with whole_file(path) as part, part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
