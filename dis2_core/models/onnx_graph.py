"""An ONNX graph from a stranger: whole, of the sizes that it declares, without foreign code; or refused.

onnxruntime runs what it is given; nothing is given to it that was not looked through here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..contract.errors import ResourceError
from ..contract.untrusted import Refused, open_regular, read_bytes

MAX_BYTES = (1 << 31) - 1  # of a file, and of all weights: what protobuf can hold
MAX_NODES = 200_000
MAX_SIDES = 16  # of a constant
MAX_ELEMENTS = 8 * MAX_BYTES  # of a constant, should they be bits
MAX_GRAPHS = 1_000  # bodies of loops and branches

#: Whose operators onnxruntime itself brings along; all others need a library of code.
DOMAINS = ("", "ai.onnx", "ai.onnx.ml", "com.microsoft")

_BITS = {"INT4": 4, "UINT4": 4, "FLOAT4E2M1": 4, "INT2": 2, "UINT2": 2}  # those that lie several in a byte


def require_onnx() -> Any:
    """The package ``onnx``. Raises ResourceError where it, or onnxruntime, is not installed."""
    try:
        import onnx
        import onnxruntime  # noqa: F401  # both or none: what is read is run
    except ImportError as error:
        raise ResourceError(
            f"The packages that read and run ONNX are not installed ({error}).",
            "Install them: pip install 'dis2[onnx]'.",
        ) from error
    return onnx


def read_graph(path: Path) -> Any:
    """The graph in a file, an ``onnx.ModelProto`` that needs no other file.

    Raises:
        OSError: The file, or one that holds its weights, cannot be read.
        Refused: It is no ONNX, is damaged, needs files from elsewhere or code, or declares more than it holds.
        ResourceError: The package is not installed.
    """
    model = _parsed(read_bytes(path, MAX_BYTES))
    left = MAX_BYTES
    for tensor in _tensors(model):
        if _is_external(tensor):
            left -= _bring_in(tensor, path.resolve().parent, left)
    require_sound(model)
    return model


def parse_graph(data: bytes) -> Any:
    """The graph in the bytes of a model file. Raises as ``read_graph`` does."""
    model = _parsed(data)
    require_sound(model)
    return model


def require_sound(model: Any) -> None:
    """Look a graph through. Raises Refused."""
    if not model.HasField("graph") or not model.graph.node:
        raise Refused("it is no ONNX graph")
    own = {(function.domain, function.name) for function in model.functions}
    for count, node in enumerate(_nodes(model)):
        if count >= MAX_NODES:
            raise Refused(f"it has more than {MAX_NODES:,} nodes")
        if node.domain not in DOMAINS and (node.domain, node.op_type) not in own:
            operator = f"{node.domain[:40]}::{node.op_type[:40]}"
            raise Refused(f"it needs the operator {operator!a}, which is a library of code")
    for tensor in _tensors(model):
        if _is_external(tensor):
            raise Refused("its weights lie in another file")
        _require_size(tensor)


def metadata(model: Any) -> dict[str, str]:
    """The notes in a graph."""
    return {item.key: item.value for item in model.metadata_props}


def _parsed(data: bytes) -> Any:
    onnx = require_onnx()
    from google.protobuf.message import DecodeError

    model = onnx.ModelProto()
    try:
        model.ParseFromString(data)
    except DecodeError as error:
        raise Refused("it is no ONNX, or damaged") from error
    return model


def _graphs(model: Any) -> Iterator[Any]:
    """The graph, what branches and loops in it run, and the bodies of its functions: all that has nodes."""
    waiting = [model.graph, *model.functions]
    seen = 0
    while waiting:
        graph = waiting.pop()
        seen += 1
        if seen > MAX_GRAPHS:
            raise Refused(f"it has more than {MAX_GRAPHS:,} graphs within each other")
        yield graph
        for node in graph.node:
            for attribute in node.attribute:
                waiting += [*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs]


def _nodes(model: Any) -> Iterator[Any]:
    for graph in _graphs(model):
        yield from graph.node


def _tensors(model: Any) -> Iterator[Any]:
    """All constants: weights, and those within nodes."""
    for graph in _graphs(model):
        yield from getattr(graph, "initializer", ())
        for sparse in getattr(graph, "sparse_initializer", ()):
            yield from (sparse.values, sparse.indices)
        for node in graph.node:
            for attribute in node.attribute:
                yield from _constants(attribute)


def _constants(attribute: Any) -> Iterator[Any]:
    """Those of an attribute of a node."""
    yield from (*([attribute.t] if attribute.HasField("t") else []), *attribute.tensors)
    one = [attribute.sparse_tensor] if attribute.HasField("sparse_tensor") else []
    for sparse in (*one, *attribute.sparse_tensors):
        yield from (sparse.values, sparse.indices)


def _is_external(tensor: Any) -> bool:
    return bool(tensor.data_location == tensor.EXTERNAL or tensor.external_data)


def _bring_in(tensor: Any, folder: Path, most: int) -> int:
    """Read a tensor's bytes from a file in the graph's folder; returns how many."""
    told = {entry.key: entry.value for entry in tensor.external_data}
    location = told.get("location", "")
    path = (folder / location).resolve()
    if not location or Path(location).is_absolute() or "\\" in location or folder not in path.parents:
        raise Refused(f"its weights lie outside its folder, in {location[:80]!a}")
    wanted = _declared_bytes(tensor)
    if wanted is None or wanted > most:
        raise Refused(f"its tensor {tensor.name[:40]!a} declares more than can be read")
    offset, length = _natural(told.get("offset", "0")), _natural(told.get("length", str(wanted)))
    if length != wanted:
        raise Refused(f"its tensor {tensor.name[:40]!a} has {length:,} bytes, but declares {wanted:,}")
    with open_regular(path) as stream:
        if offset + length > os.fstat(stream.fileno()).st_size:
            raise Refused(f"{location[:80]!a} ends before its tensor {tensor.name[:40]!a} does")
        stream.seek(offset)
        data = stream.read(length)
    del tensor.external_data[:]
    tensor.ClearField("data_location")
    tensor.raw_data = data
    return length


def _natural(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise Refused(f"it declares a place {text[:20]!a} in a file")
    return int(text)


def _require_size(tensor: Any) -> None:
    """Refuse a constant that declares another size than it has."""
    if tensor.raw_data or not any(len(values) for values in _typed(tensor)):
        wanted = _declared_bytes(tensor)
        if wanted is not None and wanted != len(tensor.raw_data):
            name = tensor.name[:40]
            raise Refused(f"its tensor {name!a} declares {wanted:,} bytes, but has {len(tensor.raw_data):,}")
    elif (wanted := _elements(tensor)) > sum(len(values) for values in _typed(tensor)) * 4:  # complex, packed share
        raise Refused(f"its tensor {tensor.name[:40]!a} declares {wanted:,} numbers, and has fewer")


def _typed(tensor: Any) -> tuple[Any, ...]:
    return (
        tensor.float_data,
        tensor.int32_data,
        tensor.int64_data,
        tensor.double_data,
        tensor.uint64_data,
        tensor.string_data,
    )


def _declared_bytes(tensor: Any) -> int | None:
    """Bytes that type and shape call for; None for text, whose length they do not tell."""
    onnx = require_onnx()
    elements = _elements(tensor)
    try:
        name = onnx.TensorProto.DataType.Name(tensor.data_type)
        if name in ("STRING", "UNDEFINED"):
            return None
        bits = _BITS.get(name) or 8 * onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    except (KeyError, ValueError) as error:
        raise Refused(f"its tensor {tensor.name[:40]!a} has an unknown type") from error
    return (elements * int(bits) + 7) // 8


def _elements(tensor: Any) -> int:
    """Numbers that a shape calls for; no sum is done that a stranger could make endless."""
    if len(tensor.dims) > MAX_SIDES:
        raise Refused(f"its tensor {tensor.name[:40]!a} has {len(tensor.dims):,} sides")
    elements = 1
    for side in tensor.dims:
        if side < 0:
            raise Refused(f"its tensor {tensor.name[:40]!a} has a negative side")
        elements *= side
        if elements > MAX_ELEMENTS:
            raise Refused(f"its tensor {tensor.name[:40]!a} declares more numbers than a graph may hold")
    return elements
