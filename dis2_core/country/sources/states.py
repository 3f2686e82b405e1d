"""Whether the files of an input are still what they were when the plan was made."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterable
from urllib.error import URLError

from ...contract.errors import InputError, UnreadableRaster
from ...rasters.formats import is_file_name
from ...run.provenance import without_query
from ..plan import FileState

SECONDS = 30  # that a server may take to tell how large a file is


def state_of(path: str) -> FileState:
    """How large a file is, and since when; None is what cannot be found out: whoever reads it says what is wrong."""
    if is_file_name(path):
        try:
            known = os.stat(path)
        except OSError:
            return FileState(path)
        return FileState(path, known.st_size, known.st_mtime) if os.path.isfile(path) else FileState(path)
    return _state_of_address(path)


def _state_of_address(path: str) -> FileState:
    address = path.removeprefix("/vsicurl/")
    if not address.startswith(("http://", "https://")):
        return FileState(path)
    try:
        request = urllib.request.Request(address, method="HEAD")
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            length = answer.headers.get("Content-Length")
            tag = answer.headers.get("ETag") or answer.headers.get("Last-Modified")
    except (URLError, OSError, ValueError):
        return FileState(path)
    return FileState(path, int(length) if length and length.isdecimal() else None, tag=tag)


def require_unchanged(planned: Iterable[FileState]) -> None:
    """Check that files are what they were.

    Raises:
        UnreadableRaster: A server does not tell; it may later.
        InputError: One is not: a unit made of it would not fit its neighbours.
    """
    for before in planned:
        now = state_of(before.path)
        is_told = (before.size, before.tag) == (None, None) or (now.size, now.tag) != (None, None)
        if not (is_file_name(before.path) or is_told):
            raise UnreadableRaster(
                f"The server of {without_query(before.path)} does not answer, or has it no more.",
                "Call dis2 work again when it does.",
            )
        if any(
            was is not None and was != found
            for was, found in ((before.size, now.size), (before.modified, now.modified), (before.tag, now.tag))
        ):
            raise InputError(
                f"{without_query(before.path)} has changed since the plan was made, or is not there any more.",
                "Bring it back, or plan again; units of the earlier plan are made anew then.",
            )
