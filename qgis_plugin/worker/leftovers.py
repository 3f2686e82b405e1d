"""What a killed worker leaves beside its targets, and its removal.

A run keeps its parts in hidden folders ``.<target>.dis2-<process>-<random>`` and holds its targets
with lock files ``.<target>.dis2-lock``. A worker that ends by itself takes both away; one that is
killed cannot. What names another process is left alone.
"""

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Iterable
from pathlib import Path

#: Long after a process that lives has written its name into its new lock.
WRITING_SECONDS = 0.5


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
        if _is_nameless(lock) or _holder(lock) == (pid, socket.gethostname()):
            lock.unlink(missing_ok=True)


def _is_nameless(lock: Path) -> bool:
    """Whether a process died between making a lock and writing its name into it."""
    if not _is_empty(lock):
        return False
    time.sleep(WRITING_SECONDS)
    return _is_empty(lock)


def _is_empty(file: Path) -> bool:
    try:
        return file.stat().st_size == 0
    except FileNotFoundError:
        return False


def _holder(lock: Path) -> tuple[object, object]:
    """Process and host that hold a lock; nobody where there is none or it is damaged."""
    try:
        owner = json.loads(lock.read_text(encoding="utf-8"))
        return owner["pid"], owner["host"]
    except (OSError, ValueError, KeyError, TypeError):
        return None, None
