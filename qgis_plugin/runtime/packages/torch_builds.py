"""Where torch comes from: PyPI, PyTorch's own index, a mirror, or a folder of wheels."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from typing import NamedTuple, Optional

from ...words.translation import tr
from ..constants import CPU, MACHINES, TORCH, TORCH_PYPI_LOCK, TORCH_WHEELS_LOCK
from ..errors import SetupFailed
from .index import Wheel, hardware, locked_wheels, platform_pattern
from .uv import Sources


class TorchPlan(NamedTuple):
    """How torch is installed.

    Attributes:
        requirement: Lines of a requirements file, with hashes where they are known.
        arguments: More options of uv.
        is_pinned: Whether the lines have hashes for this machine's wheel.
        libraries: A requirement whose dependencies are installed as well, unpinned; empty where there are none.
    """

    requirement: str
    arguments: tuple[str, ...] = ()
    is_pinned: bool = False
    libraries: str = ""


class Machine(NamedTuple):
    """What decides which wheels fit: ``sys.platform``, ``platform.machine()``, and the Python, such as (3, 12)."""

    system: str
    machine: str
    python: tuple[int, int]

    @property
    def tag(self) -> str:
        """The Python as wheels name it."""
        return "cp{}{}".format(*self.python)


def this_machine(python: tuple[int, int]) -> Machine:
    """Return this machine with one of its Pythons."""
    return Machine(sys.platform, hardware(), python)


def require_supported(system: str = sys.platform, machine: str = "", libc: str = "") -> None:
    """See that torch and the other packages are made for a machine, before anything is downloaded.

    Raises:
        SetupFailed: They are not.
    """
    machine = machine or hardware()
    hint = tr(
        "Choose an existing Python under Settings > Options > DIS2 or in DIS2_PYTHON, if there is one with torch."
    )
    if (system, machine) == ("darwin", "x86_64"):
        raise SetupFailed(tr("torch {} is not made for Macs with an Intel processor.").format(TORCH), hint)
    if (system, machine) not in MACHINES:
        raise SetupFailed(tr("torch {} is not made for {} on {}.").format(TORCH, machine, system), hint)
    if system == "linux" and (libc or platform.libc_ver()[0]) != "glibc":
        raise SetupFailed(tr("torch {} is not made for Linux without glibc, such as Alpine.").format(TORCH), hint)


def plans(backend: str, machine: Machine, sources: Sources) -> list[TorchPlan]:
    """Return the ways to install a build of torch; a later one is for where the one before it finds no wheel.

    Args:
        backend: ``cpu`` or a CUDA backend.
        machine: What the wheel must fit.
        sources: Where wheels come from; the folder goes first.

    Raises:
        SetupFailed: The folder is all there is, and it has no torch that fits.
    """
    wheel = best_wheel(fitting(sources.wheels(), machine), backend)
    if wheel is not None:
        return [_from_folder(wheel, machine)]
    if sources.offline:
        raise SetupFailed(
            tr("'{}' has no torch {} for Python {}.{} on {} {}.").format(
                sources.folder, TORCH, *machine.python, machine.system, machine.machine
            ),
            tr("Add that wheel; docs/runtime.md says how a folder is filled."),
        )
    as_on_pypi = TorchPlan(TORCH_PYPI_LOCK.read_text(encoding="utf-8"), is_pinned=True)
    if is_on_pypi(backend, machine.system):
        return [as_on_pypi]
    as_on_pytorch = _from_pytorch(backend, machine)
    return [as_on_pytorch._replace(arguments=()), as_on_pypi] if sources.indexes else [as_on_pytorch]


def fitting(wheels: Sequence[Wheel], machine: Machine) -> list[Wheel]:
    """Return the wheels of the pinned torch that a machine can install."""
    pattern = platform_pattern(machine.system, machine.machine)
    return [wheel for wheel in wheels if _is_torch(wheel) and wheel.fits("torch", pattern, machine.tag)]


def best_wheel(wheels: Sequence[Wheel], backend: str) -> Optional[Wheel]:
    """Return the wheel of a backend, else one of no particular build, else any."""
    order = {f"{TORCH}+{backend}": 0, TORCH: 1}
    return min(wheels, key=lambda wheel: order.get(wheel.version, 2), default=None)


def is_on_pypi(backend: str, system: str) -> bool:
    """Whether PyPI's torch is this build: the CPU's on Windows and macOS, CUDA 13.0 on Linux."""
    return backend == (CPU if system in ("win32", "darwin") else "cu130")


def _is_torch(wheel: Wheel) -> bool:
    return wheel.version.split("+")[0] == TORCH


def _from_folder(wheel: Wheel, machine: Machine) -> TorchPlan:
    known = locked_wheels(TORCH_WHEELS_LOCK)
    if wheel.version == TORCH:  # of PyPI, whose lock has all of its wheels, or built by somebody
        lock = TORCH_PYPI_LOCK.read_text(encoding="utf-8")
        return TorchPlan(lock, is_pinned=True)
    libraries = f"torch=={wheel.version}\n" if _needs_libraries(wheel.version, machine) else ""
    return _pinned(wheel.version, known.get(wheel.name, ""), (), libraries)


def _from_pytorch(backend: str, machine: Machine) -> TorchPlan:
    """The index of each backend is known to uv by name; it takes nothing but torch and its libraries from there."""
    version = f"{TORCH}+{backend}"
    known = [
        sha256
        for name, sha256 in locked_wheels(TORCH_WHEELS_LOCK).items()
        if Wheel(name, "").version == version and fitting([Wheel(name, "")], machine)
    ]
    libraries = f"torch=={version}\n" if _needs_libraries(version, machine) else ""
    return _pinned(version, known[0] if known else "", ("--torch-backend", backend), libraries)


def _pinned(version: str, sha256: str, arguments: tuple[str, ...], libraries: str) -> TorchPlan:
    hashes = f" --hash=sha256:{sha256}" if sha256 else ""
    return TorchPlan(f"torch=={version}{hashes}\n", arguments, bool(sha256), libraries)


def _needs_libraries(version: str, machine: Machine) -> bool:
    """Windows wheels carry the CUDA libraries; on Linux they are packages of their own."""
    return machine.system.startswith("linux") and "+cu" in version
