"""The page under Settings > Options: which Python runs the models, its set-up, and where one's own models lie."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Optional

from qgis.core import QgsApplication
from qgis.gui import QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QButtonGroup, QMessageBox, QVBoxLayout, QWidget

from ..algorithms.setupruntime import CHECK, CREATE, REMOVE, REPAIR
from ..runtime import layout
from ..runtime.interpreter import chosen_python
from ..words.translation import tr
from .groups import ExistingGroup, ManagedGroup, ModelsGroup, SourcesGroup
from .progress import LogView, ProgressLine
from .run import SetupRun
from .settings import PageSettings, load, store
from .state import StateLine

_ICON = Path(__file__).resolve().parent.parent / "icons" / "dis2.svg"


class OptionsPage(QgsOptionsPageWidget):
    """What there is, what to use, and buttons that do the work in the background."""

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._run: Optional[SetupRun] = None
        self._diagnosis: Optional[str] = None
        self._state, self._progress, self._log = StateLine(), ProgressLine(), LogView()
        self._managed, self._existing, self._sources = ManagedGroup(), ExistingGroup(), SourcesGroup()
        self._models = ModelsGroup()
        page = QVBoxLayout(self)
        page.addLayout(self._state)
        page.addWidget(self._managed)
        page.addWidget(self._existing)
        page.addWidget(self._sources)
        page.addWidget(self._models)
        page.addLayout(self._progress)
        page.addWidget(self._log, 1)
        choice = QButtonGroup(self)  # they have different parents, which is not enough to exclude each other
        choice.addButton(self._managed.choice)
        choice.addButton(self._existing.choice)
        self._connect()
        self._show(load())
        self._show_state()
        if SetupRun.current is not None:
            self._follow(SetupRun.current)

    def _connect(self) -> None:
        self._managed.asked.connect(self._act)
        python = self._existing.python
        self._existing.test.clicked.connect(lambda: self._start({"ACTION": CHECK, "PYTHON": python.filePath()}))
        self._progress.cancel.clicked.connect(lambda: self._run and self._run.cancel())
        self._progress.copy.clicked.connect(self._copy_diagnosis)

    def apply(self) -> None:
        """Store what was chosen."""
        store(self._chosen())

    def _show(self, settings: PageSettings) -> None:
        managed, existing, sources = self._managed, self._existing, self._sources
        managed.folder.setFilePath(settings.folder)
        managed.show_device(settings.device)
        existing.python.setFilePath(settings.python)
        existing.choice.setChecked(bool(existing.python.filePath()))
        managed.choice.setChecked(not existing.choice.isChecked())
        sources.index.setText(settings.index)
        sources.wheels.setFilePath(settings.wheels)
        sources.offline.setChecked(settings.offline)
        sources.download.setChecked(settings.download)
        self._models.folder.setFilePath(settings.models)
        sources.setCollapsed(not (sources.index.text() or sources.wheels.filePath()))

    def _chosen(self) -> PageSettings:
        managed, existing, sources = self._managed, self._existing, self._sources
        return PageSettings(
            python=existing.python.filePath().strip() if existing.choice.isChecked() else "",
            folder=managed.folder.filePath().strip(),
            device=managed.device.currentData(),
            index=sources.index.text().strip(),
            wheels=sources.wheels.filePath().strip(),
            offline=sources.offline.isChecked(),
            download=sources.download.isChecked(),
            models=self._models.folder.filePath().strip(),
        )

    def _act(self, action: str) -> None:
        if action == REMOVE and not self._may_remove():
            return
        self._start(self._parameters(action))

    def _may_remove(self) -> bool:
        text = tr("Delete the runtime in '{}'?").format(self._managed.root())
        return QMessageBox.question(self, tr("DIS2"), text) == QMessageBox.StandardButton.Yes

    def _parameters(self, action: str) -> dict[str, Any]:
        """Those of ``dis2:setupruntime``."""
        is_other = action == CHECK and chosen_python()[0]  # which is then what runs the models
        parameters: dict[str, Any] = {"ACTION": action, "FOLDER": "" if is_other else str(self._managed.root())}
        if action == CREATE:
            chosen = self._chosen()
            parameters.update(
                DEVICE=chosen.device,
                INDEX_URL=chosen.index,
                WHEELS=chosen.wheels,
                OFFLINE=chosen.offline,
                DOWNLOAD_PYTHON=chosen.download,
            )
        return parameters

    def _copy_diagnosis(self) -> None:
        """Check what there is, which writes the report whatever comes of it."""
        if SetupRun.current is not None:
            self._follow(SetupRun.current)
            return
        handle, self._diagnosis = tempfile.mkstemp(suffix=".txt", prefix="dis2-")
        os.close(handle)
        self._start({**self._parameters(CHECK), "REPORT": self._diagnosis})

    def _start(self, parameters: dict[str, Any]) -> None:
        if SetupRun.current is not None:  # started from another window of the options
            self._follow(SetupRun.current)
            return
        self._log.clear()
        run = SetupRun(parameters)
        self._follow(run)
        run.start()

    def _follow(self, run: SetupRun) -> None:
        """Show what a run has said and says; no lambda, since the page may be gone before the run is."""
        self._run = run
        for kind, text in run.lines:
            self._log.say(kind, text)
        run.message.connect(self._log.say)
        run.stage.connect(self._progress.stage.setText)
        run.progress.connect(self._progress.show_percent)
        run.finished.connect(self._end)
        self._show_running()

    def _end(self, succeeded: bool) -> None:
        run, self._run = self._run, None
        action = run.parameters["ACTION"]
        if succeeded and action in (CREATE, REPAIR):
            self._managed.choice.setChecked(True)
            self._existing.python.setFilePath("")
        if self._diagnosis is not None:
            self._put_on_clipboard(Path(self._diagnosis))
            self._diagnosis = None
        elif succeeded:
            self._progress.stage.setText(tr("Done."))
        else:
            self._progress.stage.setText(tr("Cancelled.") if run.is_cancelled() else tr("Failed: see below."))
        self._show_state(tried_out=run.results if succeeded and action != REMOVE else None)

    def _put_on_clipboard(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        path.unlink()
        QgsApplication.clipboard().setText(text)
        self._log.setPlainText(text)
        self._progress.stage.setText(tr("The diagnosis is on the clipboard."))

    def _show_running(self) -> None:
        running = self._run is not None
        for button in (*self._managed.actions.values(), self._existing.test):
            button.setEnabled(not running)
        self._progress.show_running(running)

    def _show_state(self, tried_out: Optional[dict[str, Any]] = None) -> None:
        """Say what there is, and offer what fits it."""
        self._show_running()
        self._state.update_text(tried_out)
        self._managed.show_stamp(os.path.exists(self._managed.root() / layout.STAMP))


class OptionsFactory(QgsOptionsWidgetFactory):
    """Makes the page when the options open."""

    def __init__(self) -> None:
        super().__init__("DIS2", QIcon(str(_ICON)))

    def icon(self) -> QIcon:
        """The icon in the list of pages."""
        return QIcon(str(_ICON))

    def createWidget(self, parent: Optional[QWidget] = None) -> OptionsPage:
        """Return a fresh page."""
        return OptionsPage(parent)
