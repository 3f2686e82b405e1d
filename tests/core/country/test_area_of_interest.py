"""The area of interest: outside is no data and is not computed, inside is what it is without."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from pointwise import Pointwise
from pyproj import CRS
from regions import HEIGHT, WIDTH, Region
from tiny_models import tiny_card

from dis2_core.contract.errors import GridMismatch, InputError
from dis2_core.country.index import _SCHEMA, _outline
from dis2_core.models.file import Model
from dis2_core.prediction.segment import segment
from dis2_core.rasters.grid import Grid
from dis2_core.rasters.vector.area import Outlines

LEFT, TOP = 400_000, 5_000_000  # of the rasters, whose pixels are 1 m


def geojson(path: Path, *rings: list[tuple[float, float]]) -> Path:
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}}
        for ring in rings
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}))
    return path


def geopackage(path: Path, box: tuple[float, float, float, float]) -> Path:
    with sqlite3.connect(path) as database:
        database.executescript(_SCHEMA)
        database.execute("INSERT INTO gpkg_spatial_ref_sys VALUES ('UTM', 32632, 'EPSG', 32632, '', NULL)")
        database.execute("INSERT INTO gpkg_geometry_columns VALUES ('units', 'geom', 'POLYGON', 32632, 0, 0)")
        database.execute("INSERT INTO units VALUES (1, ?, '', '', '')", (_outline(box, 32632),))
    database.close()
    return path


def test_inside_is_the_map_of_the_box_and_outside_is_not_computed(scene, read, tmp_path: Path) -> None:
    card = tiny_card()
    paths = scene(400, 400)
    triangle = [(LEFT + 20, TOP - 20), (LEFT + 380, TOP - 380), (LEFT + 20, TOP - 380)]
    network = Pointwise(card).eval()
    model = Model(card, network, sha256="ab" * 32)
    aoi = geojson(tmp_path / "aoi.geojson", triangle)
    segment(paths, model, output=tmp_path / "a.tif", aoi=aoi, device="cpu")
    box = (LEFT + 20, TOP - 380, LEFT + 380, TOP - 20)
    result = segment(paths, model, output=tmp_path / "b.tif", extent=box, device="cpu")
    inside, whole = read(tmp_path / "a.tif")[0], read(tmp_path / "b.tif")[0]
    rows, cols = np.mgrid[:360, :360]
    expected = cols < rows  # the centre of a pixel on the diagonal lies on the line
    np.testing.assert_array_equal(inside[expected], whole[expected])
    assert (inside[cols > rows] == 255).all()
    assert result.windows == 22**2


def test_windows_outside_are_not_run(scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    card = tiny_card()
    calls: list[int] = []
    forward = Pointwise.forward

    def counted(self, inputs):
        calls.append(len(next(iter(inputs.values()))))
        return forward(self, inputs)

    monkeypatch.setattr(Pointwise, "forward", counted)
    model = Model(card, Pointwise(card).eval(), sha256="ab" * 32)
    corners = [(LEFT + x, TOP - y) for x, y in ((0, 0), (8, 0), (8, 8), (0, 8))]
    others = [(LEFT + x, TOP - y) for x, y in ((392, 392), (400, 392), (400, 400), (392, 400))]
    aoi = geojson(tmp_path / "aoi.geojson", corners, others)
    segment(scene(400, 400), model, output=tmp_path / "a.tif", aoi=aoi, device="cpu", batch_size=1)
    assert sum(calls) <= 8  # of 24 x 24: those at two corners, and neighbours that the area may touch


@pytest.mark.slow
def test_units_outside_are_dropped(region: Region, read, tmp_path: Path) -> None:
    aoi = geopackage(tmp_path / "aoi.gpkg", (LEFT + 700, TOP - 1040, LEFT + 1080, TOP - 700))
    result = region.plan(aoi=str(aoi), extent=(LEFT, TOP - HEIGHT, LEFT + WIDTH, TOP), outputs=("classes",))
    assert (result.units, result.dropped) == (4, 5)
    region.work()
    classes = read(region.join().outputs["classes"])[0]
    assert (classes[700:1040, 700:1080] != 255).mean() > 0.9
    classes[700:1040, 700:1080] = 255
    assert (classes == 255).all()


def test_geopackage_and_geojson_are_the_same(tmp_path: Path) -> None:
    box = (LEFT + 1.0, TOP - 9.0, LEFT + 7.0, TOP - 2.0)
    one = Outlines.read(str(geopackage(tmp_path / "a.gpkg", box)))
    corners = [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]
    other = Outlines.read(str(geojson(tmp_path / "a.geojson", corners)))
    around = Grid(CRS.from_epsg(32632).to_wkt(), Affine(1, 0, LEFT, 0, -1, TOP), 100, 100)
    assert one.bounds_near([around]) == other.bounds_near([around]) == box
    np.testing.assert_array_equal(one.polygons[0][0], other.polygons[0][0])


def test_odd_features_are_left_out_and_named(scene, read, tmp_path: Path) -> None:
    """What has no area takes none away, and what lies at the other end of the world is no reason to refuse the rest."""
    card = tiny_card()
    paths, model = scene(400, 400), Model(card, Pointwise(card).eval(), sha256="ab" * 32)
    square = [(LEFT + x, TOP - y) for x, y in ((20, 20), (200, 20), (200, 200), (20, 200))]
    far = [(LEFT - 90_000_000, 0), (LEFT - 80_000_000, 0), (LEFT - 80_000_000, 9_000_000)]
    clean = geojson(tmp_path / "clean.geojson", square)
    odd = geojson(
        tmp_path / "odd.geojson", square[:1], square, far, [(LEFT, TOP), (LEFT + 9, TOP + 9), (LEFT + 3, TOP + 3)]
    )
    data = json.loads(odd.read_text())
    data["features"].append({"type": "Feature", "properties": {}, "geometry": None})
    odd.write_text(json.dumps(data))
    segment(paths, model, output=tmp_path / "a.tif", aoi=clean, device="cpu")
    result = segment(paths, model, output=tmp_path / "b.tif", aoi=odd, device="cpu")
    np.testing.assert_array_equal(read(tmp_path / "a.tif"), read(tmp_path / "b.tif"))
    told = " ".join(result.warnings)
    assert "no area (2: feature 1, feature 4); no geometry (1: feature 5)" in told and "feature 3" not in told


def test_what_is_no_area_is_refused(scene, tmp_path: Path) -> None:
    card = tiny_card()
    model = Model(card, Pointwise(card).eval(), sha256="ab" * 32)
    (tmp_path / "a.geojson").write_text('{"type": "FeatureCollection", "features": []}')
    (tmp_path / "b.gpkg").write_bytes(b"SQLite format 3\0 and no more")
    far = geojson(tmp_path / "c.geojson", [(0, 0), (1, 0), (1, 1)])
    line = '{"type": "LineString", "coordinates": [[0, 0], [1, 1]]}'
    (tmp_path / "d.geojson").write_text(line)
    for name, kind, said in (
        ("a.geojson", InputError, "holds no polygon"),
        ("b.gpkg", InputError, "cannot be read"),
        (far.name, GridMismatch, "does not meet the inputs"),
        ("d.geojson", InputError, "a LineString, no polygon"),
        ("e.geojson", InputError, "cannot be read"),
    ):
        with pytest.raises(kind, match=said):
            segment(scene(), model, output=tmp_path / "o.tif", aoi=tmp_path / name, device="cpu")
