"""Where the runtime lies, which one is used, and what is never deleted; with the paths of Windows, too."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from qgis.core import QgsProcessingFeedback, QgsSettings
from qgis.PyQt.QtCore import QProcessEnvironment


@pytest.fixture
def layout(plugin):
    from dis2.runtime import layout

    return layout


@pytest.fixture
def root(tmp_path, monkeypatch, layout):
    """A folder of the runtime in use, and nothing chosen instead of it."""
    folder = tmp_path / "run time é"
    monkeypatch.setenv("DIS2_RUNTIME", str(folder))
    monkeypatch.delenv("DIS2_PYTHON", raising=False)
    layout.claim(folder)
    return folder


@pytest.fixture
def make(root, layout):
    """Put a runtime into place whose Python is an empty program."""

    def make(name="env-00aa", lock=None):
        python = Path(layout.python_in(root / name))
        python.parent.mkdir(parents=True)
        python.write_text("#!/bin/sh\n")
        python.chmod(0o700)
        stamp = layout.Stamp(name, lock or layout.fingerprint(), "0.0.9", "3.12.1", "2.13.0+cpu", "cpu")
        layout.write_stamp(root, stamp)
        return python

    return make


def interpreter():
    from dis2.runtime.interpreter import interpreter

    return interpreter()


def refusal():
    from dis2.runtime.errors import NoRuntime

    with pytest.raises(NoRuntime) as caught:
        interpreter()
    return str(caught.value)


def test_without_a_runtime_the_message_names_both_ways_to_get_one(root):
    message = refusal()
    assert message.startswith("DIS2 has no Python to run its models with yet.")
    assert "'Set up the runtime'" in message and "Settings > Options > DIS2" in message


def test_the_managed_runtime_is_used(make):
    python = make()
    assert interpreter() == str(python)


def test_variable_goes_before_the_managed_runtime_and_setting_before_both(make, monkeypatch, tmp_path):
    make()
    others = [tmp_path / "variable", tmp_path / "setting"]
    for other in others:
        other.write_text("")
        other.chmod(0o700)
    monkeypatch.setenv("DIS2_PYTHON", str(others[0]))
    assert interpreter() == str(others[0])
    QgsSettings().setValue("dis2/python", str(others[1]))
    try:
        assert interpreter() == str(others[1])
    finally:
        QgsSettings().remove("dis2/python")


def test_a_runtime_of_other_locks_is_refused_with_both_versions(make, plugin):
    from dis2.dis2_core.contract.version import __version__

    make(lock="0123456789abcdef")
    assert refusal().startswith(f"The runtime was made for DIS2 0.0.9; DIS2 {__version__} needs other packages.")


def test_a_runtime_whose_python_is_gone_is_refused(make):
    make().unlink()
    assert "its Python is gone" in refusal()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"environment": 3}',
        '{"options": 3}',
        '{"unverified": null}',
        '{"environment": "../../elsewhere"}',
    ],
)
def test_a_damaged_stamp_is_refused(make, root, layout, text):
    make()
    data = json.loads((root / layout.STAMP).read_text())
    changed = json.dumps({**data, **json.loads(text)}) if text.startswith('{"') else text
    (root / layout.STAMP).write_text(changed)
    assert "is damaged" in refusal()


def test_setting_of_the_folder_goes_before_the_variable(layout, root, tmp_path):
    assert layout.root_folder() == root
    QgsSettings().setValue(layout.FOLDER_SETTING, str(tmp_path / "other"))
    try:
        assert layout.root_folder() == tmp_path / "other"
    finally:
        QgsSettings().remove(layout.FOLDER_SETTING)


def test_the_users_own_folder_is_the_default(layout, monkeypatch):
    monkeypatch.delenv("DIS2_RUNTIME", raising=False)
    assert layout.root_folder() == layout.default_root()
    assert layout.default_root().name == "dis2" and layout.default_root().is_absolute()


def test_python_of_an_environment_on_windows_and_elsewhere(layout):
    windows = layout.python_in(PureWindowsPath("C:/Users/Jörg Ä/dis2/env-00aa"), windows=True)
    assert str(windows) == "C:\\Users\\Jörg Ä\\dis2\\env-00aa\\Scripts\\python.exe"
    assert str(layout.python_in(PurePosixPath("/x/env-00aa"), windows=False)) == "/x/env-00aa/bin/python"
    assert [layout.executable("uv", windows) for windows in (True, False)] == ["uv.exe", "uv"]


def test_paths_of_windows_of_any_length(layout):
    assert layout.extended(PureWindowsPath("C:/a/b"), windows=True) == "\\\\?\\C:\\a\\b"
    assert layout.extended(PureWindowsPath("//server/share/a"), windows=True) == "\\\\?\\UNC\\server\\share\\a"
    assert layout.extended(PureWindowsPath("\\\\?\\C:\\a"), windows=True) == "\\\\?\\C:\\a"
    assert layout.extended(PurePosixPath("/a/b"), windows=False) == "/a/b"


def test_the_default_folder_of_windows_is_short_enough_and_a_deep_one_is_not(layout):
    usual = PureWindowsPath("C:/Users/a.quite.long.name/AppData/Local/dis2")
    assert not layout.is_too_long(usual, windows=True)
    assert layout.is_too_long(usual / "of a department" / "in a share", windows=True)
    assert not layout.is_too_long(PurePosixPath("/x" * 200), windows=False)


def test_killing_a_starter_of_windows_takes_its_child_along(plugin):
    from dis2.runtime.program import kill_tree

    assert kill_tree(42, "win32") == ["taskkill", "/PID", "42", "/T", "/F"]
    assert kill_tree(42, "linux") == kill_tree(42, "darwin") == []


def test_what_systems_put_into_every_folder_does_not_count(layout, tmp_path):
    (tmp_path / "desktop.ini").touch()
    layout.claim(tmp_path)
    assert layout.is_ours(tmp_path)


def test_qgis_own_programs_and_certificates_are_left_out_where_it_brings_all(plugin):
    """On Windows its Python stands first on the path, and its certificates hide those of the system."""
    from dis2.runtime.variables import leave_installation

    def left(system, prefix, **variables):
        environment = QProcessEnvironment()
        for name, value in variables.items():
            environment.insert(name, value)
        leave_installation(environment, prefix, system)
        return {name: environment.value(name) for name in environment.keys()}  # noqa: SIM118

    home = "C:\\Program Files\\QGIS 3.40"
    path = f"{home}\\apps\\Python312;{home.upper()}\\bin;C:\\Windows\\system32;C:\\Program Files\\QGIS 3.4000"
    assert left(
        "win32", "C:/Program Files/QGIS 3.40/apps/qgis-ltr", PATH=path, SSL_CERT_FILE=f"{home}\\bin\\bundle.crt"
    ) == {"PATH": "C:\\Windows\\system32;C:\\Program Files\\QGIS 3.4000"}
    mine = {"PATH": "/Applications/QGIS.app/Contents/MacOS/bin:/usr/bin", "SSL_CERT_FILE": "/etc/company.pem"}
    assert left("darwin", "/Applications/QGIS.app/Contents/MacOS", **mine) == {**mine, "PATH": "/usr/bin"}
    assert left("linux", "/usr", PATH="/usr/bin:/bin") == {"PATH": "/usr/bin:/bin"}


def test_a_folder_with_other_files_is_refused_and_nothing_of_it_is_deleted(layout, tmp_path):
    from dis2.dis2_core.contract.errors import InputError

    (tmp_path / "python").mkdir()
    with pytest.raises(InputError, match="holds other files"):
        layout.claim(tmp_path)
    assert layout.remove_all(tmp_path) == []
    assert (tmp_path / "python").is_dir()


def test_removing_takes_what_set_ups_made_and_leaves_the_rest(make, root, layout):
    make()
    theirs = ("python", "cache", "thesis", "env", "uv")
    for name in ("env-0b0b", "uv-0.13.8", "uv-python", "uv-cache", *theirs):
        (root / name).mkdir()
    (root / "setup.log").touch()
    assert layout.remove_all(root) == []
    assert sorted(path.name for path in root.iterdir()) == sorted(theirs)


def test_links_are_removed_and_what_they_lead_to_is_not(make, root, layout, tmp_path):
    make()
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "text").touch()
    (root / "uv-python").symlink_to(tmp_path / "thesis", target_is_directory=True)
    (root / "env-00aa" / "lib").symlink_to(tmp_path / "thesis", target_is_directory=True)
    (root / "uv-cache").symlink_to(tmp_path / "nowhere")
    assert layout.remove_all(root) == [] and list(root.iterdir()) == []
    assert (tmp_path / "thesis" / "text").is_file()


def test_an_environment_that_a_worker_runs_in_is_neither_swept_nor_removed(make, root, layout, plugin_folder):
    """The worker of another QGIS, which began before this set-up."""
    environment = root / "env-0001"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", str(environment)], check=True)
    make("env-00aa")
    worker = subprocess.Popen(
        [str(layout.python_in(environment)), "-I", "-u", str(plugin_folder / "worker" / "process.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert b"hello" in worker.stdout.readline()
        layout.sweep(root, "env-00aa")
        assert layout.python_in(environment).exists()
        assert layout.remove_all(root) == [str(environment)]
        assert (root / layout.STAMP).exists()  # all of it stays
    finally:
        worker.kill()
        worker.communicate()
    layout.sweep(root, "env-00aa")
    assert not environment.exists()


def test_removing_a_folder_that_is_not_ours_does_not_touch_it(plugin, tmp_path):
    from dis2.runtime.journal import Journal
    from dis2.runtime.setup import managed

    (tmp_path / "empty").mkdir()
    assert managed.remove(tmp_path / "empty", Journal(QgsProcessingFeedback(False))) is False
    assert list((tmp_path / "empty").iterdir()) == []


def test_the_name_of_a_new_environment_is_free(layout, root, monkeypatch):
    (root / "env-0001").mkdir()
    tokens = iter(["0001", "0001", "0002"])
    monkeypatch.setattr(layout.secrets, "token_hex", lambda size: next(tokens))
    assert layout.new_environment(root) == root / "env-0002"


def test_a_stamp_that_somebody_reads_is_replaced_a_moment_later(make, root, layout, monkeypatch):
    """Windows refuses to replace a file that is open."""
    make()
    replace, refusals = os.replace, iter([PermissionError(13, "in use"), PermissionError(13, "in use")])

    def busy(source, target):
        for refusal in refusals:
            raise refusal
        replace(source, target)

    monkeypatch.setattr(layout.os, "replace", busy)
    layout.write_stamp(root, layout.Stamp("env-00bb", "0", "1", "3.12.1", "2.13.0+cpu", "cpu"))
    assert layout.read_stamp(root).environment == "env-00bb"


def test_sweeping_keeps_the_environment_in_use(make, root, layout):
    make("env-00aa")
    for name in ("env-0001", "env-0002"):
        (root / name).mkdir()
    layout.sweep(root, "env-00aa")
    assert sorted(path.name for path in root.glob("env-*")) == ["env-00aa"]


def test_a_folder_that_cannot_be_written_is_one_sentence(layout, tmp_path):
    from dis2.dis2_core.contract.errors import OutputNotWritable

    parent = tmp_path / "file"
    parent.write_text("")
    with pytest.raises(
        OutputNotWritable, match=r"The folder of the runtime, '.*', cannot be written \(Not a directory\)"
    ):
        layout.claim(parent / "dis2")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_one_sentence(layout, tmp_path):
    from dis2.dis2_core.contract.errors import OutputNotWritable

    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with pytest.raises(OutputNotWritable, match="Permission denied"):
            layout.claim(tmp_path / "dis2")
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_too_little_space_is_told_before_anything_is_downloaded(layout, tmp_path):
    from dis2.dis2_core.contract.errors import NoSpace

    with pytest.raises(NoSpace, match=r"needs about 1000000000\.0 GB"):
        layout.require_space(tmp_path, 10**18)


def test_the_fingerprint_does_not_depend_on_line_ends(layout, monkeypatch, tmp_path):
    before = layout.fingerprint()
    copy = tmp_path / "packages.txt"
    copy.write_bytes(layout.PACKAGES_LOCK.read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr(layout, "PACKAGES_LOCK", copy)
    assert layout.fingerprint() == before
    copy.write_bytes(b"numpy==1\n")
    assert layout.fingerprint() != before
