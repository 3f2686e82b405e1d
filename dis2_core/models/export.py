"""A model for other programs: a graph of ``torch.export``, or ONNX, with the model's card inside."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import torch
from torch.export import Dim, ExportedProgram
from torch.onnx import ONNXProgram

from ..contract.card import ModelCard, scenario_name
from ..contract.catalogue import find_model
from ..contract.errors import InputError, ResourceError
from ..run.disk import translated_errors
from ..run.jobfolder import JobFolder
from .file import Model, load_model
from .graph import graph_of

FORMATS = ("pt2", "onnx")
ALL = "all"
CARD_FILE = "dis2_card.json"  # in a .pt2
OPSET = 18  # of ONNX: the first with group norms and the resizing that torch means


def export_model(name_or_path: str, output: str, to: str, scenario: str = "") -> list[Path]:
    """Write a model as graphs that other programs run; what each takes and returns is in ``graph.py``.

    Args:
        name_or_path: A shipped model's name, or a model file.
        output: The file; for all scenarios the name of each goes before its ending. Empty: named after the model.
        to: One of ``FORMATS``.
        scenario: One scenario such as ``rgb+ndsm``; ``all``: a graph each; empty: one graph, availability an input.

    Returns:
        The files that were written.

    Raises:
        InputError: Unknown format or scenario.
        ModelError: The model cannot be used.
        ResourceError: The packages that write ONNX are not installed.
        OutputNotWritable, NoSpace: A file cannot be written.
    """
    if to not in FORMATS:
        raise InputError(f"Models are not exported to '{to[:40]}'.", f"Use {' or '.join(FORMATS)}.")
    model = load_model(name_or_path)
    if model.card.is_onnx:
        raise InputError(f"'{model.card.name}' is a graph of ONNX already.", "Use the file that it was imported from.")
    model.settle(torch.device("cpu"))
    every = [scenario_name(names) for names in model.card.scenarios()]
    wanted = every if scenario == ALL else [_in_card_order(scenario, every)]
    path = Path(output or f"{model.card.name}{f'.{scenario}' if scenario not in ('', ALL) else ''}.{to}")
    paths = [path.with_name(f"{path.stem}.{one}{path.suffix}") if scenario == ALL else path for one in wanted]
    names = [f"graph of {one}" for one in wanted]
    targets = dict(zip(names, map(str, paths), strict=True))
    with JobFolder(targets, [str(find_model(name_or_path))], endings=()) as folder:
        for name, one in zip(names, wanted, strict=True):
            program = _program(model, one)
            data = _onnx_bytes(program, model.card, one) if to == "onnx" else _pt2_bytes(program, model.card, one)
            with translated_errors(folder.targets[name]):
                folder.part(name).write_bytes(data)
        folder.commit()
    return paths


def _in_card_order(scenario: str, every: Sequence[str]) -> str:
    """The scenario as the card names it; one that is none of it stays as it is."""
    parts = sorted(scenario.split("+"))
    return next((name for name in every if sorted(name.split("+")) == parts), scenario)


def _program(model: Model, scenario: str) -> ExportedProgram:
    """The traced graph, of any number of windows at once."""
    graph, examples = graph_of(model, scenario)
    batch = Dim("batch")
    with torch.no_grad():
        program = torch.export.export(graph, examples, dynamic_shapes=tuple({0: batch} for _ in examples))
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # it names folders of this machine
    return program


def _pt2_bytes(program: ExportedProgram, card: ModelCard, scenario: str) -> bytes:
    buffer = io.BytesIO()
    with _quiet():
        torch.export.save(program, buffer, extra_files={CARD_FILE: _card_text(card, scenario)})
    return buffer.getvalue()


def _onnx_bytes(program: ExportedProgram, card: ModelCard, scenario: str) -> bytes:
    names = ["values"] if scenario else ["values", "availability"]
    try:
        with _quiet():
            made = torch.onnx.export(
                program,
                input_names=names,
                output_names=["probabilities"],
                opset_version=OPSET,
                dynamo=True,
                verbose=False,
            )
    except ImportError as error:
        raise ResourceError(
            f"The packages that write ONNX are not installed ({error}).", "Install them: pip install 'dis2[onnx]'."
        ) from error
    proto = cast(ONNXProgram, made).model_proto
    for value in (*proto.graph.input, *proto.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    del proto.graph.value_info[:]  # sizes between nodes, which a runtime infers itself, with another name for the batch
    for node in (*proto.graph.node, *(node for function in proto.functions for node in function.node)):
        del node.metadata_props[:]  # where in our source, and on whose machine, a node was traced
    del proto.metadata_props[:]
    for key, value in {**_deepness(card, scenario), "dis2:card": _card_text(card, scenario)}.items():
        proto.metadata_props.add(key=key, value=value)
    data: bytes = proto.SerializeToString(deterministic=True)
    return data


def _card_text(card: ModelCard, scenario: str) -> str:
    return json.dumps({**card.to_json(), "dis2:scenario": scenario}, ensure_ascii=False, sort_keys=True)


def _deepness(card: ModelCard, scenario: str) -> dict[str, str]:
    """What the QGIS plugin Deepness reads, as JSON by the keys that its documentation names.

    It divides what a raster holds by 255, then standardises: these numbers undo it, since our graphs take values as
    they are.
    """
    taken = scenario.split("+") if scenario else card.modality_names
    bands = sum(len(item.bands) for item in card.modalities if item.name in taken)
    values = {
        "model_type": "Segmentor",
        "class_names": {str(code): name for code, name in enumerate(card.class_names)},
        "resolution": card.gsd * 100,  # cm
        "tiles_size": card.window[0],  # documented
        "tile_size": card.window[0],  # what version 0.6 looks for
        "tiles_overlap": round(100 * card.overlap),  # percent
        "standardization_mean": [0.0] * bands,
        "standardization_std": [1 / 255] * bands,
        "seg_thresh": 0.0,
        "seg_small_segment": 0,
    }
    return {key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Torch's exporter tells its developers what it does; people have no use for that."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
