"""``dis2-train`` from its first line on: a signal that comes while torch is loaded is told, as one that comes later."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from dis2_core.run.interrupts import SIGNALS

#: A signal arrives when the commands, and torch with them, begin to be imported.
WHILE_LOADING = """if True:
    import os, sys
    from dis2_training.cli import main
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "dis2_training.commands":
                os.kill(os.getpid(), {number})
    sys.meta_path.insert(0, Finder())
    sys.exit(main(["data", "check", "folder", "nowhere"]))
"""


@pytest.mark.slow
@pytest.mark.usefixtures("terminal_signals")
@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_before_there_is_a_command(number: signal.Signals) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHILE_LOADING.format(number=int(number))], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (130, "error: Cancelled.\n")
