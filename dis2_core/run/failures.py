"""The outermost translation: what becomes of an exception that no one else has an answer to.

A person, a file, a disk or a machine did something that nothing below foresaw. Its error names the file
and the cause; a bug is only what is left. The commands and the plugin's worker have no other.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from ..contract.errors import Cancelled, Dis2Error, InputError, ResourceError
from .disk import translated_errors

_MACHINE = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN, errno.ENOLCK)
#: The system's loader tells no number: what it says where memory, or the files that may be open, do not suffice.
_LOADERS_WORDS = ("failed to map segment", *(os.strerror(number) for number in _MACHINE))
_CLOSE = "Close other programs."


def describe(error: BaseException) -> Dis2Error:
    """Any exception as an error that tells what to do."""
    if isinstance(error, Dis2Error):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Cancelled("Cancelled.")
    if isinstance(error, MemoryError) or _is_out_of_memory(error):
        return ResourceError("The memory is full.", "Close other programs, or give a smaller --batch-size.")
    if isinstance(error, OSError):
        return _of_the_system(error)
    if isinstance(error, UnicodeError):
        return InputError(
            f"A name or a text cannot be read or written in the encoding that it has to have ({error}).",
            "Rename the file, or set a UTF-8 locale such as LC_ALL=C.UTF-8.",
        )
    if isinstance(error, RecursionError):
        return InputError("A file is nested too deeply to be read.", "Leave out what is not needed of it.")
    if isinstance(error, ImportError):
        return of_an_import(error, f"{error.name or 'A package'} cannot be loaded ({error}).", "Install DIS2 again.")
    first_line = str(error).partition("\n")[0]
    return Dis2Error(
        f"This is a bug in DIS2 ({type(error).__name__}: {first_line}).",
        "Please report it; with DIS2_DEBUG=1 in the environment it shows where it happened.",
    )


def of_an_import(error: Exception, text: str, hint: str) -> ResourceError:
    """A library that did not load: the machine had no room for it, or it is as ``text`` and ``hint`` say."""
    if any(words in str(error) for words in _LOADERS_WORDS):
        return ResourceError(f"The machine has too little of something ({error}).", _CLOSE)
    return ResourceError(text, hint)


def _of_the_system(error: OSError) -> Dis2Error:
    """An error of the operating system about a file, a disk, or the machine."""
    if error.errno in _MACHINE:
        return ResourceError(f"The machine has too little of something ({error}).", _CLOSE)
    name = error.filename2 or error.filename
    if name is None or error.errno is None:
        return ResourceError(f"The system refused something ({error}).", "Try again; check disk and network.")
    path = os.fsdecode(name) if isinstance(name, (str, bytes)) else str(name)
    try:
        with translated_errors(Path(path)):
            raise error
    except Dis2Error as translated:
        cause = error.strerror or type(error).__name__
        return type(translated)(f"{path} cannot be used ({cause}).", "Check the path, your permissions and the disk.")


def _is_out_of_memory(error: BaseException) -> bool:
    """Whether torch, where it is at work, has found a device's memory full."""
    if not (isinstance(error, RuntimeError) and "torch" in sys.modules):
        return False
    from .device import is_out_of_memory

    return is_out_of_memory(error)
