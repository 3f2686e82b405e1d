"""The plugin's zip, scanned as plugins.qgis.org scans an upload; and what it carries for the worker."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from test_package import ROOT, package_tool

#: Rules of Bandit that the site leaves out.
OFF = {"B109", "B404", "B410", "B411"}

#: Findings of rules that may be skipped at the upload, each with the reason to give there.
EXCUSED = {
    ("B403", "dis2_core/models/archive.py"): "looks through the instructions of a pickle and carries none of them out",
    ("B405", "dis2_core/contract/styles.py"): "writes XML and reads none",
    ("B405", "dis2_core/country/index.py"): "likewise",
    ("B405", "dis2_core/rasters/mosaic.py"): "likewise",
    ("B310", "dis2_core/country/sources/states.py"): "asks http and https alone, at an address that a person wrote",
    ("B405", "dis2_core/rasters/categories.py"): "reads what GDAL wrote in memory; QGIS never comes here",
    ("B314", "dis2_core/rasters/categories.py"): "likewise: no entity of a stranger's is declared in it",
    ("B405", "layers/voids.py"): "reads a virtual raster that GDAL has just written for it",
    ("B314", "layers/voids.py"): "likewise: no entity of a stranger's is declared in it",
    ("B608", "dis2_core/rasters/vector/area.py"): "a column's and a table's name out of the file's own tables, quoted",
    ("B608", "dis2_core/country/sources/lists.py"): "likewise",
    ("B608", "dis2_core/rasters/sources.py"): "likewise",
    ("B608", "dis2_training/data/sets/flair.py"): "a column's name out of the table's own, quoted",
    ("B603", "dis2_training/fitting/run_record.py"): "asks git for its commit, for researchers; QGIS never comes here",
    ("B607", "dis2_training/fitting/run_record.py"): "likewise; git is where the person has it",
}

#: Rules whose findings the site lets nobody skip.
NEVER = {
    *("B102", "B103", "B105", "B106", "B107", "B111", "B201", "B202", "B301", "B302", "B304", "B305", "B306", "B307"),
    *("B312", "B321", "B323", "B401", "B402", "B412", "B413", "B501", "B502", "B503", "B505", "B506", "B507", "B601"),
    *("B602", "B604", "B605", "B609", "B610", "B611", "B612", "B613", "B615", "B701"),
}

#: What a plugin may import: its own, the standard library, and QGIS's names that hold for Qt 5 and Qt 6.
QGIS_NAMES = {"qgis", "processing", "osgeo"}

#: Endings that the site calls suspicious.
SUSPICIOUS = {".exe", ".dll", ".so", ".dylib", ".bat", ".sh", ".ps1", ".cmd"}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """A folder that holds the zip's only top folder."""
    folder = tmp_path_factory.mktemp("upload")
    with zipfile.ZipFile(package_tool.package(ROOT, tmp_path_factory.mktemp("build"))) as bundle:
        bundle.extractall(folder)
    return folder


def scan(folder, *command):
    """The report of a scanner that runs in this environment."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def findings(unpacked):
    """(rule, file) of what Bandit finds with the site's options, all rules on."""
    report = scan(unpacked, "bandit", "-r", ".", "-f", "json", "--quiet")
    assert not report["errors"]
    found = {(result["test_id"], Path(result["filename"]).as_posix()) for result in report["results"]}
    return {(rule, name.removeprefix("./").removeprefix("dis2/")) for rule, name in found if rule not in OFF}


@pytest.mark.slow
def test_bandit_finds_nothing_that_blocks(findings):
    assert not findings - set(EXCUSED)


@pytest.mark.slow
def test_every_excuse_is_needed_and_allowed(findings):
    assert not {rule for rule, _ in EXCUSED} & NEVER
    assert set(EXCUSED) <= findings


@pytest.mark.slow
def test_secrets_are_none(unpacked):
    report = scan(unpacked, "detect_secrets", "scan", "--all-files", "--exclude-files", r"metadata\.txt", ".")
    assert report["results"] == {}


@pytest.mark.slow
def test_scanners_scan(tmp_path):
    """The two tests above would fail if there were something."""
    (tmp_path / "bad.py").write_text('token = "ghp_' + "a1B2c3D4" * 4 + 'e5F6"\n')
    assert scan(tmp_path, "bandit", "-r", ".", "-f", "json", "--quiet")["results"][0]["test_id"] == "B105"
    assert scan(tmp_path, "detect_secrets", "scan", "--all-files", ".")["results"]["bad.py"]


@pytest.mark.slow
def test_no_file_is_suspicious(unpacked):
    files = [path for path in unpacked.rglob("*") if path.is_file()]
    assert not [path for path in files if path.suffix in SUSPICIOUS or path.name.startswith(".")]
    text = [path for path in files if path.suffix in {".py", ".html", ".txt", ".yaml", ".json"} or not path.suffix]
    assert not [path for path in text if "\r" in path.read_text(encoding="utf-8")]


def test_the_plugin_meets_qt_through_qgis_alone():
    worker = ROOT / "qgis_plugin" / "worker" / "process.py"
    allowed = sys.stdlib_module_names | QGIS_NAMES
    for path in sorted((ROOT / "qgis_plugin").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            else:
                continue
            strange = {name.split(".")[0] for name in names} - allowed
            assert not strange - ({"dis2_core"} if path == worker else set()), f"{path.name} imports {strange}"


@pytest.mark.slow
@pytest.mark.parametrize("package", ["dis2_core", "dis2_training"])
def test_the_worker_finds_library_and_training_in_the_zip(unpacked, package):
    code = f"import sys; sys.path.insert(0, 'dis2'); import {package}; print({package}.__file__)"
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", code], cwd=unpacked, capture_output=True, text=True, check=True
    )
    assert (unpacked / done.stdout.strip()).resolve() == (unpacked / "dis2" / package / "__init__.py").resolve()
