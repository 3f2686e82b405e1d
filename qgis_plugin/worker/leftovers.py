"""What a killed worker leaves beside its targets, and its removal.

A run keeps its parts in hidden folders ``.<target>.dis2-<process>-<random>`` and holds its targets with lock files
``.<target>.dis2-lock``, which the system locks for it (``dis2_core.run.locks``). A worker that ends by itself takes
both away; one that is killed cannot. What a living run holds is left alone.

One that is killed while it puts its files into place leaves a hidden folder with a journal, from which the next run
completes or undoes that (``dis2_core.run.transaction``). What a journal speaks of may lie in any hidden folder of that
process: all of them stay, and the next run takes them away.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where nobody can remove a file that a living run has open
    fcntl = None  # type: ignore[assignment]

#: As the library names them, whose ``run`` needs a newer Python than QGIS may have.
MARK, JOURNAL = ".dis2-", "journal.json"

_SAFELY = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


def remove_leftovers(targets: Iterable[str], pid: int) -> None:
    """Remove the job folders and locks that process ``pid``, which is dead, had beside ``targets``."""
    for target in map(Path, targets):
        with _taken(target.with_name(f".{target.name}{MARK}lock")) as is_ours:
            if is_ours and not any(target.parent.glob(f".*{MARK}{pid}-*/{JOURNAL}")):
                for folder in target.parent.glob(f".{escape(target.name)}{MARK}{pid}-*"):
                    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _taken(lock: Path) -> Iterator[bool]:
    """Take a lock file away for the length of the block and for good; False where it may be a living run's."""
    if fcntl is None:
        yield _is_removed(lock)
        return
    try:
        handle = os.open(lock, _SAFELY)
    except OSError as error:
        yield isinstance(error, FileNotFoundError)  # all else is no lock of ours
        return
    try:
        is_ours = stat.S_ISREG(os.fstat(handle).st_mode) and _is_locked(handle)
        yield is_ours
        if is_ours:
            _is_removed(lock)
    finally:
        os.close(handle)


def _is_locked(handle: int) -> bool:
    """Lock an open file; False where another holds it, or the disk knows no locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_removed(lock: Path) -> bool:
    try:
        lock.unlink(missing_ok=True)
    except OSError:
        return False
    return True
