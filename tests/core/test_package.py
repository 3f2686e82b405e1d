"""The plugin's zip: what plugins.qgis.org and QGIS ask of it."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_SPEC = importlib.util.spec_from_file_location("package_tool", ROOT / "tools" / "package.py")
package_tool = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(package_tool)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return package_tool.package(ROOT, tmp_path_factory.mktemp("build"))


@pytest.fixture(scope="module")
def names(bundle):
    return zipfile.ZipFile(bundle).namelist()


def test_everything_lies_in_one_folder_that_python_can_import(names):
    assert {name.split("/")[0] for name in names} == {"dis2"}


def test_what_qgis_needs_is_there(names):
    for name in ("__init__.py", "metadata.txt", "LICENSE", "worker/process.py"):
        assert f"dis2/{name}" in names


@pytest.mark.parametrize("package", ["dis2_core", "dis2_training", "dis2_training/configs"])
def test_library_and_training_travel_along(names, package):
    assert f"dis2/{package}/__init__.py" in names
    assert f"dis2/{package.split('/')[0]}/LICENSE" in names


def test_every_recipe_is_there(names):
    for recipe in (ROOT / "training" / "configs").glob("*.yaml"):
        assert f"dis2/dis2_training/configs/{recipe.name}" in names


def test_every_shipped_model_is_there(names):
    for model in (ROOT / "dis2_core" / "models").glob("*.safetensors"):
        assert f"dis2/dis2_core/models/{model.name}" in names


def test_nothing_is_there_that_a_user_has_no_use_for(names):
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name or "/." in name]
    assert not [name for name in names if name.endswith((".pyc", ".aux.xml", ".toml"))]


def test_licences(bundle):
    archive = zipfile.ZipFile(bundle)
    assert "GNU GENERAL PUBLIC LICENSE" in archive.read("dis2/LICENSE").decode()
    assert archive.read("dis2/dis2_core/LICENSE") == (ROOT / "LICENSE").read_bytes()


def test_size_is_within_the_limit(bundle):
    assert bundle.stat().st_size <= 25_000_000


def test_the_same_sources_give_the_same_bytes(bundle, tmp_path):
    assert package_tool.package(ROOT, tmp_path).read_bytes() == bundle.read_bytes()


def test_a_folder_from_before_is_replaced(tmp_path):
    stale = tmp_path / "dis2" / "stale.py"
    stale.parent.mkdir()
    stale.touch()
    package_tool.package(ROOT, tmp_path)
    assert not stale.exists()


def test_versions_that_differ_are_refused(tmp_path):
    (tmp_path / "dis2_core" / "contract").mkdir(parents=True)
    (tmp_path / "dis2_core" / "contract" / "version.py").write_text('__version__ = "1.2.3"\n')
    (tmp_path / "metadata.txt").write_text("[general]\nversion=1.2.4\n")
    with pytest.raises(ValueError, match=r"1\.2\.3.*1\.2\.4"):
        package_tool.package(tmp_path, tmp_path / "build")


@pytest.fixture
def tree(tmp_path):
    """A working tree whose plugin carries next to nothing; its metadata can be written anew."""
    for folder in ("qgis_plugin", "training", "dis2_core/contract"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "dis2_core" / "contract" / "version.py").write_text('__version__ = "1.2.3"\n')
    (tmp_path / "LICENSE").write_text("a licence\n")
    return tmp_path


METADATA = "[general]\nabout=up to 100 % of it\nversion=1.2.3\ntracker={}\nrepository=https://x\nemail=\n"


@pytest.mark.parametrize(("tracker", "empty"), [("", "tracker, email"), ("https://x/issues", "email")])
def test_a_release_without_the_projects_pages_is_refused(tree, monkeypatch, capsys, tracker, empty):
    (tree / "metadata.txt").write_text(METADATA.format(tracker))
    monkeypatch.setattr("sys.argv", ["package", "--release"])
    assert package_tool.main(tree) == 1
    assert f"nothing at {empty};" in capsys.readouterr().err
    assert not (tree / "build").exists()


def test_without_a_release_the_same_is_a_note(tree, monkeypatch, capsys):
    (tree / "metadata.txt").write_text(METADATA.format(""))
    monkeypatch.setattr("sys.argv", ["package"])
    assert package_tool.main(tree) == 0
    assert "not for an upload, metadata.txt has nothing at tracker, email;" in capsys.readouterr().out
    assert (tree / "build" / "dis2-1.2.3.zip").is_file()


def test_a_release_with_the_projects_pages_is_made(tree, monkeypatch, capsys):
    (tree / "metadata.txt").write_text(METADATA.format("https://x/issues").replace("email=", "email=a@example.org"))
    monkeypatch.setattr("sys.argv", ["package", "--release"])
    assert package_tool.main(tree) == 0
    assert "upload" not in capsys.readouterr().out
