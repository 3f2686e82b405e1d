"""From a checkpoint file of the authors' implementation to a model file with a card."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor

from ..contract.card import Band, LandClass, Modality, ModelCard
from ..contract.errors import InputError, InvalidModelFile, ModelError, ModelNotFound
from ..contract.untrusted import Refused
from ..network import DIS2, DIS2Config
from .archive import load_archive
from .file import save_model

_KINDS = {"rgb": "optical", "ndsm": "elevation"}
_USUAL_BANDS = {("rgb", 3): ("red", "green", "blue"), ("ndsm", 1): ("height",)}
_WHOLE = "Only whole checkpoints of the authors' DIS2 can be imported."
_NOTES = (
    "Imported from a checkpoint of the authors' implementation. Its inputs are scaled to 0..1 as in their "
    "training: give the scale, e.g. --scale rgb=0.00392157,0 for 8-bit imagery."
)


def import_checkpoint(
    checkpoint: Path,
    output: Path,
    *,
    name: str,
    gsd: float,
    window: tuple[int, int] | None = None,
    heads: int = 8,
    class_names: tuple[str, ...] = (),
    band_names: Mapping[str, tuple[str, ...]] | None = None,
) -> ModelCard:
    """Write a model file of an authors' checkpoint and return its card.

    Args:
        checkpoint: What ``torch.save`` wrote: a dict with ``model_state_dict``, or the state dict.
        output: The model file, float32: its outputs are those of the checkpoint.
        name: The model's name.
        gsd: Ground sample distance of the training data in metres.
        window: (height, width) in pixels; None: a square one.
        heads: Of the transformer.
        class_names: Empty: ``class 0``, ``class 1``, …
        band_names: By modality (``rgb``, ``ndsm``); empty: the usual ones.

    Raises:
        ModelNotFound: The checkpoint cannot be opened.
        InvalidModelFile: It needs code to be read, is damaged, or of another network.
        InputError: More or fewer names than classes or bands.
    """
    state = read_checkpoint(checkpoint)
    try:
        network = DIS2.from_author_state_dict(state, window=window, heads=heads)
    except ModelError as error:
        reason = " ".join(error.message.split())
        raise type(error)(f"{checkpoint}: {reason}", error.hint or _WHOLE) from error
    card = _card(network.config, name, gsd, class_names, band_names or {})
    save_model(output, network, card, torch.float32)
    return card


def read_checkpoint(path: Path) -> dict[str, Tensor]:
    """Return the state dict in a checkpoint file without running code from it.

    Raises:
        ModelNotFound, InvalidModelFile: See ``import_checkpoint``.
    """
    if not path.is_file():
        raise ModelNotFound(f"There is no checkpoint {path}.")
    try:
        content = load_archive(path)
    except OSError as error:
        raise ModelNotFound(f"The checkpoint {path} cannot be read ({error.strerror}).") from error
    except Refused as error:
        raise InvalidModelFile(
            f"{path} is no checkpoint, is damaged, or needs code to be read, which is refused ({error}).",
            "Load it where it was made and save its model_state_dict alone, with torch.save.",
        ) from error
    state = content.get("model_state_dict", content) if isinstance(content, dict) else None
    if not isinstance(state, dict) or not state:
        raise InvalidModelFile(f"{path} holds no state dict.", _WHOLE)
    if strange := [key for key, value in state.items() if not (isinstance(key, str) and _is_sound(value))]:
        raise InvalidModelFile(f"Entry {strange[0]!a} of {path} is no sound tensor.", _WHOLE)
    if (claimed := sum(tensor.nbytes for tensor in state.values())) > (size := path.stat().st_size):
        raise InvalidModelFile(f"The tensors of {path} take {claimed:,} bytes, but the file has {size:,}.", _WHOLE)
    return state


def _is_sound(value: object) -> bool:
    """A tensor that holds what its shape promises: one of stride 0 may promise any size."""
    return (
        isinstance(value, Tensor)
        and value.layout == torch.strided
        and value.numel() * value.element_size() <= value.untyped_storage().nbytes()
    )


def _card(
    config: DIS2Config,
    name: str,
    gsd: float,
    class_names: tuple[str, ...],
    band_names: Mapping[str, tuple[str, ...]],
) -> ModelCard:
    classes = _names(class_names, config.classes, "class", "--classes")
    modalities = []
    for modality, count in config.modalities:
        usual = band_names.get(modality) or _USUAL_BANDS.get((modality, count), ())
        names = _names(usual, count, f"{modality} band", f"--{modality}")
        bands = tuple(Band(band, mean=0.0, std=1.0, valid_min=0.0, valid_max=1.0) for band in names)
        modalities.append(Modality(modality, _KINDS[modality], _KINDS[modality], bands))
    return ModelCard(
        name=name,
        modalities=tuple(modalities),
        classes=tuple(LandClass(label, _color(i, len(classes))) for i, label in enumerate(classes)),
        window=config.window,
        gsd=gsd,
        network=config.card_entries(),
        notes=_NOTES,
    )


def _names(given: tuple[str, ...], count: int, what: str, option: str) -> tuple[str, ...]:
    if given and len(given) != count:
        raise InputError(
            f"{option} gives {len(given)} names, but the checkpoint has {count}.",
            f"Give {count} names separated by commas.",
        )
    return given or tuple(f"{what} {index}" for index in range(count))


def _color(index: int, count: int) -> str:
    """Colours evenly around the wheel, every other one darker."""
    red, green, blue = colorsys.hsv_to_rgb(index / count, 0.75, 0.9 if index % 2 == 0 else 0.6)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in (red, green, blue))
