"""A profile that may not be written, as on managed machines: the run needs nothing of it."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

#: Debian's wrapper ``qgis_process`` passes an option that the program does not know.
PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")
FAKE_WORKER = Path(__file__).with_name("fake_worker.py")
NOBODY = 65534


@pytest.fixture
def folder():
    """A folder that anybody can enter, unlike pytest's."""
    path = Path(tempfile.mkdtemp(prefix="dis2-"))
    path.chmod(0o755)
    yield path
    for item in [path, *path.rglob("*")]:
        item.chmod(item.stat().st_mode | stat.S_IWUSR)
    shutil.rmtree(path)


@pytest.fixture
def plugins(plugin_folder, folder):
    """The plugin with the fake worker, for the person who has no rights."""
    copy = folder / "plugins" / "dis2"
    shutil.copytree(plugin_folder, copy)
    shutil.copyfile(FAKE_WORKER, copy / "worker" / "process.py")
    return copy.parent


@pytest.fixture
def qgis_process(plugins, folder):
    """Run ``qgis_process``: as the owner of the profile, or as one who may only read it."""
    assert PROGRAM, "qgis_process is missing: install QGIS"
    profile = folder / "profile"
    environment = {
        **os.environ,
        "QGIS_PLUGINPATH": str(plugins),
        "QGIS_CUSTOM_CONFIG_PATH": str(profile),
        "QT_QPA_PLATFORM": "offscreen",
        "DIS2_PYTHON": sys.executable,
        "FAKE_WORKER": "good",
        "HOME": str(folder),
    }

    def run(*arguments, read_only=False):
        other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if read_only and os.geteuid() == 0 else {}
        command = [PROGRAM, *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, **other)

    assert run("plugins", "enable", "dis2").returncode == 0
    assert run("help", "dis2:segment").returncode == 0  # QGIS itself makes folders when it starts for the first time
    for item in [profile, *profile.rglob("*")]:
        item.chmod(item.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    return run


@pytest.fixture
def results(folder):
    path = folder / "results"
    path.mkdir()
    path.chmod(0o777)
    return path


@pytest.fixture
def arguments(scene, folder):
    """Copies of raster and model that anybody can read."""
    copies = {"OPTICAL": scene.rgb, "MODEL": scene.model}
    for name, path in copies.items():
        copies[name] = shutil.copy(path, folder)
        Path(copies[name]).chmod(0o644)
    return [f"{name}={path}" for name, path in copies.items()]


@pytest.mark.slow
def test_run_with_a_profile_that_may_not_be_written(qgis_process, arguments, results):
    target = results / "map.tif"
    done = qgis_process("run", "dis2:segment", "--", *arguments, f"OUTPUT={target}", read_only=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert target.read_bytes() == b"whole"


@pytest.mark.slow
def test_result_in_a_folder_that_may_not_be_written(qgis_process, arguments, folder):
    """The profile, say: one sentence before any work, from ``checkParameterValues``."""
    target = folder / "profile" / "areas.gpkg"
    outputs = (f"OUTPUT={folder / 'profile' / 'map.tif'}", f"AREAS={target}")
    done = qgis_process("run", "dis2:segment", "--", *arguments, *outputs, read_only=True)
    assert done.returncode != 0
    assert f"You may not write {target}. Choose another folder" in done.stdout + done.stderr
    assert "line " not in done.stdout  # no traceback
