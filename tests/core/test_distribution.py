"""Wheel and sdist: they hold all that the repository's packages hold, and run where there is no repository."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from email.parser import Parser

import pytest
from test_package import ROOT

from dis2_core.contract.version import __version__

pytestmark = pytest.mark.slow


def call(*command, **options):
    """What a command prints; its errors are the test's."""
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=300, check=False, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """(sdist, wheel), the wheel made of the sdist, as an installer without a wheel would make it."""
    folder = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    return folder / f"dis2-{__version__}.tar.gz", folder / f"dis2-{__version__}-py3-none-any.whl"


def sources(folder):
    """What belongs into a distribution of a folder of the repository, relative to it."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    left_out = {".pyc", ".xml"}
    return {path.relative_to(ROOT / folder).as_posix() for path in files if path.suffix not in left_out}


def test_the_wheel_holds_every_file_of_library_and_training(built):
    names = set(zipfile.ZipFile(built[1]).namelist())
    wanted = {f"dis2_core/{name}" for name in sources("dis2_core")}
    wanted |= {f"dis2_training/{name}" for name in sources("training")}
    assert {name for name in names if ".dist-info/" not in name} == wanted


def test_the_sdist_holds_every_file_of_library_and_training(built):
    with tarfile.open(built[0]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {f"{folder}/{name}" for folder in ("dis2_core", "training") for name in sources(folder)} <= names
    assert {"LICENSE", "README.md", "pyproject.toml"} <= names


def test_the_wheel_says_what_it_is(built):
    wheel = zipfile.ZipFile(built[1])
    metadata = Parser().parsestr(wheel.read(f"dis2-{__version__}.dist-info/METADATA").decode())
    assert (metadata["Name"], metadata["Version"], metadata["License-Expression"]) == ("dis2", __version__, "MIT")
    assert wheel.read(f"dis2-{__version__}.dist-info/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


@pytest.fixture(scope="module")
def elsewhere(built, tmp_path_factory):
    """A fresh environment with the wheel, which finds its requirements where this one has them; its programs."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder / "env", symlinks=True)
    python = folder / "env" / "bin" / "python"
    call(sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-deps", "--no-index", built[1])
    site = call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    with open(os.path.join(site, "requirements.pth"), "w", encoding="utf-8") as paths:
        paths.write(sysconfig.get_path("purelib") + "\n")  # no .pth of that folder counts: the repository is not on it
    return python.parent


def run(programs, name, *arguments):
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    return call(programs / name, *arguments, cwd=programs.parent.parent, env=environment)


def test_it_is_the_wheel_that_runs(elsewhere):
    where = run(elsewhere, "python", "-c", "import dis2_core as a, dis2_training as b; print(a.__file__, b.__file__)")
    assert all(path.startswith(str(elsewhere.parent)) for path in where.split())


def test_the_commands_run(elsewhere):
    assert "aerial-demo" in run(elsewhere, "dis2", "info", "aerial-demo")
    assert "benchmark" in run(elsewhere, "dis2-train", "--help")
