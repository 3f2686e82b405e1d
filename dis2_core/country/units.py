"""Units: where they lie on the output grid, and what is left of them on the disk."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rasterio.errors import RasterioError
from rasterio.io import DatasetReader

from ..contract.errors import Dis2Error, InputError, UnreadableRaster
from ..contract.typed import WrongType, build
from ..contract.untrusted import Refused, open_regular, parse_json, read_text
from ..rasters.grid import Box
from ..rasters.libraries import words
from ..rasters.opening import opened
from ..run.disk import sync, sync_names, translated_errors
from ..run.jobfolder import whole_file
from ..run.locks import lock_target

UNITS, PARTS = "units", "parts"  # sub-folders of a run: what is finished, and what is in work
NAME = re.compile(r"r([0-9]{4,7})_c([0-9]{4,7})")
MAX_BYTES = 1 << 20  # of a sidecar


@dataclass(frozen=True)
class Unit:
    """A rectangle of the output grid.

    Attributes:
        row, col: Its place among the units.
        scenario: Modalities whose footprints reach it, as ``scenario_name`` has them.
    """

    row: int
    col: int
    scenario: str = ""

    @property
    def name(self) -> str:
        """``r0012_c0034``."""
        return f"r{self.row:04d}_c{self.col:04d}"

    def box(self, side: int, height: int, width: int) -> Box:
        """Its pixels on an output grid of this size."""
        top, left = self.row * side, self.col * side
        return top, left, min(top + side, height), min(left + side, width)


@dataclass(frozen=True)
class Sidecar:
    """What is written beside a unit's rasters, after them: it is there, so they are whole.

    Attributes:
        plan: Hash of the plan that the unit was made by.
        name: Of the unit.
        outputs: Files by output name.
        scenarios: Pixels by the modalities that they had.
        areas: Pixels and square metres (None: not known) by class value.
        windows: How many were computed over at most.
        seconds: Wall time.
        device, precision: Where and how the network ran.
        version: Of the library.
        warnings: Texts of warnings.
        sizes: Bytes of the files by output name.
    """

    plan: str
    name: str
    outputs: Mapping[str, str]
    scenarios: Mapping[str, int]
    areas: Mapping[str, tuple[int, float | None]]
    windows: int
    seconds: float
    device: str
    precision: str
    version: str
    warnings: tuple[str, ...] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)


class UnitFiles:
    """The files of a run's units.

    Args:
        folder: Of the run.
    """

    def __init__(self, folder: Path) -> None:
        self.run = folder
        self.folder = folder / UNITS
        self._parts = folder / PARTS

    def raster(self, unit: Unit, output: str) -> Path:
        """Where a raster of a unit lies."""
        return self.folder / (f"{unit.name}.tif" if output == "classes" else f"{unit.name}.{output}.tif")

    def sidecar(self, unit: Unit) -> Path:
        """Where the note lies that says that a unit is finished."""
        return self.folder / f"{unit.name}.json"

    def failure(self, unit: Unit) -> Path:
        """Where the note lies that says why a unit was not made."""
        return self.folder / f"{unit.name}.failed.json"

    def read(self, unit: Unit) -> Sidecar | None:
        """The sidecar of a unit; None where there is none that can be read."""
        try:
            return build(Sidecar, parse_json(read_text(self.sidecar(unit), MAX_BYTES)))
        except (FileNotFoundError, Refused, WrongType):  # a damaged one finishes nothing
            return None

    def note_of_whole(self, unit: Unit) -> Sidecar:
        """The sidecar of a finished unit, whose rasters are there as they were made.

        Raises:
            InputError: It cannot be read, or a raster is gone or has another size.
        """
        again = "Call dis2 work, which makes it again."
        note = self.read(unit)
        if note is None:
            raise InputError(f"{self.sidecar(unit)} is damaged.", again)
        for output in note.outputs:
            path = self.raster(unit, output)
            try:
                size = path.stat().st_size
            except FileNotFoundError:
                raise InputError(f"{path} is missing, though the unit was finished.", again) from None
            if size != note.sizes.get(output, size):  # sidecars of earlier versions tell none
                made = note.sizes[output]
                raise InputError(f"{path} has {size:,} bytes, and had {made:,} when it was made.", again)
        return note

    @contextmanager
    def opened(self, unit: Unit, output: str = "classes") -> Iterator[DatasetReader]:
        """A raster of a unit for as long as the block lasts, which reads it.

        Raises:
            InputError: It cannot be opened or read.
        """
        path, again = str(self.raster(unit, output)), "Delete it, and call dis2 work, which makes it again."
        try:
            with opened(path) as file:
                yield file
        except UnreadableRaster as error:
            raise InputError(error.message, again) from error
        except RasterioError as error:
            raise InputError(f"{path} cannot be read: {words(error)}.", again) from error

    def is_finished(self, unit: Unit, plan: str) -> bool:
        """Whether a unit was made by a plan, by a look at the first bytes of its sidecar."""
        try:
            with open_regular(self.sidecar(unit)) as file:
                return file.read(128).partition(b'"plan": "')[2].partition(b'"')[0] == plan.encode()
        except (FileNotFoundError, Refused):
            return False

    def whole(self, unit: Unit, plan: str) -> Sidecar | None:
        """The sidecar of a unit that was made by a plan, and whose rasters are there as they were made; else None.

        It is read as a whole, and its files are looked for: some 0.2 ms, where disks are near.
        """
        if not self.is_finished(unit, plan):
            return None
        try:
            return self.note_of_whole(unit)
        except (InputError, OSError):
            return None

    def names(self) -> tuple[set[str], set[str]]:
        """Names of the units that have a sidecar, and of those that have a note of failure."""
        finished, failed = set(), set()
        if self.folder.is_dir():
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    name, _, ending = entry.name.partition(".")
                    if NAME.fullmatch(name) and ending == "json":
                        finished.add(name)
                    elif NAME.fullmatch(name) and ending == "failed.json":
                        failed.add(name)
        return finished, failed

    @contextmanager
    def making(self, unit: Unit) -> Iterator[Path]:
        """Hold a unit, and yield an empty folder in which to make it.

        Raises:
            AlreadyRunning: Another worker holds it.
            OutputNotWritable, NoSpace: The folder cannot be made.
        """
        place = self._parts / unit.name
        with translated_errors(place):
            self.folder.mkdir(exist_ok=True)
            self._parts.mkdir(exist_ok=True)
        with lock_target(place):
            shutil.rmtree(place, ignore_errors=True)  # of a worker that was killed
            with translated_errors(place):
                place.mkdir()
            try:
                yield place
            finally:
                shutil.rmtree(place, ignore_errors=True)

    def tidy(self, finished: Iterable[Unit]) -> None:
        """Take away what killed workers have left of units that are finished; those of others are taken up again."""
        names = {unit.name for unit in finished}
        with suppress(OSError):  # what cannot go now goes another time
            left = [found[0] for entry in os.scandir(self._parts) if (found := NAME.search(entry.name))]
            for name in names.intersection(left):
                with suppress(Dis2Error), lock_target(self._parts / name):
                    shutil.rmtree(self._parts / name, ignore_errors=True)

    def put_into_place(self, unit: Unit, made: Mapping[str, Path], note: Sidecar) -> None:
        """Give finished rasters their names, and their sidecar last.

        Raises:
            OutputNotWritable, NoSpace: A file cannot be written.
        """
        with translated_errors(self.folder):
            for path in made.values():
                sync(path)
            self.sidecar(unit).unlink(missing_ok=True)  # of an earlier plan: it must not vouch for what follows
            for output, path in made.items():
                os.replace(path, self.raster(unit, output))
            sync_names(self.folder)
            _write_whole(self.sidecar(unit), asdict(note))
            self.failure(unit).unlink(missing_ok=True)

    def note_failure(self, unit: Unit, plan: str, error: Dis2Error) -> None:
        """Write why a unit was not made.

        Raises:
            OutputNotWritable, NoSpace: The file cannot be written.
        """
        told = {"plan": plan, "name": unit.name, "code": error.code, "text": error.message, "hint": error.hint}
        with translated_errors(self.folder):
            self.folder.mkdir(exist_ok=True)
            _write_whole(self.failure(unit), told)

    def why_failed(self, unit: Unit) -> dict[str, Any]:
        """What ``note_failure`` wrote; empty where there is nothing that can be read."""
        try:
            data = parse_json(read_text(self.failure(unit), MAX_BYTES))
        except (FileNotFoundError, Refused):
            return {}
        return data if isinstance(data, dict) else {}


def _write_whole(path: Path, data: Mapping[str, Any]) -> None:
    """Write JSON; whoever wins the race of two workers, the file is whole."""
    with whole_file(path) as part:
        part.write_text(json.dumps(data, indent=1), encoding="utf-8")
    sync_names(path.parent)
