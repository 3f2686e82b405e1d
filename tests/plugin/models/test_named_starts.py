"""What *Start from* offers, what it says of it, and what the worker gets."""

import json
import struct

import pytest


@pytest.fixture
def starts(plugin):
    from dis2.models import starts

    return starts


@pytest.fixture
def runtime(monkeypatch, tmp_path):
    """A Python with an empty folder of packages."""
    from dis2.runtime import interpreter

    python = tmp_path / "env" / "bin" / "python"
    packages = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    monkeypatch.setattr(interpreter, "interpreter", lambda: str(python))
    return packages


def encoders(path, **changes):
    """A file of encoders of one weight, as ``save_encoders`` writes its header."""
    about = {"encoder": "dis2", "width": 8, "modalities": {"optical": 4, "sar": 2}, "about": "Made <here>.", **changes}
    entry = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    header = json.dumps({"__metadata__": {"dis2:encoders": json.dumps(about)}, "encoders.sar.x": entry}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    return str(path)


def test_photographs_are_offered_where_the_runtime_has_them(starts, runtime):
    from dis2.dis2_core.contract.other_jobs import IMAGENET_PACKAGE
    from dis2.models.named import named_models

    assert starts.named_starts() == ["", *named_models()]
    assert IMAGENET_PACKAGE in starts.encoders_in_words("imagenet")
    (runtime / f"{IMAGENET_PACKAGE.replace('-', '_')}-0.1.0.dist-info").mkdir()
    assert starts.named_starts() == ["", "imagenet", *named_models()]
    assert IMAGENET_PACKAGE not in starts.encoders_in_words("imagenet")


def test_a_runtime_that_is_not_there_has_no_package(plugin, monkeypatch):
    from dis2.runtime import interpreter
    from dis2.runtime.errors import NoRuntime

    def none():
        raise NoRuntime("none", "")

    monkeypatch.setattr(interpreter, "interpreter", none)
    assert not interpreter.has_package("pip")


def test_the_worker_gets_names_and_paths(starts, scene, tmp_path):
    file = encoders(tmp_path / "e.safetensors")
    assert [starts.start_text(text) for text in ("", "imagenet", "aerial-demo", file)] == [
        "",
        "imagenet",
        "aerial-demo",
        file,
    ]
    assert [starts.start_card(text) for text in ("", "imagenet", file)] == [None, None, None]
    assert starts.start_card(scene.model).name


def test_the_field_says_what_each_start_is(starts, tmp_path):
    from dis2.gui.start_widget import StartWidget

    widget = StartWidget()
    assert widget.model() == "" and "new model" in widget.summary()
    widget.set_model(encoders(tmp_path / "e.safetensors"))
    assert "optical (4 bands), sar (2 bands)" in widget.summary() and "Made &lt;here&gt;." in widget.summary()
    assert widget.card() is None
    widget.set_model("imagenet")
    assert "ImageNet" in widget.summary() and widget.card() is None
    widget.set_model("aerial-demo")
    assert widget.card().name == "aerial-demo"
    widget.set_model(encoders(tmp_path / "broken.safetensors", width="wide"))
    assert "is damaged" in widget.summary()
    widget.set_model(str(tmp_path / "none.safetensors"))
    assert "There is no model" in widget.summary() and widget.card() is None


def test_encoders_take_all_steps_and_their_own_width(plugin, tmp_path):
    from dis2.dis2_core.contract.other_jobs import EFFORTS, effort

    steps, width = EFFORTS["quick"]
    assert effort("quick", "imagenet") == effort("quick", "") == {"steps": steps, "width": width}
    assert effort("quick", encoders(tmp_path / "e.safetensors")) == {"steps": steps, "width": None}
    assert effort("quick", "aerial-demo") == {"steps": steps // 3, "width": None}
