"""Commands that are killed at random points leave all old or all new results, and the next run works."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import numpy as np
import pytest
from commands import arguments, call, fail_in, files, hidden

COMMANDS = ("segment", "evaluate", "whatif", "ndsm", "city")


@pytest.fixture(params=COMMANDS)
def command(request: pytest.FixtureRequest, scene: Path, tmp_path: Path) -> list[str]:
    """A command that has run once already."""
    words = arguments(scene, tmp_path)[request.param]
    assert call(words).code == 0
    return words


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda n: n.name)
def test_a_signal_at_any_time(
    command: list[str], number: signal.Signals, round_: int, rng: np.random.Generator, tmp_path: Path
) -> None:
    before = files(tmp_path)
    time.sleep(1.1)  # so that what says when it was made says something else
    seconds = call(command).seconds
    after = files(tmp_path)
    time.sleep(1.1)
    ended = call(command, hit=(float(rng.uniform(0, 1.05)) * seconds, number))
    if ended.code is None:  # killed: what it left is completed or undone by the next run that writes there
        fail_in(tmp_path)
    found = files(tmp_path)
    assert set(found) == set(after) == set(before)
    changed = {name for name in found if found[name] != after[name]}
    dated = {name for name in found if before[name] != after[name]}
    assert not changed or dated <= changed, "some old, some new"
    assert ended.code in (None, 0, 130)
    if ended.code is not None:
        assert not hidden(tmp_path)
        assert "Traceback" not in ended.stderr
        assert bool(changed) == (ended.code == 0) or command[0] == "evaluate"  # which says the minute alone
    assert call(command).code == 0
    assert not hidden(tmp_path) and set(files(tmp_path)) == set(after)
