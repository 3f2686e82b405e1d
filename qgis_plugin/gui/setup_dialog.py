"""QGIS's own dialog of the set-up, whose log ends with what a person wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from processing.gui.AlgorithmDialog import AlgorithmDialog
from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from ..words.translation import tr

REPORT = "'DIAGNOSIS':"  # in QGIS's list of all results


class SetupDialog(AlgorithmDialog):
    """Leaves the diagnosis, a page of text, out of the log, and says last where the models run."""

    def createFeedback(self) -> QgsProcessingFeedback:
        """Return the feedback of a run, which passes over the list of results that holds the diagnosis."""
        feedback = super().createFeedback()
        push = feedback.pushCommandInfo
        feedback.pushCommandInfo = lambda text: None if REPORT in text else push(text)
        return feedback

    def finish(
        self,
        successful: bool,
        result: Mapping[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        in_place: bool = False,
    ) -> None:
        """End as QGIS does, and then with the line."""
        super().finish(successful, result, context, feedback, in_place)
        if successful and result.get("DEVICE_USED"):
            device = tr("the graphics card") if result["DEVICE_USED"] == "cuda" else tr("the CPU")
            self.pushInfo(tr("The models run on {}.").format(device))
