"""Reflectances (red, green, blue) of the surfaces that occur in more than one place."""

from __future__ import annotations

Color = tuple[float, float, float]

ASPHALT: Color = (0.49, 0.49, 0.50)
PAVEMENT: Color = (0.61, 0.60, 0.58)
PAINT: Color = (0.84, 0.84, 0.83)
GRAVEL: Color = (0.68, 0.65, 0.60)
SOIL: Color = (0.70, 0.62, 0.52)
LAWN: Color = (0.36, 0.43, 0.29)
BRUSH: Color = (0.30, 0.36, 0.27)
