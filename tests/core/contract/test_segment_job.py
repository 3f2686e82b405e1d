"""Jobs and events survive the wire; what is no job or event is refused or ignored."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dis2_core.contract.errors import InputError, ProtocolError
from dis2_core.contract.segment_job import MAX_LINE, OUTPUTS, Event, Job, Source, error_event

names = st.text(st.characters(exclude_characters="\0", codec="utf-8"), min_size=1, max_size=8)
finite = st.floats(allow_nan=False, allow_infinity=False)
sources = st.builds(
    Source,
    path=names,
    bands=st.lists(st.integers(1, 99), max_size=4).map(tuple),
    scale=st.none() | st.tuples(finite.filter(bool), finite),
    nodata=st.sampled_from(["any", "all", "none", "-9999", "0,255", "all,0", "nan", "-9223372036854775808"]),
    mask=st.sampled_from(["auto", "none", "4"]),
)


def extents() -> st.SearchStrategy[tuple[float, float, float, float]]:
    pairs = st.tuples(finite, finite).filter(lambda pair: pair[0] < pair[1])
    return st.tuples(pairs, pairs).map(lambda p: (p[0][0], p[1][0], p[0][1], p[1][1]))


jobs = st.builds(
    Job,
    model=names,
    inputs=st.dictionaries(names, sources, max_size=3),
    outputs=st.dictionaries(st.sampled_from(OUTPUTS), names).map(lambda paths: {**paths, "classes": "c.tif"}),
    extent=st.none() | extents(),
    extent_crs=names,
    grid=st.sampled_from(["model", "finest", "0.5", "a grid.tif"]),
    device=st.sampled_from(["auto", "cpu", "cuda", "cuda:1", "mps"]),
    overlap=st.floats(0, 0.75),
    batch_size=st.none() | st.integers(1, 64),
    precision=st.sampled_from(["auto", "fp32", "bf16"]),
    threads=st.none() | st.integers(1, 64),
)


def job(**changes: Any) -> Job:
    return Job(**{"model": "m", "inputs": {"rgb": Source("a.tif")}, "outputs": {"classes": "c.tif"}, **changes})


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(jobs)
def test_a_job_is_one_line_and_comes_back(value: Job) -> None:
    line = value.to_json()
    assert "\n" not in line
    assert Job.from_json(line) == value


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"outputs": {"classes": "c.tif", "height": "h.tif"}}, "height"),
        ({"outputs": {}}, "classes"),
        ({"extent": (1.0, 0.0, 0.0, 1.0)}, "extent"),
        ({"extent": (0.0, 0.0, math.nan, 1.0)}, "extent"),
        ({"device": "tpu"}, "tpu"),
        ({"overlap": 0.8}, "0.8"),
        ({"overlap": -0.1}, "-0.1"),
        ({"overlap": math.nan}, "nan"),
        ({"precision": "fp16"}, "fp16"),
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 1.5}, "batch_size"),
        ({"threads": -1}, "threads"),
    ],
)
def test_impossible_jobs_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ProtocolError, match=words):
        job(**changes)


@pytest.mark.parametrize(
    ("text", "rule", "values"),
    [
        ("any", "any", ()),
        ("all", "all", ()),
        ("none", "none", ()),
        ("-9999", "any", (-9999,)),
        ("0, 255", "any", (0, 255)),
        ("all,0", "all", (0,)),
        ("any,-3.4e38", "any", (-3.4e38,)),
        ("-9223372036854775807", "any", (-9223372036854775807,)),  # no float64 holds it
    ],
)
def test_a_no_data_rule_is_a_word_and_numbers(text: str, rule: str, values: tuple[float, ...]) -> None:
    source = Source("a.tif", nodata=text)
    assert (source.nodata_rule, source.nodata_values) == (rule, values)


def test_nan_is_a_no_data_value() -> None:
    assert math.isnan(Source("a.tif", nodata="nan").nodata_values[0])


def test_a_mask_is_a_word_or_a_band() -> None:
    assert [Source("a.tif", mask=mask).mask_band for mask in ("auto", "none", "4")] == [None, None, 4]


def test_a_job_of_before_these_choices_is_read() -> None:
    data = json.loads(job().to_json())
    data["inputs"] = {"rgb": {"path": "a.tif", "bands": [], "scale": None}}
    assert Job.from_json(json.dumps(data)) == job()


@pytest.mark.parametrize(
    "arguments",
    [
        {"bands": (0,)},
        {"scale": (0.0, 1.0)},
        {"scale": (1.0, math.inf)},
        {"scale": (math.nan, 0.0)},
        *({"nodata": text} for text in ("", "some", "0;255", "0,", "none,0", "any,all", "9" * 5000, 0, None, ["any"])),
        *({"mask": text} for text in ("", "0", "-1", "alpha", "1.5", "9" * 5000, 4, None, ["auto"])),
    ],
)
def test_impossible_sources_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError, match=r"a\.tif"):
        Source("a.tif", **arguments)


def _changed(**changes: Any) -> str:
    return json.dumps({**json.loads(job().to_json()), **changes})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        "{}",
        "null",
        "[" * 100_000,
        '{"a":' * 100_000,
        _changed(v=2),
        _changed(type="event"),
        _changed(inputs=[]),
        _changed(inputs={"rgb": "a.tif"}),
        _changed(inputs={"rgb": {"path": "a", "scale": [1]}}),
        _changed(inputs={"rgb": {"path": "a", "bands": ["x"]}}),
        _changed(inputs={"rgb": {"path": "a", "nodata": -9999}}),
        _changed(inputs={"rgb": {"path": "a", "mask": ["none"]}}),
        _changed(extent=[1, 2, 3]),
        _changed(extent=1e999),
        _changed(overlap="half"),
        _changed(device=1),
        _changed(surprise=1),
    ],
)
def test_damaged_jobs_are_refused_with_one_message(text: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        Job.from_json(text)
    assert caught.value.exit_code == 2


def test_an_event_is_one_line_and_comes_back() -> None:
    event = Event("warning", {"code": "range", "text": "line\nbreak"})
    assert "\n" not in event.to_line()
    assert Event.from_line(event.to_line()) == event


@pytest.mark.parametrize(
    "noise",
    [
        *("", "hello", "[1]", "{", '{"v": 1}', '{"type": "x"}', '{"v": 1, "type": 2}', '{"a":' * 5000),
        pytest.param("{" + " " * MAX_LINE, id="long"),
    ],
)
def test_noise_is_no_event(noise: str) -> None:
    assert Event.from_line(noise) is None


def test_another_version_is_told() -> None:
    with pytest.raises(ProtocolError, match="version"):
        Event.from_line('{"v": 99, "type": "hello"}')


def test_an_error_event_carries_what_a_client_needs() -> None:
    event = error_event(InputError("a.tif is empty.", "Give another."))
    assert event.data == {"code": "input", "text": "a.tif is empty.", "hint": "Give another.", "exit_code": 2}
