"""How a process of ours settles down on a machine that it shares: once, before it has threads or loads torch."""

from __future__ import annotations

import ctypes
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from ...contract.errors import InputError

_FILE = "matplotlibrc"

#: OpenMP's threads sleep where they wait for each other, instead of keeping a core busy that a neighbour, or the thread
#: that they wait for, could use. The second is what the OpenMP of LLVM and Intel asks for (torch on Windows and macOS).
_WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "KMP_BLOCKTIME": "0"}

#: With these a person tells glibc how to allocate.
_OF_MALLOC = ("GLIBC_TUNABLES", "MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_")

#: Parameters of mallopt, in glibc's malloc.h, and values. Blocks below 32 MB, the most that glibc takes here, come from
#: the heap; up to 1 GB of it that is free is kept; and all threads share one heap, since those of their own are cut
#: into pieces of 64 MB that come and go.
_MALLOC = {"M_MMAP_THRESHOLD": (-3, 32 << 20), "M_TRIM_THRESHOLD": (-1, 1 << 30), "M_ARENA_MAX": (-8, 1)}


def settle_process() -> None:
    """Settle down, in a process of ours alone: a notebook has its own settings. What a person set in variables stays.

    Charts have matplotlib's own looks, threads wait without a core, and memory stays.
    """
    _read_no_matplotlibrc()
    for name, value in _WAITING.items():
        os.environ.setdefault(name, value)
    if sys.platform == "linux" and not any(name in os.environ for name in _OF_MALLOC):
        _keep_memory()


def require_working_folder() -> None:
    """Check that the working folder is still there: without one torch ends the process, and says nothing of it.

    Raises:
        InputError: It was removed.
    """
    try:
        os.getcwd()
    except OSError as error:
        raise InputError("The working folder is not there any more.", "Change into another one, with cd.") from error


def _keep_memory() -> None:
    """Let glibc keep what large tensors give back: the system would clear its pages anew for the next one."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # there is none in musl
        for number, value in _MALLOC.values():
            mallopt(number, value)


def _read_no_matplotlibrc() -> None:
    """Let matplotlib read its own settings alone.

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
