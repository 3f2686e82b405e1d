"""Set up the runtime: the Python that runs the models."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
    QgsSettings,
)

from ..dis2_core.contract.errors import Dis2Error
from ..results.whole import whole_file
from ..runtime import gpu, layout
from ..runtime.errors import NoRuntime
from ..runtime.interpreter import SETTING, VARIABLE, interpreter, managed_python
from ..runtime.journal import Journal
from ..runtime.layout import FOLDER_SETTING
from ..runtime.packages.backend import DEVICES
from ..runtime.setup import managed, trial
from ..runtime.setup.diagnosis import as_html, diagnosis
from ..runtime.setup.options import Options
from ..runtime.setup.trial import Runtime
from ..words.translation import keywords, tr
from .base import Dis2Algorithm, reported_errors

if TYPE_CHECKING:
    from qgis.PyQt.QtWidgets import QWidget

CREATE, CHECK, REPAIR, REMOVE = ACTIONS = ("create", "check", "repair", "remove")


class SetupRuntimeAlgorithm(Dis2Algorithm):
    """Makes, checks, repairs and removes the plugin's own Python, or takes one that there is."""

    ID = "setupruntime"
    ICON = "setupruntime.svg"

    def displayName(self) -> str:
        """The name in the toolbox."""
        return tr("Set up the runtime")

    def shortDescription(self) -> str:
        """One line for tooltips and lists."""
        return tr("Installs, checks, repairs or removes the Python that runs the models; QGIS's own is left alone.")

    def tags(self) -> list[str]:
        """Words under which the toolbox finds it."""
        return keywords(
            tr(
                "install,setup,set-up,runtime,environment,python,torch,pytorch,cuda,gpu,dependencies,repair,"
                "diagnosis,machine learning,deep learning,ai,download,offline,proxy,installer,dis2"
            )
        )

    def createCustomParametersWidget(self, parent: Optional[QWidget] = None) -> QWidget:
        """QGIS's own dialog, whose log ends with where the models run."""
        from ..gui.setup_dialog import SetupDialog

        return SetupDialog(self, parent=parent)

    def initAlgorithm(self, configuration: Optional[dict[str, Any]] = None) -> None:
        """Declare parameters and outputs."""
        self._add_choices()
        self._add_sources()
        report = QgsProcessingParameterFileDestination(
            "REPORT",
            tr("Diagnosis"),
            fileFilter=tr("Text files (*.txt);;HTML files (*.html)"),
            optional=True,
            createByDefault=False,
        )
        self.add(report, tr("A report to paste into an issue: versions, driver, disk, the last lines of the log."))
        texts = {
            "PYTHON_PATH": tr("Python of the runtime"),
            "DEVICE_USED": tr("Device"),
            "DIAGNOSIS": tr("Text of the diagnosis"),
        }
        self.add_outputs(QgsProcessingOutputString, texts)

    def _add_choices(self) -> None:
        text = tr(
            "'create' makes the runtime, anew if there is one; 'check' tries it out; 'repair' makes it anew as it was "
            "asked for the last time; 'remove' deletes it."
        )
        self.add_choice("ACTION", tr("Action"), ACTIONS, text)
        text = tr(
            "'auto' takes the CUDA build of torch where there is an NVIDIA card with a driver that is new enough, else "
            "that for the CPU, which is much smaller."
        )
        self.add_choice("DEVICE", tr("Device"), DEVICES, text)
        python = QgsProcessingParameterFile(
            "PYTHON", tr("Existing Python to use instead"), optional=True, fileFilter=tr("All files (*)")
        )
        text = tr(
            "A Python 3.10 or newer that has torch, rasterio, pyproj and safetensors, such as that of a virtual "
            "environment: it is tried out and, with 'create', used from then on. Reports need matplotlib and jinja2 as "
            "well. Nothing is installed."
        )
        self.add(python, text)

    def _add_sources(self) -> None:
        index = QgsProcessingParameterString("INDEX_URL", tr("Package index"), optional=True)
        text = tr(
            "The address of a mirror, as pip takes it as --index-url; several are separated by blanks. Empty: PyPI "
            "and PyTorch's own index for torch. The settings of pip are not read."
        )
        self.add(index, text, advanced=True)
        wheels = QgsProcessingParameterFile(
            "WHEELS", tr("Folder of wheels"), behavior=QgsProcessingParameterFile.Behavior.Folder, optional=True
        )
        text = tr("A folder with .whl files, such as on a stick. What it has is taken from there.")
        self.add(wheels, text, advanced=True)
        offline = QgsProcessingParameterBoolean("OFFLINE", tr("Use the folder of wheels alone"), defaultValue=False)
        text = tr("No internet at all: uv, torch and all packages come from the folder; the machine's own Python.")
        self.add(offline, text, advanced=True)
        download = QgsProcessingParameterBoolean("DOWNLOAD_PYTHON", tr("Download a Python"), defaultValue=True)
        text = tr("Otherwise, and where that fails, a Python 3.10 to 3.13 of this machine is the base of the runtime.")
        self.add(download, text, advanced=True)
        folder = QgsProcessingParameterFile(
            "FOLDER", tr("Folder of the runtime"), behavior=QgsProcessingParameterFile.Behavior.Folder, optional=True
        )
        text = tr("Where the runtime lies, remembered. Empty: where it was, or DIS2_RUNTIME, or your data folder.")
        self.add(folder, text, advanced=True)

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Do it, and say what there is afterwards. The diagnosis is written after a failure, too."""
        root = self._root(parameters, context)
        journal = Journal(feedback)
        runtime: Optional[Runtime] = None
        error: Optional[Dis2Error] = None
        try:
            runtime = self._act(root, journal, parameters, context)
        except Dis2Error as failure:
            error = failure
            journal.log(str(failure))
        with reported_errors():
            gpus = [] if feedback.isCanceled() else gpu.graphics_cards(journal)
        text = diagnosis(root, gpus, runtime.report if runtime else None, error, journal.last)
        outputs = {
            "PYTHON_PATH": runtime.python if runtime else "",
            "DEVICE_USED": runtime.report.device if runtime else "",
            "DIAGNOSIS": text,
            **self._write_report(text, parameters, context),
        }
        if error is not None:
            raise QgsProcessingException(str(error)) from error
        return outputs

    def _act(
        self, root: Path, journal: Journal, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> Optional[Runtime]:
        action = self.parameterAsEnumString(parameters, "ACTION", context)
        python = self.parameterAsString(parameters, "PYTHON", context).strip()
        if action == REMOVE:
            there_was = managed.remove(root, journal)
            journal.info(tr("The runtime is removed.") if there_was else tr("There was no runtime."))
            return None
        if python:
            return self._existing(python, journal, is_kept=action != CHECK)
        if action == CHECK:
            named = self.parameterAsString(parameters, "FOLDER", context).strip()
            return self._check(managed_python(root) if named else interpreter(), journal)
        runtime = managed.create(root, self._options(root, action, parameters, context), journal)
        self._remember(root, journal, parameters, context)
        self._tell(runtime, journal)
        return runtime

    def _existing(self, python: str, journal: Journal, is_kept: bool) -> Runtime:
        """Try out a Python that a person has; keep its path where they want to use it."""
        python = str(Path(python).expanduser().absolute())  # not resolved: that would leave the virtual environment
        runtime = self._check(python, journal)
        if is_kept:
            QgsSettings().setValue(SETTING, python)
            journal.info(tr("'{}' runs the models from now on.").format(python))
        return runtime

    def _check(self, python: str, journal: Journal) -> Runtime:
        journal.stage(20, tr("Trying out '{}'").format(python))
        runtime = Runtime(python, trial.smoke_test(python, journal))
        self._tell(runtime, journal)
        return runtime

    def _options(self, root: Path, action: str, parameters: dict[str, Any], context: QgsProcessingContext) -> Options:
        """What the parameters ask for; a repair that asks for nothing asks for what there was."""
        given = Options(
            device=self.parameterAsEnumString(parameters, "DEVICE", context),
            indexes=tuple(self.parameterAsString(parameters, "INDEX_URL", context).split()),
            wheels=self.parameterAsString(parameters, "WHEELS", context).strip(),
            offline=self.parameterAsBoolean(parameters, "OFFLINE", context),
            download_python=self.parameterAsBoolean(parameters, "DOWNLOAD_PYTHON", context),
        )
        if action == REPAIR and given == Options():
            try:
                stamp = layout.read_stamp(root)
            except NoRuntime:  # a damaged stamp is what is to be repaired
                return given
            return Options.from_stamp(stamp)
        return given

    def _remember(
        self, root: Path, journal: Journal, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> None:
        """From now on the managed runtime is the one that is used."""
        settings = QgsSettings()
        if self.parameterAsString(parameters, "FOLDER", context).strip():
            settings.setValue(FOLDER_SETTING, "" if root == layout.default_root() else str(root))
        if settings.value(SETTING, ""):
            journal.info(tr("'{}', which was chosen before, is not used any more.").format(settings.value(SETTING)))
            settings.remove(SETTING)
        if os.environ.get(VARIABLE):
            journal.warning(tr("The environment variable {} names another Python, which goes first.").format(VARIABLE))

    def _tell(self, runtime: Runtime, journal: Journal) -> None:
        report = runtime.report
        journal.info(tr("Python {}, torch {}: {}").format(report.python, report.torch, runtime.python))
        if report.broken:
            text = tr("The models run; reports with charts need as well: {}")
            journal.warning(text.format(", ".join(report.broken)))
        if report.gpu:
            journal.info(tr("The models run on {}.").format(report.gpu))
        else:
            journal.info(tr("The models run on the CPU ({}).").format(report.no_gpu))

    def _root(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Path:
        folder = self.parameterAsString(parameters, "FOLDER", context).strip()
        return Path(folder).expanduser().absolute() if folder else layout.root_folder()

    def _write_report(self, text: str, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, str]:
        path = self.parameterAsFileOutput(parameters, "REPORT", context)
        if not path:
            return {}
        is_page = path.lower().endswith((".html", ".htm"))
        with reported_errors(), whole_file(Path(path)) as part:
            part.write_text(as_html(text) if is_page else text, encoding="utf-8")
        return {"REPORT": path}
