"""Plans are priced before a pixel is read: small files that would take much memory are refused with the numbers."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import rasterio
from affine import Affine

from dis2_core.cli.arguments import size_in_bytes
from dis2_core.contract.errors import InputError, ResourceError, UnreadableRaster
from dis2_core.contract.other_jobs import NdsmJob
from dis2_core.contract.segment_job import Job, Source
from dis2_core.heights import ndsm
from dis2_core.network import DIS2Config
from dis2_core.prediction.planning import batch_memory, prepare
from dis2_core.rasters.opening import BLOCK_CACHE, block_size, gdal_environment, open_dataset
from dis2_core.run.device import THREADS_A_CORE
from dis2_core.run.machine import memory
from dis2_core.run.machine.cores import usable_cores

PLACE = {"crs": "EPSG:32632", "transform": Affine(1, 0, 500_000, 0, -1, 5_000_000)}


def sparse(path, width, height, bands=3, **options):
    """A GeoTIFF that declares much and holds nothing: a few hundred kB."""
    shape = {"width": width, "height": height, "count": bands, "dtype": "uint8", "SPARSE_OK": "TRUE"}
    with rasterio.open(path, "w", driver="GTiff", **PLACE, **{**shape, **options}):
        pass
    return str(path)


def job(path, tmp_path, **more):
    return Job("m", {"rgb": Source(path)}, {"classes": str(tmp_path / "map.tif")}, **more)


@pytest.fixture(autouse=True)
def _machine_of_16_gb(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 16_000_000_000)


def test_a_very_wide_raster_is_refused_with_the_numbers(card, tmp_path):
    path = sparse(tmp_path / "wide.tif", 10_000_000, 256, 3)
    with (
        gdal_environment(),
        pytest.raises(ResourceError, match=r"about [\d,]+ MB of memory; the machine has 16,000 MB"),
    ):
        prepare(job(path, tmp_path), card)


def test_the_bound_that_a_person_sets_counts(card, tmp_path):
    path = sparse(tmp_path / "a.tif", 2000, 2000, 3, tiled=True)
    with gdal_environment():
        needed = prepare(job(path, tmp_path, max_memory=1 << 40), card).memory()
        prepare(job(path, tmp_path, max_memory=needed), card)
        with pytest.raises(ResourceError, match="--max-memory"):
            prepare(job(path, tmp_path, max_memory=needed - 1), card)


@pytest.mark.parametrize(("interleave", "bands", "size"), [("PIXEL", 3, 3 << 20), ("BAND", 3, 1 << 20)])
def test_interleaved_blocks_count_all_their_bands(tmp_path, interleave, bands, size):
    path = sparse(
        tmp_path / "a.tif", 2048, 2048, bands, tiled=True, blockxsize=1024, blockysize=1024, INTERLEAVE=interleave
    )
    with open_dataset(path) as dataset:
        assert block_size(dataset) == size


def test_blocks_add_to_the_price_of_every_thread(card, tmp_path):
    small = sparse(tmp_path / "s.tif", 8192, 64, tiled=True, INTERLEAVE="PIXEL")
    large = sparse(
        tmp_path / "l.tif",
        8192,
        64,
        tiled=True,
        blockxsize=8192,
        blockysize=8192,
        INTERLEAVE="PIXEL",
        COMPRESS="DEFLATE",
    )
    with gdal_environment():
        prices = [prepare(job(path, tmp_path, threads=2, max_memory=1 << 40), card).memory() for path in (small, large)]
    assert prices[1] - prices[0] == 2 * 2 * 3 * 8192 * 8192 - BLOCK_CACHE


@pytest.mark.parametrize(
    "options",
    [{"bands": 65_535, "blockxsize": 256, "blockysize": 256}, {"bands": 6, "blockxsize": 16_384, "blockysize": 16_384}],
)
def test_blocks_beyond_all_measure_are_refused_before_they_are_read(card, tmp_path, options):
    path = sparse(tmp_path / "huge.tif", 512, 512, tiled=True, INTERLEAVE="PIXEL", **options)
    with gdal_environment(), pytest.raises(UnreadableRaster, match=r"[\d,]+ MB each; at most 1,074 MB"):
        prepare(job(path, tmp_path), card)


def test_heights_are_priced_too(tmp_path):
    dsm = sparse(tmp_path / "dsm.tif", 10_000_000, 256, 1, dtype="float32")
    dtm = sparse(tmp_path / "dtm.tif", 10_000_000, 256, 1, dtype="float32")
    with pytest.raises(ResourceError, match=r"MB of memory|MB left|no space"):
        ndsm.run_ndsm(NdsmJob(Source(dsm), Source(dtm), str(tmp_path / "ndsm.tif")))
    assert not (tmp_path / "ndsm.tif").exists()


@pytest.mark.parametrize(
    ("text", "size"),
    [("8G", 8 << 30), ("500M", 500 << 20), ("1.5g", 3 << 29), ("64 KiB", 65536), ("1000", 1000), (None, None)],
)
def test_sizes_are_read_as_people_write_them(text, size):
    assert size_in_bytes(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1G", "0", "1e9", "9" * 5000, "8X"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(InputError, match="no amount of memory"):
        size_in_bytes(text)


def test_the_bound_is_part_of_the_job(tmp_path):
    made = job("a.tif", tmp_path, max_memory=123)
    assert Job.from_json(made.to_json()) == made and json.loads(made.to_json())["max_memory"] == 123
    with pytest.raises(InputError):
        job("a.tif", tmp_path, max_memory=0)


def test_as_many_windows_at_once_as_threads_and_memory_allow(card, tmp_path):
    path = sparse(tmp_path / "a.tif", 2000, 2000, 3, tiled=True)

    def prepared(**options):
        with gdal_environment():
            return prepare(job(path, tmp_path, batch_size=2, **options), card)

    assert (prepared(threads=1).workers, prepared(threads=3).workers) == (1, 3)
    price = batch_memory(DIS2Config.from_card(card), 2)
    assert prepared(threads=3).memory() - prepared(threads=2).memory() > price  # readers have theirs, too
    most = prepared(threads=4).memory()
    assert prepared(threads=4, max_memory=most).workers == 4
    assert prepared(threads=4, max_memory=most - 1).workers == 3
    assert prepared(threads=4, max_memory=most - 3 * price).workers == 1
    with pytest.raises(ResourceError, match="fewer --threads"):
        prepared(threads=4, max_memory=most - 3 * price - 1)


def test_no_more_windows_at_once_than_there_are(card, tmp_path):
    path = sparse(tmp_path / "a.tif", 40, 40, 3)
    with gdal_environment():
        setup = prepare(job(path, tmp_path, threads=64, batch_size=1), card)
    assert setup.workers == len(setup.windows)


def test_a_million_threads_are_as_many_as_the_cores_have_a_use_for(card, tmp_path):
    path = sparse(tmp_path / "a.tif", 20_000, 2000, 3, tiled=True)
    with gdal_environment():
        setup = prepare(job(path, tmp_path, threads=10**6, batch_size=1, overlap=0.0), card)
    assert setup.workers <= THREADS_A_CORE * usable_cores() < len(setup.windows)


@pytest.mark.skipif(sys.platform == "win32", reason="needs the peak of a process's memory")
def test_what_windows_take_is_not_underestimated():
    """The process is measured while a network of the authors' size answers for both scenarios of a window."""
    code = """if True:
        import resource, torch
        from dis2_core.network import DIS2Config, build_network
        from dis2_core.network.folding import fold_norms
        def peak(): return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        torch.set_num_threads(1)
        for form in ("shared", "paper"):
            config = DIS2Config(form=form, width=16, classes=8, window=(256, 256))
            network = fold_norms(build_network(config).eval()).to(memory_format=torch.channels_last)
            windows = {name: torch.zeros(1, bands, 256, 256) for name, bands in config.modalities}
            windows = {name: x.contiguous(memory_format=torch.channels_last) for name, x in windows.items()}
            before = peak()
            with torch.inference_mode():
                network.forward_scenarios(windows, config.scenarios())
            print(peak() - before)
    """
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    priced = batch_memory(DIS2Config(width=16, classes=8, window=(256, 256)), 1)
    for taken in map(int, run.stdout.split()):
        assert taken < priced
