"""Which tiles without a place were cut from one scene, and how are scenes dealt out so that none lies in two splits?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .neighbours import Pair

DRAWS = 20_000  # random orders of the scenes that are compared


def scenes(names: Iterable[str], pairs: Iterable[Pair]) -> list[list[str]]:
    """Tiles that continue each other, directly or over others, and what lies between them by name.

    A scene is cut row by row: a tile whose name falls between two of a scene comes from it, too, though
    its own neighbours may have been dropped.

    Args:
        names: Of all tiles.
        pairs: What ``continued`` found.

    Returns:
        Sorted names by scene, the scenes in the order of their first tiles.
    """
    names = sorted(names)
    scene_of = _joined(names, pairs)
    last = {scene: name for name, scene in scene_of.items()}  # the last of its names, as they are sorted
    found: list[list[str]] = []
    end = ""
    for name in names:
        if name > end:
            found.append([])
        found[-1].append(name)
        end = max(end, last[scene_of[name]])
    return found


def _joined(names: Sequence[str], pairs: Iterable[Pair]) -> dict[str, str]:
    """A name of its component for each name (union-find)."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for pair in pairs:
        parent[root(pair.first)] = root(pair.second)
    return {name: root(name) for name in names}


@dataclass(frozen=True)
class SceneFacts:
    """What a scene weighs in a split.

    Attributes:
        tiles: Number of tiles.
        wanted: Pixels of the class whose share should be alike in all splits.
        labelled: Labelled pixels.
    """

    tiles: int
    wanted: int
    labelled: int


def deal(facts: Sequence[SceneFacts], sizes: Mapping[str, int], slack: int = 2, seed: int = 0) -> dict[str, list[int]]:
    """Deal scenes out to splits of about these sizes; what is left is for training.

    Of ``DRAWS`` random orders the one is kept whose splits are closest in size and in the share of the wanted
    class, both relative to what is asked for: the share of all scenes.

    Args:
        facts: Of each scene.
        sizes: Tiles by split.
        slack: Tiles by which a split may be larger or smaller.
        seed: Of the orders.

    Returns:
        Numbers of scenes by split.
    """
    share = sum(fact.wanted for fact in facts) / sum(fact.labelled for fact in facts)
    rng = np.random.default_rng(seed)
    best, closest = dict[str, list[int]](), np.inf
    for _ in range(DRAWS):
        order = rng.permutation(len(facts)).tolist()
        dealt, cost = {}, 0.0
        for split, size in sizes.items():
            dealt[split] = _fill(order, facts, size, slack)
            cost += _distance([facts[number] for number in dealt[split]], size, share)
        if cost < closest:
            best, closest = dealt, cost
    return {split: sorted(numbers) for split, numbers in best.items()}


def _fill(order: list[int], facts: Sequence[SceneFacts], size: int, slack: int) -> list[int]:
    """Take scenes from the front of an order, leaving those out that are too large."""
    taken, total = list[int](), 0
    for number in order:
        if total >= size - slack:
            break
        if total + facts[number].tiles <= size + slack:
            taken.append(number)
            total += facts[number].tiles
    for number in taken:
        order.remove(number)
    return taken


def _distance(taken: Sequence[SceneFacts], size: int, share: float) -> float:
    """How far a split is from what it should be: relative size and relative share."""
    labelled = sum(fact.labelled for fact in taken)
    if not labelled:
        return float("inf")
    return abs(sum(fact.tiles for fact in taken) / size - 1) + abs(sum(f.wanted for f in taken) / labelled / share - 1)
