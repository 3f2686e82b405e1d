"""The variables that another program is started with: QGIS's, without what would disturb it.

Nothing of QGIS's own process is changed; the program gets a scrubbed copy.
"""

from __future__ import annotations

import sys
from pathlib import PurePosixPath, PureWindowsPath

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QProcessEnvironment

#: Variables that would lead another Python to QGIS's packages, GDAL, PROJ or shared libraries.
SCRUBBED = ("PYTHON", "__PYVENV", "VIRTUAL_ENV", "CONDA", "PIP_", "QGIS_", "PROJ_", "GDAL_", "LD_", "DYLD_")


def scrubbed_environment(prefixes: tuple[str, ...] = SCRUBBED, kept: tuple[str, ...] = ()) -> QProcessEnvironment:
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
