from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import rasterio.shutil

from dis2_core.rasters.sources import files_behind

NESTED = """<VRTDataset rasterXSize="4" rasterYSize="4"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>
<SourceFilename relativeToVRT="1">inner.vrt</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand>
</VRTDataset>"""


def test_a_vrt_consists_of_its_sources_and_theirs(tmp_path: Path, write_raster: Callable[..., str]) -> None:
    path = write_raster("a.tif", np.ones((1, 4, 4), np.uint8))
    rasterio.shutil.copy(path, tmp_path / "inner.vrt", driver="VRT")
    (tmp_path / "outer.vrt").write_text(NESTED)
    found = files_behind([str(tmp_path / "outer.vrt")])
    assert {Path(item).name for item in found} == {"outer.vrt", "inner.vrt", "a.tif"}


def test_what_is_no_raster_stands_for_itself(tmp_path: Path) -> None:
    (tmp_path / "a.geojson").write_text("{}")
    paths = (str(tmp_path / "a.geojson"), str(tmp_path / "missing.tif"))
    assert files_behind(paths) == paths
