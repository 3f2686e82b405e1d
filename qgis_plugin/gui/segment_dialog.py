"""QGIS's own dialog of an algorithm, with a button that tries the model on the map view."""

from __future__ import annotations

from typing import Any

from processing.gui.AlgorithmDialog import AlgorithmDialog
from processing.gui.AlgorithmDialogBase import AlgorithmDialogBase
from qgis.core import Qgis, QgsProcessingAlgorithm, QgsProcessingContext, QgsProject, QgsReferencedRectangle
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtWidgets import QDialogButtonBox, QPushButton, QWidget
from qgis.utils import iface

from ..dis2_core.contract.errors import Dis2Error
from ..models.named import model_card
from ..words.cards import scenario_text
from ..words.numbers import filled
from ..words.translation import tr
from .preview import Preview, preview_region

MESSAGE_SECONDS = 10


class SegmentDialog(AlgorithmDialog):
    """Adds *Preview*, which goes on while the person changes parameters.

    Args:
        algorithm: The algorithm.
        parent: QGIS's window.
        canvas: The map view; None: that of QGIS's window.
    """

    def __init__(
        self, algorithm: QgsProcessingAlgorithm, parent: QWidget | None = None, canvas: QgsMapCanvas | None = None
    ) -> None:
        super().__init__(algorithm, parent=parent)
        self._canvas = canvas or (iface.mapCanvas() if iface else None)
        self._preview: Preview | None = None
        self._told = ""
        self.preview_button = QPushButton(tr("Preview"))
        self.preview_button.setToolTip(tr("Tries the model on the middle of the map view, as a temporary layer"))
        self.preview_button.setEnabled(self._canvas is not None)
        self.preview_button.clicked.connect(self._start_or_stop)
        self.buttonBox().addButton(self.preview_button, QDialogButtonBox.ButtonRole.ResetRole)  # on the left
        self.updateRunButtonVisibility()  # the box has shown all of its buttons
        self.rejected.connect(self._stop)

    def _start_or_stop(self) -> None:
        if self._preview is not None:
            self._stop()
            return
        self.messageBar().clearWidgets()
        try:
            self._start(self._parameters())
        except Dis2Error as error:
            self._tell(str(error), Qgis.MessageLevel.Warning)
        except AlgorithmDialogBase.InvalidParameterValue as error:
            text = tr("Wrong or missing value: {}").format(error.parameter.description())
            self._tell(text, Qgis.MessageLevel.Warning)

    def _stop(self) -> None:
        if self._preview is not None:
            self.preview_button.setEnabled(False)  # until it has ended
            self._preview.cancel()

    def _parameters(self) -> dict[str, Any]:
        """What the person has filled in, less the outputs."""
        outputs = {definition.name() for definition in self.algorithm().destinationParameterDefinitions()}
        parameters = self.createProcessingParameters()
        return {name: value for name, value in parameters.items() if name not in outputs}

    def _start(self, parameters: dict[str, Any]) -> None:
        algorithm, project = self.algorithm().create(), QgsProject.instance()
        card = model_card(str(parameters.get("MODEL", "")))
        settings = self._canvas.mapSettings()
        view = QgsReferencedRectangle(settings.visibleExtent(), settings.destinationCrs())
        parameters["EXTENT"], limited = preview_region(view, card, project.transformContext())
        self._told = tr("The preview shows the middle of the view.") if limited else ""
        context = QgsProcessingContext()
        context.setProject(project)
        acceptable, message = algorithm.checkParameterValues({**parameters, "OUTPUT": "preview.tif"}, context)
        if not acceptable:
            self._tell(message, Qgis.MessageLevel.Warning)
            return
        filled = [item.name for item in card.modalities if parameters.get(item.slot.upper())]
        name = tr("Preview ({})").format(scenario_text(card, filled))
        self._preview = Preview(algorithm, parameters, name)
        self._preview.progressed.connect(self._show_progress)
        self._preview.ended.connect(self._end)
        self._show_progress(0)
        self._preview.start()

    def _show_progress(self, percent: float) -> None:
        self.preview_button.setText(filled(tr("Stop preview ({:.0f} %)"), percent))

    def _end(self, successful: bool, text: str) -> None:
        self._preview = None
        self.preview_button.setText(tr("Preview"))
        self.preview_button.setEnabled(True)
        if successful:
            level = Qgis.MessageLevel.Warning if text else Qgis.MessageLevel.Success
            self._tell(" ".join(filter(None, [text, self._told])), level)
        elif text:
            self._tell(text, Qgis.MessageLevel.Critical)

    def _tell(self, text: str, level: Qgis.MessageLevel) -> None:
        if text:
            self.messageBar().pushMessage(text, level, MESSAGE_SECONDS)
