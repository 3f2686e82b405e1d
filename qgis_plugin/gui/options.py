"""The page under Settings > Options: which Python runs the models."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsSettings
from qgis.gui import QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QFormLayout, QLabel, QWidget

from ..runtime import SETTING, VARIABLE
from ..translation import tr

_ICON = Path(__file__).resolve().parent.parent / "icons" / "dis2.svg"


class OptionsPage(QgsOptionsPageWidget):
    """One field: the interpreter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._python = QgsFileWidget()
        self._python.setDialogTitle(tr("Python that runs the models"))
        self._python.setFilePath(str(QgsSettings().value(SETTING, "") or ""))
        text = tr(
            "A Python 3.10 or newer that has torch, rasterio, pyproj and safetensors, for example that of a "
            "virtual environment. It runs in a process of its own; QGIS's own Python is left alone. "
            "Empty: what the environment variable {} names."
        )
        explanation = QLabel(text.format(VARIABLE))
        explanation.setWordWrap(True)
        form = QFormLayout(self)
        form.addRow(explanation)
        form.addRow(tr("Python"), self._python)

    def apply(self) -> None:
        """Store what was chosen."""
        QgsSettings().setValue(SETTING, self._python.filePath().strip())


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page when the options open."""

    def __init__(self) -> None:
        super().__init__("DIS2", QIcon(str(_ICON)))

    def icon(self) -> QIcon:
        """The icon in the list of pages."""
        return QIcon(str(_ICON))

    def createWidget(self, parent: QWidget | None = None) -> OptionsPage:
        """Return a fresh page."""
        return OptionsPage(parent)
