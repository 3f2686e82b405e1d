"""How far a set-up is, and what it says."""

from __future__ import annotations

from html import escape

from qgis.core import QgsApplication
from qgis.PyQt.QtGui import QFontDatabase
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QProgressBar, QPushButton

from ..words.colours import text_colour
from ..words.translation import tr


class ProgressLine(QHBoxLayout):
    """What is done and how far it is, with what can be done about it.

    Attributes:
        stage: What is done.
        cancel: The button that stops it.
        copy: The button for a diagnosis.
    """

    def __init__(self) -> None:
        super().__init__()
        self._bar, self.stage = QProgressBar(), QLabel()
        self._bar.setRange(0, 100)
        self.stage.setMinimumWidth(1)  # a long text is cut off rather than widening the page
        self.cancel = QPushButton(tr("Cancel"))
        self.copy = QPushButton(QgsApplication.getThemeIcon("/mActionEditCopy.svg"), tr("Copy diagnosis"))
        self.copy.setToolTip(tr("A report to paste into an issue, without names of people and passwords"))
        self.addWidget(self.stage, 2)
        self.addWidget(self._bar, 1)
        self.addWidget(self.cancel)
        self.addWidget(self.copy)

    def show_percent(self, percent: float) -> None:
        """Show how far it is."""
        self._bar.setValue(int(percent))

    def show_running(self, running: bool) -> None:
        """Offer to stop what runs, or a diagnosis where nothing does."""
        self.copy.setEnabled(not running)
        self.cancel.setVisible(running)
        self._bar.setVisible(running)


class LogView(QPlainTextEdit):
    """What a set-up says, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setMaximumBlockCount(5_000)
        self.setMinimumHeight(90)
        self.setPlaceholderText(tr("What a set-up does is shown here. It goes on if you close this window."))

    def say(self, kind: str, text: str) -> None:
        """Show a message: programs plain and indented, warnings and errors so that they are seen."""
        lines = "<br>".join(escape(line) for line in text.splitlines())
        if colour := text_colour(kind, self):
            self.appendHtml(f'<b style="color: {colour}">{lines}</b>')
        else:
            self.appendPlainText({"output": "    ", "command": "$ "}.get(kind, "") + text)
