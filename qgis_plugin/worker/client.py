"""The worker seen from QGIS: start, listen, stop, tidy up.

Used inside ``processAlgorithm``, in whose thread the ``QProcess`` lives. That is the main thread for
scripts and QGIS's batch dialog, whose Cancel button must go on working. Nothing here touches a layer
or the project.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from qgis.core import QgsProcessingFeedback, QgsSettings
from qgis.PyQt.QtCore import QProcess

from ..dis2_core.contract.errors import Cancelled, Dis2Error, ProtocolError
from ..dis2_core.contract.segment_job import ENOUGH, MAX_LINE, Event, Work
from ..runtime.interpreter import interpreter
from ..runtime.program import POLL_MS, await_news, ends_within
from ..runtime.variables import scrubbed_environment
from ..words.advice import in_words_of_qgis
from ..words.messages import stage_text
from ..words.numbers import filled
from ..words.progress import begin_anew, wants_no_more
from ..words.translation import tr
from .leftovers import remove_leftovers

DEBUG_SETTING = "dis2/debug"
PROGRAM = Path(__file__).with_name("process.py")
CANCEL_GRACE_MS = 500  # a cancelled worker tidies up itself, or is killed: together below a second
EXIT_GRACE_MS = 5_000
KEPT_LINES = 200
SHOWN_LINES = 15
LINE_LENGTH = 2_000  # characters
_NO_LABELS: Mapping[str, str] = {}
MAX_SHOWN = 2_000_000  # characters: QGIS keeps the log of a run in memory, twice
LINE_COST = 100  # characters that every line counts beside its own: the log takes time, too


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
        labels: What the dialog calls the fields of the inputs, by the job's names.

    Attributes:
        SILENCE_SECONDS: How long the worker may say nothing, not even a heartbeat.
    """

    SILENCE_SECONDS = 60.0  # 30 heartbeats

    _running: ClassVar[set[WorkerRun]] = set()

    def __init__(self, job: Work, feedback: QgsProcessingFeedback, labels: Mapping[str, str] = _NO_LABELS) -> None:
        self._job = job
        self._labels = labels
        self._feedback = feedback
        self._process = QProcess()
        self._stdout, self._stderr = LineBuffer(), LineBuffer()
        self._log: deque[str] = deque(maxlen=KEPT_LINES)
        self._shown = 0
        self._stage = ""
        self._progress: Mapping[str, Any] | None = None
        self._pid = 0
        self._greeted = False
        self._is_enough = False
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
            if self._result is None:  # else it was done just before
                raise
        finally:
            begin_anew(self._feedback)
            self._running.discard(self)
            self._kill()
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
            if not self._is_enough and wants_no_more(self._feedback):
                self._is_enough = True
                self._process.write(f"{ENOUGH}\n".encode())
            running = await_news(self._process, POLL_MS)
            self._drain()
            if not running:
                return
            if time.monotonic() - self._heard > self.SILENCE_SECONDS:
                raise WorkerFailed(
                    filled(tr("The worker has not answered for {:g} seconds and was stopped."), self.SILENCE_SECONDS),
                    self._hint(),
                )

    def _drain(self) -> None:
        """Relay what was said since the last turn of the event loop: what fits into a pipe."""
        for line in self._stderr.feed(bytes(self._process.readAllStandardError())):
            self._note(line)
        for line in self._stdout.feed(bytes(self._process.readAllStandardOutput())):
            event = Event.from_line(line)
            if event is None:
                self._note(line)
            else:
                self._heard = time.monotonic()
                self._handle(event.type, event.data)
        self._show_progress()

    def _note(self, line: str) -> None:
        """Keep and show a line that some library printed."""
        self._log.append(line[:LINE_LENGTH])
        self._show(line, self._feedback.pushDebugInfo)

    def _show(self, text: str, push: Callable[[str], None]) -> None:
        """Show a message; nobody reads a very long one, or very many."""
        if self._shown > MAX_SHOWN:
            return
        text = text[:LINE_LENGTH]
        self._shown += len(text) + LINE_COST
        push(text)
        if self._shown > MAX_SHOWN:
            self._feedback.pushWarning(tr("The worker talks too much: what it says from here on is not shown."))

    def _say(self, text: str, push: Callable[[str], None]) -> None:
        """Show what the library says, in the words of the toolbox."""
        if self._shown <= MAX_SHOWN:
            self._show(in_words_of_qgis(text[:LINE_LENGTH], self._labels), push)

    def _handle(self, kind: str, data: Mapping[str, Any]) -> None:
        if kind == "progress":
            self._progress = data
        elif kind == "hello":
            self._greeted = True
            self._pid = data.get("pid", self._pid)
            self._note(tr("Worker {}: {}").format(self._pid, self._process.program()))
        elif kind == "info":
            self._say(data["text"], self._feedback.pushInfo)
        elif kind == "warning":
            self._say(data["text"], self._feedback.pushWarning)
        elif kind == "result" and self._error is None:
            self._result = data
        elif kind == "error" and self._result is None:
            text, hint = (in_words_of_qgis(data.get(key, ""), self._labels) for key in ("text", "hint"))
            self._error = WorkerFailed(text, hint)

    def _show_progress(self) -> None:
        """Show the last progress that was told: those before it are past."""
        if self._progress is None:
            return
        self._feedback.setProgress(100.0 * self._progress["fraction"])
        stage = self._progress["stage"][:LINE_LENGTH]
        if stage and stage != self._stage:
            self._stage = stage
            self._feedback.setProgressText(stage_text(stage))
        self._progress = None

    def _stop(self, grace_ms: int) -> None:
        """End the worker: stdin's end asks for it, a kill follows."""
        self._process.closeWriteChannel()
        if not ends_within(self._process, grace_ms, self._drain):
            self._kill()
        self._drain()

    def _kill(self) -> None:
        """End a worker that is still there at once; what it says is of no interest any more."""
        self._process.kill()
        ends_within(self._process, EXIT_GRACE_MS, self._discard)

    def _discard(self) -> None:
        self._process.readAllStandardOutput()
        self._process.readAllStandardError()

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


def shows_jobs() -> bool:
    """Whether jobs stand in the log as the worker gets them, for ``dis2 run``: people read the log, as a rule."""
    return bool(os.environ.get("DIS2_DEBUG")) or QgsSettings().value(DEBUG_SETTING, False, type=bool)


def run_job(job: Work, feedback: QgsProcessingFeedback, labels: Mapping[str, str] = _NO_LABELS) -> Mapping[str, Any]:
    """Run a job in a worker of its own and return its result; see ``WorkerRun``. Raises as its ``execute`` does."""
    if shows_jobs():
        feedback.pushCommandInfo(job.to_json())
    try:
        return WorkerRun(job, feedback, labels).execute()
    except ProtocolError as error:
        raise ProtocolError(error.message, tr("Install the DIS2 plugin again and restart QGIS.")) from error
