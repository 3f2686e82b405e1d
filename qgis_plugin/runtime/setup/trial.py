"""A Python tried out: does it import what DIS2 needs, and does its GPU compute?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

from ...words.translation import tr
from ..constants import CPU, OLDEST_MODULES, OPTIONAL_MODULES, PYTHONS, REQUIRED_MODULES
from ..errors import NoRuntime
from ..journal import Journal
from ..program import Finished, run
from ..variables import scrubbed_environment

SMOKE = Path(__file__).with_name("smoke.py")
SMOKE_SECONDS = 600  # the first import of torch, behind a virus scanner, on a slow disk


class SmokeReport(NamedTuple):
    """What a Python that is to run the worker says of itself; see ``smoke``."""

    python: str
    versions: dict[str, str]
    broken: dict[str, str]
    cuda_build: str
    gpu: str
    no_gpu: str

    @property
    def device(self) -> str:
        """``cuda`` where a tensor was computed on the GPU, else ``cpu``."""
        return "cuda" if self.gpu else CPU

    @property
    def torch(self) -> str:
        """Version and build of torch."""
        return self.versions.get("torch", "")


class Runtime(NamedTuple):
    """A Python that can run the worker: its path, and what it said of itself."""

    python: str
    report: SmokeReport


def smoke_test(python: str, journal: Journal) -> SmokeReport:
    """Let a Python import what DIS2 needs, and its GPU compute.

    Raises:
        NoRuntime: It is no Python 3.10 or newer, or a module that the worker needs does not load or is too old.
    """
    arguments = ["-I", str(SMOKE), *REQUIRED_MODULES, *OPTIONAL_MODULES]
    done = run(python, arguments, scrubbed_environment(), journal, seconds=SMOKE_SECONDS)
    report = _read_report(python, done)
    if tuple(int(number) for number in report.python.split(".")[:2]) < PYTHONS[0]:
        raise NoRuntime(
            tr("'{}' is Python {}; DIS2 needs 3.10 or newer.").format(python, report.python), tr("Choose another one.")
        )
    missing = [name for name in REQUIRED_MODULES if name in report.broken]
    if missing:
        raise NoRuntime(
            tr("'{}' cannot import {} ({}).").format(python, ", ".join(missing), report.broken[missing[0]]),
            _import_hint(report.broken[missing[0]]),
        )
    for name, oldest in OLDEST_MODULES.items():
        version = report.versions.get(name, "")
        if tuple(int(number) for number in re.findall(r"\d+", version)[:2]) < oldest:
            raise NoRuntime(
                tr("'{}' has {} {}; DIS2 needs {} or newer.").format(python, name, version, "{}.{}".format(*oldest)),
                tr("Update it there, or choose another Python."),
            )
    return report


def _read_report(python: str, done: Finished) -> SmokeReport:
    try:
        return SmokeReport(**json.loads(done.out.strip().splitlines()[-1]))
    except (ValueError, IndexError, TypeError) as error:
        last = "\n".join(done.err.splitlines()[-12:])
        reason = tr("it crashed") if done.code == -1 else tr("exit code {}").format(done.code)
        raise NoRuntime(
            tr("'{}' does not work as a Python for DIS2 ({}).").format(python, reason),
            "\n".join([tr("Is it a Python 3.10 or newer? Its last words:"), last]),
        ) from error


def _import_hint(reason: str) -> str:
    if "WinError" in reason or "DLL load failed" in reason:
        return tr(
            "Install the Microsoft Visual C++ Redistributable (x64) from Microsoft, restart the machine and repair the "
            "runtime."
        )
    return tr("Repair the runtime, or install what is missing into the Python that you chose.")
