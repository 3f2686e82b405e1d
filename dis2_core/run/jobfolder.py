"""Results appear whole or not at all: parts in a hidden folder beside each target, locks, renames, space."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

from ..contract.errors import AlreadyRunning, InputError, NoSpace, OutputNotWritable, ResourceError

#: What follows ``.<name of the target>`` in the names of job folders and of the lock.
MARK = ".dis2-"

RASTER_SUFFIXES = (".tif", ".tiff")

#: Endings, and what they stand for, of outputs that are no rasters; none: any.
_ENDINGS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "areas": ((), ""),
    "matrix": ((), ""),
    "scores": ((), ""),
    "report": ((".html", ".htm"), "HTML file"),
    "model": ((".safetensors",), "model file"),
    "polygons": ((".geojson",), "GeoJSON file"),
}
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_PLACE_WRONG = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENOENT,
    errno.ENAMETOOLONG,
)
_SPACE_HINT = "Free some space, or choose another folder."
_held_here: set[Path] = set()
_held_here_guard = threading.Lock()  # threads of one process have one number


class JobFolder:
    """The places where the outputs of one run are made, and the targets they are renamed to.

    A context manager: entering checks the targets, locks them and makes a hidden folder
    ``.<target>.dis2-<process>-<random>`` beside each of them; leaving removes whatever was not committed.

    Args:
        targets: Paths by output name, in the order in which they are renamed into place.
        inputs: Files that must not be overwritten.

    Raises:
        InputError: Two outputs, or an output and an input, are the same file.
        OutputNotWritable: A folder is missing or not writable, or another run writes a target.
        NoSpace: The disk is full.
    """

    def __init__(self, targets: Mapping[str, str], inputs: Iterable[str] = ()) -> None:
        self.targets = {name: Path(os.path.abspath(path)) for name, path in targets.items()}
        self._inputs = tuple(inputs)
        self._folders: dict[str, Path] = {}
        self._cleanup = ExitStack()

    def __enter__(self) -> JobFolder:
        check_targets(self.targets, self._inputs)
        with ExitStack() as stack:
            for name, target in self.targets.items():
                stack.enter_context(lock_target(target))
                self._folders[name] = make_hidden_folder(target)
                stack.callback(shutil.rmtree, self._folders[name], ignore_errors=True)
            self._cleanup = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._cleanup.close()

    def part(self, name: str) -> Path:
        """Where an output is made; files beside it in its folder whose names begin alike go with it."""
        return self._folders[name] / self.targets[name].name

    def scratch(self, name: str) -> Path:
        """A path for a temporary raster of an output."""
        return self._folders[name] / "scratch" / self.targets[name].name

    def commit(self) -> Iterator[tuple[str, Path]]:
        """Rename all parts into place and yield name and target of each; sidecars go before their raster.

        Raises:
            OutputNotWritable: A target cannot be replaced.
        """
        for name, target in self.targets.items():
            with translated_errors(target):
                for suffix in _companions(target):
                    _replace(_beside(self.part(name), suffix), _beside(target, suffix))
                os.replace(self.part(name), target)
            yield name, target


def check_targets(targets: Mapping[str, Path], inputs: Iterable[str] = ()) -> None:
    """Check that the targets can be written and overwrite nothing that is needed; see ``JobFolder``."""
    written: dict[Path, str] = {}
    protected = {Path(os.path.realpath(path)): path for path in inputs}
    for name, target in targets.items():
        _check_target(name, target)
        for suffix in ("", *_companions(target)):
            path = Path(os.path.realpath(_beside(target, suffix)))
            if path in protected:
                raise InputError(
                    f"The output {target} would overwrite the input {protected[path]}.",
                    "Choose another name for the output.",
                )
            if path in written:
                raise InputError(
                    f"The outputs '{written[path]}' and '{name}' would both write {path}.",
                    "Give each output a name of its own.",
                )
            written[path] = name


def require_space(needed: Mapping[Path, int]) -> None:
    """Check that the disks have room.

    Args:
        needed: Bytes by folder.

    Raises:
        NoSpace: A disk has less than the sum of what goes to it.
    """
    by_disk: dict[int, tuple[Path, int]] = {}
    for folder, size in needed.items():
        disk = folder.stat().st_dev
        by_disk[disk] = (folder, by_disk.get(disk, (folder, 0))[1] + size)
    for folder, size in by_disk.values():
        free = shutil.disk_usage(folder).free
        if free < size:
            raise NoSpace(
                f"The outputs need about {size / 1e6:,.0f} MB in {folder}, which has {free / 1e6:,.0f} MB left.",
                _SPACE_HINT,
            )


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Raise what the operating system says about writing ``path`` as an error of ours."""
    try:
        yield
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise NoSpace(f"There is no space left to write {path} ({error.strerror}).", _SPACE_HINT) from error
        if error.errno in _PLACE_WRONG:
            raise OutputNotWritable(
                f"{path} cannot be written ({error.strerror}).",
                "Choose another folder, or close the programs that have the file open.",
            ) from error
        raise ResourceError(f"{path} cannot be written ({error}).", "Check the disk.") from error


def _check_target(name: str, target: Path) -> None:
    endings, kind = _ENDINGS.get(name, (RASTER_SUFFIXES, "GeoTIFF"))
    if endings and target.suffix.lower() not in endings:
        raise InputError(f"The output {target} is to be a {kind}.", f"Give it a name that ends in {endings[0]}.")
    with translated_errors(target):  # a name may be too long to be looked up
        is_folder = target.is_dir()
    if is_folder:
        raise OutputNotWritable(f"The output {target} is a folder.", "Give the name of a file in it.")
    if not target.parent.is_dir():
        raise OutputNotWritable(f"The folder {target.parent} does not exist.", "Create it, or choose another.")
    if not os.access(target.parent, os.W_OK) or (target.exists() and not os.access(target, os.W_OK)):
        raise OutputNotWritable(f"You may not write {target}.", "Choose another folder, or ask for the permission.")


def _companions(target: Path) -> Sequence[str]:
    """Endings of the files that belong to a target: GDAL's and the style."""
    return (".aux.xml", ".ovr", ".msk", ".qml") if target.suffix.lower() in RASTER_SUFFIXES else ()


def _beside(path: Path, suffix: str) -> Path:
    """The companion of a raster: QGIS replaces the ending, GDAL appends to it."""
    return path.with_suffix(suffix) if suffix == ".qml" else path.with_name(path.name + suffix)


def _replace(new: Path, old: Path) -> None:
    """Put a companion into place; a stale one that has no successor is removed."""
    if new.exists():
        os.replace(new, old)
    else:
        old.unlink(missing_ok=True)


def make_hidden_folder(target: Path) -> Path:
    """Make a hidden folder beside a locked target. Those that a killed run left behind are removed."""
    prefix = f".{target.name}{MARK}"
    with translated_errors(target):
        for left_over in target.parent.iterdir():
            if left_over.name.startswith(prefix) and left_over.is_dir():
                shutil.rmtree(left_over, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=target.parent))
        (folder / "scratch").mkdir()
    return folder


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a place beside a file; what is written there becomes the file where the block ends well.

    A run that writes a single file at a time needs no ``JobFolder``.

    Raises:
        OutputNotWritable, NoSpace: The file cannot be written; an earlier one of its name stays.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with translated_errors(path):
            yield part
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def lock_target(target: Path) -> Iterator[None]:
    """Hold the lock of a target: a file that names the process. One of a dead process is taken over."""
    path = target.with_name(f".{target.name}{MARK}lock")
    with _held_here_guard:
        _acquire(path, target)
        _held_here.add(path)
    try:
        yield
    finally:
        with _held_here_guard:
            _held_here.discard(path)
            path.unlink(missing_ok=True)


def _acquire(path: Path, target: Path) -> None:
    if not _create_lock(path):
        owner = _owner(path)
        if path in _held_here or _is_running(owner) or (not owner and _is_fresh(path)):
            raise AlreadyRunning(
                f"Another run (process {owner.get('pid')} on {owner.get('host')}) is writing {target}.",
                f"Wait for it. If there is none, delete {path}.",
            )
        if not (_remove_stale(path, owner) and _create_lock(path)):
            raise AlreadyRunning(f"Another run has just begun to write {target}.", "Wait for it.")


def _remove_stale(path: Path, owner: Mapping[str, object]) -> bool:
    """Remove the lock of a dead owner; False where another run has replaced it meanwhile, whose lock then stays."""
    aside = path.with_name(f"{path.name}-{os.getpid()}")
    try:
        os.replace(path, aside)  # of two runs that come at once, one gets it
    except FileNotFoundError:
        return True
    if stale := _owner(aside) == owner:
        aside.unlink()
    else:
        os.replace(aside, path)
    return stale


def _create_lock(path: Path) -> bool:
    text = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": time.time()})
    with translated_errors(path):
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            return False
    return True


def _owner(path: Path) -> dict[str, object]:
    """Who holds a lock; nothing where its file is damaged or has just gone."""
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return owner if isinstance(owner, dict) else {}


def _is_fresh(path: Path) -> bool:
    """Whether a lock has just been made, so that its owner may not have written its name yet."""
    try:
        return time.time() - path.stat().st_mtime < 5
    except FileNotFoundError:
        return False


def _is_running(owner: Mapping[str, object]) -> bool:
    """Whether the process behind a lock lives; one on another machine is taken to."""
    pid = owner.get("pid")
    if not isinstance(pid, int):
        return False
    if owner.get("host") != socket.gethostname():
        return True
    return pid != os.getpid() and _process_exists(pid)  # ours would be held here: a reused number


if sys.platform == "win32":

    def _process_exists(pid: int) -> bool:
        import ctypes

        synchronize = 0x00100000
        handle = ctypes.windll.kernel32.OpenProcess(synchronize, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)

else:

    def _process_exists(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
