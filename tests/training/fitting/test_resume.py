"""A run that was stopped, killed or ran out of disk goes on to what the uninterrupted run gives."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_folder import write_folder, write_tile
from tiny_run import PROGRAM, assert_same_run, cancel_after, read_log, tiny_recipe

from dis2_core import load_model, save_model
from dis2_core.contract.errors import AlreadyRunning, Cancelled, InputError, NoSpace
from dis2_core.contract.segment_job import Event
from dis2_core.run.locks import lock_target
from dis2_training.fitting.checkpoint import Checkpoint
from dis2_training.fitting.fit import fit
from dis2_training.fitting.loop import TrainingDiverged
from dis2_training.fitting.recipe import Recipe


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def whole(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The uninterrupted run."""
    torch.set_num_threads(1)
    return fit(tiny_recipe(data), tmp_path_factory.mktemp("runs") / "whole").parent


@pytest.fixture(scope="module")
def stopped(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, stopped after its first epoch."""
    torch.set_num_threads(1)
    out = tmp_path_factory.mktemp("runs") / "stopped"
    stop_after(1, tiny_recipe(data), out)
    return out


@pytest.fixture
def begun(stopped: Path, tmp_path: Path) -> Path:
    """A copy of it to go on with."""
    return Path(shutil.copytree(stopped, tmp_path / "run"))


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stop_after(epochs: int, recipe: Recipe, out: Path, resume: bool = False) -> None:
    listen, cancelled = cancel_after(epochs)
    with pytest.raises(Cancelled, match="--resume"):
        fit(recipe, out, resume=resume, progress=listen, cancelled=cancelled)


@pytest.mark.slow
@pytest.mark.parametrize(("method", "full_only"), [("dis2", 1 / 3), ("concat_dropout", 0.0), ("hallucination", 0.0)])
def test_a_run_in_three_goes_gives_what_one_in_one_go_gives(
    data: Path, tmp_path: Path, method: str, full_only: float
) -> None:
    """Dropout is on, the baseline draws the full scenario, and the branches are copied at the very break."""
    recipe = tiny_recipe(data, method=method)
    recipe = replace(recipe, schedule=replace(recipe.schedule, full_only=full_only))
    fit(recipe, tmp_path / "whole")
    stop_after(1, recipe, tmp_path / "parts")
    torch.manual_seed(123)  # what happens between them does not matter
    stop_after(1, replace(recipe, workers=1), tmp_path / "parts", resume=True)
    assert len(read_log(tmp_path / "parts")) == 2
    fit(recipe, tmp_path / "parts", resume=True)
    assert_same_run(tmp_path / "parts", tmp_path / "whole")
    starts = json.loads((tmp_path / "parts" / "run.json").read_text())["starts"]
    assert [start["steps"] for start in starts] == [0, 2, 4]
    times = [float(row["seconds"]) for row in read_log(tmp_path / "parts")]
    assert times == sorted(times)


@pytest.mark.slow
def test_dropout_is_on(data: Path, tmp_path: Path, whole: Path) -> None:
    """Else the tests above would show less than they say."""
    recipe = tiny_recipe(data)
    fit(replace(recipe, model=replace(recipe.model, dropout=0.0)), tmp_path / "without")
    assert read_log(tmp_path / "without")[0]["missing"] != read_log(whole)[0]["missing"]


@pytest.mark.slow
def test_a_finished_run_returns_at_once(whole: Path, data: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    nowhere = replace(tiny_recipe(data), data=replace(tiny_recipe(data).data, folder="/nowhere"))
    assert fit(nowhere, whole, resume=True) == whole / "model.safetensors"
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


@pytest.mark.slow
def test_a_folder_with_a_run_is_refused_without_resume(whole: Path, data: Path) -> None:
    with pytest.raises(InputError, match="--resume"):
        fit(tiny_recipe(data), whole)


@pytest.mark.slow
def test_the_folder_of_a_run_that_goes_on_is_left_to_it(data: Path, begun: Path, whole: Path) -> None:
    before = files(begun)
    with lock_target(begun / "state.pt"), pytest.raises(AlreadyRunning, match=r"state\.pt"):
        fit(tiny_recipe(data), begun, resume=True)
    assert files(begun) == before
    fit(tiny_recipe(data), begun, resume=True)
    assert_same_run(begun, whole)
    assert not list(begun.glob("*lock"))


def test_nothing_is_read_where_another_run_is_at_work(tmp_path: Path) -> None:
    """Else it would begin with what the other is about to replace."""
    (tmp_path / "state.pt").write_text("half a state")
    with lock_target(tmp_path / "state.pt"), pytest.raises(AlreadyRunning):
        fit(tiny_recipe(Path("/nowhere")), tmp_path, resume=True)


@pytest.mark.slow
def test_resume_begins_where_there_is_nothing_yet(data: Path, tmp_path: Path, whole: Path) -> None:
    fit(tiny_recipe(data), tmp_path / "new", resume=True)
    assert_same_run(tmp_path / "new", whole)


@pytest.mark.slow
def test_another_recipe_is_refused_naming_the_value(data: Path, begun: Path) -> None:
    recipe = tiny_recipe(data)
    described = (begun / "recipe.yaml").read_text()
    for other, name in (
        (replace(recipe, seed=7), "seed 0; the recipe says 7"),
        (replace(recipe, schedule=replace(recipe.schedule, batch_size=4)), "schedule.batch_size 2"),
        (replace(recipe, model=replace(recipe.model, dropout=0.1)), "model.dropout 0.3"),
        (replace(recipe, precision="bf16-mixed"), "precision 32-true"),
    ):
        with pytest.raises(InputError, match=name):
            fit(other, begun, resume=True)
    assert (begun / "recipe.yaml").read_text() == described


@pytest.mark.slow
def test_a_corrected_text_is_no_other_recipe(data: Path, begun: Path, whole: Path) -> None:
    """The card of the next best model has the new text; what is learned stays the same."""
    recipe = tiny_recipe(data)
    path = fit(replace(recipe, model=replace(recipe.model, notes="Corrected.")), begun, resume=True)
    assert_same_run(begun, whole)
    steps = max(read_log(begun), key=lambda row: sum(float(v) for k, v in row.items() if k.startswith("miou")))["step"]
    assert load_model(path).card.notes == ("Corrected." if int(steps) > 2 else "")


@pytest.mark.slow
def test_a_run_of_a_version_that_did_not_know_a_value_yet_goes_on(data: Path, begun: Path, whole: Path) -> None:
    state = Checkpoint.read(begun / "state.pt")
    del state.recipe["augmentation"]["gain"], state.recipe["semi"]
    state.write(begun / "state.pt")
    fit(tiny_recipe(data), begun, resume=True)
    assert_same_run(begun, whole)


@pytest.mark.slow
def test_where_nothing_is_adjustable_another_rate_is_refused(data: Path, begun: Path) -> None:
    recipe = tiny_recipe(data)
    with pytest.raises(InputError, match=r"optimizer\.lr"):
        fit(replace(recipe, optimizer=replace(recipe.optimizer, lr=1e-3)), begun, resume=True, adjustable=())


@pytest.mark.slow
def test_other_data_are_refused_and_moved_ones_are_not(data: Path, begun: Path, tmp_path: Path, whole: Path) -> None:
    recipe = tiny_recipe(data)
    moved = write_folder(tmp_path / "moved")
    there = replace(recipe, data=replace(recipe.data, folder=str(moved)))
    stop_after(1, there, begun, resume=True)
    write_tile(moved, "train", "a", seed=99)
    with pytest.raises(InputError, match="not those that the run was begun with"):
        fit(there, begun, resume=True)
    fit(recipe, begun, resume=True)
    assert_same_run(begun, whole)


@pytest.mark.slow
def test_a_lost_best_model_is_told(data: Path, begun: Path) -> None:
    (begun / "model.safetensors").unlink()
    with pytest.raises(InputError, match=r"model\.safetensors is missing"):
        fit(tiny_recipe(data), begun, resume=True)


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["half", "bit", "empty", "other"])
def test_a_damaged_state_is_told(whole: Path, data: Path, tmp_path: Path, damage: str) -> None:
    state = (whole / "state.pt").read_bytes()
    flipped = bytearray(state)
    flipped[len(state) // 2] ^= 1
    contents = {"half": state[: len(state) // 2], "bit": flipped, "empty": b""}
    if damage == "other":
        torch.save({"step": 3}, tmp_path / "state.pt")
    else:
        (tmp_path / "state.pt").write_bytes(contents[damage])
    with pytest.raises(InputError, match=r"state\.pt (cannot be read|is the state of another version)"):
        fit(tiny_recipe(data), tmp_path, resume=True)


class Killed(BaseException):
    """Stands for a kill: nobody catches it."""


@pytest.mark.slow
@pytest.mark.parametrize("write", range(3))
def test_a_kill_between_any_two_writes_loses_an_epoch_at_most(
    data: Path, begun: Path, whole: Path, monkeypatch: pytest.MonkeyPatch, write: int
) -> None:
    """In the second epoch, before its model, log or state is renamed into place."""
    renamed, training, done = Path.replace, [], []

    def replace_or_die(path: Path, target: Path) -> Path:
        if training and target.name in ("model.safetensors", "log.csv", "state.pt"):
            if len(done) == write:
                raise Killed
            done.append(target)
        return renamed(path, target)

    def listen(event: Event) -> None:
        if event.type == "progress" and event.data["stage"] == "training":
            training.append(event)

    monkeypatch.setattr(Path, "replace", replace_or_die)
    with pytest.raises(Killed):
        fit(tiny_recipe(data), begun, resume=True, progress=listen)
    monkeypatch.undo()
    assert torch.load(begun / "state.pt", weights_only=True)["course"]["steps"] == 2
    fit(tiny_recipe(data), begun, resume=True)
    assert_same_run(begun, whole)


@pytest.mark.slow
def test_a_killed_process_goes_on(data: Path, tmp_path: Path) -> None:
    """SIGKILL, on the command line, soon after the first epoch."""
    long = replace(tiny_recipe(data).schedule, epochs=6)
    fit(tiny_recipe(data, schedule=long), tmp_path / "whole")
    out = tmp_path / "run"
    command = [sys.executable, "-c", PROGRAM, "fit", "--config", str(tmp_path / "whole" / "recipe.yaml")]
    command += ["--out", str(out), "--resume"]
    process = subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.PIPE)
    wait_for(lambda: (out / "state.pt").exists(), process)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    process.stderr.close()
    kept = torch.load(out / "state.pt", weights_only=True)["course"]
    assert 0 < kept["steps"] < 12 and not kept["finished"]
    (out / ".state.pt.1.part").write_bytes(b"left over")
    fit(tiny_recipe(data, schedule=long), out, resume=True)
    assert_same_run(out, tmp_path / "whole")
    assert not list(out.glob(".*"))


def wait_for(condition: Callable[[], bool], process: subprocess.Popen, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.stderr.read().decode()
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.slow
def test_a_full_disk_is_told_and_the_earlier_state_stays(
    data: Path, begun: Path, whole: Path, largest_file: Callable[[int], AbstractContextManager[None]]
) -> None:
    before = (begun / "state.pt").read_bytes()
    assert len(before) > 3 * (begun / "model.safetensors").stat().st_size
    with largest_file(len(before) // 2), pytest.raises(NoSpace, match=r"state\.pt"):
        fit(tiny_recipe(data), begun, resume=True)
    assert (begun / "state.pt").read_bytes() == before and not list(begun.glob(".*"))
    fit(tiny_recipe(data), begun, resume=True)
    assert_same_run(begun, whole)


@pytest.mark.slow
def test_a_diverged_run_goes_on_from_the_last_good_state(data: Path, begun: Path, whole: Path) -> None:
    recipe = tiny_recipe(data)
    before = (begun / "state.pt").read_bytes()
    wild = replace(recipe, optimizer=replace(recipe.optimizer, lr=1e30, clip=None))
    events: list[Event] = []
    with pytest.raises(TrainingDiverged, match=r"after step 2 is kept .* --resume --optimizer\.lr 3\.3e\+29"):
        fit(wild, begun, resume=True, progress=events.append)
    warnings = [event.data["text"] for event in events if event.type == "warning"]
    assert warnings == [
        "optimizer.lr was 0.003 and is 1e+30 from here on.",
        "optimizer.clip was 1.0 and is None from here on.",
    ]
    assert (begun / "state.pt").read_bytes() == before
    fit(recipe, begun, resume=True)
    assert_same_run(begun, whole)
    changed = [start["changed"] for start in json.loads((begun / "run.json").read_text())["starts"]]
    assert changed[0] == changed[2] == {} and changed[1]["optimizer.lr"] == {"before": 0.003, "now": 1e30}


def test_the_licence_of_what_it_started_from_stays(whole: Path, data: Path, tmp_path: Path) -> None:
    model = load_model(whole / "model.safetensors")
    licensed, out = tmp_path / "start.safetensors", tmp_path / "run"
    save_model(licensed, model.network, replace(model.card, license="CC-BY-4.0"))
    recipe = replace(tiny_recipe(data), model=replace(tiny_recipe(data).model, start=str(licensed)))
    stop_after(1, recipe, out)
    assert load_model(fit(recipe, out, resume=True)).card.license == "CC-BY-4.0"
