"""Where the private runtime lies, and the stamp that says which one is in use.

One folder outside the plugin and outside the profiles::

    runtime.json      the stamp: names the environment in use; replaced in one step
    env-1a2b/         an environment; a new one is made beside the one in use
    uv-python/        Pythons that uv downloaded
    uv-0.13.8/        uv
    uv-cache/         downloads of a set-up that did not end
    setup.log         what the last set-up did

Environments are never renamed, because they know their own path: the stamp is, once they are complete. The names of
folders are such as nobody gives to their own, for what has such a name is deleted.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePath
from typing import Any, Optional

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import QStandardPaths

from ..dis2_core.contract.errors import InputError, NoSpace, OutputNotWritable
from ..words.numbers import filled
from ..words.translation import tr
from .constants import (
    LONGEST_PATH,
    PACKAGES_LOCK,
    TORCH_PYPI_LOCK,
    TORCH_WHEELS_LOCK,
    WINDOWS_PATH,
)
from .errors import NoRuntime

FOLDER_SETTING = "dis2/runtime_folder"
FOLDER_VARIABLE = "DIS2_RUNTIME"
WINDOWS = sys.platform == "win32"

STAMP = "runtime.json"
LOG = "setup.log"
LOCK = "setup.lock"
PYTHONS = "uv-python"
CACHE = "uv-cache"
_MARK = ".dis2-runtime"
_OF_SYSTEMS = (LOCK, ".DS_Store", "desktop.ini", "Thumbs.db")  # a folder with nothing else is empty
_REPLACE_SECONDS = 3.0
_ENVIRONMENT = re.compile(r"env-[0-9a-f]{4}")
_OURS = re.compile(
    rf"env-[0-9a-f]{{4}}|uv-[0-9.]+|{PYTHONS}|{CACHE}|{re.escape(STAMP)}(\.new)?|setup(\.1)?\.log|ca\.pem"
)


@dataclass(frozen=True)
class Stamp:
    """What a complete runtime says of itself.

    Attributes:
        environment: Name of its folder.
        lock: Fingerprint of the plugin's locks that it was made from.
        plugin: Version of the plugin that made it.
        python: Version of its Python.
        torch: Version and build of torch.
        device: ``cuda`` where a tensor was computed on the GPU, else ``cpu``.
        unverified: Packages whose hashes are not those of the published wheels.
        options: What the set-up was asked for, so that a repair asks for the same.
    """

    environment: str
    lock: str
    plugin: str
    python: str
    torch: str
    device: str
    created: str = ""
    unverified: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)


def root_folder() -> Path:
    """Return the folder of the runtime: the setting's, else that of ``DIS2_RUNTIME``, else the user's data folder."""
    named = str(QgsSettings().value(FOLDER_SETTING, "") or "")
    return Path(named).expanduser().absolute() if named else default_root()


def default_root() -> Path:
    """Return the folder where no setting names one: the user's own; on Windows the local one, which does not roam."""
    named = os.environ.get(FOLDER_VARIABLE, "")
    if named:
        return Path(named).expanduser().absolute()
    data = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)
    return Path(data) / "dis2"


def python_in(environment: PurePath, windows: bool = WINDOWS) -> PurePath:
    """Return the Python of a virtual environment."""
    return environment / "Scripts" / "python.exe" if windows else environment / "bin" / "python"


def executable(name: str, windows: bool = WINDOWS) -> str:
    """Return the file name of a program."""
    return f"{name}.exe" if windows else name


def is_too_long(root: PurePath, windows: bool = WINDOWS) -> bool:
    """Whether files of the packages would pass the longest path that Windows programs can open."""
    packages = root / "env-0000" / "Lib" / "site-packages"
    return windows and len(str(packages)) + 1 + LONGEST_PATH >= WINDOWS_PATH


def extended(path: PurePath, windows: bool = WINDOWS) -> str:
    r"""Return a path in the form that Windows takes at any length: ``\\?\C:\…`` or ``\\?\UNC\server\…``."""
    text = str(path)
    if not windows or text.startswith("\\\\?\\"):
        return text
    return "\\\\?\\UNC\\" + text[2:] if text.startswith("\\\\") else "\\\\?\\" + text


def fingerprint() -> str:
    """Return what changes when the locks change."""
    digest = hashlib.sha256()
    for path in (PACKAGES_LOCK, TORCH_PYPI_LOCK, TORCH_WHEELS_LOCK):
        digest.update("\n".join(path.read_text(encoding="utf-8").splitlines()).encode())
    return digest.hexdigest()[:16]


def read_stamp(root: Path) -> Optional[Stamp]:
    """Return the stamp, or None where no set-up was ever completed.

    Raises:
        NoRuntime: The stamp is damaged.
    """
    path = root / STAMP
    try:
        if not path.is_file():
            return None
        data = json.loads(path.read_text(encoding="utf-8"))
        stamp = Stamp(**{item.name: data[item.name] for item in fields(Stamp)})
        if not (isinstance(stamp.unverified, list) and isinstance(stamp.options, dict)):
            raise TypeError(f"{stamp.unverified}, {stamp.options}")
        if not _ENVIRONMENT.fullmatch(stamp.environment):  # a path could lead anywhere
            raise ValueError(stamp.environment)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoRuntime(
            tr("The stamp of the runtime, '{}', is damaged ({}).").format(path, error), setup_hint()
        ) from error
    return stamp


def write_stamp(root: Path, stamp: Stamp) -> None:
    """Put a stamp into place in one step: from now on its environment is the one in use.

    Windows refuses that while somebody reads the old one: another QGIS, or a virus scanner.
    """
    new = root / f"{STAMP}.new"
    new.write_text(json.dumps(asdict(stamp), indent=1), encoding="utf-8")
    end = time.monotonic() + _REPLACE_SECONDS
    while True:
        try:
            os.replace(new, root / STAMP)
            return
        except PermissionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def setup_hint() -> str:
    """Return what to do where there is no usable runtime."""
    return tr(
        "Run the algorithm 'Set up the runtime' (Processing Toolbox > DIS2), or use the page Settings > Options > DIS2."
    )


def claim(root: Path) -> None:
    """Make the folder, and see that it is ours and can be used.

    Raises:
        InputError: It holds other files, or its path is too long for Windows.
        OutputNotWritable: It cannot be made or written.
    """
    if is_too_long(root):
        raise InputError(
            tr("The path of the runtime, '{}', is too long for Windows.").format(root),
            tr("Choose a shorter one, such as C:\\dis2, under Settings > Options > DIS2 or in DIS2_RUNTIME."),
        )
    try:
        if root.is_dir() and not is_ours(root) and any(path.name not in _OF_SYSTEMS for path in root.iterdir()):
            raise InputError(
                tr("The folder '{}' holds other files.").format(root),
                tr("Choose an empty folder for the runtime."),
            )
        root.mkdir(parents=True, exist_ok=True)
        (root / _MARK).touch()
    except OSError as error:
        raise OutputNotWritable(
            tr("The folder of the runtime, '{}', cannot be written ({}).").format(root, error.strerror),
            tr("Choose another one under Settings > Options > DIS2 or in DIS2_RUNTIME."),
        ) from error


def is_ours(root: Path) -> bool:
    """Whether a set-up has made this folder its own."""
    return os.path.exists(root / _MARK)  # unlike that of a path, no error where one may not look


def require_space(root: Path, needed: int) -> None:
    """Check that the disk has room.

    Raises:
        NoSpace: It has less than ``needed`` bytes.
    """
    free = shutil.disk_usage(root).free
    if free < needed:
        raise NoSpace(
            filled(
                tr("The runtime needs about {:.1f} GB while it is made, and the disk of '{}' has {:.1f} GB left."),
                needed / 1e9,
                root,
                free / 1e9,
            ),
            tr("Free some space, or choose another folder under Settings > Options > DIS2 or in DIS2_RUNTIME."),
        )


def new_environment(root: Path) -> Path:
    """Return the folder of an environment to be made; its name is short for the sake of Windows."""
    while True:
        environment = root / f"env-{secrets.token_hex(2)}"
        if not os.path.lexists(environment):
            return environment


def is_busy(environment: Path) -> bool:
    """Whether a worker runs in an environment, of this QGIS or another.

    It holds ``pyvenv.cfg`` (see ``worker/process.py``); Windows lets nobody write to a program that runs.
    """
    try:
        if WINDOWS:
            with open(python_in(environment), "r+b"):
                return False
        import fcntl  # nowhere but on Unix

        with (environment / "pyvenv.cfg").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:  # others: it has not got so far, or its disk knows no locks
        return isinstance(error, (BlockingIOError, PermissionError))
    return False


def sweep(root: Path, keep: str) -> None:
    """Remove environments that are not in use: of set-ups that broke off, and of an earlier lock.

    One that a worker still runs in goes at the next set-up.
    """
    for path in root.iterdir():
        if _ENVIRONMENT.fullmatch(path.name) and path.name != keep and not is_busy(path):
            delete(path)


def delete(path: Path) -> None:
    """Remove a folder or a file, as far as it can be removed; of a link, the link."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(extended(path), ignore_errors=True)
    elif os.path.lexists(path):
        with suppress(OSError):
            path.unlink()


def remove_all(root: Path) -> list[str]:
    """Remove what set-ups made, the stamp first, and nothing else; return what could not be removed.

    Where a worker runs in it, all of it stays.
    """
    if not is_ours(root):
        return []
    ours = [path for path in root.iterdir() if _OURS.fullmatch(path.name)]
    busy = [str(path) for path in ours if _ENVIRONMENT.fullmatch(path.name) and is_busy(path)]
    if busy:
        return busy
    for path in sorted(ours, key=lambda path: path.name != STAMP):
        delete(path)
    left = [str(path) for path in ours if os.path.lexists(path)]
    if not left:
        delete(root / _MARK)
    return left


def leave(root: Path) -> None:
    """Remove the folder itself where nothing is left in it."""
    with suppress(OSError):  # it holds something, or is a link
        root.rmdir()
