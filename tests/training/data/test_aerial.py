"""The sources of the shipped aerial model, joined: what each may teach, and what scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny_folder import write_raster

from dis2_core.contract.errors import InputError
from dis2_training.data.sample import IGNORE
from dis2_training.data.sets import open_dataset
from dis2_training.data.sets.aerial import BUILDING, CLASSES, GROUND, HELD_OUT, TREES, WATER


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    codes = rng.choice([1, 5, 7, 10, 18], (1, 128, 128)).astype(np.uint8)
    for name in (HELD_OUT, "IMG_000001"):
        write_raster(tmp_path / "flair2" / f"{name}_img.tif", rng.integers(1, 255, (5, 128, 128), dtype=np.uint8))
        write_raster(tmp_path / "flair2" / f"{name}_msk.tif", codes)
    photo = rng.integers(1, 255, (3, 32, 32), dtype=np.uint8)
    photo[:, :4] = 0  # beyond the scene
    for folder, photo_name, label_name in (
        ("aerial_ign_mini", "ign_1_img.tif", "ign_1_lab.tif"),
        ("aerial_autzen", "rgb.tif", "weak.tif"),
    ):
        write_raster(tmp_path / folder / photo_name, photo)
        write_raster(tmp_path / folder / label_name, np.resize([1, 2, 3, 5, 255], (1, 32, 32)).astype(np.uint8))
    return tmp_path


def test_sources_labelled_from_heights_teach_the_photo_alone(sources: Path) -> None:
    tiles = {tile.name: tile for tile in open_dataset("aerial", sources, "train", cities=1, city_size=128).loaded()}
    assert set(tiles) == {"flair-IMG_000001", "ign-ign_1_img", "autzen-rgb", "city-1000"}
    for name, tile in tiles.items():
        assert tile.valid("ndsm").any() == name.startswith(("flair", "city"))
    autzen = tiles["autzen-rgb"]
    assert set(autzen.labels.unique().tolist()) == {BUILDING, TREES, WATER, GROUND, IGNORE}
    assert not autzen.valid("rgb")[:4].any() and autzen.valid("rgb")[4:].all()


def test_nothing_of_them_and_no_city_scores(sources: Path) -> None:
    names = [tile.name for tile in open_dataset("aerial", sources, "test").loaded()]
    assert names == ["flair-IMG_000001", f"flair-{HELD_OUT}"]
    half, whole = open_dataset("aerial", sources, "test").in_memory()
    assert half.size == (128, 56) and whole.size == (128, 128)


def test_cities_of_the_splits_are_others(sources: Path) -> None:
    names = [
        {tile.name for tile in open_dataset("aerial", sources, split, cities=8).tiles if "city" in tile.name}
        for split in ("train", "validation", "city")
    ]
    assert [len(found) for found in names] == [8, 1, 2]
    assert len(set.union(*names)) == 11


def test_a_city_has_the_six_classes() -> None:
    (tile,) = open_dataset("aerial", "nowhere", "city", cities=1, city_size=256).in_memory()
    assert set(tile.labels.unique().tolist()) == set(range(len(CLASSES)))


def test_without_patches_there_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="IMG"):
        open_dataset("aerial", tmp_path, "test")
