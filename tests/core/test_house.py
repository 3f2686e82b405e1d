"""The house keeps its own rules: rooms and floors, documents whose commands work, one set of versions."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from rooms import BELOW, FLOORS, LARGER, LARGEST_ROOM, PACKAGES, WORKER

from dis2_core import cli, shipped_models
from dis2_core.contract.version import __version__
from dis2_core.democity import make_city

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
OUTSIDE = {"demo", "benchmarks", "docs", "tests", "tools"}  # what no floor knows


@cache
def modules() -> dict[str, Path]:
    """Every module of the three floors, by its full name."""
    found = {}
    for floor, package in PACKAGES.items():
        for path in (ROOT / floor).rglob("*.py"):
            parts = [package, *path.relative_to(ROOT / floor).with_suffix("").parts]
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def package_of(module: str) -> str:
    return module if modules()[module].name == "__init__.py" else module.rpartition(".")[0]


def imports(module: str) -> Iterator[str]:
    """Full names of all that a module imports, those within functions and for type checkers too."""
    for node in ast.walk(ast.parse(modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(package_of(module), node)
            for alias in node.names:
                yield f"{base}.{alias.name}" if f"{base}.{alias.name}" in modules() else base


def _absolute(package: str, node: ast.ImportFrom) -> str:
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    name = ".".join([*above, *([node.module] if node.module else [])])
    return re.sub(r"^qgis_plugin\.(?=dis2_)", "", name)  # the plugin carries library and training in its own folder


@cache
def arrows() -> dict[str, set[str]]:
    """Which modules of the house each module imports."""
    return {module: {name for name in imports(module) if name in modules()} - {module} for module in modules()}


def floor_of(module: str) -> str:
    return next(floor for floor, package in PACKAGES.items() if package == module.split(".")[0])


def room_of(module: str) -> str:
    """The room of a module: the folder in that of its floor, or ``.`` beside the rooms."""
    return package_of(module).split(".")[1] if "." in package_of(module) else "."


def rooms() -> list[tuple[str, str]]:
    return [(floor, room) for floor, table in FLOORS.items() for room in table]


def circle(graph: dict[str, Iterable[str]]) -> list[str]:
    """Names that lead in a circle, or none."""
    done: set[str] = set()

    def walk(name: str, way: list[str]) -> list[str]:
        if name in way:
            return way[way.index(name) :]
        if name in done:
            return []
        found = next(filter(None, (walk(other, [*way, name]) for other in sorted(graph[name]))), [])
        done.add(name)
        return found

    return next(filter(None, (walk(name, []) for name in sorted(graph))), [])


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(arrows()) == []


@pytest.mark.parametrize("floor", FLOORS)
def test_the_table_has_floors(floor: str) -> None:
    assert circle(FLOORS[floor]) == []


@pytest.mark.parametrize("floor", FLOORS)
def test_every_room_is_in_the_table(floor: str) -> None:
    assert {room_of(module) for module in modules() if floor_of(module) == floor} == set(FLOORS[floor])


@pytest.mark.parametrize(("floor", "room"), rooms())
def test_a_room_imports_what_the_table_allows(floor: str, room: str) -> None:
    found = {
        (module, other)
        for module in modules()
        if (floor_of(module), room_of(module)) == (floor, room) and module != WORKER
        for other in arrows()[module]
        if not is_allowed(floor, room, other)
    }
    assert not found


def is_allowed(floor: str, room: str, other: str) -> bool:
    if floor_of(other) == floor:
        return room_of(other) in {room, *FLOORS[floor][room]} or other == PACKAGES[floor]
    below = BELOW[floor].get(floor_of(other))
    return below is not None and (not below or room_of(other) in below)


@pytest.mark.parametrize(("floor", "room"), rooms())
def test_the_table_allows_no_more_than_there_is(floor: str, room: str) -> None:
    here = [module for module in modules() if (floor_of(module), room_of(module)) == (floor, room)]
    used = {room_of(other) for module in here for other in arrows()[module] if floor_of(other) == floor}
    assert FLOORS[floor][room] <= used


def folders() -> list[Path]:
    return sorted({path.parent for path in modules().values()} - {ROOT / floor for floor in FLOORS})


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_room_says_its_question_and_is_taken_in_at_a_glance(folder: Path) -> None:
    words = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert "?" in words.split("\n\n")[0], "the docstring begins with the room's question"
    assert len(list(folder.glob("[!_]*.py"))) <= LARGER.get(folder.relative_to(ROOT).as_posix(), LARGEST_ROOM)


def test_the_contract_needs_the_standard_library_alone() -> None:
    names = {name for module in modules() if room_of(module) == "contract" for name in imports(module)}
    strangers = {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - {"dis2_core"}
    assert not strangers


@pytest.mark.parametrize("floor", FLOORS)
def test_no_floor_imports_what_lies_outside(floor: str) -> None:
    forbidden = OUTSIDE | ({"torch", "numpy", "rasterio"} if floor == "qgis_plugin" else {"qgis"})
    found = {(module, name) for module in modules() if floor_of(module) == floor for name in imports(module)}
    assert not {(module, name) for module, name in found if name.split(".")[0] in forbidden}


@pytest.mark.parametrize("floor", ["dis2_core", "qgis_plugin"])
def test_what_the_plugin_carries_imports_itself_relatively(floor: str) -> None:
    for module in modules():
        if floor_of(module) == floor and module != WORKER:
            tree = ast.parse(modules()[module].read_text(encoding="utf-8"))
            names = [
                node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level
            ]
            assert not [name for name in names if name.split(".")[0] in ("dis2_core", "dis2_training")], module


def test_test_files_have_names_of_their_own():
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))


def blocks(language):
    """(document, text) of every fenced block of a language."""
    fence = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    return [(path, text) for path in DOCUMENTS for text in fence.findall(path.read_text(encoding="utf-8"))]


def commands():
    """Every distinct line of the shell blocks, without comments."""
    lines = [shlex.split(line, comments=True) for _, text in blocks("sh") for line in text.splitlines()]
    return [list(line) for line in dict.fromkeys(tuple(line) for line in lines if line)]


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


@pytest.mark.slow
@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_commands_of_the_documents_work(command, scene, monkeypatch, capsys):
    program, *arguments = command
    if program == "make":
        assert all(re.search(rf"^{name}:", MAKEFILE, re.MULTILINE) for name in arguments)
    elif program == "dis2-train":  # takes hours: the parser must accept it
        from dis2_training.commands import build_parser

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


@pytest.mark.slow
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
    for path in (ROOT / "Makefile", ROOT / "Dockerfile", *(ROOT / "tools").iterdir(), *ROOT.glob(".ci/*")):
        if path.is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                assert "pip install" not in line or "-c constraints.txt" in line, f"{path.name}: {line}"
