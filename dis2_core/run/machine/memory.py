"""How much memory there is for a run, and the refusal of one that would take more."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ...contract.errors import ResourceError
from .control_groups import MOUNTED, OWN, groups, text


def require_memory(needed: int, limit: int | None, advice: str) -> None:
    """Check a price against the bound that a person set, or against what the machine has.

    Args:
        needed: Bytes that the work takes, roughly.
        limit: Bytes that it may take; None: what the machine, or its control group, has left.
        advice: How to need less.

    Raises:
        ResourceError: It takes more.
    """
    bound = memory_bound(limit)
    if bound is None or needed <= bound:
        return
    allowed = "the machine has" if limit is None else "it may take"
    raise ResourceError(
        f"The run would take about {needed / 1e6:,.0f} MB of memory; {allowed} {bound / 1e6:,.0f} MB.", advice
    )


def memory_bound(limit: int | None) -> int | None:
    """Bytes that work may take: what a person set, or what there is; None where nothing tells."""
    return available_memory() if limit is None else limit


def available_memory() -> int | None:
    """Bytes that this process can still get, swap included; None where nothing tells."""
    bounds = [_machine(), *_control_groups(), _address_space()]
    known = [bound for bound in bounds if bound is not None]
    return max(0, min(known)) if known else None


if sys.platform == "win32":

    def _machine() -> int | None:
        import ctypes

        class Status(ctypes.Structure):
            _fields_ = [
                ("length", ctypes.c_ulong),
                ("load", ctypes.c_ulong),
                *((name, ctypes.c_ulonglong) for name in ("total", "free", "page_total", "page_free")),
                *((name, ctypes.c_ulonglong) for name in ("virtual_total", "virtual_free", "extended_free")),
            ]

        status = Status()
        status.length = ctypes.sizeof(status)
        return status.page_free if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else None

    def _address_space() -> int | None:
        return None

else:

    def _machine() -> int | None:
        """What Linux calls available; elsewhere all that is built in."""
        figures = _figures(Path("/proc/meminfo"))
        if "MemAvailable:" in figures:
            return 1024 * (figures["MemAvailable:"] + figures.get("SwapFree:", 0))
        try:
            return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        except (OSError, ValueError):  # a system that does not count its pages
            return None

    def _address_space() -> int | None:
        """What ``ulimit -v`` leaves; used up is what is mapped."""
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit == resource.RLIM_INFINITY:
            return None
        return limit - 1024 * _figures(Path("/proc/self/status")).get("VmSize:", 0)


def _control_groups(mounted: Path = MOUNTED, own: Path = OWN) -> list[int]:
    """What the control groups of this process leave, of both versions; those above bound it, too."""
    return [left for version, group in groups("memory", mounted, own) for left in _left_in(group, *_FILES[version])]


#: Limit, usage, and the line of ``memory.stat`` that tells of cached files, by the version of a group.
_FILES = {
    1: ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    2: ("memory.max", "memory.current", "inactive_file"),
}


def _left_in(group: Path, limit: str, usage: str, cache: str) -> list[int]:
    """Bytes below the limit of one group; files that are kept in memory give way. Nothing where it has no limit."""
    bound, used = text(group / limit).strip(), text(group / usage).strip()
    if not (bound.isdecimal() and used.isdecimal()):
        return []
    return [int(bound) - int(used) + _figures(group / "memory.stat").get(cache, 0)]


def _figures(path: Path) -> dict[str, int]:
    """The numbers of a file of lines ``name number …``."""
    words = (line.split() for line in text(path).splitlines())
    return {parts[0]: int(parts[1]) for parts in words if len(parts) > 1 and parts[1].isdecimal()}
