"""A window that shows nothing of a modality teaches the scenarios without it alone, as it is mapped without it."""

from __future__ import annotations

import torch

from dis2_training.data.sample import IGNORE, Sample, by_shown, taught

SCENARIOS = [("rgb", "ndsm"), ("rgb",), ("ndsm",)]


def batch() -> Sample:
    valid = {name: torch.ones(2, 4, 4, dtype=torch.bool) for name in ("rgb", "ndsm")}
    values = {"rgb": torch.zeros(2, 3, 4, 4), "ndsm": torch.zeros(2, 1, 4, 4)}
    return Sample(values, valid, torch.ones(2, 4, 4, dtype=torch.int64))


def test_complete_windows_teach_all_scenarios_the_same() -> None:
    sample = batch()
    sample.valid["ndsm"][1, 1:] = False  # a hole is no missing modality
    assert taught(sample, SCENARIOS) is sample.labels


def test_a_window_without_heights_teaches_the_photo() -> None:
    sample = batch()
    sample.valid["ndsm"][1] = False
    labels = taught(sample, SCENARIOS)
    assert labels.shape == (3, 2, 4, 4)
    assert (labels[:, 0] == 1).all() and (labels[1] == 1).all()
    assert (labels[0, 1] == IGNORE).all() and (labels[2, 1] == IGNORE).all()


def test_a_sliver_of_a_modality_is_none_as_in_prediction() -> None:
    sample = batch()
    sample.valid["ndsm"][1] = False
    sample.valid["ndsm"][1, 0, 0] = True  # a sixteenth of the window
    assert (taught(sample, SCENARIOS)[0, 1] == IGNORE).all()


def test_windows_are_told_apart_by_what_they_show() -> None:
    sample = batch()
    sample.valid["ndsm"][1] = False
    found = {scenario: places.tolist() for scenario, places in by_shown(sample, ("rgb", "ndsm"))}
    assert found == {("rgb", "ndsm"): [0], ("rgb",): [1]}
    sample.valid["rgb"][1] = False
    assert [scenario for scenario, _ in by_shown(sample, ("rgb", "ndsm"))] == [("rgb", "ndsm")]
