"""The tutorial, walked through in a real QGIS: each step pressed, waited for, timed and photographed.

Runs inside QGIS. The pictures have the names that ``docs/tutorial.md`` and ``docs/qgis.md`` give them;
``tour.json`` holds seconds and results of every run, which the text of the tutorial quotes.
"""

from __future__ import annotations

import json
import os
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsProcessingContext, QgsProject
from qgis.gui import QgisInterface, QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QApplication, QDialog, QSplitter, QTreeView

from .camera import Camera, Size, settle
from .desk import Desk, Run, close, temporary
from .model import city_model, open_designer, save_model

DIALOG = (900, 560)
CITY = "DIS2: city 0"
PHOTO, HEIGHTS, LABELS, POLYGONS = "Aerial photo", "Height above ground (nDSM)", "True classes", "Labelled polygons"
SURFACE, TERRAIN = "Surface model (DSM)", "Terrain model (DTM)"
BOTH, ALONE = "optical + elevation", "optical"


class Tour:
    """All steps, in the order of the tutorial; each relies on those before.

    Args:
        iface: QGIS.
        folder: For files and pictures of the tour.
        settings: What the script was asked for: ``python``, ``runtime``, ``size``, ``effort``, ``steps``.
    """

    def __init__(self, iface: QgisInterface, folder: Path, settings: Mapping[str, Any]) -> None:
        self.folder, self.settings = folder, settings
        self.camera = Camera(folder / "pictures")
        self.desk = Desk(iface, self.camera)
        self.runs: dict[str, Run] = {}

    def walk(self) -> None:
        """Take all steps, or those that were asked for."""
        steps = [
            self.install,
            self.toolbox,
            self.runtime,
            self.city,
            self.segment,
            self.what_if,
            self.evaluate,
            self.heights,
            self.model_info,
            self.batch,
            self.modeler,
            self.train,
            self.own_model,
        ]
        wanted = self.settings["steps"] or [step.__name__ for step in steps]
        for step in steps:
            if step.__name__ in wanted:
                step()
                self._write_runs()

    def install(self) -> None:
        """The plugin manager with the zip chosen."""
        manager = self.desk.iface.pluginManagerInterface()
        self.camera.take_modal(lambda: manager.showPluginManager(6), "install", self._choose_zip)

    def _choose_zip(self, dialog: QDialog) -> Size:
        (bundle,) = (self.folder / "build").glob("*.zip")
        dialog.findChild(QgsFileWidget, "mZipFileWidget").setFilePath(str(bundle))
        return (820, 340)

    def toolbox(self) -> None:
        """The toolbox with the provider unfolded."""
        dock = self.desk.dock("ProcessingToolbox")
        dock.show()
        dock.setFloating(True)
        tree = dock.findChild(QTreeView)
        model = tree.model()
        tree.collapseAll()
        for row in range(model.rowCount()):
            if model.index(row, 0).data() == "DIS2":
                tree.expand(model.index(row, 0))
        self.camera.take(dock, "toolbox", (380, 680))
        dock.setFloating(False)
        dock.hide()

    def runtime(self) -> None:
        """Set-up dialog and options page, while there is no runtime; from then on there is one."""
        dialog = self.desk.dialog("dis2:setupruntime", {})
        self.camera.take(dialog, "dialog_setupruntime", DIALOG)
        close(dialog)
        self._options("options")
        if runtime := self.settings["runtime"]:
            place = Path.home() / ".local" / "share" / "dis2"  # where a set-up puts it, unless it is told otherwise
            place.parent.mkdir(parents=True)
            place.symlink_to(runtime)
            self._options("options_ready")
        else:
            os.environ["DIS2_PYTHON"] = self.settings["python"]

    def _options(self, name: str) -> None:
        iface = self.desk.iface
        self.camera.take_modal(lambda: iface.showOptionsDialog(iface.mainWindow(), "DIS2"), name, self._arrange_options)

    def _arrange_options(self, dialog: QDialog) -> Size:
        dialog.findChild(QSplitter).setSizes([210, 750])
        for pages in dialog.findChildren(QTreeView):
            for index in pages.model().match(pages.model().index(0, 0), Qt.ItemDataRole.DisplayRole, "DIS2"):
                pages.scrollTo(index)
        return (960, 560)

    def city(self) -> None:
        """The generated city on the map."""
        place = {"SIZE": self.settings["size"], "FOLDER": str(self.folder / "town")}
        dialog = self.desk.dialog("dis2:democity", place)
        self.camera.take(dialog, "dialog_democity", DIALOG)
        self._run("city", dialog)
        self.desk.show([PHOTO, LABELS], [CITY, LABELS])
        self.desk.take("city", (960, 490))  # a photo has many colours

    def segment(self) -> None:
        """Maps from photo and heights, and from the photo alone."""
        wanted = {"OUTPUT": temporary(), "CONFIDENCE": temporary()}
        rasters = {"OPTICAL": self._id(PHOTO), "ELEVATION": self._id(HEIGHTS)}
        dialog = self.desk.dialog("dis2:segment", {**rasters, **wanted})
        self.camera.take(dialog, "dialog_segment", (980, 800))
        self._run("segment_both", dialog, "log_segment")
        self._show_result(BOTH, "Classes", "segment_both")
        self._show_result(BOTH, "Confidence", "segment_confidence")
        dialog = self.desk.dialog("dis2:segment", {"OPTICAL": rasters["OPTICAL"], "OUTPUT": temporary()})
        self._run("segment_photo", dialog)
        self._show_result(ALONE, "Classes", "segment_photo")

    def _show_result(self, scenario: str, kind: str, picture: str) -> None:
        name = f"{kind}: {PHOTO} ({scenario}, aerial-demo)"
        self.desk.show([name], [f"DIS2: {PHOTO}", name])
        self.desk.take(picture)

    def what_if(self) -> None:
        """What the heights are worth to the map."""
        parameters = {
            "OPTICAL": self._id(PHOTO),
            "ELEVATION": self._id(HEIGHTS),
            "TRUTH": self._id(LABELS),
            "FOLDER": str(self.folder / "what-if"),
        }
        dialog = self.desk.dialog("dis2:whatif", parameters)
        self.camera.take(dialog, "dialog_whatif", (900, 760))
        self._run("whatif", dialog)

    def evaluate(self) -> None:
        """How good the two maps are."""
        for scenario, name in ((BOTH, "evaluate_both"), (ALONE, "evaluate_photo")):
            dialog = self._evaluation(f"Classes: {PHOTO} ({scenario}, aerial-demo)", name)
            if scenario == BOTH:
                self.camera.take(dialog, "dialog_evaluate", DIALOG)
            self._run(name, dialog)

    def _evaluation(self, classes: str, name: str) -> QDialog:
        report = str(self.folder / f"{name}.html")
        parameters = {"CLASSES": self._id(classes), "REFERENCE": self._id(LABELS), "REPORT": report}
        return self.desk.dialog("dis2:evaluate", parameters)

    def heights(self) -> None:
        """Heights above ground from heights above the sea."""
        parameters = {"DSM": self._id(SURFACE), "DTM": self._id(TERRAIN), "OUTPUT": temporary()}
        dialog = self.desk.dialog("dis2:ndsm", parameters)
        self.camera.take(dialog, "dialog_ndsm", DIALOG)
        self._run("ndsm", dialog)
        self.desk.show(["Height above ground"], ["Height above ground"])
        self.desk.take("ndsm")

    def model_info(self) -> None:
        """The card of the shipped model."""
        dialog = self.desk.dialog("dis2:modelinfo", {"OUTPUT": str(self.folder / "modelinfo.html")})
        self.camera.take(dialog, "dialog_modelinfo", DIALOG)
        self._run("modelinfo", dialog)

    def batch(self) -> None:
        """One algorithm for two scenarios at once."""
        from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

        algorithm = QgsApplication.processingRegistry().createAlgorithmById("dis2:segment")
        dialog = BatchAlgorithmDialog(algorithm, self.desk.window)
        panel, context = dialog.mainWidget(), QgsProcessingContext()
        context.setProject(QgsProject.instance())
        panel.addRow(2 - panel.batchRowCount())
        targets = [self.folder / "tile_1.tif", self.folder / "tile_2.tif"]
        for row, slots in enumerate((("OPTICAL", "ELEVATION"), ("OPTICAL",))):
            for slot in slots:
                layer = self._id({"OPTICAL": PHOTO, "ELEVATION": HEIGHTS}[slot])
                panel.wrappers[row][panel.parameter_to_column[slot]].setParameterValue(layer, context)
            target = panel.tblParameters.cellWidget(row + 1, panel.parameter_to_column["OUTPUT"])
            target.setValue(str(targets[row]))
        self.camera.take(dialog, "batch", (1100, 320))
        self._note("batch", self.desk.run_batch(dialog, targets))

    def modeler(self) -> None:
        """A model of two optional rasters: map, then polygons."""
        model = city_model()
        designer = open_designer(model)
        self.camera.take(designer, "modeler", (1140, 420))
        close(designer)
        (polygons,) = model.destinationParameterDefinitions()
        parameters = {"photo": self._id(PHOTO), polygons.name(): temporary()}
        dialog = self.desk.dialog(save_model(model), parameters)
        self.camera.take(dialog, "dialog_model", (720, 380))
        self._run("model", dialog)
        self.desk.show(["Land cover"], ["Land cover"])
        self.desk.take("model_result")

    def train(self) -> None:
        """A model for the city, from its layers."""
        from dis2.models.named import own_folder

        parameters = {
            "OPTICAL": self._id(PHOTO),
            "ELEVATION": self._id(HEIGHTS),
            "LABELS": self._id(POLYGONS),
            "CLASS_FIELD": "class",
            "EFFORT": self.settings["effort"],
            "NAME": "city",
            "MODEL": str(own_folder() / "city.safetensors"),
            "REPORT": str(self.folder / "trainmodel.html"),
        }
        dialog = self.desk.dialog("dis2:trainmodel", parameters)
        self.camera.take(dialog, "dialog_trainmodel", (900, 860))
        self._run("train", dialog, "log_trainmodel")

    def own_model(self) -> None:
        """The new model on both rasters and on the photo alone."""
        for name, rasters in (("my_map", {"ELEVATION": self._id(HEIGHTS)}), ("my_map_photo", {})):
            parameters = {"MODEL": "city", "OPTICAL": self._id(PHOTO), **rasters}
            dialog = self.desk.dialog("dis2:segment", {**parameters, "OUTPUT": str(self.folder / f"{name}.tif")})
            self._run(name, dialog)
            self.desk.show([name], [f"DIS2: {PHOTO}", name])
            self.desk.take(name)
            self._run(f"evaluate_{name}", self._evaluation(name, f"evaluate_{name}"))

    def _id(self, name: str) -> str:
        return self.desk.layer(name).id()

    def _run(self, name: str, dialog: QDialog, picture: str = "") -> None:
        self._note(name, self.desk.run(dialog, picture))

    def _note(self, name: str, run: Run) -> None:
        self.runs[name] = run
        print(f"tour: {name}: {run.seconds:.1f} s", flush=True)

    def _write_runs(self) -> None:
        records = {name: {"seconds": run.seconds, "results": dict(run.results)} for name, run in self.runs.items()}
        (self.folder / "tour.json").write_text(json.dumps(records, indent=2, default=str), encoding="utf-8")


def begin(iface: QgisInterface, folder: str, settings: Mapping[str, Any]) -> None:
    """Walk and leave QGIS; the exit code says whether all went well."""
    status = 1
    try:
        settle()
        Tour(iface, Path(folder), settings).walk()
        status = 0
    except Exception:  # QGIS would show it in a window that nobody sees
        traceback.print_exc()
    finally:
        QApplication.processEvents()
        os._exit(status)  # QGIS would ask whether to save the project
