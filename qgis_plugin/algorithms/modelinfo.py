"""A model's card as a page to read."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterFileDestination,
)

from ..dis2_core.contract.catalogue import ModelHeader, find_model, read_header, sha256
from ..models.named import model_card
from ..results.whole import whole_file
from ..words.card_page import card_page
from ..words.cards import input_texts
from ..words.translation import keywords, language, messages, tr
from .base import Dis2Algorithm, reported_errors


class ModelInfoAlgorithm(Dis2Algorithm):
    """Reads the card alone: needs neither the runtime nor a worker."""

    ID = "modelinfo"
    ICON = "modelinfo.svg"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("About a model")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Makes a page of what a model takes and gives, how good it is, its licence and origin.")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return keywords(
            tr(
                "model,card,model card,info,information,licence,license,classes,scores,accuracy,checksum,"
                "machine learning,deep learning,metadata,description,dis2"
            )
        )

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declare parameters and outputs."""
        self.add_model()
        page = QgsProcessingParameterFileDestination("OUTPUT", tr("Page"), fileFilter=tr("HTML files (*.html)"))
        self.add(page, tr("The page: one HTML file that needs no others."))
        facts = {
            "NAME": tr("Name"),
            "VERSION": tr("Version"),
            "INPUTS": tr("Inputs"),
            "CLASSES": tr("Classes"),
            "LICENSE": tr("Licence"),
            "SHA256": tr("SHA-256 of the file"),
        }
        self.add_outputs(QgsProcessingOutputString, facts)
        self.addOutput(QgsProcessingOutputNumber("GSD", tr("Pixel size in metres")))

    def read_parameters(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Refuse what is no model."""
        model_card(self.model(parameters, context))

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Write the page and return what it says in short."""
        output = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        with reported_errors():
            model_card(model := self.model(parameters, context))
            path = find_model(model)
            header, digest = read_header(path), sha256(path)
            page = card_page(header, path, digest, language() if messages(language()) else "en")
            with whole_file(Path(output)) as part:
                part.write_text(page, encoding="utf-8")
        return {"OUTPUT": output, **_facts(header, digest)}


def _facts(header: ModelHeader, digest: str) -> dict[str, Any]:
    """The outputs that are no page."""
    card = header.card
    return {
        "NAME": card.name,
        "VERSION": card.version,
        "INPUTS": "; ".join(input_texts(card)),
        "CLASSES": ", ".join(card.class_names),
        "LICENSE": card.license,
        "SHA256": digest,
        "GSD": card.gsd,
    }
