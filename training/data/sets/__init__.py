"""How is each published data set read as it unpacks? ``open_dataset`` opens any of them by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from pathlib import Path
from typing import Any

from dis2_core.contract.errors import InputError

from ..dataset import FolderDataset, TileDataset, label_folder, write_folder
from . import aerial, earthmiss, flair, gamus, geonrw, ombria, potsdam, vaihingen, whu_opt_sar
from .files import SPLITS

#: What opens a split of each data set: ``(folder, split, **options)``.
DATASETS: dict[str, Callable[..., TileDataset]] = {
    "folder": FolderDataset,
    "potsdam": potsdam.read,
    "vaihingen": vaihingen.read,
    "geonrw": geonrw.read,
    "flair1": flair.read_flair1,
    "flair2": flair.read_flair2,
    "flair_hub": flair.read_hub,
    "gamus": gamus.read,
    "earthmiss": earthmiss.read,
    "whu_opt_sar": whu_opt_sar.read,
    "ombria": ombria.read,
    "aerial": aerial.read,
}


def open_dataset(name: str, folder: str | Path, split: str, /, **options: Any) -> TileDataset:
    """Open a split of a data set.

    Args:
        name: One of ``DATASETS``.
        folder: Where it was unpacked.
        split: ``train``, ``validation`` or ``test``; any sub-folder for ``folder``.
        options: The set's own, e.g. ``eroded=True`` for ``potsdam``.

    Raises:
        InputError: There is no such data set, split or option, or a file is missing.
    """
    if name not in DATASETS:
        raise InputError(f"There is no data set '{name}'.", f"There are {', '.join(DATASETS)}.")
    known = list(signature(DATASETS[name]).parameters)[2:]
    if unknown := sorted(set(options) - set(known)):
        raise InputError(f"'{name}' has no option '{unknown[0]}'.", f"It has {', '.join(known) or 'none'}.")
    return DATASETS[name](folder, split, **options)


def split_names(name: str, folder: str | Path) -> Sequence[str]:
    """Splits that a data set has; of a folder data set, its sub-folders with labels, training first."""
    if name != "folder":
        return SPLITS
    found = {path.name for path in Path(folder).glob("*") if label_folder(path)}
    return [*(split for split in SPLITS if split in found), *sorted(found - set(SPLITS))]


def prepare(name: str, source: Path, out: Path) -> dict[str, dict[str, int]]:
    """Write all splits of a data set as a folder data set.

    Returns:
        Labelled pixels by split and class.
    """
    return {split: write_folder(open_dataset(name, source, split), out) for split in split_names(name, source)}
