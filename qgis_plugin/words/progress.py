"""Progress and cancel of one stretch of a run, for QGIS's writers and GDAL's algorithms alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from qgis.core import QgsProcessingFeedback, QgsProcessingMultiStepFeedback, QgsRasterBlockFeedback
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QCoreApplication, Qt, QThread

from ..dis2_core.contract.errors import Cancelled
from .translation import tr


class Part(QgsProcessingMultiStepFeedback):
    """The feedback of a run, of whose progress bar a part moves from ``start`` to ``end`` (0 to 1)."""

    def __init__(self, feedback: QgsProcessingFeedback, start: float, end: float) -> None:
        super().__init__(1, feedback)
        self._whole, self._start, self._end = feedback, start, end
        if feedback.isCanceled():
            self.cancel()

    @property
    def whole(self) -> QgsProcessingFeedback:
        """The feedback of the run."""
        return self._whole

    def setProgress(self, percent: float) -> None:
        """Move the part of the bar; all callers are ours and in Python."""
        self._whole.setProgress(100 * self._start + (self._end - self._start) * percent)


#: Addresses of the feedback of runs that are to end early with what they have. QGIS hands a run's feedback from thread
#: to thread, in a new object of Python's, and has no such wish of its own.
_ENOUGH: set[int] = set()


def begin_anew(feedback: QgsProcessingFeedback) -> None:
    """Take back what was wished: a later run may have its feedback at the same address."""
    _ENOUGH.discard(_address(feedback))


def ask_for_what_there_is(feedback: QgsProcessingFeedback) -> None:
    """Wish that a run ends early with what it has; from any thread."""
    _ENOUGH.add(_address(feedback))


def wants_no_more(feedback: QgsProcessingFeedback) -> bool:
    """Whether that is wished of the run that a feedback, or the whole of which it is a part, belongs to."""
    return _address(feedback) in _ENOUGH


def _address(feedback: QgsProcessingFeedback) -> int:
    while isinstance(feedback, Part):
        feedback = feedback.whole
    return sip.unwrapinstance(feedback)


def on_main_thread() -> bool:
    """Whether this is the thread of the windows: scripts and the batch dialog run algorithms there."""
    return QThread.currentThread() == QCoreApplication.instance().thread()


def check_cancelled(feedback: QgsProcessingFeedback) -> None:
    """Raise Cancelled where the person has stopped the run; lets the click arrive."""
    if on_main_thread():
        QCoreApplication.processEvents()
    if feedback.isCanceled():
        raise Cancelled(tr("Cancelled."))


def gdal_callback(feedback: QgsProcessingFeedback) -> Callable[..., int]:
    """A progress function for GDAL, which stops where it returns 0."""

    def tell(fraction: float, message: str = "", data: object = None) -> int:
        feedback.setProgress(100 * fraction)
        if on_main_thread():
            QCoreApplication.processEvents()
        return int(not feedback.isCanceled())

    return tell


@contextmanager
def block_feedback(feedback: QgsProcessingFeedback) -> Iterator[QgsRasterBlockFeedback]:
    """A feedback for QGIS's raster pipe. This thread has no event loop: signals go straight."""
    blocks = QgsRasterBlockFeedback()
    tell = gdal_callback(feedback)
    direct = Qt.ConnectionType.DirectConnection
    blocks.progressChanged.connect(lambda percent: tell(percent / 100), direct)
    feedback.canceled.connect(blocks.cancel, direct)
    try:
        yield blocks
    finally:
        feedback.canceled.disconnect(blocks.cancel)
