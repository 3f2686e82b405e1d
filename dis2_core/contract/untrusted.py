"""Reading what a stranger wrote: regular files alone, bounded in size, depth and count.

A job, a card, a log, polygons, a recipe: each may come from anywhere, and each is read through this
module before anything looks at what it says. The bounds hold before memory is taken. Standard library
alone and Python 3.9: the plugin reads with it, too.
"""

from __future__ import annotations

import errno
import json
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from .errors import Dis2Error, InputError, ResourceError, shortened

MAX_DEPTH = 64  # of JSON: jobs and cards need 8
MAX_DIGITS = 30  # of an integer: the quadratic cost of reading longer ones is an attack
MAX_MEMORY = 1 << 30  # bytes that a JSON text may become

_BYTES_A_CONTAINER, _BYTES_A_VALUE = 64, 40  # of CPython, for the smallest list and for a number in one
_WAITS_FOR_NOBODY = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


class Refused(ValueError):
    """A file or a text is not read; the message says why, not which one: see ``refusals``."""


@contextmanager
def refusals(subject: str, error_class: type[Dis2Error] = InputError, hint: str = "") -> Iterator[None]:
    """Raise what goes wrong while a stranger's file is read as an error that names it.

    Args:
        subject: Begins the message: ``The job run.json``.
        error_class: Of the error.
        hint: What to do next.

    Raises:
        ResourceError: The machine lets no more files be opened; ``error_class`` for all else.
    """
    try:
        yield
    except OSError as error:
        said = f"{subject} cannot be read ({error.strerror or error})."
        if error.errno in (errno.EMFILE, errno.ENFILE):  # which is not the file's fault
            raise ResourceError(said, "Close other programs, or allow more open files (ulimit -n).") from error
        raise error_class(said, hint) from error
    except RecursionError as error:
        raise error_class(f"{subject} cannot be read (it is nested too deeply).", hint) from error
    except ValueError as error:  # ours, and those of codecs, of JSON and of paths with a null byte
        raise error_class(f"{subject} cannot be read ({shortened(str(error), 200)}).", hint) from error


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file to read its bytes.

    Raises:
        OSError: It is not there, or may not be read.
        Refused: It is a folder, a pipe or a device: reading one may never end.
    """
    return open(path, "rb", opener=_open_regular)


def _open_regular(path: str, flags: int) -> int:
    handle = os.open(path, flags | _WAITS_FOR_NOBODY)
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        raise Refused("it is a folder" if stat.S_ISDIR(mode) else "it is no regular file but a pipe or a device")
    return handle


def read_bytes(path: str | os.PathLike[str], most: int) -> bytes:
    """The bytes of a file, of which there may be so many.

    Raises:
        OSError, Refused: As ``open_regular``, or it is larger.
    """
    with open_regular(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        data = b"" if size > most else stream.read(most + 1)  # it may grow meanwhile
    if max(size, len(data)) > most:
        raise Refused(f"it has {size:,} bytes; up to {most:,} are read")
    return data


def read_text(path: str | os.PathLike[str], most: int) -> str:
    """The text of a file in UTF-8, with or without the mark with which Windows begins files.

    Raises:
        OSError, Refused: As ``read_bytes``, or it is not UTF-8.
    """
    return decode(read_bytes(path, most))


def decode(data: bytes) -> str:
    """Bytes as text. Raises Refused where they are not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"it is not UTF-8 text: {error.reason} at byte {error.start:,}") from error


def parse_json(text: str, *, exact: bool = False) -> Any:
    """The value of a JSON text, within the bounds of this module.

    Args:
        text: Of one value.
        exact: Also refuse what only Python and lenient writers take for JSON: a key that occurs twice,
            numbers that are not finite, integers that nobody needs, halves of characters. Otherwise an integer
            beyond ``MAX_DIGITS`` is read as a float, which may be infinite.

    Raises:
        Refused: It is no JSON, or beyond a bound.
    """
    _require_affordable(text)
    hooks: dict[str, Any] = {"parse_int": _short_or_float}
    if exact:
        hooks = {
            "parse_int": _short_integer,
            "parse_float": _finite,
            "parse_constant": _finite,
            "object_pairs_hook": _unique,
        }
    try:
        value = json.loads(text, **hooks)
        if exact:
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a surrogate pair cannot be written again
    except RecursionError:
        raise Refused("it is nested too deeply") from None
    except ValueError as error:  # JSON and UTF-8 errors are ValueErrors, too
        raise error if isinstance(error, Refused) else Refused(f"it is no JSON: {error}") from error
    _require_shallow(value)
    return value


def _require_affordable(text: str) -> None:
    """Refuse a text that becomes far more than it looks like: three characters, ``[],``, become a list of 64 bytes."""
    needed = _BYTES_A_CONTAINER * (text.count("[") + text.count("{")) + _BYTES_A_VALUE * text.count(",") + 2 * len(text)
    if needed > MAX_MEMORY:
        raise Refused(
            f"it would take about {needed / 1e6:,.0f} MB of memory; up to {MAX_MEMORY / 1e6:,.0f} MB are taken"
        )


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        level = [child for item in level for child in _children(item) if isinstance(child, (dict, list))]
        if not level:
            return
    raise Refused(f"it is nested more than {MAX_DEPTH} deep")


def _children(item: Any) -> Any:
    if isinstance(item, dict):
        return item.values()
    return item if isinstance(item, list) else ()


def _short_or_float(text: str) -> float:
    return int(text) if len(text) <= MAX_DIGITS else float(text)


def _short_integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise Refused(f"an integer has {len(text):,} digits")
    return int(text)


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise Refused(f"{text[:40]} is no finite number")
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise Refused("a key occurs twice")
    return result
