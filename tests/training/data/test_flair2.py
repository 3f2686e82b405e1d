from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import rasterio
from tiny_folder import write_raster

from dis2_core.contract.errors import WrongBands
from dis2_training.data.dataset import FolderDataset
from dis2_training.data.sample import IGNORE
from dis2_training.data.sets import prepare
from dis2_training.data.sets.flair2_patches import CLASSES, GAP, STRIP, read_patch, training_half, validation_rows

ROOT = Path(os.environ.get("DIS2_DATA") or Path(__file__).parents[4] / "shared" / "data") / "flair2"


@pytest.fixture
def patches(tmp_path: Path) -> Path:
    """One made-up patch: FLAIR codes in blocks, the right half richer than the left."""
    source = tmp_path / "source"
    rng = np.random.default_rng(0)
    codes = np.full((256, 256), 8, dtype=np.uint8)
    codes[:, 160:] = 1
    codes[:100, 200:] = 10
    codes[:20, 240:] = 18  # a code that is no class
    image = rng.integers(0, 255, (5, 256, 256), dtype=np.uint8)
    write_raster(source / "IMG_000001_img.tif", image)
    write_raster(source / "IMG_000001_msk.tif", codes[None])
    return source


def test_splits_do_not_touch(patches: Path, tmp_path: Path) -> None:
    prepare("flair2", patches, tmp_path / "out")
    bounds, labels = {}, {}
    for split in ("train", "validation", "test"):
        with rasterio.open(tmp_path / "out" / split / "labels" / "IMG_000001.tif") as raster:
            bounds[split], labels[split] = raster.bounds, raster.read(1)
    assert bounds["train"].left - bounds["test"].right == pytest.approx(GAP * 0.2)
    trained, validated = (np.flatnonzero((labels[split] != IGNORE).any(axis=1)) for split in ("train", "validation"))
    assert len(validated) == STRIP
    assert np.abs(trained[:, None] - validated).min() == GAP + 1


def test_values_are_where_they_were(patches: Path, tmp_path: Path) -> None:
    counts = prepare("flair2", patches, tmp_path / "out")
    with rasterio.open(patches / "IMG_000001_img.tif") as raster:
        image = raster.read()
    sample = FolderDataset(tmp_path / "out", "train").in_memory()[0].sample
    assert np.array_equal(sample.values["rgb"].numpy(), image[:3, :, 136:])
    assert np.allclose(sample.values["ndsm"].numpy(), image[4:, :, 136:] * 0.2)
    assert counts["test"]["brushwood"] == 256 * 120 and counts["test"]["building"] == 0
    assert counts["train"]["herbaceous vegetation"] + counts["validation"]["herbaceous vegetation"] > 0


def test_the_richer_half_trains_and_the_left_on_a_tie() -> None:
    labels = np.zeros((64, 64), dtype=np.uint8)
    assert training_half(labels) == (slice(0, 24), slice(40, 64))
    labels[:, 50:] = 1
    assert training_half(labels) == (slice(40, 64), slice(0, 24))
    labels[:, 50:] = IGNORE  # not labelled is no class
    assert training_half(labels) == (slice(0, 24), slice(40, 64))


def test_the_strip_holds_as_many_classes_as_it_can() -> None:
    labels = np.zeros((512, 100), dtype=np.uint8)
    labels[300:] = 1
    rows = validation_rows(labels)
    assert rows.stop - rows.start == STRIP and rows.start < 300 < rows.stop


def test_an_image_of_other_bands_is_one_clear_error(patches: Path) -> None:
    image = patches / "IMG_000001_img.tif"
    write_raster(image, np.zeros((4, 256, 256), dtype=np.uint8))
    with pytest.raises(WrongBands, match=r"IMG_000001_img\.tif has 4 bands"):
        read_patch(image)


@pytest.mark.skipif(not any(ROOT.glob("IMG_*_img.tif")), reason=f"no FLAIR #2 patches in {ROOT} (DIS2_DATA)")
def test_all_classes_are_in_all_splits_of_the_real_patches(tmp_path: Path) -> None:
    counts = prepare("flair2", ROOT, tmp_path / "out")
    for pixels in counts.values():
        assert list(pixels) == [name for _, name, _ in CLASSES]
        assert min(pixels.values()) >= 500
