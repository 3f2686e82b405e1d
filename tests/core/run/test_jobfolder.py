from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from dis2_core.contract.errors import InputError, NoSpace, OutputNotWritable, ResourceError
from dis2_core.run.jobfolder import JobFolder, require_space, translated_errors


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def lock_of(target: Path) -> Path:
    return target.with_name(f".{target.name}.dis2-lock")


def test_parts_lie_beside_their_targets_until_they_are_committed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    targets = {"areas": str(other / "a.csv"), "classes": str(tmp_path / "c.tif")}
    with JobFolder(targets) as folder:
        for name in targets:
            part = folder.part(name)
            assert part.parent.parent == Path(targets[name]).parent
            assert part.parent.name.startswith(f".{Path(targets[name]).name}.dis2-")
            assert folder.scratch(name).parent.is_dir()
            part.write_text(name)
        folder.part("classes").with_suffix(".qml").write_text("style")
        assert names(other) & {"a.csv"} == set()
        assert [name for name, _ in folder.commit()] == ["areas", "classes"]
    assert names(other) == {"a.csv"}
    assert names(tmp_path) == {"other", "c.tif", "c.qml"}
    assert (tmp_path / "c.qml").read_text() == "style"


def test_an_error_leaves_the_old_file_alone(tmp_path: Path) -> None:
    target = tmp_path / "c.tif"
    target.write_text("old")
    with pytest.raises(KeyError), JobFolder({"classes": str(target)}) as folder:
        folder.part("classes").write_text("new")
        raise KeyError
    assert names(tmp_path) == {"c.tif"}
    assert target.read_text() == "old"


def test_stale_companions_go(tmp_path: Path) -> None:
    target = tmp_path / "c.tif"
    for ending in (".tif", ".tif.aux.xml", ".tif.ovr", ".tif.msk", ".qml", ".txt"):
        (tmp_path / f"c{ending}").write_text("old")
    with JobFolder({"classes": str(target)}) as folder:
        folder.part("classes").write_text("new")
        list(folder.commit())
    assert names(tmp_path) == {"c.tif", "c.txt"}


def test_a_second_run_is_refused(tmp_path: Path) -> None:
    target = str(tmp_path / "c.tif")
    with JobFolder({"classes": target}) as folder:
        folder.part("classes").write_text("first")
        with (
            pytest.raises(OutputNotWritable, match=str(os.getpid())),
            JobFolder({"confidence": target, "classes": str(tmp_path / "d.tif")}),
        ):
            pass
        list(folder.commit())
    assert names(tmp_path) == {"c.tif"}
    with JobFolder({"classes": target}):
        pass


def test_of_many_threads_one_gets_the_target(tmp_path: Path) -> None:
    target, start, count = str(tmp_path / "c.tif"), threading.Barrier(8), 20
    inside: list[int] = []
    most: list[int] = []

    def claim() -> None:
        start.wait()
        for _ in range(count):
            with suppress(OutputNotWritable), JobFolder({"classes": target}):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most and max(most) == 1
    assert names(tmp_path) == set()


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match="too long"), JobFolder({"classes": str(tmp_path / f"{'x' * 300}.tif")}):
        pass


def test_the_lock_of_another_process(tmp_path: Path) -> None:
    target = tmp_path / "c.tif"
    code = f"import os, sys; print(os.getpid(), flush=True); sys.stdin.read()  # {target}"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdin
        pid = int(process.stdout.readline())
        lock_of(target).write_text(json.dumps({"pid": pid, "host": socket.gethostname()}))
        with pytest.raises(OutputNotWritable, match=str(pid)), JobFolder({"classes": str(target)}):
            pass
        assert lock_of(target).exists()
        process.stdin.close()
        process.wait()
    left_over = tmp_path / f".c.tif.dis2-{pid}-abc"  # the process was killed in the middle of its work
    (left_over / "scratch").mkdir(parents=True)
    with JobFolder({"classes": str(target)}):
        assert not left_over.exists()
    assert names(tmp_path) == set()


@pytest.mark.parametrize("text", [json.dumps({"pid": os.getpid(), "host": socket.gethostname()}), "", "[1", "3"])
def test_a_lock_without_an_owner_is_taken_over(tmp_path: Path, text: str) -> None:
    lock = lock_of(tmp_path / "c.tif")
    lock.write_text(text)
    os.utime(lock, (0, 0))
    with JobFolder({"classes": str(tmp_path / "c.tif")}):
        assert json.loads(lock.read_text())["pid"] == os.getpid()
    assert names(tmp_path) == set()


def test_a_lock_that_another_run_took_over_first_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = lock_of(tmp_path / "c.tif")
    lock.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}))  # nobody's: it is not held here
    theirs = json.dumps({"pid": os.getppid(), "host": socket.gethostname()})

    def is_running(owner: object) -> bool:
        lock.write_text(theirs)  # between our look at the stale lock and its removal
        return False

    monkeypatch.setattr("dis2_core.run.jobfolder._is_running", is_running)
    with pytest.raises(OutputNotWritable, match="just begun"), JobFolder({"classes": str(tmp_path / "c.tif")}):
        pass
    assert lock.read_text() == theirs
    assert names(tmp_path) == {lock.name}


def test_a_lock_that_is_just_being_written(tmp_path: Path) -> None:
    lock_of(tmp_path / "c.tif").write_text("")
    with pytest.raises(OutputNotWritable), JobFolder({"classes": str(tmp_path / "c.tif")}):
        pass


def test_a_lock_of_another_machine_stands_and_the_hint_names_it(tmp_path: Path) -> None:
    lock = lock_of(tmp_path / "c.tif")
    lock.write_text(json.dumps({"pid": 1, "host": "elsewhere"}))
    with pytest.raises(OutputNotWritable) as error, JobFolder({"classes": str(tmp_path / "c.tif")}):
        pass
    assert str(lock) in error.value.hint and "elsewhere" in error.value.message


def test_folders_as_outputs(tmp_path: Path) -> None:
    (tmp_path / "c.tif").mkdir()
    with pytest.raises(OutputNotWritable, match="is a folder"), JobFolder({"classes": str(tmp_path / "c.tif")}):
        pass


def test_folder_that_is_missing(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputNotWritable, match="does not exist"),
        JobFolder({"classes": str(tmp_path / "a" / "c.tif")}),
    ):
        pass
    assert names(tmp_path) == set()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user who may not write")
def test_folder_that_is_not_writable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputNotWritable, match="may not write"), JobFolder({"classes": str(tmp_path / "c.tif")}):
            pass
    finally:
        tmp_path.chmod(0o700)


def test_folder_that_the_system_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(OutputNotWritable, match="may not write"), JobFolder({"classes": str(tmp_path / "c.tif")}):
        pass


@pytest.mark.parametrize("name", ["map.png", "map", "map.gpkg"])
def test_rasters_are_geotiffs(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="GeoTIFF"), JobFolder({"classes": str(tmp_path / name)}):
        pass


@pytest.mark.parametrize(
    ("first", "second"), [("c.tif", "c.tif"), ("c.tif", "x/../c.tif"), ("c.tif", "c.tiff"), ("c.tif", "link.tif")]
)
def test_outputs_that_meet(tmp_path: Path, first: str, second: str) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "link.tif").symlink_to(tmp_path / "c.tif")
    targets = {"confidence": str(tmp_path / first), "classes": str(tmp_path / second)}
    with pytest.raises(InputError, match="both write"), JobFolder(targets):
        pass


def test_inputs_are_protected(tmp_path: Path) -> None:
    (tmp_path / "in.tif").write_text("data")
    (tmp_path / "link.tif").symlink_to(tmp_path / "in.tif")
    with (
        pytest.raises(InputError, match="overwrite the input"),
        JobFolder({"classes": str(tmp_path / "in.tif")}, [str(tmp_path / "link.tif")]),
    ):
        pass


def test_space_is_summed_by_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    usage = type("Usage", (), {"free": 10_000_000})
    monkeypatch.setattr("dis2_core.run.jobfolder.shutil.disk_usage", lambda path: usage)
    require_space({tmp_path: 5_000_000, tmp_path / "a": 5_000_000})
    with pytest.raises(NoSpace, match=r"11 MB .* 10 MB"):
        require_space({tmp_path: 6_000_000, tmp_path / "a": 5_000_000})


@pytest.mark.parametrize(
    ("number", "expected"), [(28, NoSpace), (13, OutputNotWritable), (30, OutputNotWritable), (5, ResourceError)]
)
def test_what_the_system_says(tmp_path: Path, number: int, expected: type[Exception]) -> None:
    with pytest.raises(expected, match=r"c\.tif"), translated_errors(tmp_path / "c.tif"):
        raise OSError(number, os.strerror(number))
