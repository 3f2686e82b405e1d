"""Make, try out and remove the private runtime.

A new environment is made beside the one in use and tried out; only then the stamp names it. Whatever breaks off
before that, power included, leaves the earlier runtime as it was, and the next set-up goes on with what was
downloaded.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Optional

from qgis.PyQt.QtCore import QLockFile

from ...dis2_core.contract.errors import InputError, OutputNotWritable, ResourceError
from ...dis2_core.contract.version import __version__
from ...words.translation import tr
from .. import layout
from ..constants import (
    CPU,
    MANAGED_PYTHON,
    OLDEST_MODULES,
    OPTIONAL_MODULES,
    PACKAGES_LOCK,
    PYTHONS,
    REQUIRED_MODULES,
    SPACE,
)
from ..errors import HashMismatch, NoRuntime, Offline, SetupFailed, explain
from ..interpreter import SCRUBBED, scrubbed_environment
from ..journal import Journal, redacted
from ..layout import Stamp
from ..packages.backend import AUTO, QUERIES, Choice, Gpu, choose, parse_smi, smi_arguments
from ..packages.index import folder_wheels, project_versions, without_hashes
from ..packages.torch_builds import TorchPlan, fitting, plans, require_supported, this_machine
from ..packages.uv import Sources, Uv, obtain
from ..program import Finished, run

SMOKE = Path(__file__).with_name("smoke.py")
SMOKE_SECONDS = 600  # the first import of torch, behind a virus scanner, on a slow disk
SMI_SECONDS = 30


@dataclass(frozen=True)
class Options:
    """What a set-up is asked for.

    Attributes:
        device: ``auto``, ``cpu`` or ``cuda``.
        indexes: Package indexes instead of PyPI.
        wheels: A folder of wheels that is looked into first, or an empty string.
        offline: Whether the folder is all there is.
        download_python: Whether uv downloads a Python; the machine's own is taken otherwise, and where that fails.
    """

    device: str = AUTO
    indexes: tuple[str, ...] = ()
    wheels: str = ""
    offline: bool = False
    download_python: bool = True

    def sources(self) -> Sources:
        """Return where wheels come from.

        Raises:
            InputError: The folder of wheels does not exist, or is needed and not given.
        """
        folder = Path(self.wheels).expanduser().absolute() if self.wheels else None
        if folder and not folder.is_dir():
            raise InputError(
                tr("There is no folder of wheels '{}'.").format(folder), tr("Choose a folder that holds .whl files.")
            )
        if self.offline and not folder:
            raise InputError(
                tr("Without internet the set-up needs a folder of wheels."),
                tr("Choose one; docs/runtime.md says how it is filled on a machine that has internet."),
            )
        return Sources(self.indexes, folder, self.offline)

    @classmethod
    def from_stamp(cls, stamp: Optional[Stamp]) -> Options:
        """Return what an earlier set-up was asked for; the defaults where there was none.

        Raises:
            InputError: It was asked for an index with a password, which is not kept.
        """
        known = stamp.options if stamp else {}
        options = cls(**{name: known[name] for name in asdict(cls()) if name in known})
        secret = [index for index in options.indexes if "***@" in index]
        if secret:
            raise InputError(
                tr("The package index {} was given with a password, which is not kept.").format(secret[0]),
                tr("Set the runtime up anew ('create') with the whole address."),
            )
        return replace(options, indexes=tuple(options.indexes))


class SmokeReport(NamedTuple):
    """What a Python that is to run the worker says of itself; see ``smoke``."""

    python: str
    versions: dict[str, str]
    broken: dict[str, str]
    cuda_build: str
    gpu: str
    no_gpu: str

    @property
    def device(self) -> str:
        """``cuda`` where a tensor was computed on the GPU, else ``cpu``."""
        return "cuda" if self.gpu else CPU

    @property
    def torch(self) -> str:
        """Version and build of torch."""
        return self.versions.get("torch", "")


class Runtime(NamedTuple):
    """A Python that can run the worker: its path, and what it said of itself."""

    python: str
    report: SmokeReport


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold the folder of the runtime against other set-ups, in this QGIS or another; that of a dead one is taken over.

    Raises:
        ResourceError: Another set-up runs.
        OutputNotWritable: The folder cannot be written.
    """
    lock = QLockFile(str(root / layout.LOCK))
    lock.setStaleLockTime(0)  # however long it takes: a lock is stale once its process is gone
    if not lock.tryLock(0):
        if lock.error() != QLockFile.LockError.LockFailedError:
            raise OutputNotWritable(
                tr("The folder of the runtime, '{}', cannot be written.").format(root),
                tr("Choose another one under Settings > Options > DIS2 or in DIS2_RUNTIME."),
            )
        raise ResourceError(
            tr("The runtime in '{}' is being set up already, here or in another QGIS.").format(root),
            tr("Wait until that is done, or cancel it there."),
        )
    try:
        yield
    finally:
        lock.unlock()


def create(root: Path, options: Options, journal: Journal) -> Runtime:
    """Make the runtime anew; an earlier one serves until the new one has been tried out.

    Raises:
        Dis2Error: It could not be made, for one reason in one sentence, and the earlier one is as it was; or the
            person cancelled.
    """
    require_supported()
    layout.claim(root)
    with locked(root):
        layout.claim(root)  # again: somebody may have removed it in between
        journal.keep(root / layout.LOG)
        return _Setup(root, options, journal).make()


def remove(root: Path, journal: Journal) -> bool:
    """Remove the runtime; return whether there was one.

    Raises:
        ResourceError: Another set-up runs, or files are in use.
        OutputNotWritable: The folder cannot be written.
    """
    if not layout.is_ours(root):
        return False
    journal.stage(10, tr("Removing the runtime in '{}'").format(root))
    with locked(root):
        there_was = (root / layout.STAMP).exists()
        left = layout.remove_all(root)
    if left:
        raise ResourceError(
            tr("'{}' cannot be removed: it is in use.").format(left[0]),
            tr("Wait for running algorithms to end, or close the other QGIS, and remove the runtime again."),
        )
    layout.leave(root)
    return there_was


def smoke_test(python: str, journal: Journal) -> SmokeReport:
    """Let a Python import what DIS2 needs, and its GPU compute.

    Raises:
        NoRuntime: It is no Python 3.10 or newer, or a module that the worker needs does not load or is too old.
    """
    arguments = ["-I", str(SMOKE), *REQUIRED_MODULES, *OPTIONAL_MODULES]
    done = run(python, arguments, scrubbed_environment(SCRUBBED), journal, seconds=SMOKE_SECONDS)
    report = _read_report(python, done)
    if tuple(int(number) for number in report.python.split(".")[:2]) < PYTHONS[0]:
        raise NoRuntime(
            tr("'{}' is Python {}; DIS2 needs 3.10 or newer.").format(python, report.python), tr("Choose another one.")
        )
    missing = [name for name in REQUIRED_MODULES if name in report.broken]
    if missing:
        raise NoRuntime(
            tr("'{}' cannot import {} ({}).").format(python, ", ".join(missing), report.broken[missing[0]]),
            _import_hint(report.broken[missing[0]]),
        )
    for name, oldest in OLDEST_MODULES.items():
        version = report.versions.get(name, "")
        if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < oldest:
            raise NoRuntime(
                tr("'{}' has {} {}; DIS2 needs {} or newer.").format(python, name, version, "{}.{}".format(*oldest)),
                tr("Update it there, or choose another Python."),
            )
    return report


def _read_report(python: str, done: Finished) -> SmokeReport:
    try:
        return SmokeReport(**json.loads(done.out.strip().splitlines()[-1]))
    except (ValueError, IndexError, TypeError) as error:
        last = "\n".join(done.err.splitlines()[-12:])
        reason = tr("it crashed") if done.code == -1 else tr("exit code {}").format(done.code)
        raise NoRuntime(
            tr("'{}' does not work as a Python for DIS2 ({}).").format(python, reason),
            "\n".join([tr("Is it a Python 3.10 or newer? Its last words:"), last]),
        ) from error


def _import_hint(reason: str) -> str:
    if "WinError" in reason or "DLL load failed" in reason:
        return tr(
            "Install the Microsoft Visual C++ Redistributable (x64) from Microsoft, restart the machine and repair the "
            "runtime."
        )
    return tr("Repair the runtime, or install what is missing into the Python that you chose.")


def graphics_cards(journal: Journal) -> list[Gpu]:
    """Return the NVIDIA cards that have a working driver."""
    program = shutil.which("nvidia-smi")
    if not program:
        return []
    for query in QUERIES:
        try:
            done = run(program, smi_arguments(query), scrubbed_environment(SCRUBBED), journal, seconds=SMI_SECONDS)
        except SetupFailed as error:
            journal.warning(str(error))
            return []
        if done.code == 0:
            return parse_smi(done.out)
    return []


class _Setup:
    """One set-up, in a folder that is locked."""

    def __init__(self, root: Path, options: Options, journal: Journal) -> None:
        self._root = root
        self._options = options
        self._sources = options.sources()
        self._journal = journal
        self._unverified: list[str] = []

    def make(self) -> Runtime:
        """Make the runtime for what was asked for, else for the CPU; nothing is left of one that fails."""
        layout.sweep(self._root, self._in_use())
        choice = choose(self._options.device, graphics_cards(self._journal))
        environment = layout.new_environment(self._root)
        with ExitStack() as on_failure:
            on_failure.callback(layout.delete, environment)
            try:
                runtime = self._build(choice, environment)
                self._put_into_use(environment, runtime.report)
            except OSError as error:
                raise explain(f"{error.strerror} (os error {error.errno})", tr("Making the runtime")) from error
            on_failure.pop_all()
        layout.sweep(self._root, environment.name)
        layout.delete(self._root / layout.CACHE)
        return runtime

    def _in_use(self) -> str:
        try:
            stamp = layout.read_stamp(self._root)
        except NoRuntime as error:
            self._journal.warning(str(error))
            return ""
        return stamp.environment if stamp else ""

    def _build(self, choice: Choice, environment: Path) -> Runtime:
        """Make and try out an environment; a card that is of no use is no reason to have none."""
        try:
            runtime = self._attempt(choice, environment)
            trouble = "" if choice.backend == CPU or runtime.report.gpu else runtime.report.no_gpu
        except (NoRuntime, SetupFailed) as error:
            if choice.backend == CPU or isinstance(error, (Offline, HashMismatch)):
                raise
            trouble = error.message
        if not trouble:
            return runtime
        text = tr("The graphics card cannot be used ({}). The runtime is made for the CPU instead.")
        self._journal.warning(text.format(trouble))
        layout.delete(environment)
        return self._attempt(Choice(CPU, tr("The graphics card cannot be used.")), environment)

    def _attempt(self, choice: Choice, environment: Path) -> Runtime:
        tell = self._journal.warning if choice.is_fallback else self._journal.info
        tell(tr("torch for '{}': {}").format(choice.backend, choice.reason))
        layout.require_space(self._root, SPACE[choice.backend != CPU])
        self._unverified = []
        return self._install(choice.backend, environment)

    def _install(self, backend: str, environment: Path) -> Runtime:
        journal = self._journal
        journal.stage(2, tr("Getting uv, which installs the packages"))
        uv, is_published = obtain(self._root, self._sources, journal)
        if not is_published:
            self._unverified.append("uv")
        journal.stage(8, tr("Getting Python"))
        version = self._make_environment(uv, environment)
        python = str(layout.python_in(environment))
        journal.stage(18, tr("Installing the packages (numpy, rasterio, matplotlib and others)"))
        self._install_lock(uv, python, PACKAGES_LOCK.read_text(encoding="utf-8"), (), True, (18, 40, 800_000_000))
        journal.stage(40, tr("Installing torch for '{}', the largest part").format(backend))
        self._install_torch(uv, python, backend, version)
        journal.stage(92, tr("Trying it out: importing the packages, computing a tensor"))
        return Runtime(python, smoke_test(python, journal))

    def _make_environment(self, uv: Uv, environment: Path) -> tuple[int, int]:
        """Make a virtual environment of a downloaded Python or the machine's; return its version."""
        versions = self._usable_pythons()
        if self._options.download_python and not self._options.offline:
            name = "{}.{}".format(*(MANAGED_PYTHON if MANAGED_PYTHON in versions else max(versions)))
            try:
                doing = tr("Downloading Python {}").format(name)
                uv("python", "install", name, "--no-bin", "--no-registry", doing=doing)
                return self._venv(uv, environment, name, "--managed-python")
            except SetupFailed as error:
                self._journal.warning(tr("{} The machine's own Python is taken.").format(error.message))
        (major, oldest), (_, newest) = min(versions), max(versions)
        wanted = f">={major}.{oldest},<{major}.{newest + 1}"
        return self._venv(uv, environment, wanted, "--no-managed-python", "--no-python-downloads")

    def _usable_pythons(self) -> list[tuple[int, int]]:
        """Those that the lock is made for; where the folder has torch, those that it has torch for."""
        wheels = self._sources.wheels()
        served = [version for version in PYTHONS if fitting(wheels, this_machine(version))]
        return served or list(PYTHONS)

    def _venv(self, uv: Uv, environment: Path, wanted: str, *arguments: str) -> tuple[int, int]:
        doing = tr("Making an environment of Python {}").format(wanted)
        uv("venv", str(environment), "--python", wanted, "--prompt", "dis2", *arguments, doing=doing)
        text = (environment / "pyvenv.cfg").read_text(encoding="utf-8")
        version = re.search(r"^version_info *= *(\d+)\.(\d+)", text, re.MULTILINE)
        if not version:
            raise SetupFailed(tr("uv made no environment in '{}'.").format(environment), tr("Run the set-up again."))
        return int(version[1]), int(version[2])

    def _install_torch(self, uv: Uv, python: str, backend: str, version: tuple[int, int]) -> None:
        expected = SPACE[backend != CPU] // 2
        ways = plans(backend, this_machine(version), self._sources)
        for number, way in enumerate(ways, 1):
            try:
                self._install_lock(uv, python, way.requirement, way.arguments, way.is_pinned, (40, 90, expected))
                break
            except SetupFailed as error:
                if type(error) is not SetupFailed or number == len(ways):
                    raise
                self._journal.info(str(error))
        self._install_libraries(uv, python, way)

    def _install_libraries(self, uv: Uv, python: str, way: TorchPlan) -> None:
        """Install the CUDA libraries of a build whose lock is not known."""
        if not way.libraries:
            return
        with self._requirements(way.libraries) as path:
            arguments = ["pip", "install", "--python", python, "-r", path, "--only-binary", ":all:"]
            uv(*arguments, *self._sources.arguments(), *way.arguments, doing=tr("Installing the CUDA libraries"))
        self._unverified.append("CUDA")

    def _install_lock(
        self,
        uv: Uv,
        python: str,
        lock: str,
        arguments: tuple[str, ...],
        is_pinned: bool,
        progress: tuple[float, float, int],
    ) -> None:
        """Install the requirements of a lock, and nothing that they in turn require.

        Hashes are enforced. In a folder or a mirror, which the person vouches for, a package may be another build: it
        is named as unverified, the others stay enforced.
        """
        while True:
            words = ["pip", "install", "--python", python, "--no-deps", "--only-binary", ":all:", *arguments]
            words += ["--require-hashes"] if is_pinned and self._sources.are_public else []
            try:
                with self._requirements(lock) as path:
                    doing = tr("Installing the packages")
                    words += ["-r", path, *self._sources.arguments()]
                    uv(*words, doing=doing, polled=self._meter(*progress))
                break
            except HashMismatch as error:
                foreign = set(error.packages) & self._foreign(lock)
                if not foreign:
                    raise
                self._unverified += sorted(foreign)
                lock = without_hashes(lock, foreign)
        if not is_pinned:
            self._unverified.append(lock.strip())

    def _foreign(self, lock: str) -> set[str]:
        """Packages of a lock, as ``name==version``, that may come from elsewhere than PyPI."""
        packages = project_versions(lock)
        if self._sources.indexes:
            return packages
        wheels = folder_wheels(self._sources.folder) if self._sources.folder else []
        offered = {f"{wheel.parts[0].lower().replace('_', '-')}=={wheel.version}" for wheel in wheels}
        return packages & offered

    @contextmanager
    def _requirements(self, lock: str) -> Iterator[str]:
        """A file with requirements, for uv."""
        folder = self._root / layout.CACHE
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

    def _put_into_use(self, environment: Path, report: SmokeReport) -> None:
        """Name the new environment in the stamp: the last step that can fail or be cancelled."""
        self._journal.stage(98, tr("The runtime is ready: Python {}, torch {}").format(report.python, report.torch))
        if self._unverified:
            text = tr("Not verified against the hashes of the published files: {}")
            self._journal.warning(text.format(", ".join(self._unverified)))
        options: dict[str, Any] = asdict(self._options)
        options["indexes"] = [redacted(index) for index in self._options.indexes]
        stamp = Stamp(
            environment=environment.name,
            lock=layout.fingerprint(),
            plugin=__version__,
            python=report.python,
            torch=report.torch,
            device=report.device,
            created=time.strftime("%Y-%m-%d %H:%M"),
            unverified=tuple(self._unverified),
            options=options,
        )
        layout.write_stamp(self._root, stamp)
