"""A place with a direction, in whose frame things are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Spot:
    """A place in the world.

    Attributes:
        x: Metres to the right of the upper left corner.
        y: Metres below it.
        angle: Direction in radians, from x towards y.
    """

    x: float
    y: float
    angle: float

    def at(self, along: float, across: float, turn: float = 0.0) -> Spot:
        """Another spot, given in the frame of this one."""
        cos, sin = float(np.cos(self.angle)), float(np.sin(self.angle))
        return Spot(self.x + along * cos - across * sin, self.y + along * sin + across * cos, self.angle + turn)
