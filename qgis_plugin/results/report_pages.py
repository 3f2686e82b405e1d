"""Reports in the language of QGIS: the worker writes them in English."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingFeedback

from ..dis2_core.contract.errors import Dis2Error
from ..dis2_core.contract.untrusted import read_text, refusals
from ..words.messages import translated_page
from ..words.translation import tr
from .whole import whole_file

LARGEST = 256 << 20  # bytes; a report holds pictures


def translate_report(path: str, feedback: QgsProcessingFeedback) -> None:
    """Write a report again in the language of QGIS; where that fails it stays in English, and the log says why."""
    try:
        with refusals(path):
            page = read_text(path, LARGEST)
        said = translated_page(page)
        if said != page:
            with whole_file(Path(path)) as part:
                part.write_text(said, encoding="utf-8")
    except Dis2Error as error:
        feedback.pushWarning(tr("The report stays in English: {}").format(error))
