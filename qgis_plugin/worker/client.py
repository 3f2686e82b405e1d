"""The worker seen from QGIS: start, listen, stop, tidy up.

Used inside ``processAlgorithm``, in whose thread the ``QProcess`` lives. That is the main thread for
scripts and QGIS's batch dialog, whose Cancel button must go on working. Nothing here touches a layer
or the project.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import QgsProcessingFeedback
from qgis.PyQt.QtCore import QCoreApplication, QProcess, QThread

from ..dis2_core.contract.errors import Cancelled, Dis2Error, ProtocolError
from ..dis2_core.contract.segment_job import MAX_LINE, Event, Work
from ..runtime.interpreter import interpreter
from ..runtime.variables import scrubbed_environment
from ..words.translation import in_words_of_qgis, tr
from .leftovers import remove_leftovers

PROGRAM = Path(__file__).with_name("process.py")
POLL_MS = 100
CANCEL_GRACE_MS = 500  # a cancelled worker tidies up itself, or is killed: together below a second
EXIT_GRACE_MS = 5_000
KEPT_LINES = 200
SHOWN_LINES = 15
LINE_LENGTH = 2_000  # characters


class WorkerFailed(Dis2Error):
    """The worker told of an error, or ended without a word."""

    code = "worker"


def worker_arguments() -> list[str]:
    """Return what follows the interpreter: isolated, unbuffered."""
    return ["-I", "-u", str(PROGRAM)]


class LineBuffer:
    """Cuts a stream of bytes into lines; what grows beyond any event without a line break is dropped."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[str]:
        """Return the lines that the chunk completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > MAX_LINE:
            self._rest = b""
        return [line.decode("utf-8", "replace").rstrip("\r") for line in lines]


class WorkerRun:
    """One job in one worker process.

    Args:
        job: What to do.
        feedback: Gets progress and messages, and says when to stop.

    Attributes:
        SILENCE_SECONDS: How long the worker may say nothing, not even a heartbeat.
    """

    SILENCE_SECONDS = 60.0  # 30 heartbeats

    _running: ClassVar[set[WorkerRun]] = set()

    def __init__(self, job: Work, feedback: QgsProcessingFeedback) -> None:
        self._job = job
        self._feedback = feedback
        self._process = QProcess()
        self._on_main_thread = QThread.currentThread() == QCoreApplication.instance().thread()
        self._stdout, self._stderr = LineBuffer(), LineBuffer()
        self._log: deque[str] = deque(maxlen=KEPT_LINES)
        self._stage = ""
        self._pid = 0
        self._greeted = False
        self._heard = time.monotonic()
        self._result: Mapping[str, Any] | None = None
        self._error: WorkerFailed | None = None

    def execute(self) -> Mapping[str, Any]:
        """Run the job and return its result.

        Raises:
            Dis2Error: The run failed or was cancelled; nothing of it is left on the disk.
        """
        self._start()
        self._running.add(self)
        try:
            self._listen()
            self._stop(EXIT_GRACE_MS)
        except Cancelled:
            self._stop(CANCEL_GRACE_MS)
            self._drain()
            if self._result is None:  # else it was done just before
                raise
        finally:
            self._running.discard(self)
            self._stop(0)
            if self._result is None and self._error is None:
                remove_leftovers(self._job.targets, self._pid)
        return self._outcome()

    @classmethod
    def cancel_all(cls) -> None:
        """Cancel every run, from any thread; each ends in its own, within a second."""
        for run in list(cls._running):
            run._feedback.cancel()

    def _start(self) -> None:
        program = interpreter()
        self._process.setProgram(program)
        self._process.setArguments(worker_arguments())
        self._process.setProcessEnvironment(scrubbed_environment())
        self._process.start()
        if not self._process.waitForStarted():
            raise WorkerFailed(
                tr("'{}' cannot be started ({}).").format(program, self._process.errorString()),
                tr("Choose another Python under Settings > Options > DIS2 or in DIS2_PYTHON."),
            )
        self._pid = int(self._process.processId())
        self._process.write(self._job.to_json().encode("utf-8") + b"\n")

    def _listen(self) -> None:
        """Relay events until the worker has said its last word or is gone."""
        while self._result is None and self._error is None:
            if self._feedback.isCanceled():
                raise Cancelled(tr("Cancelled. Nothing was written."))
            self._process.waitForReadyRead(POLL_MS)
            if self._on_main_thread:
                QCoreApplication.processEvents()
            running = self._process.state() != QProcess.ProcessState.NotRunning
            self._drain()
            if not running:
                return
            if time.monotonic() - self._heard > self.SILENCE_SECONDS:
                raise WorkerFailed(
                    tr("The worker has not answered for {:g} seconds and was stopped.").format(self.SILENCE_SECONDS),
                    self._hint(),
                )

    def _drain(self) -> None:
        for line in self._stderr.feed(bytes(self._process.readAllStandardError())):
            self._note(line)
        for line in self._stdout.feed(bytes(self._process.readAllStandardOutput())):
            event = Event.from_line(line)
            if event is None:
                self._note(line)
            else:
                self._heard = time.monotonic()
                self._handle(event.type, event.data)

    def _note(self, line: str) -> None:
        """Keep and show a line that some library printed; nobody reads a very long one."""
        line = line[:LINE_LENGTH]
        self._log.append(line)
        self._feedback.pushDebugInfo(line)

    def _handle(self, kind: str, data: Mapping[str, Any]) -> None:
        text = in_words_of_qgis(str(data.get("text", "")))
        if kind == "progress":
            self._progress(data)
        elif kind == "hello":
            self._greeted = True
            self._pid = int(data.get("pid", self._pid))
            self._note(tr("Worker {}: {}").format(self._pid, self._process.program()))
        elif kind == "info":
            self._feedback.pushInfo(text)
        elif kind == "warning":
            self._feedback.pushWarning(text)
        elif kind == "result":
            self._result = data
        elif kind == "error":
            self._error = WorkerFailed(text, in_words_of_qgis(str(data.get("hint", ""))))

    def _progress(self, data: Mapping[str, Any]) -> None:
        self._feedback.setProgress(100.0 * float(data.get("fraction", 0.0)))
        stage = str(data.get("stage", ""))
        if stage and stage != self._stage:
            self._stage = stage
            self._feedback.setProgressText(stage.capitalize())

    def _stop(self, grace_ms: int) -> None:
        """End the worker: stdin's end asks for it, a kill follows."""
        if self._process.state() == QProcess.ProcessState.NotRunning:
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(grace_ms):
            self._process.kill()
            self._process.waitForFinished(EXIT_GRACE_MS)

    def _outcome(self) -> Mapping[str, Any]:
        if self._error is not None:
            raise self._error
        if self._result is None:
            raise WorkerFailed(self._death(), self._hint())
        return self._result

    def _death(self) -> str:
        code = self._process.exitCode()
        if self._process.exitStatus() == QProcess.ExitStatus.CrashExit:
            return tr("The worker crashed (signal {}).").format(code)
        return tr("The worker ended without a result (exit code {}).").format(code)

    def _hint(self) -> str:
        if self._greeted:
            hint = tr("The machine may be short of memory: try fewer windows at a time, or the device 'cpu'.")
        else:
            hint = tr("Is '{}' a Python 3.10 or newer?").format(self._process.program())
        if not self._log:
            return hint
        return "\n".join([hint, tr("Its last words:"), *list(self._log)[-SHOWN_LINES:]])


def run_job(job: Work, feedback: QgsProcessingFeedback) -> Mapping[str, Any]:
    """Run a job in a worker of its own and return its result. Raises as ``WorkerRun.execute`` does."""
    feedback.pushCommandInfo(job.to_json())
    try:
        return WorkerRun(job, feedback).execute()
    except ProtocolError as error:
        raise ProtocolError(error.message, tr("Install the DIS2 plugin again and restart QGIS.")) from error
