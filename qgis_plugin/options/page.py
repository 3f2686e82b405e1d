"""The page under Settings > Options: which Python runs the models, and its set-up."""

from __future__ import annotations

import os
import tempfile
from html import escape
from pathlib import Path
from typing import Any, Optional

from qgis.core import QgsApplication, QgsSettings
from qgis.gui import QgsCollapsibleGroupBox, QgsFileWidget, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QFontDatabase, QIcon
from qgis.PyQt.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ..algorithms.setupruntime import CHECK, CREATE, REMOVE, REPAIR
from ..dis2_core.contract.errors import Dis2Error
from ..runtime import layout
from ..runtime.interpreter import SETTING, VARIABLE, chosen_python, interpreter
from ..runtime.packages.backend import AUTO, CPU
from ..words.translation import tr
from .run import SetupRun

_ICON = Path(__file__).resolve().parent.parent / "icons" / "dis2.svg"

INDEX_SETTING = "dis2/package_index"
WHEELS_SETTING = "dis2/wheels_folder"
OFFLINE_SETTING = "dis2/offline"
DOWNLOAD_SETTING = "dis2/download_python"
DEVICE_SETTING = "dis2/runtime_device"


class OptionsPage(QgsOptionsPageWidget):
    """What there is, what to use, and buttons that do the work in the background."""

    def __init__(self, parent: Optional[QWidget] = None) -> None:
        super().__init__(parent)
        self._run: Optional[SetupRun] = None
        self._diagnosis: Optional[str] = None
        page = QVBoxLayout(self)
        page.addLayout(self._state_line())
        page.addWidget(self._managed_group())
        page.addWidget(self._existing_group())
        page.addWidget(self._sources_group())
        choice = QButtonGroup(self)  # they have different parents, which is not enough to exclude each other
        choice.addButton(self._managed)
        choice.addButton(self._existing)
        page.addLayout(self._progress_line())
        page.addWidget(self._log_view(), 1)
        self._load()
        self._show_state()
        if SetupRun.current is not None:
            self._follow(SetupRun.current)

    def _state_line(self) -> QHBoxLayout:
        self._state_icon, self._state = QLabel(), QLabel()
        self._state.setWordWrap(True)
        line = QHBoxLayout()
        line.addWidget(self._state_icon)
        line.addWidget(self._state, 1)
        return line

    def _managed_group(self) -> QWidget:
        self._managed = QRadioButton(tr("A Python of DIS2's own, which it installs"))
        self._device = QComboBox()
        for value, label in {
            AUTO: tr("Graphics card if there is one"),
            CPU: tr("CPU"),
            "cuda": tr("Graphics card (CUDA)"),
        }.items():
            self._device.addItem(label, value)
        self._folder = QgsFileWidget()
        self._folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self._folder.setDialogTitle(tr("Folder of the runtime"))
        self._folder.lineEdit().setPlaceholderText(str(layout.default_root()))
        form = QFormLayout()
        form.addRow(tr("For the device"), self._device)
        form.addRow(tr("Folder"), self._folder)
        form.addRow("", self._buttons())
        return _indented(self._managed, form)

    def _buttons(self) -> QWidget:
        self._actions = {
            CREATE: QPushButton(QgsApplication.getThemeIcon("/mActionFileSave.svg"), tr("Set up")),
            CHECK: QPushButton(tr("Check")),
            REPAIR: QPushButton(tr("Repair")),
            REMOVE: QPushButton(tr("Remove…")),
        }
        tips = {
            CREATE: tr("Installs torch and the other packages: some minutes, 1.2 GB, with a graphics card up to 6 GB"),
            CHECK: tr("Imports the packages and computes a tensor in the Python that runs the models"),
            REPAIR: tr("Makes the runtime anew as it was asked for the last time"),
            REMOVE: tr("Deletes the runtime"),
        }
        line = QHBoxLayout()
        line.setContentsMargins(0, 0, 0, 0)
        for action, button in self._actions.items():
            button.setToolTip(tips[action])
            button.clicked.connect(lambda checked=False, action=action: self._act(action))
            line.addWidget(button)
        line.addStretch(1)
        widget = QWidget()
        widget.setLayout(line)
        return widget

    def _existing_group(self) -> QWidget:
        self._existing = QRadioButton(tr("A Python that exists already"))
        self._python = QgsFileWidget()
        self._python.setDialogTitle(tr("Python that runs the models"))
        self._python.lineEdit().setPlaceholderText(tr("Python 3.10 or newer with torch, rasterio, pyproj, safetensors"))
        self._python.fileChanged.connect(lambda path: self._existing.setChecked(bool(path)) if path else None)
        self._try = QPushButton(tr("Try out"))
        self._try.clicked.connect(lambda: self._start({"ACTION": CHECK, "PYTHON": self._python.filePath()}))
        line = QHBoxLayout()
        line.addWidget(self._python, 1)
        line.addWidget(self._try)
        form = QFormLayout()
        form.addRow(line)
        return _indented(self._existing, form)

    def _sources_group(self) -> QWidget:
        self._index = QLineEdit()
        self._index.setPlaceholderText(tr("PyPI, and PyTorch's index for torch"))
        self._index.setToolTip(tr("Address of a mirror, as pip takes it as --index-url; several separated by blanks"))
        self._wheels = QgsFileWidget()
        self._wheels.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self._wheels.setDialogTitle(tr("Folder of wheels"))
        self._offline = QCheckBox(tr("Use the folder of wheels alone, without any connection"))
        self._download = QCheckBox(tr("Download a Python (otherwise the machine's own, 3.10 to 3.13)"))
        group = QgsCollapsibleGroupBox(tr("Mirrors and machines without internet"))
        form = QFormLayout(group)
        form.addRow(tr("Package index"), self._index)
        form.addRow(tr("Folder of wheels"), self._wheels)
        form.addRow("", self._offline)
        form.addRow("", self._download)
        group.setCollapsed(True)
        self._sources = group
        return group

    def _progress_line(self) -> QHBoxLayout:
        self._bar, self._stage = QProgressBar(), QLabel()
        self._bar.setRange(0, 100)
        self._stage.setMinimumWidth(1)  # a long text is cut off rather than widening the page
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.clicked.connect(lambda: self._run and self._run.cancel())
        self._copy = QPushButton(QgsApplication.getThemeIcon("/mActionEditCopy.svg"), tr("Copy diagnosis"))
        self._copy.setToolTip(tr("A report to paste into an issue, without names of people and passwords"))
        self._copy.clicked.connect(self._copy_diagnosis)
        line = QHBoxLayout()
        line.addWidget(self._stage, 2)
        line.addWidget(self._bar, 1)
        line.addWidget(self._cancel)
        line.addWidget(self._copy)
        return line

    def _log_view(self) -> QPlainTextEdit:
        self._log = QPlainTextEdit()
        self._log.setReadOnly(True)
        self._log.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._log.setMaximumBlockCount(5_000)
        self._log.setMinimumHeight(90)
        self._log.setPlaceholderText(tr("What a set-up does is shown here. It goes on if you close this window."))
        return self._log

    def _load(self) -> None:
        settings = QgsSettings()
        self._folder.setFilePath(str(settings.value(layout.FOLDER_SETTING, "") or ""))
        self._python.setFilePath(str(settings.value(SETTING, "") or ""))
        self._existing.setChecked(bool(self._python.filePath()))
        self._managed.setChecked(not self._existing.isChecked())
        self._device.setCurrentIndex(max(0, self._device.findData(settings.value(DEVICE_SETTING, AUTO))))
        self._index.setText(str(settings.value(INDEX_SETTING, "") or ""))
        self._wheels.setFilePath(str(settings.value(WHEELS_SETTING, "") or ""))
        self._offline.setChecked(settings.value(OFFLINE_SETTING, False, type=bool))
        self._download.setChecked(settings.value(DOWNLOAD_SETTING, True, type=bool))
        self._sources.setCollapsed(not (self._index.text() or self._wheels.filePath()))

    def apply(self) -> None:
        """Store what was chosen."""
        python = self._python.filePath().strip() if self._existing.isChecked() else ""
        values = {
            SETTING: python,
            layout.FOLDER_SETTING: self._folder.filePath().strip(),
            INDEX_SETTING: self._index.text().strip(),
            WHEELS_SETTING: self._wheels.filePath().strip(),
            OFFLINE_SETTING: self._offline.isChecked(),
            DOWNLOAD_SETTING: self._download.isChecked(),
            DEVICE_SETTING: self._device.currentData(),
        }
        settings = QgsSettings()
        for name, value in values.items():
            settings.setValue(name, value)

    def _act(self, action: str) -> None:
        if action == REMOVE and not self._may_remove():
            return
        self._start(self._parameters(action))

    def _may_remove(self) -> bool:
        text = tr("Delete the runtime in '{}'?").format(self._root())
        return QMessageBox.question(self, tr("DIS2"), text) == QMessageBox.StandardButton.Yes

    def _parameters(self, action: str) -> dict[str, Any]:
        is_other = action == CHECK and chosen_python()[0]  # which is then what runs the models
        parameters: dict[str, Any] = {"ACTION": action, "FOLDER": "" if is_other else str(self._root())}
        if action == CREATE:
            parameters.update(
                DEVICE=self._device.currentData(),
                INDEX_URL=self._index.text().strip(),
                WHEELS=self._wheels.filePath().strip(),
                OFFLINE=self._offline.isChecked(),
                DOWNLOAD_PYTHON=self._download.isChecked(),
            )
        return parameters

    def _root(self) -> Path:
        """The folder that the page shows, which may not be applied yet."""
        named = self._folder.filePath().strip()
        return Path(named).expanduser().absolute() if named else layout.default_root()

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
        self._run = run
        for kind, text in run.lines:
            self._say(kind, text)
        run.message.connect(self._say)
        run.stage.connect(self._stage.setText)
        run.progress.connect(self._show_progress)  # no lambda: the page may be gone before the run is
        run.finished.connect(self._end)
        self._show_running()

    def _show_progress(self, percent: float) -> None:
        self._bar.setValue(int(percent))

    def _say(self, kind: str, text: str) -> None:
        """Programs plain and indented, warnings and errors so that they are seen."""
        colours = {"warning": "#b35900", "error": "#c62828"}
        lines = "<br>".join(escape(line) for line in text.splitlines())
        if kind in colours:
            self._log.appendHtml(f'<b style="color: {colours[kind]}">{lines}</b>')
        else:
            self._log.appendPlainText({"output": "    ", "command": "$ "}.get(kind, "") + text)

    def _end(self, succeeded: bool) -> None:
        run, self._run = self._run, None
        action = run.parameters["ACTION"]
        if succeeded and action in (CREATE, REPAIR):
            self._managed.setChecked(True)
            self._python.setFilePath("")
        if self._diagnosis is not None:
            self._put_on_clipboard(Path(self._diagnosis))
            self._diagnosis = None
        elif succeeded:
            self._stage.setText(tr("Done."))
        else:
            self._stage.setText(tr("Cancelled.") if run.is_cancelled() else tr("Failed: see below."))
        self._show_state(tried_out=run.results if succeeded and action != REMOVE else None)

    def _put_on_clipboard(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        path.unlink()
        QgsApplication.clipboard().setText(text)
        self._log.setPlainText(text)
        self._stage.setText(tr("The diagnosis is on the clipboard."))

    def _show_running(self) -> None:
        running = self._run is not None
        for button in (*self._actions.values(), self._try, self._copy):
            button.setEnabled(not running)
        self._cancel.setVisible(running)
        self._bar.setVisible(running)

    def _show_state(self, tried_out: Optional[dict[str, Any]] = None) -> None:
        """Say what there is, as far as it can be said without starting it."""
        self._show_running()
        try:
            python = interpreter()
            icon, text = "/mIconSuccess.svg", self._description(python, tried_out)
        except Dis2Error as error:
            icon, text = "/mIconWarning.svg", f"<b>{escape(error.message)}</b><br>{escape(tr('Set it up below.'))}"
        self._state.setText(text)
        self._state_icon.setPixmap(QgsApplication.getThemeIcon(icon).pixmap(QSize(24, 24)))
        has_stamp = os.path.exists(self._root() / layout.STAMP)
        for action in (REPAIR, REMOVE):
            self._actions[action].setEnabled(has_stamp)
        self._actions[CREATE].setText(tr("Set up anew") if has_stamp else tr("Set up"))

    def _description(self, python: str, tried_out: Optional[dict[str, Any]]) -> str:
        chosen, origin = chosen_python()
        if chosen:
            title = tr("The models run in a Python that was chosen in {}.").format(
                VARIABLE if origin == VARIABLE else tr("these options")
            )
        else:
            stamp = layout.read_stamp(layout.root_folder())
            device = tr("the graphics card") if stamp.device == "cuda" else tr("the CPU")
            title = tr("The runtime is ready: torch {} on {}.").format(stamp.torch, device)
        if tried_out and tried_out.get("DEVICE_USED") and chosen == tried_out.get("PYTHON_PATH"):
            title += " " + tr("It works; its device is {}.").format(tried_out["DEVICE_USED"])
        return f"<b>{escape(title)}</b><br>{escape(python)}"


def _indented(choice: QRadioButton, form: QFormLayout) -> QWidget:
    """A choice, and below it what belongs to it."""
    body = QFrame()
    form.setContentsMargins(24, 0, 0, 4)
    body.setLayout(form)
    widget = QWidget()
    column = QVBoxLayout(widget)
    column.setContentsMargins(0, 4, 0, 0)
    column.addWidget(choice)
    column.addWidget(body)
    return widget


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
