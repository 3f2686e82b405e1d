"""How a benchmark becomes a page: what it ran on, its tables, and the part of a document that they fill."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parent.parent


def machine(device: torch.device) -> dict[str, str | int]:
    """What a figure depends on beside the code: date, commit, processor, versions."""
    gpu = torch.cuda.get_device_name(device) if device.type == "cuda" else ""
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "commit": _commit(),
        "device": gpu or f"cpu ({platform.machine()})",
        "cores": os.cpu_count() or 1,
        "threads": torch.get_num_threads(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def _commit() -> str:
    """The commit of the working tree, with + where it was changed; empty outside a repository."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def table(columns: Mapping[str, tuple[str, str]], rows: Sequence[Mapping[str, Any]]) -> str:
    """A Markdown table.

    Args:
        columns: Head to key of a row and format, such as ``.2f``.
        rows: The values by key; None is not measured.
    """
    lines = [list(columns), ["---"] * len(columns)]
    for row in rows:
        lines.append(["–" if row[key] is None else format(row[key], spec) for key, spec in columns.values()])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def take_in(document: Path, name: str, text: str) -> None:
    """Put a text between ``<!-- NAME: begin -->`` and ``<!-- NAME: end -->`` of a document.

    Raises:
        ValueError: The document has no such place, or several.
    """
    page = document.read_text(encoding="utf-8")
    marks = re.compile(rf"(<!-- {name}: begin[^>]* -->\n).*?(<!-- {name}: end -->)", re.DOTALL)
    if len(marks.findall(page)) != 1:
        raise ValueError(f"{document} needs one pair of lines <!-- {name}: begin --> and <!-- {name}: end -->.")
    document.write_text(marks.sub(lambda found: f"{found[1]}{text.strip()}\n{found[2]}", page), encoding="utf-8")
