"""Nobody at the other end: what is made stays a success, and is told where it can be."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio

from dis2_core.cli.streams import Outlet, check_stdout, forgive_stdout, steady_streams
from dis2_core.contract.errors import ResourceError

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


def dis2(words: str, redirections: str) -> subprocess.CompletedProcess[str]:
    """Run a command with redirections of the shell."""
    command = f"{shlex.quote(sys.executable)} -m dis2_core {words} {redirections}"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("redirections", "events"),
    [
        (">&-", ""),
        ("2>&-", ""),
        (">/dev/full", ""),
        ("2>&- >/dev/full", ""),
        ("<&- >&- 2>&-", "--events"),
        ("| true; exit ${PIPESTATUS[0]}", "--events"),
    ],
)
def test_what_is_made_is_a_success(tmp_path: Path, redirections: str, events: str) -> None:
    town = tmp_path / "town"
    done = dis2(f"city {town} --size 64 {events}", redirections)
    assert done.returncode == 0 and len(list(town.glob("*.tif"))) == 5
    said = done.stdout + done.stderr
    assert "bug" not in said and "Traceback" not in said and "Exception ignored" not in said
    if redirections in (">&-", ">/dev/full"):
        assert str(town / "rgb.tif") in done.stderr


def test_events_that_stdout_does_not_take_stay_whole(tmp_path: Path) -> None:
    done = dis2(f"city {tmp_path / 'town'} --size 64 --events", ">/dev/full")
    last = json.loads(done.stderr.splitlines()[-1])
    assert last["type"] == "result" and set(last["outputs"]) >= {"rgb", "ndsm"}


@pytest.mark.parametrize(("words", "told"), [("--version", "dis2 "), ("info aerial-demo --json", '"parameters": ')])
def test_a_command_whose_words_are_the_result_fails_where_they_are_lost(words: str, told: str) -> None:
    done = dis2(words, ">/dev/full")
    assert done.returncode == 4 and "No space left on device" in done.stderr and told in done.stderr


def test_looking_has_no_other_result_than_words(tmp_path: Path) -> None:
    with rasterio.open(tmp_path / "map.tif", "w", driver="GTiff", count=1, height=9, width=9, dtype="uint8") as file:
        file.write(np.arange(81, dtype=np.uint8).reshape(1, 9, 9) % 2)
    words = f"evaluate {tmp_path / 'map.tif'} --reference {tmp_path / 'map.tif'}"
    assert dis2(words, ">/dev/full").returncode == 4
    assert dis2(f"{words} --matrix {tmp_path / 'matrix.csv'}", ">/dev/full").returncode == 0


def test_an_error_is_an_error_where_nobody_hears_it() -> None:
    assert dis2("info nonsense", "2>/dev/full").returncode == 3


def test_a_reader_that_has_gone_is_no_failure() -> None:
    done = dis2("info aerial-demo", "| head -1; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("aerial-demo")


def test_files_do_not_become_stderr() -> None:
    """With stderr closed the next file would get its number, and GDAL's messages."""
    code = (
        "import os, sys\nfrom dis2_core.cli.streams import steady_streams\n"
        "with steady_streams():\n    sys.exit(os.open(os.devnull, os.O_RDONLY) <= 2)"
    )
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} <&- >&- 2>&-"
    assert subprocess.run(["bash", "-c", command], check=False).returncode == 0


def test_no_streams_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under pythonw."""
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    with steady_streams():
        print("a")
        print("b", file=sys.stderr)
        assert not sys.stdout.isatty() and not sys.stderr.isatty()
        check_stdout()
    assert sys.stdout is None and sys.stderr is None


def test_order_and_letters_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w", encoding="ascii") as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        with steady_streams():
            print("one", end=" ")
            print("häuser")
    with os.fdopen(read, encoding="ascii") as stream:
        assert stream.read() == "one h?user\n"


def test_what_fails_in_the_middle_goes_elsewhere_whole() -> None:
    read, write = os.pipe()
    full = os.open("/dev/full", os.O_WRONLY)
    outlet = Outlet(full, Outlet(write))
    with io.BufferedWriter(outlet, buffer_size=8) as writer:
        writer.write(b"a long text, longer than the buffer; ")
        writer.write(b"and more")
    os.close(write)
    os.close(full)
    assert outlet.failure is not None and outlet.failure.strerror == "No space left on device"
    assert os.read(read, 1000) == b"a long text, longer than the buffer; and more"
    os.close(read)


def test_a_pipe_that_does_not_wait() -> None:
    """More than a pipe holds, to a reader that takes its time."""
    sender = (
        "import os; os.set_blocking(1, False)\nfrom dis2_core.cli.streams import Outlet\nOutlet(1).write(b'x' * 10**6)"
    )
    process = subprocess.Popen([sys.executable, "-c", sender], stdout=subprocess.PIPE)
    assert len(process.communicate(timeout=60)[0]) == 10**6 and process.returncode == 0


def test_forgiving_is_for_what_was_said_before(monkeypatch: pytest.MonkeyPatch) -> None:
    with open("/dev/full", "w") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", full)
        with steady_streams():
            print("a result")
            forgive_stdout()
            check_stdout()
            print("an answer")
            with pytest.raises(ResourceError, match="No space left"):
                check_stdout()
