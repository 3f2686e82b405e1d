"""QGIS with the assembled plugin in a profile of its own.

``DIS2_PLUGIN_BUILD`` names the assembled plugin (default ``build/dis2``, made by ``make package``);
where there is none it is put together in a temporary folder. ``DIS2_PYTHON`` names the Python that
has torch (default ``.venv/bin/python``).
"""

import filecmp
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
FAKE_WORKER = Path(__file__).with_name("fake_worker.py")
MAKE_SCENE = Path(__file__).with_name("make_scene.py")

os.environ["LC_ALL"] = "C.UTF-8"  # for programs that are started: the tests read English on any machine


def assemble(folder):
    """The plugin as ``make package`` puts it together."""
    tool = REPOSITORY / "tools" / "package.py"
    subprocess.run([sys.executable, str(tool), "--build", str(folder)], check=True)
    return folder / "dis2"


def stale_files(build):
    """Sources, those of library and training too, that differ from what was assembled."""
    copies = {"qgis_plugin": build, "dis2_core": build / "dis2_core", "training": build / "dis2_training"}
    return [
        str(path.relative_to(REPOSITORY))
        for folder, copy in copies.items()
        for path in (REPOSITORY / folder).rglob("[!.]*")
        if path.is_file() and path.suffix != ".pyc" and not same(path, copy / path.relative_to(REPOSITORY / folder))
    ]


def same(source, copy):
    return copy.is_file() and filecmp.cmp(source, copy, shallow=False)


def wait_for(done, seconds=60):
    """Let Qt work until something is done."""
    from qgis.PyQt.QtCore import QCoreApplication

    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it takes too long"
        QCoreApplication.processEvents()
        time.sleep(0.01)


@pytest.fixture(scope="session")
def plugin_folder(tmp_path_factory):
    """The assembled plugin, whose parent is a QGIS plugin path."""
    named = os.environ.get("DIS2_PLUGIN_BUILD")
    build = Path(named) if named else REPOSITORY / "build" / "dis2"
    if not named and not build.is_dir():
        return assemble(tmp_path_factory.mktemp("plugins"))
    stale = stale_files(build)
    assert not stale, f"{build} is not what the sources say ({', '.join(stale)}): run 'make package'"
    return build


@pytest.fixture(scope="session")
def torch_python():
    """The Python of core and worker."""
    python = os.environ.get("DIS2_PYTHON") or REPOSITORY / ".venv" / "bin" / "python"
    assert os.access(python, os.X_OK), f"{python} is missing: run 'make setup'"
    return str(python)


@pytest.fixture(scope="session")
def plugin(qgis_app, qgis_processing, plugin_folder):
    """The plugin, loaded as QGIS loads it where there is no window."""
    from qgis.PyQt.QtCore import QLocale

    QLocale.setDefault(QLocale.c())
    sys.path.insert(0, str(plugin_folder.parent))
    import dis2
    from processing.gui import Postprocessing

    Postprocessing.iface = None  # the tests' stand-in for a window is none for QGIS 3.44's C++

    loaded = dis2.classFactory(None)
    loaded.initProcessing()
    yield loaded
    loaded.unload()


@pytest.fixture(scope="session")
def scene(tmp_path_factory, torch_python, plugin_folder):
    """Rasters and models, made by the Python that has rasterio and torch."""
    folder = tmp_path_factory.mktemp("scene")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("GDAL", "PROJ"))}
    command = [torch_python, str(MAKE_SCENE), str(plugin_folder), str(folder)]
    subprocess.run(command, check=True, env=environment, timeout=120)
    return SimpleNamespace(
        folder=folder,
        rgb=str(folder / "rgb.tif"),
        ndsm=str(folder / "ndsm.tif"),
        large=str(folder / "large.tif"),
        model=str(folder / "tiny.safetensors"),
    )


@pytest.fixture
def real_worker(monkeypatch, torch_python, plugin):
    """Runs go to the real worker, which leaves the other cores to others."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("DIS2_PYTHON", torch_python)


@pytest.fixture
def fake_worker(monkeypatch, plugin):
    """Runs go to a worker without torch that behaves as it is told: ``fake_worker("crash")``."""
    from dis2.worker import client

    monkeypatch.setenv("DIS2_PYTHON", sys.executable)
    monkeypatch.setenv("DIS2_DEBUG", "1")  # jobs stand in the log
    monkeypatch.setattr(client, "PROGRAM", FAKE_WORKER)
    return lambda behaviour: monkeypatch.setenv("FAKE_WORKER", behaviour)
