"""Pictures of the plugin in a real window, for the documentation and for looking at.

    make package
    xvfb-run -a .venv-qgis/bin/python docs/screenshots.py FOLDER [MODEL [OPTICAL [ELEVATION [MAP …]]]]

Writes ``dialog.png`` (the algorithm's dialog), ``advanced.png`` (its advanced parameters unfolded),
``batch.png``, ``options.png`` and, for every MAP that ``dis2:segment`` made, ``<map>.png``: the map with
its legend, styled by nothing but the file beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from qgis.core import QgsApplication, QgsLayerTreeModel, QgsProject, QgsRasterLayer
from qgis.gui import QgsLayerTreeView, QgsMapCanvas
from qgis.PyQt.QtWidgets import QSplitter, QWidget

REPOSITORY = Path(__file__).resolve().parent.parent


def start() -> tuple[QgsApplication, object]:
    """Start QGIS with Processing and the assembled plugin."""
    application = QgsApplication([], True)
    application.initQgis()
    plugins = Path(application.pkgDataPath()) / "python" / "plugins"
    sys.path[:0] = [str(plugins), str(REPOSITORY / "build")]
    from processing.core.Processing import Processing

    Processing.initialize()
    import dis2

    plugin = dis2.classFactory(None)
    plugin.initProcessing()
    return application, plugin


def photograph(widget: QWidget, size: tuple[int, int], path: Path) -> None:
    """Show a window and save what it shows."""
    widget.show()
    widget.resize(*size)  # after it has restored the size that it had the last time
    for _ in range(20):
        QgsApplication.processEvents()
    widget.grab().save(str(path))


def dialogs(folder: Path, parameters: dict[str, str]) -> None:
    """Picture the dialog of the algorithm, as a whole and unfolded."""
    from processing.gui.AlgorithmDialog import AlgorithmDialog
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    algorithm = QgsApplication.processingRegistry().algorithmById("dis2:segment")
    dialog = AlgorithmDialog(algorithm.create())
    dialog.setParameters(parameters)
    dialog.show()  # and it folds its parts as they were the last time
    for name, height, collapsed in (("dialog", 780, True), ("advanced", 1400, False)):
        for box in dialog.findChildren(QWidget, "grpAdvanced"):
            box.setProperty("collapsed", collapsed)
        photograph(dialog, (1000, height), folder / f"{name}.png")
    batch = BatchAlgorithmDialog(algorithm.create())
    photograph(batch, (1400, 400), folder / "batch.png")
    for window in (dialog, batch):
        window.close()
        window.deleteLater()


def options(folder: Path) -> None:
    """Picture the page of the options."""
    from dis2.gui.options import OptionsFactory

    photograph(OptionsFactory().createWidget(None), (640, 160), folder / "options.png")


def styled_map(path: Path, folder: Path) -> None:
    """Picture a map with its legend, as the main window shows them."""
    layer = QgsRasterLayer(str(path), path.stem)
    project = QgsProject()
    project.addMapLayer(layer)
    window = QSplitter()
    legend, canvas = QgsLayerTreeView(window), QgsMapCanvas(window)
    legend.setModel(QgsLayerTreeModel(project.layerTreeRoot(), window))
    legend.expandAll()
    canvas.setDestinationCrs(layer.crs())
    canvas.setLayers([layer])
    window.setSizes([220, 780])
    window.show()
    window.resize(1000, 480)
    QgsApplication.processEvents()
    canvas.setExtent(layer.extent())
    canvas.refresh()
    canvas.waitWhileRendering()
    photograph(window, (1000, 480), folder / f"{path.stem}.png")


def main(folder: str, *values: str) -> None:
    """Make all pictures."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    application, plugin = start()
    named = dict(zip(("MODEL", "OPTICAL", "ELEVATION"), values, strict=False))
    dialogs(target, named)
    options(target)
    for path in values[3:]:
        styled_map(Path(path), target)
    QgsApplication.processEvents()
    plugin.unload()
    application.exitQgis()


if __name__ == "__main__":
    main(*sys.argv[1:])
