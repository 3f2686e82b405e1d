"""The machine: devices, precision, threads, and what to do when memory runs out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ..contract.errors import DeviceLost, NoDevice, ResourceError
from .machine.cores import free_cores, usable_cores

CPU = torch.device("cpu")
THREADS_A_CORE = 8  #: More only wait for each other; and torch would make as many as it is told, a million too.


def choose_device(name: str) -> torch.device:
    """Return the device of a job's ``device``; ``auto`` is the first CUDA device that works, or the CPU.

    MPS, the GPU of a Mac, is taken where it is asked for and not by ``auto``: its maps have not been held against a
    CPU's yet, and it lacks operations and number types that the other two have.

    Raises:
        NoDevice: The device that was asked for does not exist or does not work.
    """
    if name == "cpu":
        return CPU
    if name == "auto":
        return CPU if _why_not(device := torch.device("cuda", 0)) else device
    device = torch.device("mps") if name == "mps" else torch.device("cuda", _index(name))
    if reason := _why_not(device):
        raise NoDevice(f"The device '{name}' cannot be used: {reason}.", "Choose the device auto or cpu.")
    return device


def describe_device(device: torch.device) -> str:
    """The device in words: ``cuda:0 (NVIDIA H200)`` or ``cpu``."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """Return the type that the network computes with; ``auto`` is bfloat16 where a GPU has it."""
    if name == "auto":
        return torch.bfloat16 if device.type == "cuda" and has_bfloat16(device) else torch.float32
    return {"fp32": torch.float32, "bf16": torch.bfloat16}[name]


def slow_bfloat16(device: torch.device, instead: str) -> str:
    """What to warn of where bfloat16 was asked for and the device only imitates it; empty where it has it.

    Args:
        device: That computes.
        instead: The option that avoids it.
    """
    if has_bfloat16(device):
        return ""
    return (
        f"The device {device} has no instructions for bfloat16 and imitates them: five to twenty times as slow as "
        f"float32. Use {instead}."
    )


def has_bfloat16(device: torch.device) -> bool:
    """Whether a device computes with bfloat16, instead of imitating it."""
    if device.type == "mps":
        return torch.backends.mps.is_macos_or_newer(14, 0)
    if device.type == "cuda":
        with torch.cuda.device(device):
            return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)  # torch has no public question for it
    return bool(supported and supported())


def default_batch_size(device: torch.device, window: tuple[int, int]) -> int:
    """Windows a forward pass: many small ones, few large ones; more on a GPU, whose launches cost.

    The memory of a Mac's GPU is the machine's: it takes what the CPU takes.
    """
    pixels = (1 << 22) if device.type == "cuda" else (1 << 16)
    smallest, largest = (8, 128) if device.type == "cuda" else (1, 4)
    return min(max(pixels // (window[0] * window[1]), smallest), largest)


def default_threads() -> int:
    """CPU threads for who did not say how many: as torch would, but no more than there are free cores.

    ``OMP_NUM_THREADS`` has its way.
    """
    if os.environ.get("OMP_NUM_THREADS"):
        return bounded_threads(torch.get_num_threads())
    return min(torch.get_num_threads(), free_cores())


def bounded_threads(threads: int) -> int:
    """So many CPU threads, as far as the cores that there are can do anything with them."""
    return min(threads, THREADS_A_CORE * usable_cores())


@contextmanager
def cpu_threads(threads: int | None) -> Iterator[None]:
    """Let torch use so many CPU threads within the block, as far as ``bounded_threads`` has it; None: as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(bounded_threads(before if threads is None else threads))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether an error of torch means that a device's memory is full."""
    if isinstance(error, torch.OutOfMemoryError):
        return True
    text = str(error)
    return any(mark in text for mark in ("CUBLAS_STATUS_ALLOC_FAILED", "can't allocate memory", "out of memory"))


def is_device_lost(error: RuntimeError) -> bool:
    """Whether an error of torch means that a GPU fell off the bus, was reset, or faulted."""
    accelerator_error = getattr(torch, "AcceleratorError", None)  # torch 2.8
    if accelerator_error is not None and isinstance(error, accelerator_error):
        return True
    return any(mark in str(error) for mark in ("CUDA error", "CUDNN_STATUS_", "CUBLAS_STATUS_"))


@contextmanager
def translated_device_errors(advice: str) -> Iterator[None]:
    """Tell what happened when a device fails within the block.

    Args:
        advice: What to do when memory runs out.

    Raises:
        ResourceError: The memory is full.
        DeviceLost: The GPU stopped answering.
    """
    try:
        yield
    except MemoryError as error:
        raise ResourceError("The memory is full.", advice) from error
    except RuntimeError as error:
        if is_out_of_memory(error):
            raise ResourceError("The memory is full.", advice) from error
        if is_device_lost(error):
            reason = str(error).partition("\n")[0]
            raise DeviceLost(
                f"The graphics card stopped answering ({reason}).",
                "Run again; if it happens again, restart the machine or choose the device cpu.",
            ) from error
        raise


def release_memory(device: torch.device) -> None:
    """Give cached memory of a GPU back."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def widest_float(device: torch.device) -> torch.dtype:
    """The type for sums whose last digits matter: float64, which MPS has not."""
    return torch.float32 if device.type == "mps" else torch.float64


def _index(name: str) -> int:
    _, _, number = name.partition(":")
    if number and not number.isdigit():
        raise NoDevice(f"There is no device '{name}'.", "Use auto, cpu, cuda, cuda:0 or mps.")
    return int(number or 0)


def _why_not(device: torch.device) -> str:
    """Why a GPU does not work, or an empty string: a driver may list one that cannot compute."""
    if reason := _why_absent(device):
        return reason
    try:
        works = bool((torch.ones(2, device=device) + 1).sum().item() == 4)
    except RuntimeError as error:
        return str(error).splitlines()[0]
    return "" if works else "it computes wrong numbers"


def _why_absent(device: torch.device) -> str:
    """Why torch does not list a GPU, or an empty string."""
    if device.type == "mps":
        there = torch.backends.mps.is_available()
        return "" if there else "there is no GPU of a Mac, or torch was built without MPS"
    if not torch.cuda.is_available():
        return "there is no CUDA device, or torch was built without CUDA"
    count = torch.cuda.device_count()
    return f"there are only {count} CUDA devices" if (device.index or 0) >= count else ""
