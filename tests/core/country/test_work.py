"""Units make one and the same map, whoever makes them, in which order, and however often it is broken off."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import rasterio
from regions import OUTPUTS, Read, Region

from dis2_core import cli
from dis2_core.contract.country_jobs import StatusJob, WorkJob
from dis2_core.contract.errors import Cancelled, InputError, ModelError, UnitsFailed
from dis2_core.contract.segment_job import Event
from dis2_core.country.status import run_status
from dis2_core.country.work import run_work
from dis2_core.prediction.segment import segment

pytestmark = pytest.mark.slow


def status(region: Region):
    return run_status(StatusJob(str(region.run)))


def dis2(*arguments: str | Path, **changes: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "dis2_core", *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **changes}
    return subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)


def test_the_map_is_that_of_one_run(finished: Region, read: Read, tmp_path: Path) -> None:
    whole = {name: tmp_path / f"{name}.tif" for name in OUTPUTS}
    segment(
        finished.inputs,
        finished.model,
        output=whole["classes"],
        confidence=whole["confidence"],
        probabilities=whole["probabilities"],
        scenario=whole["scenario"],
        device="cpu",
        overlap=0.25,
        batch_size=1,
        threads=1,
    )
    joined = finished.join().outputs
    for name in OUTPUTS:
        np.testing.assert_array_equal(read(joined[name]), read(whole[name]), err_msg=name)


def test_a_finished_plan_has_nothing_to_do(finished: Region) -> None:
    before = finished.unit_files()
    result = finished.work()
    assert (result.made, result.before) == (0, len(before) // len(OUTPUTS))
    assert status(finished).finished == result.before
    assert not list((finished.run / "parts").glob("r*"))


def test_shards_make_the_same_files(finished: Region, region: Region) -> None:
    region.plan()
    copy_date(finished, region)
    made = [region.work(shard=f"{number}/4").made for number in (3, 1, 4, 2)]
    assert sorted(made) == [2, 2, 2, 3]
    assert region.unit_files() == finished.unit_files()


def copy_date(done: Region, region: Region) -> None:
    """Let a plan be of the same second as another: the files hold the date of their plan."""
    theirs, ours = (json.loads((item.run / "plan.json").read_text()) for item in (done, region))
    assert theirs["hash"] == ours["hash"]
    (region.run / "plan.json").write_text(json.dumps({**ours, "created": theirs["created"]}))


def at_work(process: subprocess.Popen[str], region: Region) -> None:
    """Wait until a process writes rasters of a unit, or has ended."""
    started = time.time()
    while process.poll() is None:
        with suppress(FileNotFoundError):  # a unit was finished meanwhile
            if any(path.stat().st_mtime > started for path in (region.run / "parts").glob("r*/*")):
                return
        time.sleep(0.01)


def test_killed_at_random_points_and_called_again(finished: Region, region: Region) -> None:
    region.plan()
    copy_date(finished, region)
    chance = random.Random(5)
    for _ in range(2):
        process = dis2("work", region.run, "--device", "cpu", "--threads", "1")
        at_work(process, region)
        time.sleep(chance.uniform(0.0, 1.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    region.work()
    assert region.unit_files() == finished.unit_files()
    assert not list((region.run / "parts").glob("r*"))


def test_two_processes_share_the_work(finished: Region, region: Region) -> None:
    region.plan()
    copy_date(finished, region)
    processes = [dis2("work", region.run, "--device", "cpu", "--threads", "1") for _ in range(2)]
    assert [process.wait() for process in processes] == [0, 0]
    assert region.unit_files() == finished.unit_files()


def test_a_poisoned_input_marks_its_units(region: Region, tmp_path: Path) -> None:
    poisoned = tmp_path / "rgb.tif"
    poisoned.write_bytes(Path(region.inputs["rgb"]).read_bytes())
    with rasterio.open(poisoned) as file:
        offset = int(file.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))
        stored = file.compression
    assert stored is None
    with poisoned.open("r+b") as stream:
        stream.truncate(max(offset, poisoned.stat().st_size - 1_000_000))
    region.plan(inputs={**region.inputs, "rgb": str(poisoned)})
    with pytest.raises(UnitsFailed, match=r"units failed: r\d+_c\d+ \(.*rgb.tif") as failure:
        region.work(on_error="skip", retries=0)
    assert failure.value.exit_code == 5
    found = status(region)
    assert found.failed and found.finished and not found.missing
    assert all("rgb.tif" in why for why in found.failures.values())
    with pytest.raises(InputError, match="not finished"):
        region.join()
    assert region.join(partial=True).missing == found.failed


def test_the_first_failure_stops_unless_told_otherwise(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    region.plan()
    calls = []

    def broken(self, unit, *arguments):
        calls.append(unit)
        raise InputError("It is broken.")

    monkeypatch.setattr("dis2_core.country.worker.Worker.make", broken)
    with pytest.raises(UnitsFailed):
        region.work()
    assert len(calls) == 1


def test_what_passes_is_tried_again(region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    from dis2_core.contract.errors import UnreadableRaster
    from dis2_core.country import work

    monkeypatch.setattr(work, "PAUSE", 0.0)
    tries = []

    def act() -> str:
        tries.append(0)
        if len(tries) < 3:
            raise UnreadableRaster("The server answers 503.")
        return "made"

    assert work.tried(act, 2) == "made"
    tries.clear()
    with pytest.raises(UnreadableRaster):
        work.tried(act, 1)


def test_units_of_another_plan_are_made_anew(region: Region) -> None:
    few = {"outputs": ("classes",), "extent": (400_000, 4_999_400, 400_600, 5_000_000)}  # two units by two
    region.plan(**few)
    region.work()
    before = region.unit_files()
    region.plan(**few, min_confidence=0.9)
    found = status(region)
    assert (found.finished, found.stale) == (0, len(before)) == (0, 4)
    assert region.work().made == len(before)
    assert region.unit_files() != before


def test_changed_inputs_and_models_are_noticed(region: Region, tmp_path: Path) -> None:
    copies = {}
    for name, path in region.inputs.items():
        copies[name] = str(tmp_path / f"{name}.tif")
        Path(copies[name]).write_bytes(Path(path).read_bytes())
    region.plan(inputs=copies)
    os.utime(copies["rgb"], (1, 1))
    with pytest.raises(UnitsFailed, match=r"rgb.tif has changed since the plan"):
        region.work()
    data = json.loads((region.run / "plan.json").read_text())
    (region.run / "plan.json").write_text(json.dumps({**data, "sha256": "0" * 64}))
    with pytest.raises(ModelError, match="not the one"):
        region.work()


def test_stopping_leaves_what_is_finished(region: Region) -> None:
    region.plan()
    events: list[Event] = []

    def after_one() -> bool:
        return any("1 of" in str(event.data.get("detail")) for event in events)

    with pytest.raises(Cancelled, match="What is finished stays"):
        run_work(WorkJob(str(region.run), device="cpu"), progress=events.append, cancelled=after_one)
    assert status(region).finished == 1


def test_exit_codes_and_events_of_the_commands(region: Region, tmp_path: Path) -> None:
    inputs = [word for name, path in region.inputs.items() for word in ("--input", f"{name}={path}")]
    place = ["--out", str(region.run), "--side", "1024", "--overlap", "0.1"]
    assert code_of("plan", "--model", str(region.model), *inputs, *place) == 0
    array = {"SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_ARRAY_TASK_MIN": "1"}
    work = dis2("work", region.run, "--events", **array)
    out, _ = work.communicate()
    lines = [Event.from_line(line) for line in out.splitlines()]
    assert work.returncode == 0
    assert [line.type for line in lines if line and line.type in ("hello", "result")] == ["hello", "result"]
    assert status(region).finished == 2
    assert code_of("join", str(region.run)) == 2
    assert code_of("work", str(tmp_path / "nothing")) == 2


def code_of(*arguments: str) -> int:
    """The exit code of a command in this process."""
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return int(ended.value.code or 0)


def test_the_workers_of_dask_make_the_same_files(finished: Region, region: Region) -> None:
    pytest.importorskip("distributed")
    region.plan()
    copy_date(finished, region)
    before = dict(os.environ)
    assert region.work(dask="local").made == 9
    assert region.unit_files() == finished.unit_files()
    assert dict(os.environ) == before
