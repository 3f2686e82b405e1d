"""Whose settings charts are drawn with: matplotlib's own, never a stranger's file."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

_FILE = "matplotlibrc"


def read_no_matplotlibrc() -> None:
    """Let matplotlib read its own settings alone; for a process of ours, before it has threads.

    matplotlib reads the first ``matplotlibrc`` that it finds while it is imported: in the working folder, where
    ``MATPLOTLIBRC`` says, in the person's folder. Such a file may turn a report into anything, and a pipe of that
    name never ends. In a process of somebody else, a notebook say, that person's settings stay.
    """
    spec = None if "matplotlib" in sys.modules else find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        return
    own = Path(spec.submodule_search_locations[0]) / "mpl-data" / _FILE
    os.environ["MATPLOTLIBRC"] = str(own)
    os.environ.pop("MPLBACKEND", None)  # figures are drawn without a window
    if os.path.lexists(_FILE):  # the working folder comes first, whatever the variable says
        before = os.getcwd()
        os.chdir(own.parent)
        try:
            import_module("matplotlib")
        finally:
            os.chdir(before)
