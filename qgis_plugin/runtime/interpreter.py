"""Which Python runs the worker: one that a person has chosen, else the plugin's own.

Never ``sys.executable``: inside QGIS it is QGIS, or whatever stands first on the path. ``setup`` makes the
plugin's own Python, in a folder of its own (``layout``).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional

from qgis.core import QgsSettings

from ..dis2_core.contract.version import __version__
from ..words.translation import tr
from . import layout
from .errors import NoRuntime

SETTING = "dis2/python"
VARIABLE = "DIS2_PYTHON"


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


def is_ready() -> bool:
    """Whether there is a Python that runs the worker, as far as can be told without starting it."""
    try:
        return bool(interpreter())
    except NoRuntime:
        return False


def has_package(name: str) -> bool:
    """Whether the Python that runs the worker has a package in its own folder, told without starting it.

    A Python outside a virtual environment may have it elsewhere: its worker knows.
    """
    try:
        environment = Path(interpreter()).absolute().parent.parent
    except NoRuntime:
        return False
    folders = (environment / "Lib" / "site-packages", *environment.glob("lib/python3*/site-packages"))
    return any(any(folder.glob(f"{name.replace('-', '_')}-*.dist-info")) for folder in folders)


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
