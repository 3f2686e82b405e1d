"""The worker: one job in a process of its own, where torch is at home.

Started by QGIS as ``python -I -u worker/process.py``. stdin brings one line, the job, and then stays open:
its end means that the parent is gone or wants no more, the line ``enough`` that it wants what there is. stdout
carries events as JSON lines; what libraries print goes to stderr.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Optional

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # python -I leaves it out

from dis2_core.contract.errors import Dis2Error, ProtocolError, ResourceError
from dis2_core.contract.other_jobs import read_job
from dis2_core.contract.segment_job import ENOUGH, HEARTBEAT_SECONDS, Event, Work, error_event
from dis2_core.contract.version import __version__
from dis2_core.run.failures import describe, of_an_import
from dis2_core.run.machine.process import settle_process
from dis2_core.run.runners import load_runner

#: How long a cancelled run may tidy up before the process ends whatever it is doing.
GRACE_SECONDS = 5.0


class Channel:
    """Events on a duplicate of stdout, whose own descriptor now leads to stderr."""

    def __init__(self) -> None:
        self._stream = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
        os.dup2(2, 1)
        self._lock = threading.Lock()
        self.stopped, self.enough = threading.Event(), threading.Event()

    def send(self, event: Event) -> None:
        """Write an event; a parent that reads no more stops the run."""
        with self._lock:
            try:
                self._stream.write(event.to_line() + "\n")
                self._stream.flush()
            except OSError:
                self.stopped.set()

    def beat(self) -> None:
        """Tell every two seconds that the process lives."""
        while not self.stopped.wait(HEARTBEAT_SECONDS):
            self.send(Event("heartbeat"))

    def watch_parent(self) -> None:
        """Heed the parent's word; stop the run at the end of stdin, first by asking, then by leaving."""
        while data := os.read(0, 4096):
            if ENOUGH.encode() in data:
                self.enough.set()
        self.stopped.set()
        time.sleep(GRACE_SECONDS)
        os._exit(130)


def receive_job() -> Work:
    """Read the job from the first line of stdin, and not a byte more."""
    with os.fdopen(0, "rb", buffering=0, closefd=False) as stdin:
        line = stdin.readline().decode("utf-8", "replace")
    if not line.endswith("\n"):
        raise ProtocolError("The worker was given no job.")
    return read_job(line)


def runner(job: Work) -> Callable[..., Any]:
    """Return the function that does the job.

    Raises:
        ResourceError: This Python is too old, lacks a package, or the machine has no room to load one.
    """
    if sys.version_info < (3, 10):  # noqa: UP036 (a person may have chosen any Python)
        raise ResourceError(
            f"{sys.executable} is Python {sys.version.split()[0]}; DIS2 needs 3.10 or newer.",
            "Choose another Python under Settings > Options > DIS2 or in DIS2_PYTHON.",
        )
    try:
        return load_runner(job.KIND)
    except (ImportError, OSError) as error:  # OSError: a library of torch that does not load
        traceback.print_exc()
        raise of_an_import(
            error,
            f"{sys.executable} cannot load what DIS2 needs ({error}).",
            "Install it there if it is a Python of yours, run 'Set up the runtime' of DIS2 in the toolbox, or choose "
            "another Python under Settings > Options > DIS2 or in DIS2_PYTHON.",
        ) from error


def run(job: Work, channel: Channel) -> Mapping[str, Any]:
    """Run the job and return its result as JSON."""
    wishes = {"enough": channel.enough.is_set} if job.KEEPS else {}
    result = runner(job)(job, progress=channel.send, cancelled=channel.stopped.is_set, **wishes)
    return result.to_json()


def hold_environment() -> Optional[BinaryIO]:
    """Keep a set-up from removing the environment that this process runs in; keep what is returned.

    Windows needs no help there. A Python that is in no environment, or whose disk knows no locks, is not held.
    """
    try:
        import fcntl

        file = open(Path(sys.prefix) / "pyvenv.cfg", "rb")  # noqa: SIM115 (open as long as the process lives)
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return None
    return file


def main() -> int:
    """Run one job; return the exit code."""
    settle_process()
    held = hold_environment()
    channel = Channel()
    channel.send(Event("hello", {"version": __version__, "pid": os.getpid()}))
    threading.Thread(target=channel.beat, daemon=True).start()
    try:
        job = receive_job()
        threading.Thread(target=channel.watch_parent, daemon=True).start()
        channel.send(Event("result", run(job, channel)))
    except Dis2Error as error:
        channel.send(error_event(error))
        return error.exit_code
    except Exception as error:  # perhaps a defect of ours: the traceback goes to the log, one line to the user
        traceback.print_exc()
        failure = describe(error)
        channel.send(error_event(failure))
        return failure.exit_code
    finally:
        if held is not None:
            held.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
