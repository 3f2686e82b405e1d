"""Pictures of windows of a running QGIS, and the patience that they need."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from qgis.PyQt.QtCore import QObject, QTimer
from qgis.PyQt.QtWidgets import QApplication, QDialog, QLineEdit, QTextEdit, QWidget

Size = tuple[int, int]  # width and height in pixels

PATIENCE = 1800.0  # seconds that a run may take on a busy machine


class TooSlow(RuntimeError):
    """What was waited for did not happen."""


def settle(done: Callable[[], object] = lambda: True, patience: float = PATIENCE) -> None:
    """Let QGIS work until something is done, and half a second longer."""
    end = time.monotonic() + patience
    while not done():
        if time.monotonic() > end:
            raise TooSlow(f"nothing happened within {patience:g} s")
        _work(0.02)
    _work(0.5)


def _work(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)


class Camera:
    """Writes what windows show as PNG files.

    Args:
        folder: For the pictures.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, widget: QWidget, name: str, size: Size | None = None) -> None:
        """Show a window and save it.

        Args:
            widget: A window or a part of one.
            name: Of the picture, without its ending.
            size: Width and height in pixels, set once the window has restored its own of the last time.
        """
        widget.show()
        settle()
        if size:
            widget.resize(*size)
            settle()
        _show_beginnings(widget)
        path = self.folder / f"{name}.png"
        if not widget.grab().save(str(path)):
            raise OSError(f"{path} cannot be written")

    def take_modal(self, opening: Callable[[], object], name: str, prepare: Callable[[QDialog], Size]) -> None:
        """Save a dialog that ``opening`` runs until it is closed, and close it.

        Args:
            opening: Opens the dialog and returns when it is closed.
            name: Of the picture.
            prepare: Gets the dialog, puts it in order and returns the size that it is to have.
        """
        problems: list[Exception] = []

        def shoot() -> None:
            dialog = QApplication.activeModalWidget()
            try:
                self.take(dialog, name, prepare(dialog))
            except Exception as error:  # raised again below: here it would be lost in Qt
                problems.append(error)
            finally:
                dialog.reject()

        QTimer.singleShot(2000, shoot)
        opening()
        if problems:
            raise problems[0]


def _show_beginnings(widget: QObject) -> None:
    """Scroll every field to its beginning, logs to their end, and take the cursor out of them."""
    for field in widget.findChildren(QLineEdit):
        field.setCursorPosition(0)
        field.deselect()
    for page in widget.findChildren(QTextEdit):
        bar = page.verticalScrollBar()
        bar.setValue(bar.maximum() if page.objectName() == "txtLog" else 0)
    focused = QApplication.focusWidget()
    if focused is not None:
        focused.clearFocus()
    settle()
