"""A virtual environment, of a Python that uv downloads or of one of the machine's."""

from __future__ import annotations

import re
from pathlib import Path

from ...words.translation import tr
from ..constants import MANAGED_PYTHON, PYTHONS
from ..errors import SetupFailed
from ..journal import Journal
from ..packages.torch_builds import fitting, this_machine
from ..packages.uv import Sources, Uv


def make_environment(uv: Uv, environment: Path, download: bool, journal: Journal) -> tuple[int, int]:
    """Make a virtual environment and return the version of its Python.

    Args:
        uv: Makes it.
        environment: Its folder, which does not exist yet.
        download: Whether uv downloads a Python; the machine's own is taken otherwise, and where that fails.
        journal: Told where a download fails.

    Raises:
        Dis2Error: There is no Python that fits; or the person cancelled.
    """
    versions = _usable_pythons(uv.sources)
    if download and not uv.sources.offline:
        name = "{}.{}".format(*(MANAGED_PYTHON if MANAGED_PYTHON in versions else max(versions)))
        try:
            doing = tr("Downloading Python {}").format(name)
            uv("python", "install", name, "--no-bin", "--no-registry", doing=doing)
            return _venv(uv, environment, name, "--managed-python")
        except SetupFailed as error:
            journal.warning(tr("{} The machine's own Python is taken.").format(error.message))
    (major, oldest), (_, newest) = min(versions), max(versions)
    wanted = f">={major}.{oldest},<{major}.{newest + 1}"
    return _venv(uv, environment, wanted, "--no-managed-python", "--no-python-downloads")


def _usable_pythons(sources: Sources) -> list[tuple[int, int]]:
    """Those that the lock is made for; where the folder has torch, those that it has torch for."""
    wheels = sources.wheels()
    served = [version for version in PYTHONS if fitting(wheels, this_machine(version))]
    return served or list(PYTHONS)


def _venv(uv: Uv, environment: Path, wanted: str, *arguments: str) -> tuple[int, int]:
    doing = tr("Making an environment of Python {}").format(wanted)
    uv("venv", str(environment), "--python", wanted, "--prompt", "dis2", *arguments, doing=doing)
    text = (environment / "pyvenv.cfg").read_text(encoding="utf-8")
    version = re.search(r"^version_info *= *(\d+)\.(\d+)", text, re.MULTILINE)
    if not version:
        raise SetupFailed(tr("uv made no environment in '{}'.").format(environment), tr("Run the set-up again."))
    return int(version[1]), int(version[2])
