"""Model headers from strangers: read, or refused with one sentence, under limits."""

from __future__ import annotations

import hashlib
import json
import pickle
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_models import tiny_card

from dis2_core.contract import catalogue
from dis2_core.contract.catalogue import (
    CARD_KEY,
    MAX_HEADER,
    find_model,
    read_card,
    read_header,
    sha256,
    shipped_models,
)
from dis2_core.contract.errors import InvalidCard, InvalidModelFile, ModelError, ModelNotFound

CARD = tiny_card(metrics={"rgb+ndsm": {"miou": 0.5}})
TENSORS = {
    "a": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "b": {"dtype": "F16", "shape": [], "data_offsets": [24, 26]},
}


def header(**changes: Any) -> dict[str, Any]:
    """The header of a sound file; a change to None takes the entry away."""
    entries = {"__metadata__": {CARD_KEY: json.dumps(CARD.to_json())}, **TENSORS, **changes}
    return {key: entry for key, entry in entries.items() if entry is not None}


def file_bytes(entries: Any, data: int = 26) -> bytes:
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(text)) + text + bytes(data)


def card_with(**changes: Any) -> dict[str, Any]:
    return {"__metadata__": {CARD_KEY: json.dumps({**CARD.to_json(), **changes})}}


def test_a_sound_header_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    content = file_bytes(header())
    path.write_bytes(content)
    read = read_header(path)
    assert read.card == CARD == read_card(path)
    assert read.tensors == {"a": ("F32", (2, 3)), "b": ("F16", ())}
    assert (read.size, read.parameters) == (len(content), 7)
    assert sha256(path) == hashlib.sha256(content).hexdigest()


def test_padding_and_empty_tensors_are_legal(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    empty = {"dtype": "F32", "shape": [0, 7], "data_offsets": [24, 24]}
    path.write_bytes(file_bytes(json.dumps(header(c=empty)).encode() + b"   "))
    assert read_header(path).tensors["c"] == ("F32", (0, 7))


HOSTILE: dict[str, tuple[Callable[[], bytes], type[ModelError]]] = {
    "empty": (lambda: b"", InvalidModelFile),
    "eight bytes": (lambda: bytes(8), InvalidModelFile),
    "pickle": (lambda: pickle.dumps({"model_state_dict": list(range(1000))}), InvalidModelFile),
    "text": (lambda: b"<html><body>404 not found</body></html>" * 10, InvalidModelFile),
    "header cut off": (lambda: file_bytes(header())[:100], InvalidModelFile),
    "weights cut off": (lambda: file_bytes(header(), data=25), InvalidModelFile),
    "weights too many": (lambda: file_bytes(header(), data=27), InvalidModelFile),
    "header of 10 GB declared": (lambda: struct.pack("<Q", 10**10) + b"{" + bytes(99), InvalidModelFile),
    "length of 2^64 - 1": (lambda: b"\xff" * 8 + b"{" + bytes(99), InvalidModelFile),
    "not utf-8": (lambda: file_bytes(b'{"\xff\xfe": 1}'), InvalidModelFile),
    "not json": (lambda: file_bytes(b"{nonsense}"), InvalidModelFile),
    "two documents": (lambda: file_bytes(b"{} {}"), InvalidModelFile),
    "nesting bomb": (lambda: file_bytes(b'{"a":' * 100_000 + b"}" * 100_000), InvalidModelFile),
    "list bomb": (lambda: file_bytes(b'{"a":' + b"[" * 1_000_000), InvalidModelFile),
    "key twice": (
        lambda: file_bytes(json.dumps(header()).encode()[:-1] + b',"a":{}}'),
        InvalidModelFile,
    ),
    "half a surrogate pair": (lambda: file_bytes(header(**{"\ud800": TENSORS["b"], "b": None})), InvalidModelFile),
    "integer of a million digits": (
        lambda: file_bytes(b'{"a": ' + b"9" * 1_000_000 + b"}"),
        InvalidModelFile,
    ),
    "no tensors": (lambda: file_bytes(header(a=None, b=None), data=0), InvalidModelFile),
    "too many tensors": (
        lambda: file_bytes({str(i): {} for i in range(catalogue.MAX_TENSORS + 1)}),
        InvalidModelFile,
    ),
    "no metadata": (lambda: file_bytes(header(__metadata__=None)), InvalidModelFile),
    "metadata is a list": (lambda: file_bytes(header(__metadata__=[])), InvalidModelFile),
    "card is no text": (lambda: file_bytes(header(__metadata__={CARD_KEY: {}})), InvalidModelFile),
    "another's model": (lambda: file_bytes(header(__metadata__={"format": "pt"})), InvalidModelFile),
    "card is no json": (lambda: file_bytes(header(__metadata__={CARD_KEY: "{"})), InvalidCard),
    "card is a list": (lambda: file_bytes(header(__metadata__={CARD_KEY: "[]"})), InvalidCard),
    "card is a bomb": (lambda: file_bytes(header(__metadata__={CARD_KEY: "[" * 100_000})), InvalidCard),
    "card with a bomb of a name": (
        lambda: file_bytes(header(**card_with(**{"mlm:name": json.loads("[" * 900 + "]" * 900)}))),
        InvalidCard,
    ),
    "NaN in the card": (lambda: file_bytes(header(**card_with(**{"dis2:gsd": float("nan")}))), InvalidCard),
    "infinity in the card": (
        lambda: file_bytes(header(__metadata__={CARD_KEY: '{"dis2:metrics": {"rgb": {"miou": 1e999}}}'})),
        InvalidCard,
    ),
    "incomplete card": (lambda: file_bytes(header(__metadata__={CARD_KEY: "{}"})), InvalidCard),
    "contradictory card": (lambda: file_bytes(header(**card_with(**{"dis2:gsd": -1}))), InvalidCard),
    "future card": (lambda: file_bytes(header(**card_with(**{"dis2:card_version": 99}))), InvalidCard),
}

for _name, _entry in {
    "entry is a list": [],
    "entry lacks offsets": {"dtype": "F32", "shape": [2, 3]},
    "entry has more": {**TENSORS["a"], "surprise": 1},
    "unknown type": {**TENSORS["a"], "dtype": "F33"},
    "type of others": {**TENSORS["a"], "dtype": "I64"},
    "type is a list": {**TENSORS["a"], "dtype": ["F32"]},
    "shape is a number": {**TENSORS["a"], "shape": 6},
    "negative shape": {**TENSORS["a"], "shape": [-2, -3]},
    "broken shape": {**TENSORS["a"], "shape": [2.0, 3.0]},
    "boolean shape": {**TENSORS["a"], "shape": [True, 6]},
    "shape that overflows 64 bits": {**TENSORS["a"], "shape": [2**32, 2**32]},
    "shape that wraps around to fit": {**TENSORS["a"], "shape": [2**62 + 6, 1]},
    "too many dimensions": {**TENSORS["a"], "shape": [1] * 9 + [6]},
    "another shape": {**TENSORS["a"], "shape": [2, 4]},
    "overlap": {"dtype": "F32", "shape": [7], "data_offsets": [0, 28]},
    "gap in front": {"dtype": "F32", "shape": [5], "data_offsets": [4, 24]},
    "gap behind": {"dtype": "F32", "shape": [5], "data_offsets": [0, 20]},
    "backwards": {"dtype": "F32", "shape": [0], "data_offsets": [24, 0]},
    "negative offset": {"dtype": "F32", "shape": [8], "data_offsets": [-8, 24]},
    "one offset": {**TENSORS["a"], "data_offsets": [24]},
    "enormous offsets": {"dtype": "F32", "shape": [2**60], "data_offsets": [0, 2**62]},
}.items():
    HOSTILE[_name] = (partial(lambda entry: file_bytes(header(a=entry)), _entry), InvalidModelFile)


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_end_in_one_short_sentence(case: str, tmp_path: Path) -> None:
    make, error_class = HOSTILE[case]
    path = tmp_path / "hostile.safetensors"
    path.write_bytes(make())
    with pytest.raises(error_class) as caught:
        read_header(path)
    assert str(path) in caught.value.message
    assert len(caught.value.message) < 800 and "\n" not in caught.value.message
    assert caught.value.exit_code == 3


def test_a_renamed_archive_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "m.safetensors"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.pkl", "x" * 1000)
    with pytest.raises(InvalidModelFile, match="no model file"):
        read_header(path)


@pytest.mark.parametrize("length", [100_000_000, MAX_HEADER + 1])
def test_a_huge_header_is_refused_before_memory_is_taken(length: int, tmp_path: Path) -> None:
    path = tmp_path / "huge.safetensors"
    with path.open("wb") as stream:  # sparse: 100 MB on paper
        stream.write(struct.pack("<Q", length) + b"{")
        stream.truncate(8 + length + 10)
    tracemalloc.start()
    with pytest.raises(InvalidModelFile, match=f"{length:,}"):
        read_header(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_damage_of_any_byte_is_survived(data: st.DataObject, tmp_path: Path) -> None:
    content = bytearray(file_bytes(header()))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "damaged.safetensors"
    path.write_bytes(content[: data.draw(st.integers(0, len(content)))])
    try:
        read_header(path)
    except ModelError as error:
        assert str(path) in error.message


def test_models_are_found_by_name_and_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = tmp_path / "shipped.safetensors"
    mine = tmp_path / "mine.safetensors"
    mine.write_bytes(b"x")
    monkeypatch.setattr(catalogue, "shipped_models", lambda: {"shipped": shipped})
    assert find_model("shipped") == shipped
    assert find_model(str(mine)) == find_model(mine) == mine


@pytest.mark.parametrize("name", ["nope", "", "x" * 5000, "a\0b", "."])
def test_a_model_that_is_not_there_lists_those_that_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "shipped_models", lambda: {"one": Path("1"), "two": Path("2")})
    with pytest.raises(ModelNotFound) as caught:
        find_model(name)
    assert "one, two" in caught.value.hint
    assert len(caught.value.message) < 800


def test_missing_files_are_model_errors(tmp_path: Path) -> None:
    for read in (read_header, sha256):
        with pytest.raises(ModelNotFound, match=r"gone\.safetensors"):
            read(tmp_path / "gone.safetensors")


def test_every_shipped_model_has_a_sound_header_and_its_name() -> None:
    for name, path in shipped_models().items():
        read = read_header(path)
        assert read.card.name == name
        assert read.size < 6_000_000
        assert read.card.license and read.card.training_data
        assert len(read.card.metrics) == len(read.card.scenarios())
