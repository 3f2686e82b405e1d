"""What the private runtime consists of and where it comes from: the one place that names versions and hosts."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple, Optional

#: Where packages and uv come from unless a mirror is named.
PYPI = "https://pypi.org/simple"

#: PyTorch's own index, a folder per backend. uv knows it by the backend's name; ``tools/lock.py`` reads hashes there.
PYTORCH_INDEX = "https://download.pytorch.org/whl"

UV = "0.13.8"
TORCH = "2.13.0"

#: The Python that uv downloads, and those of the machine that the lock is made for.
MANAGED_PYTHON = (3, 12)
PYTHONS = ((3, 10), (3, 11), (3, 12), (3, 13))

#: Systems and machines that all packages have wheels for, as ``sys.platform`` and ``platform.machine`` name them.
MACHINES = (("linux", "x86_64"), ("linux", "aarch64"), ("win32", "AMD64"), ("darwin", "arm64"))

#: A worker cannot start without these …
REQUIRED_MODULES = ("torch", "numpy", "rasterio", "pyproj", "safetensors")

#: … of these versions at least, as ``pyproject.toml`` says, …
OLDEST_MODULES = {"torch": (2, 6), "rasterio": (1, 4)}

#: … and without these it has no charts and reports, which training ends with.
OPTIONAL_MODULES = ("matplotlib", "jinja2")

LOCKS = Path(__file__).with_name("locks")
PACKAGES_LOCK = LOCKS / "packages.txt"  # all but torch, from PyPI
TORCH_PYPI_LOCK = LOCKS / "torch-pypi.txt"  # torch as PyPI has it, with the CUDA libraries of Linux
TORCH_WHEELS_LOCK = LOCKS / "torch-wheels.txt"  # wheels of PyTorch's own index
UV_LOCK = LOCKS / "uv.txt"  # wheels of uv on PyPI


class Backend(NamedTuple):
    """A CUDA build of torch, and what it needs.

    Attributes:
        name: As uv and PyTorch's index call it.
        linux_driver: Oldest NVIDIA driver on Linux.
        windows_driver: Oldest NVIDIA driver on Windows.
        oldest: Lowest compute capability that the build has code for.
        newest: Highest one; None where newer chips run it as well.
    """

    name: str
    linux_driver: tuple[int, ...]
    windows_driver: tuple[int, ...]
    oldest: tuple[int, int]
    newest: Optional[tuple[int, int]]


CPU = "cpu"

#: The CUDA builds that torch 2.13 has and that are offered, the preferred one first. Drivers: NVIDIA's CUDA release
#: notes, minor version compatibility. There is no cu128 of this torch.
BACKENDS = (
    Backend("cu130", (580,), (580,), (7, 5), None),
    Backend("cu126", (525, 60, 13), (528, 33), (5, 0), (9, 0)),
)

#: Bytes that a set-up writes, downloads included, by whether it is for a GPU. CPU: 1.4 GB on Linux, measured.
SPACE = {False: 2_500_000_000, True: 12_000_000_000}

#: No page of an index and no wheel of uv is larger than this.
MAX_PAGE = 64_000_000
MAX_UV = 200_000_000

#: Longest path within the packages (a licence of torch), and what Windows allows for a whole path.
LONGEST_PATH = 175
WINDOWS_PATH = 260
