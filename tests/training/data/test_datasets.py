from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import miniatures
import numpy as np
import pytest
import torch
from miniatures import MINIATURES, SIDE, decimetres, grey, metres, seed_of, truth

from dis2_core.contract.card import ModelCard
from dis2_core.contract.errors import InputError, UnreadableRaster
from dis2_training.cli import main
from dis2_training.data.check.neighbours import Look, borders, continued
from dis2_training.data.check.scenes import SceneFacts, deal
from dis2_training.data.check.scenes import scenes as joined_scenes
from dis2_training.data.dataset import FolderDataset, TileDataset
from dis2_training.data.sample import IGNORE, Sample
from dis2_training.data.sets import DATASETS, open_dataset, prepare, split_names
from dis2_training.data.sets.files import SPLITS, drawn
from dis2_training.data.sets.ombria_scenes import HELD_OUT, SCENES, few_labels, scene_of, scene_split

pytest.importorskip("h5py")


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Writes each miniature once."""
    folders: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in folders:
            folders[name] = MINIATURES[name][0](tmp_path_factory.mktemp(name))
        return folders[name]

    return folder


def whole(dataset: TileDataset, name: str) -> Sample:
    tile = next(tile for tile in dataset.tiles if tile.name == name)
    return tile.read(0, 0, *tile.size)


def test_every_data_set_has_a_miniature() -> None:
    assert set(MINIATURES) == set(DATASETS) - {"folder", "aerial"}  # joined of others: test_aerial.py


@pytest.mark.slow
@pytest.mark.parametrize("name", MINIATURES)
def test_samples_keep_the_promises_of_their_description(name: str, written: Callable[[str], Path]) -> None:
    seen: set[str] = set()
    for split in SPLITS:
        dataset = open_dataset(name, written(name), split)
        description = dataset.description
        names = [tile.name for tile in dataset.tiles]
        assert names and len(set(names)) == len(names) and not seen & set(names)
        seen |= set(names)
        for tile in dataset.tiles[:3]:
            sample = tile.read(0, 0, *tile.size)
            assert list(sample.values) == list(description.modality_names)
            for modality in description.modalities:
                values, valid = sample.values[modality.name], sample.valid[modality.name]
                assert values.dtype == torch.float32 and values.shape == (len(modality.bands), *tile.size)
                assert torch.isfinite(values).all() and (values[:, ~valid] == 0).all() and valid.any()
            codes = set(sample.labels.unique().tolist()) - {IGNORE}
            assert sample.labels.dtype == torch.int64 and codes <= set(range(len(description.classes)))
    ModelCard(name, description.modalities, description.classes, (64, 64), description.gsd)  # says what is wrong


@pytest.mark.slow
@pytest.mark.parametrize("name", MINIATURES)
def test_windows_are_the_same_from_files_and_from_memory(name: str, written: Callable[[str], Path]) -> None:
    dataset = open_dataset(name, written(name), "train")
    tile, loaded = dataset.tiles[0], dataset.in_memory()[0]
    for box in ((0, 0, SIDE, SIDE), (-3, 5, 8, 16), (9, -2, 12, 7)):
        first, second = tile.read(*box), loaded.read(*box)
        assert torch.equal(first.labels, second.labels)
        for modality in first.values:
            assert torch.equal(first.values[modality], second.values[modality])
            assert torch.equal(first.valid[modality], second.valid[modality])
    assert loaded.grid == tile.grid


@pytest.mark.slow
@pytest.mark.parametrize("name", MINIATURES)
def test_rasters_hold_what_the_tile_holds(name: str, written: Callable[[str], Path], tmp_path: Path) -> None:
    dataset = open_dataset(name, written(name), "test")
    tile = dataset.tiles[0]
    sample = tile.read(0, 0, *tile.size)
    prepared = tmp_path / "prepared"
    prepare(name, written(name), prepared)
    again = whole(FolderDataset(prepared, "test"), tile.name)
    for modality, path in tile.rasters(tmp_path).items():
        assert path.exists() and torch.equal(again.values[modality], sample.values[modality])
        assert torch.equal(again.valid[modality], sample.valid[modality])
    assert torch.equal(again.labels, sample.labels)
    assert split_names("folder", prepared) == list(SPLITS)


@pytest.mark.slow
@pytest.mark.parametrize("name", MINIATURES)
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    write, file = MINIATURES[name]
    missing = write(tmp_path) / file
    missing.unlink()
    with pytest.raises(InputError, match=f"{missing.stem}.* is missing"):
        for split in SPLITS:  # some sets draw their validation part
            open_dataset(name, tmp_path, split)


@pytest.mark.parametrize("name", MINIATURES)
def test_an_empty_folder_is_one_clear_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing|holds no"):
        open_dataset(name, tmp_path, "train")
    with pytest.raises(InputError, match=r"is no folder|holds no"):
        open_dataset(name, tmp_path / "nowhere", "train")


def test_wrong_names_are_clear_errors(written: Callable[[str], Path]) -> None:
    with pytest.raises(InputError, match=r"no data set 'cityscapes'.*potsdam"):
        open_dataset("cityscapes", ".", "train")
    with pytest.raises(InputError, match=r"no split 'val'.*validation"):
        open_dataset("ombria", written("ombria"), "val")
    with pytest.raises(InputError, match=r"no option 'eroded'.*height"):
        open_dataset("geonrw", written("geonrw"), "train", eroded=True)


def test_potsdam_has_the_official_split(written: Callable[[str], Path]) -> None:
    tiles = {
        split: {tile.name for tile in open_dataset("potsdam", written("potsdam"), split).tiles} for split in SPLITS
    }
    assert len(tiles["train"]) + len(tiles["validation"]) == 24 and len(tiles["test"]) == 14
    assert set.union(*tiles.values()) == set(miniatures.POTSDAM)
    assert tiles["test"] >= {"2_13", "3_14", "4_15", "6_15", "7_13"} and "7_12" not in tiles["test"]


def test_potsdam_reads_colours_metres_and_short_height_models(written: Callable[[str], Path]) -> None:
    dataset = open_dataset("potsdam", written("potsdam"), "train", clutter=True)
    for name in (miniatures.OFF_YELLOW, miniatures.BLENDED, miniatures.SHORT):
        sample = whole(dataset, name)
        assert np.array_equal(sample.labels.numpy(), truth(name, 6))
        assert np.array_equal(sample.values["rgb"].numpy(), grey(name, 3))
        heights = sample.values["ndsm"].numpy()[:, :, :-1]
        assert np.allclose(heights, 0.1 * decimetres(name)[:, :, :-1], atol=0.3)  # JPEG
        assert sample.valid["ndsm"][:, :-1].all()
    assert not whole(dataset, miniatures.SHORT).valid["ndsm"][:, -1].any()
    grid = dataset.tiles[0].grid
    assert grid.crs is not None and "33N" in grid.crs and grid.resolution == pytest.approx((0.05, 0.05))


def test_potsdam_variants(written: Callable[[str], Path]) -> None:
    root = written("potsdam")
    five = open_dataset("potsdam", root, "train")
    sample = whole(five, "2_10")
    expected = np.where(truth("2_10", 6) == 5, IGNORE, truth("2_10", 6))
    assert np.array_equal(sample.labels.numpy(), expected) and len(five.description.classes) == 5
    eroded = open_dataset("potsdam", root, "train", eroded=True)
    labels = whole(eroded, "2_10").labels
    assert (labels[:, 4] == IGNORE).all() and np.array_equal(labels[:, 5:].numpy(), expected[:, 5:])
    assert "eroded" in eroded.description.description and "full" in five.description.description
    absolute = open_dataset("potsdam", root, "train", optical="rgbi", height="dsm")
    sample = whole(absolute, "2_10")
    assert np.array_equal(sample.values["optical"].numpy(), grey("2_10", 4)) and sample.valid["optical"].all()
    assert not sample.valid["dsm"][0, 0] and sample.valid["dsm"].sum() == SIDE**2 - 1
    assert np.allclose(sample.values["dsm"].numpy()[0, 1:], metres("2_10")[0, 1:])
    with pytest.raises(InputError, match="no optical 'cmyk'"):
        open_dataset("potsdam", root, "train", optical="cmyk")


def test_vaihingen_has_the_official_split_and_reads_labels_beside_orthophotos_of_their_name(
    written: Callable[[str], Path],
) -> None:
    root = written("vaihingen")
    tiles = {split: [tile.name for tile in open_dataset("vaihingen", root, split).tiles] for split in SPLITS}
    assert [len(tiles[split]) for split in SPLITS] == [14, 2, 17]
    assert set(tiles["test"]) >= {"area2", "area22", "area38"} and "area37" in tiles["train"]
    sample = whole(open_dataset("vaihingen", root, "test", clutter=True), "area2")
    assert np.array_equal(sample.labels.numpy(), truth("area2", 6))
    assert np.array_equal(sample.values["optical"].numpy(), grey("area2", 3))
    assert np.allclose(sample.values["ndsm"].numpy(), 0.1 * decimetres("area2"), atol=0.3)  # JPEG
    absolute = whole(open_dataset("vaihingen", root, "test", height="dsm", eroded=True), "area2")
    assert np.allclose(absolute.values["dsm"].numpy(), metres("area2", 250, 300))
    assert (absolute.labels[7] == IGNORE).all()


def test_geonrw_takes_absolute_heights_off_their_ground(written: Callable[[str], Path]) -> None:
    root = written("geonrw")
    tests = open_dataset("geonrw", root, "test")
    assert {tile.name.split("_")[0] for tile in tests.tiles} == {"duesseldorf", "herne", "neuss"}
    validation = open_dataset("geonrw", root, "validation")
    assert {tile.name.split("_")[0] for tile in validation.tiles} == {"bochum", "krefeld"}
    sample = whole(open_dataset("geonrw", root, "train"), "aachen_293_5628")
    height = metres("293_5628", 160, 190)
    assert np.allclose(sample.values["height"].numpy(), height - np.percentile(height, 1), atol=1e-4)
    codes = truth("293_5628", 11)
    assert np.array_equal(sample.labels.numpy(), np.where(codes == 0, IGNORE, codes - 1))
    absolute = whole(open_dataset("geonrw", root, "train", height="absolute"), "aachen_293_5628")
    assert np.allclose(absolute.values["dsm"].numpy(), height)
    with_sar = open_dataset("geonrw", root, "train", sar=True)
    assert [tile.name for tile in with_sar.tiles] == ["aachen_293_5628"]
    assert list(whole(with_sar, "aachen_293_5628").values) == ["rgb", "height", "sar"]


@pytest.mark.parametrize("name", ["flair1", "flair2"])
def test_flair_holds_whole_domains_out(name: str, written: Callable[[str], Path]) -> None:
    domains = {split: {tile.name[:9] for tile in open_dataset(name, written(name), split).tiles} for split in SPLITS}
    assert domains["test"] == {"D022_2021", "D026_2020"} and not domains["train"] & domains["validation"]
    sample = whole(open_dataset(name, written(name), "test"), "D022_2021_IMG_000020")
    assert np.array_equal(sample.values["rgb"].numpy(), grey("000020", 4)[:3])
    assert torch.allclose(sample.values["ndsm"], torch.tensor(9.0))
    codes = truth("000020", 19) + 1
    assert np.array_equal(sample.labels.numpy(), np.where(codes > 12, IGNORE, codes - 1))


def test_flair_hub_subtracts_terrain_and_follows_the_table_of_splits(written: Callable[[str], Path]) -> None:
    root = written("flair_hub")
    dataset = open_dataset("flair_hub", root, "validation")
    assert {tile.name for tile in dataset.tiles} == {"D032-2019_FF-S1-14_5-5", "D032-2019_FF-S1-14_5-6"}
    sample = whole(dataset, "D032-2019_FF-S1-14_5-5")
    assert torch.allclose(sample.values["ndsm"], torch.tensor(7.5), atol=1e-4)
    codes = truth("D032-2019_FF-S1-14_5-5", 19)
    assert np.array_equal(sample.labels.numpy(), np.where(codes > 14, IGNORE, codes))
    assert len(open_dataset("flair_hub", root, "train", column="split_2").tiles) == 6
    with pytest.raises(InputError, match=r"no column split_9.*split_1"):
        open_dataset("flair_hub", root, "train", column="split_9")


def test_a_damaged_table_of_splits_is_a_clear_error(tmp_path: Path) -> None:
    root = miniatures.flair_hub(tmp_path)
    (root / "data" / "GLOBAL_ALL_MTD" / "GLOBAL_ALL_MTD_SPLIT.gpkg").write_bytes(b"no database, but long enough" * 9)
    with pytest.raises(UnreadableRaster, match="GLOBAL_ALL_MTD_SPLIT"):
        open_dataset("flair_hub", root, "train")


def test_gamus_reads_hdf5_with_two_names_of_images(written: Callable[[str], Path]) -> None:
    dataset = open_dataset("gamus", written("gamus"), "train")
    assert [tile.name for tile in dataset.tiles] == ["DC_01_25", "NYC_02_03"]
    sample = whole(dataset, "NYC_02_03")
    assert np.array_equal(sample.values["rgb"].numpy(), grey("NYC_02_03", 3))
    holes = torch.nonzero(~sample.valid["ndsm"]).tolist()
    assert holes == [[3, 5]]
    codes = truth("NYC_02_03", 7)
    assert np.array_equal(sample.labels.numpy(), np.where(codes == 0, IGNORE, codes - 1))


def test_gamus_without_h5py_says_what_to_install(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = open_dataset("gamus", written("gamus"), "train")
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(InputError, match="pip install h5py"):
        dataset.in_memory()


def test_damaged_hdf5_is_a_clear_error(tmp_path: Path) -> None:
    root = miniatures.gamus(tmp_path)
    (root / "classes" / "train" / "DC_01_25_CLS.h5").write_bytes(b"not HDF5")
    with pytest.raises(UnreadableRaster, match="DC_01_25_CLS"):
        open_dataset("gamus", root, "train").in_memory()


def test_earthmiss_leaves_copies_out_and_splits_by_city(written: Callable[[str], Path]) -> None:
    train = open_dataset("earthmiss", written("earthmiss"), "train")
    assert [tile.name for tile in train.tiles] == [
        "French-Paris_tile_1",
        "French-Paris_tile_2",
        "Nanjing_tile_1",
        "Nanjing_tile_2",
    ]
    sample = whole(train, "Nanjing_tile_2")
    key = "Nanjingtile_2"
    codes = truth(key, 9)
    assert np.array_equal(sample.labels.numpy(), np.where(codes == 0, IGNORE, codes - 1))
    assert np.array_equal(sample.values["sar"].numpy(), grey(key, 1))


def test_whu_opt_sar_divides_by_scene(written: Callable[[str], Path]) -> None:
    dataset = open_dataset("whu_opt_sar", written("whu_opt_sar"), "test")
    assert [tile.name for tile in dataset.tiles] == ["NH49E001014", "NH50E014003"]
    assert dataset.tiles[0].size == (SIDE, 2 * SIDE)
    codes = truth("NH49E001014", 8, (SIDE, 2 * SIDE))
    assert np.array_equal(whole(dataset, "NH49E001014").labels.numpy(), np.where(codes == 0, IGNORE, codes - 1))


def test_a_code_that_is_no_class_is_an_error(tmp_path: Path) -> None:
    root = miniatures.whu_opt_sar(tmp_path)
    miniatures.write(root / "lbl" / "NH49E001014.tif", np.full((1, SIDE, 2 * SIDE), 15, np.uint8))
    with pytest.raises(InputError, match=r"NH49E001014\.tif holds the code 15"):
        open_dataset("whu_opt_sar", root, "test").in_memory()


@pytest.mark.slow
def test_ombria_is_the_same_from_both_layouts(written: Callable[[str], Path], tmp_path: Path) -> None:
    repository = miniatures.ombria_repository(tmp_path)
    for split in SPLITS:
        ours = open_dataset("ombria", written("ombria"), split)
        theirs = open_dataset("ombria", repository.parent, split)
        assert [tile.name for tile in ours.tiles] == [tile.name for tile in theirs.tiles]
        first, second = (whole(dataset, ours.tiles[0].name) for dataset in (ours, theirs))
        assert torch.equal(first.labels, second.labels)
        for name in ("optical", "sar"):
            assert torch.equal(first.values[name] * first.valid[name], second.values[name])
            assert torch.equal(first.valid[name], second.valid[name])


def test_ombria_takes_scene_edges_for_holes_and_dark_pixels_for_dark(written: Callable[[str], Path]) -> None:
    dataset = open_dataset("ombria", written("ombria"), "test")
    name = dataset.tiles[0].name
    sample = whole(dataset, name)
    optical, sar, labels = miniatures.ombria_pixels(name)
    assert not sample.valid["optical"][:2].any() and sample.valid["optical"][2:].all() and sample.valid["sar"].all()
    assert np.array_equal(sample.values["optical"].numpy()[:, 2:], optical[:, 2:])
    assert np.array_equal(sample.values["sar"].numpy(), sar) and np.array_equal(sample.labels.numpy(), labels)


def test_a_drawn_part_depends_on_the_name_alone() -> None:
    names = [f"{number:04}" for number in range(4000)]
    part = [name for name in names if drawn(name, 0.1)]
    assert 0.08 < len(part) / len(names) < 0.12
    assert part == [name for name in names if drawn(name, 0.1)] and set(part) <= {n for n in names if drawn(n, 0.2)}
    assert drawn("0001", 1.0) and not drawn("0001", 0.0)
    assert seed_of("a") != seed_of("b")


ROOT = Path(os.environ.get("DIS2_DATA") or Path(__file__).parents[4] / "shared" / "data") / "ombria"


@pytest.mark.skipif(not ROOT.is_dir(), reason=f"no OMBRIA in {ROOT}")
def test_the_real_ombria_has_its_published_split() -> None:
    sizes = {split: len(open_dataset("ombria", ROOT, split).tiles) for split in SPLITS}
    assert sizes["train"] + sizes["validation"] == 624 and sizes["test"] == 70 and sizes["validation"] == 77


def test_scene_disjoint_parts_hold_each_chip_of_both_published_parts_once(written: Callable[[str], Path]) -> None:
    parts = {
        split: {tile.name for tile in open_dataset("ombria", written("ombria"), split, splits="scene_disjoint").tiles}
        for split in SPLITS
    }
    everything = [f"{number:04}" for number in range(1, 46)]
    assert sorted(name for names in parts.values() for name in names) == everything
    assert parts["test"] == {"0017"} and parts["validation"] == {f"{number:04}" for number in range(32, 46)}
    with pytest.raises(InputError, match="no splits 'by_scene'"):
        open_dataset("ombria", written("ombria"), "train", splits="by_scene")


@pytest.mark.parametrize("draw", range(3))
@pytest.mark.parametrize("share", [0.01, 0.05, 0.1, 0.5])
def test_few_labels_are_whole_scenes_and_no_more_than_asked_for(share: float, draw: int) -> None:
    chips = [f"{n:04}" for first, last in SCENES for n in range(first, last + 1) if scene_split(f"{n:04}") == "train"]
    few = few_labels(chips, share, draw)
    assert 0.6 * share * len(chips) <= len(few) <= round(share * len(chips))
    assert few == {chip for chip in chips if scene_of(chip) in {scene_of(name) for name in few}}
    assert few == few_labels(reversed(chips), share, draw) != few_labels(chips, share, draw + 10)
    assert few_labels(chips, 1.0) == set(chips)


def test_few_labels_leave_validation_and_test_as_they_are(written: Callable[[str], Path]) -> None:
    for split, count in (("train", 15), ("validation", 14), ("test", 1)):
        options = {"splits": "scene_disjoint", "labels": 0.5}
        tiles = open_dataset("ombria", written("ombria"), split, **options).tiles
        assert 0 < len(tiles) <= count if split == "train" else len(tiles) == count
    with pytest.raises(InputError, match="labels 0"):
        open_dataset("ombria", written("ombria"), "train", labels=0)


@pytest.mark.skipif(not ROOT.is_dir(), reason=f"no OMBRIA in {ROOT}")
def test_the_real_ombria_has_scene_disjoint_parts_of_the_published_sizes() -> None:
    parts = {split: open_dataset("ombria", ROOT, split, splits="scene_disjoint").tiles for split in SPLITS}
    assert [len(parts[split]) for split in SPLITS] == [547, 77, 70]
    scenes = [{scene_of(tile.name) for tile in tiles} for tiles in parts.values()]
    assert [len(names) for names in scenes] == [28, 2, 12] and len(set.union(*scenes)) == len(SCENES)


@pytest.mark.slow
@pytest.mark.skipif(not ROOT.is_dir(), reason=f"no OMBRIA in {ROOT}")
def test_the_scenes_of_ombria_are_those_that_borders_and_numbers_say() -> None:
    tiles = [tile for split in SPLITS for tile in open_dataset("ombria", ROOT, split).tiles]
    samples = {tile.name: tile.read(0, 0, *tile.size) for tile in tiles}
    looks = [Look(tile.name, tile.grid, {}, borders(samples[tile.name])) for tile in tiles]
    found = joined_scenes(samples, continued(looks, looks))
    assert [(int(names[0]), int(names[-1])) for names in found] == list(SCENES)
    facts = [
        SceneFacts(
            len(names),
            sum(int((samples[name].labels == 1).sum()) for name in names),
            sum(int((samples[name].labels != IGNORE).sum()) for name in names),
        )
        for names in found
    ]
    dealt = deal(facts, {"test": 70, "validation": 77})
    assert {split: tuple(int(found[number][0]) for number in numbers) for split, numbers in dealt.items()} == HELD_OUT


@pytest.mark.slow
def test_a_miniature_trains_and_is_scored_from_the_command_line(
    written: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = written("potsdam")
    run = f"""fit --data.folder {root} --data.dataset potsdam --data.options.clutter true --model.name tiny
        --model.window 16 --model.width 8 --schedule.epochs 1 --schedule.windows_per_epoch 4 --schedule.batch_size 2
        --device cpu --out {tmp_path / "run"}"""
    assert main(run.split()) == 0
    model = tmp_path / "run" / "model.safetensors"
    options = ["--dataset", "potsdam", "--options", '{"clutter": true}', "--whole-tiles"]
    assert main(["evaluate", "--model", str(model), "--data", str(root), *options]) == 0
    text = capsys.readouterr().out
    assert "rgb+ndsm" in text and "clutter" in text
