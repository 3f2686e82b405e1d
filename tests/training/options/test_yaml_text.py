"""A YAML file of a stranger takes no more memory than its size allows, whatever it nests or repeats."""

from __future__ import annotations

import time

import pytest

from dis2_core.contract.errors import InputError
from dis2_core.contract.untrusted import Refused
from dis2_training.data.description import Description
from dis2_training.options.yaml_text import MAX_DEPTH, load_yaml

SOUND = """
gsd: 0.5
modalities:
- {name: rgb, kind: optical, slot: optical, bands: [{name: red, valid_min: 0, valid_max: 255}]}
- {name: ndsm, kind: elevation, slot: elevation, bands: [{name: height, valid_min: -5, valid_max: 100, mean: 2}]}
classes:
- {name: low, color: '#102030'}
- {name: high, color: '#a0b0c0'}
"""


def laughs(levels):
    """Ten times ten times ten …: a value in a few hundred characters."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]")
    return "\n".join(lines)


def load(folder, text):
    path = folder / "a.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_yaml(path)


def test_anchors_may_repeat_a_little(tmp_path):
    assert load(tmp_path, "a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}") == {
        "a": {"x": 1},
        "b": {"x": 1},
        "c": {"x": 1, "y": 2},
    }
    assert len(load(tmp_path, laughs(3))["a2"]) == 10


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (laughs(9), "aliases"),
        ("&a [*a]", "itself"),
        ("[" * 100_000, "nested"),
        ("{a: " * 3_000, "nested"),
        ("- " * (MAX_DEPTH + 1) + "x", "nested"),
        ("[" + "x, " * 60_000 + "x]", "values"),
        ("x" * 1_000_001, "bytes"),
        ("!!python/object/apply:os.system ['true']", "YAML"),
        ("a: [", "YAML"),
        ("\0", "YAML"),
        (b"\xff\xfe\xfa", "UTF-8"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_what_is_beyond_a_bound_is_refused_soon(tmp_path, text, reason):
    started = time.process_time()
    with pytest.raises(Refused, match=reason):
        load(tmp_path, text)
    assert time.process_time() - started < 5


def test_a_description_comes_back(tmp_path):
    (tmp_path / "dataset.yaml").write_text(SOUND)
    description = Description.read(tmp_path)
    assert description.modalities[1].bands[0].mean == 2.0
    assert description.modalities[0].bands[0].std == 1.0
    description.write(tmp_path)
    assert Description.read(tmp_path) == description


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SOUND.replace("gsd: 0.5", "gsd: 0"), "positive"),
        (SOUND.replace("gsd: 0.5", "gsd: .nan"), "positive"),
        (SOUND.replace("gsd: 0.5", "gsd: half"), "gsd is 'half'"),
        (SOUND.replace("name: low", "name: [low]"), r"classes\[0\]\.name is a list"),
        (SOUND.replace("name: low", "name: 1"), r"classes\[0\]\.name is 1"),
        (SOUND.replace("valid_min: 0, ", ""), "valid_min is missing"),
        (SOUND.replace("name: ndsm", "name: rgb"), "share a name"),
        (SOUND + "".join(f"- {{name: c{i}, color: '#102030'}}\n" for i in range(300)), "302 classes"),
        (SOUND + "more: 1\n", "Unknown key 'more'"),
        ("- 1", "an object is needed"),
        ("", "an object is needed"),
        (SOUND.replace("low", "grün").encode("latin-1"), "UTF-8"),
    ],
)
def test_a_damaged_description_is_one_error_that_names_the_file(tmp_path, text, words):
    (tmp_path / "dataset.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=rf"dataset\.yaml.*{words}") as caught:
        Description.read(tmp_path)
    assert len(caught.value.message) <= 500
