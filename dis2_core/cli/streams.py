"""stdout and stderr that never stop a run: closed, missing, full, or with a reader that has gone.

Launchers without a console close them, services leave None, a disk fills up. A map that is made stays a success, and
what cannot be said on stdout is said on stderr.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from ..contract.errors import ResourceError

READER_GONE = (errno.EPIPE, errno.ESHUTDOWN)  # who reads no more wants no more: nothing is amiss


class Outlet(io.RawIOBase):
    """Writes to a descriptor, and where that fails to another outlet; never raises.

    Args:
        descriptor: Of the stream; None: there is none.
        instead: Gets what the descriptor does not take.

    Attributes:
        failure: Why the descriptor took something not; None where it took everything.
    """

    def __init__(self, descriptor: int | None, instead: Outlet | None = None) -> None:
        super().__init__()
        self.failure: OSError | None = None
        self._descriptor = descriptor
        self._instead = instead

    def writable(self) -> bool:
        """Whether it is for writing."""
        return True

    def isatty(self) -> bool:
        """Whether a person looks at it."""
        return self._descriptor is not None and os.isatty(self._descriptor)

    def fileno(self) -> int:
        """The descriptor. Raises io.UnsupportedOperation where there is none."""
        return super().fileno() if self._descriptor is None else self._descriptor

    def write(self, data: Any, /) -> int:
        """Write all of it somewhere."""
        rest = memoryview(data).cast("B")
        length = len(rest)
        while rest and self._descriptor is not None:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:  # a pipe that does not wait by itself
                select.select([], [self._descriptor], [])
            except OSError as error:
                if error.errno in READER_GONE:
                    return length
                self.failure = error
                break
        if rest and self._instead is not None:
            self._instead.write(rest)
        return length


@contextmanager
def steady_streams() -> Iterator[None]:
    """Put such streams in the place of ``sys.stdout`` and ``sys.stderr`` for as long as the ``with`` block lasts.

    Streams that lead to no descriptor, those of a test or of a notebook, stay as they are.
    """
    _occupy()
    before = sys.stdout, sys.stderr
    own: list[TextIO] = []
    outlet = None
    if _replaceable(sys.stderr):
        outlet = Outlet(_descriptor(sys.stderr))
        sys.stderr = _text(sys.stderr, outlet, "backslashreplace")
        own.append(sys.stderr)
    if _replaceable(sys.stdout):
        sys.stdout = _text(sys.stdout, Outlet(_descriptor(sys.stdout), outlet), "replace")  # letters a console lacks
        own.append(sys.stdout)
    try:
        yield
    finally:
        for stream in reversed(own):
            stream.flush()
        sys.stdout, sys.stderr = before


def forgive_stdout() -> None:
    """What stdout did not take is no failure: the files are in place."""
    if (outlet := _outlet()) is not None:
        sys.stdout.flush()
        outlet.failure = None


def check_stdout() -> None:
    """Raise ResourceError where stdout did not take what a command had to say."""
    if (outlet := _outlet()) is None:
        return
    sys.stdout.flush()
    if outlet.failure is not None:
        raise ResourceError(
            f"What should go to stdout could not be written there ({outlet.failure.strerror}).",
            "It stands above, on stderr; free some space, or send it elsewhere.",
        )


def _outlet() -> Outlet | None:
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw if isinstance(raw, Outlet) else None


def _occupy() -> None:
    """Lead closed standard descriptors to nowhere: the next file that is opened would become stdout or stderr.

    GDAL and other libraries print there by number, and would print into the map.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != number:
                os.dup2(nowhere, number)
                os.close(nowhere)


def _replaceable(stream: TextIO | None) -> bool:
    return stream is None or _descriptor(stream) is not None


def _descriptor(stream: TextIO | None) -> int | None:
    try:
        return None if stream is None else stream.fileno()
    except (OSError, ValueError):  # io.UnsupportedOperation is both
        return None


def _text(stream: TextIO | None, outlet: Outlet, errors: str) -> TextIO:
    """A stream of text like the one that it replaces, on an outlet."""
    if stream is not None:
        stream.flush()
    encoding = getattr(stream, "encoding", None) or "utf-8"
    lines = errors == "backslashreplace" or outlet.isatty()  # stderr comes line by line wherever it goes
    return io.TextIOWrapper(io.BufferedWriter(outlet), encoding=encoding, errors=errors, line_buffering=lines)
