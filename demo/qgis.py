"""QGIS without a screen: the assembled plugin in an empty profile, driven by ``qgis_process``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

#: Debian's wrapper ``qgis_process`` cannot find the program that it wraps; that comes first.
PROGRAMS = ("qgis_process.bin", "qgis_process")


class QgisError(RuntimeError):
    """QGIS is missing, or did not do what it was asked to."""


class Qgis:
    """A profile of QGIS in which the plugin is installed and enabled.

    Args:
        plugins: The folder that holds the plugin's folder.
        profile: An empty folder for settings.
    """

    def __init__(self, plugins: Path, profile: Path) -> None:
        found = filter(None, map(shutil.which, PROGRAMS))
        self._program = next(found, "")
        if not self._program:
            raise QgisError("qgis_process was not found. Run `make setup`, or put it on the PATH.")
        self._environment = {
            **os.environ,
            "QGIS_PLUGINPATH": str(plugins),
            "QGIS_CUSTOM_CONFIG_PATH": str(profile),
            "QT_QPA_PLATFORM": "offscreen",
            "DIS2_PYTHON": sys.executable,
        }
        self._call("plugins", "enable", "dis2")

    def run(self, algorithm: str, parameters: dict[str, Any]) -> dict[str, Any]:
        """Run an algorithm and return its results by name."""
        settings = [f"{name}={value}" for name, value in parameters.items()]
        answer = self._call("--json", "run", algorithm, "--", *settings)
        try:
            return dict(json.loads(answer[answer.index("{") :])["results"])
        except (ValueError, KeyError) as error:
            raise QgisError(f"{algorithm} gave no results:\n{answer[-2000:]}") from error

    def _call(self, *arguments: str) -> str:
        done = subprocess.run(
            [self._program, *arguments], env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise QgisError(f"qgis_process {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr[-4000:]}")
        return done.stdout
