"""What the algorithms share: identity, help, and errors in the user's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qgis.core import QgsProcessingAlgorithm, QgsProcessingException, QgsProcessingParameterDefinition
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from ..dis2_core.errors import Dis2Error

_FOLDER = Path(__file__).resolve().parent.parent


class Dis2Algorithm(QgsProcessingAlgorithm):
    """Base of every algorithm; the class attributes are its identity.

    Attributes:
        ID: The part of the id after the colon; permanent.
        ICON: File name in ``icons``.
    """

    ID = ""
    ICON = "dis2.svg"

    def createInstance(self) -> Dis2Algorithm:
        """Return a fresh algorithm, as QGIS wants for every run."""
        return type(self)()

    def name(self) -> str:
        """The part of the id after the colon."""
        return self.ID

    def icon(self) -> QIcon:
        """The icon in the toolbox and the dialog."""
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        """The icon where QGIS draws it itself."""
        return str(_FOLDER / "icons" / self.ICON)

    def shortHelpString(self) -> str:
        """The help file of the algorithm; QGIS would make paragraphs of its line breaks."""
        return " ".join(self._help_file().read_text(encoding="utf-8").split())

    def helpUrl(self) -> str:
        """The same file for the button *Help*, which else leads to a page of QGIS's own that does not exist."""
        return QUrl.fromLocalFile(str(self._help_file())).toString()

    def _help_file(self) -> Path:
        return _FOLDER / "help" / f"{self.ID}.html"

    def add(self, definition: QgsProcessingParameterDefinition, text: str, *, advanced: bool = False) -> None:
        """Add a parameter with its help."""
        definition.setHelp(text)
        if advanced:
            definition.setFlags(definition.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(definition)


@contextmanager
def reported_errors() -> Iterator[None]:
    """Turn our errors into the one that QGIS shows as a message, without a traceback."""
    try:
        yield
    except Dis2Error as error:
        raise QgsProcessingException(str(error)) from error
