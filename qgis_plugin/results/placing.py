"""Results in the layer tree: named and grouped by scene and scenario."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsLayerTree,
    QgsLayerTreeGroup,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsSettings,
)

RANK = "dis2/rank"  # property of a node in the layer tree
RESULTS_GROUP = "Processing/Configuration/RESULTS_GROUP_NAME"  # of Processing # pragma: allowlist secret


@dataclass(frozen=True)
class Place:
    """Where a result goes in the layer tree.

    Attributes:
        group: Name of the group.
        name: Of the layer.
        rank: Layers of a lower rank lie above.
        insists: Whether the name stands although the layer is in a file that a person keeps, after which QGIS would
            name it. For files whose names nobody has chosen.
        label: How QGIS names it itself; empty: as ``name`` says. The output of a model has another, which stays.
    """

    group: str
    name: str
    rank: int
    insists: bool = False
    label: str = ""


class Finisher(QgsProcessingLayerPostProcessorInterface):
    """Puts a loaded result into its place and gives it its symbols; QGIS calls it on the main thread.

    Args:
        place: None: where QGIS has put the layer.
        renderer: Symbols; None: those of the style file beside the layer, which Processing passes over.
        name: Empty: the one that QGIS has given it.
    """

    _waiting: ClassVar[set[Finisher]] = set()  # QGIS keeps the C++ half alone, without the method below

    def __init__(self, place: Place | None, renderer: QgsCategorizedSymbolRenderer | None, name: str = "") -> None:
        super().__init__()
        self._place, self._renderer, self._name = place, renderer, name
        self._waiting.add(self)

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Called once for the layer, which is in the project by then."""
        if self._renderer is None:
            layer.loadDefaultStyle()
        else:
            layer.setRenderer(self._renderer.clone())
        if self._name:
            layer.setName(self._name)
        if self._place is not None and context.project():
            move_to_group(context.project().layerTreeRoot(), layer, self._place)
        self._waiting.discard(self)


def place_result(
    context: QgsProcessingContext,
    destination: str,
    parameter: str,
    place: Place,
    renderer: QgsCategorizedSymbolRenderer | None = None,
) -> None:
    """Say how a result is to be loaded, if it is to be loaded at all; from any thread.

    Args:
        context: Of the run.
        destination: The result's path or id.
        parameter: Its parameter.
        place: In the layer tree.
        renderer: Symbols, for layers that have no style file.
    """
    if not context.willLoadLayerOnCompletion(destination):
        return
    details = context.layerToLoadOnCompletionDetails(destination)
    own = details.outputName == parameter and details.name in ("", place.label or place.name)
    if own:
        details.name = place.name
    name = place.name if own and place.insists else ""
    if own and hasattr(details, "groupName"):  # QGIS 3.32
        details.groupName, details.layerSortKey = place.group, -place.rank
        own = False
    details.setPostProcessor(Finisher(place if own else None, renderer, name))


def style_result(context: QgsProcessingContext, destination: str) -> None:
    """Let a result that is going to be loaded have the style that its file brings along, which Processing passes over.

    Args:
        context: Of the run.
        destination: The result's path or id.
    """
    if context.willLoadLayerOnCompletion(destination):
        context.layerToLoadOnCompletionDetails(destination).setPostProcessor(Finisher(None, None))


def move_to_group(root: QgsLayerTree, layer: QgsMapLayer, place: Place) -> None:
    """Move a layer that is in the tree into a group, which is made where there is none."""
    node = root.findLayer(layer.id())
    if node is None:
        return
    home = _home(root)
    group = home.findGroup(place.group) or home.insertGroup(0, place.group)
    ranks = [int(child.customProperty(RANK, 0)) for child in group.children()]
    moved = node.clone()
    moved.setCustomProperty(RANK, place.rank)
    group.insertChildNode(sum(rank < place.rank for rank in ranks), moved)
    node.parent().removeChildNode(node)


def _home(root: QgsLayerTree) -> QgsLayerTreeGroup:
    """Where groups go: never where QGIS put the layer, since that is beside the selected one, in a group perhaps."""
    name = QgsSettings().value(RESULTS_GROUP, "")
    return (root.findGroup(name) if name else None) or root
