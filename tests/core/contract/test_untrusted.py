"""A stranger's file is read within bounds, or refused with the reason: no pipe, no bomb, no endless text."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys

import pytest

from dis2_core.contract.errors import InputError, ModelNotFound, ResourceError, shortened
from dis2_core.contract.untrusted import MAX_DEPTH, Refused, parse_json, read_bytes, read_text, refusals


def nested(depth):
    return "[" * depth + "]" * depth


def test_a_text_is_read_with_and_without_the_mark_of_windows(tmp_path):
    for data in ("grün".encode(), "\ufeffgrün".encode()):
        (tmp_path / "a").write_bytes(data)
        assert read_text(tmp_path / "a", 100) == "grün"


def test_a_file_may_be_as_large_as_the_bound_and_no_larger(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", 5) == b"12345"
    with pytest.raises(Refused, match="5 bytes; up to 4"):
        read_bytes(tmp_path / "a", 4)


def test_a_machine_that_opens_no_more_files_is_not_the_files_fault():
    with pytest.raises(ResourceError, match="The job cannot be read"), refusals("The job"):
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")  # with nobody at its other end
    for path, reason in (("/dev/zero", "device"), (tmp_path / "pipe", "pipe"), (tmp_path, "folder")):
        with pytest.raises(Refused, match=reason):
            read_text(path, 100)


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, "\udcff"])
def test_a_path_that_no_file_can_have_is_an_error_that_names_it(path):
    with pytest.raises(ModelNotFound, match=r"^The model "), refusals(f"The model {path}", ModelNotFound):
        read_text(path, 100)


def test_text_of_another_encoding_is_refused(tmp_path):
    (tmp_path / "a").write_bytes("grün".encode("latin-1"))
    with pytest.raises(InputError, match=r"The job a cannot be read .*UTF-8.*byte 2"), refusals("The job a"):
        read_text(tmp_path / "a", 100)


@pytest.mark.parametrize("value", [{"a": [1, 2.5, None, True, "ü"]}, [], 3, "x", -(10**28), {"a": float("inf")}])
def test_json_comes_back(value):
    assert parse_json(json.dumps(value)) == value


def test_json_may_be_nested_so_deep_and_no_deeper():
    assert parse_json(nested(MAX_DEPTH)) is not None
    for text in (nested(MAX_DEPTH + 2), nested(100_000), "[" * 100_000, '{"a":' * 100_000):
        with pytest.raises(Refused):
            parse_json(text)


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}{}', "\0"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(Refused):
        parse_json(text)


@pytest.mark.parametrize(
    "text", ['{"a": 1, "a": 2}', "NaN", "[-Infinity]", "1e999", "9" * 5000, "-" + "9" * 31, '"\\ud800"']
)
def test_exact_json_takes_nothing_that_only_lenient_readers_take(text):
    parse_json(text)
    with pytest.raises(Refused):
        parse_json(text, exact=True)


def test_a_text_that_becomes_more_than_it_looks_like_is_refused_before_memory_is_taken():
    code = """if True:
        import resource
        from dis2_core.contract.untrusted import Refused, parse_json
        text = "[" + "[]," * 15_000_000 + "[]]"  # as lists it takes a GB
        resource.setrlimit(resource.RLIMIT_AS, (500 << 20, 500 << 20))
        try:
            parse_json(text)
        except Refused as error:
            print(error)
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert "MB of memory" in run.stdout


def test_a_long_text_loses_its_middle():
    text = "a" * 400 + "b" * 400
    short = shortened(text)
    assert (short[0], short[-1], len(short) <= 500, "…" in short) == ("a", "b", True, True)
    assert shortened("a" * 500) == "a" * 500
    assert len(InputError("x" * 10**6, "y" * 10**6).message) <= 500
