"""A file named as a picture asks no server and reads no other file; what is named as a description may, and says so."""

from __future__ import annotations

import http.server
import os
import threading

import numpy as np
import pytest
import rasterio
from affine import Affine
from tiny_models import tiny_card

from dis2_core.contract.errors import InputError, UnreadableRaster
from dis2_core.contract.segment_job import Source
from dis2_core.rasters.formats import allowed_drivers, is_file_name
from dis2_core.rasters.inputs import describe
from dis2_core.rasters.opening import gdal_environment, open_dataset
from dis2_core.rasters.reading import ModalityReader

NDSM = tiny_card().modalities[1]


@pytest.fixture
def server():
    """A loopback server, and the paths that it was asked for."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}", asked
        served.shutdown()


def picture(path, **tags):
    place = {"crs": "EPSG:25832", "transform": Affine(1, 0, 500000, 0, -1, 5400000)}
    with rasterio.open(path, "w", driver="GTiff", height=20, width=20, count=1, dtype="float32", **place) as file:
        file.write(np.ones((1, 20, 20), "float32"))
        if tags:
            file.update_tags(ns="OVERVIEWS", **tags)
    return str(path)


def vrt(source, metadata=""):
    return f"""<VRTDataset rasterXSize="20" rasterYSize="20"><SRS>EPSG:25832</SRS>
<GeoTransform>500000, 1, 0, 5400000, 0, -1</GeoTransform>{metadata}
<VRTRasterBand dataType="Float32" band="1"><SimpleSource><SourceFilename>{source}</SourceFilename>
<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"""


def raw_vrt(source):
    return f"""<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand dataType="Byte" band="1"
subClass="VRTRawRasterBand"><SourceFilename relativetoVRT="0">{source}</SourceFilename></VRTRasterBand></VRTDataset>"""


def wms(address):
    return f"""<GDAL_WMS><Service name="TMS"><ServerUrl>{address}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>
<DataWindow><UpperLeftX>-1</UpperLeftX><UpperLeftY>1</UpperLeftY><LowerRightX>1</LowerRightX><LowerRightY>-1</LowerRightY>
<SizeX>20</SizeX><SizeY>20</SizeY></DataWindow><BandsCount>1</BandsCount></GDAL_WMS>"""


TEXTS = {
    "VRT": lambda address, secret: vrt(f"/vsicurl/{address}/x.tif"),
    "raw VRT": lambda address, secret: raw_vrt(secret),
    "WMS": lambda address, secret: wms(address),
    "WCS": lambda address, secret: (
        f"<WCS_GDAL><ServiceURL>{address}/?</ServiceURL><CoverageName>a</CoverageName></WCS_GDAL>"
    ),
    "WMTS": lambda address, secret: f"<GDAL_WMTS><GetCapabilitiesUrl>{address}/c.xml</GetCapabilitiesUrl></GDAL_WMTS>",
    "MRF": lambda address, secret: (
        f"<MRF_META><CachedSource><Source>/vsicurl/{address}/x</Source></CachedSource></MRF_META>"
    ),
    "STAC": lambda address, secret: f'{{"stac_version":"1.0.0","links":[],"assets":{{"a":{{"href":"{address}/a"}}}}}}',
}


def read_all(path):
    with gdal_environment():
        item = describe(Source(path), NDSM)
        reader = ModalityReader(item, NDSM, item.grid)
        try:
            return item, reader.read(0, item.grid.height)
        finally:
            reader.close()


@pytest.mark.parametrize("name", ["photo.tif", "photo.png", "photo", "photo.json"])
@pytest.mark.parametrize("kind", TEXTS)
def test_a_description_that_is_named_as_a_picture_is_refused_unread(tmp_path, server, kind, name):
    address, asked = server
    secret = tmp_path / "secret.txt"
    secret.write_text("four bytes")
    path = tmp_path / name
    path.write_text(TEXTS[kind](address, secret))
    with pytest.raises(UnreadableRaster, match=name):
        read_all(str(path))
    assert asked == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["photo.tif", "photo.tif.msk", "photo.tif.ovr", "photo.aux", "photo.xml", "photo.IMD"])
def test_nobody_waits_at_a_pipe(tmp_path, name):
    """Neither as the raster, nor beside it, nor as a source of a VRT."""
    path = tmp_path / "photo.tif"
    if name != path.name:
        picture(path)
    os.mkfifo(tmp_path / name)
    with pytest.raises(UnreadableRaster, match="pipe"):
        open_dataset(str(path))
    (tmp_path / "drawn.vrt").write_text(vrt(tmp_path / name))
    with gdal_environment(), pytest.raises(UnreadableRaster, match="pipe"):
        open_dataset(str(tmp_path / "drawn.vrt"))


@pytest.mark.parametrize("suffix", [".msk", ".ovr"])
def test_side_files_reach_no_further(tmp_path, server, suffix):
    address, asked = server
    path = picture(tmp_path / "photo.tif")
    mask = '<Metadata><MDI key="INTERNAL_MASK_FLAGS_1">2</MDI></Metadata>'
    (tmp_path / f"photo.tif{suffix}").write_text(vrt(f"/vsicurl/{address}/x.tif", mask))
    with pytest.raises(UnreadableRaster, match=rf"photo\.tif\{suffix}.* is no GeoTIFF"):
        read_all(path)
    assert asked == []


def test_a_picture_cannot_name_an_address_for_its_overviews(tmp_path, server):
    address, asked = server
    path = picture(tmp_path / "photo.tif", OVERVIEW_FILE=f"/vsicurl/{address}/x.ovr")
    with pytest.raises(UnreadableRaster, match="draws on another file"):
        read_all(path)
    assert asked == []


def test_real_masks_and_overviews_beside_a_picture_are_heeded(tmp_path):
    path = picture(tmp_path / "photo.tif")
    with rasterio.Env(TIFF_USE_OVR=True, GDAL_TIFF_INTERNAL_MASK=False), rasterio.open(path, "r+") as file:
        mask = np.full((20, 20), 255, "uint8")
        mask[:10] = 0
        file.write_mask(mask)
        file.build_overviews([2])
    assert (tmp_path / "photo.tif.msk").exists() and (tmp_path / "photo.tif.ovr").exists()
    _, chunk = read_all(path)
    assert not chunk.valid[:10].any() and chunk.valid[10:].all()


def test_what_is_named_as_a_description_is_read_and_told(tmp_path):
    source = picture(tmp_path / "part.tif")
    path = tmp_path / "mosaic.vrt"
    path.write_text(vrt(source))
    item, chunk = read_all(str(path))
    assert chunk.valid.all() and (chunk.values == 1).all()
    assert any(f"draws on other files: {source}" in event.data["text"] for event in item.remarks)


def test_an_address_is_asked_because_the_person_named_it(server):
    address, asked = server
    with pytest.raises(InputError):
        open_dataset(f"{address}/photo.tif")
    assert "/photo.tif" in asked


@pytest.mark.parametrize(
    ("name", "anything"),
    [
        ("a.tif", False),
        ("A.VRT", True),
        ("C:/data/a.tif", False),
        ("https://example.org/a.tif?key=b.vrt", False),
        ("/vsicurl/https://example.org/a.vrt", True),
        ("/vsizip/a.zip/b.tif", False),
        ("zip://a.zip!b.tif", False),
        ('NETCDF:"a.nc":height', True),
        ("GTIFF_DIR:1:a.tif", True),
        ("vrt://a.tif?bands=1", True),
    ],
)
def test_the_name_decides_which_drivers_may_open_it(name, anything):
    allowed = allowed_drivers(name)
    assert (allowed is None) == anything
    assert allowed is None or ("GTiff" in allowed and not {"VRT", "WMS", "WMTS", "WCS", "HTTP", "GTI"} & set(allowed))


def test_a_colon_in_the_name_of_a_file_is_no_connection(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    picture("vrt:photo.tif")
    assert is_file_name("vrt:photo.tif") and allowed_drivers("vrt:photo.tif") is not None
    assert not is_file_name("vrt:absent.tif")


def test_notes_beside_a_picture_that_break_off_are_not_dropped_in_silence(tmp_path):
    path = picture(tmp_path / "photo.tif")
    notes = tmp_path / "photo.tif.aux.xml"
    whole = "<PAMDataset><Metadata><MDI key='a'>b</MDI></Metadata></PAMDataset>\n"
    notes.write_text(whole)
    read_all(path)
    notes.write_text(whole[:40])
    with pytest.raises(UnreadableRaster, match=r"photo\.tif\.aux\.xml is damaged"):
        read_all(path)
