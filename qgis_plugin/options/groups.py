"""The groups of the page: a Python of DIS2's own, one that exists already, where packages come from, models."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsApplication
from qgis.gui import QgsCollapsibleGroupBox, QgsFileWidget
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from ..algorithms.setupruntime import CHECK, CREATE, REMOVE, REPAIR
from ..models.named import profile_folder
from ..runtime import layout
from ..runtime.packages.backend import AUTO, CPU
from ..words.translation import tr


class ManagedGroup(QWidget):
    """A Python that DIS2 installs: its device, its folder, and what can be done with it.

    Attributes:
        asked: An action was asked for, by its name.
        choice: Whether the models run in it.
        device: What torch is made for.
        folder: Where it lies.
        actions: Buttons by the action of ``dis2:setupruntime``.
    """

    asked = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.choice = QRadioButton(tr("A Python of DIS2's own, which it installs"))
        self.device = QComboBox()
        for value, label in {
            AUTO: tr("Graphics card if there is one"),
            CPU: tr("CPU"),
            "cuda": tr("Graphics card (CUDA)"),
        }.items():
            self.device.addItem(label, value)
        self.folder = QgsFileWidget()
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder.setDialogTitle(tr("Folder of the runtime"))
        self.folder.lineEdit().setPlaceholderText(str(layout.default_root()))
        form = QFormLayout()
        form.addRow(tr("For the device"), self.device)
        form.addRow(tr("Folder"), self.folder)
        form.addRow("", self._buttons())
        _lay_out(self, self.choice, form)

    def root(self) -> Path:
        """The folder that is shown, which may not be applied yet."""
        named = self.folder.filePath().strip()
        return Path(named).expanduser().absolute() if named else layout.default_root()

    def show_device(self, device: str) -> None:
        """Choose a device; the first where there is no such one."""
        self.device.setCurrentIndex(max(0, self.device.findData(device)))

    def show_stamp(self, has_stamp: bool) -> None:
        """Offer what fits a folder with a runtime, or one without."""
        for action in (REPAIR, REMOVE):
            self.actions[action].setEnabled(has_stamp)
        self.actions[CREATE].setText(tr("Set up anew") if has_stamp else tr("Set up"))

    def _buttons(self) -> QWidget:
        self.actions = {
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
        for action, button in self.actions.items():
            button.setToolTip(tips[action])
            button.clicked.connect(lambda checked=False, action=action: self.asked.emit(action))
            line.addWidget(button)
        line.addStretch(1)
        widget = QWidget()
        widget.setLayout(line)
        return widget


class ExistingGroup(QWidget):
    """A Python that exists already.

    Attributes:
        choice: Whether the models run in it.
        python: Its path.
        test: The button that tries it out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.choice = QRadioButton(tr("A Python that exists already"))
        self.python = QgsFileWidget()
        self.python.setDialogTitle(tr("Python that runs the models"))
        self.python.lineEdit().setPlaceholderText(tr("Python 3.10 or newer with torch, rasterio, pyproj, safetensors"))
        self.python.fileChanged.connect(lambda path: self.choice.setChecked(bool(path)) if path else None)
        self.test = QPushButton(tr("Try out"))
        line = QHBoxLayout()
        line.addWidget(self.python, 1)
        line.addWidget(self.test)
        form = QFormLayout()
        form.addRow(line)
        _lay_out(self, self.choice, form)


class SourcesGroup(QgsCollapsibleGroupBox):
    """Mirrors, and what a machine without internet needs.

    Attributes:
        index: Addresses of package indexes.
        wheels: A folder of wheels.
        offline: Whether that is all there is.
        download: Whether a Python is downloaded.
    """

    def __init__(self) -> None:
        super().__init__(tr("Mirrors and machines without internet"))
        self.index = QLineEdit()
        self.index.setPlaceholderText(tr("PyPI, and PyTorch's index for torch"))
        self.index.setToolTip(tr("Address of a mirror, as pip takes it as --index-url; several separated by blanks"))
        self.wheels = QgsFileWidget()
        self.wheels.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.wheels.setDialogTitle(tr("Folder of wheels"))
        self.offline = QCheckBox(tr("Use the folder of wheels alone, without any connection"))
        self.download = QCheckBox(tr("Download a Python (otherwise the machine's own, 3.10 to 3.13)"))
        form = QFormLayout(self)
        form.addRow(tr("Package index"), self.index)
        form.addRow(tr("Folder of wheels"), self.wheels)
        form.addRow("", self.offline)
        form.addRow("", self.download)
        self.setCollapsed(True)


class ModelsGroup(QWidget):
    """Where one's own models lie.

    Attributes:
        folder: The one that a person chose.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = QgsFileWidget()
        self.folder.setStorageMode(QgsFileWidget.StorageMode.GetDirectory)
        self.folder.setDialogTitle(tr("Folder of your models"))
        self.folder.lineEdit().setPlaceholderText(str(profile_folder()))
        self.folder.setToolTip(tr("New models go here; all models in it stand in the lists of models"))
        form = QFormLayout(self)
        form.setContentsMargins(0, 4, 0, 4)
        form.addRow(tr("Folder of your models"), self.folder)


def _lay_out(group: QWidget, choice: QRadioButton, form: QFormLayout) -> None:
    """A choice, and below it what belongs to it."""
    body = QFrame()
    form.setContentsMargins(24, 0, 0, 4)
    body.setLayout(form)
    column = QVBoxLayout(group)
    column.setContentsMargins(0, 4, 0, 0)
    column.addWidget(choice)
    column.addWidget(body)
