"""A process of ours settles down before it loads torch; what a person set stays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dis2_core.run.machine.process import _OF_MALLOC

FOREIGN = ("OMP_WAIT_POLICY", "KMP_BLOCKTIME", *_OF_MALLOC)


def run(code: str, **changes: str) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    done = subprocess.run(
        [sys.executable, "-c", code], env={**environment, **changes}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


WAITING = """
from dis2_core.run.machine.process import settle_process
settle_process()
import os
print(os.environ["OMP_WAIT_POLICY"], os.environ["KMP_BLOCKTIME"])
"""


def test_threads_wait_without_a_core() -> None:
    assert run(WAITING).split() == ["PASSIVE", "0"]


def test_what_a_person_set_stays() -> None:
    assert run(WAITING, OMP_WAIT_POLICY="ACTIVE", KMP_BLOCKTIME="200").split() == ["ACTIVE", "200"]


FAULTS = """
import resource
import numpy as np
from dis2_core.run.machine.process import settle_process
settle_process()
def faults(): return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(3): np.ones(30 << 20, np.uint8)
before = faults()
for _ in range(10): np.ones(30 << 20, np.uint8)
print(faults() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc alone is told")
def test_memory_stays_with_the_process() -> None:
    huge_pages = 10 * (30 << 20) // (2 << 20)  # a fault each at least where memory is fetched anew
    assert int(run(FAULTS)) < huge_pages / 2
    assert int(run(FAULTS, GLIBC_TUNABLES="glibc.malloc.mmap_threshold=1000000")) > huge_pages / 2  # the person's way


@pytest.mark.parametrize("module", ["dis2_core.cli.main", "dis2_training.cli", "dis2_core.run.machine.process"])
def test_what_settles_comes_before_torch(module: str) -> None:
    assert run(f"import sys, {module}; print('torch' in sys.modules)").strip() == "False"


@pytest.mark.skipif(sys.platform == "win32", reason="keeps the folder that a process works in")
@pytest.mark.parametrize("module", ["dis2_core.cli", "dis2_training.cli"])
def test_a_working_folder_that_was_removed_is_told(module: str, tmp_path: Path) -> None:
    """torch, which looks for its libraries there, would end the process."""
    command = f"import os; from {module} import main; os.rmdir(os.getcwd()); raise SystemExit(main(['--help']))"
    gone = tmp_path / "gone"
    gone.mkdir()
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, cwd=gone)
    assert (done.returncode, done.stderr.count("working folder is not there")) == (2, 1)
    assert "Traceback" not in done.stderr
