"""Which modalities is a network given, and are they what it was made for?"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from ..contract.errors import GridMismatch, NoInput, UnknownModality, WrongBands
from .base import Scenario
from .config import STRIDE, DIS2Config


def scenario_of(config: DIS2Config, inputs: Mapping[str, Tensor]) -> Scenario:
    """The modalities that are given, in the order of the configuration.

    Args:
        config: What the network was made for.
        inputs: Windows (B, C_m, H, W) by modality name.

    Raises:
        NoInput: There is no modality at all.
        UnknownModality: A name that the network does not know.
        WrongBands: A modality has not the bands it was trained with.
        GridMismatch: The windows are not of a size that the network takes, or windows or batches differ.
    """
    expected = ", ".join(f"{name} ({bands} bands)" for name, bands in config.modalities)
    if not inputs:
        raise NoInput("No modality was given.", f"Give at least one of: {expected}.")
    if unknown := sorted(set(inputs) - set(config.names)):
        raise UnknownModality(f"The network knows no modality '{unknown[0]}'.", f"It takes: {expected}.")
    for name, bands in config.modalities:
        if name in inputs:
            _check_window(config, name, bands, inputs[name])
    first, *others = inputs.values()
    if any(x.shape[0] != first.shape[0] for x in others):
        raise GridMismatch("The modalities have batches of different sizes.")
    if any(x.shape[2:] != first.shape[2:] for x in others):
        raise GridMismatch("The modalities have windows of different sizes.")
    return tuple(name for name in config.names if name in inputs)


def part_of(available: Scenario, scenario: Scenario) -> Scenario:
    """A scenario in the order of the modalities that are available.

    Raises:
        UnknownModality: It is empty, or needs a modality that is not available.
    """
    if not scenario or not set(scenario) <= set(available):
        raise UnknownModality(f"The scenario {scenario} needs modalities that are not given ({available} are).")
    return tuple(name for name in available if name in scenario)


def _check_window(config: DIS2Config, name: str, bands: int, window: Tensor) -> None:
    if window.ndim != 4 or window.shape[1] != bands:
        raise WrongBands(f"'{name}' has shape {tuple(window.shape)}.", f"It must be (batch, {bands}, height, width).")
    size = tuple(window.shape[2:])
    if config.form == "paper" and size != config.window:
        raise GridMismatch(
            f"'{name}' has windows of {size} pixels; the network was made for {config.window}.",
            "Cut windows of that size, or change the network with with_window().",
        )
    if any(side % STRIDE for side in size):
        raise GridMismatch(f"'{name}' has windows of {size} pixels; they must be multiples of {STRIDE}.")
