"""The classes of the labels: those of the shipped model ``aerial-demo``."""

from __future__ import annotations

BUILDING, PERVIOUS, IMPERVIOUS, BARE_SOIL, WATER, CONIFEROUS, DECIDUOUS, BRUSHWOOD, HERBACEOUS = range(9)
