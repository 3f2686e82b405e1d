"""Which Python runs the worker, and in which environment.

Never ``sys.executable``: inside QGIS it is QGIS, or whatever stands first on the path. Nothing of
QGIS's own process is changed; the worker gets a scrubbed copy of its environment.
"""

from __future__ import annotations

import os
from pathlib import Path

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QProcessEnvironment

from .dis2_core.errors import ResourceError
from .translation import tr

SETTING = "dis2/python"
VARIABLE = "DIS2_PYTHON"
WORKER = Path(__file__).with_name("worker.py")

#: Variables that would lead the worker to QGIS's Python packages, GDAL, PROJ or shared libraries.
SCRUBBED = ("PYTHON", "VIRTUAL_ENV", "CONDA", "PIP_", "QGIS_", "PROJ_", "GDAL_", "LD_", "DYLD_")


class NoRuntime(ResourceError):
    """There is no Python that could run the worker."""

    code = "no-runtime"


def interpreter() -> str:
    """Return the Python that runs the worker: the setting's, else that of ``DIS2_PYTHON``.

    Raises:
        NoRuntime: Neither names one, or what it names cannot be run.
    """
    hint = tr(
        "Choose a Python that has torch, rasterio and safetensors under Settings > Options > DIS2, "
        "or set the environment variable DIS2_PYTHON to it and start QGIS again."
    )
    setting = str(QgsSettings().value(SETTING, "") or "")
    python = setting or os.environ.get(VARIABLE, "")
    if not python:
        raise NoRuntime(tr("DIS2 has no Python to run its models with."), hint)
    if not (os.path.isfile(python) and os.access(python, os.X_OK)):
        origin = tr("the QGIS setting {}").format(SETTING) if setting else VARIABLE
        raise NoRuntime(tr("'{}' ({}) is not a program that can be run.").format(python, origin), hint)
    return python


def worker_arguments() -> list[str]:
    """Return what follows the interpreter: isolated, unbuffered."""
    return ["-I", "-u", str(WORKER)]


def worker_environment() -> QProcessEnvironment:
    """Return QGIS's environment without what would disturb another Python."""
    environment = QProcessEnvironment.systemEnvironment()
    for name in environment.keys():  # noqa: SIM118 (no mapping)
        if name.upper().startswith(SCRUBBED):
            environment.remove(name)
    return environment
