"""What can be shown where no real scene may be shipped: a city that does not exist, its photo, heights and classes?

The same seed gives the same city. It is painted in the order in which a town is built: ground, streets,
houses, cars, trees. Then the sun is switched on, so that shading and shadows of the photo agree with the heights.

Two frames are used, both in metres: *town* (u, v), in which streets are straight, and *world*
(x to the right, y down, from the upper left corner), in which they bend a little. A `Spot` is a
place in the world with a direction; things are drawn in its local frame (along, across).
"""

from __future__ import annotations

from .city import City, draw_city
from .files import CityResult, make_city, run_city

__all__ = ["City", "CityResult", "draw_city", "make_city", "run_city"]
