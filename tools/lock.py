"""Write the locks of the plugin's private runtime, in ``qgis_plugin/runtime/locks``.

Run by ``make lock``, with uv and a connection to the package index. Four files, one requirement and its
hashes each:

* ``packages.txt``: all that the worker needs but torch, for every system and every Python from 3.10 on;
* ``torch-pypi.txt``: torch as PyPI has it (CPU on Windows and macOS, CUDA 13 on Linux) and its CUDA libraries;
* ``torch-wheels.txt``: a line per wheel of torch on PyTorch's own index. Where that cannot be reached, the lines
  that are there stay, and wheels without a line are installed unverified, which the set-up reports;
* ``uv.txt``: a line per wheel of uv.

The versions are those of ``constraints.txt``, with which the tests run.
"""

from __future__ import annotations

import argparse
import os
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
RUNTIME = ROOT / "qgis_plugin" / "runtime"
CONSTANTS = runpy.run_path(str(RUNTIME / "constants.py"))
INDEX = runpy.run_path(str(RUNTIME / "packages" / "index.py"))
LOCKS = CONSTANTS["LOCKS"]

#: What ``dis2_core`` and ``dis2_training`` import in the worker; the packages of the command lines stay out.
NEEDED = (
    "jinja2",
    "matplotlib",
    "numpy",
    "pyproj",
    "rasterio",
    "safetensors",
    "torch",
)
#: torch and what its CUDA build brings along, by the beginning of the requirement.
TORCH = ("torch==", "triton==", "nvidia-", "cuda-")
OLDEST = "{}.{}".format(*CONSTANTS["PYTHONS"][0])
HEADER = "# Written by tools/lock.py (make lock): {}\n"
SYSTEMS = ("manylinux", "win_", "macosx")
FREE_THREADED = re.compile(r"-cp\d+t-")


def compiled(uv: str, names: Iterable[str]) -> str:
    """Return a universal lock with hashes, as uv resolves it on PyPI alone."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.in"
        wanted.write_text("\n".join(names), encoding="utf-8")
        command = [uv, "pip", "compile", str(wanted), "--universal", "--python-version", OLDEST, "--generate-hashes"]
        command += ["--no-header", "--no-annotate", "--no-config", "--only-binary", ":all:", "--system-certs"]
        command += ["--constraints", str(ROOT / "constraints.txt"), "--default-index", CONSTANTS["PYPI"], "--quiet"]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("UV_")}
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment).stdout


def page(index: str, name: str) -> dict[str, str]:
    """Return the hashes by file name that an index has for a package."""
    url = f"{index}/{name}/"
    with urlopen(url, timeout=60) as reply:
        wheels = INDEX["parse_page"](reply.read().decode("utf-8"), url)
    return {wheel.name: wheel.sha256 for wheel in wheels if wheel.sha256}


def wheel_lines(hashes: dict[str, str], version: str) -> list[str]:
    """Return a requirement for each wheel that a user's Python could take."""
    lines = []
    for name in sorted(hashes):
        parts = name.removesuffix(".whl").split("-")
        usable = len(parts) == 5 and any(system in parts[4] for system in SYSTEMS) and not FREE_THREADED.search(name)
        if usable and parts[1].split("+")[0] == version:
            lines.append(f"{parts[0]}=={parts[1]} --hash=sha256:{hashes[name]}  # {name}\n")
    return lines


def torch_wheel_lines() -> list[str]:
    """Return the wheels of PyTorch's own index; of a backend that cannot be read, those that were known before."""
    path = LOCKS / "torch-wheels.txt"
    known = [line for line in path.read_text(encoding="utf-8").splitlines(True) if not line.startswith("#")]
    lines = []
    for backend in (CONSTANTS["CPU"], *(item.name for item in CONSTANTS["BACKENDS"])):
        try:
            lines += wheel_lines(page(f"{CONSTANTS['PYTORCH_INDEX']}/{backend}", "torch"), CONSTANTS["TORCH"])
        except URLError as error:
            kept = [line for line in known if f"+{backend} " in line]
            print(f"lock: {backend} of PyTorch's index cannot be read ({error.reason}); {len(kept)} lines stay")
            lines += kept
    return lines


def write(name: str, content: str, lines: Iterable[str]) -> None:
    """Write one lock."""
    text = HEADER.format(content) + "".join(lines)
    (LOCKS / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"lock: {name}, {len(INDEX['requirements'](text))} requirements")


def main() -> None:
    """Write all locks."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--uv", default=shutil.which("uv"), help="the program uv (default: that of the PATH)")
    uv = parser.parse_args().uv or sys.exit(
        "lock: uv is missing: pip install -c constraints.txt uv, or name it: --uv PATH"
    )
    requirements = INDEX["requirements"](compiled(uv, NEEDED))
    write("packages.txt", "what the worker needs beside torch", [r for r in requirements if not r.startswith(TORCH)])
    write("torch-pypi.txt", "torch as PyPI has it", [r for r in requirements if r.startswith(TORCH)])
    write("torch-wheels.txt", "wheels of PyTorch's own index, for its CPU and CUDA builds", torch_wheel_lines())
    write("uv.txt", "wheels of uv", wheel_lines(page(CONSTANTS["PYPI"], "uv"), CONSTANTS["UV"]))


if __name__ == "__main__":
    main()
