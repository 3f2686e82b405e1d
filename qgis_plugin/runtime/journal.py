"""What a set-up says: to the person, and to the log that stays."""

from __future__ import annotations

import re
import time
from collections import deque
from pathlib import Path
from typing import Optional

from qgis.core import QgsProcessingFeedback

from ..dis2_core.contract.errors import Cancelled
from ..words.translation import tr

KEPT_LINES = 200
_CREDENTIALS = re.compile(r"(\w+://)[^/\s'\"]+@")


def redacted(text: str) -> str:
    """Return a text without the names and passwords of its addresses."""
    return _CREDENTIALS.sub(r"\1***@", text)


class Journal:
    """Feedback with a memory.

    Args:
        feedback: Shows messages and says when to stop.

    Attributes:
        last: The last lines.
    """

    def __init__(self, feedback: QgsProcessingFeedback) -> None:
        self.feedback = feedback
        self.last: deque[str] = deque(maxlen=KEPT_LINES)
        self._path: Optional[Path] = None

    def keep(self, path: Path) -> None:
        """Write what is said from now on to a file; the one before it stays beside it."""
        try:
            if path.exists():
                path.replace(path.with_name(f"{path.stem}.1{path.suffix}"))
        except OSError as error:  # Windows: somebody reads it; it goes on in the same file
            self.feedback.pushDebugInfo(str(error))
        self._path = path

    def info(self, text: str) -> None:
        """Tell what is done."""
        self.feedback.pushInfo(redacted(text))
        self.log(text)

    def warning(self, text: str) -> None:
        """Tell what is not as it was asked for."""
        self.feedback.pushWarning(redacted(text))
        self.log(tr("Warning: {}").format(text))

    def command(self, text: str) -> None:
        """Tell which program is started."""
        self.feedback.pushCommandInfo(redacted(text))
        self.log(f"$ {text}")

    def output(self, line: str) -> None:
        """Pass on a line that a program wrote."""
        self.feedback.pushConsoleInfo(redacted(line))
        self.log(line)

    def stage(self, percent: float, text: str) -> None:
        """Tell how far it is, and what comes next."""
        self.check()
        self.feedback.setProgress(percent)
        self.feedback.setProgressText(text)
        self.info(text)

    def check(self) -> None:
        """Stop here if the person wants that.

        Raises:
            Cancelled: They do.
        """
        if self.feedback.isCanceled():
            raise Cancelled(tr("Cancelled. An earlier runtime is as it was."))

    def log(self, text: str) -> None:
        """Keep a line. A disk that is full has told so elsewhere, and must not hide that."""
        line = f"{time.strftime('%H:%M:%S')} {redacted(text)}"
        self.last.append(line)
        if self._path is None:
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        except OSError as error:
            self._path = None
            self.feedback.pushDebugInfo(str(error))
