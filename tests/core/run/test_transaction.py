"""Files that belong together are all old or all new, whatever breaks off, at every change of the file system."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from dis2_core.contract.errors import Dis2Error, NoSpace, OutputNotWritable, ResourceError
from dis2_core.contract.styles import ramp_style
from dis2_core.run.disk import translated_errors
from dis2_core.run.jobfolder import JobFolder
from dis2_core.run.resultfolder import ResultFolder
from dis2_core.run.transaction import JOURNAL, Change

CHANGES = ("rename", "replace", "unlink", "rmdir", "mkdir", "link", "fsync", "ftruncate")
TAKE_ROOM = ("rename", "replace", "mkdir", "link", "open", "ftruncate")
OLD = {"map.tif": "old", "map.qml": ramp_style(1), "map.tif.ovr": "old", "areas.csv": "old", "map.tif.aux.xml": "old"}
NEW = {"map.tif": "new", "map.qml": ramp_style(2), "areas.csv": "new", "map.tif.aux.xml": "new"}


@contextmanager
def struck_at(number: int, strike: Callable[[], None], stays: Collection[str] = ()) -> Iterator[list[str]]:
    """Count the calls that change the file system, those of ``open`` too; something happens before one of them.

    It also happens before all later ones of those that ``stays`` names.
    """
    calls: list[str] = []

    def wrapped(name: str, original: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            if name != "open" or any(letter in str(arguments[1:2] or named.get("mode", "r")) for letter in "wxa"):
                calls.append(name)
                if len(calls) == number or (name in stays and len(calls) > number > 0):
                    strike()
            return None if name == "fsync" else original(*arguments, **named)  # only the power would tell

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CHANGES:
            patch.setattr(os, name, wrapped(name, getattr(os, name)))
        patch.setattr(io, "open", wrapped("open", io.open))
        yield calls


def lay_out(folder: Path) -> None:
    """An earlier result of three files in two folders, with companions."""
    (folder / "tables").mkdir(parents=True)
    for name, text in OLD.items():
        (place(folder, name)).write_text(text)


def place(folder: Path, name: str) -> Path:
    return folder / "tables" / name if name == "areas.csv" else folder / name


def run(folder: Path) -> None:
    """A run that writes a new one."""
    targets = {"areas": str(folder / "tables" / "areas.csv"), "classes": str(folder / "map.tif")}
    with translated_errors(folder), JobFolder(targets) as work:
        work.part("areas").write_text("new")
        work.part("classes").write_text("new")
        work.part("classes").with_suffix(".qml").write_text(NEW["map.qml"])
        work.part("classes").with_name("map.tif.aux.xml").write_text("new")
        work.commit()


def state(folder: Path) -> str:
    """``old``, ``new``, or what it is instead."""
    found = {
        path.name: path.read_text() for path in folder.rglob("[!.]*") if path.is_file() and is_visible(path, folder)
    }
    return "old" if found == OLD else "new" if found == NEW else repr(found)


def is_visible(path: Path, folder: Path) -> bool:
    return not any(part.startswith(".") for part in path.relative_to(folder).parts)


def hidden(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob(".*"))


def count(work: Callable[[Path], None], folder: Path) -> int:
    lay_out(folder)
    with struck_at(0, lambda: None) as calls:
        work(folder)
    return len(calls)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize("next_target", ["map.tif", "other.tif", "tables/other.csv"])
def test_after_a_kill_the_next_run_in_either_folder_finds_all_old_or_all_new(tmp_path: Path, next_target: str) -> None:
    last = count(run, tmp_path / "count")
    states = []
    for number in range(1, last + 1):
        folder = tmp_path / str(number)
        lay_out(folder)
        kill_at(number, lambda folder=folder: run(folder))
        with suppress(ZeroDivisionError), JobFolder({"areas": str(folder / next_target)}):
            states.append(state(folder))
            raise ZeroDivisionError  # this run itself fails: it changes nothing
        assert not [name for name in hidden(folder) if JOURNAL in name]
    assert set(states) == {"old", "new"}
    assert states == sorted(states, key="new".__eq__)  # old, and from one change on new


def kill_at(number: int, work: Callable[[], None]) -> None:
    pid = os.fork()
    if not pid:
        with struck_at(number, lambda: os.kill(os.getpid(), signal.SIGKILL)):
            work()
        os._exit(0)
    os.waitpid(pid, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "expected"), [(errno.ENOSPC, NoSpace), (errno.EACCES, OutputNotWritable), (errno.EIO, ResourceError)]
)
def test_what_the_disk_refuses_leaves_all_as_it_was(tmp_path: Path, number: int, expected: type[Dis2Error]) -> None:
    def refuse() -> None:
        raise OSError(number, os.strerror(number))

    last = count(run, tmp_path / "count")
    for step in range(1, last + 1):
        folder = tmp_path / str(step)
        lay_out(folder)
        failed = False
        with struck_at(step, refuse):
            try:
                run(folder)
            except expected:
                failed = True
        assert state(folder) == ("old" if failed else "new"), f"change {step} of {last}"
        assert not (failed and hidden(folder)), f"change {step} of {last}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "stays"),
    [(errno.ENOSPC, TAKE_ROOM), (errno.ENOSPC, ("open",)), (errno.EIO, (*CHANGES, "open"))],
    ids=["full", "full for files alone", "broken"],
)
def test_where_the_disk_goes_on_refusing_the_next_run_finds_all_old_or_all_new(
    tmp_path: Path, number: int, stays: tuple[str, ...]
) -> None:
    def refuse() -> None:
        raise OSError(number, os.strerror(number))

    last = count(run, tmp_path / "count")
    for step in range(1, last + 1):
        folder = tmp_path / str(step)
        lay_out(folder)
        with struck_at(step, refuse, stays), suppress(Dis2Error):
            run(folder)
        if stays == ("open",):  # to turn back takes no room
            assert state(folder) in ("old", "new"), f"change {step} of {last}"
        with JobFolder({"areas": str(folder / "other.csv")}):
            pass
        assert state(folder) in ("old", "new"), f"change {step} of {last}"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize("way", [os.rename, os.symlink], ids=["moved", "by a link"])
def test_after_a_kill_the_folder_may_have_another_name(tmp_path: Path, way: Callable[[Path, Path], None]) -> None:
    last = count(run, tmp_path / "count")
    states = []
    for number in range(1, last + 1):
        folder, other = tmp_path / str(number), tmp_path / f"other-{number}"
        lay_out(folder)
        kill_at(number, lambda folder=folder: run(folder))
        way(folder, other)
        with JobFolder({"areas": str(other / "tables" / "areas.csv")}):
            states.append(state(other))
    assert set(states) == {"old", "new"} and states == sorted(states, key="new".__eq__)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_run_whose_other_folder_is_gone_is_told_of_where_it_matters(tmp_path: Path) -> None:
    last = count(run, tmp_path / "count")
    told = 0
    for number in range(1, last + 1):
        folder = tmp_path / str(number)
        lay_out(folder)
        kill_at(number, lambda folder=folder: run(folder))
        os.rename(folder / "tables", tmp_path / f"tables-{number}")
        with JobFolder({"areas": str(folder / "other.csv")}):
            pass  # nothing of it is touched here
        try:
            with JobFolder({"classes": str(folder / "map.tif")}):
                pass
        except OutputNotWritable as error:
            assert "tables" in error.message
            told += 1
        os.rename(tmp_path / f"tables-{number}", folder / "tables")
        with JobFolder({"areas": str(folder / "other.csv")}):
            assert state(folder) in ("old", "new"), f"change {number} of {last}"
    assert told


@pytest.mark.slow
@pytest.mark.parametrize("presses", [1, 5])
def test_an_interrupt_in_the_middle_comes_too_late(tmp_path: Path, presses: int) -> None:
    last = count(run, tmp_path / "count")
    for step in range(1, last + 1):
        folder = tmp_path / str(step)
        lay_out(folder)
        stopped = False
        left = iter(range(presses))

        def interrupt(left: Iterator[int] = left) -> None:
            if next(left, None) is not None:
                raise KeyboardInterrupt

        with struck_at(step, interrupt, stays=("rename", "replace", "link", "unlink") if presses > 1 else ()):
            try:
                run(folder)
            except KeyboardInterrupt:
                stopped = True
        assert state(folder) == ("old" if stopped else "new"), f"change {step} of {last}"


def make_folder(folder: Path, text: str) -> None:
    with ResultFolder(str(folder / "what-if"), "whatif") as work:
        (work.path / "report.html").write_text(text)
        work.commit()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_a_folder_of_results_survives_a_kill(tmp_path: Path) -> None:
    last = count(lambda folder: make_folder(folder, "new"), tmp_path / "count")
    states = []
    for number in range(1, last + 1):
        folder = tmp_path / str(number)
        folder.mkdir()
        make_folder(folder, "old")
        kill_at(number, lambda folder=folder: make_folder(folder, "new"))
        with JobFolder({"areas": str(folder / "other.csv")}):
            states.append((folder / "what-if" / "report.html").read_text())
    assert set(states) == {"old", "new"} and states == sorted(states, key="new".__eq__)


def test_a_journal_names_nothing_outside_its_folder() -> None:
    for hidden_name, name in (
        (".x.dis2-1-a", "../y"),
        ("..", "y"),
        (".x.dis2-1-a", "a/b"),
        ("x", "y"),
        (".x.dis2-1-a", ""),
    ):
        with pytest.raises(ValueError, match="no name"):
            Change(hidden_name, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        json.dumps(
            {"changes": [[".x.dis2-1-a", "../victim", False]], "together": [], "token": "", "turns_back": False}
        ),
        json.dumps({"changes": [["..", "victim", True]], "together": [], "token": "", "turns_back": False}),
        json.dumps({"changes": 3, "together": [], "token": "", "turns_back": False}),
    ],
    ids=["empty", "torn", "deep", "a name above", "a folder above", "no list"],
)
def test_a_strangers_journal_does_no_harm(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "inner"
    home = folder / ".x.tif.dis2-1-a"
    (home / "new").mkdir(parents=True)
    (home / "new" / "victim").write_text("theirs")
    for place_ in (tmp_path / "victim", folder / "victim"):
        place_.write_text("ours")
    (home / JOURNAL).write_text(text)
    with JobFolder({"areas": str(folder / "a.csv")}) as work:
        work.part("areas").write_text("new")
        work.commit()
    assert (tmp_path / "victim").read_text() == (folder / "victim").read_text() == "ours"
