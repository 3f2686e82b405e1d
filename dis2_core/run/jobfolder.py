"""Results appear whole or not at all: made in hidden folders beside their targets, and renamed together."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from glob import escape
from pathlib import Path
from secrets import token_hex
from types import TracebackType

from .disk import MARK, NEW, PART, SCRATCH, is_hidden_name, require_file, sync, take_away, translated_errors
from .locks import lock_target, try_to_lock
from .targets import RASTER_SUFFIXES, check_targets, companions, is_strangers_style, strangers_style
from .transaction import JOURNAL, Change, put_into_place, recover

_SPARE = 8  #: handles that are kept to look into hidden folders with, where a run fails for want of handles


class HiddenFolders:
    """A hidden folder ``.<target>.dis2-<process>-<random>`` beside each of some targets, whose locks are held.

    A context manager: entering locks the targets, brings to an end what dead runs began beside them, and makes the
    folders; leaving removes whatever was not put into place.

    Args:
        targets: Absolute paths by output name.

    Raises:
        AlreadyRunning: Another run writes a target.
        OutputNotWritable, NoSpace, ResourceError: A folder cannot be made.
    """

    def __init__(self, targets: Mapping[str, Path]) -> None:
        self._targets = targets
        self._folders: dict[str, Path] = {}
        self._spare: list[int] = []
        self._cleanup = ExitStack()
        self._is_done = False

    def __enter__(self) -> HiddenFolders:
        with ExitStack() as stack:
            for target in self._targets.values():
                stack.enter_context(lock_target(target))
            for folder in dict.fromkeys(target.parent for target in self._targets.values()):
                with translated_errors(folder):
                    recover(folder, tuple(self._targets.values()))
            stack.callback(self._remove_folders)
            self._spare = _spare_handles()
            for name, target in self._targets.items():
                self._folders[name] = _make_hidden_folder(target)
            self._cleanup = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(*((KeyboardInterrupt,) if self._is_done else ())):  # too late: the next run tidies up
            self._cleanup.close()

    def new(self, name: str) -> Path:
        """Where an output is made; what lies beside it there can be put into place with it."""
        return self._folders[name] / NEW / self._targets[name].name

    def scratch(self, name: str) -> Path:
        """A path for a temporary file of an output."""
        return self._folders[name] / SCRATCH / self._targets[name].name

    def put_into_place(self, paths: Mapping[str, Iterable[Path]]) -> None:
        """Give names to what was made, all together; a name for which nothing was made goes.

        Args:
            paths: By output name, in the order in which they are renamed.

        Raises:
            OutputNotWritable, NoSpace, ResourceError: A name cannot be given; all is as it was, or will be all new
                or all old after the next run here, where the disk also refuses to turn back.
        """
        changes: dict[Path, list[Change]] = {}
        for name, wanted in paths.items():
            hidden = self._folders[name]
            for path in wanted:
                is_made = os.path.lexists(hidden / NEW / path.name)
                if is_made or os.path.lexists(path):
                    changes.setdefault(path.parent, []).append(Change(hidden.name, path.name, goes=not is_made))
        if changes:
            is_inside_another = any(is_hidden_name(part) for path in changes for part in path.parts)
            with translated_errors(list(self._targets.values())[-1]):
                put_into_place(changes, settles=not is_inside_another)
        self._is_done = True

    def _remove_folders(self) -> None:
        """Remove the folders, unless a journal is left, which says that what they hold is still needed."""
        while self._spare:
            os.close(self._spare.pop())
        if not any(os.path.lexists(folder / JOURNAL) for folder in self._folders.values()):
            for folder in reversed(self._folders.values()):
                shutil.rmtree(folder, ignore_errors=True)


def _spare_handles() -> list[int]:
    """Handles, as many as there are to be had, that can be given back."""
    handles: list[int] = []
    with suppress(OSError):
        while len(handles) < _SPARE:
            handles.append(os.open(os.devnull, os.O_RDONLY))
    return handles


class JobFolder:
    """The places where the outputs of one run are made, and the targets they are renamed to.

    A context manager: entering checks and locks the targets; leaving removes whatever was not committed.

    Args:
        targets: Paths by output name, in the order in which they are renamed into place.
        inputs: All files that are read, which must not be overwritten.
        tell: Gets remarks for the person.
        endings: Of outputs whose name does not tell what they are; see ``check_targets``.

    Raises:
        InputError: Two outputs, or an output and an input, are the same file.
        OutputNotWritable: A folder is missing or not writable, something is in the way, or another run writes a target.
        NoSpace: The disk is full.
    """

    def __init__(
        self,
        targets: Mapping[str, str],
        inputs: Iterable[str] = (),
        tell: Callable[[str], None] = lambda text: None,
        endings: Sequence[str] = RASTER_SUFFIXES,
    ) -> None:
        self.targets = {name: Path(os.path.abspath(path)) for name, path in targets.items()}
        self._inputs = tuple(inputs)
        self._tell = tell
        self._endings = endings
        self._hidden = HiddenFolders(self.targets)

    def __enter__(self) -> JobFolder:
        self._check()
        self._hidden.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hidden.__exit__(kind, error, trace)

    def part(self, name: str) -> Path:
        """Where an output is made; companions that are made beside it go with it."""
        return self._hidden.new(name)

    def scratch(self, name: str) -> Path:
        """A path for a temporary raster of an output."""
        return self._hidden.scratch(name)

    def commit(self) -> list[tuple[str, Path]]:
        """Put all outputs into place and return name and target of each; an earlier run's companions go.

        Raises:
            OutputNotWritable, NoSpace, ResourceError: A target cannot be replaced; all files are as they were.
        """
        self._check()  # again: it was hours ago
        self._hidden.put_into_place({name: self._names(name, target) for name, target in self.targets.items()})
        return list(self.targets.items())

    def _check(self) -> None:
        check_targets(self.targets, self._inputs, self._endings)

    def _names(self, name: str, target: Path) -> list[Path]:
        """Companions go before their raster, whose presence means that the result is complete."""
        around = companions(name, target)
        foreign = [path for path in around if is_strangers_style(path)]
        for path in foreign:
            self._tell(strangers_style(path, target))
        return [*(path for path in around if path not in foreign), target]


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a place beside a file; what is written there becomes the file where the block ends well.

    A run that writes a single file at a time, in a folder of its own, needs no ``JobFolder``.

    Raises:
        OutputNotWritable, NoSpace: The file cannot be written; an earlier one of its name stays.
    """
    with translated_errors(path), ExitStack() as stack:
        require_file(path)
        _remove_dead_parts(path)
        part = path.with_name(f".{path.name}{MARK}{os.getpid()}-{token_hex(4)}{PART}")
        stack.callback(take_away, part)  # where the disk keeps it, the next run for the file tries again
        part.open("xb").close()
        held = stack.enter_context(_locked(part))
        yield part
        sync(part)
        if sys.platform == "win32":  # an open file gets no other name there
            held.close()
        part.replace(path)


@contextmanager
def _locked(part: Path) -> Iterator[ExitStack]:
    """Hold a part, so that nobody takes it for one of the dead; closing what is yielded lets it go."""
    with ExitStack() as stack:
        if (lock := try_to_lock(part)) is not None:
            stack.callback(os.close, lock)
        yield stack


def _remove_dead_parts(path: Path) -> None:
    """Remove what killed runs have begun to write for a file: parts that nobody holds."""
    for part in path.parent.glob(f".{escape(path.name)}{MARK}*{PART}"):
        with suppress(OSError):  # it has just become whole, or is none of ours
            lock = try_to_lock(part)
            if lock is not None:
                os.close(lock)
                part.unlink()


def _make_hidden_folder(target: Path) -> Path:
    """Make a hidden folder beside a locked target. Those that a killed run left behind are removed."""
    prefix = f".{target.name}{MARK}"
    with translated_errors(target):
        for left_over in target.parent.iterdir():
            if left_over.name.startswith(prefix) and left_over.is_dir() and not os.path.lexists(left_over / JOURNAL):
                shutil.rmtree(left_over, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-", dir=target.parent))
        try:
            for inside in (NEW, SCRATCH):
                (folder / inside).mkdir()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return folder
