"""Which Python runs the worker, and in which environment.

Never ``sys.executable``: inside QGIS it is QGIS, or whatever stands first on the path. Nothing of
QGIS's own process is changed; the worker gets a scrubbed copy of its environment. ``setup`` makes the
plugin's own Python, in a folder of its own (``layout``).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Optional

from qgis.core import QgsApplication, QgsSettings
from qgis.PyQt.QtCore import QProcessEnvironment

from ..dis2_core.contract.version import __version__
from ..words.translation import tr
from . import layout
from .errors import NoRuntime

SETTING = "dis2/python"
VARIABLE = "DIS2_PYTHON"
WORKER = Path(__file__).resolve().parent.parent / "worker" / "process.py"

#: Variables that would lead another Python to QGIS's packages, GDAL, PROJ or shared libraries.
SCRUBBED = ("PYTHON", "__PYVENV", "VIRTUAL_ENV", "CONDA", "PIP_", "QGIS_", "PROJ_", "GDAL_", "LD_", "DYLD_")


def interpreter() -> str:
    """Return the Python that runs the worker: the setting's, else that of ``DIS2_PYTHON``, else the managed one.

    Raises:
        NoRuntime: There is none, it cannot be run, or it was made for another version of the plugin.
    """
    python, origin = chosen_python()
    if not python:
        return managed_python()
    if not (os.path.isfile(python) and os.access(python, os.X_OK)):
        hint = tr("Choose another Python under Settings > Options > DIS2 or in DIS2_PYTHON, or none: {}")
        raise NoRuntime(
            tr("'{}' ({}) is not a program that can be run.").format(python, origin), hint.format(layout.setup_hint())
        )
    return python


def chosen_python() -> tuple[str, str]:
    """Return the Python that a person has chosen and where; two empty strings where nobody has."""
    setting = str(QgsSettings().value(SETTING, "") or "")
    if setting:
        return setting, tr("the QGIS setting {}").format(SETTING)
    variable = os.environ.get(VARIABLE, "")
    return variable, VARIABLE if variable else ""


def managed_python(root: Optional[Path] = None) -> str:
    """Return the Python of the managed runtime, or of that in another folder.

    Raises:
        NoRuntime: There is none, it is broken, or it was made for another version of the plugin.
    """
    root = root or layout.root_folder()
    stamp = layout.read_stamp(root)
    if stamp is None:
        raise NoRuntime(tr("DIS2 has no Python to run its models with yet."), layout.setup_hint())
    if stamp.lock != layout.fingerprint():
        raise NoRuntime(
            tr("The runtime was made for DIS2 {}; DIS2 {} needs other packages.").format(stamp.plugin, __version__),
            layout.setup_hint(),
        )
    python = layout.python_in(root / stamp.environment)
    if not (os.path.isfile(python) and os.access(python, os.X_OK)):
        raise NoRuntime(tr("The runtime in '{}' is damaged: its Python is gone.").format(root), layout.setup_hint())
    return str(python)


def worker_arguments() -> list[str]:
    """Return what follows the interpreter: isolated, unbuffered."""
    return ["-I", "-u", str(WORKER)]


def worker_environment() -> QProcessEnvironment:
    """Return QGIS's environment without what would disturb another Python."""
    return scrubbed_environment(SCRUBBED)


def scrubbed_environment(prefixes: tuple[str, ...], kept: tuple[str, ...] = ()) -> QProcessEnvironment:
    """Return QGIS's environment without the variables that begin so, but for some of them."""
    environment = QProcessEnvironment.systemEnvironment()
    for name in environment.keys():  # noqa: SIM118 (no mapping)
        if name.upper().startswith(prefixes) and not name.upper().startswith(kept or ("\0",)):
            environment.remove(name)
    return environment


def leave_installation(environment: QProcessEnvironment, prefix: str = "", system: str = sys.platform) -> None:
    """Take QGIS's own programs and certificates out of an environment, where QGIS brings all that it needs.

    Else its Python, which stands first on the path, would be taken for the machine's, and its list of certificates
    would hide those of Windows, where organisations put theirs.
    """
    if system not in ("win32", "darwin"):
        return
    kind, separator = (PureWindowsPath, ";") if system == "win32" else (PurePosixPath, ":")
    home = kind(prefix or QgsApplication.prefixPath()).parents[1]  # …/apps/qgis, …/QGIS.app/Contents/MacOS
    for name in ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        before = [part for part in environment.value(name).split(separator) if part]
        after = [part for part in before if home not in (kind(part), *kind(part).parents)]
        if after:
            environment.insert(name, separator.join(after))
        elif before:
            environment.remove(name)
