"""The very zip that ``make package`` makes, installed into an empty profile as QGIS's plugin manager does it."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path

import pytest
from osgeo import gdal
from qgis.core import QgsApplication

PROGRAM = shutil.which("qgis_process.bin") or shutil.which("qgis_process")


@pytest.fixture(scope="module")
def metadata(plugin_folder):
    """What ``metadata.txt`` says."""
    parser = ConfigParser()
    parser.read(plugin_folder / "metadata.txt", encoding="utf-8")
    return parser["general"]


@pytest.fixture(scope="module")
def bundle(plugin_folder, metadata):
    """The zip that was made together with the assembled plugin."""
    path = plugin_folder.parent / f"dis2-{metadata['version']}.zip"
    assert path.is_file(), f"{path} is missing: run 'make package'"
    return path


@pytest.fixture(scope="module")
def installed(qgis_app, bundle, tmp_path_factory):
    """An empty profile with the plugin in it, unpacked by the code that QGIS itself uses."""
    sys.path.append(str(Path(QgsApplication.pkgDataPath()) / "python"))
    from pyplugin_installer.unzip import unzip

    profiles = tmp_path_factory.mktemp("an empty profilé")
    plugins = profiles / "profiles" / "default" / "python" / "plugins"
    plugins.mkdir(parents=True)
    unzip(str(bundle), str(plugins))
    return profiles, plugins / "dis2"


@pytest.fixture(scope="module")
def qgis_process(installed, torch_python):
    """``qgis_process`` with that profile; nothing of the working tree is on its path."""
    assert PROGRAM, "qgis_process is missing: install QGIS"
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("QGIS_", "PYTHON", "DIS2_"))}
    environment = {
        **inherited,
        "QGIS_CUSTOM_CONFIG_PATH": str(installed[0]),
        "QT_QPA_PLATFORM": "offscreen",
        "DIS2_PYTHON": torch_python,
        "OMP_NUM_THREADS": "1",
    }

    def run(*arguments):
        command = [PROGRAM, "--json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=180)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    run("plugins", "enable", "dis2")
    return run


def test_the_plugin_manager_takes_this_qgis_for_fit(installed, metadata):
    from pyplugin_installer.version_compare import isCompatible, pyQgisVersion

    assert isCompatible(pyQgisVersion(), metadata["qgisMinimumVersion"], metadata["qgisMaximumVersion"])
    assert isCompatible("4.2.3", metadata["qgisMinimumVersion"], metadata["qgisMaximumVersion"])


def test_it_unpacks_to_what_was_assembled(installed, plugin_folder):
    def files(folder):
        paths = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

    assert files(installed[1]) == files(plugin_folder)


@pytest.mark.slow
def test_every_algorithm_that_has_a_help_page_is_listed(qgis_process, installed):
    listed = json.loads(qgis_process("list").stdout)["providers"]["dis2"]["algorithms"]
    assert sorted(listed) == sorted(f"dis2:{page.stem}" for page in (installed[1] / "help").glob("*.html"))
    assert all(algorithm["can_cancel"] and algorithm["short_description"] for algorithm in listed.values())


@pytest.mark.slow
def test_an_algorithm_describes_its_parameters(qgis_process):
    """The one with the most; those of all are looked at in ``test_plugin.py``, since every call starts QGIS anew."""
    described = json.loads(qgis_process("help", "dis2:trainmodel").stdout)
    assert {"OPTICAL", "LABELS", "MODEL"} <= set(described["parameters"])
    assert described["algorithm_details"]["name"]


@pytest.mark.slow
def test_it_makes_a_map(qgis_process, installed, scene, tmp_path):
    target = tmp_path / "map.tif"
    inputs = [f"MODEL={scene.model}", f"ELEVATION={scene.ndsm}", f"OUTPUT={target}"]
    results = json.loads(qgis_process("run", "dis2:segment", "--", *inputs).stdout)["results"]
    assert results["MODALITIES_USED"] == "ndsm"
    assert set(gdal.Open(str(target)).ReadAsArray().flat) <= {0, 1, 2, 255}
    assert target.with_suffix(".qml").is_file()


@pytest.mark.slow
def test_a_run_leaves_nothing_in_the_plugins_folder(qgis_process, installed, bundle):
    """After the runs above: bytecode apart, the folder holds what the zip brought."""
    left = {path.relative_to(installed[1].parent).as_posix() for path in installed[1].rglob("*") if path.is_file()}
    assert {name for name in left if "__pycache__" not in name} == set(zipfile.ZipFile(bundle).namelist())
