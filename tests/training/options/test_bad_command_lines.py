"""What a person writes wrong ends in one error line and an exit code, before anything is read or written."""

from __future__ import annotations

import os
import time

import pytest
import torch

from dis2_training.cli import main

RECIPE = """
recipe: tiny
data: {folder: nowhere}
model: {name: tiny, window: 16, width: 8}
device: cpu
"""


def outcome(capsys, *arguments):
    """Exit code, and the one line on stderr that tells what is wrong."""
    code = main([str(argument) for argument in arguments])
    lines = capsys.readouterr().err.splitlines()
    (line,) = [line for line in lines if line.startswith("error: ")]
    assert len(line) < 600 and "bug" not in line and "Traceback" not in "".join(lines)
    return code, line


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("--schedule.batch_size=0", "schedule.batch_size is 0"),
        ("--schedule.batch_size=x", "schedule.batch_size"),
        ("--schedule.epochs=1000000000", "schedule.epochs"),
        ("--schedule.warmup=.nan", "schedule.warmup is nan"),
        ("--optimizer.lr=-1", "optimizer.lr is -1"),
        ("--optimizer.lr=.inf", "optimizer.lr is inf"),
        ("--optimizer.ema=2", "optimizer.ema is 2"),
        ("--model.window=17", "multiple of 16"),
        ("--model.width=100000", "model.width"),
        ("--model.dropout=1.0", "model.dropout"),
        ("--data.class_aware=2", "data.class_aware"),
        ("--augmentation.scale=[2, 1]", "augmentation.scale"),
        ("--distillation.ramp=-1", "distillation.ramp"),
        ('--scenarios={"rgb": -1}', "scenario 'rgb'"),
        ("--seed=-1", "seed is -1"),
        ("--workers=-1", "workers"),
        ("--devices=x", "devices is 'x'"),
        ("--data.folder=[/x]", "/x"),
        ("--data.dataset=[/b]", "[/b]"),
        ("--schedule.batch_size=null", "schedule.batch_size"),
        ('--data.options={"folder": 1}', "'folder'"),
        ("--precision=64-true", "64-true"),
        ("--bogus=1", "bogus"),
    ],
)
def test_a_value_that_no_training_can_have_is_refused_by_name(tmp_path, capsys, change, words):
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    code, line = outcome(capsys, "fit", "--config", tmp_path / "recipe.yaml", "--out", tmp_path / "run", change)
    assert code == 2 and words in line


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- 1",
        "[" * 100_000,
        "&a [*a]",
        RECIPE.replace("{name: tiny, window: 16, width: 8}", "other.yaml"),
        RECIPE + "optimizer: /dev/zero\n",
        RECIPE + "more: 1\n",
        RECIPE + "seed: !!python/object/apply:os.system ['touch ran']\n",
        RECIPE.replace("tiny", "grün").encode("latin-1"),
    ],
)
def test_a_damaged_recipe_is_refused_soon(tmp_path, capsys, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipe.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
    started = time.process_time()
    code, _ = outcome(capsys, "fit", "--config", "recipe.yaml", "--out", "run")
    assert code == 2 and time.process_time() - started < 10
    assert os.listdir(tmp_path) == ["recipe.yaml"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["evaluate", "--model", "x[/b]", "--data", "."], 3, "'x[/b]'"),
        (["evaluate", "--model", "x" * 300, "--data", "."], 3, "xxx"),
        (["evaluate", "--model", "aerial-demo", "--data", "/nowhere"], 2, "/nowhere"),
        (["data", "check", "folder", "/dev/null"], 2, "/dev/null"),
        (["nonsense"], 2, "nonsense"),
        (["fit", "--config", "/dev/zero", "--out", "x"], 2, "/dev/zero"),
        (["fit", "--config", "/nowhere", "--out", "x"], 2, "/nowhere"),
        (["fit"], 2, "required"),
        ([], 2, "command"),
    ],
)
def test_other_command_lines(capsys, arguments, code, words):
    found, line = outcome(capsys, *arguments)
    assert (found, words in line) == (code, True), line


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize(("option", "code"), [("--device=cuda", 4), ("--device=xyz", 2), ("--precision=xyz", 2)])
def test_a_device_that_is_not_there_is_told(tmp_path, capsys, option, code):
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    assert outcome(capsys, "fit", "--config", tmp_path / "recipe.yaml", "--out", tmp_path / "run", option)[0] == code
