"""Looking a data set over before anything is trained on it: what there is, and what should not be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from dis2_core.contract.card import Modality
from dis2_core.contract.errors import InputError

from ..dataset import TileDataset, check_labels
from ..description import Description
from ..sample import IGNORE
from ..sets import open_dataset, split_names
from ..tiles import MemoryTile, is_placed
from .contactsheet import draw_sheet
from .neighbours import BITS, Look, Pair, continued, copies, labelled_twice, meeting

LISTED = 5  # pairs of tiles that are named
FEW_TILES = 200  # pairs of tiles whose labels are compared pixel by pixel


@dataclass
class SplitFacts:
    """What one split holds.

    Attributes:
        dataset: The split.
        pixels: Labelled pixels by class, (K,).
        unlabelled: Pixels without a label.
        holes: Pixels without a value, by modality.
        outside: Values outside the valid range of their band, by modality.
        looks: What tiles are compared by.
    """

    dataset: TileDataset
    pixels: np.ndarray
    unlabelled: int = 0
    holes: dict[str, int] = field(default_factory=dict)
    outside: dict[str, float] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All pixels."""
        return int(self.pixels.sum()) + self.unlabelled

    @property
    def sizes(self) -> str:
        """Sizes of the tiles, e.g. ``256 x 256``."""
        shapes = sorted({look.grid.shape for look in self.looks})
        low, high = shapes[0], shapes[-1]
        return f"{low[0]} x {low[1]}" if low == high else f"{low[0]} x {low[1]} to {high[0]} x {high[1]}"

    @property
    def placed(self) -> bool:
        """Whether all its tiles say where they lie."""
        return all(is_placed(look.grid) for look in self.looks)

    def add(self, tile: MemoryTile, description: Description) -> None:
        """Take in a tile."""
        check_labels(tile, len(description.classes))
        labels = tile.exact_labels.numpy()
        self.pixels += np.bincount(labels[labels != IGNORE], minlength=len(self.pixels))
        self.unlabelled += int((labels == IGNORE).sum())
        sample = tile.sample
        for modality in description.modalities:
            valid = sample.valid[modality.name].numpy()
            self.holes[modality.name] = self.holes.get(modality.name, 0) + int((~valid).sum())
            outside = _outside(sample.values[modality.name].numpy()[:, valid], modality)
            self.outside[modality.name] = self.outside.get(modality.name, 0) + outside
        self.looks.append(Look.of(tile))


def _outside(values: np.ndarray, modality: Modality) -> float:
    """Values (C, n) outside the valid range of their band, in pixels."""
    low, high = (np.array([[getattr(band, key)] for band in modality.bands]) for key in ("valid_min", "valid_max"))
    return float(((values < low) | (values > high)).mean(axis=0).sum()) if values.size else 0.0


def check_dataset(
    name: str,
    folder: str | Path,
    sheet: Path | None = None,
    limit: int | None = None,
    options: Mapping[str, Any] | None = None,
) -> str:
    """Look a data set over.

    Args:
        name: Of the data set (``dis2_training.data.sets.DATASETS``).
        folder: Where it was unpacked.
        sheet: Where to draw a contact sheet, a PNG.
        limit: Tiles a split that are read, evenly spaced; None reads all.
        options: The set's own.

    Returns:
        What was found, as text.

    Raises:
        InputError: A file is missing, or a label is no class.
    """
    datasets = [open_dataset(name, folder, split, **(options or {})) for split in split_names(name, folder)]
    if not datasets:
        raise InputError(f"{folder} holds no split.", "A split is a folder with labels in it.")
    facts = [_look_over(dataset, limit) for dataset in datasets]
    description = datasets[0].description
    lines = [f"{name} in {folder}", description.description, ""]
    lines += [_line(fact) for fact in facts] + [""]
    lines += _class_table(facts) + _pixel_table(facts) + [""]
    for first, second in combinations(facts, 2):
        lines += _between(first, second)
    lines += _warnings(facts)
    if sheet is not None:
        draw_sheet(datasets, sheet)
        lines += ["", f"Contact sheet: {sheet}"]
    return "\n".join(lines)


def _look_over(dataset: TileDataset, limit: int | None) -> SplitFacts:
    facts = SplitFacts(dataset, np.zeros(len(dataset.description.classes), dtype=np.int64))
    tiles = dataset.tiles
    if limit is not None and limit < len(tiles):
        tiles = [tiles[number] for number in np.linspace(0, len(tiles) - 1, limit).round().astype(int)]
    console = Console(stderr=True)
    for tile in track(
        tiles, f"reading {dataset.split}", console=console, transient=True, disable=not console.is_terminal
    ):
        facts.add(tile.in_memory(), dataset.description)
    return facts


def _line(facts: SplitFacts) -> str:
    read, held = len(facts.looks), len(facts.dataset.tiles)
    number = f"{held:,} tiles" if read == held else f"{held:,} tiles, {read:,} of them read"
    place = "georeferenced" if facts.placed else "no georeference"
    return f"{facts.dataset.split:<12}{number}, {facts.sizes} pixels, {place}"


def _class_table(facts: Sequence[SplitFacts]) -> list[str]:
    rows = [
        (item.name, [_share(fact.pixels[code], fact.total) for fact in facts])
        for code, item in enumerate(facts[0].dataset.description.classes)
    ]
    rows.append(("not labelled", [_share(fact.unlabelled, fact.total) for fact in facts]))
    return _table([fact.dataset.split for fact in facts], rows)


def _pixel_table(facts: Sequence[SplitFacts]) -> list[str]:
    rows = []
    for name in facts[0].dataset.description.modality_names:
        rows.append((f"{name}: holes", [_share(fact.holes[name], fact.total) for fact in facts]))
        rows.append((f"{name}: out of range", [_share(fact.outside[name], fact.total) for fact in facts]))
    return _table([""] * len(facts), rows)


def _share(count: float, total: int) -> str:
    return f"{round(count):,} ({count / max(total, 1):.1%})"


def _table(heads: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    names = max(len(name) for name, _ in rows) + 2
    width = max(len(cell) for _, cells in rows for cell in (*cells, *heads)) + 2
    lines = [" " * names + "".join(f"{head:>{width}}" for head in heads)] if any(heads) else []
    return lines + [f"{name:<{names}}" + "".join(f"{cell:>{width}}" for cell in cells) for name, cells in rows]


def _between(first: SplitFacts, second: SplitFacts) -> list[str]:
    """What two splits share."""
    title = f"{first.dataset.split} and {second.dataset.split}"
    if first.placed and second.placed:
        return _ground(title, first, second)
    found, closest = copies(first.looks, second.looks)
    lines = [f"{title}: no near-duplicates; the closest tiles differ in {closest} of {BITS} bits of their hashes."]
    if found:
        lines = [f"{title}: {_pairs(found)} of near-duplicates, e.g. {_listed(found)}."]
    borders = continued(first.looks, second.looks)
    if borders:
        touched = len({pair.second for pair in borders})
        lines.append(
            f"{title}: {touched} of {len(second.looks)} {second.dataset.split} tiles continue a "
            f"{first.dataset.split} tile at a border: the splits share scenes. E.g. {_listed(borders)}."
        )
    return lines


def _ground(title: str, first: SplitFacts, second: SplitFacts) -> list[str]:
    pairs = meeting(first.looks, second.looks, within=1)
    overlapping = [pair for pair in pairs if pair.value > 0]
    touching = len({pair.second for pair in pairs} - {pair.second for pair in overlapping})
    if not pairs:
        return [f"{title}: no footprints overlap or touch."]
    lines = []
    if overlapping:
        tiles = [{tile.name: tile for tile in facts.dataset.tiles} for facts in (first, second)]
        compared = overlapping[:FEW_TILES]
        twice = sum(labelled_twice(tiles[0][pair.first], tiles[1][pair.second]) for pair in compared)
        of = "" if len(compared) == len(overlapping) else f" (in the first {FEW_TILES})"
        lines.append(
            f"{title}: {_pairs(overlapping)} of footprints overlap, e.g. {_listed(overlapping)}; "
            f"{twice:,} pixels are labelled in both{of}."
        )
    if touching:
        lines.append(f"{title}: {touching} of {len(second.looks)} {second.dataset.split} tiles touch one of the other.")
    return lines


def _pairs(pairs: Sequence[Pair]) -> str:
    return f"{len(pairs):,} pair{'s' if len(pairs) != 1 else ''}"


def _listed(pairs: Sequence[Pair]) -> str:
    return ", ".join(str(pair) for pair in pairs[:LISTED])


def _warnings(facts: Sequence[SplitFacts]) -> list[str]:
    lines = []
    for fact in facts:
        classes = fact.dataset.description.classes
        if missing := [item.name for item, count in zip(classes, fact.pixels, strict=True) if count == 0]:
            lines.append(f"Not in {fact.dataset.split}: {', '.join(missing)}.")
    return lines
