"""A lock is held by the system: what its file says, and whatever else has its name, does no harm."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from dis2_core.contract.errors import AlreadyRunning, OutputNotWritable
from dis2_core.run.locks import lock_target

HOLD = """
import sys
from pathlib import Path
from dis2_core.run.locks import lock_target
with lock_target(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def lock_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.dis2-lock")


def test_a_living_process_keeps_others_out_and_a_killed_one_does_not(tmp_path: Path) -> None:
    target = tmp_path / "c.tif"
    command = [sys.executable, "-c", HOLD, str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=f"process {process.pid} on .*{socket.gethostname()}"):
            lock_target(target).__enter__()
        assert lock_of(target).exists()
        process.kill()
        process.wait()
    assert lock_of(target).exists()  # nobody could take it away
    with lock_target(target):
        assert json.loads(lock_of(target).read_text())["pid"] == os.getpid()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[1",
        b"{{{",
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * 1_000_000,
        pytest.param(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}).encode(), id="ours"),
        json.dumps({"pid": 1, "host": "elsewhere"}).encode(),
        json.dumps({"pid": 10**30, "host": None}).encode(),
    ],
    ids=["empty", "torn", "rubbish", "no text", "deep", "long", "of a number used again", "elsewhere", "no number"],
)
def test_a_file_that_nobody_holds_keeps_nobody_out(tmp_path: Path, text: bytes) -> None:
    lock_of(tmp_path / "c.tif").write_bytes(text)
    with lock_target(tmp_path / "c.tif"):
        pass
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes with names")
@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_what_is_no_file_is_told_and_left_alone(tmp_path: Path, kind: str) -> None:
    lock, precious = lock_of(tmp_path / "c.tif"), tmp_path / "precious"
    precious.write_text("precious")
    {"folder": lock.mkdir, "link": lambda: lock.symlink_to(precious), "pipe": lambda: os.mkfifo(lock)}[kind]()
    with pytest.raises(OutputNotWritable, match="no file") as caught:
        lock_target(tmp_path / "c.tif").__enter__()
    assert str(lock) in caught.value.message and precious.read_text() == "precious" and os.path.lexists(lock)


def test_of_many_threads_one_gets_the_target(tmp_path: Path) -> None:
    target, start = tmp_path / "c.tif", threading.Barrier(8)
    inside: list[int] = []
    most: list[int] = []

    def claim() -> None:
        start.wait()
        for _ in range(50):
            with suppress(AlreadyRunning), lock_target(target):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most and max(most) == 1
    assert not list(tmp_path.iterdir())
