"""A fault at every single change that a command makes to the file system: the process ends, or the disk refuses."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from commands import arguments, before, call, fail_in, files, hidden

CHANGES = ("rename", "replace", "unlink", "rmdir", "mkdir", "link")
EVERY = int(os.environ.get("FAULTS_EVERY", "3"))


def striking(number: int, strike: Callable[[], None], count: Path) -> Callable[[], None]:
    """What makes a fork count its changes in a file, and strike before one of them."""

    def arm() -> None:
        done = 0

        def wrapped(original: Callable[..., object]) -> Callable[..., object]:
            def call_(*positional: object, **named: object) -> object:
                nonlocal done
                done += 1
                if done == number:
                    strike()
                count.write_text(str(done)) if number == 0 else None
                return original(*positional, **named)

            return call_

        for name in CHANGES:
            setattr(os, name, wrapped(getattr(os, name)))

    return arm


FAULTS = ("KILL", "EACCES", "ENOSPC", "EIO")


def striker(fault: str) -> Callable[[], None]:
    def strike() -> None:
        if fault == "KILL":
            os.kill(os.getpid(), signal.SIGKILL)
        raise OSError(getattr(errno, fault), os.strerror(getattr(errno, fault)))

    return strike


@pytest.mark.parametrize("command", ["segment", "evaluate", "whatif", "ndsm", "city", "sample", "join"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_change(command: str, fault: str, scene: Path, tmp_path: Path) -> None:
    strike, out, count = striker(fault), tmp_path / "out", tmp_path / "count"
    out.mkdir()
    for first in before(scene, out).get(command, []):
        assert call(first).code == 0
    words = arguments(scene, out)[command]
    assert call(words).code == 0
    assert call(words, striking(0, lambda: None, count)).code == 0
    last = int(count.read_text())
    for number in range(1, last + 1, EVERY):
        earlier = files(out)
        ended = call(words, striking(number, strike, count))
        if ended.code is None:
            fail_in(out / "run" if command == "join" else out)
        found = files(out)
        assert set(found) == set(earlier), f"change {number} of {last}"
        if ended.code:
            assert found == earlier, f"change {number} of {last}: exit {ended.code}, and something is new"
            assert not hidden(out) and "Traceback" not in ended.stderr and "bug" not in ended.stderr, ended.stderr
    assert call(words).code == 0 and not hidden(out)


@pytest.mark.parametrize("fault", FAULTS)
def test_units_are_whole_or_made_again(fault: str, scene: Path, tmp_path: Path) -> None:
    """What stands of a unit is the unit, and the next call has it whole, byte for byte."""
    out, count = tmp_path / "out", tmp_path / "count"
    out.mkdir()
    for first in before(scene, out)["join"]:
        assert call(first).code == 0
    words, unit = arguments(scene, out)["work"], out / "run" / "units" / "r0000_c0000.tif"
    made = unit.read_bytes()
    unit.unlink()
    assert call(words, striking(0, lambda: None, count)).code == 0
    for number in range(1, int(count.read_text()) + 1):
        unit.unlink()
        ended = call(words, striking(number, striker(fault), count))
        assert not unit.exists() or unit.read_bytes() == made
        assert ended.code in (None, 0, 2, 4, 5) and "Traceback" not in ended.stderr, ended.stderr
        assert call(words).code == 0 and unit.read_bytes() == made
    assert not hidden(out)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_resumed_run_comes_to_its_end(fault: str, scene: Path, tmp_path: Path) -> None:
    """All its files are old or new whatever strikes, and the next call makes them."""
    out, count = tmp_path / "out", tmp_path / "count"
    out.mkdir()
    words = arguments(scene, out)["resume"]
    assert call(words).code == 0
    assert call(words, striking(0, lambda: None, count)).code == 0
    wanted = {name: len(data) for name, data in files(out).items()}
    for number in range(1, int(count.read_text()) + 1, EVERY):
        earlier = files(out)
        ended = call(words, striking(number, striker(fault), count))
        assert ended.code in (None, 0, 2, 4, 5) and "Traceback" not in ended.stderr, ended.stderr
        if ended.code is None:
            fail_in(out)
        found = {name: data for name, data in files(out).items() if ".units" not in name}
        assert set(found) == set(earlier)
        assert not ended.code or found == earlier, f"change {number}: exit {ended.code}"
        assert call(words).code == 0 and set(files(out)) == set(wanted) and not hidden(out)
