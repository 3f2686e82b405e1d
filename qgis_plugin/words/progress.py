"""Progress and cancel of one stretch of a run, for QGIS's writers and GDAL's algorithms alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from qgis.core import QgsProcessingFeedback, QgsProcessingMultiStepFeedback, QgsRasterBlockFeedback
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

    def setProgress(self, percent: float) -> None:
        """Move the part of the bar; all callers are ours and in Python."""
        self._whole.setProgress(100 * self._start + (self._end - self._start) * percent)


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
