"""Labels that leave open which of several classes a pixel is teach the sum of these classes, and never score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_folder import DESCRIPTION, write_folder, write_raster

from dis2_core.contract.errors import InputError
from dis2_training.data.augmentation import resample
from dis2_training.data.class_sets import FIRST, MOST_CLASSES, exact, set_label, targets
from dis2_training.data.dataset import FolderDataset, class_pixels
from dis2_training.data.dataset import write_folder as write_dataset
from dis2_training.data.description import ClassSet, Description
from dis2_training.data.sample import IGNORE, Sample
from dis2_training.data.windows import RandomWindows
from dis2_training.methods.cross_entropy import cross_entropy
from dis2_training.methods.dis2.losses import segmentation_loss

GROUND = set_label((0, 2))  # of three classes


def scores(size: int = 6) -> torch.Tensor:
    return torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(1)).requires_grad_()


def mixed_labels(size: int = 6) -> torch.Tensor:
    """Classes in the upper half, sets below, and a row without a label."""
    labels = torch.randint(0, 3, (2, size, size), generator=torch.Generator().manual_seed(2))
    labels[:, size // 2 :] = GROUND
    labels[:, -1] = IGNORE
    return labels


def marginal_likelihood(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Written out: mean of -ln of the probability of what a label allows."""
    p = logits.softmax(dim=1)
    costs = []
    for image, row, col in torch.nonzero(labels != IGNORE).tolist():
        label = int(labels[image, row, col])
        allowed = [0, 2] if label == GROUND else [label]
        costs.append(-p[image, allowed, row, col].sum().log())
    return torch.stack(costs).mean()


def test_cross_entropy_has_the_gradient_of_the_marginal_likelihood() -> None:
    ours, theirs = scores(), scores()
    cross_entropy(ours, mixed_labels()).backward()
    marginal_likelihood(theirs, mixed_labels()).backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_a_set_of_all_classes_teaches_nothing() -> None:
    logits = scores()
    cross_entropy(logits, torch.full((2, 6, 6), set_label((0, 1, 2)))).backward()
    torch.testing.assert_close(logits.grad, torch.zeros_like(logits), atol=1e-7, rtol=0)


def test_a_set_leaves_the_proportions_of_its_classes_alone() -> None:
    """Only what stands beside the set loses: within it both logits get gradients in the proportion of the classes."""
    logits = scores()
    cross_entropy(logits, torch.full((2, 6, 6), GROUND)).backward()
    p = logits.softmax(dim=1)
    torch.testing.assert_close(logits.grad[:, 0] / logits.grad[:, 2], p[:, 0] / p[:, 2])
    assert (logits.grad[:, 1] > 0).all()


def test_targets_sum_to_one_where_there_is_a_label() -> None:
    log_p = scores().log_softmax(dim=1)
    target = targets(mixed_labels(), log_p)
    torch.testing.assert_close(target.sum(dim=1), (mixed_labels() != IGNORE).float())
    assert not target.requires_grad and not target[:, 1, 3:5].any()


def test_exact_labels_cost_what_they_cost_without_sets_around() -> None:
    labels = mixed_labels()
    logits = scores().detach()
    upper = segmentation_loss(logits[:, :, :3], labels[:, :3])
    torch.testing.assert_close(segmentation_loss(logits, exact(labels)), upper)


def test_the_losses_of_the_method_bring_down_what_a_set_excludes() -> None:
    logits = torch.zeros(1, 3, 4, 4, requires_grad=True)
    optimizer = torch.optim.SGD([logits], lr=10.0)
    for _ in range(300):
        optimizer.zero_grad()
        segmentation_loss(logits, torch.full((1, 4, 4), GROUND)).backward()
        optimizer.step()
    grass, roof, road = logits.softmax(dim=1)[0, :, 0, 0].tolist()
    assert roof < 0.02 and grass == pytest.approx(road, abs=1e-4)


def test_resampling_keeps_them() -> None:
    labels = torch.full((8, 8), set_label(range(MOST_CLASSES)))
    sample = Sample({"rgb": torch.zeros(3, 8, 8)}, {"rgb": torch.ones(8, 8, dtype=torch.bool)}, labels)
    assert (resample(sample, (4, 4)).labels == labels[0, 0]).all()


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    """The tiny folder, whose first training tile has a column of code 3: grass or road."""
    root = write_folder(tmp_path / "data")
    Description(DESCRIPTION.modalities, DESCRIPTION.classes, 0.2, sets=(ClassSet("ground", ("grass", "road")),)).write(
        root
    )
    codes = np.ones((1, 64, 80), dtype=np.uint8)
    codes[0, :, :40] = 3
    write_raster(root / "train" / "labels" / "a.tif", codes)
    return root


def test_a_folder_says_what_its_codes_leave_open(sets: Path) -> None:
    tile = FolderDataset(sets, "train").in_memory()[0]
    assert set(tile.labels.unique().tolist()) == {1, GROUND}
    assert class_pixels([tile], 3).tolist() == [0, 64 * 40, 0]


def test_no_window_is_drawn_around_one(sets: Path) -> None:
    windows = RandomWindows(FolderDataset(sets, "train").in_memory()[:1], 3, 16, 1)
    assert [places[:, 2].min() for places in windows.places] == [40]


def test_they_are_written_as_they_were_read(sets: Path, tmp_path: Path) -> None:
    dataset = FolderDataset(sets, "train")
    write_dataset(dataset, tmp_path / "copy")
    again = FolderDataset(tmp_path / "copy", "train")
    assert again.description == dataset.description
    assert all(torch.equal(a.labels, b.labels) for a, b in zip(again.loaded(), dataset.loaded(), strict=True))


def test_a_set_of_what_is_no_class_is_refused(sets: Path) -> None:
    text = (sets / "dataset.yaml").read_text().replace("- grass\n  - road", "- grass\n  - sea")
    (sets / "dataset.yaml").write_text(text)
    with pytest.raises(InputError, match="ground"):
        FolderDataset(sets, "train")


def test_they_do_not_collide_with_classes() -> None:
    assert FIRST > IGNORE and exact(torch.tensor([0, 254, IGNORE, GROUND])).tolist() == [0, 254, IGNORE, IGNORE]


@pytest.mark.parametrize("code", [256, 300, 65535])
def test_a_code_of_a_file_is_never_a_set(tmp_path: Path, code: int) -> None:
    root = write_folder(tmp_path)
    codes = np.zeros((1, 64, 80), dtype=np.uint16)
    codes[0, 5, 5] = code
    write_raster(root / "train" / "labels" / "a.tif", codes)
    with pytest.raises(InputError, match=str(code)):
        FolderDataset(root, "train").in_memory()
