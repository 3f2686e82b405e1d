"""A run that goes on where it was broken off, and inputs of many files."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.shutil
from affine import Affine
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window
from regions import OUTPUTS, Read, Region

from dis2_core.contract.country_jobs import ResumeJob
from dis2_core.contract.errors import Cancelled, InputError, OutputNotWritable
from dis2_core.contract.segment_job import Event, Job, Source
from dis2_core.country.plan import Plan
from dis2_core.country.resume import run_resumed

pytestmark = pytest.mark.slow


def test_a_run_goes_on_and_is_the_same_map(finished: Region, read: Read, tmp_path: Path) -> None:
    job = Job(
        str(finished.model),
        {name: Source(path) for name, path in finished.inputs.items()},
        {name: str(tmp_path / f"{name}.tif") for name in OUTPUTS} | {"areas": str(tmp_path / "areas.csv")},
        device="cpu",
        overlap=0.25,
        batch_size=1,
        threads=1,
    )
    events: list[Event] = []
    with pytest.raises(Cancelled):
        run_resumed(
            ResumeJob(job, 512),
            progress=events.append,
            cancelled=lambda: any("4 of" in str(event.data.get("detail")) for event in events),
        )
    units = tmp_path / "classes.tif.units" / "units"
    before = {path.name: path.stat().st_mtime_ns for path in units.glob("*.json")}
    assert len(before) == 4 and not (tmp_path / "classes.tif").exists()
    told: list[Event] = []
    result = run_resumed(ResumeJob(job, 512), progress=told.append)
    assert any("5 of" in str(event.data.get("detail")) for event in told)
    joined = finished.join().outputs
    for name in OUTPUTS:
        np.testing.assert_array_equal(read(result.outputs[name]), read(joined[name]), err_msg=name)
    assert not units.parent.exists()
    assert "building" in (tmp_path / "areas.csv").read_text()


def test_a_source_of_an_input_is_not_overwritten(region: Region, tmp_path: Path) -> None:
    """Nor is what the run reads besides its inputs."""
    photo = Path(shutil.copy(region.inputs["rgb"], tmp_path / "photo.tif"))
    before = photo.read_bytes()
    with rasterio.open(photo) as file, WarpedVRT(file) as warped:
        rasterio.shutil.copy(warped, tmp_path / "photo.vrt", driver="VRT")
    inputs = {"rgb": Source(str(tmp_path / "photo.vrt"))}
    for target, options in ((photo, {}), (tmp_path / "pixels.tif", {"grid": str(tmp_path / "pixels.tif")})):
        shutil.copy(photo, tmp_path / "pixels.tif")
        with pytest.raises(InputError, match=f"{target.name} would overwrite the input"):
            run_resumed(ResumeJob(Job(str(region.model), inputs, {"classes": str(target)}, **options), 512))
    assert photo.read_bytes() == before and {path.suffix for path in tmp_path.iterdir()} == {".tif", ".vrt"}


def test_a_file_in_the_place_of_the_folder_is_told(region: Region) -> None:
    region.run.write_text("a person's")
    with pytest.raises(OutputNotWritable, match="is a file, not a folder"):
        region.plan()
    assert region.run.read_text() == "a person's"


def cut(path: str, folder: Path, side: int) -> Path:
    """Cut a raster into tiles."""
    folder.mkdir()
    with rasterio.open(path) as file:
        for row in range(0, file.height, side):
            for col in range(0, file.width, side):
                part = Window(col, row, min(side, file.width - col), min(side, file.height - row))
                profile = {**file.profile, "width": part.width, "height": part.height}
                profile["transform"] = file.window_transform(part)
                with rasterio.open(folder / f"{row}_{col}.tif", "w", **profile) as tile:
                    tile.write(file.read(window=part))
    return folder


def test_many_files_are_one_input(finished: Region, region: Region, read: Read, tmp_path: Path) -> None:
    folders = {name: cut(path, tmp_path / name, 300) for name, path in finished.inputs.items()}
    plans = []
    for form in ("{}/*.tif", "{}"):
        region.plan(inputs={name: form.format(folder) for name, folder in folders.items()})
        plans.append({name: item.tiles for name, item in Plan.read(region.run).inputs.items()})
    assert plans[0] == plans[1] and {name: len(tiles) for name, tiles in plans[0].items()} == {"rgb": 16, "ndsm": 16}
    region.work()
    outputs, expected = region.join().outputs, finished.join().outputs
    for name in OUTPUTS:
        np.testing.assert_array_equal(read(outputs[name]), read(expected[name]), err_msg=name)


@pytest.mark.parametrize("east", [179.999, 0.0, -180.001])
def test_tiles_on_both_sides_of_the_date_line_are_neighbours(region: Region, tmp_path: Path, east: float) -> None:
    """As the same tiles are elsewhere; longitudes are between -180 and 180, as files have them."""
    size, rgb = 2**-17, np.full((3, 100, 200), 90, dtype=np.uint8)  # degrees, of which a turn has a whole number
    for number in range(3):
        left = (east // size + 200 * number) * size
        place = Affine(size, 0, (left + 180) % 360 - 180, 0, -size, 1)
        shape = {"count": 3, "height": 100, "width": 200, "dtype": "uint8"}
        with rasterio.open(tmp_path / f"{number}.tif", "w", crs="EPSG:4326", transform=place, **shape) as file:
            file.write(rgb)
    region.plan(inputs={"rgb": f"{tmp_path}/*.tif"}, grid="finest", overlap=0.0)
    plan = Plan.read(region.run)
    assert [tile[1:] for tile in plan.inputs["rgb"].tiles] == [(0, col, 100, 200) for col in (0, 200, 400)]
    assert plan.output.width <= 600 + 2


def test_rasters_of_several_lattices_are_refused(region: Region, tmp_path: Path) -> None:
    folder = cut(region.inputs["rgb"], tmp_path / "rgb", 700)
    with rasterio.open(folder / "0_0.tif", "r+") as file:
        t = file.transform
        file.transform = rasterio.Affine(t.a, 0, t.c + 0.4, 0, t.e, t.f)
    with pytest.raises(InputError, match="has other pixels"):
        region.plan(inputs={"rgb": str(folder)})
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no raster in"):
        region.plan(inputs={"rgb": str(tmp_path / "empty")})
