"""One run at a time writes a target: a lock that the system holds, and that ends with its process.

The file ``.<target>.dis2-lock`` is what is locked. What it says is for people; whether a run lives, the system knows.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..contract.errors import AlreadyRunning, OutputNotWritable
from .disk import MARK, translated_errors

_LONGEST_TEXT = 4096  # bytes that are read of the lock of another run
_IN_THE_WAY = (errno.EISDIR, errno.ELOOP, errno.ENXIO)
_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
_NO_LOCKS_HERE = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # some disks of a network


@contextmanager
def lock_target(target: Path) -> Iterator[None]:
    """Hold the lock of a target for the length of the block.

    Raises:
        AlreadyRunning: Another run, of this process or of another one, holds it.
        OutputNotWritable, NoSpace: The lock cannot be made.
    """
    path = target.with_name(f".{target.name}{MARK}lock")
    handle = _acquire(path, target)
    try:
        yield
    finally:
        _release(path, handle)


def try_to_lock(path: Path) -> int | None:
    """Open a file and lock it; None where another holds it. Closing the handle, or the end of the process, unlocks.

    Raises:
        OSError: There is no such file, or it is none.
    """
    handle = os.open(path, os.O_RDWR | _SAFELY)
    if stat.S_ISREG(os.fstat(handle).st_mode) and _hold(handle):
        return handle
    os.close(handle)
    return None


def _acquire(path: Path, target: Path) -> int:
    while True:
        handle = _open(path)
        try:
            if not _hold(handle):
                raise AlreadyRunning(
                    f"Another run ({_owner(handle)}) is writing {target}.", "Wait for it, or choose another name."
                )
        except BaseException:
            os.close(handle)
            raise
        if _is_at(path, handle):
            return _signed(path, handle)
        os.close(handle)  # the run that had it has just ended and taken the file away


def _open(path: Path) -> int:
    try:
        with translated_errors(path):
            handle = os.open(path, os.O_RDWR | os.O_CREAT | _SAFELY, 0o666)
    except OutputNotWritable as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in _IN_THE_WAY:
            raise _in_the_way(path) from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise _in_the_way(path)
    return handle


def _in_the_way(path: Path) -> OutputNotWritable:
    return OutputNotWritable(f"{path} is no file, and in the way of the lock of that name.", "Delete it.")


def _is_at(path: Path, handle: int) -> bool:
    """Whether the file that is locked is still the one of that name."""
    try:
        return os.path.samestat(os.stat(path, follow_symlinks=False), os.fstat(handle))
    except FileNotFoundError:
        return False


def _signed(path: Path, handle: int) -> int:
    """Say in the file who holds it, for people."""
    try:
        with translated_errors(path):
            _sign(handle)
    except BaseException:
        _release(path, handle)
        raise
    return handle


def _sign(handle: int) -> None:
    text = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "started": time.time()})
    os.lseek(handle, 0, os.SEEK_SET)
    os.ftruncate(handle, 0)
    os.write(handle, text.encode())


def _owner(handle: int) -> str:
    """Who holds a lock, as its text says."""
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        owner = json.loads(os.read(handle, _LONGEST_TEXT))
        return f"process {int(owner['pid'])} on {str(owner['host'])[:100]!r}"
    except (OSError, ValueError, TypeError, LookupError, OverflowError, RecursionError):
        return "a process that gives no name"


def _release(path: Path, handle: int) -> None:
    """Take the file away while it is still locked, so that nobody else loses a lock of the same name."""
    if sys.platform == "win32":  # an open file cannot be removed there
        os.close(handle)
        _remove(path)
    else:
        if _is_at(path, handle):
            _remove(path)
        os.close(handle)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # an empty lock that stays holds nobody up


_SAFELY = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_NOINHERIT", "O_BINARY"))

if sys.platform == "win32":
    import msvcrt

    _BEYOND_THE_TEXT = 1 << 30  # a locked byte cannot be read there by others

    def _hold(handle: int) -> bool:
        os.lseek(handle, _BEYOND_THE_TEXT, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in _HELD:
                return False
            raise
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _hold(handle: int) -> bool:
        """Lock an open file for this process; True also where the disk knows no locks."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD:
                return False
            if error.errno not in _NO_LOCKS_HERE:
                raise
        return True
