"""Which band of a file is which: what files say of their bands, as GDAL's drivers and people write it."""

from __future__ import annotations

import pytest

from dis2_core.contract.bands import FileBand, choose_bands, looks_like_photo, wavelength
from dis2_core.contract.card import Band, Modality


def model_of(*names: str) -> Modality:
    return Modality("photo", "optical", "optical", tuple(Band(name, 0, 1, 0, 255) for name in names))


RGB = model_of("red", "green", "blue")


def file_of(*names: str) -> list[FileBand]:
    return [FileBand(number, name) for number, name in enumerate(names, 1)]


def numbers(modality, present, chosen=()):
    return choose_bands(modality, present, chosen).numbers


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Red", "red"),
        ("r", "red"),
        ("Band 3 - Rouge (665 nm)", "red"),
        ("red_edge_1", "red edge"),
        ("RedEdge", "red edge"),
        ("Near-InfraRed", "nir"),
        ("NIR", "nir"),
        ("proche infrarouge", "nir"),
        ("Infra-Rot", "nir"),
        ("B04", "red"),
        ("B4", ""),  # red of Sentinel-2, near infrared of Landsat 5
        ("reduced", ""),
        ("red or green", ""),
        ("", ""),
    ],
)
def test_names_that_people_give(name, meaning):
    assert FileBand(1, name).meaning == meaning


def test_names_go_before_wavelengths_and_these_before_colours():
    assert FileBand(1, "blue", "red", 0.56).meaning == "blue"
    assert FileBand(1, "", "red", 0.56).meaning == "green"
    assert FileBand(1, "", "red").meaning == "red"
    assert FileBand(1, "", "gray").meaning == ""


def test_bands_are_found_by_the_models_own_names():
    pairs = model_of("before_1", "before_2", "after_1", "after_2")
    file = file_of("after_1", "after_2", "before_1", "before_2")
    assert numbers(pairs, file) == (3, 4, 1, 2)
    assert numbers(pairs, file_of("a", "b", "c", "d")) == (1, 2, 3, 4)


def test_a_name_that_comes_twice_says_nothing():
    choice = choose_bands(RGB, file_of("red", "green", "blue", "red"))
    assert (choice.numbers, choice.how, choice.contradictions) == ((1, 2, 3), "order", ())
    assert numbers(RGB, file_of("nir", "red", "green", "blue", "nir")) == (2, 3, 4)


def test_of_a_spectrometers_bands_the_nearest_is_taken():
    present = [FileBand(number, f"b{number}", "", 0.40 + 0.01 * number) for number in range(1, 61)]
    chosen = [0.40 + 0.01 * number for number in numbers(RGB, present)]
    assert chosen == pytest.approx([0.66, 0.56, 0.48])


def test_what_a_person_chooses_counts_and_contradictions_are_told():
    present = file_of("blue", "green", "red")
    choice = choose_bands(RGB, present, (1, 2, 3))
    assert (choice.numbers, choice.how, choice.alternative) == ((1, 2, 3), "chosen", (3, 2, 1))
    assert choice.contradictions == ((0, "blue"), (2, "red"))
    assert choose_bands(RGB, present, (3, 2, 1)).contradictions == ()


def test_colours_to_be_displayed_do_not_speak_against_near_infrared():
    displayed = [FileBand(number, "", color) for number, color in enumerate(("red", "green", "blue"), 1)]
    assert choose_bands(model_of("nir", "red", "green"), displayed).contradictions == ()
    with_infrared = [*displayed, FileBand(4, "NIR")]
    assert numbers(model_of("nir", "red", "green"), with_infrared) == (4, 1, 2)
    named = file_of("red", "green", "blue")
    against = choose_bands(model_of("nir", "red", "green"), named).contradictions
    assert against == ((0, "red"), (1, "green"), (2, "blue"))


def test_photos_are_told():
    assert looks_like_photo([FileBand(number, "", color) for number, color in enumerate(("red", "green", "blue"), 1)])
    assert not looks_like_photo(file_of("height", "", "red"))


@pytest.mark.parametrize(
    ("tags", "micrometres"),
    [
        ({"CENTRAL_WAVELENGTH_UM": "0.665"}, 0.665),
        ({"wavelength": "665.0", "wavelength_units": "Nanometers"}, 0.665),
        ({"wavelength": "0.665", "wavelength_units": "Micrometers"}, 0.665),
        ({"WAVELENGTH": "665", "WAVELENGTH_UNIT": "nm"}, 0.665),
        ({"wavelength": "665"}, 0.665),
        ({"wavelength": "5.5", "wavelength_units": "GHz"}, None),
        ({"wavelength": "?"}, None),
        ({}, None),
    ],
)
def test_wavelengths_as_drivers_spell_them(tags, micrometres):
    assert wavelength(tags) == (None if micrometres is None else pytest.approx(micrometres))
