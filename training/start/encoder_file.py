"""Encoders in a file of their own: what pretraining leaves, and what training can start from.

A safetensors file: weights as ``encoders.<modality>.…``, as the networks name them, and in the metadata what they
belong to.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from dis2_core import DIS2Config, ModelCard
from dis2_core.contract.encoders import KEY, EncodersDescription, describe_encoders
from dis2_core.contract.errors import InputError, InvalidCard, InvalidModelFile, ModelNotFound
from dis2_core.network import SegmentationNetwork
from dis2_core.network.encoder import build_encoders
from dis2_core.run.jobfolder import whole_file

from .beginning import COUNTER, Beginning, take

PREFIX = "encoders."
MOST_BANDS, MOST_WIDTH = 64, 4096  # of a modality; channels of the first level


@dataclass(frozen=True)
class Encoders(EncodersDescription):
    """What the weights of a file belong to, and the network that has such encoders."""

    def config(self) -> DIS2Config:
        """A network that has such encoders.

        Raises:
            InvalidCard: There are no such encoders.
        """
        if not all(1 <= bands <= MOST_BANDS for bands in self.modalities.values()):
            raise InvalidCard(f"A modality has 1 to {MOST_BANDS} bands.")
        if self.width > MOST_WIDTH:
            raise InvalidCard(f"A width of {self.width} is beyond {MOST_WIDTH}.")
        return DIS2Config(
            modalities=tuple(self.modalities.items()),
            width=self.width,
            form="shared",
            encoder=self.encoder,  # type: ignore[arg-type]  # a stranger's: checked there
        )


@dataclass(frozen=True)
class EncoderStart:
    """Encoders out of a file; see ``beginning.Start``.

    Attributes:
        path: The file.
        encoders: What is in it.
        weights: By their names in a network.
    """

    path: Path
    encoders: Encoders
    weights: Mapping[str, Tensor]

    card = None

    @property
    def encoder(self) -> str:
        """Their kind."""
        return self.encoders.encoder

    @property
    def width(self) -> int:
        """Channels of their first level."""
        return self.encoders.width

    @property
    def attribution(self) -> str:
        """Of the data that they learned from."""
        return self.encoders.attribution

    @property
    def license(self) -> str:
        """Weights have none by themselves."""
        return ""

    def begin(self, network: SegmentationNetwork, card: ModelCard) -> Beginning:
        """Copy the encoders of the modalities that both know, bands and all.

        Raises:
            InputError: There are none.
        """
        begun = take(network, self.weights, f"the encoders in {self.path.name}")
        if not begun.taken:
            held = ", ".join(f"{name} ({bands})" for name, bands in self.encoders.modalities.items())
            raise InputError(
                f"No encoder in {self.path} fits: it holds {self.encoder} of width {self.width} for {held} (bands).",
                "Train with that encoder and width, and with modalities of these names.",
            )
        return replace(begun, new=tuple(part for part in begun.new if part.startswith(PREFIX)))


def save_encoders(path: str | os.PathLike[str], encoders: Encoders, modules: nn.ModuleDict) -> None:
    """Write encoders; the file appears whole or not at all.

    Args:
        path: Ends in ``.safetensors`` by convention.
        encoders: What they are.
        modules: By modality, as ``build_encoders`` makes them.

    Raises:
        InvalidModelFile: They are not what they are said to be, or not finite.
        OutputNotWritable, NoSpace: The file cannot be written.
    """
    state = {f"{PREFIX}{name}": value for name, value in modules.state_dict().items() if not name.endswith(COUNTER)}
    weights = {name: value.detach().to("cpu", torch.float32, copy=True).contiguous() for name, value in state.items()}
    _require(_shapes(encoders), {name: tuple(value.shape) for name, value in weights.items()}, "The encoders")
    _require_finite(weights, "The encoders")
    text = json.dumps(asdict(encoders), ensure_ascii=False, allow_nan=False, sort_keys=True)
    with whole_file(Path(path)) as part:
        part.write_bytes(safetensors.torch.save(weights, metadata={KEY: text}))


def load_encoders(path: str | os.PathLike[str]) -> EncoderStart:
    """Read what ``save_encoders`` wrote.

    Raises:
        ModelNotFound: There is no such file.
        InvalidModelFile: It holds no encoders, is damaged, or not what it says.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelNotFound(f"There is no file {path}.", "Give a file of encoders, a model, or imagenet.")
    encoders = Encoders(**vars(describe_encoders(path)))
    try:
        with safetensors.safe_open(path, "pt") as stream:
            found = {name: tuple(stream.get_slice(name).get_shape()) for name in stream.keys()}  # noqa: SIM118
            _require(_shapes(encoders), found, str(path))
            weights = {name: stream.get_tensor(name).float() for name in found}
            _require_finite(weights, str(path))
    except (safetensors.SafetensorError, InvalidCard, OSError) as error:
        raise InvalidModelFile(f"{path} is damaged ({error}).", "Make it again.") from error
    return EncoderStart(path, encoders, weights)


def _shapes(encoders: Encoders) -> dict[str, tuple[int, ...]]:
    """The tensors that there must be, without memory for them."""
    with torch.device("meta"):
        modules = build_encoders(encoders.config())
    state = modules.state_dict()
    return {f"{PREFIX}{name}": tuple(value.shape) for name, value in state.items() if not name.endswith(COUNTER)}


def _require_finite(weights: Mapping[str, Tensor], subject: str) -> None:
    for name, weight in weights.items():
        if not torch.isfinite(weight).all():
            raise InvalidModelFile(f"{subject}: tensor '{name}' has a value that is not finite.", "Pretrain anew.")


def _require(expected: Mapping[str, tuple[int, ...]], found: Mapping[str, tuple[int, ...]], subject: str) -> None:
    wrong = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
    if wrong:
        raise InvalidModelFile(
            f"{subject}: tensor {wrong[0][:80]!a} is missing, unknown or of another shape than its description has.",
            "Weights and description must come from the same pretraining.",
        )
