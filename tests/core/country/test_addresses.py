"""Rasters on a server: served in ranges, slowly, broken off, refused for a while, and replaced between two reads."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import pytest
import rasterio
from affine import Affine
from regions import QUICK, Region
from tiny_models import save_tiny_model

from dis2_core.contract.errors import UnitsFailed, UnreadableRaster
from dis2_core.country import work

pytestmark = pytest.mark.slow


@dataclass
class Server:
    """A server that runs; see ``ranges_server``."""

    address: str
    folder: Path

    def set(self, **mood: object) -> None:
        urlopen(f"{self.address}/~set?{urlencode(mood)}").close()

    def get(self) -> dict[str, Any]:
        with urlopen(f"{self.address}/~get") as answer:
            return dict(json.load(answer))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Region:
    """A finished region whose photo of one unit is large enough to be read in several ranges."""
    folder = tmp_path_factory.mktemp("here")
    values = np.random.default_rng(3).integers(1, 256, (3, 200, 300), dtype=np.uint8)
    where = {"crs": "EPSG:32632", "transform": Affine(1, 0, 400_000, 0, -1, 5_000_000)}
    profile = {"driver": "GTiff", "count": 3, "height": 200, "width": 300, "dtype": "uint8", "interleave": "band"}
    with rasterio.open(folder / "rgb.tif", "w", **profile, **where) as file:
        file.write(values)
    model = save_tiny_model(folder / "tiny.safetensors", **QUICK)
    region = Region(model, {"rgb": str(folder / "rgb.tif")}, folder / "run")
    region.plan(outputs=("classes",))
    region.work()
    return region


@pytest.fixture
def place(here: Region, tmp_path: Path) -> tuple[Path, Path]:
    """A model, and a folder with the photo."""
    folder = tmp_path / "served"
    folder.mkdir()
    shutil.copy(here.inputs["rgb"], folder)
    return here.model, folder


@pytest.fixture
def server(place: tuple[Path, Path]) -> Iterator[Server]:
    script = Path(__file__).with_name("ranges_server.py")
    with subprocess.Popen(
        [sys.executable, "-I", str(script), str(place[1])], stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        yield Server(f"http://127.0.0.1:{int(running.stdout.readline())}", place[1])
        running.terminate()


@pytest.fixture
def local(here: Region) -> dict[str, bytes]:
    """What is made of the same file here, but for the names in its tags."""
    return pixels(here)


def pixels(region: Region) -> dict[str, bytes]:
    found = {}
    for path in (region.run / "units").glob("*.tif"):
        with rasterio.open(path) as file:
            found[path.name] = file.read().tobytes()
    return found


@pytest.fixture
def away(place: tuple[Path, Path], server: Server, tmp_path: Path) -> Region:
    """The same region, its raster on the server, planned while that does well."""
    region = Region(place[0], {"rgb": f"{server.address}/rgb.tif"}, tmp_path / "away")
    region.plan(outputs=("classes",))
    return region


def test_ranges_are_enough(away: Region, server: Server, local: dict[str, bytes]) -> None:
    before = server.get()["ranges"]
    away.work()
    assert pixels(away) == local and server.get()["ranges"] > before


def test_a_slow_server_is_waited_for(away: Region, server: Server, local: dict[str, bytes]) -> None:
    server.set(slow=0.3)
    away.work()
    assert pixels(away) == local


@pytest.mark.parametrize("kind", ["503", "torn"])
def test_what_goes_wrong_for_a_while_is_tried_again(
    away: Region, server: Server, local: dict[str, bytes], kind: str
) -> None:
    server.set(kind=kind, trouble=2)
    away.work(retries=3)
    assert pixels(away) == local and server.get()["trouble"] == 0


def test_what_stays_wrong_fails_the_unit_and_is_mended_later(
    away: Region, server: Server, local: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "PAUSE", 0.0)
    server.set(kind="torn", trouble=10_000)
    with pytest.raises(UnitsFailed, match=r"rgb\.tif"):
        away.work(retries=0)
    assert not pixels(away)
    server.set(trouble=0)
    away.work()
    assert pixels(away) == local


def test_a_file_that_is_gone_at_the_plan_is_one_clear_error(
    place: tuple[Path, Path], server: Server, tmp_path: Path
) -> None:
    region = Region(place[0], {"rgb": f"{server.address}/none.tif"}, tmp_path / "none")
    with pytest.raises(UnreadableRaster, match=r"none\.tif"):
        region.plan()


def test_a_file_that_is_gone_later_fails_the_unit(away: Region, server: Server) -> None:
    (server.folder / "rgb.tif").rename(server.folder / "elsewhere.tif")
    with pytest.raises(UnitsFailed, match="does not answer, or has it no more"):
        away.work(retries=0)


def test_a_file_that_was_replaced_after_the_plan_fails_the_unit(away: Region, server: Server) -> None:
    server.set(tag="2")
    with pytest.raises(UnitsFailed, match="has changed since the plan"):
        away.work(retries=0)


def test_a_file_that_is_replaced_between_two_reads_fails_the_unit(away: Region, server: Server) -> None:
    """The first range is of one file, the next of another one: nothing in the bytes tells."""
    server.set(next_tag="2")
    with pytest.raises(UnitsFailed, match="has changed since the plan"):
        away.work(retries=0)
    assert not pixels(away)
