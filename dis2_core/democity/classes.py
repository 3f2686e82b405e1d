"""The classes of the labels: those of the shipped model ``aerial-demo``, with its names and colours."""

from __future__ import annotations

from ..contract.card import LandClass

BUILDING, PERVIOUS, IMPERVIOUS, BARE_SOIL, WATER, CONIFEROUS, DECIDUOUS, BRUSHWOOD, HERBACEOUS = range(9)

#: By value.
CLASSES = (
    LandClass("building", "#b5473c"),
    LandClass("pervious surface", "#cdbfa3"),
    LandClass("impervious surface", "#8b8f94"),
    LandClass("bare soil", "#d9a76a"),
    LandClass("water", "#3f7fbf"),
    LandClass("coniferous", "#1f5b3a"),
    LandClass("deciduous", "#57a05a"),
    LandClass("brushwood", "#8fae4a"),
    LandClass("herbaceous vegetation", "#bfdc8a"),
)
