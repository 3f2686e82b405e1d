"""QGIS's main window, and Processing's dialogs as a person uses them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import processing
from qgis.core import (
    QgsLayerTreeGroup,
    QgsLayerTreeNode,
    QgsMapLayer,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
)
from qgis.gui import QgisInterface
from qgis.PyQt.QtWidgets import QDialog, QDockWidget, QToolBar, QWidget

from .camera import Camera, Size, settle

WINDOW = (1060, 610)
TOOLBARS = ("mFileToolBar", "mMapNavToolBar")  # the others would only make the pictures larger
LAYERS_WIDTH = 510
TEMPORARY = "TEMPORARY_OUTPUT"


@dataclass(frozen=True)
class Run:
    """What came of an algorithm.

    Attributes:
        seconds: From *Run* to the loaded layers.
        results: Its outputs by name.
    """

    seconds: float
    results: Mapping[str, Any]


class RunFailed(RuntimeError):
    """An algorithm of the tour did not work."""


class Desk:
    """The window in which the tour takes place.

    Args:
        iface: QGIS.
        camera: For pictures of it.
    """

    def __init__(self, iface: QgisInterface, camera: Camera) -> None:
        self.iface, self.camera = iface, camera
        self.window = iface.mainWindow()
        self.window.resize(*WINDOW)
        self.window.statusBar().hide()  # whose fields do not fit into a window of this size
        for bar in self.window.findChildren(QToolBar):
            bar.setVisible(bar.objectName() in TOOLBARS)
        for dock in self.window.findChildren(QDockWidget):
            dock.setVisible(dock.objectName() == "Layers")
        settle()

    def dock(self, name: str) -> QDockWidget:
        """A panel by its object name."""
        return self.window.findChild(QDockWidget, name)

    def layer(self, name: str) -> QgsMapLayer:
        """The newest layer of a name."""
        root = QgsProject.instance().layerTreeRoot()
        layers = {node.name(): node.layer() for node in reversed(root.findLayers())}
        if name not in layers:
            raise KeyError(f"no layer {name!r} among {sorted(layers)}")
        return layers[name]

    def show(self, visible: Iterable[str], expanded: Iterable[str]) -> None:
        """Show some layers on the map and the legends of some in the tree.

        Args:
            visible: Names of layers; all others are switched off.
            expanded: Names of layers and groups; all others are folded.
        """
        visible, expanded = set(visible), set(expanded)
        root = QgsProject.instance().layerTreeRoot()
        self.dock("ResultsViewer").hide()
        for node in [*root.findGroups(True), *root.findLayers()]:
            node.setExpanded(node.name() in expanded)
            is_group = isinstance(node, QgsLayerTreeGroup)
            node.setItemVisibilityChecked(is_group or node.name() in visible)
        for node in root.findLayers():
            if node.name() in expanded:
                _expand_above(node)
        self.iface.setActiveLayer(self.layer(next(iter(visible))))

    def take(self, name: str, size: Size = WINDOW) -> None:
        """Picture the window, with all of the active layer on the map."""
        canvas, layer = self.iface.mapCanvas(), self.iface.activeLayer()
        self.window.resize(*size)
        self.window.resizeDocks([self.dock("Layers")], [LAYERS_WIDTH], 1)
        canvas.setDestinationCrs(layer.crs())
        settle()
        canvas.setExtent(layer.extent())
        canvas.refreshAllLayers()
        canvas.waitWhileRendering()
        self.iface.messageBar().clearWidgets()
        self.iface.layerTreeView().clearSelection()
        self.camera.take(self.window, name)

    def dialog(self, algorithm: str, parameters: Mapping[str, Any]) -> QDialog:
        """The dialog of an algorithm, filled in; its advanced parameters are folded."""
        dialog = processing.createAlgorithmDialog(algorithm, dict(parameters))
        dialog.show()
        fold(dialog)
        dialog.setParameters(dict(parameters))
        settle()
        return dialog

    def run(self, dialog: QDialog, picture: str = "", size: Size = (900, 520)) -> Run:
        """Press *Run*, wait, picture the log if that is wanted, and close the dialog."""
        ended: list[tuple[bool, Mapping[str, Any]]] = []
        dialog.algorithmFinished.connect(lambda successful, results: ended.append((successful, dict(results))))
        begun = time.monotonic()
        dialog.runAlgorithm()
        settle(lambda: ended)
        seconds = time.monotonic() - begun - 0.5
        log = dialog.findChild(QWidget, "txtLog").toPlainText()
        successful, results = ended[0]
        if not successful:
            raise RunFailed(log)
        if picture:
            dialog.showLog()
            self.camera.take(dialog, picture, size)
        close(dialog)
        return Run(round(seconds, 1), results)

    def run_batch(self, dialog: QDialog, targets: Sequence[Path]) -> Run:
        """Press *Run* in the dialog of a batch, which returns when all is done, and close it."""
        begun = time.monotonic()
        dialog.runAlgorithm()
        seconds = time.monotonic() - begun
        if missing := [path.name for path in targets if not path.is_file()]:
            raise RunFailed(f"the batch did not make {missing}")
        close(dialog)
        return Run(round(seconds, 1), {})


def _expand_above(node: QgsLayerTreeNode) -> None:
    """Unfold the groups that a node lies in."""
    while (node := node.parent()) is not None:
        node.setExpanded(True)


def temporary() -> QgsProcessingOutputLayerDefinition:
    """An optional output that is wanted, in a temporary file, on the map."""
    return QgsProcessingOutputLayerDefinition(TEMPORARY, QgsProject.instance())


def fold(dialog: QDialog) -> None:
    """Fold the advanced parameters."""
    for box in dialog.findChildren(QWidget, "grpAdvanced"):
        box.setProperty("collapsed", True)
    settle()


def close(*windows: QWidget) -> None:
    """Close windows for good."""
    for window in windows:
        window.close()
        window.deleteLater()
    settle()
