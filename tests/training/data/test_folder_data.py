from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch
from tiny_folder import DESCRIPTION, write_raster

from dis2_core.contract.errors import InputError, UnreadableRaster, WrongBands
from dis2_training.data.dataset import FolderDataset, band_statistics, class_pixels, write_folder
from dis2_training.data.description import Description
from dis2_training.data.layers import Box, RasterLayer
from dis2_training.data.sample import IGNORE, Sample, normalise, stack
from dis2_training.data.tiles import MemoryTile
from dis2_training.data.windows import RandomWindows, grid_windows


def coded_tile(height: int, width: int, labels: np.ndarray | None = None) -> MemoryTile:
    """A tile whose values say where each pixel comes from."""
    index = torch.arange(height * width, dtype=torch.float32).reshape(1, height, width)
    codes = torch.zeros(height, width, dtype=torch.int64) if labels is None else torch.from_numpy(labels)
    valid = torch.ones(height, width, dtype=torch.bool)
    return MemoryTile(
        "coded", Sample({"rgb": index.repeat(3, 1, 1), "ndsm": index}, {"rgb": valid, "ndsm": valid}, codes)
    )


def test_description_survives_its_file(tmp_path: Path) -> None:
    DESCRIPTION.write(tmp_path)
    assert Description.read(tmp_path) == DESCRIPTION


@pytest.mark.parametrize("text", ["", "modalities: []", "gsd: 1\nclasses: 3\nmodalities: 4", "a: [b"])
def test_damaged_description_is_one_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "dataset.yaml").write_text(text)
    with pytest.raises(InputError, match=r"dataset\.yaml"):
        Description.read(tmp_path)


def test_folder_holds_what_was_written(folder: Path) -> None:
    dataset = FolderDataset(folder, "train")
    assert [tile.name for tile in dataset.tiles] == ["a", "b"]
    sample = dataset.in_memory()[0].sample
    assert sample.values["rgb"].shape == (3, 64, 80) and sample.values["ndsm"].shape == (1, 64, 80)
    assert (sample.labels[:4] == IGNORE).all() and set(sample.labels[4:].unique().tolist()) <= {0, 1, 2}
    assert sample.valid["rgb"].all() and sample.valid["ndsm"].all()


def test_nodata_and_nan_are_holes(folder: Path) -> None:
    heights = np.ones((1, 64, 80), dtype=np.float32)
    heights[0, 10, 20], heights[0, 11, 21] = -9999, np.nan
    write_raster(folder / "train" / "ndsm" / "a.tif", heights, nodata=-9999)
    sample = FolderDataset(folder, "train").in_memory()[0].sample
    holes = torch.nonzero(~sample.valid["ndsm"]).tolist()
    assert holes == [[10, 20], [11, 21]]
    assert torch.isfinite(sample.values["ndsm"]).all()
    assert band_statistics([MemoryTile("a", sample)], DESCRIPTION.modalities[1]).bands[0].mean == 1.0


@pytest.mark.parametrize(("row", "col"), [(0, 0), (-5, 3), (60, 70), (10, -7)])
def test_lazy_and_loaded_tiles_agree(folder: Path, row: int, col: int) -> None:
    tile = FolderDataset(folder, "train").tiles[0]
    lazy, loaded = tile.read(row, col, 32, 32), tile.in_memory().read(row, col, 32, 32)
    assert torch.equal(lazy.labels, loaded.labels)
    for name in lazy.values:
        assert torch.equal(lazy.values[name], loaded.values[name])
        assert torch.equal(lazy.valid[name], loaded.valid[name])


def test_outside_the_tile_is_neither_valid_nor_labelled() -> None:
    sample = coded_tile(8, 8).read(-2, 5, 8, 8)
    inside = torch.zeros(8, 8, dtype=torch.bool)
    inside[2:, :3] = True
    assert torch.equal(sample.valid["rgb"], inside)
    assert torch.equal(sample.labels != IGNORE, inside)


def test_errors_name_the_file(folder: Path) -> None:
    (folder / "train" / "rgb" / "a.tif").write_text("no raster")
    with pytest.raises(UnreadableRaster, match=r"a\.tif"):
        FolderDataset(folder, "train")
    write_raster(folder / "train" / "rgb" / "a.tif", np.zeros((2, 64, 80), dtype=np.uint8))
    with pytest.raises(WrongBands, match="2 bands"):
        FolderDataset(folder, "train")
    write_raster(folder / "train" / "rgb" / "a.tif", np.zeros((3, 60, 80), dtype=np.uint8))
    with pytest.raises(InputError, match="differ in size"):
        FolderDataset(folder, "train")
    (folder / "train" / "rgb" / "a.tif").unlink()
    with pytest.raises(InputError, match=r"a\.tif is missing"):
        FolderDataset(folder, "train")
    with pytest.raises(InputError, match="no label raster"):
        FolderDataset(folder, "nowhere")


def test_label_that_is_no_class(folder: Path) -> None:
    write_raster(folder / "train" / "labels" / "a.tif", np.full((1, 64, 80), 3, dtype=np.uint8))
    with pytest.raises(InputError, match="hold 3"):
        FolderDataset(folder, "train").in_memory()


def test_statistics_are_numpys(folder: Path) -> None:
    tiles = FolderDataset(folder, "train").in_memory()
    measured = band_statistics(tiles, DESCRIPTION.modalities[0])
    pixels = np.concatenate([tile.sample.values["rgb"].numpy().reshape(3, -1) for tile in tiles], axis=1)
    assert np.allclose([band.mean for band in measured.bands], pixels.mean(axis=1), rtol=1e-5)
    assert np.allclose([band.std for band in measured.bands], pixels.std(axis=1), rtol=1e-5)
    inputs = normalise(stack([tile.sample for tile in tiles]), [measured])
    assert inputs["rgb"].mean().abs() < 1e-3 and abs(inputs["rgb"].std() - 1) < 1e-2


def test_holes_are_zero_after_normalisation() -> None:
    sample = coded_tile(4, 4).sample
    sample.valid["ndsm"][1, 2] = False
    modality = band_statistics([MemoryTile("t", sample)], DESCRIPTION.modalities[1])
    values = normalise(stack([sample]), [modality])["ndsm"]
    assert values[0, 0, 1, 2] == 0 and values[0, 0, 0, 0] != 0


@pytest.mark.parametrize("size", [(48, 48), (64, 80), (33, 50), (20, 70), (32, 32)])
def test_grid_windows_hold_every_label_once(size: tuple[int, int]) -> None:
    tile = coded_tile(*size)
    windows = grid_windows([tile], 32)
    assert all(window.size == (32, 32) for window in windows)
    seen = torch.cat([window.values["ndsm"][0][window.labels != IGNORE] for window in windows])
    assert sorted(seen.tolist()) == list(range(size[0] * size[1]))


def test_windows_without_labels_are_left_out() -> None:
    labels = np.full((32, 64), IGNORE, dtype=np.int64)
    labels[:, 40:] = 1
    assert len(grid_windows([coded_tile(32, 64, labels)], 32)) == 1


def test_random_windows_are_a_function_of_seed_and_index() -> None:
    tile = coded_tile(60, 70)
    first, again, other = (RandomWindows([tile], 2, 16, 10, seed=seed, scale=(0.7, 1.5)) for seed in (3, 3, 4))
    for index in (7, 0):  # in any order
        assert torch.equal(first[index].values["rgb"], again[index].values["rgb"])
    assert any(not torch.equal(first[i].values["rgb"], other[i].values["rgb"]) for i in range(10))
    assert len(list(first)) == 10


def test_class_aware_windows_hold_the_rare_class() -> None:
    labels = np.zeros((128, 128), dtype=np.int64)
    labels[100:103, 5:8] = 1  # 9 pixels of 16,384
    tile = coded_tile(128, 128, labels)

    def share(class_aware: float) -> float:
        windows = RandomWindows([tile], 2, 16, 200, class_aware=class_aware)
        return float(np.mean([(window.labels == 1).any().item() for window in windows]))

    assert share(0.0) < 0.1
    assert 0.4 < share(1.0) < 0.65  # one of two classes drawn


def test_a_tile_smaller_than_the_window_is_padded() -> None:
    for window in RandomWindows([coded_tile(20, 20)], 1, 32, 20, class_aware=0.5):
        assert window.size == (32, 32)
        assert int((window.labels != IGNORE).sum()) == 400


def test_class_pixels_count() -> None:
    labels = np.array([[0, 1, 1], [IGNORE, 1, 0]], dtype=np.int64)
    assert class_pixels([coded_tile(2, 3, labels)], 3).tolist() == [2, 3, 0]


def test_the_authors_name_of_the_label_folder(folder: Path) -> None:
    expected = FolderDataset(folder, "train").in_memory()[0].labels
    (folder / "train" / "labels").rename(folder / "train" / "gt")
    assert torch.equal(FolderDataset(folder, "train").in_memory()[0].labels, expected)


def test_nodata_of_a_label_file_may_be_a_class(folder: Path) -> None:
    labels = np.zeros((1, 64, 80), dtype=np.uint8)
    write_raster(folder / "train" / "labels" / "a.tif", labels, nodata=0)
    assert (FolderDataset(folder, "train").in_memory()[0].labels == 0).all()


def test_bytes_are_kept_as_bytes_and_given_back_as_promised() -> None:
    labels = torch.tensor([[0, 2], [IGNORE, 1]])
    valid = torch.ones(2, 2, dtype=torch.bool)
    values = {
        "bytes": torch.tensor([[[0.0, 255.0], [3.0, 4.0]]]),
        "metres": torch.tensor([[[0.5, -1.0], [300.0, 2.0]]]),
    }
    sample = Sample(values, {"bytes": valid, "metres": valid}, labels)
    tile = MemoryTile("t", sample)
    assert tile.nbytes == 4 * (1 + 4 + 1 + 1 + 1)
    for again in (tile.sample, tile.read(0, 0, 2, 2)):
        assert torch.equal(again.labels, labels) and again.labels.dtype == torch.int64
        for name in values:
            assert torch.equal(again.values[name], values[name]) and again.values[name].dtype == torch.float32


def test_a_tile_keeps_its_place(folder: Path) -> None:
    tile = FolderDataset(folder, "train").in_memory()[0]
    with rasterio.open(folder / "train" / "rgb" / "a.tif") as raster:
        assert tile.grid.bounds == pytest.approx(tuple(raster.bounds)) and "2154" in (tile.grid.crs or "")
    assert FolderDataset(folder, "train").tiles[0].rasters(folder)["rgb"] == folder / "train" / "rgb" / "a.tif"


def test_written_tiles_keep_holes_and_place(folder: Path, tmp_path: Path) -> None:
    heights = np.ones((1, 64, 80), dtype=np.float32)
    heights[0, 10, 20] = -9999
    write_raster(folder / "train" / "ndsm" / "a.tif", heights, nodata=-9999)
    source = FolderDataset(folder, "train")
    counts = write_folder(source, tmp_path)
    again = FolderDataset(tmp_path, "train")
    assert again.description == source.description
    for first, second in zip(source.in_memory(), again.in_memory(), strict=True):
        assert first.grid == second.grid and torch.equal(first.labels, second.labels)
        for name in ("rgb", "ndsm"):
            assert torch.equal(first.sample.values[name], second.sample.values[name])
            assert torch.equal(first.sample.valid[name], second.sample.valid[name])
    assert list(counts.values()) == class_pixels(source.in_memory(), 3).tolist()


def test_scale_and_offset_tags_count_as_they_do_in_prediction(tmp_path):
    """Oracle: 10 stored with the scale 0.5 and the offset 2 is 7; a file of codes has no scale."""
    path = tmp_path / "scaled.tif"
    with rasterio.open(path, "w", driver="GTiff", height=4, width=4, count=1, dtype="uint8") as file:
        file.write(np.full((1, 4, 4), 10, "uint8"))
        file.scales, file.offsets = (0.5,), (2.0,)
    values, valid = RasterLayer(path).read(Box(0, 0, 4, 4))
    assert valid.all() and (values == 7).all()
    codes, _ = RasterLayer(path, masked=False).read(Box(0, 0, 4, 4))
    assert (codes == 10).all()


def test_windows_of_coarser_tiles_show_as_much_ground(folder: Path) -> None:
    """The tiles of the folder have pixels of .2 m; windows of 16 pixels of .4 m are 32 of them wide."""
    tiles = FolderDataset(folder, "train").in_memory()[:1]
    as_they_are, coarser = (RandomWindows(tiles, 3, 16, 20, class_aware=0, gsd=gsd) for gsd in (0.2, 0.4))
    assert as_they_are.magnifications == [1.0]
    assert coarser.magnifications[0] == pytest.approx(2, rel=0.01)
    height, width = tiles[0].size
    corners = tiles[0].read(0, 0, height, width).values["ndsm"]
    for window in coarser:
        found = window.values["ndsm"][0, 0, 0]
        means = torch.nn.functional.avg_pool2d(corners, 2, stride=1)
        assert (means - found).abs().min() < 1e-4


def test_tiles_are_drawn_as_often_as_their_weights_say() -> None:
    labels = np.zeros((32, 32), dtype=np.int64)
    tiles = [coded_tile(32, 32, labels), coded_tile(32, 32, labels)]
    tiles[1].values("ndsm").add_(10_000)
    for class_aware in (0.0, 1.0):
        windows = RandomWindows(tiles, 1, 16, 400, class_aware=class_aware, weights=(1.0, 3.0))
        second = np.mean([float(window.values["ndsm"].min()) >= 10_000 for window in windows])
        assert second == pytest.approx(0.75, abs=0.07)


@pytest.mark.parametrize("gsd", [0.2 * 20, 0.2 / 20])
def test_a_tile_of_far_other_pixels_is_named(folder: Path, gsd: float) -> None:
    with pytest.raises(InputError, match="tile 'a'"):
        RandomWindows(FolderDataset(folder, "train").in_memory(), 3, 16, 1, gsd=gsd)
