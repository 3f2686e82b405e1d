"""The control groups of this process, of both versions: what a container or a scheduler lets it have."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

MOUNTED = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def groups(controller: str, mounted: Path = MOUNTED, own: Path = OWN) -> Iterator[tuple[int, Path]]:
    """Version and folder of each group that bounds this process: its own, and those above it.

    Args:
        controller: ``memory`` or ``cpu``.
        mounted: Where the groups lie.
        own: The file that names those of this process.
    """
    for line in text(own).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            version, root = 2, mounted
        elif controller in controllers.split(","):
            version, root = 1, mounted / controller
        else:
            continue
        folder = root / path.lstrip("/")
        for group in (folder, *folder.parents):
            if not group.is_relative_to(root):
                break
            yield version, group


def text(path: Path) -> str:
    """The text of a file of the system; nothing where the system has none of that name, or keeps it to itself."""
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
