"""QGIS's own dialog of an algorithm, with a button that ends a training early and keeps what it has."""

from __future__ import annotations

from processing.gui.AlgorithmDialog import AlgorithmDialog
from qgis.core import QgsProcessingAlgorithm
from qgis.PyQt.QtWidgets import QDialogButtonBox, QPushButton, QWidget

from ..words.progress import ask_for_what_there_is, begin_anew
from ..words.translation import tr


class TrainDialog(AlgorithmDialog):
    """Adds *Stop and keep the best*, which works while a run lasts.

    Args:
        algorithm: The algorithm.
        parent: QGIS's window.
    """

    def __init__(self, algorithm: QgsProcessingAlgorithm, parent: QWidget | None = None) -> None:
        super().__init__(algorithm, parent=parent)
        self.keep_button = QPushButton(tr("Stop and keep the best"))
        self.keep_button.setToolTip(tr("Ends training now; the best model so far is tested and saved"))
        self.keep_button.setEnabled(False)
        self.keep_button.clicked.connect(self._keep)
        self.buttonBox().addButton(self.keep_button, QDialogButtonBox.ButtonRole.ResetRole)  # on the left
        self.updateRunButtonVisibility()  # the box has shown all of its buttons

    def blockAdditionalControlsWhileRunning(self) -> None:
        """A run begins."""
        super().blockAdditionalControlsWhileRunning()
        begin_anew(self.feedback)
        self.keep_button.setEnabled(True)

    def resetAdditionalGui(self) -> None:
        """A run has ended."""
        super().resetAdditionalGui()
        self.keep_button.setEnabled(False)
        if self.feedback is not None:
            begin_anew(self.feedback)

    def _keep(self) -> None:
        self.keep_button.setEnabled(False)
        self.feedback.pushInfo(tr("Training ends after this step; the best model so far is tested and saved."))
        ask_for_what_there_is(self.feedback)
