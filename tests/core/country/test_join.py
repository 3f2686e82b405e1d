"""Units as one map: every index and every file shows the same pixels, with style and names."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer
from rasterio.features import shapes
from rasterio.transform import from_bounds
from rasterio.warp import transform_bounds
from regions import HEIGHT, OUTPUTS, WIDTH, Read, Region

from dis2_core.contract.country_jobs import JoinJob, PlanJob, StatusJob
from dis2_core.contract.errors import InputError, OutputNotWritable, ProtocolError, ResourceError
from dis2_core.contract.segment_job import Event, Source
from dis2_core.country.join import run_join
from dis2_core.country.plan import Plan
from dis2_core.country.planning import run_plan
from dis2_core.country.stac import _footprint
from dis2_core.country.status import run_status
from dis2_core.rasters.grid import Grid

pytestmark = pytest.mark.slow
LINKS = 50_000  # of a file; ext4 takes 65,000


@pytest.mark.parametrize("to", ["vrt", "gti", "cog"])
def test_every_form_shows_the_units(finished: Region, read: Read, to: str) -> None:
    outputs = finished.join(to=to).outputs
    plan = Plan.read(finished.run)
    for name in OUTPUTS:
        whole = read(outputs[name])
        for unit in plan.all_units:
            top, left, bottom, right = plan.box(unit)
            ending = "" if name == "classes" else f".{name}"
            part = read(finished.run / "units" / f"{unit.name}{ending}.tif")
            np.testing.assert_array_equal(whole[:, top:bottom, left:right], part)
        assert Path(outputs[name]).with_suffix(".qml").is_file()
    with rasterio.open(outputs["classes"]) as file:
        assert file.nodata == 255
        assert file.crs.to_epsg() == 32632 and file.shape == (HEIGHT, WIDTH)
        if to != "gti":
            assert file.colormap(1)[0] == (0x1F, 0x78, 0xB4, 255)
    names = Path(f"{outputs['classes']}.aux.xml").read_text()
    assert "low vegetation" in names


@pytest.mark.parametrize("to", ["vrt", "gti", "cog"])
@pytest.mark.parametrize(("damage", "told"), [(None, "is missing"), (0, "has 0 bytes"), (700, "has 700 bytes")])
def test_a_unit_whose_raster_is_not_what_was_made_is_named_and_nothing_is_written(
    finished: Region, to: str, damage: int | None, told: str
) -> None:
    path = finished.run / "units" / "r0001_c0001.confidence.tif"
    whole = path.read_bytes()
    path.unlink()
    if damage is not None:
        path.write_bytes(whole[:damage])
    before = set(finished.run.iterdir())
    with pytest.raises(InputError, match=rf"r0001_c0001\.confidence\.tif {told}") as raised:
        finished.join(to=to)
    assert "dis2 work" in raised.value.hint
    assert set(finished.run.iterdir()) == before
    status = run_status(StatusJob(str(finished.run)))
    assert (status.finished, status.stale) == (8, 1)
    assert finished.work().made == 1
    assert path.read_bytes() == whole
    finished.join(to=to)


@pytest.mark.parametrize("polygons", [False, True])
def test_a_unit_that_cannot_be_read_is_named(finished: Region, tmp_path: Path, polygons: bool) -> None:
    """Of as many bytes as it had, so that nothing but reading it tells."""
    pytest.importorskip("pyarrow"), pytest.importorskip("shapely")
    own = Region(finished.model, finished.inputs, Path(shutil.copytree(finished.run, tmp_path / "run")))
    path = own.run / "units" / "r0001_c0001.tif"
    size = path.stat().st_size
    path.write_bytes(b"II*\0" + bytes(size - 4))
    with pytest.raises(InputError, match=r"r0001_c0001\.tif") as raised:
        own.join(to="vrt" if polygons else "cog", polygons=str(tmp_path / "map.parquet") if polygons else "")
    assert raised.value.hint.startswith("Delete it, and call dis2 work")
    assert not (tmp_path / "map.parquet").exists()
    path.unlink()
    assert own.work().made == 1


def test_units_are_cogs_whose_overviews_hold_classes_alone(finished: Region) -> None:
    with rasterio.open(finished.run / "units" / "r0000_c0001.tif", overview_level=None) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        known = set(np.unique(file.read()))
    assert known <= {0, 1, 2, 255}


def test_a_joined_cog_has_overviews_by_mode(finished: Region, read: Read) -> None:
    path = finished.join(to="cog").outputs["classes"]
    with rasterio.open(path) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG" and file.overviews(1)
        small = file.read(1, out_shape=(file.height // 2, file.width // 2))
    assert set(np.unique(small)) <= set(np.unique(read(path)))


def test_the_area_table_counts_every_pixel(finished: Region, read: Read) -> None:
    result = finished.join()
    classes = read(result.outputs["classes"])
    for line in result.area_table:
        assert line.pixels == (classes == line.value).sum()
        assert line.square_metres == pytest.approx(line.pixels)
    assert "building" in Path(result.outputs["areas"]).read_text()


def test_the_units_are_a_stac_collection(finished: Region) -> None:
    """The oracle is pystac: schemas of the core, links that lead to files, and footprints in their place."""
    pystac = pytest.importorskip("pystac")
    validation = pytest.importorskip("pystac.validation")
    path = Path(finished.join(stac=True).outputs["collection"])
    collection = pystac.Collection.from_file(str(path))
    plan = Plan.read(finished.run)
    validation.validate_dict(json.loads(path.read_text()), extensions=[])
    items = list(collection.get_items())
    assert {item.id for item in items} == {unit.name for unit in plan.all_units}
    for item in items:
        validation.validate_dict(item.to_dict(include_self_link=False), extensions=[])
        assert set(item.assets) == set(OUTPUTS)
        for asset in item.assets.values():
            assert Path(asset.get_absolute_href()).is_file()
        with rasterio.open(item.assets["classes"].get_absolute_href()) as file:
            assert item.properties["proj:code"] == "EPSG:32632"
            assert item.properties["proj:shape"] == list(file.shape)
            assert item.properties["proj:transform"] == list(file.transform)[:6]
            expected = transform_bounds(file.crs, "EPSG:4326", *file.bounds)
        assert item.bbox == pytest.approx(expected, abs=1e-6)
        (ring,) = item.geometry["coordinates"]
        area = sum(x * b - a * y for (x, y), (a, b) in pairwise(ring))
        assert area > 0 and ring[0] == ring[-1]  # counter-clockwise, as GeoJSON wants it
        sources = [link.get_absolute_href() for link in item.links if link.rel == "derived_from"]
        assert {Path(source) for source in sources} == {finished.model, *map(Path, finished.inputs.values())}
    classes = items[0].assets["classes"].extra_fields["classification:classes"]
    assert [entry["title"] for entry in classes][:3] == ["building", "low vegetation", "tree"]
    assert all(re.fullmatch("[0-9A-Za-z_-]+", entry["name"]) for entry in classes)
    assert str(finished.run) not in path.read_text()


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32760"])
def test_footprints_across_the_date_line_are_cut_there(crs: str) -> None:
    """As GeoJSON wants them, whether the map's coordinates go on beyond the line or are metres."""
    wkt = rasterio.crs.CRS.from_user_input(crs).to_wkt()
    west, south, east, north = transform_bounds("EPSG:4326", crs, 179.98, -17.01, 180.02, -17)
    place = from_bounds(west, south, east, north, 50, 20)
    geometry, box = _footprint(Grid(wkt, place, 20, 50), Transformer.from_crs(wkt, "OGC:CRS84", always_xy=True))
    assert geometry["type"] == "MultiPolygon"
    longitudes = [x for part in geometry["coordinates"] for x, _ in part[0]]
    assert (min(longitudes), max(longitudes)) == (-180, 180)
    assert box == pytest.approx((179.98, -17.01, -179.98, -17), abs=2e-3)


@pytest.mark.parametrize(
    ("to", "name"), [("vrt", "map.vrt"), ("cog", "map.tif"), ("gti", "map.gpkg"), ("vrt", "areas.csv")]
)
def test_what_the_plan_reads_is_not_overwritten(finished: Region, tmp_path: Path, to: str, name: str) -> None:
    own = Region(finished.model, finished.inputs, Path(shutil.copytree(finished.run, tmp_path / "run")))
    (own.run / name).unlink(missing_ok=True)
    (own.run / name).symlink_to(finished.inputs["rgb"])
    with pytest.raises(InputError, match=f"{name} would overwrite the input"):
        own.join(to=to)
    assert (own.run / name).is_symlink()


def test_a_style_that_dis2_did_not_write_stays(finished: Region, tmp_path: Path) -> None:
    own = Region(finished.model, finished.inputs, Path(shutil.copytree(finished.run, tmp_path / "run")))
    (own.run / "map.qml").write_text("<qgis/>")
    events: list[Event] = []
    run_join(JoinJob(str(own.run)), progress=events.append)
    assert (own.run / "map.qml").read_text() == "<qgis/>"
    assert any("stays" in str(event.data.get("text")) for event in events if event.type == "warning")


def test_overviews_of_an_earlier_index_go_and_those_of_nothing_are_in_the_way(finished: Region, tmp_path: Path) -> None:
    """GDAL would show them for the new map at small scales."""
    own = Region(finished.model, finished.inputs, Path(shutil.copytree(finished.run, tmp_path / "run")))
    for name in ("map.gti", "map.gpkg"):
        (own.run / name).unlink(missing_ok=True)
    own.join()
    (own.run / "map.vrt.ovr").write_bytes(b"of the earlier map")
    own.join()
    assert not (own.run / "map.vrt.ovr").exists()
    (own.run / "map.gpkg").write_bytes(b"a person's")
    with pytest.raises(OutputNotWritable, match=r"map\.gpkg would be taken for a part"):
        own.join(to="gti")
    assert (own.run / "map.gpkg").read_bytes() == b"a person's"


def test_items_that_are_none_stay_and_those_of_earlier_plans_go(finished: Region, tmp_path: Path) -> None:
    own = Region(finished.model, finished.inputs, Path(shutil.copytree(finished.run, tmp_path / "run")))
    own.join(stac=True)
    items = own.run / "items"
    names = sorted(path.name for path in items.iterdir())
    (items / "r0009_c0009.json").write_text("{}")
    own.join(stac=True)
    assert sorted(path.name for path in items.iterdir()) == names
    (items / "mine.json").write_text("a person's")
    with pytest.raises(OutputNotWritable, match="items is in the way"):
        own.join(stac=True)
    assert (items / "mine.json").read_text() == "a person's"
    (items / "mine.json").unlink()
    (own.run / "collection.json").unlink()
    with pytest.raises(OutputNotWritable, match="belongs to no file"):
        own.join(stac=True)
    shutil.rmtree(items)
    items.write_text("a person's")
    with pytest.raises(OutputNotWritable, match="items is in the way"):
        own.join(stac=True)
    assert items.read_text() == "a person's"


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7, 0.9, 1.0])
@pytest.mark.parametrize("to", ["vrt", "gti", "cog"])
def test_a_disk_that_refuses_a_rename_leaves_all_as_it_was(
    finished: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, to: str
) -> None:
    own = Region(finished.model, finished.inputs, Path(shutil.copytree(finished.run, tmp_path / "run")))
    own.join(to=to, stac=True)
    (own.run / "areas.csv").write_text("earlier")
    (own.run / "items" / "r0000_c0000.json").write_text("{}")
    before = contents(own.run)
    calls, strike_at, replace_ = 0, 0, os.replace

    def refusing(*names: object) -> None:
        nonlocal calls
        calls += 1
        if calls == strike_at:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        replace_(*names)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", refusing)
    scratch = Region(own.model, own.inputs, Path(shutil.copytree(own.run, tmp_path / "other")))
    scratch.join(to=to, stac=True)
    strike_at, calls = round(share * calls), 0
    with pytest.raises(ResourceError, match="Check the disk"):
        own.join(to=to, stac=True)
    assert contents(own.run) == before
    strike_at = 0
    own.join(to=to, stac=True)
    assert contents(own.run).keys() == before.keys() and "earlier" not in (own.run / "areas.csv").read_text()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", ["map.tif", "plan.json", "missing/map.parquet"])
def test_polygons_take_no_other_file_s_place(finished: Region, tmp_path: Path, name: str) -> None:
    """It is told before anything is joined."""
    pytest.importorskip("pyarrow"), pytest.importorskip("shapely")
    (tmp_path / "map.tif").write_bytes(b"a person's")
    with pytest.raises((InputError, OutputNotWritable), match=r"GeoParquet|does not exist"):
        finished.join(to="vrt", polygons=str(tmp_path / name))
    assert (tmp_path / "map.tif").read_bytes() == b"a person's"


@pytest.fixture
def patchy(finished: Region, tmp_path: Path) -> Region:
    """The region with classes in patches of 13 pixels, noise where units meet, and stripes across all of them.

    What the network says of noise would be half a million polygons.
    """
    region = replace(finished, run=Path(shutil.copytree(finished.run, tmp_path / "run")))
    plan, generator = Plan.read(region.run), np.random.default_rng(4)
    height, width = plan.output.height, plan.output.width
    noise = generator.choice(np.array([0, 1, 2, 255], np.uint8), (height, width))
    classes = np.kron(noise[: height // 13 + 1, : width // 13 + 1], np.ones((13, 13), np.uint8))[:height, :width]
    for border in (plan.job.side, 2 * plan.job.side):
        classes[border - 2 : border + 2] = noise[border - 2 : border + 2]
        classes[:, border - 2 : border + 2] = noise[:, border - 2 : border + 2]
    classes[:, 640:650], classes[300:304] = 1, 2
    for unit in plan.all_units:
        path, (top, left, bottom, right) = region.run / "units" / f"{unit.name}.tif", plan.box(unit)
        with rasterio.open(path) as file:
            profile = file.profile
        with rasterio.open(path, "w", **profile) as file:
            file.write(classes[top:bottom, left:right], 1)
        note = json.loads(path.with_suffix(".json").read_text())
        note["sizes"]["classes"] = path.stat().st_size
        path.with_suffix(".json").write_text(json.dumps(note))
    return region


def test_polygons_are_those_of_the_whole_map(patchy: Region, tmp_path: Path) -> None:
    """The oracle is GDAL's polygons of the joined raster: the same patches, wherever units meet."""
    parquet, shapely = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("shapely")
    result = patchy.join(to="cog", polygons=str(tmp_path / "map.parquet"))
    table = parquet.read_table(tmp_path / "map.parquet")
    with rasterio.open(result.outputs["classes"]) as file:
        classes, place, crs = file.read(1), file.transform, file.crs
    wanted = {
        (int(value), shapely.normalize(shapely.geometry.shape(geometry)).wkt)
        for geometry, value in shapes(classes, mask=classes != 255, connectivity=4, transform=place)
    }
    found = shapely.from_wkb(table["geometry"].to_pylist())
    assert shapely.is_valid(found).all()
    values = table["value"].to_pylist()
    assert {(value, shapely.normalize(one).wkt) for value, one in zip(values, found, strict=True)} == wanted
    assert len(found) == len(wanted) and len(wanted) > 50
    np.testing.assert_allclose(shapely.area(found), table["pixels"].to_numpy())  # of 1 m
    for value, pixels in zip(*np.unique(classes[classes != 255], return_counts=True), strict=True):
        assert sum(n for v, n in zip(values, table["pixels"].to_pylist(), strict=True) if v == value) == pixels
    assert set(table["name"].to_pylist()) <= {"building", "low vegetation", "tree"}
    about = json.loads(table.schema.metadata[b"geo"])
    assert about["version"] == "1.1.0" and about["columns"]["geometry"]["encoding"] == "WKB"
    assert rasterio.crs.CRS.from_user_input(json.dumps(about["columns"]["geometry"]["crs"])) == crs


def test_shards_are_checked() -> None:
    from dis2_core.country.shards import interleaved, shard_of

    assert shard_of("3/64", {}) == (2, 64)
    assert shard_of("", {}) == (0, 1)
    assert shard_of("", {"CLOUD_RUN_TASK_INDEX": "4", "CLOUD_RUN_TASK_COUNT": "9"}) == (4, 9)
    slurm = {"SLURM_ARRAY_TASK_ID": "12", "SLURM_ARRAY_TASK_COUNT": "4", "SLURM_ARRAY_TASK_MIN": "10"}
    assert shard_of("", slurm) == (2, 4)
    assert shard_of("1/2", slurm) == (0, 2)

    for bad in ({"AWS_BATCH_JOB_ARRAY_INDEX": "1"}, {"BATCH_TASK_INDEX": "5", "BATCH_TASK_COUNT": "5"}):
        with pytest.raises(InputError):
            shard_of("", bad)
    with pytest.raises(ProtocolError):
        shard_of("0/4", {})
    parts = [list(interleaved(range(10), (index, 3))) for index in range(3)]
    assert sorted(number for part in parts for number in part) == list(range(10))


def simulated(folder: Path, region: Region) -> Plan:
    """A plan of 10⁶ × 10⁶ pixels, most of them of nothing, as a VRT tells."""
    vrt = folder / "large.vrt"
    vrt.write_text(
        '<VRTDataset rasterXSize="1000000" rasterYSize="1000000"><SRS>EPSG:32632</SRS>'
        "<GeoTransform>400000, 1, 0, 5000000, 0, -1</GeoTransform>"
        + "".join(
            f'<VRTRasterBand dataType="Byte" band="{band}"><SimpleSource>'
            f"<SourceFilename>{region.inputs['rgb']}</SourceFilename><SourceBand>{band}</SourceBand>"
            f'<SrcRect xOff="0" yOff="0" xSize="{WIDTH}" ySize="{HEIGHT}"/>'
            f'<DstRect xOff="500000" yOff="500000" xSize="{WIDTH}" ySize="{HEIGHT}"/></SimpleSource></VRTRasterBand>'
            for band in (1, 2, 3)
        )
        + "</VRTDataset>"
    )
    run_plan(PlanJob(str(region.model), {"rgb": Source(str(vrt))}, str(region.run), side=6144))
    return Plan.read(region.run)


def test_units_by_the_ten_thousand_take_seconds(region: Region, tmp_path: Path) -> None:
    started = time.process_time()
    plan = simulated(tmp_path, region)
    planning = time.process_time() - started
    assert len(plan.units) == 26_569
    units = region.run / "units"
    units.mkdir()
    note = {"plan": plan.hash, "name": "", "outputs": {}, "scenarios": {"rgb": 5}, "areas": {"0": [5, 5.0]}}
    text = json.dumps({**note, "windows": 1, "seconds": 1.0, "device": "cpu", "precision": "fp32", "version": "0"})
    for number, unit in enumerate(plan.all_units):
        if number % LINKS == 0:
            (first := units / f"{unit.name}.json").write_text(text)
        else:
            os.link(first, units / f"{unit.name}.json")
    started = time.process_time()
    status = run_status(StatusJob(str(region.run)))
    looking = time.process_time() - started
    started = time.process_time()
    result = run_join(JoinJob(str(region.run), to="gti"))
    joining = time.process_time() - started
    assert status.finished == result.units == len(plan.units)
    print(f"plan {planning:.1f} s, status {looking:.1f} s, join {joining:.1f} s of CPU")
    assert max(planning, looking, joining) < 15  # a hundred thousand, a minute
