"""Which build of torch a machine takes: the CPU's, or a CUDA one that its driver is new enough for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from ...words.translation import tr
from ..constants import BACKENDS, CPU, Backend
from ..gpu import Gpu

AUTO = "auto"
DEVICES = (AUTO, CPU, "cuda")


class Choice(NamedTuple):
    """A build of torch and why: for a person, and a warning where it is not what was asked for."""

    backend: str
    reason: str
    is_fallback: bool = False


def choose(device: str, gpus: Sequence[Gpu], system: str = sys.platform) -> Choice:
    """Return the build of torch for a machine.

    Args:
        device: One of ``DEVICES``, as a person asked for it.
        gpus: The NVIDIA cards of the machine.
        system: As ``sys.platform`` names it.
    """
    if device == CPU:
        return Choice(CPU, tr("The CPU was asked for."))
    asked = device != AUTO
    if system == "darwin":
        return Choice(CPU, tr("There is no CUDA on macOS."), asked)
    if not gpus:
        return Choice(CPU, tr("No NVIDIA graphics card with a working driver was found."), asked)
    for gpu in gpus:
        for backend in BACKENDS:
            if _runs(backend, gpu, system):
                return Choice(backend.name, tr("{}, driver {}").format(gpu.name, _dotted(gpu.driver)))
    return Choice(CPU, _refusal(gpus[0], system), True)


def _runs(backend: Backend, gpu: Gpu, system: str) -> bool:
    if gpu.driver < _needed(backend, system):
        return False
    if gpu.capability is None:
        return True
    return backend.oldest <= gpu.capability and (backend.newest is None or gpu.capability <= backend.newest)


def _needed(backend: Backend, system: str) -> tuple[int, ...]:
    return backend.windows_driver if system == "win32" else backend.linux_driver


def _refusal(gpu: Gpu, system: str) -> str:
    """Why no build fits: the driver where a newer one would help, else the card."""
    card = Gpu(gpu.name, (9999,), gpu.capability)
    fitting = [_needed(backend, system) for backend in BACKENDS if _runs(backend, card, system)]
    if not fitting:
        return tr("The graphics card {} is too old for this torch (compute capability {}).").format(
            gpu.name, _dotted(gpu.capability or ())
        )
    text = tr("The driver {} of {} is too old: {} or newer is needed. Update the driver and repair the runtime.")
    return text.format(_dotted(gpu.driver), gpu.name, _dotted(min(fitting)))


def _dotted(numbers: Sequence[int]) -> str:
    return ".".join(str(number) for number in numbers)
