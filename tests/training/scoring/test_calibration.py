from __future__ import annotations

import math

import pytest
import torch
from torchmetrics.classification import MulticlassCalibrationError

from dis2_training.data.sample import IGNORE
from dis2_training.scoring.calibration import Calibration


def test_pooled_pixels_as_torchmetrics_has_it() -> None:
    generator = torch.Generator().manual_seed(0)
    calibration = Calibration()
    theirs = MulticlassCalibrationError(num_classes=4, n_bins=15, norm="l1", ignore_index=IGNORE)
    for sharpness in (0.5, 1, 3):
        probabilities = (sharpness * torch.randn(3, 4, 16, 16, generator=generator)).softmax(dim=1)
        labels = torch.randint(0, 4, (3, 16, 16), generator=generator)
        labels[:, :3] = IGNORE
        calibration.update(probabilities, labels)
        theirs.update(probabilities, labels)
    assert calibration.error() == pytest.approx(theirs.compute().item(), abs=1e-5)
    assert calibration.counts.sum() == 3 * 3 * 13 * 16


def test_by_hand() -> None:
    """Sure of 0.8 and right in three of four; sure of 1 and always right: the error is 4/6 of 0.05."""
    probabilities = torch.tensor([[0.8, 0.2]] * 4 + [[0.0, 1.0]] * 2).T[None, :, None]
    labels = torch.tensor([0, 0, 0, 1, 1, 1])[None, None]
    calibration = Calibration()
    calibration.update(probabilities, labels)
    assert calibration.error() == pytest.approx(4 / 6 * 0.05, abs=1e-6)
    confidence, accuracy = calibration.curve()
    assert (confidence[12], accuracy[12]) == (pytest.approx(0.8), pytest.approx(0.75))
    assert (confidence[14], accuracy[14]) == (1, 1) and math.isnan(confidence[0])


def test_probabilities_that_are_right_as_often_as_they_say_have_no_error() -> None:
    generator = torch.Generator().manual_seed(1)
    probabilities = torch.randn(1, 3, 400, 400, generator=generator).softmax(dim=1)
    drawn = torch.multinomial(probabilities[0].flatten(1).T, 1, generator=generator).view(1, 400, 400)
    calibration = Calibration()
    calibration.update(probabilities, drawn)
    assert calibration.error() < 0.01


def test_without_a_labelled_pixel_there_is_no_error() -> None:
    calibration = Calibration()
    calibration.update(torch.full((1, 2, 2, 2), 0.5), torch.full((1, 2, 2), IGNORE))
    assert math.isnan(calibration.error())
