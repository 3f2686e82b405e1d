"""Disks that fill up, break and refuse: their errors in words, whether there is room, and what is surely written.

What is not finished has hidden names, which no word to a person mentions.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ..contract.errors import NoSpace, OutputNotWritable, ResourceError

#: What follows ``.<name of the target>`` in the names of all that a run makes beside it.
MARK = ".dis2-"
NEW, EARLIER, SCRATCH = PLACES = ("new", "earlier", "scratch")  # in a hidden folder: what targets become, were; drafts
PART = ".part"  # how the name of a hidden file ends

_DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_PLACE_WRONG = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOTDIR,
    errno.EISDIR,
    errno.ENOENT,
    errno.ENAMETOOLONG,
    errno.ELOOP,
    errno.EBUSY,
)
_SPACE_HINT = "Free some space, or choose another folder."


def is_hidden_name(name: str) -> bool:
    """Whether a run has given a file or folder beside its target this name."""
    return name.startswith(".") and MARK in name


def shown(path: Path) -> Path:
    """A file as a person knows it: what is made in a hidden place by the name that it will have."""
    known: list[str] = []
    before = ""
    for part in path.parts:
        if is_hidden_name(before) and part in PLACES:  # their contents lie beside the hidden folder in the end
            known.pop()
        else:
            known.append(part)
        before = part
    if is_hidden_name(before) and before.endswith(PART):
        known[-1] = before[1:].rpartition(MARK)[0]
    return Path(*known)


def require_file(path: Path) -> None:
    """Check that an output replaces a file or nothing: a device or a pipe would be gone, and the whole machine miss it.

    Raises:
        OutputNotWritable: Something else has its name.
    """
    with translated_errors(path):
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise OutputNotWritable(f"{path} is a device or a pipe, no file.", "Give the name of a file.")


@contextmanager
def translated_errors(path: Path) -> Iterator[None]:
    """Raise what the operating system says about writing ``path`` as an error of ours."""
    try:
        yield
    except OSError as error:
        path = shown(path)
        if error.errno in _DISK_FULL:
            raise NoSpace(f"There is no space left to write {path} ({error.strerror}).", _SPACE_HINT) from error
        if error.errno in _PLACE_WRONG:
            raise OutputNotWritable(
                f"{path} cannot be written ({error.strerror}).",
                "Choose another folder, or close the programs that have the file open.",
            ) from error
        raise ResourceError(f"{path} cannot be written ({error}).", "Check the disk.") from error


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


def take_away(path: Path) -> None:
    """Remove a file or a folder, if there is one and the disk lets it go."""
    with suppress(OSError):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def sync(path: Path) -> None:
    """Wait until a file, a folder's entries, or all files in a folder are on the disk, should the power fail.

    Raises:
        OSError: The disk is full or broken.
    """
    if path.is_dir():
        for inside in path.iterdir():
            sync(inside)
        sync_names(path)
    else:
        _sync(path, os.O_RDONLY if sys.platform != "win32" else os.O_RDWR)


def sync_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk; Windows does this by itself."""
    if sys.platform != "win32":
        _sync(folder, os.O_RDONLY)


def _sync(path: Path, mode: int) -> None:
    handle = os.open(path, mode)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a disk that knows no such thing, as some of a network
            raise
    finally:
        os.close(handle)
