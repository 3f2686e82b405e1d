"""A folder of results that appears whole or not at all, and replaces nothing but an earlier one of its kind."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from ..contract.errors import InputError, OutputNotWritable
from ..contract.untrusted import parse_json, read_text
from ..contract.version import __version__
from .disk import MARK, is_hidden_name, take_away, translated_errors
from .jobfolder import HiddenFolders
from .targets import PARTS_OF_RASTERS, RASTER_SUFFIXES, STYLE

MAX_MANIFEST = 1 << 20  # bytes

#: Endings of the notes that GDAL and QGIS leave beside a raster: appended to its name, or instead of its ending.
APPENDED = (*PARTS_OF_RASTERS, ".ovr.aux.xml")
REPLACING = (STYLE, ".qmd")

#: Endings of what runs write into their folders.
WRITTEN = (*RASTER_SUFFIXES, ".csv", ".html", ".json", *APPENDED, *REPLACING)


class ResultFolder:
    """Where the files of a run are made, and the folder that they become.

    A context manager: entering checks the target, locks it and makes a hidden folder beside it; leaving
    removes whatever was not committed. The result holds a manifest ``<kind>.json`` that lists its files:
    a folder is replaced if it is empty, or if it holds such a list and nothing else.

    Args:
        target: The folder.
        kind: Of the results.
        inputs: Files that must not lie in it.

    Raises:
        InputError: An input lies in the folder.
        OutputNotWritable: The folder holds something else, cannot be written, or another run writes it.
        NoSpace: The disk is full.
    """

    def __init__(self, target: str, kind: str, inputs: Iterable[str] = ()) -> None:
        self.target = Path(os.path.realpath(target))
        self._manifest = f"{kind}.json"
        self._inputs = tuple(inputs)
        self._hidden = HiddenFolders({kind: self.target})
        self._kind = kind

    def __enter__(self) -> ResultFolder:
        self._check_target()
        with ExitStack() as stack:
            stack.enter_context(self._hidden)
            with translated_errors(self.target):
                self.path.mkdir()
            stack.pop_all()  # it is left by ``__exit__``
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hidden.__exit__(kind, error, trace)

    @property
    def path(self) -> Path:
        """Where the files are made."""
        return self._hidden.new(self._kind)

    def commit(self) -> None:
        """Write the manifest and put the folder into place; an earlier one goes.

        Raises:
            OutputNotWritable: The earlier folder cannot be replaced, or somebody has put something else into it
                meanwhile; it stays then.
        """
        self._check_contents()
        for left_over in self.path.glob(f".*{MARK}*"):  # of a run inside, whose disk did not let it go
            take_away(left_over)
        names = sorted(path.name for path in self.path.iterdir())
        manifest = {"dis2": __version__, "files": names}
        with translated_errors(self.target):
            (self.path / self._manifest).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        self._hidden.put_into_place({self._kind: [self.target]})

    def _check_target(self) -> None:
        if not self.target.parent.is_dir():
            raise OutputNotWritable(f"The folder {self.target.parent} does not exist.", "Create it, or choose another.")
        if not os.access(self.target.parent, os.W_OK):
            raise OutputNotWritable(f"You may not write into {self.target.parent}.", "Choose another folder.")
        if not self.target.exists():
            return
        if not self.target.is_dir():
            raise OutputNotWritable(f"{self.target} is a file, not a folder.", "Give the name of a folder.")
        for path in self._inputs:
            if self.target in Path(os.path.realpath(path)).parents:
                raise InputError(
                    f"The input {path} lies in {self.target}, which is replaced.", "Choose another folder."
                )
        self._check_contents()

    def _check_contents(self) -> None:
        if self.target.exists() and (stranger := next(self._strangers(), None)):
            raise OutputNotWritable(
                f"The folder {self.target} holds {stranger}, which is not of an earlier run like this one.",
                "Give a new or an empty folder.",
            )

    def _strangers(self) -> Iterator[str]:
        """Names in the folder that an earlier run did not write, nor GDAL or QGIS beside a raster of it."""
        with translated_errors(self.target):
            found = sorted((path.name, path.is_dir()) for path in self.target.iterdir())
        known = self._known_files()
        rasters = [name for name in known if name.endswith(RASTER_SUFFIXES)]
        known |= {name + ending for name in rasters for ending in APPENDED}
        known |= {Path(name).stem + ending for name in rasters for ending in REPLACING}
        return (name for name, is_folder in found if not is_hidden_name(name) and (is_folder or name not in known))

    def _known_files(self) -> set[str]:
        manifest = self.target / self._manifest
        try:
            data = parse_json(read_text(manifest, MAX_MANIFEST))
            names = {self._manifest, *map(str, data["files"])} if "dis2" in data else set()
            return {name for name in names if name.lower().endswith(WRITTEN)}  # whatever else a list may hold
        except (OSError, ValueError, KeyError, TypeError):
            return set()
