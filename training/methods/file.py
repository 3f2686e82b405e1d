"""A method's network in a file of its own: weights, the method's name, and the card.

DIS2 itself goes into a model file (``dis2_core.save_model``), which anybody may load. The other methods exist
for comparison: their files carry the card under another key, and ``dis2_core.load_model`` refuses them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from dis2_core import Model, ModelCard
from dis2_core.contract.errors import InvalidModelFile, ModelNotFound
from dis2_core.contract.untrusted import parse_json
from dis2_core.network import DIS2Config, SegmentationNetwork
from dis2_core.run.jobfolder import whole_file

from .registry import build_network

METHOD_KEY = "dis2:method"
CARD_KEY = "dis2:method_card"

_COUNTER = "num_batches_tracked"  # of batch norms: not stored, as in model files


def save_method(path: str | os.PathLike[str], method: str, network: SegmentationNetwork, card: ModelCard) -> None:
    """Write a method's network; the file appears whole or not at all.

    Args:
        path: Ends in ``.safetensors`` by convention.
        method: One of ``methods.method_names``.
        network: As ``methods.build_network`` builds it for this card, on any device.
        card: Modalities, classes, window and ``DIS2Config.card_entries()``.

    Raises:
        InputError: There is no such method.
        InvalidModelFile: Method or card call for another network.
        OutputNotWritable, NoSpace: The file cannot be written.
    """
    path = Path(path)
    state = network.state_dict().items()
    weights = {name: value.detach().cpu().contiguous() for name, value in state if not name.endswith(_COUNTER)}
    _put(weights, _blueprint(method, card), f"The network is not '{method}' as the card describes it")
    metadata = {METHOD_KEY: method, CARD_KEY: json.dumps(card.to_json(), allow_nan=False, sort_keys=True)}
    with whole_file(path) as part:
        part.write_bytes(safetensors.torch.save(weights, metadata))


def load_method(path: str | os.PathLike[str]) -> tuple[str, Model]:
    """Read what ``save_method`` wrote.

    Returns:
        The method's name, and a model that ``dis2_core.segment`` takes: on the CPU, in evaluation mode.

    Raises:
        ModelNotFound: There is no such file.
        InvalidModelFile: It holds no method, or is damaged.
        InvalidCard: Its card is damaged.
        InputError: This version knows no such method.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelNotFound(f"There is no file {path}.", "Give a file that a benchmark has written.")
    try:
        with safetensors.safe_open(path, "pt") as stream:
            metadata = stream.metadata() or {}
        method, text = metadata[METHOD_KEY], metadata[CARD_KEY]
        card = ModelCard.from_json(parse_json(text, exact=True))
        weights = safetensors.torch.load_file(path)
    except KeyError as error:
        raise InvalidModelFile(
            f"{path} holds no method of the benchmark.", "Model files are loaded by dis2_core.load_model."
        ) from error
    except (safetensors.SafetensorError, ValueError) as error:
        raise InvalidModelFile(f"{path} is damaged ({error}).", "Train the method again.") from error
    network = _put(weights, _blueprint(method, card), f"{path} does not hold '{method}' as its card describes it")
    return method, Model(card, network.eval(), path=path)


def _blueprint(method: str, card: ModelCard) -> SegmentationNetwork:
    """The network without memory for its weights."""
    with torch.device("meta"):
        return build_network(method, DIS2Config.from_card(card))


def _put(weights: Mapping[str, Tensor], network: SegmentationNetwork, problem: str) -> SegmentationNetwork:
    counters = {name: torch.tensor(0) for name in network.state_dict() if name.endswith(_COUNTER)}
    try:
        network.load_state_dict({**counters, **weights}, assign=True)
    except RuntimeError as error:  # torch lists every missing entry and wrong shape
        raise InvalidModelFile(f"{problem}: {error}", "Weights, method and card must belong together.") from error
    return network
