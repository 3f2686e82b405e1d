"""Run a program to its end: with a clean environment, seen by the person, and stopped at once when they cancel.

The ``QProcess`` lives in the thread of the algorithm, polled, so that QGIS goes on.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Callable
from typing import NamedTuple, Optional

from qgis.PyQt.QtCore import QCoreApplication, QProcess, QProcessEnvironment, QThread

from ..dis2_core.contract.errors import Cancelled
from ..words.translation import tr
from .errors import SetupFailed
from .journal import Journal

POLL_MS = 100
KILL_MS = 5_000


class Finished(NamedTuple):
    """How a program ended: exit code (-1: it crashed), what it wrote on stdout and on stderr."""

    code: int
    out: str
    err: str


def kill_tree(pid: int, system: str = sys.platform) -> list[str]:
    """Return the command that ends a process and its children, where killing it leaves them: on Windows.

    The Python of a virtual environment is a starter there, whose child does the work.
    """
    return ["taskkill", "/PID", str(pid), "/T", "/F"] if system == "win32" else []


def run(
    program: str,
    arguments: list[str],
    environment: QProcessEnvironment,
    journal: Journal,
    seconds: float = 0,
    polled: Optional[Callable[[], None]] = None,
) -> Finished:
    """Run a program and return how it ended.

    Args:
        program: Its path.
        arguments: What follows.
        environment: All of its environment.
        journal: Gets the lines of stderr as they come.
        seconds: How long it may take; 0 means as long as it wants.
        polled: Called about ten times a second.

    Raises:
        Cancelled: The person wants no more; the program was killed.
        SetupFailed: It cannot be started, or took too long.
    """
    process = QProcess()
    process.setProgram(program)
    process.setArguments(arguments)
    process.setProcessEnvironment(environment)
    journal.command(" ".join(shlex.quote(word) for word in [program, *arguments]))
    process.start()
    process.closeWriteChannel()
    if not process.waitForStarted():
        raise SetupFailed(
            tr("'{}' cannot be started ({}).").format(program, process.errorString()),
            tr("If a virus scanner or a policy forbids it, ask for an exception or choose an existing Python."),
        )
    try:
        return _listen(process, journal, seconds, polled)
    finally:
        _stop(process)


def _listen(process: QProcess, journal: Journal, seconds: float, polled: Optional[Callable[[], None]]) -> Finished:
    on_main_thread = QThread.currentThread() == QCoreApplication.instance().thread()
    out, err, end = [], _Lines(journal), time.monotonic() + (seconds or float("inf"))
    while True:
        process.waitForFinished(POLL_MS)
        running = process.state() != QProcess.ProcessState.NotRunning
        out.append(bytes(process.readAllStandardOutput()))
        err.feed(bytes(process.readAllStandardError()))
        if not running:
            break
        if on_main_thread:
            QCoreApplication.processEvents()
        if polled is not None:
            polled()
        if journal.feedback.isCanceled():
            raise Cancelled(tr("Cancelled. An earlier runtime is as it was."))
        if time.monotonic() > end:
            raise SetupFailed(
                tr("'{}' has not ended within {:g} seconds and was stopped.").format(process.program(), seconds),
                tr("Run it again; if it stays so, restart the machine."),
            )
    crashed = process.exitStatus() == QProcess.ExitStatus.CrashExit
    return Finished(-1 if crashed else process.exitCode(), b"".join(out).decode("utf-8", "replace"), err.close())


class _Lines:
    """Relays a stream line by line and keeps it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._rest = b""
        self._lines: list[str] = []

    def feed(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._lines.append(line.decode("utf-8", "replace").rstrip("\r")[:2_000])
            self._journal.output(self._lines[-1])

    def close(self) -> str:
        if self._rest:
            self.feed(b"\n")
        return "\n".join(self._lines)


def _stop(process: QProcess) -> None:
    if process.state() == QProcess.ProcessState.NotRunning:
        return
    command = kill_tree(int(process.processId()))
    if command:
        QProcess.execute(command[0], command[1:])
    process.kill()
    process.waitForFinished(KILL_MS)
