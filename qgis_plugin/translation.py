"""Text for people, in their language and in the words of the dialog."""

from __future__ import annotations

import re

from qgis.PyQt.QtCore import QCoreApplication


def tr(text: str) -> str:
    """Translate a literal; values are put in afterwards with ``format``."""
    return QCoreApplication.translate("DIS2", text)


def in_words_of_qgis(text: str) -> str:
    """Name parameters where the worker's advice names options of the command line."""
    labels = {
        "--bands": tr("'… raster: bands'"),
        "--extent": tr("'Extent'"),
        "--grid": tr("'Output pixels'"),
        "--scale": tr("'Scale of values'"),
    }
    return re.sub("|".join(labels), lambda option: labels[option[0]], text)
