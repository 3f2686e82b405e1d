"""uv, which makes environments: got as a wheel, checked, unpacked; and the way it is called."""

from __future__ import annotations

import hashlib
import io
import re
import shlex
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Optional
from urllib.parse import urlsplit

from qgis.PyQt.QtCore import QProcessEnvironment

from ...dis2_core.contract.errors import Dis2Error
from ...words.translation import tr
from ..constants import MAX_PAGE, MAX_UV, PYPI, UV, UV_LOCK
from ..errors import HashMismatch, SetupFailed, explain
from ..journal import Journal, redacted
from ..layout import CACHE, PYTHONS, executable
from ..program import run
from ..variables import downloaders_environment, leave_installation
from .index import Wheel, folder_wheels, hardware, locked_wheels, newest, parse_page, platform_pattern
from .network import fetch, pass_on, route

#: Methods by which wheels are packed; others know no bounds, or fail in ways of their own.
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Sources(NamedTuple):
    """Where wheels come from.

    Attributes:
        indexes: Package indexes (PEP 503) instead of PyPI, the most important one first.
        folder: A folder of wheels, which is looked into first.
        offline: Whether the folder is all there is.
    """

    indexes: tuple[str, ...] = ()
    folder: Optional[Path] = None
    offline: bool = False

    def arguments(self) -> list[str]:
        """Return the options of uv; the folder as an address, since uv cuts paths at commas."""
        links = ["--find-links", self.folder.as_uri()] if self.folder else []
        return [*links, "--no-index", "--offline"] if self.offline else links

    def variables(self) -> dict[str, str]:
        """Return the indexes as uv's environment: a command line, with the password of an address, is everybody's."""
        if self.offline:
            return {}
        default, *others = self.indexes or (PYPI,)
        return {"UV_DEFAULT_INDEX": default, **({"UV_INDEX": " ".join(others)} if others else {})}

    def wheels(self) -> list[Wheel]:
        """Return what lies in the folder."""
        return folder_wheels(self.folder) if self.folder else []

    @property
    def are_public(self) -> bool:
        """Whether every wheel comes from where it was published."""
        return not self.indexes and not self.folder


class Uv:
    """uv with a cache and Pythons below a folder of its own.

    Args:
        program: Path of the executable.
        root: The folder of the runtime.
        sources: Where wheels come from.
        journal: Gets what it says.
    """

    def __init__(self, program: Path, root: Path, sources: Sources, journal: Journal) -> None:
        self._program = str(program)
        self._root = root
        self._journal = journal
        self.sources = sources

    def __call__(self, *arguments: str, doing: str, polled: Optional[Callable[[], None]] = None) -> str:
        """Run uv and return its stdout.

        Raises:
            Dis2Error: It failed, in one sentence; or the person cancelled.
        """
        done = run(self._program, [*arguments, "--no-config"], self._environment(), self._journal, polled=polled)
        if done.code:
            raise explain(done.err, doing, self._route(done.err))
        return done.out

    def _route(self, said: str) -> str:
        """The server that uv names in its last words, else the first that it asks."""
        named = re.search(r"https?://[^\s)`'\"]+", said)
        address = named[0] if named else next(iter(self.sources.indexes), PYPI)
        return "" if self.sources.offline else route(address)

    def _environment(self) -> QProcessEnvironment:
        environment = downloaders_environment()
        leave_installation(environment)
        for name, value in self.sources.variables().items():
            environment.insert(name, value)
        environment.insert("UV_CACHE_DIR", str(self._root / CACHE))
        environment.insert("UV_PYTHON_INSTALL_DIR", str(self._root / PYTHONS))
        environment.insert("UV_SYSTEM_CERTS", "1")
        environment.insert("UV_NO_PROGRESS", "1")
        environment.insert("NO_COLOR", "1")
        pass_on(environment, (self.sources.indexes or (PYPI,))[0], self._root)
        return environment


def obtain(root: Path, sources: Sources, journal: Journal) -> tuple[Uv, bool]:
    """Return uv, and whether it is the published one; it is downloaded where it is not there yet.

    Raises:
        Dis2Error: It is nowhere, cannot be had, or is not what it should be.
    """
    program = root / f"uv-{UV}" / executable("uv")
    mark = program.with_name("unverified")
    is_foreign = sources.are_public and mark.exists()
    if is_foreign or not _runs(program, journal):
        content, is_published = _wheel(sources, journal)
        program.parent.mkdir(exist_ok=True)
        mark.touch()  # until it is known, whatever breaks off in between
        unpack(content, program)
        if is_published:
            mark.unlink()
    if not _runs(program, journal):
        raise SetupFailed(
            tr("'{}' does not run on this machine.").format(program),
            tr("If a virus scanner or a policy forbids it, ask for an exception or choose an existing Python."),
        )
    return Uv(program, root, sources, journal), not mark.exists()


def _runs(program: Path, journal: Journal) -> bool:
    if not program.is_file():
        return False
    try:
        return run(str(program), ["--version"], downloaders_environment(), journal, seconds=60).code == 0
    except SetupFailed as error:
        journal.log(str(error))
        return False


def _wheel(sources: Sources, journal: Journal) -> tuple[bytes, bool]:
    """Return the wheel of uv, and whether it is the published one."""
    wheel = _find(sources, journal)
    content = fetch(wheel.url, MAX_UV, journal)
    sha256 = hashlib.sha256(content).hexdigest()
    is_published = sha256 == locked_wheels(UV_LOCK).get(wheel.name)
    if (sources.are_public and not is_published) or (wheel.sha256 and wheel.sha256 != sha256):
        raise HashMismatch(
            tr("{} is not the file that was published.").format(wheel.name),
            tr("Run the set-up again; if it happens again, ask your network's administrators who changes downloads."),
        )
    return content, is_published


def _find(sources: Sources, journal: Journal) -> Wheel:
    """Return the pinned uv for this machine: from the folder, else from an index. A mirror may have another one."""
    pattern = platform_pattern(sys.platform, hardware())
    places = [str(sources.folder)] if sources.folder else []
    wheels = sources.wheels()
    for index in () if sources.offline else sources.indexes or (PYPI,):
        if _pick(wheels, pattern):
            break
        places.append(redacted(index))
        wheels += _listed(index, journal)
    usable = [wheel for wheel in wheels if wheel.fits("uv", pattern)]
    wheel = _pick(wheels, pattern) or (None if sources.are_public else newest(usable))
    if wheel is None:
        raise SetupFailed(
            tr("There is no uv {} for {} {} in {}.").format(UV, sys.platform, hardware(), shlex.join(places) or "PyPI"),
            tr("Add the wheel of uv to the folder of wheels, or choose an existing Python."),
        )
    return wheel


def _pick(wheels: list[Wheel], pattern: object) -> Optional[Wheel]:
    return next((wheel for wheel in wheels if wheel.version == UV and wheel.fits("uv", pattern)), None)


def _listed(index: str, journal: Journal) -> list[Wheel]:
    """Return what an index has of uv; no page of the network leads into this machine's files."""
    url = index.rstrip("/") + "/uv/"
    text = fetch(url, MAX_PAGE, journal).decode("utf-8", "replace")
    schemes = ("https", "http", "file") if urlsplit(url).scheme == "file" else ("https", "http")
    try:
        return [wheel for wheel in parse_page(text, url) if urlsplit(wheel.url).scheme in schemes]
    except ValueError as error:
        raise SetupFailed(
            tr("{} is no package index ({}).").format(redacted(index), error),
            tr("Give the address that pip takes as --index-url; as a rule it ends in /simple."),
        ) from error


def unpack(wheel: bytes, program: Path) -> None:
    """Write the executable that a wheel of uv holds, and nothing else of it.

    Raises:
        SetupFailed: The wheel is damaged or holds no uv.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            names = [name for name in archive.namelist() if name.endswith(f".data/scripts/{program.name}")]
            if len(names) != 1 or archive.getinfo(names[0]).file_size > MAX_UV:
                raise zipfile.BadZipFile("no uv in it")
            if archive.getinfo(names[0]).compress_type not in _PACKED:
                raise zipfile.BadZipFile("not packed as wheels are")
            content = archive.read(names[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise SetupFailed(
            tr("The wheel of uv is damaged ({}).").format(error), tr("Run the set-up again, or replace the file.")
        ) from error
    try:
        program.parent.mkdir(exist_ok=True)
        program.write_bytes(content)
        program.chmod(0o700)
    except OSError as error:
        raise _unwritable(program, error) from error


def _unwritable(program: Path, error: OSError) -> Dis2Error:
    return explain(f"{error.strerror} (os error {error.errno})", tr("Writing {}").format(program))
