"""Colours of classes: what names in three languages say, and that classes can be told apart."""

import colorsys
from itertools import combinations

import pytest

from dis2_core.contract.class_colors import _MEANINGS, MUTED, _words, class_colors, color_of_name


def hue(color):
    """Hue in degrees, lightness and saturation in [0, 1]."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    return 360 * hue, lightness, saturation


@pytest.mark.parametrize(
    "name", ["water", "Water bodies", "eau", "Plans d'eau", "Wasser", "Gewässer", "permanent_water"]
)
def test_water_is_blue(name):
    assert 190 < hue(color_of_name(name))[0] < 230


@pytest.mark.parametrize("name", ["forest", "Dense forest", "forêt", "FORÊTS", "Wald", "Wälder", "Nadelwald"])
def test_forest_is_dark_green(name):
    degrees, lightness, _ = hue(color_of_name(name))
    assert 90 < degrees < 170 and lightness < 0.3


@pytest.mark.parametrize("name", ["building", "Buildings", "bâtiment", "Bâtiments", "Gebäude", "Häuser", "Built-up"])
def test_buildings_are_red(name):
    degrees, _, saturation = hue(color_of_name(name))
    assert (degrees < 15 or degrees > 345) and saturation > 0.4


@pytest.mark.parametrize("name", ["road", "routes", "Straße", "Straßen", "impervious surface", "Parkplätze"])
def test_what_is_sealed_is_grey(name):
    assert hue(color_of_name(name))[2] < 0.1


def test_the_longest_phrase_decides_and_a_denial_says_nothing():
    assert color_of_name("bare soil") == color_of_name("Sol nu") == color_of_name("Boden")
    assert color_of_name("Low vegetation") == color_of_name("herbe") != color_of_name("High vegetation")
    assert color_of_name("swimming pool") == color_of_name("Piscines") != color_of_name("water")
    assert [color_of_name(name) for name in ("no water", "non-forest", "autres bâtiments", "class 3", "7", "")] == [
        ""
    ] * 6


def test_colours_that_were_given_stay_and_the_others_are_told_apart():
    names = ["water", "river", "forest", "x", "y", "building"]
    colors = class_colors(names, ["", "", "#112233", "", "", "#C0392B"])
    assert colors == (color_of_name("water"), MUTED[0], "#112233", MUTED[1], MUTED[2], "#c0392b")
    assert class_colors(["house"], ["#c0392b"]) == ("#c0392b",)
    assert len(set(class_colors([f"class {number}" for number in range(10)]))) == 10


def test_no_colour_means_two_things_and_no_word_has_two_colours():
    """In CIELAB, 8 is about four times what an eye tells apart side by side."""
    assert min(distance(*pair) for pair in combinations(_MEANINGS, 2)) > 8
    said = {}
    for color, phrases in _MEANINGS.items():
        for phrase in phrases.replace(";", ",").split(","):
            assert said.setdefault(_words(phrase), color) == color, phrase


def distance(first, second):
    """CIE 1976 difference of two sRGB colours."""
    return sum((a - b) ** 2 for a, b in zip(lab(first), lab(second), strict=True)) ** 0.5


def lab(color):
    """CIELAB of a colour for white D65."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)
