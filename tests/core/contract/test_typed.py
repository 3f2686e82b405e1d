"""Plain data become the dataclass that describes them, or the one error that names the field."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import pytest

from dis2_core.contract.errors import ProtocolError
from dis2_core.contract.other_jobs import (
    ClassValue,
    EvaluateJob,
    NdsmJob,
    Reference,
    TrainJob,
    WhatIfJob,
    read_job,
)
from dis2_core.contract.segment_job import Event, Job, Source
from dis2_core.contract.typed import WrongType, build, value_of


@dataclass(frozen=True)
class Inner:
    name: str


@dataclass(frozen=True)
class Outer:
    count: int
    share: float = 0.0
    limit: float | None = None
    sides: tuple[int, int] = (1, 2)
    names: tuple[str, ...] = ()
    inner: Inner | None = None
    by_name: Mapping[str, Inner] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)


WHOLE = Outer(1, 0.5, 2.0, (3, 4), ("a", "b"), Inner("x"), {"k": Inner("y")}, [{"a": "b"}])


def test_what_asdict_and_json_made_of_a_dataclass_becomes_it_again():
    assert build(Outer, json.loads(json.dumps(asdict(WHOLE)))) == WHOLE
    assert build(Outer, {"count": 3}) == Outer(3)


def test_a_whole_number_will_do_for_a_number_and_nothing_else_for_anything():
    assert type(build(Outer, {"count": 1, "share": 1}).share) is float
    assert value_of("float | None", None, "x") is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"count": "1"}, "count is '1'; a whole number"),
        ({"count": 1.0}, "count"),
        ({"count": True}, "count"),
        ({"count": None}, "count"),
        ({"share": 10**400}, "share is a very large number"),
        ({"share": False}, "share"),
        ({"sides": [1]}, "sides has 1 values; 2"),
        ({"sides": "12"}, "sides"),
        ({"names": "ab"}, "names"),
        ({"names": [1]}, r"names\[0\] is 1; text"),
        ({"names": ["a\0b"]}, "null byte"),
        ({"names": ["\ud800"]}, "half a character"),
        ({"names": ["x" * 10**6]}, "1,000,000 characters"),
        ({"inner": "x"}, "inner is 'x'; an object"),
        ({"inner": {}}, r"inner\.name is missing"),
        ({"inner": {"name": "x", "more": 1}}, "Unknown key 'more' in inner"),
        ({"by_name": {"k": {"name": []}}}, r"by_name\.k\.name is a list; text"),
        ({"by_name": []}, "by_name is a list; an object"),
        ({"rows": [{"a": 1}]}, "rows"),
        ({"more": 1}, "Unknown key 'more'"),
        ({"x" * 10**6: 1}, "Unknown key"),
    ],
)
def test_a_value_of_another_type_is_named(changes, words):
    with pytest.raises(WrongType, match=words) as caught:
        build(Outer, {"count": 1, **changes})
    assert len(str(caught.value)) < 300


def jobs():
    run = Job("m", {"rgb": Source("a.tif", (1, 2, 3), (0.5, 0.0))}, {"classes": "c.tif"}, (0.0, 0.0, 1.0, 1.0))
    truth = Reference("b.geojson", "class", 1, (ClassValue("1", "x", "#ff0000"),), "EPSG:2056")
    return [
        run,
        WhatIfJob(run, "folder", truth),
        EvaluateJob("c.tif", truth, {"report": "r.html"}, values=(ClassValue("1", "x"),)),
        NdsmJob(Source("a"), Source("b"), "c.tif"),
        TrainJob({"optical": Source("a"), "elevation": Source("b")}, truth, {"model": "m.safetensors"}),
    ]


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job.KIND)
def test_a_job_of_any_kind_comes_back(job):
    assert read_job(job.to_json()) == job


@pytest.mark.parametrize("job", jobs(), ids=lambda job: job.KIND)
@pytest.mark.parametrize("value", [None, True, -1, 10**30, 1e308, "", "a\0b", "\ud800", [], {}, [[]], "x" * 10**6])
def test_any_value_in_any_field_is_a_job_or_one_error(job, value):
    data = json.loads(job.to_json())
    for name in set(data) - {"v", "type", "kind"}:
        try:
            read_job(json.dumps({**data, name: value}))
        except ProtocolError as error:
            assert error.exit_code == 2 and len(error.message) <= 500


def test_text_is_read_whatever_names_of_files_are_encoded_in():
    program = "from dis2_core.contract.typed import value_of; print(ascii(value_of('str', '\\u5efa\\u7b51', 'a name')))"
    old = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ended = subprocess.run([sys.executable, "-c", program], env=old, capture_output=True, text=True)
    assert ended.stdout.strip() == ascii("建筑"), ended.stderr


@pytest.mark.parametrize(
    "data",
    [
        {"type": "progress", "fraction": "half", "stage": "x"},
        {"type": "progress", "fraction": 2, "stage": "x"},
        {"type": "progress", "fraction": None, "stage": "x"},
        {"type": "progress", "stage": "x"},
        {"type": "hello", "pid": [], "version": "1"},
        {"type": "error", "text": 1},
        {"type": "warning"},
        {"type": "artifact", "name": "a", "path": {}},
    ],
)
def test_an_event_without_what_a_client_relies_on_is_none(data):
    assert Event.from_line(json.dumps({"v": 1, **data})) is None


@pytest.mark.parametrize(
    "event",
    [
        Event("progress", {"fraction": 1, "stage": "x", "seconds_left": None}),
        Event("progress", {"fraction": 0.5, "stage": "x", "seconds_left": 3.0, "detail": "d"}),
        Event("heartbeat"),
        Event("of a later version", {"a": [1]}),
    ],
)
def test_other_events_come_back(event):
    assert Event.from_line(event.to_line()) == event
