"""A segmentation network that is an ONNX graph: fed and asked as any of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ..contract.card import ModelCard
from ..contract.errors import InvalidCard, InvalidModelFile, NoDevice
from ..network import SegmentationNetwork
from .onnx_graph import require_onnx

AVAILABILITY = "availability"
MISSING = ("zeros", AVAILABILITY)
VALUES = ("normalised", "raw")
RESULTS = ("logits", "probabilities")
_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}
_TINY = 1e-30  # the logarithm of a probability of 0 must be a number


@dataclass(frozen=True)
class Wiring:
    """How a graph is fed and read, as the card's ``dis2:network`` says.

    Attributes:
        missing: What it was trained to see in the place of a missing modality: ``zeros`` (after normalisation), or
            ``availability``: zeros, and an input of that name (B, M) of 0 and 1; None: nothing may be missing.
        values: ``normalised`` by the card, or ``raw``: in the card's units, because the graph normalises.
        result: ``logits`` or ``probabilities``.
    """

    missing: str | None = None
    values: str = "normalised"
    result: str = "logits"

    @classmethod
    def of(cls, card: ModelCard) -> Wiring:
        """What a card says. Raises InvalidCard."""
        entries = {name: value for name, value in card.network.items() if name != "form"}
        known: Mapping[str, tuple[str, ...]] = {"missing": MISSING, "values": VALUES, "result": RESULTS}
        for name, value in entries.items():
            if name not in known:
                hint = f"Known are: {', '.join(known)}."
                raise InvalidCard(f"The card's network has an unknown entry '{name[:40]}'.", hint)
            if value not in known[name]:
                hint = f"Use {' or '.join(known[name])}."
                raise InvalidCard(f"The card's network entry '{name}' is {str(value)[:40]!a}.", hint)
        return cls(**entries)


class OnnxNetwork(SegmentationNetwork):
    """Runs a graph of ONNX in onnxruntime, on the CPU until ``settle`` says otherwise.

    Inputs are either one, with the bands of all modalities in the card's order, or one a modality, of its name; the
    output has a channel a class, or a single one for the second of two classes.

    Args:
        graph: The bytes of a graph that ``onnx_graph`` has looked through.
        card: Its card.

    Raises:
        InvalidCard: The card describes other inputs or outputs.
        InvalidModelFile: onnxruntime cannot run the graph.
        ResourceError: The packages are not installed.
    """

    def __init__(self, graph: bytes, card: ModelCard) -> None:
        super().__init__()
        self.graph = graph
        self.card = card
        self.wiring = Wiring.of(card)
        self._session = _session(graph, torch.device("cpu"))
        self._inputs = self._checked_inputs()

    def __deepcopy__(self, memo: dict[int, Any]) -> OnnxNetwork:
        """Another session of the same graph."""
        return OnnxNetwork(self.graph, self.card)

    def settle(self, device: torch.device) -> None:
        """Run on this device from now on. Raises NoDevice."""
        self._session = _session(self.graph, device)

    def forward(self, inputs: Mapping[str, Tensor]) -> Tensor:
        """Return the logits for the modalities that ``inputs`` holds. See the base class.

        Raises:
            NoInput: One is missing, and the graph was not trained for that.
        """
        names = self.card.modality_names
        self.card.require(inputs)
        first = next(iter(inputs.values()))
        windows = {
            item.name: inputs[item.name].float()
            if item.name in inputs
            else first.new_zeros((len(first), len(item.bands), *first.shape[2:]), dtype=torch.float32)
            for item in self.card.modalities
        }
        if self.wiring.values == "raw":
            windows = {name: self._raw(name, window) for name, window in windows.items()}
        feed = dict(windows)
        if "" in self._inputs:
            feed = {"": torch.cat([windows[name] for name in names], dim=1)}
        if self.wiring.missing == AVAILABILITY:
            flags = torch.tensor([float(name in inputs) for name in names])
            feed[AVAILABILITY] = flags.expand(len(first), -1)
        return self._logits(self._run({name: value.cpu().numpy() for name, value in feed.items()})).to(first.device)

    def _raw(self, name: str, window: Tensor) -> Tensor:
        """Normalised values in the card's units again."""
        bands = self.card.modality(name).bands
        std = window.new_tensor([band.std for band in bands])[:, None, None]
        return window * std + window.new_tensor([band.mean for band in bands])[:, None, None]

    def _run(self, feed: Mapping[str, npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """The graph's output (B, channels, H, W); one window at a time where it takes no more."""
        count = len(next(iter(feed.values())))
        at_once = count if self._takes_batches else 1
        parts = []
        for start in range(0, count, at_once):
            given = {
                item.name: np.ascontiguousarray(feed[role][start : start + at_once], dtype=_TYPES[item.type])
                for role, item in self._inputs.items()
            }
            parts.append(self._session.run([self._session.get_outputs()[0].name], given)[0])
        return np.concatenate(parts)

    def _logits(self, answer: npt.NDArray[Any]) -> Tensor:
        """What the engine takes the softmax of."""
        result = torch.from_numpy(np.ascontiguousarray(answer, dtype=np.float32))
        if self.wiring.result == "probabilities":
            if result.shape[1] == 1:
                result = torch.cat([1 - result, result], dim=1)
            return result.clamp(min=_TINY).log()
        return torch.cat([torch.zeros_like(result), result], dim=1) if result.shape[1] == 1 else result

    @property
    def _takes_batches(self) -> bool:
        return all(not isinstance(item.shape[0], int) for item in self._inputs.values())

    def _checked_inputs(self) -> dict[str, Any]:
        """The graph's inputs by what they are for: modality, ``availability``, or "" for all bands in one."""
        inputs = {item.name: item for item in self._session.get_inputs()}
        roles: dict[str, Any] = {}
        if self.wiring.missing == AVAILABILITY:
            if AVAILABILITY not in inputs:
                raise InvalidCard(f"The graph has no input '{AVAILABILITY}', which the card speaks of.")
            roles[AVAILABILITY] = inputs.pop(AVAILABILITY)
            _require(roles[AVAILABILITY], [None, len(self.card.modalities)])
        if len(inputs) == 1:
            ((_, roles[""]),) = inputs.items()
        elif set(inputs) == set(self.card.modality_names):
            roles |= inputs
        else:
            raise InvalidCard(
                f"The graph has the inputs {', '.join(inputs)[:200]}.",
                f"It must have one, or one for each modality: {', '.join(self.card.modality_names)}.",
            )
        for role, item in roles.items():
            if role != AVAILABILITY:
                bands = sum(len(m.bands) for m in self.card.modalities if role in ("", m.name))
                _require(item, [None, bands, *self.card.window])
        if len(outputs := self._session.get_outputs()) != 1:
            raise InvalidCard(f"The graph has {len(outputs)} outputs; one with a channel a class is needed.")
        return roles

    def require_answer(self) -> None:
        """Ask once. Raises InvalidCard unless there is an answer for every class and pixel."""
        zeros = {m.name: torch.zeros(1, len(m.bands), *self.card.window) for m in self.card.modalities}
        try:
            answer = self.forward(zeros)
        except Exception as error:  # whatever onnxruntime says of a stranger's graph
            reason = " ".join(str(error).split())[:200]
            raise InvalidModelFile(f"The graph fails on windows of {self.card.window} pixels ({reason}).") from error
        wanted = (1, len(self.card.classes), *self.card.window)
        if tuple(answer.shape) != wanted:
            raise InvalidCard(f"The graph answers with {tuple(answer.shape)}; its card calls for {wanted}.")


def _require(item: Any, shape: list[int | None]) -> None:
    """Raise InvalidCard unless an input is of numbers, of a shape; None: any side."""
    if item.type not in _TYPES:
        raise InvalidCard(f"The graph's input '{item.name[:40]}' takes {item.type}; floating point numbers are needed.")
    sides = [side if isinstance(side, int) and side > 0 else None for side in item.shape]
    fits = len(sides) == len(shape) and all(
        None in (found, wanted) or found == wanted for found, wanted in zip(sides, shape, strict=False)
    )
    if not fits or (sides and sides[0] not in (None, 1)):
        told = " x ".join(str(side or "any") for side in sides)
        wanted = " x ".join(str(side or "any") for side in shape)
        raise InvalidCard(f"The graph's input '{item.name[:40]}' is {told}; the card calls for {wanted}.")


def _session(graph: bytes, device: torch.device) -> Any:
    """A session without libraries of operators, on the CPU or a GPU."""
    require_onnx()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # what is wrong is raised
    options.intra_op_num_threads = torch.get_num_threads()
    providers: list[Any] = ["CPUExecutionProvider"]
    if device.type == "cuda":
        if "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
            raise NoDevice(
                "onnxruntime has no CUDA here.",
                "Install onnxruntime-gpu instead of onnxruntime, or choose the device cpu.",
            )
        providers.insert(0, ("CUDAExecutionProvider", {"device_id": device.index or 0}))
    try:
        return onnxruntime.InferenceSession(graph, options, providers=providers)
    except Exception as error:  # onnxruntime has a class for each of its codes, and no base
        reason = " ".join(str(error).split())[:200]
        raise InvalidModelFile(f"onnxruntime cannot run the graph ({reason}).") from error
