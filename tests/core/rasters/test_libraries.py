"""GDAL and PROJ start with data of their own, say so where they fail, and are quoted in their own words."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine

from dis2_core.contract.errors import ResourceError, UnreadableRaster
from dis2_core.rasters import libraries
from dis2_core.rasters.libraries import KEEP, failure, use_own_data, words

WHEEL = Path(rasterio.__file__).parent / "proj_data" / "proj.db"
READ = "import sys; from dis2_core.rasters.georeference import read_grid; print(read_grid(sys.argv[1]).crs)"


@pytest.fixture
def foreign_proj(tmp_path):
    """A folder with PROJ's database as an older PROJ has it."""
    if not WHEEL.is_file():
        pytest.skip("rasterio brings no PROJ data")
    folder = tmp_path / "old proj"
    folder.mkdir()
    shutil.copy(WHEEL, folder)
    with sqlite3.connect(folder / "proj.db") as database:
        database.execute("UPDATE metadata SET value = '2' WHERE key = 'DATABASE.LAYOUT.VERSION.MINOR'")
    return str(folder)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.tif"
    place = {"crs": "EPSG:25832", "transform": Affine(0.5, 0, 500000, 0, -0.5, 5400000)}
    with rasterio.open(path, "w", driver="GTiff", height=8, width=8, count=1, dtype="uint8", **place) as file:
        file.write(np.ones((1, 8, 8), "uint8"))
    return str(path)


def read(photo, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PROJ_", "GDAL_"))}
    command = [sys.executable, "-c", READ, photo]
    return subprocess.run(command, env={**environment, **variables}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", ["PROJ_LIB", "PROJ_DATA"])
def test_a_database_of_another_proj_changes_nothing(photo, foreign_proj, name):
    assert read(photo, **{name: foreign_proj}).stdout == read(photo).stdout != ""


def test_a_driver_folder_of_another_gdal_and_lost_data_change_nothing(photo, tmp_path):
    nowhere = str(tmp_path / "nowhere")
    variables = {"GDAL_DRIVER_PATH": nowhere, "GDAL_DATA": nowhere, "PROJ_DATA": nowhere, "GDAL_SKIP": "GTiff"}
    assert read(photo, **variables).stdout == read(photo).stdout != ""


def test_who_insists_on_a_foreign_database_is_told_that_it_fails(photo, foreign_proj):
    done = read(photo, PROJ_DATA=foreign_proj, **{KEEP: "1"})
    assert done.returncode != 0
    assert "ResourceError: PROJ does not work here" in done.stderr
    assert "DATABASE.LAYOUT.VERSION.MINOR" in done.stderr


def test_what_leads_to_other_data_goes_and_all_else_stays(monkeypatch):
    monkeypatch.setattr(libraries, "_is_wheel", lambda: True)
    foreign = ["PROJ_LIB", "proj_data", "PROJ_NETWORK", "GDAL_DATA", "GDAL_DRIVER_PATH", "GDAL_VRT_ENABLE_PYTHON"]
    own = {"GDAL_HTTP_PROXY": "p", "CPL_DEBUG": "ON", "AWS_REGION": "r", "PATH": "/bin", "PROJECT": "x"}
    environment = {**dict.fromkeys(foreign, "/elsewhere"), **own}
    use_own_data(environment)
    assert environment == own
    insisting = {"PROJ_LIB": "/elsewhere", KEEP: "1"}
    use_own_data(insisting)
    assert insisting["PROJ_LIB"] == "/elsewhere"


def test_without_a_wheel_the_environment_is_the_one_that_knows(monkeypatch):
    monkeypatch.setattr(libraries, "_is_wheel", lambda: False)
    environment = {"PROJ_DATA": "/conda/share/proj"}
    use_own_data(environment)
    assert environment == {"PROJ_DATA": "/conda/share/proj"}


def test_the_innermost_cause_is_quoted():
    try:
        try:
            raise ValueError("ZIPDecode: bad\n  header")
        except ValueError as inner:
            raise OSError("Read failed. See previous exception for details.") from inner
    except OSError as error:
        assert words(error) == "ZIPDecode: bad header"
    assert len(words(ValueError("x" * 10_000))) < 300
    assert words(ValueError()) == "ValueError"


@pytest.mark.parametrize(
    ("said", "kind", "text"),
    [
        ("a.tif: TIFFFillTile:Read error at row 512; got 9 bytes, expected 20", UnreadableRaster, "bytes are missing"),
        ("a.jpg: libjpeg: Premature end of JPEG file", UnreadableRaster, "bytes are missing"),
        ("a.tif: Cannot open TIFF file due to missing codec JXL.", UnreadableRaster, "lacks the codec"),
        ("a.tif: Too many open files", ResourceError, "ulimit -n"),
        ("a.tif: ZIPDecode:Decoding error at scanline 296", UnreadableRaster, "the advice"),
    ],
)
def test_advice_fits_the_words_and_damage_is_said_of_missing_bytes_alone(said, kind, text):
    error = failure(said, "the advice", UnreadableRaster)
    assert type(error) is kind
    assert str(error).startswith(said.rstrip(".")) and text in str(error)
    assert ("damaged" in str(error)) == (text == "bytes are missing")


def test_a_file_that_cannot_be_opened_for_want_of_handles_is_not_called_damaged(photo):
    resource = pytest.importorskip("resource")
    code = f"""
import resource
from dis2_core.rasters.georeference import read_grid
read_grid({photo!r})
resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
handles = []
try:
    while True:
        handles.append(open("/dev/null"))
except OSError:
    pass
try:
    read_grid({photo!r})
except Exception as error:
    handles.clear()
    print(type(error).__name__, error)
"""
    assert resource
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("ResourceError") and "Too many open files" in done.stdout


def test_a_png_whose_end_is_missing_is_not_read_as_if_it_were_whole(tmp_path):
    from tiny_models import tiny_card

    from dis2_core.contract.segment_job import Source
    from dis2_core.rasters.inputs import describe
    from dis2_core.rasters.opening import gdal_environment
    from dis2_core.rasters.reading import ModalityReader

    path = tmp_path / "cut.png"
    values = np.random.default_rng(0).integers(0, 255, (3, 200, 200)).astype("uint8")
    with rasterio.open(path, "w", driver="PNG", height=200, width=200, count=3, dtype="uint8") as file:
        file.write(values)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    modality = tiny_card().modalities[0]
    with gdal_environment():
        item = describe(Source(str(path)), modality)
        with pytest.raises(UnreadableRaster, match=r"cut\.png: rows 0 to 200 cannot be read: .*libpng"):
            ModalityReader(item, modality, item.grid).read(0, 200)
