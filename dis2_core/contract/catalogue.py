"""Which models there are, and what their files say of themselves.

A model file is a safetensors file: eight bytes of length, a JSON header, the tensors. Only the
header is read here, under limits that hold before memory is taken, so that a card from a stranger
is safe to look at. Standard library alone and Python 3.9: QGIS fills its model list with this.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from .card import ModelCard
from .errors import InvalidCard, InvalidModelFile, ModelError, ModelNotFound
from .names import check_names, readable
from .untrusted import Refused, decode, open_regular, parse_json, refusals

SUFFIX = ".safetensors"
CARD_KEY = "dis2:card"

MAX_HEADER = 8_000_000  # bytes; that of the published network has 60,000
MAX_TENSORS = 20_000
MAX_DIMENSIONS = 8

#: The types of weights that a model file may hold, with their bytes; a graph of ONNX lies in it as bytes.
DTYPES = {"F16": 2, "F32": 4, "U8": 1}
GRAPH = "onnx"  # the tensor that holds a graph

_LENGTH_BYTES = 8
_DAMAGED = "Ask for the model file again; it may have been cut off on the way."
_FOREIGN = "A model is a .safetensors file of DIS2; 'dis2 import-author' converts the authors' checkpoints."

#: Type (a key of ``DTYPES``) and shape of a tensor.
TensorInfo = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class ModelHeader:
    """What a model file says before its weights.

    Attributes:
        card: The model's card.
        tensors: (type, shape) by the tensor's name; the type is a key of ``DTYPES``.
        size: Bytes of the whole file.
    """

    card: ModelCard
    tensors: Mapping[str, TensorInfo]
    size: int

    @property
    def parameters(self) -> int:
        """How many weights the file holds, but for those in a graph of ONNX."""
        return sum(_count(shape) for dtype, shape in self.tensors.values() if dtype != "U8")


def shipped_models() -> dict[str, Path]:
    """Paths of the models that come with DIS2, by name."""
    folder = Path(__file__).resolve().parent.parent / "models"
    return {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}


def find_model(name_or_path: str | os.PathLike[str]) -> Path:
    """Return the file of a shipped model's name, or of a path.

    Raises:
        ModelNotFound: There is neither.
    """
    shipped = shipped_models()
    text = os.fspath(name_or_path)
    if text in shipped:
        return shipped[text]
    path = Path(text)
    try:
        found = path.is_file()
    except (OSError, ValueError):  # a name too long, a NUL in it
        found = False
    if not found:
        raise ModelNotFound(
            f"There is no model '{readable(text[:200])}'.",
            f"Give the path of a model file, or a shipped model's name: {', '.join(shipped) or 'none ships'}.",
        )
    check_names(text)
    return path


def read_header(path: str | os.PathLike[str]) -> ModelHeader:
    """Read and check everything of a model file but its weights.

    The tensors that the header declares must fill the file exactly, without gap or overlap.

    Raises:
        ModelNotFound: There is no such file, or it cannot be opened.
        InvalidModelFile: It is no model file, or a damaged one.
        InvalidCard: Its card is damaged or contradicts itself.
    """
    path = Path(path)
    header, data_size, size = _read_whole_header(path)
    metadata = header.pop("__metadata__", None)
    tensors = _read_tensors(header, data_size, path)
    return ModelHeader(_read_metadata_card(metadata, path), tensors, size)


def read_metadata(path: str | os.PathLike[str]) -> Mapping[str, Any]:
    """Return the texts that a safetensors file holds beside its tensors, of a model or of something else.

    Raises:
        ModelNotFound: There is no such file, or it cannot be opened.
        InvalidModelFile: It is none, or its header is damaged.
    """
    metadata = _read_whole_header(Path(path))[0].get("__metadata__")
    return metadata if isinstance(metadata, dict) else {}


def read_card(path: str | os.PathLike[str]) -> ModelCard:
    """Return the card of a model file. Raises as ``read_header`` does."""
    return read_header(path).card


def sha256(path: str | os.PathLike[str]) -> str:
    """Return the hexadecimal SHA-256 of a file.

    Raises:
        ModelNotFound: The file cannot be read.
    """
    digest = hashlib.sha256()
    with _opened(path) as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def _opened(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    with refusals(f"The model file {os.fspath(path)}", ModelNotFound), open_regular(path) as stream:
        yield stream


def _read_whole_header(path: Path) -> tuple[dict[str, Any], int, int]:
    """The header as it stands, and the bytes of the weights and of the file."""
    with _opened(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        text = _read_header_text(stream, size, path)
    header = _parse(text, InvalidModelFile, f"The header of {path} is damaged")
    return header, size - _LENGTH_BYTES - len(text), size


def _read_header_text(stream: BinaryIO, size: int, path: Path) -> bytes:
    """The bytes of the JSON header, of which nothing but the length is trusted yet."""
    length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
    start = stream.read(1)
    if size <= _LENGTH_BYTES or start != b"{":
        raise InvalidModelFile(f"{path} is no model file.", _FOREIGN)
    if length > size - _LENGTH_BYTES:
        raise InvalidModelFile(
            f"{path} declares a header of {length:,} bytes, but the whole file has {size:,}.", _DAMAGED
        )
    if length > MAX_HEADER:
        raise InvalidModelFile(f"{path} has a header of {length:,} bytes; up to {MAX_HEADER:,} are read.", _FOREIGN)
    return start + stream.read(length - 1)


def _parse(text: bytes | str, error_class: type[ModelError], problem: str) -> dict[str, Any]:
    """Read a JSON object that a stranger wrote."""
    try:
        value = parse_json(decode(text) if isinstance(text, bytes) else text, exact=True)
    except Refused as error:
        raise error_class(f"{problem} ({error}).", _DAMAGED) from None
    if not isinstance(value, dict):
        raise error_class(f"{problem} (it is no JSON object).", _DAMAGED)
    return value


def _read_tensors(header: Mapping[str, Any], data_size: int, path: Path) -> dict[str, TensorInfo]:
    """Types and shapes, after checking that the tensors lie end to end over ``data_size`` bytes."""
    if not 0 < len(header) <= MAX_TENSORS:
        raise InvalidModelFile(f"{path} declares {len(header)} tensors; 1 to {MAX_TENSORS} are read.", _FOREIGN)
    tensors, spans = {}, []
    for name, entry in header.items():
        dtype, shape, span = _read_tensor(name, entry, path)
        tensors[name] = (dtype, shape)
        spans.append((*span, name))
    position = 0
    for begin, end, name in sorted(spans):
        if begin != position:
            raise InvalidModelFile(
                f"Tensor {_short(name)} of {path} begins at byte {begin}, where {position} is expected.",
                _DAMAGED,
            )
        position = end
    if position != data_size:
        raise InvalidModelFile(
            f"{path} holds {data_size:,} bytes of weights, but its header declares {position:,}.", _DAMAGED
        )
    return tensors


def _read_tensor(name: str, entry: Any, path: Path) -> tuple[str, tuple[int, ...], tuple[int, int]]:
    """Type, shape and (begin, end) of one tensor."""
    if not isinstance(entry, dict) or set(entry) != {"dtype", "shape", "data_offsets"}:
        raise InvalidModelFile(f"The entry of tensor {_short(name)} in {path} is damaged.", _DAMAGED)
    dtype, shape, span = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise InvalidModelFile(
            f"Tensor {_short(name)} of {path} has type {_short(dtype)}, not {' or '.join(DTYPES)}.",
            _FOREIGN,
        )
    if not (_naturals(shape) and len(shape) <= MAX_DIMENSIONS and _naturals(span) and len(span) == 2):
        raise InvalidModelFile(f"Shape or place of tensor {_short(name)} in {path} is damaged.", _DAMAGED)
    if span[1] - span[0] != DTYPES[dtype] * _count(shape):
        raise InvalidModelFile(
            f"Tensor {_short(name)} of {path} has shape {tuple(shape)} but {span[1] - span[0]:,} bytes.",
            _DAMAGED,
        )
    return dtype, tuple(shape), (span[0], span[1])


def _short(value: Any) -> str:
    """A stranger's value in a message: quoted, control characters escaped, never long."""
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _naturals(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) is int and value >= 0 for value in values)


def _count(shape: tuple[int, ...] | list[int]) -> int:
    """Elements of a shape; Python's integers do not overflow."""
    count = 1
    for side in shape:
        count *= side
    return count


def _read_metadata_card(metadata: Any, path: Path) -> ModelCard:
    text = metadata.get(CARD_KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        raise InvalidModelFile(f"{path} has no model card.", _FOREIGN)
    properties = _parse(text, InvalidCard, f"The card of {path} is damaged")
    try:
        return ModelCard.from_json(properties)
    except InvalidCard as error:
        raise InvalidCard(f"{path}: {error.message}", error.hint) from error
