"""Every name of Qt that the plugin uses is one that PyQt 6 has, enumerations with their scope."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[2] / "qgis_plugin"

#: What QGIS's own ``qgis.PyQt`` puts where Qt 5 had it.
MOVED = {
    ("QtWidgets", name): "QtGui" for name in ("QAction", "QActionGroup", "QShortcut", "QUndoCommand", "QUndoStack")
}

RESOLVE = """
import json, sys
from functools import reduce
from importlib import import_module
for module, *names in json.load(sys.stdin):
    try:
        reduce(getattr, names, import_module("PyQt6." + module))
    except (AttributeError, ImportError) as error:
        print(module, ".".join(names), error)
"""

#: What Qt 6 lost, and the branch that it is used in is for earlier releases of QGIS alone.
GUARDED = {"QVariant"}


def dotted(node):
    """The names of ``A.b.c``, or nothing where it does not begin with a name."""
    names = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    return [node.id, *names] if isinstance(node, ast.Name) else []


def qt_names(tree):
    """(module, class, attribute…) of all that a file imports from ``qgis.PyQt`` and of what it reads from it."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("qgis.PyQt."):
            module = node.module.split(".")[-1]
            modules |= {alias.asname or alias.name: (module, alias.name) for alias in node.names}
    yield from modules.values()
    for node in ast.walk(tree):
        name, *attributes = dotted(node) or [""]
        if name in modules and attributes and name not in GUARDED:
            yield (*modules[name], *attributes)


@pytest.mark.skipif(importlib.util.find_spec("PyQt6") is None, reason="there is no PyQt6 (Debian: python3-pyqt6)")
def test_qt6_has_every_name_of_qt():
    used = {name for path in PLUGIN.rglob("*.py") for name in qt_names(ast.parse(path.read_text(encoding="utf-8")))}
    assert {module for module, *_ in used} >= {"QtCore", "QtWidgets"}
    asked = sorted((MOVED.get((module, names[0]), module), *names) for module, *names in used)
    command = [sys.executable, "-c", RESOLVE]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, check=True)
    assert done.stdout == ""
