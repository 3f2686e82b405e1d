"""Files that QGIS writes appear whole or not at all: made in a hidden folder beside their place, and renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from ..dis2_core.contract.errors import OutputNotWritable
from ..words.translation import tr

#: Seconds after which a hidden folder is one of a QGIS that was killed: no table takes that long.
_FORGOTTEN = 86_400

#: What a database keeps beside itself while it is open; of one that is replaced, it would be read as the new one's.
_STATES = ("-wal", "-shm", "-journal")


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Yield a place of the same name; what lies there, and its companions, become the file if the block ends well.

    Companions are what formats of several files write, such as ``.shx`` and ``.dbf``. They replace those of an earlier
    ``target`` and nothing else.

    Raises:
        OutputNotWritable: A file cannot be written, or is somebody else's; all is as it was.
    """
    prefix = f".{target.name}.dis2-"
    with _told(target):
        if target.exists() and not target.is_file():
            raise OutputNotWritable(tr("{} is no file.").format(target), tr("Choose another name."))
        for old in target.parent.glob(f"{escape(prefix)}*"):
            if time.time() - old.stat().st_mtime > _FORGOTTEN:
                shutil.rmtree(old, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=target.parent))
    try:
        with _told(target):
            yield folder / target.name
        _put_into_place(folder, target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main_file(path: Path) -> Path:
    """The file without which a layer is none: a shapefile of a table consists of ``.dbf`` alone."""
    return path if path.exists() or path.suffix.lower() != ".shp" else path.with_suffix(".dbf")


def _put_into_place(folder: Path, target: Path) -> None:
    """Rename what was made, the target last: its presence means that all is there."""
    target = target.with_name(main_file(folder / target.name).name)
    made = sorted(folder.iterdir(), key=lambda path: path.name == target.name)
    in_the_way = [target.with_name(path.name) for path in made if path.name != target.name]
    if not target.exists():
        for path in filter(os.path.lexists, in_the_way):
            raise OutputNotWritable(
                tr("{} exists and belongs to another file than {}.").format(path, target.name),
                tr("Choose another name."),
            )
    earlier = Path(tempfile.mkdtemp(dir=folder))
    kept: list[Path] = []
    try:
        with _told(target):
            for path in [*in_the_way, *(Path(f"{target}{state}") for state in _STATES), target]:
                if os.path.lexists(path):
                    os.replace(path, earlier / path.name)
                    kept.append(path)
            for path in made:
                os.replace(path, target.with_name(path.name))
    except BaseException:
        for path in reversed(kept):
            os.replace(earlier / path.name, path)
        raise


@contextmanager
def _told(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputNotWritable(
            tr("{} cannot be written ({}).").format(target, error.strerror),
            tr("Choose another folder."),
        ) from error
