from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dis2_core.contract.errors import InputError, NoSpace, OutputNotWritable, ResourceError
from dis2_core.contract.styles import ramp_style
from dis2_core.run.disk import require_space, shown, translated_errors
from dis2_core.run.jobfolder import JobFolder, whole_file


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_parts_lie_beside_their_targets_until_they_are_committed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    targets = {"areas": str(other / "a.csv"), "classes": str(tmp_path / "c.tif")}
    with JobFolder(targets) as folder:
        for name in targets:
            part = folder.part(name)
            assert part.parent.parent.parent == Path(targets[name]).parent
            assert part.parent.parent.name.startswith(f".{Path(targets[name]).name}.dis2-")
            assert folder.scratch(name).parent.is_dir()
            part.write_text(name)
        folder.part("classes").with_suffix(".qml").write_text("style")
        assert names(other) & {"a.csv"} == set()
        assert [name for name, _ in folder.commit()] == ["areas", "classes"]
    assert names(other) == {"a.csv"}
    assert names(tmp_path) == {"other", "c.tif", "c.qml"}
    assert (tmp_path / "c.qml").read_text() == "style"


def test_what_is_hidden_is_told_by_the_name_that_it_will_have(tmp_path: Path) -> None:
    inner = {"classes": str(tmp_path / "c.tif")}
    with JobFolder(inner) as folder:
        assert shown(folder.part("classes")) == shown(folder.scratch("classes")) == tmp_path / "c.tif"
        inside = folder.part("classes").with_name("what-if")
        inside.mkdir()
        with JobFolder({"classes": str(inside / "d.tif")}) as within:
            assert shown(within.part("classes")) == tmp_path / "what-if" / "d.tif"
        with pytest.raises(NoSpace, match=rf"write {tmp_path / 'c.tif'} "), translated_errors(folder.part("classes")):
            raise OSError(28, os.strerror(28))
    with whole_file(tmp_path / "a.json") as part:
        assert shown(part) == tmp_path / "a.json" == shown(tmp_path / "a.json")
    odd = tmp_path / ".cache.dis2-x" / "map.tif"  # a folder of somebody else's
    assert shown(odd) == odd


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
    for ending in (".tif", ".tif.aux.xml", ".tif.ovr", ".tif.msk", ".txt"):
        (tmp_path / f"c{ending}").write_text("old")
    (tmp_path / "c.qml").write_text(ramp_style(1))
    with JobFolder({"classes": str(target)}) as folder:
        folder.part("classes").write_text("new")
        list(folder.commit())
    assert names(tmp_path) == {"c.tif", "c.txt"}


def test_a_style_that_is_not_ours_stays_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "c.qml").write_text("the style of c.shp")
    told: list[str] = []
    with JobFolder({"classes": str(tmp_path / "c.tif")}, tell=told.append) as folder:
        folder.part("classes").write_text("new")
        folder.part("classes").with_suffix(".qml").write_text(ramp_style(1))
        folder.commit()
    assert names(tmp_path) == {"c.tif", "c.qml"} and (tmp_path / "c.qml").read_text() == "the style of c.shp"
    assert len(told) == 1 and "c.qml" in told[0]


@pytest.mark.parametrize("ending", [".tif.msk", ".tif.ovr"])
def test_what_gdal_would_take_for_a_part_of_the_output_is_in_the_way(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"c{ending}").write_text("of a raster that is gone")
    with pytest.raises(OutputNotWritable, match=f"c{ending}"), JobFolder({"classes": str(tmp_path / "c.tif")}):
        pass
    assert names(tmp_path) == {f"c{ending}"}


@pytest.mark.parametrize("ending", [".tif.aux.xml", ".tif.ovr", ".tif.msk", ".qml"])
def test_folders_in_the_place_of_companions(tmp_path: Path, ending: str) -> None:
    (tmp_path / "c.tif").write_text("old")
    (tmp_path / f"c{ending}").mkdir()
    with pytest.raises(OutputNotWritable, match=f"c{ending}"), JobFolder({"classes": str(tmp_path / "c.tif")}):
        pass
    assert names(tmp_path) == {"c.tif", f"c{ending}"}


def test_what_a_killed_run_left_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / ".c.tif.dis2-1-abc" / "scratch").mkdir(parents=True)
    (tmp_path / ".d.tif.dis2-1-abc" / "scratch").mkdir(parents=True)  # of a target that is not ours to sweep
    with JobFolder({"classes": str(tmp_path / "c.tif")}):
        assert not (tmp_path / ".c.tif.dis2-1-abc").exists()
    assert names(tmp_path) == {".d.tif.dis2-1-abc"}


def test_parts_of_killed_writers_go_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    (tmp_path / ".state.pt.dis2-1-abc.part").write_text("half")
    with whole_file(tmp_path / "state.pt") as first:
        assert names(tmp_path) == {first.name}
        first.write_text("first")
        with whole_file(tmp_path / "state.pt") as second:
            assert first.exists()
            second.write_text("second")
    assert names(tmp_path) == {"state.pt"} and (tmp_path / "state.pt").read_text() == "first"


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


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(OutputNotWritable, match="too long"), JobFolder({"classes": str(tmp_path / f"{'x' * 300}.tif")}):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="has no limits of this kind")
def test_nothing_is_left_where_all_handles_are_used_up(tmp_path: Path) -> None:
    import resource

    handles: list[int] = []
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, limits[1]))
    try:
        with pytest.raises(OSError, match="Too many open"), JobFolder({"classes": str(tmp_path / "c.tif")}) as folder:
            folder.part("classes").write_text("half")
            while True:
                handles.append(os.open(tmp_path, os.O_RDONLY))
    finally:
        for handle in handles:
            os.close(handle)
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert names(tmp_path) == set()


def test_a_name_that_runs_give_to_locks(tmp_path: Path) -> None:
    targets = {"classes": str(tmp_path / "c.tif"), "areas": str(tmp_path / ".c.tif.dis2-lock")}
    with pytest.raises(InputError, match="locks"), JobFolder(targets):
        pass
    assert names(tmp_path) == set()


def test_folders_as_outputs(tmp_path: Path) -> None:
    (tmp_path / "c.tif").mkdir()
    with pytest.raises(OutputNotWritable, match="is a folder"), JobFolder({"classes": str(tmp_path / "c.tif")}):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="has no pipes of this kind")
def test_a_pipe_or_a_device_is_not_replaced(tmp_path: Path) -> None:
    """As root, ``--areas /dev/null`` took the device away from the whole machine."""
    os.mkfifo(tmp_path / "a.csv")
    (tmp_path / "b.csv").symlink_to("/dev/null")
    for name in ("a.csv", "b.csv"):
        with pytest.raises(OutputNotWritable, match="no file"), JobFolder({"areas": str(tmp_path / name)}):
            pass
        with pytest.raises(OutputNotWritable, match="no file"), whole_file(tmp_path / name):
            pass
    assert (tmp_path / "a.csv").is_fifo() and (tmp_path / "b.csv").is_symlink()
    assert names(tmp_path) == {"a.csv", "b.csv"}


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
    monkeypatch.setattr("dis2_core.run.disk.shutil.disk_usage", lambda path: usage)
    require_space({tmp_path: 5_000_000, tmp_path / "a": 5_000_000})
    with pytest.raises(NoSpace, match=r"11 MB .* 10 MB"):
        require_space({tmp_path: 6_000_000, tmp_path / "a": 5_000_000})


@pytest.mark.parametrize(
    ("number", "expected"), [(28, NoSpace), (13, OutputNotWritable), (30, OutputNotWritable), (5, ResourceError)]
)
def test_what_the_system_says(tmp_path: Path, number: int, expected: type[Exception]) -> None:
    with pytest.raises(expected, match=r"c\.tif"), translated_errors(tmp_path / "c.tif"):
        raise OSError(number, os.strerror(number))
