"""The Processing provider ``dis2``."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .algorithms.democity import DemoCityAlgorithm
from .algorithms.evaluate import EvaluateAlgorithm
from .algorithms.labellayer import LabelLayerAlgorithm
from .algorithms.modelinfo import ModelInfoAlgorithm
from .algorithms.ndsm import NdsmAlgorithm
from .algorithms.samplepoints import SamplePointsAlgorithm
from .algorithms.segment import SegmentAlgorithm
from .algorithms.setupruntime import SetupRuntimeAlgorithm
from .algorithms.trainmodel import TrainModelAlgorithm
from .algorithms.whatif import WhatIfAlgorithm
from .dis2_core.contract.version import __version__

ICON = str(Path(__file__).parent / "icons" / "dis2.svg")


class Dis2Provider(QgsProcessingProvider):
    """Always registered and complete, also where torch is nowhere: algorithms say what they lack."""

    def id(self) -> str:
        """The part of an algorithm's id before the colon; permanent."""
        return "dis2"

    def name(self) -> str:
        """The name in the toolbox."""
        return "DIS2"

    def longName(self) -> str:
        """The name with its version."""
        return f"DIS2 {__version__}"

    def versionInfo(self) -> str:
        """The version of plugin and library, which are one."""
        return __version__

    def icon(self) -> QIcon:
        """The icon in the toolbox."""
        return QIcon(ICON)

    def svgIconPath(self) -> str:
        """The icon where QGIS draws it itself."""
        return ICON

    def loadAlgorithms(self) -> None:
        """Add every algorithm."""
        self.addAlgorithm(SegmentAlgorithm())
        self.addAlgorithm(LabelLayerAlgorithm())
        self.addAlgorithm(TrainModelAlgorithm())
        self.addAlgorithm(EvaluateAlgorithm())
        self.addAlgorithm(SamplePointsAlgorithm())
        self.addAlgorithm(WhatIfAlgorithm())
        self.addAlgorithm(NdsmAlgorithm())
        self.addAlgorithm(ModelInfoAlgorithm())
        self.addAlgorithm(DemoCityAlgorithm())
        self.addAlgorithm(SetupRuntimeAlgorithm())

    def supportedOutputRasterLayerExtensions(self) -> list[str]:
        """GeoTIFF alone: it carries the colour table, class names and provenance."""
        return ["tif", "tiff"]

    def defaultRasterFileExtension(self) -> str:
        """The extension of temporary outputs."""
        return "tif"

    def supportsNonFileBasedOutput(self) -> bool:
        """Rasters are files; polygons and tables may be layers in memory."""
        return True
