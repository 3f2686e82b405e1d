"""The variables that another program is started with: QGIS's, without what would disturb it.

Nothing of QGIS's own process is changed; the program gets a scrubbed copy.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import PurePosixPath, PureWindowsPath

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QProcessEnvironment

#: Variables that would lead another Python to QGIS's packages, GDAL, PROJ or shared libraries.
SCRUBBED = ("PYTHON", "__PYVENV", "VIRTUAL_ENV", "CONDA", "PIP_", "QGIS_", "PROJ_", "GDAL_", "LD_", "DYLD_")

#: What a program that downloads gets: where things are on this machine, its language, and its network. Whatever else is
#: set for uv, for pip or for a Python is not for this environment; uv is told all that it needs.
_FOR_DOWNLOADS = (
    *("PATH", "PATHEXT", "HOME", "HOMEDRIVE", "HOMEPATH", "USER", "USERNAME", "LOGNAME", "USERPROFILE"),
    *("APPDATA", "LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "PROGRAMW6432"),
    *("SYSTEMDRIVE", "SYSTEMROOT", "WINDIR", "COMSPEC", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"),
    *("TMPDIR", "TEMP", "TMP", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_MESSAGES", "TZ"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "SSL_CLIENT_CERT", "NETRC"),
    *("UV_PYTHON_INSTALL_MIRROR", "UV_HTTP_TIMEOUT", "UV_HTTP_CONNECT_TIMEOUT", "UV_HTTP_RETRIES"),
    *("UV_REQUEST_TIMEOUT", "UV_CONCURRENT_DOWNLOADS", "UV_CONCURRENT_INSTALLS", "UV_CONCURRENT_BUILDS"),
    *("UV_KEYRING_PROVIDER", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"),  # the latter two lead to the keyring
)


def scrubbed_environment() -> QProcessEnvironment:
    """Return QGIS's environment without the variables that would disturb."""
    return _filtered(lambda name: not name.startswith(SCRUBBED))


def downloaders_environment() -> QProcessEnvironment:
    """Return what of QGIS's environment a program needs that finds Pythons and downloads packages."""
    return _filtered(lambda name: name in _FOR_DOWNLOADS)


def _filtered(is_kept: Callable[[str], bool]) -> QProcessEnvironment:
    environment = QProcessEnvironment.systemEnvironment()
    for name in environment.keys():  # noqa: SIM118 (no mapping)
        if not is_kept(name.upper()):
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
