"""A set-up in the background, which goes on when the page that started it is closed."""

from __future__ import annotations

from typing import Any, Optional

from qgis.core import QgsApplication, QgsProcessingAlgRunnerTask, QgsProcessingContext, QgsProcessingFeedback
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..algorithms.setupruntime import SetupRuntimeAlgorithm


class _Feedback(QgsProcessingFeedback):
    """Passes messages from the thread of the algorithm to that of the window."""

    message = pyqtSignal(str, str)
    stage = pyqtSignal(str)

    def setProgressText(self, text: str) -> None:
        self.stage.emit(text)

    def pushInfo(self, text: str) -> None:
        self.message.emit("info", text)

    def pushWarning(self, text: str) -> None:
        self.message.emit("warning", text)

    def pushCommandInfo(self, text: str) -> None:
        self.message.emit("command", text)

    def pushConsoleInfo(self, text: str) -> None:
        self.message.emit("output", text)

    def pushDebugInfo(self, text: str) -> None:
        self.message.emit("output", text)

    def reportError(self, error: str, fatalError: bool = False) -> None:
        self.message.emit("error", error)


class SetupRun(QObject):
    """One run of ``dis2:setupruntime`` among QGIS's tasks.

    Args:
        parameters: Those of the algorithm.

    Attributes:
        current: The run in progress; None where there is none.
        lines: What it has said so far, as (kind, text).
        results: Outputs of the algorithm, once it has succeeded.
    """

    current: Optional[SetupRun] = None

    message = pyqtSignal(str, str)
    stage = pyqtSignal(str)
    progress = pyqtSignal(float)
    finished = pyqtSignal(bool)

    def __init__(self, parameters: dict[str, Any]) -> None:
        super().__init__()
        self.parameters = parameters
        self.lines: list[tuple[str, str]] = []
        self.results: dict[str, Any] = {}
        self._context = QgsProcessingContext()
        self._feedback = _Feedback(False)
        self._feedback.message.connect(self._keep)
        self._feedback.stage.connect(self.stage)
        self._feedback.progressChanged.connect(self.progress)
        self._algorithm = SetupRuntimeAlgorithm()
        self._algorithm.initAlgorithm()

    def start(self) -> None:
        """Begin; there is one run at a time."""
        SetupRun.current = self
        task = QgsProcessingAlgRunnerTask(self._algorithm, self.parameters, self._context, self._feedback)
        task.executed.connect(self._end)
        QgsApplication.taskManager().addTask(task)

    def cancel(self) -> None:
        """Ask it to stop; the program that runs is killed at once, removing what it wrote may take seconds."""
        self._feedback.cancel()

    def is_cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._feedback.isCanceled()

    def _keep(self, kind: str, text: str) -> None:
        self.lines.append((kind, text))
        self.message.emit(kind, text)

    def _end(self, succeeded: bool, results: dict[str, Any]) -> None:
        self.results = dict(results)
        SetupRun.current = None
        self.finished.emit(succeeded)
