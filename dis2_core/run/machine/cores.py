"""How many cores a run may use, and how many of them nobody else is using."""

from __future__ import annotations

import os
import time
from collections.abc import Collection
from pathlib import Path

from .control_groups import MOUNTED, OWN, groups, text

LOOK = 0.2  # seconds: twenty ticks of the clock that Linux counts the time of its cores by
_STAT = Path("/proc/stat")
_IDLE = (1, 3, 4)  # of the times in a line of _STAT: niced programs give way; idle; waiting for a disk


def usable_cores() -> int:
    """Cores that this process may use, by its affinity and its control groups: at least 1."""
    return max(1, int(min([len(_own_cores()), *_control_groups()])))


def free_cores(seconds: float = LOOK) -> int:
    """Usable cores less those that other programs keep busy at the moment, to the nearest: at least 1.

    Only Linux tells what its cores do; elsewhere all count as free.

    Args:
        seconds: How long to look.
    """
    cores = _own_cores()
    before, ours, began = _busy_seconds(cores), _our_seconds(), time.monotonic()
    if before is None:
        return usable_cores()
    time.sleep(seconds)
    after, lasted = _busy_seconds(cores) or before, time.monotonic() - began
    others = max(0.0, (after - before) - (_our_seconds() - ours)) / lasted
    return max(1, min(usable_cores(), round(len(cores) - others)))


def _own_cores() -> Collection[int]:
    """The numbers of the cores that this process is allowed on."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return range(os.cpu_count() or 1)


def _control_groups(mounted: Path = MOUNTED, own: Path = OWN) -> list[float]:
    """How many cores' time each control group allows, where it has a limit."""
    return [cores for version, group in groups("cpu", mounted, own) for cores in _quota(version, group)]


def _quota(version: int, group: Path) -> list[float]:
    """Cores' time that one group allows; nothing where it has no limit."""
    if version == 2:
        words = text(group / "cpu.max").split()
    else:
        words = [text(group / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period")]
    if len(words) != 2 or not all(word.isdecimal() for word in words) or int(words[1]) == 0:
        return []
    return [int(words[0]) / int(words[1])]


def _busy_seconds(cores: Collection[int]) -> float | None:
    """How long these cores have been busy since the machine was started; None where nothing tells."""
    lines = [line.split() for line in text(_STAT).splitlines()]
    times = {words[0]: [int(word) for word in words[1:9]] for words in lines if words and words[0].startswith("cpu")}
    ticks = [times[name] for core in cores if (name := f"cpu{core}") in times]
    if not ticks:
        return None
    busy = sum(sum(line) - sum(line[i] for i in _IDLE) for line in ticks)
    return busy / os.sysconf("SC_CLK_TCK")


def _our_seconds() -> float:
    """Processor time that this process has taken."""
    return sum(os.times()[:2])
