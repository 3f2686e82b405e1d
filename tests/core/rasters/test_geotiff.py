"""How GeoTIFFs are stored: GDAL says of the file what was asked for, and impossible wishes are refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
from affine import Affine
from rasterio.enums import Resampling

from dis2_core.contract.errors import InputError
from dis2_core.contract.segment_job import CREATION_OPTIONS
from dis2_core.rasters.geotiff import GeoTiffWriter, Storage
from dis2_core.rasters.grid import Grid

UTM = rasterio.crs.CRS.from_epsg(32632).to_wkt()


def grid(height: int, width: int) -> Grid:
    return Grid(UTM, Affine(1, 0, 400_000, 0, -1, 5_000_000), height, width)


def written(path: Path, values: np.ndarray, step: int = 100, **options: str) -> Path:
    storage = Storage.of(options)
    dtype = str(values.dtype)
    storage.require(grid(*values.shape[1:]), len(values), dtype)
    bands = [f"band {number}" for number in range(len(values))]
    with GeoTiffWriter(path, grid(*values.shape[1:]), bands, dtype=dtype, storage=storage) as writer:
        for top in range(0, values.shape[1], step):
            writer.write(values[:, top : top + step])
        writer.finish(Resampling.nearest)
    return path


@pytest.mark.parametrize("compress", ["DEFLATE", "LZW", "NONE", "PACKBITS", "ZSTD", "zstd"])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_every_compression_keeps_every_value(tmp_path: Path, compress: str, dtype: str) -> None:
    values = np.random.default_rng(0).integers(0, 250, (2, 300, 270)).astype(dtype)
    with rasterio.open(written(tmp_path / "a.tif", values, COMPRESS=compress)) as file:
        np.testing.assert_array_equal(file.read(), values)
        assert (file.compression.name.upper() if file.compression else "NONE") == compress.upper()


@pytest.mark.parametrize("step", [1, 130, 500])
@pytest.mark.parametrize(("block", "overviews"), [(128, [2, 4]), (144, [2, 4]), (160, [2]), (1024, [])])
def test_tiles_of_any_size(tmp_path: Path, block: int, overviews: list[int], step: int) -> None:
    values = np.random.default_rng(0).integers(0, 250, (1, 300, 270), dtype=np.uint8)
    with rasterio.open(written(tmp_path / "a.tif", values, step, BLOCKSIZE=str(block))) as file:
        assert file.block_shapes == [(block, block)]
        assert file.overviews(1) == overviews
        np.testing.assert_array_equal(file.read(), values)


def test_predictors(tmp_path: Path) -> None:
    def predictor(path: Path) -> str:
        with rasterio.open(path) as file:
            return file.tags(ns="IMAGE_STRUCTURE").get("PREDICTOR", "1")

    whole, real = np.ones((1, 20, 20), dtype=np.uint8), np.ones((1, 20, 20), dtype=np.float32)
    assert predictor(written(tmp_path / "a.tif", whole)) == "1"
    assert predictor(written(tmp_path / "b.tif", real)) == "3"
    assert predictor(written(tmp_path / "c.tif", whole, PREDICTOR="2", ZLEVEL="9")) == "2"
    assert predictor(written(tmp_path / "d.tif", real, PREDICTOR="2", COMPRESS="ZSTD", ZSTD_LEVEL="1")) == "2"
    assert predictor(written(tmp_path / "e.tif", real, COMPRESS="NONE")) == "1"


def test_bigtiff_and_threads(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif", np.ones((1, 20, 20), dtype=np.uint8), BIGTIFF="YES", NUM_THREADS="ALL_CPUS")
    assert path.read_bytes()[2] == 43  # of a BigTIFF; 42 is a classic one


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("COMPRESS=JPEG", "DEFLATE, LZW, NONE"),
        ("COMPRESS=LERC", "COMPRESS=LERC is not possible"),
        ("BLOCKSIZE=500", "multiple of 16"),
        ("BLOCKSIZE=16", "from 128 to 4096"),
        ("BLOCKSIZE=-512", "square tiles"),
        ("PREDICTOR=4", "1, 2, 3"),
        ("ZLEVEL=0", "from 1 to 9"),
        ("ZLEVEL=²", "from 1 to 9"),
        ("NUM_THREADS=many", "ALL_CPUS"),
        ("BIGTIFF=MAYBE", "IF_SAFER"),
        ("ZSTD_LEVEL=9", "no effect with COMPRESS=DEFLATE"),
        ("COMPRESS=LZW ZLEVEL=9", "compress with DEFLATE"),
        ("COMPRESS=NONE PREDICTOR=2", "DEFLATE, LZW, ZSTD"),
    ],
)
def test_what_is_impossible_is_refused(option: str, text: str) -> None:
    with pytest.raises(InputError, match=text):
        Storage.of(dict(pair.split("=") for pair in option.split()))


def test_every_known_option_is_checked() -> None:
    for name in CREATION_OPTIONS:
        with pytest.raises(InputError, match=name):
            Storage.of({name: "nonsense"})


def test_predictor_of_real_numbers_on_whole_ones() -> None:
    storage = Storage.of({"PREDICTOR": "3"})
    storage.require(grid(10, 10), 1, "float32")
    with pytest.raises(InputError, match="whole ones"):
        storage.require(grid(10, 10), 1, "uint8")


@pytest.mark.parametrize(
    ("options", "fits"),
    [
        ({}, True),
        ({"BIGTIFF": "YES"}, True),
        ({"BIGTIFF": "IF_NEEDED", "COMPRESS": "NONE"}, True),
        ({"BIGTIFF": "IF_NEEDED"}, False),
        ({"BIGTIFF": "NO"}, False),
    ],
)
def test_files_that_may_outgrow_four_gigabytes(options: dict[str, str], fits: bool) -> None:
    storage = Storage.of(options)
    storage.require(grid(1000, 1000), 1, "float32")
    if fits:
        storage.require(grid(100_000, 100_000), 1, "float32")
    else:
        with pytest.raises(InputError, match="4 GB"):
            storage.require(grid(100_000, 100_000), 1, "float32")
