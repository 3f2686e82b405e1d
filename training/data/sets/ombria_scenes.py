"""Scenes of OMBRIA: which chips were cut side by side, and a split in which no scene lies in two parts.

The published split scatters the test over the scenes of training: 66 of its 70 chips continue a training chip.
``dis2_training.data.check.scenes`` joins the 694 chips of both published parts where their borders continue each
other (63 components of 100, 89, 79, 35, … 1 chips) and where their numbers interleave, since chips are numbered
row by row: 42 scenes, each a range of numbers. It then deals them out with sizes as published (547 / 77 / 70) and
flood shares as alike as the scenes allow (35.0 / 23.4 / 28.8 % of the pixels; the two scenes with most floods
are larger than a test).
No two parts show common ground; nobody knows which scenes are of one flood, whose neighbours may be in two.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

#: First and last number of the chips of each scene; between scenes numbers are not used.
SCENES = (
    (1, 16), (17, 17), (18, 21), (22, 31), (32, 73), (74, 105), (106, 132), (135, 257), (258, 268), (269, 308),
    (309, 310), (311, 312), (313, 341), (342, 344), (345, 379), (380, 380), (381, 388), (389, 389), (390, 390),
    (391, 391), (392, 395), (396, 398), (399, 435), (436, 570), (575, 590), (592, 592), (601, 601), (603, 703),
    (708, 708), (710, 714), (718, 718), (721, 734), (735, 736), (737, 752), (753, 754), (755, 758), (759, 771),
    (773, 781), (783, 783), (784, 784), (785, 785), (787, 787),
)  # fmt: skip
#: Scenes, by their first numbers, that are not for training.
HELD_OUT = {
    "test": (17, 345, 380, 390, 392, 575, 592, 710, 718, 721, 735, 784),
    "validation": (32, 399),
}


def scene_of(chip: str) -> str:
    """Name of the scene a chip was cut from: its first number, e.g. ``0032``; a chip unknown here is its own."""
    number = int(chip)
    return next((f"{first:04}" for first, last in SCENES if first <= number <= last), chip)


def scene_split(chip: str) -> str:
    """The part of the scene-disjoint split that a chip belongs to."""
    scene = int(scene_of(chip))
    return next((split for split, firsts in HELD_OUT.items() if scene in firsts), "train")


def few_labels(chips: Iterable[str], share: float, draw: int = 0) -> set[str]:
    """Chips of whole scenes that make up a share of all chips: what a person has labelled of them.

    Scenes come in an order that hangs on the draw alone; one that would make it too many is passed over.

    Args:
        chips: Names of all chips of a training part.
        share: Of them, over 0 to 1; at least the smallest scene is drawn.
        draw: Which order.
    """
    by_scene: dict[str, list[str]] = {}
    for chip in chips:
        by_scene.setdefault(scene_of(chip), []).append(chip)
    order = sorted(by_scene, key=lambda scene: hashlib.sha256(f"{draw} {scene}".encode()).digest())
    left = round(share * sum(map(len, by_scene.values())))
    left = max(left, min(map(len, by_scene.values())))
    drawn = set[str]()
    for scene in order:
        if len(by_scene[scene]) <= left:
            drawn.update(by_scene[scene])
            left -= len(by_scene[scene])
    return drawn
