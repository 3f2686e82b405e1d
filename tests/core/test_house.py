"""The house keeps its own rules: floors, documents whose commands work, one set of versions."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
from pathlib import Path

import pytest

from dis2_core import cli, shipped_models
from dis2_core.contract.version import __version__
from dis2_core.democity import make_city

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
FLOORS = ("dis2_core", "training", "qgis_plugin")

#: What the plugin may import of the library: standard library alone, for QGIS's Python.
LIGHT = {"contract"}


def blocks(language):
    """(document, text) of every fenced block of a language."""
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [(path, text) for path in DOCUMENTS for text in fence.findall(path.read_text(encoding="utf-8"))]


def commands():
    """Every distinct line of the shell blocks, without comments."""
    lines = [shlex.split(line, comments=True) for _, text in blocks("sh") for line in text.splitlines()]
    return [list(line) for line in dict.fromkeys(tuple(line) for line in lines if line)]


def imports(path):
    """(level, module) of every import of a file, those within functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


def modules(floor):
    return sorted((ROOT / floor).rglob("*.py"))


@pytest.mark.parametrize(
    ("floor", "forbidden"),
    [
        ("dis2_core", {"qgis", "dis2_training", "training", "demo"}),
        ("training", {"qgis", "qgis_plugin", "demo"}),
        ("qgis_plugin", {"torch", "numpy", "rasterio", "dis2_training", "training", "demo"}),
    ],
)
def test_no_floor_imports_what_lies_above(floor, forbidden):
    worker = ROOT / "qgis_plugin" / "worker" / "process.py"  # runs in the other Python
    found = {(path.name, name) for path in modules(floor) if path != worker for _, name in imports(path)}
    assert not {(file, name) for file, name in found if name.split(".")[0] in forbidden}


def test_the_plugin_imports_only_the_light_part_of_the_library():
    worker = ROOT / "qgis_plugin" / "worker" / "process.py"
    for path in modules("qgis_plugin"):
        for level, name in imports(path):
            assert path == worker or level or name.split(".")[0] != "dis2_core", f"{path.name}: use a relative import"
            parts = name.split(".")
            if path != worker and level and "dis2_core" in parts:
                assert set(parts[parts.index("dis2_core") + 1 :][:1]) <= LIGHT, f"{path.name} imports {name}"


def test_the_library_imports_itself_relatively():
    for path in modules("dis2_core"):
        assert not [name for level, name in imports(path) if not level and name.split(".")[0] == "dis2_core"], path


def test_test_files_have_names_of_their_own():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8"))
    local = [target for target in targets if not target.startswith("https://")]
    assert not [target for target in local if not (path.parent / target).exists()]


def test_make_targets_that_the_documents_name_exist():
    named = set()
    for path in DOCUMENTS:
        for words in re.findall(r"`make ([a-z -]+)", path.read_text(encoding="utf-8")):
            named |= set(words.split())
    assert named and not [name for name in named if not re.search(rf"^{name}:", MAKEFILE, re.MULTILINE)]


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """A folder with the files that the documents speak of."""
    folder = tmp_path_factory.mktemp("scene")
    paths = make_city(folder, size=160)
    shutil.copyfile(paths["rgb"], folder / "ortho.tif")
    if "aerial-demo" in shipped_models():  # stands for a model that a person trained
        shutil.copyfile(shipped_models()["aerial-demo"], folder / "mine.safetensors")
    return folder


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_commands_of_the_documents_work(command, scene, monkeypatch, capsys):
    program, *arguments = command
    if program == "make":
        assert all(re.search(rf"^{name}:", MAKEFILE, re.MULTILINE) for name in arguments)
    elif program == "dis2-train":  # takes hours: the parser must accept it
        from dis2_training.cli import build_parser

        monkeypatch.chdir(ROOT)
        build_parser().parse_args(arguments)
    elif program == "dis2":
        need_shipped_model()
        monkeypatch.chdir(scene)
        with pytest.raises(SystemExit) as exit_:
            cli.main(arguments)
        assert not exit_.value.code, capsys.readouterr().err
    else:
        assert command == [".", ".venv/bin/activate"]


@pytest.mark.parametrize(("path", "text"), blocks("python"), ids=lambda value: getattr(value, "name", ""))
def test_python_of_the_documents_works(path, text, scene, monkeypatch):
    need_shipped_model()
    monkeypatch.chdir(scene)
    exec(compile(text, path.name, "exec"), {})


def need_shipped_model():
    if "aerial-demo" not in shipped_models():
        pytest.skip("dis2_core/models holds no aerial-demo")


def test_the_version_is_the_same_everywhere():
    assert f"dis2-{__version__}.zip" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"\n## [{__version__}] - 20" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_requirement_is_pinned():
    pins = re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    pinned = {name.lower().replace("_", "-"): version for name, version in pins}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    required = {name.lower() for name in re.findall(r'"([A-Za-z][\w-]*)(?:\[\w+\])?>=', project)}
    assert pinned["torch"] == "2.13.0"
    assert "pytest-qgis" in pinned
    assert required - {"setuptools"} <= set(pinned)


def test_every_pip_call_is_constrained():
    for path in (ROOT / "Makefile", *(ROOT / "tools").iterdir(), *ROOT.glob(".ci/*")):
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                assert "pip install" not in line or "-c constraints.txt" in line, f"{path.name}: {line}"
