"""Names of files: those that can be passed on, and how they are shown. Standard library alone, Python 3.9."""

from __future__ import annotations

from .errors import ProtocolError


def readable(name: str) -> str:
    r"""A name as it can be printed and sent: bytes that are no UTF-8 as ``\xe9``, control characters as ``\x00``."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def check_names(*names: str | None) -> None:
    """Check that names can be given to libraries, whether for reading or for writing.

    Raises:
        ProtocolError: One is empty, holds a null byte, or is not UTF-8 (bytes of another encoding).
    """
    for name in names:
        if name is None:
            continue
        if not name:
            raise ProtocolError("The name of a file is empty.", "Give a name.")
        if "\0" in name:
            raise ProtocolError(f"The name '{readable(name)}' holds a null byte.", "No file can have such a name.")
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            raise ProtocolError(
                f"The name '{readable(name)}' is not UTF-8, and GDAL takes no other names.",
                "Rename the file or the folder; convmv renames whole archives.",
            ) from None
