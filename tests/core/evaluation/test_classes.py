"""Classes of two sides are one class where their names are, else where their codes are."""

from __future__ import annotations

import pytest

from dis2_core.contract.errors import InputError
from dis2_core.contract.other_jobs import ClassValue
from dis2_core.evaluation.classes import Side, match


def side(values: dict[str, str], *seen: str, closed: bool = False) -> Side:
    return Side(tuple(ClassValue(*item) for item in values.items()), seen or tuple(values), closed)


def test_names_decide_where_both_have_them() -> None:
    found = match(
        side({"0": "Building", "1": "low_vegetation", "2": "water"}),
        side({"7": "low  vegetation", "0": "road", "3": "building"}),
    )
    assert found.by_name and found.names == ("Building", "low_vegetation", "water", "road")
    assert found.reference == {"7": 1, "0": 3, "3": 0}
    assert (found.only_mapped, found.only_reference) == (("water",), ("road",))


@pytest.mark.parametrize("named", ["map", "reference", "neither"])
def test_codes_decide_elsewhere(named: str) -> None:
    names, codes = {"1": "building", "2": "tree"}, {"1": "1", "2": "2"}
    found = match(side(names if named == "map" else codes), side(names if named == "reference" else codes))
    assert not found.by_name and found.mapped == found.reference == {"1": 0, "2": 1}
    assert found.names == (("1", "2") if named == "neither" else ("building", "tree"))


def test_codes_may_be_given_other_codes() -> None:
    found = match(side({}, "1", "2"), side({"10": "1", "20": "2"}))
    assert not found.by_name and found.reference == {"10": 0, "20": 1}


def test_several_values_may_be_one_class() -> None:
    found = match(side({"0": "tree"}), side({"coniferous": "tree", "deciduous": "Tree"}))
    assert found.names == ("tree",) and found.reference == {"coniferous": 0, "deciduous": 0}


def test_what_occurs_unlisted_is_a_class_of_its_own_unless_the_list_is_closed() -> None:
    names = {"1": "a", "2": "b"}
    assert match(side(names, "1", "9"), side(names, "1", "8")).names == ("a", "b", "9", "8")
    assert match(side(names), side(names, "1", "8", closed=True)).names == ("a", "b")


def test_nothing_in_common() -> None:
    with pytest.raises(InputError, match="0 building; of the reference: Haus"):
        match(side({"0": "building"}), side({}, "Haus"))
    with pytest.raises(InputError, match="--value"):
        match(side({}, "0", "1"), side({}, "Haus"))


def test_colours_come_from_whoever_has_them_and_differ() -> None:
    mapped = Side((ClassValue("0", "a"), ClassValue("1", "b", "#010203")), ("0", "1"))
    reference = Side((ClassValue("0", "a", "#ff0000"), ClassValue("1", "b", "#ffffff")), ("0", "1"))
    assert match(mapped, reference).colors == ("#ff0000", "#010203")
    plain = match(side({}, *map(str, range(8))), side({}, "1"))
    assert len(set(plain.colors)) == 8
