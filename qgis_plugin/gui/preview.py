"""A quick look: the algorithm on the middle of the map view, as a layer that the next look replaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from qgis.core import (
    QgsApplication,
    QgsCoordinateTransformContext,
    QgsLayerTreeGroup,
    QgsProcessingAlgorithm,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsReferencedRectangle,
)
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ..dis2_core.contract.card import ModelCard
from ..layers.crs import metres_per_unit
from ..words.translation import tr

WINDOWS_A_SIDE = 4  # of the network, which takes seconds on a CPU
OVERLAP = 0.25
PROPERTY = "dis2/preview"  # marks the group


class PreviewFeedback(QgsProcessingFeedback):
    """Keeps what a person must know of; the log is for real runs."""

    def __init__(self) -> None:
        super().__init__(False)
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def reportError(self, error: str, fatalError: bool = False) -> None:
        """Keep an error."""
        self.problems.append(error)

    def pushWarning(self, warning: str) -> None:
        """Keep a warning."""
        self.warnings.append(warning)


class Preview(QObject):
    """One run of the algorithm on a small region.

    Signals:
        progressed: Percent.
        ended: Whether there is a map, and what to tell the person; empty where it was cancelled.
    """

    progressed = pyqtSignal(float)
    ended = pyqtSignal(bool, str)

    _running: ClassVar[set[Preview]] = set()  # a task does not keep its context

    def __init__(self, algorithm: QgsProcessingAlgorithm, parameters: Mapping[str, Any], name: str) -> None:
        super().__init__()
        self._name = name
        self._path = QgsProcessingUtils.generateTempFilename("preview.tif")
        self._parameters = {**parameters, "OUTPUT": self._path, "OVERLAP": OVERLAP}
        self._feedback = PreviewFeedback()
        self._feedback.progressChanged.connect(self.progressed)
        self._context = QgsProcessingContext()
        self._context.setProject(QgsProject.instance())
        self._context.setFeedback(self._feedback)
        self._algorithm = algorithm

    def start(self) -> None:
        """Begin, in the background."""
        self._running.add(self)
        task = QgsProcessingAlgRunnerTask(self._algorithm, self._parameters, self._context, self._feedback)
        task.executed.connect(self._finish)
        if task.isCanceled():  # it could not even be prepared
            self._finish(False, {})
        else:
            QgsApplication.taskManager().addTask(task)

    def cancel(self) -> None:
        """Stop; ``ended`` follows."""
        self._feedback.cancel()

    def _finish(self, successful: bool, results: Mapping[str, Any]) -> None:
        self._running.discard(self)
        if successful:
            show(self._path, self._name)
            self.ended.emit(True, " ".join(self._feedback.warnings))
        else:
            self.ended.emit(False, "" if self._feedback.isCanceled() else " ".join(self._feedback.problems))


def preview_region(
    view: QgsReferencedRectangle, card: ModelCard, transforms: QgsCoordinateTransformContext
) -> tuple[QgsReferencedRectangle, bool]:
    """Return the middle of a view that a preview shows, and whether that is less than the view.

    Raises:
        GridMismatch: The view's CRS says nothing about the ground.
    """
    centre = view.center()
    across, down = metres_per_unit(view.crs(), centre, transforms)
    height, width = (WINDOWS_A_SIDE * side * card.gsd for side in card.window)
    largest = QgsRectangle.fromCenterAndSize(centre, width / across, height / down)
    region = largest.intersect(view)
    return QgsReferencedRectangle(region, view.crs()), region.area() < 0.99 * view.area()


def show(path: str, name: str) -> None:
    """Put a map on top of the project, instead of the preview before."""
    project = QgsProject.instance()
    group = _group(project)
    project.removeMapLayers([node.layerId() for node in group.findLayers()])
    layer = QgsRasterLayer(path, name)
    project.addMapLayer(layer, False)
    group.addLayer(layer)


def _group(project: QgsProject) -> QgsLayerTreeGroup:
    root = project.layerTreeRoot()
    for group in root.findGroups():
        if group.customProperty(PROPERTY):
            return group
    group = root.insertGroup(0, tr("DIS2 preview"))
    group.setCustomProperty(PROPERTY, True)
    return group
