"""What a killed worker leaves beside its targets, and its removal.

A run keeps its parts in hidden folders ``.<target>.dis2-<process>-<random>`` and holds its targets
with lock files ``.<target>.dis2-lock``. A worker that ends by itself takes both away; one that is
killed cannot. What belongs to another process is left alone.
"""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterable
from pathlib import Path


def remove_leftovers(targets: Iterable[str], pid: int) -> None:
    """Remove the job folders and locks that process ``pid``, which is dead, had beside ``targets``."""
    for target in map(Path, targets):
        if not target.parent.is_dir():
            continue
        prefix = f".{target.name}.dis2-"
        for path in target.parent.iterdir():
            if path.name.startswith(f"{prefix}{pid}-") and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
        lock = target.with_name(f"{prefix}lock")
        if _holder(lock) == (pid, socket.gethostname()):
            lock.unlink()


def _holder(lock: Path) -> tuple[object, object]:
    """Process and host that hold a lock; nobody where there is none or it is damaged."""
    try:
        owner = json.loads(lock.read_text(encoding="utf-8"))
        return owner["pid"], owner["host"]
    except (OSError, ValueError, KeyError, TypeError):
        return None, None
