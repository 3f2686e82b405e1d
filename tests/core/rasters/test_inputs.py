"""Rasters of every kind, good and bad, before a pixel is read."""

from __future__ import annotations

import warnings
from collections import Counter

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp
from tiny_models import tiny_card

from dis2_core.contract import errors
from dis2_core.contract.segment_job import Source
from dis2_core.rasters import opening
from dis2_core.rasters.georeference import read_grid
from dis2_core.rasters.inputs import _choose_bands, describe, open_inputs

CARD = tiny_card()
RGB, NDSM = CARD.modalities


def write(path, count=3, size=(20, 30), dtype="uint8", crs="EPSG:2154", origin=(700000, 6600000), **profile):
    profile.setdefault("transform", Affine(1, 0, origin[0], 0, -1, origin[1]))
    profile = {"driver": "GTiff", "dtype": dtype, "count": count, "crs": crs, **profile}
    with rasterio.open(path, "w", height=size[0], width=size[1], **profile) as dataset:
        dataset.write(np.ones((count, *size), dtype))
    return str(path)


def test_inputs_come_in_card_order(tmp_path):
    job = {"ndsm": Source(write(tmp_path / "h.tif", 1, dtype="float32")), "rgb": Source(write(tmp_path / "c.tif"))}
    first, second = open_inputs(job, CARD)
    assert (first.modality.name, second.modality.name) == ("rgb", "ndsm")
    assert first.grid.same_pixels(second.grid)
    assert first.bands == (1, 2, 3)
    assert first.scaling == ((1.0, 0.0),) * 3


def test_no_input_says_what_the_model_takes():
    with pytest.raises(errors.NoInput, match=r"rgb \(red, green, blue\); ndsm \(height\)"):
        open_inputs({}, CARD)


def test_unknown_modality_is_named():
    with pytest.raises(errors.UnknownModality, match=r"no modality 'sar'.*rgb \(red"):
        open_inputs({"sar": Source("x.tif")}, CARD)


def test_missing_empty_foreign_and_damaged_files_are_told_apart(tmp_path):
    (tmp_path / "empty.tif").touch()
    (tmp_path / "text.tif").write_text("no raster at all")
    broken = write(tmp_path / "broken.tif")
    with open(broken, "r+b") as file:
        file.truncate(12)
    expected = {
        "absent.tif": "There is no file",
        "empty.tif": "is empty",
        "text.tif": "not a raster",
        ".": "not a raster",
    }
    for name, text in {**expected, "broken.tif": "damaged"}.items():
        with pytest.raises(errors.UnreadableRaster, match=text) as caught:
            describe(Source(str(tmp_path / name)), RGB)
        assert str(tmp_path / name) in caught.value.message
        assert caught.value.hint
        assert caught.value.exit_code == 2


def test_a_file_without_permission_is_not_called_damaged(tmp_path, monkeypatch):
    (tmp_path / "secret.tif").write_text("not for you")
    monkeypatch.setattr(opening.os, "access", lambda path, mode: False)
    with pytest.raises(errors.UnreadableRaster, match=r"secret.tif may not be read"):
        describe(Source(str(tmp_path / "secret.tif")), RGB)


def test_names_that_are_no_local_paths_are_left_to_gdal(tmp_path):
    path = write(tmp_path / "c.tif")
    assert describe(Source(f"GTIFF_DIR:1:{path}"), RGB).grid.shape == (20, 30)
    with pytest.raises(errors.UnreadableRaster, match=r"/vsizip/none.zip/c.tif cannot be opened"):
        describe(Source("/vsizip/none.zip/c.tif"), RGB)


def test_vrt_is_read_and_one_of_absurd_size_is_refused(tmp_path):
    path = write(tmp_path / "c.tif")
    vrt = """<VRTDataset rasterXSize="{0}" rasterYSize="{0}">{1}</VRTDataset>"""
    band = f"""<VRTRasterBand dataType="Byte" band="%d"><SimpleSource><SourceFilename>{path}</SourceFilename>
        <SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>"""
    bands = "".join(band % i for i in (1, 2, 3))
    (tmp_path / "good.vrt").write_text(vrt.format(20, bands))
    assert describe(Source(str(tmp_path / "good.vrt")), RGB).grid.shape == (20, 20)
    (tmp_path / "huge.vrt").write_text(vrt.format(2_000_000_000, bands))
    with pytest.raises(errors.UnreadableRaster, match="declares 2000000000 × 2000000000"):
        describe(Source(str(tmp_path / "huge.vrt")), RGB)


def test_a_container_of_rasters_names_what_is_inside(tmp_path):
    path = tmp_path / "many.gpkg"
    for table in ("east", "west"):
        write(path, 1, driver="GPKG", RASTER_TABLE=table, APPEND_SUBDATASET="YES" if path.exists() else "NO")
    with pytest.raises(errors.UnreadableRaster, match=r"many.gpkg holds no raster band.*GPKG:.*:east"):
        describe(Source(str(path)), NDSM)


def test_blocks_that_do_not_fit_in_memory_are_refused(tmp_path, monkeypatch):
    path = write(tmp_path / "c.tif", blockysize=20)
    monkeypatch.setattr(opening, "MAX_BLOCK", 20 * 30 - 1)
    with pytest.raises(errors.UnreadableRaster, match=r"blocks of 30 × 20.*TILED=YES"):
        describe(Source(path), RGB)


def test_too_few_bands_names_file_count_and_what_is_expected(tmp_path):
    path = write(tmp_path / "grey.tif", 1)
    with pytest.raises(errors.WrongBands, match=r"grey.tif has 1 band; the model expects 3: rgb \(red, green, blue\)"):
        describe(Source(path), RGB)


def test_more_bands_take_the_first_and_say_so(tmp_path):
    raster = describe(Source(write(tmp_path / "c.tif", 5)), RGB)
    assert raster.bands == (1, 2, 3)
    assert [event.type for event in raster.remarks] == ["info"]
    assert "has 5 bands" in raster.remarks[0].data["text"]


def test_bands_are_asked_for_once_however_many_there_are(tmp_path):
    """Every property of an open file is a list of all bands, made anew: 65,535 of them took hours."""
    asked = Counter()

    class Counting:
        def __init__(self, dataset):
            self._dataset = dataset

        def __getattr__(self, name):
            asked[name] += 1
            return getattr(self._dataset, name)

    path = write(tmp_path / "many.tif", 40)
    with rasterio.open(path) as dataset:
        _choose_bands(Source(path), RGB, Counting(dataset))
    assert max(asked[name] for name in ("colorinterp", "descriptions", "dtypes", "nodatavals")) <= 2, asked


def test_expected_kinds_of_files_do_not_warn_and_filters_are_given_back(tmp_path):
    path = write(tmp_path / "c.tif", 4, crs=None, transform=Affine.identity(), nodata=0, photometric="RGB", alpha="YES")
    before = list(warnings.filters)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        describe(Source(path), RGB)
    assert list(warnings.filters) == before


def test_alpha_is_no_band(tmp_path):
    path = write(tmp_path / "c.tif", 4)
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [ColorInterp.alpha, ColorInterp.red, ColorInterp.green, ColorInterp.blue]
    raster = describe(Source(path), RGB)
    assert raster.bands == (2, 3, 4)
    assert [event.type for event in raster.remarks] == ["info"]


def told(raster, code):
    return [event.data["text"] for event in raster.remarks if event.data.get("code") == code]


@pytest.mark.parametrize(
    ("colours", "bands"),
    [
        (("blue", "green", "red"), (3, 2, 1)),
        (("undefined", "red", "green", "blue"), (2, 3, 4)),
        (("red", "green", "blue"), (1, 2, 3)),
        (("red", "green", "blue", "undefined"), (1, 2, 3)),
        (("gray", "undefined", "undefined"), (1, 2, 3)),
    ],
)
def test_bands_are_those_that_the_file_declares_and_the_choice_is_shown(tmp_path, colours, bands):
    path = write(tmp_path / "c.tif", len(colours), photometric="MINISBLACK")
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [ColorInterp[name] for name in colours]
    raster = describe(Source(path), RGB)
    assert raster.bands == bands
    assert f"red from band {bands[0]}" in raster.remarks[0].data["text"]
    assert not told(raster, "band-order")
    against = describe(Source(path, bands=bands[::-1]), RGB)
    assert against.bands == bands[::-1]
    assert len(told(against, "band-order")) == ("red" in colours)
    assert not told(describe(Source(path, bands=bands), RGB), "band-order")


def test_names_and_wavelengths_of_a_file_tell_its_bands(tmp_path):
    named = write(tmp_path / "named.tif", 4, dtype="uint16")
    with rasterio.open(named, "r+") as dataset:
        dataset.descriptions = ("B02", "B03", "B04", "B08")
    raster = describe(Source(named), RGB)
    assert raster.bands == (3, 2, 1)
    assert "red from band 3 (B04), green from band 2 (B03), blue from band 1 (" in raster.remarks[0].data["text"]
    measured = write(tmp_path / "cube", 5, dtype="uint16", driver="ENVI")
    header = tmp_path / "cube.hdr"
    header.write_text(
        header.read_text() + "wavelength units = Nanometers\nwavelength = {480.0, 500.0, 555.0, 600.0, 655.0}\n"
    )
    assert describe(Source(measured), RGB).bands == (5, 3, 1)


def test_a_colour_in_the_place_of_another_warns_where_the_file_knows_but_some(tmp_path):
    path = write(tmp_path / "c.tif", 3, photometric="MINISBLACK")
    with rasterio.open(path, "r+") as dataset:
        dataset.colorinterp = [ColorInterp.undefined, ColorInterp.green, ColorInterp.red]
    raster = describe(Source(path), RGB)
    assert raster.bands == (1, 2, 3)
    assert told(raster, "band-order") == [
        f"{path} says that band 3 is red, and it is read as blue. If the file is right, say --bands rgb=…."
    ]


def test_a_photo_given_as_heights_is_told(tmp_path):
    path = write(tmp_path / "photo.tif", photometric="RGB")
    assert "a photo, it seems" in told(describe(Source(path), NDSM), "bands")[0]
    assert not told(describe(Source(write(tmp_path / "h.tif", 1, dtype="float32")), NDSM), "bands")


def test_chosen_bands(tmp_path):
    path = write(tmp_path / "c.tif", 4)
    assert describe(Source(path, bands=(4, 1, 2)), RGB).bands == (4, 1, 2)
    with pytest.raises(errors.WrongBands, match="2 bands chosen"):
        describe(Source(path, bands=(1, 2)), RGB)
    with pytest.raises(errors.WrongBands, match="no band 5"):
        describe(Source(path, bands=(1, 2, 5)), RGB)


def test_palette_is_refused_for_imagery_alone(tmp_path):
    path = write(tmp_path / "map.tif", 1, photometric="palette")
    with rasterio.open(path, "r+") as dataset:
        dataset.write_colormap(1, {1: (10, 20, 30, 255)})
    with pytest.raises(errors.WrongBands, match=r"palette.*-expand rgb"):
        describe(Source(path), RGB)
    assert describe(Source(path), NDSM).bands == (1,)


@pytest.mark.parametrize("dtype", ["complex64", "complex_int16"])
def test_complex_numbers_are_refused(tmp_path, dtype):
    path = tmp_path / "slc.tif"
    profile = {"driver": "GTiff", "dtype": dtype, "count": 1, "height": 4, "width": 4}
    with rasterio.open(path, "w", **profile):
        pass
    with pytest.raises(errors.WrongBands, match="complex"):
        describe(Source(str(path)), NDSM)


def test_scale_and_offset_come_from_the_file_or_the_source(tmp_path):
    path = write(tmp_path / "h.tif", 1)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (-5.0,)
    assert describe(Source(path), NDSM).scaling == ((0.1, -5.0),)
    assert describe(Source(path, scale=(2, 1)), NDSM).scaling == ((2.0, 1.0),)


def test_crs_on_some_inputs_only_names_the_others(tmp_path):
    job = {"rgb": Source(write(tmp_path / "c.tif")), "ndsm": Source(write(tmp_path / "h.tif", 1, crs=None))}
    with pytest.raises(errors.GridMismatch, match=r"h.tif has no CRS.*Assign a CRS"):
        open_inputs(job, CARD)


def test_heights_with_a_vertical_crs_share_the_grid_of_the_photo(tmp_path):
    job = {
        "rgb": Source(write(tmp_path / "c.tif", crs="EPSG:2056")),
        "ndsm": Source(write(tmp_path / "h.tif", 1, crs="EPSG:2056+5728")),
    }
    first, second = open_inputs(job, CARD)
    assert first.grid.same_pixels(second.grid)


def test_spellings_of_one_crs_count_as_one(tmp_path):
    esri = rasterio.CRS.from_epsg(2154).to_wkt(version="WKT1_ESRI")
    job = {"rgb": Source(write(tmp_path / "c.tif")), "ndsm": Source(write(tmp_path / "h.tif", 1, crs=esri))}
    first, second = open_inputs(job, CARD)
    assert first.grid.crs == second.grid.crs


def test_local_coordinates_are_no_crs(tmp_path):
    path = write(tmp_path / "c.tif", crs=rasterio.CRS.from_wkt('LOCAL_CS["site",UNIT["metre",1]]'))
    assert read_grid(path).crs is None


def test_without_crs_sizes_and_places_must_agree(tmp_path):
    plain = {"crs": None, "transform": Affine.identity()}
    rgb = Source(write(tmp_path / "c.tif", **plain))
    same = open_inputs({"rgb": rgb, "ndsm": Source(write(tmp_path / "h.tif", 1, **plain))}, CARD)
    assert same[0].grid.same_pixels(same[1].grid)
    larger = Source(write(tmp_path / "l.tif", 1, size=(20, 31), **plain))
    with pytest.raises(errors.GridMismatch, match=r"c.tif \(30 × 20\).*l.tif \(31 × 20\)"):
        open_inputs({"rgb": rgb, "ndsm": larger}, CARD)
    here = Source(write(tmp_path / "here.tif", crs=None))
    there = Source(write(tmp_path / "there.tif", 1, crs=None, origin=(0, 0)))
    with pytest.raises(errors.GridMismatch, match="world coordinates differ"):
        open_inputs({"rgb": here, "ndsm": there}, CARD)


def test_without_crs_pixels_alone_take_the_others_coordinates(tmp_path):
    placed = Source(write(tmp_path / "h.tif", 1, crs=None))
    plain = Source(write(tmp_path / "c.tif", crs=None, transform=Affine.identity()))
    first, second = open_inputs({"rgb": plain, "ndsm": placed}, CARD)
    assert first.grid == second.grid
    assert first.grid.bounds[0] == 700000


def test_ground_control_points_are_no_grid(tmp_path):
    corners = [(0, 0), (0, 30), (20, 0), (20, 30)]
    points = [GroundControlPoint(row=row, col=col, x=col, y=-row) for row, col in corners]
    path = write(tmp_path / "c.tif", crs=None, transform=Affine.identity())
    with rasterio.open(path, "r+") as dataset:
        dataset.gcps = (points, rasterio.CRS.from_epsg(4326))
    with pytest.raises(errors.GridMismatch, match=r"c.tif has ground control points.*gdalwarp"):
        read_grid(path)


def test_rational_polynomials_are_no_grid(tmp_path):
    path = write(tmp_path / "raw.tif", crs=None, transform=Affine.identity())
    names = [
        "LINE_OFF",
        "SAMP_OFF",
        "LAT_OFF",
        "LONG_OFF",
        "HEIGHT_OFF",
        "LINE_SCALE",
        "SAMP_SCALE",
        "LAT_SCALE",
        "LONG_SCALE",
        "HEIGHT_SCALE",
    ]
    numbers = {f"{part}_{half}_COEFF": " ".join(["0"] * 20) for part in ("LINE", "SAMP") for half in ("NUM", "DEN")}
    with rasterio.open(path, "r+") as file:
        file.update_tags(ns="RPC", **dict.fromkeys(names, "1"), **numbers)
    with pytest.raises(errors.GridMismatch, match=r"raw\.tif has rational polynomial coefficients"):
        describe(Source(path), RGB)


def test_a_crs_without_a_place_is_no_georeference(tmp_path):
    path = write(tmp_path / "nowhere.tif", transform=Affine.identity())
    with pytest.raises(errors.GridMismatch, match=r"nowhere\.tif has a CRS, but nothing says where"):
        describe(Source(path), RGB)


@pytest.mark.parametrize(
    "transform",
    [
        Affine(1e9, 0, 0, 0, -1e9, 0),
        Affine(1e12, 0, 0, 0, -1e12, 0),
        Affine(1e-300, 0, 0, 0, -1e-300, 0),
        Affine(1, 0, float("nan"), 0, -1, 0),
        Affine(float("inf"), 0, 0, 0, -1, 0),
        Affine(1, 0, 700000, 0, 0, 6600000),
        Affine(1, 1, 700000, 1, 1, 6600000),
    ],
)
@pytest.mark.parametrize("crs", ["EPSG:2154", "EPSG:4326", None])
def test_pixels_of_no_possible_size_or_place_are_refused(tmp_path, transform, crs):
    path = write(tmp_path / "odd.tif", crs=crs, transform=transform)
    with pytest.raises(errors.GridMismatch, match=r"odd\.tif"):
        describe(Source(path), RGB)


@pytest.mark.parametrize("place", [(500000, 5400000, 0.2), (13, 91.5, 0.1), (2000, 45, 0.1), (-900, 0, 1)])
def test_metres_called_degrees_are_refused(tmp_path, place):
    path = write(tmp_path / "m.tif", crs="EPSG:4326", transform=Affine(place[2], 0, place[0], 0, -place[2], place[1]))
    with pytest.raises(errors.GridMismatch, match=r"m\.tif is in EPSG:4326, .*no degrees.* -a_srs"):
        describe(Source(path), RGB)


def test_degrees_called_metres_are_refused(tmp_path):
    path = write(tmp_path / "d.tif", crs="EPSG:25832", transform=Affine(2e-6, 0, 8.5, 0, -2e-6, 47.4))
    with pytest.raises(errors.GridMismatch, match=r"d\.tif is in EPSG:25832, .*may be degrees.* -a_srs"):
        describe(Source(path), RGB)


@pytest.mark.parametrize("place", [(-180.25, 90.25, 0.5, 721, 361), (0, 90, 1, 360, 180), (179.9, 0, 0.01, 20, 20)])
def test_whole_worlds_of_degrees_are_fine(tmp_path, place):
    west, north, pixel, width, height = place
    path = write(
        tmp_path / "w.tif", crs="EPSG:4326", size=(height, width), transform=Affine(pixel, 0, west, 0, -pixel, north)
    )
    assert describe(Source(path), RGB).grid.shape == (height, width)


def test_a_turn_that_nobody_sees_is_none(tmp_path):
    turned = Affine(1, 1e-17, 700000, -1e-17, -1, 6600000)
    grid = read_grid(write(tmp_path / "t.tif", transform=turned))
    assert grid.is_north_up and (grid.transform.b, grid.transform.d) == (0, 0)
    visible = read_grid(write(tmp_path / "v.tif", transform=Affine(1, 1e-3, 700000, -1e-3, -1, 6600000)))
    assert not visible.is_north_up and visible.transform.b == 1e-3


def test_local_coordinates_are_told(tmp_path):
    local = 'LOCAL_CS["site",UNIT["metre",1]]'
    item = describe(Source(write(tmp_path / "l.tif", crs=local)), RGB)
    assert item.grid.crs is None
    assert any("tied to no place" in event.data["text"] for event in item.remarks)
