"""The demonstration: its scenes where there is data and where there is none."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from demo.__main__ import find_scenes
from demo.scenes import annecy, data_folder, zurich


@pytest.mark.slow
def test_a_machine_without_data_gets_a_city(tmp_path, monkeypatch):
    monkeypatch.setenv("DIS2_DATA", str(tmp_path / "nothing"))
    scenes = find_scenes(tmp_path, "auto")
    assert [scene.name for scene in scenes] == ["city"]
    assert scenes[0].rgb.is_file() and scenes[0].ndsm.is_file() and scenes[0].labels.is_file()


def test_annecy_is_split_into_what_the_model_takes(tmp_path):
    scene = annecy(tmp_path)
    if scene is None:
        pytest.skip(f"no flair2 in {data_folder()}")
    source = data_folder() / "flair2" / "IMG_050549_img.tif"
    with rasterio.open(source) as whole, rasterio.open(scene.rgb) as rgb, rasterio.open(scene.ndsm) as ndsm:
        assert np.array_equal(rgb.read(), whole.read((1, 2, 3)))
        assert ndsm.read(1) == pytest.approx(whole.read(5) * 0.2, abs=1e-4)
        assert rgb.transform == ndsm.transform == whole.transform
    assert scene.judged in ((0, 248), (264, 512))


def test_zurich_is_cut_where_it_lies(tmp_path):
    scene = zurich(tmp_path)
    if scene is None:
        pytest.skip(f"no zurich in {data_folder()}")
    with rasterio.open(data_folder() / "zurich" / "ndsm.tif") as whole, rasterio.open(scene.ndsm) as part:
        inside = whole.window(*part.bounds)
        assert np.array_equal(whole.read(window=inside), part.read())
