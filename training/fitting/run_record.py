"""What a run was made with: ``run.json``."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import torch

from dis2_core.contract.errors import InputError
from dis2_core.contract.typed import value_of
from dis2_core.contract.untrusted import parse_json, read_text, refusals
from dis2_core.contract.version import __version__
from dis2_core.run.device import describe_device
from dis2_core.run.jobfolder import whole_file

from .accelerator import Accelerator, precision_of
from .recipe import RunRecipe

NAME = "run.json"
MAX_BYTES = 16_000_000  # of a run that was started 10,000 times


def record_start(
    folder: Path, recipe: RunRecipe, accelerator: Accelerator, steps: int, changed: Mapping[str, tuple[Any, Any]]
) -> None:
    """Add a start of a run to the record in its folder; the first start begins the record.

    Args:
        folder: Of the run.
        recipe: What it does.
        accelerator: Where.
        steps: Optimizer steps that were done before.
        changed: Values of the recipe that are others than before: name to before and now.

    Raises:
        OutputNotWritable, NoSpace: The file cannot be written.
    """
    path = folder / NAME
    earlier = _starts(path) if steps and path.exists() else []
    start = {
        "time": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "steps": steps,
        "changed": {name: {"before": before, "now": now} for name, (before, now) in changed.items()},
        "device": describe_device(accelerator.device),
        "precision": precision_of(recipe),
        "processes": accelerator.world_size,
        "threads": torch.get_num_threads(),
        "versions": versions(),
        "git": git_state(Path(__file__).parent),
    }
    record = {"recipe": recipe.recipe, "method": recipe.method, "seed": recipe.seed, "starts": [*earlier, start]}
    with whole_file(path) as part:
        part.write_text(json.dumps(record, indent=2, default=str) + "\n", encoding="utf-8")


def trained_on(folder: Path) -> str:
    """The device of the latest start of a run. Raises InputError where the record is missing or damaged."""
    starts = _starts(folder / NAME)
    if not starts:
        raise InputError(f"{folder / NAME} tells of no start.", "Train the run anew.")
    return str(starts[-1].get("device"))


def _starts(path: Path) -> list[dict[str, Any]]:
    """The starts that a record tells of. Raises InputError where it is missing or damaged."""
    with refusals(str(path), hint="Train the run anew."):
        record = parse_json(read_text(path, MAX_BYTES))
        starts = record.get("starts") if isinstance(record, dict) else None
        return value_of("list[dict[str, Any]]", starts, "starts")


def versions() -> dict[str, str]:
    """Versions of what computes."""
    return {
        "dis2": __version__,
        "torch": torch.__version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
    }


def git_state(folder: Path) -> dict[str, Any] | None:
    """The commit that a folder of code is at and whether its files differ from it; None where git knows it not."""
    try:
        if not _git(folder, "ls-files", "--", ".").strip():  # installed in a folder of somebody's repository
            return None
        commit = _git(folder, "rev-parse", "HEAD").strip()
        return {"commit": commit, "dirty": bool(_git(folder, "status", "--porcelain").strip())}
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True, timeout=60
    ).stdout
