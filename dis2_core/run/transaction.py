"""Renames that belong together: all of them are done, or none, whatever breaks off in between.

What a run has made lies in hidden folders beside its targets. Before the first rename a *journal* in every folder
concerned says which renames belong together. The journals are written one after the other and taken away in the same
order, so that a later run knows what a dead one left:

- the last journal is missing: nothing had been renamed, and nothing is;
- all are there: the renames are completed, or turned back where the dead run was turning back;
- the first journal is missing: all was done.

A journal names things of its own folder alone, so that one that a stranger has put somewhere changes nothing elsewhere.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..contract.errors import AlreadyRunning, OutputNotWritable
from .disk import EARLIER, MARK, NEW, is_hidden_name, sync, sync_names
from .interrupts import held
from .locks import lock_target

JOURNAL = "journal.json"

STUBBORN = 20  # interrupts that do not keep a transaction from its end
_LARGEST_JOURNAL = 1 << 20  # bytes
_SECONDS_TO_WAIT = 5.0  # for a run that is putting its files into place, which takes far less


@dataclass(frozen=True)
class Change:
    """What becomes of one name in a folder.

    Attributes:
        hidden: The hidden folder whose ``new`` holds the file or folder that gets the name.
        name: The name.
        goes: Whether the name goes without a successor; it is there then.
    """

    hidden: str
    name: str
    goes: bool = False

    def __post_init__(self) -> None:
        plain = all(os.path.basename(part) == part and part not in ("", ".", "..") for part in (self.hidden, self.name))
        if not (plain and is_hidden_name(self.hidden)):
            raise ValueError(f"{self.hidden}/{self.name} is no name in a hidden folder")

    def keep_earlier(self, folder: Path) -> None:
        """Give a file that is to be replaced a second name, so that its own is never without a file.

        Where that cannot be, as for folders and on disks without links, ``do`` renames what is there.
        """
        _, old, earlier = self._places(folder)
        earlier.parent.mkdir(exist_ok=True)
        if not self.goes and stat.S_ISREG(_mode(old)):
            with suppress(OSError):
                os.link(old, earlier, follow_symlinks=False)

    def do(self, folder: Path) -> None:
        """Give the name to its successor. Does nothing where that has been done."""
        new, old, earlier = self._places(folder)
        if not self.goes and not _mode(new):
            return
        if _mode(old) and not _mode(earlier):
            os.rename(old, earlier)
        if not self.goes:
            os.replace(new, old)

    def turn_back(self, folder: Path) -> None:
        """Give the name back to what had it. Does nothing where that has it."""
        new, old, earlier = self._places(folder)
        if not self.goes and _mode(old) and not _mode(new):
            os.rename(old, new)
        if _mode(earlier):
            os.replace(earlier, old)

    def _places(self, folder: Path) -> tuple[Path, Path, Path]:
        hidden = folder / self.hidden
        return hidden / NEW / self.name, folder / self.name, hidden / EARLIER / self.name


@dataclass(frozen=True)
class Journal:
    """The changes of one folder, and where the journals of the others lie.

    Attributes:
        path: The file, in a hidden folder.
        token: The same for all journals of a transaction.
        changes: In the order in which they are done.
        together: Paths of all journals, in the order in which they are written; none where this is the only one.
        turns_back: Whether the changes are turned back; what the first journal says counts.
    """

    path: Path
    token: str
    changes: Sequence[Change]
    together: Sequence[Path] = ()
    turns_back: bool = False

    @property
    def folder(self) -> Path:
        """The folder whose names change."""
        return self.path.parent.parent

    def write(self, *, turns_back: bool = False) -> None:
        """Write the file and wait until it is on the disk; an earlier one is replaced."""
        data = {
            "dis2": 1,
            "token": self.token,
            "turns_back": turns_back,
            "together": [_from(self.path.parent, path) for path in self.together],
            "changes": [[change.hidden, change.name, change.goes] for change in self.changes],
        }
        part = self.path.with_suffix(".part")
        part.write_text(json.dumps(data), encoding="utf-8")
        sync(part)
        os.replace(part, self.path)
        sync_names(self.path.parent)

    @classmethod
    def read(cls, path: Path) -> Journal:
        """Read what ``write`` has written.

        Raises:
            FileNotFoundError: There is none.
            ValueError: It is none of ours.
        """
        known = os.stat(path, follow_symlinks=False)
        is_ours = path.name == JOURNAL and is_hidden_name(path.parent.name) and stat.S_ISREG(known.st_mode)
        if not is_ours or known.st_size > _LARGEST_JOURNAL:
            raise ValueError(f"{path} is no journal")
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            changes = [Change(str(hidden), str(name), bool(goes)) for hidden, name, goes in data["changes"]]
            together = [_absolute(path.parent, str(item)) for item in data["together"]]
            return cls(path, str(data["token"]), changes, together, bool(data["turns_back"]))
        except (LookupError, TypeError, RecursionError) as error:
            raise ValueError(f"{path} is no journal ({error})") from error

    def apply(self, *, turns_back: bool) -> None:
        """Do the changes, or turn them back in reverse order."""
        changes, act = (reversed(self.changes), Change.turn_back) if turns_back else (self.changes, Change.do)
        for change in changes:
            act(change, self.folder)
        sync_names(self.folder)


def put_into_place(changes: Mapping[Path, Sequence[Change]], *, settles: bool) -> None:
    """Do changes in one or several folders, all of them or none.

    Args:
        changes: By folder; the last change of the last folder is done last.
        settles: Whether the results of a run are in place then, so that signals come too late.

    Raises:
        OSError: One cannot be done; all that were done are turned back. Where the disk refuses that, too, journals
            stay, and with what lies in their folders the next run does the rest: nobody may remove them.
    """
    journals = _journals(changes)
    with held(settles=settles):
        _prepare(journals)
        try:
            _finish(journals)
        except KeyboardInterrupt:  # of a program that does not let signals wait: too late, it has been decided
            _finish_whatever_comes(journals)
        except OSError:
            with suppress(OSError):  # a full disk has no room for it; what breaks off now is completed then
                journals[0].write(turns_back=True)
            _finish(journals, turns_back=True)
            _forget(journals)
            raise
        with suppress(OSError, KeyboardInterrupt):  # all is done, and a journal that stays asks for nothing more
            _forget(journals)


def recover(folder: Path, locked: Collection[Path]) -> None:
    """Complete or turn back what dead runs began to put into place in a folder.

    Args:
        folder: Where to look.
        locked: Targets whose locks the caller holds.

    Raises:
        OSError: Something stands in the way.
        OutputNotWritable: One of these targets was to change together with a folder that is not there any more.
    """
    ours = {_real(target) for target in locked}
    for path in sorted(folder.glob(f".*{MARK}*/{JOURNAL}")):
        with suppress(FileNotFoundError, ValueError):  # done meanwhile, or a stranger's
            journal = Journal.read(path)
            if (gone := _folder_that_is_gone(journal.together)) is not None:
                _leave(journal, gone, ours)
                continue
            with _recovering((journal.together or [path])[0], ours):
                _recover(Journal.read(path))


def _folder_that_is_gone(together: Sequence[Path]) -> Path | None:
    """A folder without which nobody can tell how far a dead run had come: moved, deleted, or of another disk."""
    folders = [path.parent.parent for path in together]
    gone = next((folder for folder in folders if not folder.is_dir()), None)
    was_done = bool(folders) and folders[0].is_dir() and not together[0].exists()
    return None if was_done else gone


def _leave(journal: Journal, gone: Path, ours: Collection[Path]) -> None:
    """Leave a run as it broke off, unless a target of ours would be made on top of it."""
    if any(_real(journal.folder / change.name) in ours for change in journal.changes):
        raise OutputNotWritable(
            f"A run that was broken off was writing into {journal.folder} and into {gone}, which is not there.",
            f"Bring it back; or move {journal.path.parent} away, and see which of the files are old.",
        )


def _recover(journal: Journal) -> None:
    """Do what the state of the journals asks for; nobody else does meanwhile."""
    found = list(_found(journal.together)) or [journal]
    if len(found) >= len(journal.together) and all(item.token == journal.token for item in found):
        _finish(found, turns_back=found[0].turns_back)
    else:
        found = [journal]
    _forget(found)
    for item in found:
        for change in item.changes:
            shutil.rmtree(item.folder / change.hidden, ignore_errors=True)


def _found(paths: Sequence[Path]) -> Iterator[Journal]:
    """The journals that are there, up to the first that is missing."""
    for path in paths:
        try:
            yield Journal.read(path)
        except FileNotFoundError:
            return


@contextmanager
def _recovering(first: Path, locked: Collection[Path]) -> Iterator[None]:
    """Hold the lock that the dead run had on the target of its first journal; a living run is waited for.

    Raises:
        FileNotFoundError: Another run has done it meanwhile.
    """
    target = first.parent.parent / first.parent.name[1:].rpartition(MARK)[0]
    if _real(target) in locked:
        yield
        return
    until = time.monotonic() + _SECONDS_TO_WAIT
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(lock_target(target))
                break
            except AlreadyRunning:
                if time.monotonic() > until or not first.exists():
                    raise FileNotFoundError(first) from None
                time.sleep(0.02)
        yield


def _journals(changes: Mapping[Path, Sequence[Change]]) -> list[Journal]:
    token = uuid.uuid4().hex
    paths = [folder / items[0].hidden / JOURNAL for folder, items in changes.items()]
    together = paths if len(paths) > 1 else []
    return [Journal(path, token, items, together) for path, items in zip(paths, changes.values(), strict=True)]


def _prepare(journals: Sequence[Journal]) -> None:
    """Keep what is there, wait until what is new is on the disk, and write the journals; all of it or nothing."""
    try:
        for journal in journals:
            for change in journal.changes:
                change.keep_earlier(journal.folder)
            for hidden in sorted({change.hidden for change in journal.changes}):
                sync(journal.folder / hidden / NEW)
        for journal in journals:
            journal.write()
    except BaseException:
        _forget(reversed(journals))
        raise


def _finish(journals: Sequence[Journal], *, turns_back: bool = False) -> None:
    for journal in reversed(journals) if turns_back else journals:
        journal.apply(turns_back=turns_back)


def _finish_whatever_comes(journals: Sequence[Journal]) -> None:
    """Finish although a person presses Ctrl-C again and again; whoever does so for longer leaves it to the next run."""
    for _ in range(STUBBORN):
        with suppress(KeyboardInterrupt):
            return _finish(journals)
    _finish(journals)


def _forget(journals: Iterable[Journal]) -> None:
    for journal in journals:
        journal.path.unlink(missing_ok=True)
        sync_names(journal.path.parent)


def _real(path: Path) -> Path:
    """A name in a folder, whichever way leads to the folder."""
    return Path(os.path.realpath(path.parent), path.name)


def _from(folder: Path, path: Path) -> str:
    """The way from one to the other, which stays right where both are moved together."""
    try:
        return os.path.relpath(_real(path), os.path.realpath(folder))
    except ValueError:  # another drive of Windows
        return str(path)


def _absolute(folder: Path, path: str) -> Path:
    return Path(os.path.normpath(os.path.join(os.path.realpath(folder), path)))


def _mode(path: Path) -> int:
    """The mode of what has a name, links as such; 0 where nothing has it."""
    try:
        return os.stat(path, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return 0
