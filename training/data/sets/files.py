"""Finding the files of a data set however it was unpacked."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from dis2_core.contract.errors import InputError

SPLITS = ("train", "validation", "test")


class Files:
    """The files below a folder, found by name whatever the case and however deep they are.

    Archives unpack into folders of the same name, tools change the case of names: neither matters.

    Args:
        folder: Where the data set was unpacked.
        title: Name of the data set, for messages.
        suffixes: Endings of the files that matter, in lower case.

    Raises:
        InputError: There is no such folder.
    """

    def __init__(self, folder: str | Path, title: str, suffixes: Iterable[str] = (".tif", ".tiff")) -> None:
        self.folder = Path(folder)
        self.title = title
        self.suffixes = tuple(suffixes)
        if not self.folder.is_dir():
            raise InputError(f"{self.folder} is no folder.", f"Name the folder where {title} was unpacked.")

    @cached_property
    def all(self) -> list[Path]:
        """All files, sorted; hidden ones and those that macOS leaves in archives are none of the set's."""
        found = []
        for folder, folders, names in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
            found += [Path(folder, name) for name in names if not name.startswith(".")]
        return sorted(path for path in found if path.suffix.lower() in self.suffixes)

    @cached_property
    def _by_name(self) -> Mapping[str, list[Path]]:
        by_name: dict[str, list[Path]] = {}
        for path in self.all:
            by_name.setdefault(path.name.lower(), []).append(path)
        return by_name

    def find(
        self, names: str | Sequence[str], inside: str | Sequence[str] = (), below: Path | None = None
    ) -> Path | None:
        """The first file with one of these names, whatever the case.

        Args:
            names: One name, or several that are tried in turn.
            inside: Names of folders, one of which it must lie in, at any depth; empty for anywhere.
            below: A folder that it must lie below.
        """
        folders = {name.lower() for name in _several(inside)}
        for name in _several(names):
            for path in self._by_name.get(name.lower(), []):
                if (below is None or below in path.parents) and (not folders or folders & self._folders(path)):
                    return path
        return None

    def get(self, names: str | Sequence[str], inside: str | Sequence[str] = (), below: Path | None = None) -> Path:
        """Like ``find``.

        Raises:
            InputError: There is none.
        """
        if path := self.find(names, inside, below):
            return path
        wanted = "/".join([*_several(inside)[:1], _several(names)[0]])
        raise InputError(
            f"{self.title}: {wanted} is missing below {below or self.folder}.",
            "Unpack the archive that holds it there; docs/data.md shows what belongs to the set.",
        )

    def within(self, folder: str) -> list[Path]:
        """All files in folders of this name, at any depth."""
        return [path for path in self.all if folder.lower() in self._folders(path)]

    def _folders(self, path: Path) -> set[str]:
        return {part.lower() for part in path.relative_to(self.folder).parts[:-1]}


def _several(names: str | Sequence[str]) -> Sequence[str]:
    return (names,) if isinstance(names, str) else tuple(names)


def check_split(split: str, splits: Sequence[str] = SPLITS) -> None:
    """Raise InputError where a data set has no such split."""
    if split not in splits:
        raise InputError(f"There is no split '{split}'.", f"There are {', '.join(splits)}.")


def drawn(name: str, share: float) -> bool:
    """Whether a name falls into a share of all names: the same on every machine, whatever else is there."""
    digest = hashlib.sha256(name.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
