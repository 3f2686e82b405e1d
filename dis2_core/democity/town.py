"""The plan of the town: streets, blocks and the shore of the lake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from .canvas import GSD, Canvas
from .fields import Floats, Mask
from .spot import Spot

TURN = -0.42  # radians by which the streets are turned against the picture
BEND = 2.6  # metres by which they meander
SIDEWALK = 2.2  # metres wide


@dataclass(frozen=True)
class Street:
    """A straight street in the town frame: ``u`` (or ``v``) = ``at``, in metres."""

    at: float
    width: float


@dataclass(frozen=True)
class Block:
    """The ground between streets, from and to which u and v it reaches, and what it is used for."""

    use: str
    u: tuple[float, float]
    v: tuple[float, float]

    @property
    def center(self) -> tuple[float, float]:
        """Its middle (u, v)."""
        return sum(self.u) / 2, sum(self.v) / 2

    @property
    def size(self) -> tuple[float, float]:
        """Metres along u and along v."""
        return self.u[1] - self.u[0], self.v[1] - self.v[0]


class Town:
    """Where everything lies.

    Args:
        canvas: The picture that the town is to fill.

    Attributes:
        u_streets: Streets of constant u, in order.
        v_streets: Streets of constant v, in order.
        blocks: Those that may reach into the picture.
        depth: Metres beyond the shore line of every pixel, negative on land.
        u: Town coordinate of every pixel.
        v: The other one.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.extent = canvas.extent
        self._phase = canvas.rng.uniform(0, 2 * np.pi, 4)
        self.u_streets = self._streets(canvas.rng, 50, 74)
        self.v_streets = self._streets(canvas.rng, 44, 62)
        self.blocks = list(self._blocks(canvas.rng))
        y, x = np.mgrid[0 : canvas.size, 0 : canvas.size].astype(np.float32) * GSD + GSD / 2
        self.depth = self.shore(x, y)
        self.u, self.v = self._from_world(x, y)

    def spot(self, u: float, v: float, turn: float = 0.0) -> Spot:
        """The spot at a town position, directed along u."""
        du, dv = self._bend(np.float32(u), np.float32(v))
        slope = BEND * np.cos(u / 31 + self._phase[1]) / 31
        cos, sin = np.cos(TURN), np.sin(TURN)
        a, b = u + du, v + dv
        half = self.extent / 2
        x, y = half + a * cos - b * sin, half + a * sin + b * cos
        return Spot(float(x), float(y), float(TURN + np.arctan(slope) + turn))

    def inside(self, block: Block) -> Mask:
        """The pixels of a block."""
        (u0, u1), (v0, v1) = block.u, block.v
        return (self.u > u0) & (self.u < u1) & (self.v > v0) & (self.v < v1)

    def shore(self, x: Floats | np.float32, y: Floats | np.float32) -> Floats:
        """Metres beyond the shore line, negative on land. The lake lies at the lower right."""
        along = x - y
        wobble = 6 * np.sin(along / 33 + self._phase[2]) + 2.2 * np.sin(along / 11 + self._phase[3])
        return np.asarray((x + y) * np.float32(0.7071) - 1.09 * self.extent + wobble, np.float32)

    def depth_at(self, spot: Spot) -> float:
        """Metres beyond the shore line of a spot."""
        return float(self.shore(np.float32(spot.x), np.float32(spot.y)))

    def on_land(self, spot: Spot, margin: float) -> bool:
        """Whether a spot is at least so many metres away from the water."""
        return self.depth_at(spot) < -margin

    def _streets(self, rng: np.random.Generator, low: float, high: float) -> list[Street]:
        """Streets ``low`` to ``high`` metres apart, beyond the picture's edges; every third one is wide."""
        reach = 0.75 * self.extent + high
        at = np.cumsum(rng.uniform(low, high, int(2 * reach / low) + 2)) - reach
        return [Street(float(a), 10.5 if i % 3 == 1 else 7.0) for i, a in enumerate(at) if a < reach]

    def _blocks(self, rng: np.random.Generator) -> Iterator[Block]:
        """What lies between the streets; parks line the lake, the other uses take turns by chance."""
        queue: list[str] = []
        for u in map(_between, pairwise(self.u_streets)):
            for v in map(_between, pairwise(self.v_streets)):
                spot = self.spot(sum(u) / 2, sum(v) / 2)
                if not -40 < spot.x < self.extent + 40 or not -40 < spot.y < self.extent + 40:
                    continue
                if not queue:
                    queue = list(rng.permutation(["dense", "villas", "dense", "villas", "works", "park"]))
                    queue += list(rng.permutation(["dense", "villas", "market", "wild"]))
                yield Block(queue.pop(0) if self.on_land(spot, 28) else "park", u, v)

    def _bend(self, u: Floats | np.float32, v: Floats | np.float32) -> tuple[Floats, Floats]:
        """By how much a town position is displaced before the town is turned."""
        return (
            np.asarray(BEND * np.sin(v / 37 + self._phase[0]), np.float32),
            np.asarray(BEND * np.sin(u / 31 + self._phase[1]), np.float32),
        )

    def _from_world(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """The inverse of `spot` for a whole picture, by fixed-point steps."""
        cos, sin = np.float32(np.cos(TURN)), np.float32(np.sin(TURN))
        dx, dy = x - self.extent / 2, y - self.extent / 2
        a, b = dx * cos + dy * sin, dy * cos - dx * sin
        u, v = a, b
        for _ in range(3):
            du, dv = self._bend(u, v)
            u, v = a - du, b - dv
        return u, v


def _between(streets: tuple[Street, Street]) -> tuple[float, float]:
    """From where to where the ground between two streets and their sidewalks reaches."""
    first, second = streets
    return first.at + first.width / 2 + SIDEWALK, second.at - second.width / 2 - SIDEWALK
