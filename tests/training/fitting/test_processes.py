"""Several processes compute what one does that accumulates their shares."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml
from tiny_run import read_log, tiny_recipe

from dis2_core.contract.errors import InputError
from dis2_training.fitting.accelerator import agreed, launch
from dis2_training.fitting.fit import fit
from dis2_training.fitting.recipe import OptimizerRecipe, plain

#: Stops after an epoch, which the first process alone is told of, and goes on by the command line.
TWO_STARTS = """
import atexit, sys, torch
from pathlib import Path
from tiny_run import cancel_after
from dis2_core.contract.errors import Cancelled
from dis2_training.cli import main
from dis2_training.commands import read_recipe
from dis2_training.fitting.fit import fit
torch.set_num_threads(1)
atexit.register(lambda: print("still together" if torch.distributed.is_initialized() else "parted"))
config, out = sys.argv[1:]
listen, cancelled = cancel_after(1)
try:
    fit(read_recipe(["--config", config]), Path(out), progress=listen, cancelled=cancelled)
except Cancelled:
    sys.exit(main(["fit", "--config", config, "--out", out, "--resume"]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("launcher", [[], ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]])
def test_two_processes_compute_what_one_does_that_accumulates(
    folder: Path, tmp_path: Path, launcher: list[str]
) -> None:
    """Losses and weights, over a break; dropout is on. By our launcher and by torchrun.

    With one scenario only, as one batch of two has one and two batches have two. Running statistics of batch
    norm, and so the scores, are those of the first process' share.
    """
    torch.set_num_threads(1)
    base = tiny_recipe(folder, scenarios={"rgb": 1.0}, optimizer=OptimizerRecipe("sgd", lr=0.01, ema=None))
    one = replace(base, schedule=replace(base.schedule, batch_size=2, accumulate=2))
    two = replace(base, schedule=replace(base.schedule, batch_size=4, accumulate=1), devices=2)
    fit(one, tmp_path / "one")
    (tmp_path / "two.yaml").write_text(yaml.safe_dump(plain(two)))
    (tmp_path / "program.py").write_text(TWO_STARTS)
    command = [sys.executable, *launcher, tmp_path / "program.py", tmp_path / "two.yaml", tmp_path / "two"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("model.safetensors") == 1  # the first process alone speaks
    assert done.stdout.count("parted") == 2 and "still together" not in done.stdout
    starts = json.loads((tmp_path / "two" / "run.json").read_text())["starts"]
    assert [(start["steps"], start["processes"]) for start in starts] == [(0, 2), (2, 2)]
    assert_same_losses(tmp_path / "two", tmp_path / "one")
    states = [torch.load(tmp_path / name / "state.pt", weights_only=True)["objective"] for name in ("two", "one")]
    weights = [name for name, value in states[0].items() if value.is_floating_point() and "running" not in name]
    assert all(torch.allclose(states[0][name], states[1][name], atol=1e-5) for name in weights)


def assert_same_losses(out: Path, reference: Path) -> None:
    ours, theirs = read_log(out), read_log(reference)
    columns = list(theirs[0])
    losses = columns[columns.index("distillation_weight") + 1 : columns.index("total") + 1]
    assert len(ours) == len(theirs) == 3 and {"full", "missing", "distillation"} < set(losses)
    for row, other in zip(ours, theirs, strict=True):
        assert [float(row[name]) for name in losses] == pytest.approx([float(other[name]) for name in losses], rel=1e-4)


def test_torchrun_with_a_recipe_for_one_process_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TORCHELASTIC_RUN_ID": "none", "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=r"started 2 processes; the recipe is for one\. Give --devices 2"):
        launch(tiny_recipe(folder))


class Two:
    """Two processes, of which the other is to stop or not."""

    world_size = 2
    device = torch.device("cpu")

    def __init__(self, other: float) -> None:
        self.other = other

    def all_reduce(self, data: torch.Tensor) -> torch.Tensor:
        return (data + self.other) / 2


@pytest.mark.parametrize("other", [0.0, 1.0])
@pytest.mark.parametrize("own", [False, True])
def test_all_processes_stop_where_one_is_to(own: bool, other: float) -> None:
    assert agreed(Two(other), lambda: own)() == (own or other == 1.0)
    assert agreed(Two(other), None)() == (other == 1.0)
