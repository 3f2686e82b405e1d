"""Odd features among good ones: they change nothing, become no class, and are named by what a person can find."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine
from rasterio.crs import CRS
from test_codes import box

from dis2_core.contract.errors import InputError
from dis2_core.contract.other_jobs import ClassValue, Reference
from dis2_core.evaluation.classes import class_key
from dis2_core.evaluation.reference_polygons import PolygonCodes
from dis2_core.rasters.grid import Grid

X, Y = 400_000, 5_000_000
GRID = Grid(CRS.from_epsg(32632).to_wkt(), Affine(1, 0, X, 0, -1, Y), 40, 60)
GOOD = [("tree", box(X, Y - 20, X + 20, Y)), ("house", box(X + 20, Y - 40, X + 60, Y - 20))]
PLACE = box(X + 40, Y - 20, X + 60, Y)  # where the odd ones would be


def feature(value: Any, shape: Any, **members: Any) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": shape} if isinstance(shape, list) else shape
    return {"type": "Feature", "properties": {"class": value}, "geometry": geometry, **members}


def codes_of(path: Path, features: list[Any], **options: Any) -> PolygonCodes:
    crs = {"properties": {"name": "EPSG:32632"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    return PolygonCodes(Reference(str(path), "class", **options), GRID)


def remarks(codes: PolygonCodes) -> str:
    return "\n".join(f"{event.type}: {event.data['text']}" for event in codes.remarks)


def corners(*places: tuple[float, float]) -> list[list[list[float]]]:
    return [[[X + x, Y - y] for x, y in places]]


NOWHERE = [[[X, Y], [X, 1e18], [X + 9, Y], [X, Y]]]
POINT = {"type": "Point", "coordinates": [X, Y]}

SHAPES = {
    "two corners": (corners((1, 1), (9, 9), (1, 1)), "no area"),
    "no corner": ([[]], "no area"),
    "no ring": ([], "no area"),
    "a point": (corners(*[(5, 5)] * 4), "no area"),
    "a line": (corners((0, 0), (10, 10), (20, 20), (0, 0)), "no area"),
    "a line but for rounding": (corners((0, 0), (10, 10 + 1e-9), (20, 20), (0, 0)), "no area"),
    "not closed": (corners((40, 0), (60, 0), (60, 20)), "fewer than four corners"),
    "a hole of three corners": ([*PLACE, *corners((41, 1), (50, 1), (50, 9))], "fewer than four corners"),
    "another kind": (POINT, "a Point, no polygon"),
    "a curve": ({"type": "CurvePolygon"}, "a CurvePolygon, no polygon"),
    "no geometry": (None, "no geometry"),
    "a geometry that is none": ({"coordinates": []}, "a geometry that is none"),
    "a number": (7, "a geometry that is none"),
    "words": ([[["a", "b"]] * 4], "coordinates that are none"),
    "one number a corner": ([[[0], [1], [1], [0]]], "coordinates that are none"),
    "NaN": ([[[X, math.nan], [X, Y], [X + 9, Y], [X, math.nan]]], "coordinates that are none"),
    "null": ([[[X, None], [X, Y], [X + 9, Y], [X, None]]], "coordinates that are none"),
    "far beyond": (NOWHERE, "coordinates that are none"),
    "a number of 400 digits": ([[[10**400, 0], [1, 1], [1, 1], [0, 0]]], "coordinates that are none"),
}
CLASSES = {
    "null": (None, "no class"),
    "empty": ("", "no class"),
    "blank": (" \t\u00a0", "no class"),
    "NaN": (math.nan, "no class"),
    "infinite": (math.inf, "no class"),
    "the word NaN": ("NaN", "no class"),
    "the word NULL": ("NULL", "no class"),
    "a list": (["tree"], "a list instead of a class"),
    "an object": ({"a": 1}, "a list instead of a class"),
}
ODD = {
    **{name: (feature("water", shape), reason) for name, (shape, reason) in SHAPES.items()},
    **{f"class {name}": (feature(value, PLACE), reason) for name, (value, reason) in CLASSES.items()},
    "no feature": (7, "no feature"),
    "no properties": ({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": PLACE}}, "no class"),
    "properties that are none": ({**feature("", PLACE), "properties": ["class", "water"]}, "no class"),
    "no such field": ({**feature("", PLACE), "properties": {"klass": "water"}}, "no class"),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_odd_feature_changes_nothing_and_is_named(tmp_path: Path, name: str, place: int) -> None:
    good = [feature(*item) for item in GOOD]
    expected = codes_of(tmp_path / "good.geojson", good)
    odd, reason = ODD[name]
    codes = codes_of(tmp_path / "odd.geojson", [*good[:place], odd, *good[place:]])
    assert codes.texts == expected.texts == ("tree", "house")
    assert np.array_equal(codes.read(0, 40), expected.read(0, 40))
    assert not expected.remarks and [event.type for event in codes.remarks] == ["warning"]
    assert reason in remarks(codes) and f"(1: feature {place + 1})" in remarks(codes)


@pytest.mark.parametrize("name", ODD)
def test_odd_features_alone_are_refused(tmp_path: Path, name: str) -> None:
    odd, reason = ODD[name]
    if name == "no such field":
        reason = "have no field 'class'"
    with pytest.raises(InputError, match=reason):
        codes_of(tmp_path / "odd.geojson", [odd])


def test_the_id_and_the_name_are_those_that_a_person_knows(tmp_path: Path) -> None:
    odd = [feature("", PLACE, id=number) for number in range(20, 40)]
    codes = codes_of(tmp_path / "reference.geojson", [feature(*GOOD[0], id=7), *odd], name="My truth")
    assert "'My truth': left out are no class (20: id 20, id 21, " in remarks(codes)
    assert "and 12 more" in remarks(codes) and "geojson" not in remarks(codes)
    with pytest.raises(InputError, match=r"^'My truth' holds no polygon.*id 20"):
        codes_of(tmp_path / "reference.geojson", odd, name="My truth")


def test_one_part_of_several(tmp_path: Path) -> None:
    many = {"type": "MultiPolygon", "coordinates": [GOOD[0][1], SHAPES["two corners"][0]]}
    mixed = {"type": "GeometryCollection", "geometries": [POINT, {"type": "Polygon", "coordinates": GOOD[1][1]}]}
    codes = codes_of(tmp_path / "a.geojson", [feature("tree", many), feature("house", mixed, id="b")])
    assert np.array_equal(codes.read(0, 40), codes_of(tmp_path / "b.geojson", [feature(*i) for i in GOOD]).read(0, 40))
    assert "no area (1: a part of feature 1)" in remarks(codes)
    assert "a Point, no polygon (1: a part of id b)" in remarks(codes)


def test_a_hole_without_area_takes_nothing_away(tmp_path: Path) -> None:
    shape = [*GOOD[0][1], *corners((1, 1), (9, 9), (1, 1)), []]
    codes = codes_of(tmp_path / "a.geojson", [feature("tree", shape)])
    assert (codes.read(0, 40) == 0).sum() == 400 and not codes.remarks


def test_a_polygon_that_crosses_itself_covers_both_halves(tmp_path: Path) -> None:
    """A bow tie of two triangles of 20 m by 20 m: 400 m² in all, as QGIS draws it."""
    codes = codes_of(tmp_path / "a.geojson", [feature("tree", corners((0, 0), (40, 20), (40, 0), (0, 20), (0, 0)))])
    read = codes.read(0, 40) == 0
    assert read.sum() == pytest.approx(400, abs=40) and read[:, :20].sum() == read[:, 20:].sum()


def test_spellings_are_one_class_and_told(tmp_path: Path) -> None:
    names = ["Tall tree", "tall  tree", "TALL_TREE", "tall-tree ", "tall\u00a0tree", "grass"]
    codes = codes_of(tmp_path / "a.geojson", [feature(name, PLACE) for name in names])
    assert codes.texts == ("Tall tree", "grass")
    assert "info" in remarks(codes) and "'TALL_TREE', 'Tall tree'" in remarks(codes)


def test_what_a_person_lists_is_meant_so(tmp_path: Path) -> None:
    values = (ClassValue("null", "nothing"), ClassValue("A", "one"), ClassValue("a", "two"), ClassValue("B b", "three"))
    items = [feature(value, PLACE) for value in ("null", "A", "a", "b_B")]
    codes = codes_of(tmp_path / "a.geojson", items, values=values)
    assert codes.texts == ("null", "A", "a", "B b")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("-3", "3", False),
        ("+3", "3", True),
        ("03", "3", True),
        ("a-b", "A b", True),
        ("é", "e\u0301", True),
        ("-", "_", False),
    ],
)
def test_keys_of_classes(one: str, other: str, same: bool) -> None:
    assert (class_key(one) == class_key(other)) is same


def test_a_polygon_that_leaves_the_world_of_the_crs(tmp_path: Path) -> None:
    """One corner of it lies beyond the pole."""
    around = [[[7.7, 45], [7.8, 45], [7.8, 95], [7.7, 45]]]
    here = [[[7.7, 45], [7.8, 45], [7.8, 45.3], [7.7, 45.3], [7.7, 45]]]
    items = [feature("far", around, id=5), feature("here", here)]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": items}))
    codes = PolygonCodes(Reference(str(tmp_path / "a.geojson"), "class"), GRID)
    assert codes.texts == ("here",) and "not defined (1: id 5)" in remarks(codes)
