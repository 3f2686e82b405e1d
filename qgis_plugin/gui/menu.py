"""DIS2 in QGIS's window: an entry of the menu Raster, a button, and a word of welcome once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis import processing
from qgis.core import Qgis, QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QDesktopServices, QIcon
from qgis.PyQt.QtWidgets import QAction, QMenu, QPushButton, QToolButton

from ..words.translation import tr

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

WELCOMED = "dis2/welcomed"  # setting: whether the word of welcome was said in this profile
SEGMENT, SETUP = "dis2:segment", "dis2:setupruntime"


class Menu:
    """The entries and the button. The button's bar can be hidden under *View › Toolbars* like any other.

    Args:
        iface: QGIS's window.
        icon: Of DIS2.
    """

    def __init__(self, iface: QgisInterface, icon: QIcon) -> None:
        self._iface = iface
        self.menu = QMenu("DIS2")
        self.menu.setIcon(icon)
        for algorithm, text in _entries().items():
            self._add(text, lambda _=False, algorithm=algorithm: open_dialog(algorithm), _icon(algorithm))
        self.menu.addSeparator()
        self._add(tr("Help"), lambda _=False: open_help(), QgsApplication.getThemeIcon("/mActionHelpContents.svg"))
        iface.rasterMenu().addMenu(self.menu)
        self.bar = iface.addToolBar("DIS2")
        self.bar.setObjectName("Dis2ToolBar")
        button = QToolButton()
        button.setIcon(icon)
        button.setToolTip("DIS2")
        button.setMenu(self.menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.bar.addWidget(button)

    def _add(self, text: str, run: object, icon: QIcon) -> None:
        action = QAction(icon, text, self.menu)
        action.triggered.connect(run)
        self.menu.addAction(action)

    def remove(self) -> None:
        """Take all of it back."""
        self._iface.rasterMenu().removeAction(self.menu.menuAction())
        self.menu.deleteLater()
        self._iface.mainWindow().removeToolBar(self.bar)
        self.bar.deleteLater()


def welcome(iface: QgisInterface, is_ready: bool) -> None:
    """Say where DIS2 is and what comes first, once in a profile.

    Args:
        iface: QGIS's window.
        is_ready: Whether there is a Python that runs the models.
    """
    settings = QgsSettings()
    if settings.value(WELCOMED, False, type=bool):
        return
    settings.setValue(WELCOMED, True)
    first = tr("First set up the runtime, once; then look in the menu Raster.")
    message = iface.messageBar().createMessage("DIS2", tr("Look in the menu Raster.") if is_ready else first)
    algorithm = SEGMENT if is_ready else SETUP
    button = QPushButton(_entries()[algorithm])
    button.clicked.connect(lambda: (open_dialog(algorithm), iface.messageBar().popWidget(message)))
    message.layout().addWidget(button)
    iface.messageBar().pushWidget(message, Qgis.MessageLevel.Info)


def open_dialog(algorithm: str) -> None:
    """Open an algorithm's dialog, as a double click in the toolbox does."""
    dialog = processing.createAlgorithmDialog(algorithm)
    if dialog is not None:
        dialog.show()


def open_help() -> None:
    """Open the page of the segmentation, which everything else leads to."""
    algorithm = QgsApplication.processingRegistry().algorithmById(SEGMENT)
    if algorithm is not None:
        QDesktopServices.openUrl(QUrl(algorithm.helpUrl()))


def _entries() -> dict[str, str]:
    """The entries by algorithm, in the order in which a person needs them."""
    return {
        SEGMENT: tr("Segment…"),
        "dis2:whatif": tr("What if…"),
        "dis2:trainmodel": tr("Train…"),
        SETUP: tr("Set up the runtime…"),
        "dis2:democity": tr("Demonstration city…"),
    }


def _icon(algorithm: str) -> QIcon:
    found = QgsApplication.processingRegistry().algorithmById(algorithm)
    return found.icon() if found is not None else QIcon()
