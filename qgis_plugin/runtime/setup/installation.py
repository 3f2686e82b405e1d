"""The packages and torch, put into an environment; hashes are enforced, and what has none is named."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ...words.translation import tr
from ..constants import PACKAGES_LOCK
from ..errors import HashMismatch, SetupFailed
from ..journal import Journal
from ..layout import CACHE
from ..packages.index import project_versions, without_hashes
from ..packages.torch_builds import TorchPlan, plans, this_machine
from ..packages.uv import Uv

PACKAGES_BYTES = 800_000_000


class Installation:
    """What is put into one environment.

    Args:
        uv: Installs it.
        python: Of the environment.
        root: The folder of the runtime.
        journal: Told how far it is.

    Attributes:
        unverified: Packages whose hashes are not those of the published wheels.
    """

    def __init__(self, uv: Uv, python: str, root: Path, journal: Journal) -> None:
        self.unverified: list[str] = []
        self._uv = uv
        self._sources = uv.sources
        self._python = python
        self._root = root
        self._journal = journal

    def install_packages(self) -> None:
        """Install all but torch.

        Raises:
            Dis2Error: A package cannot be had or is not what it should be; or the person cancelled.
        """
        self._journal.stage(18, tr("Installing the packages (numpy, rasterio, matplotlib and others)"))
        self._install_lock(PACKAGES_LOCK.read_text(encoding="utf-8"), (), True, (18, 40, PACKAGES_BYTES))

    def install_torch(self, backend: str, version: tuple[int, int], expected: int) -> None:
        """Install a build of torch.

        Args:
            backend: ``cpu`` or a CUDA backend.
            version: Of the Python.
            expected: Bytes that this writes, about.

        Raises:
            Dis2Error: It cannot be had or is not what it should be; or the person cancelled.
        """
        self._journal.stage(40, tr("Installing torch for '{}', the largest part").format(backend))
        ways = plans(backend, this_machine(version), self._sources)
        for number, way in enumerate(ways, 1):
            try:
                self._install_lock(way.requirement, way.arguments, way.is_pinned, (40, 90, expected))
                break
            except SetupFailed as error:
                if type(error) is not SetupFailed or number == len(ways):
                    raise
                self._journal.info(str(error))
        self._install_libraries(way)

    def _install_libraries(self, way: TorchPlan) -> None:
        """Install the CUDA libraries of a build whose lock is not known."""
        if not way.libraries:
            return
        with self._requirements(way.libraries) as path:
            arguments = ["pip", "install", "--python", self._python, "-r", path, "--only-binary", ":all:"]
            self._uv(*arguments, *self._sources.arguments(), *way.arguments, doing=tr("Installing the CUDA libraries"))
        self.unverified.append("CUDA")

    def _install_lock(
        self, lock: str, arguments: tuple[str, ...], is_pinned: bool, progress: tuple[float, float, int]
    ) -> None:
        """Install the requirements of a lock, and nothing that they in turn require.

        Hashes are enforced. In a folder or a mirror, which the person vouches for, a package may be another build: it
        is named as unverified, the others stay enforced.
        """
        while True:
            words = ["pip", "install", "--python", self._python, "--no-deps", "--only-binary", ":all:", *arguments]
            words += ["--require-hashes"] if is_pinned and self._sources.are_public else []
            try:
                with self._requirements(lock) as path:
                    doing = tr("Installing the packages")
                    words += ["-r", path, *self._sources.arguments()]
                    self._uv(*words, doing=doing, polled=self._meter(*progress))
                break
            except HashMismatch as error:
                foreign = set(error.packages) & self._foreign(lock)
                if not foreign:
                    raise
                self.unverified += sorted(foreign)
                lock = without_hashes(lock, foreign)
        if not is_pinned:
            self.unverified.append(lock.strip())

    def _foreign(self, lock: str) -> set[str]:
        """Packages of a lock, as ``name==version``, that may come from elsewhere than PyPI."""
        packages = project_versions(lock)
        if self._sources.indexes:
            return packages
        offered = {f"{wheel.parts[0].lower().replace('_', '-')}=={wheel.version}" for wheel in self._sources.wheels()}
        return packages & offered

    @contextmanager
    def _requirements(self, lock: str) -> Iterator[str]:
        """A file with requirements, for uv."""
        folder = self._root / CACHE
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="dis2-", dir=folder) as name:
            path = Path(name) / "requirements.txt"
            path.write_text(lock, encoding="utf-8")
            yield str(path)

    def _meter(self, first: float, last: float, expected: int) -> Callable[[], None]:
        """Something to call while uv works: takes what the disk lost for how far it is."""
        before = shutil.disk_usage(self._root).free

        def measure() -> None:
            written = before - shutil.disk_usage(self._root).free
            part = min(max(written / expected, 0.0), 1.0)
            self._journal.feedback.setProgress(first + (last - first) * part)

        return measure
