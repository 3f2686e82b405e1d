"""Run a program to its end: with a clean environment, seen by the person, and stopped at once when they cancel.

The ``QProcess`` lives in the thread of the algorithm, polled, so that QGIS goes on.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Optional

from qgis.PyQt.QtCore import QEventLoop, QProcess, QProcessEnvironment, QTimer

from ..dis2_core.contract.errors import Cancelled
from ..words.numbers import filled
from ..words.translation import tr
from .errors import SetupFailed
from .journal import Journal

POLL_MS = 100
KILL_MS = 5_000
MAX_OUTPUT = 16_000_000  # bytes of stdout that are kept; uv's longest answer has some thousands
MAX_LINES = 10_000  # of stderr: the first so many are shown, the last so many kept
MAX_LINE = 2_000  # characters


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


def await_news(process: QProcess, milliseconds: int) -> bool:
    """Let the event loop of this thread turn until a program says something or ends, or the time is over.

    ``QProcess.waitFor…`` would read on and look at no clock as long as a program goes on talking.

    Returns:
        Whether the program was running; what it said is there to be read.
    """
    if process.state() == QProcess.ProcessState.NotRunning:
        return False
    loop, timer = QEventLoop(), QTimer()
    for news in (process.readyReadStandardOutput, process.readyReadStandardError, process.finished, timer.timeout):
        news.connect(loop.quit)
    timer.start(milliseconds)
    loop.exec()
    return process.state() != QProcess.ProcessState.NotRunning


def ends_within(process: QProcess, milliseconds: int, listen: Callable[[], object]) -> bool:
    """Whether a program ends within a time; what it says meanwhile is ``listen``'s to read."""
    end = time.monotonic() + milliseconds / 1000
    while await_news(process, min(POLL_MS, milliseconds)):
        listen()
        if time.monotonic() >= end:
            return False
    return True


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
    out, err, end = bytearray(), _Lines(journal), time.monotonic() + (seconds or float("inf"))
    while True:
        running = await_news(process, POLL_MS)
        out += bytes(process.readAllStandardOutput())[: MAX_OUTPUT - len(out)]
        err.feed(bytes(process.readAllStandardError()))
        if not running:
            break
        if polled is not None:
            polled()
        if journal.feedback.isCanceled():
            raise Cancelled(tr("Cancelled. An earlier runtime is as it was."))
        if time.monotonic() > end:
            raise SetupFailed(
                filled(tr("'{}' has not ended within {:g} seconds and was stopped."), process.program(), seconds),
                tr("Run it again; if it stays so, restart the machine."),
            )
    crashed = process.exitStatus() == QProcess.ExitStatus.CrashExit
    return Finished(-1 if crashed else process.exitCode(), out.decode("utf-8", "replace"), err.close())


class _Lines:
    """Relays a stream line by line and keeps its end."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._rest = b""
        self._count = 0
        self._lines: deque[str] = deque(maxlen=MAX_LINES)

    def feed(self, chunk: bytes) -> None:
        *lines, rest = (self._rest + chunk).split(b"\n")
        self._rest = rest[: 4 * MAX_LINE]  # what follows is not shown
        for line in lines:
            self._lines.append(line.decode("utf-8", "replace").rstrip("\r")[:MAX_LINE])
            self._count += 1
            if self._count <= MAX_LINES:
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
    ends_within(process, KILL_MS, lambda: [process.readAllStandardOutput(), process.readAllStandardError()])
